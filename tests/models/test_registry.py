"""The registry's promises: batching, sharing, eviction, slices, cancelling, errors."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch

from models.catalog import CATALOG, Catalog
from models.device import Device, DeviceChoice, choose_device
from models.errors import (
    CancelledError,
    InputError,
    MemoryBudgetError,
    ModelError,
    ModelUnavailableError,
    UnknownModelError,
    UnsupportedModelError,
)
from models.registry import Registry
from models.sentences import Sentence
from tests.models import tiny

MINILM = "all-MiniLM-L6-v2"
CROSS = "cosent-cross"


class CountingDevice(Device):
    """A fake accelerator: counts what is placed and fetched, and can run out of memory."""

    def __init__(self, fits_tokens: int = 10**9) -> None:
        super().__init__(DeviceChoice(torch.device("cpu"), torch.float32, Sentence("as requested")))
        self.placed = self.moved = self.fetched = self.released = 0
        self.fits_tokens = fits_tokens

    def place(self, module: Any) -> Any:
        self.placed += 1
        return super().place(module)

    def to_device(self, tensor: torch.Tensor) -> torch.Tensor:
        self.moved += 1
        tokens = int((tensor[0] != 0).sum()) if tensor.ndim == 2 else 0  # the rest rounds up
        if tokens > self.fits_tokens:
            raise torch.cuda.OutOfMemoryError("fake")
        return super().to_device(tensor)

    def fetch(self, tensor: torch.Tensor) -> Any:
        self.fetched += 1
        return super().fetch(tensor)

    def release_memory(self) -> None:
        self.released += 1


class PipelinedDevice(CountingDevice):
    """A fake that answers late, as CUDA does: the result is there when it is waited for."""

    is_asynchronous = True  # type: ignore[assignment]
    is_cuda = True  # type: ignore[assignment]

    def to_device(self, tensor: torch.Tensor) -> torch.Tensor:
        self.moved += 1
        return tensor

    def fetch(self, tensor: torch.Tensor) -> Any:
        self.fetched += 1
        return lambda: tensor.clone()

    def default_memory_budget(self) -> int:
        return 1 << 30


@pytest.fixture
def tiny_catalog(tmp_path: Path) -> Catalog:
    """Three bi-encoders and a cross-encoder of a hundred kilobytes each."""
    cards = [
        tiny.card(f"m{k}", tiny.write_bi_encoder(tmp_path / f"m{k}", seed=k)) for k in range(3)
    ]
    cross = tiny.card("x", tiny.write_cross_encoder(tmp_path / "x"), "cross-encoder")
    return Catalog((*cards, cross))


@pytest.fixture
def small(tiny_catalog: Catalog) -> Iterator[Registry]:
    registry = Registry(tiny_catalog, CountingDevice())
    yield registry
    registry.close()


def model_bytes(catalog: Catalog) -> int:
    registry = Registry(catalog, "cpu", dtype=torch.float32)
    registry.embed("m0", ["a"])
    return registry.status().nbytes


# --- shapes, lanes, caches ---


def test_empty_input(small: Registry) -> None:
    assert small.embed("m0", []).shape[0] == 0
    assert small.score("m0", []).shape == (0,)
    assert small.score("x", []).shape == (0,)


def test_repeats_come_from_the_cache(small: Registry) -> None:
    first = small.embed("m0", ["a b", "c", "a b"])
    batches = small.status().batches
    work = small.embedding("m0", ["c", "a b"])
    assert torch.equal(work.result(), first[[1, 0]])
    assert work.progress.cached == 2
    assert small.status().batches == batches
    assert small.status().cache_hits >= 2


def test_the_cache_is_keyed_by_model(small: Registry) -> None:
    assert not torch.allclose(small.embed("m0", ["a"]), small.embed("m1", ["a"]))


def test_results_are_ordinary_tensors(small: Registry) -> None:
    vectors = small.embed("m0", ["a"])
    assert not vectors.is_inference()
    vectors.add_(1.0)  # a caller's own copy: the cache keeps the right one
    assert not torch.equal(vectors, small.embed("m0", ["a"]))


def test_the_cross_encoder_gives_both_orders_the_same_logit(registry: Registry) -> None:
    there = registry.score(CROSS, [("A cat sleeps.", "A cat is asleep.")])
    back = registry.score(CROSS, [("A cat is asleep.", "A cat sleeps.")])
    other = registry.score(CROSS, [("A cat sleeps.", "Interest rates fell.")])
    assert there.item() == back.item()
    assert there.item() > other.item()
    assert float(other) < -1 or float(there) > 1  # a logit, not a probability


def test_cosine_of_a_text_with_itself(registry: Registry) -> None:
    assert registry.score(MINILM, [("same", "same")]).item() == pytest.approx(1.0, abs=1e-6)


def test_run_moves_tensors_and_brings_them_back(small: Registry) -> None:
    def function(x: torch.Tensor, more: dict[str, Any]) -> tuple[torch.Tensor, str]:
        return x @ more["y"][0], threading.current_thread().name

    product, thread = small.run(function, torch.eye(2), {"y": [torch.ones(2, 2)]})
    assert torch.equal(product, torch.ones(2, 2))
    assert thread == "device"


def test_how_far_a_model_reads_into_a_text(small: Registry) -> None:
    long = " ".join(["a"] * 100)
    for key, words in (("m0", 62), ("x", 61)):  # of 64 tokens; a pair has three special ones
        tokens, read = small.reach(key, ["a b", long, " " * 9, ""])
        assert tokens == 64
        assert read == [3, 2 * words - 1, 9, 0]
    with pytest.raises(UnknownModelError):
        small.reach("nobody", ["a"])


def test_truncation_is_known(small: Registry) -> None:
    for key, pairs in (
        ("m0", [("a", "b"), ("a " * 100, "b"), ("c", "d " * 62)]),
        ("x", [("a", "b"), ("a " * 40, "b " * 40), ("c", "d " * 60)]),
    ):
        for _ in range(2):  # computed, then from the cache
            work = small.scoring(key, pairs)
            work.result()
            assert work.truncated == [False, True, False]


@pytest.mark.parametrize("text", [" " * 7_000 + "a b c", "a b c" + " " * 7_000, "\n" * 9_000 + "a"])
def test_white_space_does_not_hide_the_text(small: Registry, text: str) -> None:
    work = small.scoring("m0", [(text, text.strip())])
    assert work.result().item() == pytest.approx(1.0, abs=1e-6)
    assert work.truncated == [False]


def test_a_very_long_text_costs_no_more_than_what_the_model_reads(small: Registry) -> None:
    assert small.embed("m0", ["a " * 500_000]).shape[0] == 1


# --- many callers ---


def test_thirty_two_callers_get_what_they_would_get_alone(registry: Registry) -> None:
    pairs = [[(f"sentence {k}", f"phrase {k + j}") for j in range(4)] for k in range(32)]
    registry.clear_cache()
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda p: registry.score(MINILM, p), pairs))
    registry.clear_cache()
    for one, mine in zip(pairs, together, strict=True):
        torch.testing.assert_close(registry.score(MINILM, one), mine, atol=1e-5, rtol=0)


def test_mixed_models_and_callers(small: Registry) -> None:
    alone = {key: small.score(key, [("a b", "c")]) for key in ("m0", "m1", "x")}
    small.clear_cache()

    def ask(k: int) -> bool:
        key = ("m0", "m1", "x")[k % 3]
        return torch.allclose(small.score(key, [("a b", "c")]), alone[key], atol=1e-5)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(60)))


def test_a_small_request_is_answered_during_a_long_job(registry: Registry) -> None:
    registry.clear_cache()
    job = registry.scoring(MINILM, [(f"long {k}", f"job number {k}") for k in range(4_000)])
    steps = iter(job)
    next(steps)
    runner = threading.Thread(target=lambda: [None for _ in steps])
    runner.start()
    before = registry.status().batches
    assert registry.score(MINILM, [("quick question", "quick answer")]).shape == (1,)
    passed = registry.status().batches - before
    job_is_running = runner.is_alive()
    runner.join()
    assert job_is_running
    assert passed <= 4  # its own batch, the one that was running, and what began meanwhile


def test_long_work_reports_progress_and_is_cancelled(registry: Registry) -> None:
    registry.clear_cache()
    work = registry.scoring(MINILM, [(f"first {k}", f"second {k}") for k in range(3_000)])
    seen = []
    for progress in work:
        seen.append(progress.done)
        if len(seen) == 2:
            work.cancel()
            break
    assert 0 < seen[0] < seen[1] < 3_000
    time.sleep(1.5)  # the batch in flight may end
    batches = registry.status().batches
    time.sleep(0.5)
    assert registry.status().batches == batches
    assert registry.status().queue_length == 0
    assert not any(model.in_use for model in registry.status().models)


def test_a_cancel_from_another_thread_reaches_running_work(registry: Registry) -> None:
    registry.clear_cache()
    work = registry.scoring(MINILM, [(f"one {k}", f"two {k}") for k in range(5_000)])
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work.result()
        except BaseException as error:
            errors.append(error)

    runner = threading.Thread(target=run)
    runner.start()
    while not work.progress.done:
        time.sleep(0.01)
    work.cancel()
    runner.join(10)
    assert not runner.is_alive()
    assert [type(error) for error in errors] == [CancelledError]
    with pytest.raises(CancelledError):
        work.result()
    assert not any(model.in_use for model in registry.status().models)


def test_failed_work_fails_again(small: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    work = small.scoring("m0", [("a", "b")])
    monkeypatch.setattr(small, "_land", lambda flight: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            work.result()


def test_a_function_on_the_device_cannot_wait_for_the_device(small: Registry) -> None:
    small.embed("m0", ["a"])
    with pytest.raises(RuntimeError, match="on the device"):
        small.run(lambda: small.embed("m0", ["not yet known"]))
    assert small.embed("m0", ["b"]).shape[0] == 1


def test_one_string_is_not_a_list_of_texts(small: Registry) -> None:
    with pytest.raises(InputError, match="as a list"):
        small.embed("m0", "abc")


# --- memory ---


def test_the_least_recently_used_model_is_evicted(tiny_catalog: Catalog) -> None:
    size = model_bytes(tiny_catalog)
    registry = Registry(tiny_catalog, CountingDevice(), memory_budget=int(2.5 * size))
    for key in ("m0", "m1", "m0", "m2"):
        registry.embed(key, [f"text for {key}", "x"])
    assert [model.key for model in registry.status().models] == ["m0", "m2"]
    assert registry.status().evictions == 1
    assert registry.status().nbytes <= 2.5 * size
    registry.embed("m1", ["again"])  # comes back when asked for


def test_a_model_in_use_is_never_evicted(tiny_catalog: Catalog) -> None:
    size = model_bytes(tiny_catalog)
    registry = Registry(tiny_catalog, CountingDevice(), memory_budget=int(1.5 * size))
    with registry._engine.store.lease("m0"):
        other = threading.Thread(target=lambda: registry.embed("m1", ["a"]))
        other.start()
        time.sleep(0.5)
        assert [model.key for model in registry.status().models] == ["m0"]
    other.join(10)
    assert [model.key for model in registry.status().models] == ["m1"]


def test_a_model_larger_than_the_budget_is_refused(tiny_catalog: Catalog) -> None:
    registry = Registry(tiny_catalog, CountingDevice(), memory_budget=1_000)
    with pytest.raises(MemoryBudgetError, match="memory budget"):
        registry.embed("m0", ["a"])


def test_adapters_share_one_copy_of_their_base(registry: Registry) -> None:
    before = registry.embed(MINILM, ["shared weights", "two tasks"])
    registry.score(CROSS, [("shared weights", "two tasks")])
    registry.clear_cache()
    after = registry.embed(MINILM, ["shared weights", "two tasks"])
    assert torch.equal(before, after)  # the adapter does not leak into the base
    # Other tests may have loaded a language model meanwhile.
    status = registry.status()
    others = sum(m.nbytes for m in status.models if CATALOG[m.key].kind == "causal-lm")
    assert status.nbytes - others < 1.3 * 90_900_000
    store = registry._engine.store
    assert len(store._backbones) == 1


def test_an_adapter_can_leave_and_come_back() -> None:
    registry = Registry(device="cpu", dtype=torch.float32)
    pair = [("one", "two")]
    first = registry.score(CROSS, pair)
    store = registry._engine.store
    with store._freed:
        model = store._models.pop(CROSS)
    store._unload(model.backbone)
    assert registry.status().nbytes == 0
    registry.clear_cache()
    torch.testing.assert_close(registry.score(CROSS, pair), first)


def test_an_evicted_model_leaves_memory(tiny_catalog: Catalog) -> None:
    import gc
    import weakref

    size = model_bytes(tiny_catalog)
    registry = Registry(tiny_catalog, CountingDevice(fits_tokens=40), memory_budget=int(1.5 * size))
    registry.embed("m0", [f"a {k}" for k in range(30)])
    weights = weakref.ref(registry._engine.store._backbones["m0"])
    registry.embed("m1", ["a"])
    gc.collect()
    assert weights() is None


def test_no_room_is_said_rather_than_waited_for(
    tiny_catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.store._PATIENCE_SECONDS", 0.2)
    size = model_bytes(tiny_catalog)
    registry = Registry(tiny_catalog, CountingDevice(), memory_budget=int(1.5 * size))
    with (
        registry._engine.store.lease("m0"),
        pytest.raises(MemoryBudgetError, match="others are in use"),
    ):
        registry.embed("m1", ["a"])


def test_out_of_memory_halves_the_batch(tiny_catalog: Catalog) -> None:
    device = CountingDevice(fits_tokens=200)
    registry = Registry(tiny_catalog, device)
    texts = [f"a b c d {k}" for k in range(150)]
    plenty = Registry(tiny_catalog, CountingDevice()).embed("m0", texts)
    torch.testing.assert_close(registry.embed("m0", texts), plenty, atol=1e-6, rtol=0)
    assert registry.status().out_of_memory_events >= 2
    assert device.released >= 2


def test_a_text_that_never_fits_is_said(tiny_catalog: Catalog) -> None:
    registry = Registry(tiny_catalog, CountingDevice(fits_tokens=10))
    with pytest.raises(MemoryBudgetError, match="does not fit"):
        registry.embed("m0", ["a " * 30])
    assert registry.embed("m0", ["a"]).shape[0] == 1


# --- devices ---


def test_every_placement_goes_through_the_device(tiny_catalog: Catalog) -> None:
    device = CountingDevice()
    registry = Registry(tiny_catalog, device)
    registry.embed("m0", ["a", "b"])
    registry.score("x", [("a", "b")])
    assert device.placed == 2
    assert device.fetched == 2
    registry.embed("m0", ["a"])
    assert (device.placed, device.fetched) == (2, 2)  # neither loaded nor computed again


def test_a_device_that_answers_late_gives_the_same(tiny_catalog: Catalog) -> None:
    texts = [f"a b {k} " * (k % 9 + 1) for k in range(180)]
    late = Registry(tiny_catalog, PipelinedDevice()).embed("m0", texts)
    prompt = Registry(tiny_catalog, CountingDevice()).embed("m0", texts)
    torch.testing.assert_close(late, prompt, atol=1e-6, rtol=0)


def test_eager_mode_has_everything_placed_at_the_start() -> None:
    device = CountingDevice()
    registry = Registry(device=device, eager=True)
    assert {model.key for model in registry.status().models} == {
        card.key for card in CATALOG.embedded()
    }
    placed = device.placed
    registry.score(MINILM, [("a", "b")])
    registry.score(CROSS, [("a", "b")])
    assert device.placed == placed


class LentDevice(CountingDevice):
    """A GPU that is lent per call: only the main thread may place weights on it."""

    is_lent = True  # type: ignore[assignment]

    def place(self, module: Any) -> Any:
        assert threading.current_thread() is threading.main_thread()
        return super().place(module)

    def gpu_task(self, function: Any) -> Any:
        return function


def test_a_lent_gpu_is_filled_by_the_main_thread() -> None:
    registry = Registry(device=LentDevice(), eager=True)
    assert registry.score(CROSS, [("a", "b")]).shape == (1,)


def test_the_choice_of_device_says_why() -> None:
    choice = choose_device("cpu")
    assert "bf16" in str(choice.reason) or "fp32" in str(choice.reason)
    assert choose_device("cpu", torch.bfloat16).dtype == torch.bfloat16


def test_status_never_waits() -> None:
    status = Registry().status()
    assert status.device in ("starting", "cpu", "cuda")


def test_a_failing_start_reaches_every_caller(tiny_catalog: Catalog) -> None:
    registry = Registry(tiny_catalog, "no-such-device")
    assert registry.status().device == "starting"
    for _ in range(2):
        with pytest.raises(RuntimeError):
            registry.embed("m0", ["a"])
    assert registry.status().device == "failed"


@pytest.mark.slow
def test_a_process_ends_cleanly_while_a_long_job_runs() -> None:
    script = (
        "import threading\n"
        "from models.registry import Registry\n"
        f"work = Registry().scoring('{MINILM}', [(f'a {{k}}', f'b {{k}}') for k in range(9_000)])\n"
        "begun = threading.Event()\n"
        "def run():\n"
        "    try:\n"
        "        for _ in work: begun.set()\n"
        "    except Exception: pass\n"
        "threading.Thread(target=run, daemon=True).start()\n"
        "begun.wait(120)\n"
    )
    project = Path(__file__).resolve().parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=project, capture_output=True, text=True, timeout=200
    )
    assert ended.returncode == 0, ended.stderr
    assert "terminate called" not in ended.stderr


# --- errors ---


def test_unknown_and_unreachable_models(registry: Registry) -> None:
    with pytest.raises(UnknownModelError, match="did you mean"):
        registry.embed("all-MiniLM-L6", ["a"])
    with pytest.raises(ModelUnavailableError, match=r"cannot be reached\.$"):
        registry.embed("bge-small-zh-v1.5", ["a"])
    with pytest.raises(UnknownModelError):
        registry.embed("some/repository", ["a"])  # hub ids are off unless the host allows them


def test_hub_ids_where_the_host_allows_them(tiny_catalog: Catalog) -> None:
    registry = Registry(tiny_catalog, CountingDevice(), allow_hub_ids=True)
    with pytest.raises(ModelUnavailableError, match="some/repository"):
        registry.embed("some/repository", ["a"])


def test_the_wrong_kind_is_said(small: Registry) -> None:
    with pytest.raises(InputError, match="only a bi-encoder"):
        small.embed("x", ["a"])


@pytest.mark.parametrize("pairs", [["ab"], [("a",)], [("a", "b", "c")], [("a", None)], [(1, 2)]])
def test_pairs_of_a_wrong_shape(small: Registry, pairs: list[Any]) -> None:
    with pytest.raises(InputError):
        small.score("m0", pairs)


def test_half_a_character_is_refused(small: Registry) -> None:
    with pytest.raises(InputError, match="half of a character"):
        small.embed("m0", ["\ud800"])


@pytest.mark.parametrize(
    ("modules", "sentence"),
    [
        ([("sentence_transformers.models.CNN", "")], "CNN"),
        ([("custom_st.Transformer", "")], "custom_st"),
        ([("sentence_transformers.models.Transformer", "")], "order"),
        (
            [
                ("sentence_transformers.models.Transformer", ""),
                ("sentence_transformers.models.Pooling", "../other"),
            ],
            "outside its own folder",
        ),
    ],
)
def test_a_layout_that_is_not_known_is_refused(
    tmp_path: Path, modules: list[tuple[str, str]], sentence: str
) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    entries = [{"idx": i, "type": kind, "path": path} for i, (kind, path) in enumerate(modules)]
    (folder / "modules.json").write_text(json.dumps(entries))
    registry = Registry(Catalog((tiny.card("m", folder),)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match=sentence):
        registry.embed("m", ["a"])


def test_a_folder_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    (folder / "tokenizer.json").unlink()
    registry = Registry(Catalog((tiny.card("m", folder),)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match="tokenizer"):
        registry.embed("m", ["a"])


def test_positions_bound_the_length(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path, max_length=1_000)  # the model has 128 positions
    registry = Registry(Catalog((tiny.card("m", folder),)), CountingDevice())
    work = registry.scoring("m", [("a " * 500, "b")])
    assert work.result().shape == (1,)
    assert work.truncated == [True]


def test_a_hub_that_refuses_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelUnavailableError, match="cannot be reached"):
        Registry(device="cpu").embed("bge-small-zh-v1.5", ["a"])


def test_weights_in_another_format_are_refused(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    registry = Registry(Catalog((tiny.card("m", folder),)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match="safetensors"):
        registry.embed("m", ["a"])


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    card = tiny.card("m", folder, sha256={"model.safetensors": "0" * 64})
    registry = Registry(Catalog((card,)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match="sha256"):
        registry.embed("m", ["a"])


def test_a_classifier_of_three_classes_is_refused(tmp_path: Path) -> None:
    folder = tiny.write_cross_encoder(tmp_path, labels=3)
    registry = Registry(Catalog((tiny.card("x", folder, "cross-encoder"),)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match="3 outputs"):
        registry.score("x", [("a", "b")])


def test_a_failed_load_leaves_the_registry_usable(tmp_path: Path) -> None:
    good = tiny.card("good", tiny.write_bi_encoder(tmp_path / "good"))
    bad_folder = tiny.write_bi_encoder(tmp_path / "bad")
    (bad_folder / "config.json").write_text("{")
    registry = Registry(Catalog((good, tiny.card("bad", bad_folder))), CountingDevice())
    with pytest.raises(ModelError):
        registry.embed("bad", ["a"])
    assert registry.embed("good", ["a"]).shape[0] == 1


def test_a_missing_head_is_refused_not_invented(tmp_path: Path) -> None:
    folder = tiny.write_cross_encoder(tmp_path / "x")
    tiny.BertModel(tiny.config()).save_pretrained(folder)  # weights without the classifier
    settings = json.loads((folder / "config.json").read_text())
    settings |= {"architectures": ["BertForSequenceClassification"], "num_labels": 1}
    settings |= {"id2label": {"0": "score"}, "label2id": {"score": 0}}
    (folder / "config.json").write_text(json.dumps(settings))
    registry = Registry(Catalog((tiny.card("x", folder, "cross-encoder"),)), CountingDevice())
    with pytest.raises(UnsupportedModelError, match="lacks weights"):
        registry.score("x", [("a", "b")])


def test_models_never_import_gradio_or_plotly() -> None:
    import re

    package = Path(__file__).resolve().parents[2] / "models"
    pattern = re.compile(r"^\s*(import|from)\s+(gradio|plotly|demos)\b", re.MULTILINE)
    for file in package.rglob("*.py"):
        assert not pattern.search(file.read_text(encoding="utf-8")), file


def test_demos_never_import_each_other() -> None:
    import re

    from demos import DEMOS

    folder = Path(__file__).resolve().parents[2] / "demos"
    keys = [demo.key for demo in DEMOS]
    assert "pairs" in keys
    for key in [*keys, "frame"]:
        others = "|".join(other for other in keys if other != key)
        pattern = re.compile(rf"demos\.({others})\b")
        for file in (folder / key).rglob("*.py"):
            assert not pattern.search(file.read_text(encoding="utf-8")), file


def test_a_symmetric_cross_encoder_is_the_mean_of_both_orders(tmp_path: Path) -> None:
    folder = tiny.write_cross_encoder(tmp_path / "cross")
    plain = tiny.card("plain", folder, "cross-encoder")
    both = tiny.card("both", folder, "cross-encoder", symmetric=True)
    registry = Registry(Catalog((plain, both)), device="cpu", dtype=torch.float32)
    pairs = [("a b", "c"), ("c", "a b"), ("d", "d"), ("e f", "g h i")]
    turned = [(second, first) for first, second in pairs]
    expected = (registry.score("plain", pairs) + registry.score("plain", turned)) / 2
    found = registry.score("both", pairs)
    assert torch.allclose(found, expected, atol=1e-6)
    assert found[0] == found[1]
    assert registry.score("both", []).shape == (0,)
    registry.close()
