"""Every field of every panel, after a reload: as it was, with results of what stands in it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import gradio as gr
import pytest
from playwright.sync_api import Locator, Page, Request, expect

from demos import DEMOS
from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
SLOW = pytest.mark.slow

QUIET, PATIENCE = 2.5, 240.0  # seconds: of an idle server, and of waiting for it
PANELS = [(demo.key, panel) for demo in DEMOS for panel in demo.panels]
AT_ONCE = [("pairs", "playground"), ("scaling", "plan")]  # the quick ones, of different kinds

# What is typed where a sentence with a few words more would not do.
TYPED = {
    "retrieval-compare-budgets": "40, 80",
    "retrieval-matrix-rcond": "0.01",
    "retrieval-matrix-ridge": "0.02",
    "attention-axioms-vector": "0.5 0.3 0.15 0.05",
    "scaling-frontier-budgets": "1e20, 1e22",
    "scaling-frontier-factor": "6.5",
    "scaling-plan-budget": "3e20",
    "scaling-fit-delta": "0.002",
    "scaling-fit-size-N": "2e9",
    "scaling-fit-size-D": "5e10",
    "scaling-data-low-N": "2e7",
    "scaling-data-high-loss": "many",  # which is said, and is not lost
    "bayes-layer-beginning": "The chess club meets on",
}
NUMBERS = {
    "training-rate": "0.0004",
    "attention-decoder-rate": "0.002",
    "evaluation-cut": "0.6",
    "lora-race-n": "64",  # the rank divides both sides
    "lora-race-m": "48",
    "lora-race-rank": "8",
}
OPTIONS = {  # models that come with the app
    "attention-model": "CoSENT cross-encoder",
    "attention-sidebyside-other": "CoSENT bi-encoder",
}
# Fields that are left as they are.
LEFT = {
    "scaling-example": "the other fields would be of other points; it has a test of its own",
    "scaling-law": "as the example",
    "retrieval-compare-source": "other queries are not scored before a press of the button",
    "bayes-extension-model": "minutes",
    "bayes-questions-model": "minutes",
    "bayes-sources-model": "minutes",
}
# What a visitor presses when the fields are filled in, and what then says what was computed.
PRESSED = {
    "pairs/score": ["pairs-score"],
    "pairs/grid": ["pairs-grid-run"],
    "retrieval/ask": ["retrieval-ask-run"],
    "retrieval/compare": ["retrieval-compare-run"],
    "attention/sidebyside": ["attention-run", "attention-sidebyside-run"],
    "attention/heads": ["attention-run"],
    "attention/sparsity": ["attention-run"],
    "attention/rank": ["attention-run"],
    "scaling/fit": ["scaling-fit-predict"],
    "scaling/compare": ["scaling-compare-run"],
    "scaling/frontier": ["scaling-frontier-apply"],
    "scaling/plan": ["scaling-plan-show"],
    "lora/race": ["lora-race-run"],
    "bayes/extension": ["bayes-extension-run"],
    "bayes/layer": ["bayes-layer-train"],
    "bayes/sources": ["bayes-sources-run"],
}
RESULTS = {
    "pairs/score": ["pairs-scores", "pairs-disagreement"],
    "pairs/grid": ["pairs-grid-best"],
    "pairs/playground": ["pairs-playground-loss"],
    "retrieval/ask": ["retrieval-ask-answers"],
    "retrieval/compare": ["retrieval-compare-table"],
    "retrieval/matrix": ["retrieval-matrix-summary", "retrieval-matrix-table"],
    "attention/heads": ["attention-heads-table"],
    "attention/sidebyside": ["attention-sidebyside-table"],
    "attention/sparsity": ["attention-sparsity-table", "attention-sparsity-note"],
    "attention/axioms": ["attention-axioms-board"],
    "attention/rank": ["attention-rank-table"],
    "attention/laboratory": ["attention-laboratory-table", "attention-laboratory-ends"],
    "attention/decoder": ["attention-decoder-estimate", "attention-decoder-card"],
    "scaling/data": ["scaling-data-counts"],
    "scaling/fit": ["scaling-fit-table", "scaling-fit-prediction"],
    "scaling/compare": ["scaling-compare-table"],
    "scaling/frontier": ["scaling-frontier-table"],
    "scaling/isoflop": ["scaling-isoflop-table"],
    "scaling/plan": ["scaling-plan-table"],
    "scaling/quanta": ["scaling-quanta-exponents"],
    "lora/race": ["lora-race-table"],
    "lora/cost": ["lora-cost-table"],
    "lora/gradients": ["lora-gradients-table"],
    "bayes/extension": ["bayes-extension-answers"],
    "bayes/routes": ["bayes-routes-findings"],
    "bayes/layer": ["bayes-layer-candidates"],
    "bayes/sources": ["bayes-sources-table"],
}
# Choosers of what a session of the server has made, which does not come back.
GONE: set[str] = set()

_FIELDS = """(name) => {
  const config = window.gradio_config;
  const reader = config.dependencies.find((each) => each.api_name === name);
  const of = new Map(config.components.map((each) => [each.id, each]));
  return reader.inputs.map((id) => [of.get(id).props.elem_id, of.get(id).type]);
}"""
_READ = """() => new Promise((done) => {
  const keep = window.kexue.fieldsRead;
  window.kexue.fieldsRead = (values) => {
    window.kexue.fieldsRead = keep;
    done(JSON.parse(JSON.stringify(values)));
  };
  document.getElementById("fields-read").click();
})"""


class Fields:
    """The fields of a page, by element id."""

    def __init__(self, page: Page, key: str):
        self.page = page
        read = page.evaluate(_FIELDS, f"{key}_fields_read")
        self.kinds: Mapping[str, str] = dict(read)
        self.seen = {field for field in self.kinds if page.locator(f"#{field}").is_visible()}

    def values(self) -> dict[str, Any]:
        """What stands in them; of tables the cells."""
        read = self.page.evaluate(_READ)
        values = zip(self.kinds, read, strict=True)
        return {key: v["data"] if isinstance(v, dict) else v for key, v in values}

    def change(self, key: str) -> None:
        """As a visitor does."""
        box = self.page.locator(f"#{key}")
        box.scroll_into_view_if_needed()
        getattr(self, f"_{self.kinds[key]}")(key, box)

    def _textbox(self, key: str, box: Locator) -> None:
        field = box.locator("textarea, input").first
        words = field.input_value().strip()
        field.fill(TYPED.get(key) or (f"{words} And more." if words else "0.01"))
        field.press("Tab")

    def _number(self, key: str, box: Locator) -> None:
        field = box.locator("input").first
        number = float(field.input_value() or 0)
        field.fill(NUMBERS.get(key) or f"{number + 1 if number == int(number) else number * 1.2:g}")
        field.press("Tab")

    def _slider(self, key: str, box: Locator) -> None:
        if key in NUMBERS:
            box.locator("input[type=number]").fill(NUMBERS[key])
            return box.locator("input[type=number]").press("Tab")
        value, most, step = box.locator("input[type=range]").evaluate(
            "(range) => [range.value, range.max, range.step].map(Number)"
        )
        # Typed: the arrow keys move a slider of Gradio's, but do not release it.
        box.locator("input[type=number]").fill(f"{value + (step if value < most else -step):g}")
        return box.locator("input[type=number]").press("Tab")

    def _html(self, key: str, box: Locator) -> None:
        for _ in range(4):
            box.locator("input[type=range]").press("ArrowRight")

    def _checkbox(self, key: str, box: Locator) -> None:
        box.locator("input[type=checkbox]").first.click()

    def _checkboxgroup(self, key: str, box: Locator) -> None:
        box.locator("input[type=checkbox]").last.click()

    def _radio(self, key: str, box: Locator) -> None:
        others = box.locator("input[type=radio]:not(:checked)")
        if others.count():
            others.first.click()

    def _dropdown(self, key: str, box: Locator) -> None:
        field = box.locator("input").first
        field.click()
        if key in OPTIONS:
            return self.page.get_by_role("option", name=OPTIONS[key]).click()
        several = box.locator(".token").count()
        if several > 1:  # fewer models, rather than more to compute
            field.press("Backspace")
        else:
            others = self.page.locator("[role=option]:not([aria-selected=true])")
            if others.count():
                return others.last.click()
        return field.press("Escape")

    def _dataframe(self, key: str, box: Locator) -> None:
        box.locator("[data-row='0'][data-col='0']").first.dblclick()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type("A sentence of another visitor.")
        self.page.keyboard.press("Enter")


def settle(app: gr.Blocks, page: Page) -> None:
    """Wait until nothing is computed any more."""
    queue, quiet = app._queue, time.monotonic()
    end = quiet + PATIENCE
    while time.monotonic() - quiet < QUIET:
        assert time.monotonic() < end, "it computes and computes"
        waiting = any(len(each.queue) for each in queue.event_queue_per_concurrency_id.values())
        if waiting or any(queue.active_jobs):
            quiet = time.monotonic()
        page.wait_for_timeout(100)


def texts_of(page: Page, ids: list[str]) -> list[str]:
    return [page.locator(f"#{each}").inner_text() for each in ids]


def changed_and_reloaded(app: gr.Blocks, page: Page, key: str, panel: str) -> None:
    """Change all fields that are seen, reload, and compare fields and results."""
    settle(app, page)
    page.evaluate("document.querySelectorAll('.label-wrap:not(.open)').forEach((e) => e.click())")
    fields = Fields(page, key)
    at_first = fields.values()
    for each in sorted(fields.seen - LEFT.keys()):
        if page.locator(f"#{each}").is_visible():
            fields.change(each)
            settle_shortly(app, page)
    settle(app, page)
    for button in PRESSED.get(f"{key}/{panel}", []):
        page.locator(f"#{button}").click()
        settle(app, page)
    results = RESULTS.get(f"{key}/{panel}", [])
    filled, said = fields.values(), texts_of(page, results)
    changed = {each for each in filled if filled[each] != at_first[each]}
    assert changed, "nothing was changed"
    assert all(said), "nothing was computed"
    page.mouse.click(2, 400)  # what was read last is what stands there
    page.wait_for_timeout(3_000)
    refused: list[str] = []
    page.on("response", lambda got: refused.append(got.url) if got.status == 422 else None)
    page.reload()
    expect(page.locator("#page-note")).to_contain_text("What you had filled in here is back.")
    settle(app, page)
    back = fields.values()
    lost = {
        each: (filled[each], back[each])
        for each in filled
        if back[each] != filled[each] and each not in GONE
    }
    assert not lost
    assert not refused, "what was filled in is not right"
    assert texts_of(page, results) == said


def settle_shortly(app: gr.Blocks, page: Page) -> None:
    """Let what a change brings about come, so that the next one is not overwritten by it."""
    page.wait_for_timeout(150)
    end = time.monotonic() + 60
    while any(app._queue.active_jobs) and time.monotonic() < end:
        page.wait_for_timeout(50)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("key", "panel"), PANELS)
def test_all_fields_come_back(
    running_app: gr.Blocks, open_page: OpenPage, key: str, panel: str
) -> None:
    page = open_page(f"/{key}?panel={panel}", leaves=True, bad_input=True)
    changed_and_reloaded(running_app, page, key, panel)


@pytest.mark.parametrize(("key", "panel"), AT_ONCE)
def test_fields_come_back(
    running_app: gr.Blocks, open_page: OpenPage, key: str, panel: str
) -> None:
    page = open_page(f"/{key}?panel={panel}", leaves=True)
    changed_and_reloaded(running_app, page, key, panel)


def test_what_is_wrong_is_said_as_when_the_button_is_pressed(
    running_app: gr.Blocks, open_page: OpenPage
) -> None:
    page = open_page("/pairs?panel=grid", leaves=True, bad_input=True)
    settle(running_app, page)
    lines = page.locator("#pairs-grid-a textarea")
    lines.fill("")
    page.locator("#pairs-grid-run").click()
    said = page.locator("#pairs-grid-a .error-text, #pairs-grid-a [class*=error]").first
    expect(said).to_be_visible()
    words = said.inner_text()
    page.wait_for_timeout(3_000)
    page.reload()
    expect(said).to_have_text(words)
    expect(lines).to_have_value("")
    expect(page.locator(".toast-wrap .error")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_points_and_law_come_back_in_every_panel(
    running_app: gr.Blocks, open_page: OpenPage
) -> None:
    page = open_page("/scaling", leaves=True)
    settle(running_app, page)
    fields = Fields(page, "scaling")
    page.locator("#scaling-example input").click()
    page.get_by_role("option", name="Drawn from").first.click()
    settle(running_app, page)
    fields.change("scaling-data-noise")
    settle(running_app, page)
    low = page.locator("#scaling-data-low-D input, #scaling-data-low-D textarea").first
    low.fill("1e9")
    low.press("Tab")
    settle(running_app, page)
    page.locator("#scaling-law input").click()
    page.get_by_role("option").nth(1).click()
    page.locator("#scaling-fit").click()
    settle(running_app, page)
    counts = page.locator("#scaling-data-counts").inner_text()
    done = re.sub(r"in \S+ \w+", "", page.locator("#scaling-progress").inner_text())
    page.wait_for_timeout(3_000)
    for panel in ("data", "fit", "compare"):
        page.goto(f"{page.url.split('?')[0]}?panel={panel}")
        settle(running_app, page)
        assert re.sub(r"in \S+ \w+", "", page.locator("#scaling-progress").inner_text()) == done
    expect(page.locator("#scaling-compare-table tr").first).to_be_visible()
    page.goto(f"{page.url.split('?')[0]}?panel=data")
    expect(page.locator("#scaling-data-counts")).to_have_text(counts)
    expect(low).to_have_value(re.compile("1e.?0?9"))


@pytest.mark.slow
def test_choosers_that_follow_another_come_back(
    running_app: gr.Blocks, open_page: OpenPage
) -> None:
    page = open_page("/pairs?panel=training", leaves=True)
    settle(running_app, page)
    page.locator("#training-kind label").nth(1).click()
    settle(running_app, page)
    page.locator("#training-loss input").click()
    page.get_by_role("option", name=re.compile("entropy", re.I)).click()
    chosen = page.locator("#training-loss input").input_value()
    page.wait_for_timeout(3_000)
    page.reload()
    expect(page.locator("#training-loss input")).to_have_value(chosen)
    page.locator("#training-loss input").click()
    expect(page.get_by_role("option")).to_have_count(3)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("pairs?panel=published", "published"),
        ("scaling?panel=quanta", "scaling_(quanta|back|open|difference)"),
        pytest.param("attention?panel=decoder", "attention_(decoder|open|model_open)", marks=SLOW),
        pytest.param("retrieval?panel=indexing", "nothing", marks=SLOW),
        pytest.param("lora?panel=cost", "lora_cost", marks=SLOW),
        pytest.param("bayes?panel=routes", "bayes_routes", marks=SLOW),
    ],
)
def test_panels_that_are_not_open_ask_nothing(
    running_app: gr.Blocks, open_page: OpenPage, path: str, asked: str
) -> None:
    page = open_page("/", leaves=True)
    numbers: list[int] = []

    def note(sent: Request) -> None:
        if "/queue/join" in sent.url:
            numbers.append(sent.post_data_json["fn_index"])

    page.on("request", note)
    page.goto(page.url.split("?")[0] + path)
    settle(running_app, page)
    names = {str(running_app.fns[number].api_name) for number in numbers}
    names -= {f"{path.partition('?')[0]}_visitor"}  # every page says who comes
    assert all(re.match(asked, name) for name in names), names
