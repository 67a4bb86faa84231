# Two commands: `make run` and `make test`. Everything they need, they install into .venv.
PYTHON ?= python3
# Extra words for pip, for example a CPU-only torch on Linux (see README.md).
PIP_ARGS ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_ARGS)

.PHONY: run test test-all test-gpu bench screenshots lint types chromium format clean

run: .venv/run.stamp
	$(BIN)/python app.py

# The browser's tests beside all others: a browser waits as often as it computes. One thread each,
# because threads that are more than cores wait for one another.
test: .venv/test.stamp chromium lint types
	@export OMP_NUM_THREADS=1; \
	$(BIN)/python -m pytest tests/browser > .browser-tests.log 2>&1 & browser=$$!; \
	$(BIN)/python -m pytest --ignore=tests/browser; others=$$?; \
	wait $$browser; browser=$$?; cat .browser-tests.log; \
	exit $$((others | browser))

# The long journeys too: minutes each.
test-all: test
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "slow and not gpu"

# The tests that need a CUDA GPU, with the plain python of a machine that has torch already:
#   make test-gpu GPU_PYTHON=python3
GPU_PYTHON ?= $(BIN)/python
test-gpu:
	$(GPU_PYTHON) -m pytest -m gpu tests/models

BENCH_PYTHON ?= $(BIN)/python
bench: $(if $(filter $(BIN)/%,$(BENCH_PYTHON)),.venv/test.stamp)
	$(BENCH_PYTHON) -m tests.bench

screenshots: .venv/test.stamp chromium
	$(BIN)/python -m tests.screenshots

lint: .venv/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/test.stamp
	$(BIN)/mypy

format: .venv/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A browser for the tests: the system's, else Debian's package, else Playwright's own download.
chromium: .venv/test.stamp
	@$(BIN)/python -m tests.browser.chromium >/dev/null 2>&1 \
	|| { echo "Installing Chromium for the browser tests"; \
	     { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } \
	     || { sudo -n apt-get update -qq && sudo -n apt-get install -y -qq chromium >/dev/null; } \
	     || $(BIN)/python -m playwright install chromium; }
	@$(BIN)/python -m tests.browser.chromium

.venv/python.stamp:
	$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' \
	|| { echo "Kexue Lab needs Python 3.10 to 3.12: make PYTHON=python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	touch $@

.venv/run.stamp: .venv/python.stamp requirements.txt requirements-offline.txt constraints.txt
	@echo "Installing Kexue Lab into .venv (a few minutes the first time)"
	$(PIP) -r requirements.txt -c constraints.txt
	$(PIP) --no-deps -r requirements-offline.txt
	touch $@

.venv/test.stamp: .venv/run.stamp requirements-test.txt
	$(PIP) -r requirements.txt -r requirements-test.txt -c constraints.txt
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
