"""On a CUDA GPU: parity, mixed callers, eviction, a real out-of-memory. `make test-gpu`."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from models.catalog import CATALOG, Catalog
from models.registry import Registry
from models.train.events import Evaluated, StepDone
from models.train.settings import TrainingSettings
from models.train.tuning import Task, Tuned
from tests.bench.inputs import mixed_pairs, mixed_texts
from tests.models.test_train import data
from tests.models.test_tuning import sgd

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU"),
]
MINILM, CROSS = "all-MiniLM-L6-v2", "cosent-cross"


@pytest.fixture(scope="module")
def cpu() -> Iterator[Registry]:
    registry = Registry(device="cpu", dtype=torch.float32)
    yield registry
    registry.close()


def test_fp32_equals_the_cpu(cpu: Registry) -> None:
    gpu = Registry(device="cuda", dtype=torch.float32)
    texts = mixed_texts(200)
    torch.testing.assert_close(
        gpu.embed(MINILM, texts), cpu.embed(MINILM, texts), atol=1e-4, rtol=0
    )


def test_the_default_is_bfloat16_and_agrees(cpu: Registry) -> None:
    gpu = Registry()
    pairs = mixed_pairs(300)
    gap = (gpu.score(MINILM, pairs) - cpu.score(MINILM, pairs)).abs().max()
    assert gpu.status().dtype == "bfloat16"
    assert float(gap) < 5e-3


def test_fp32_equals_sentence_transformers_on_the_gpu() -> None:
    from sentence_transformers import SentenceTransformer

    from models.sources import find_files

    folder = find_files(CATALOG[MINILM]).folder
    texts = mixed_texts(200)
    peer = SentenceTransformer(str(folder), device="cuda")
    theirs = torch.from_numpy(peer.encode(texts))
    ours = Registry(device="cuda", dtype=torch.float32).embed(MINILM, texts)
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=0)


def test_mixed_callers_get_their_own_answers() -> None:
    gpu = Registry(dtype=torch.float32)
    requests = [(MINILM if k % 2 else CROSS, mixed_pairs(8, seed=10 * k)) for k in range(64)]
    alone = [gpu.score(key, pairs) for key, pairs in requests]
    gpu.clear_cache()
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda request: gpu.score(*request), requests))
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def test_eviction_gives_memory_back() -> None:
    catalog = Catalog(tuple(CATALOG[key] for key in (MINILM, CROSS)))
    gpu = Registry(catalog, memory_budget=60 << 20)
    gpu.embed(MINILM, ["a"])
    before = torch.cuda.memory_allocated()
    store = gpu._engine.store
    with store._freed:
        model = store._models.pop(MINILM)
    store._unload(model.backbone)
    del model
    assert torch.cuda.memory_allocated() < before


def test_a_real_out_of_memory_halves_the_batch(cpu: Registry) -> None:
    gpu = Registry(dtype=torch.float32)
    gpu.embed(MINILM, ["warm"])
    texts = mixed_texts(4_000, lengths=(200,))
    torch.cuda.empty_cache()
    total = torch.cuda.get_device_properties(0).total_memory
    allowed = torch.cuda.memory_allocated() + (400 << 20)
    torch.cuda.set_per_process_memory_fraction(allowed / total)
    try:
        ours = gpu.embed(MINILM, texts)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert gpu.status().out_of_memory_events > 0
    torch.testing.assert_close(ours[:50], cpu.embed(MINILM, texts[:50]), atol=1e-4, rtol=0)


def test_attention_equals_the_cpu(cpu: Registry) -> None:
    gpu = Registry(device="cuda", dtype=torch.float32)
    text = mixed_texts(1, lengths=(80,))[0]
    ours, theirs = gpu.attend(MINILM, text), cpu.attend(MINILM, text)
    assert ours.tokens == theirs.tokens
    for one, other in zip(ours.queries, theirs.queries, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


def test_what_is_held_stays_on_the_gpu() -> None:
    gpu = Registry(device="cuda", dtype=torch.float32)
    matrix = torch.randn(64, 64, dtype=torch.float64)
    held = gpu.hold(matrix)

    def product(a: torch.Tensor, b: torch.Tensor) -> tuple[torch.Tensor, bool]:
        return a @ b, a.is_cuda and b.is_cuda

    result, was_there = gpu.run(product, held, matrix)
    assert was_there
    assert not result.is_cuda
    torch.testing.assert_close(result, matrix @ matrix)


@pytest.mark.parametrize("method", ["lora", "weights"])
def test_a_training_equals_that_on_the_cpu(cpu: Registry, method: str) -> None:
    settings = TrainingSettings(
        kind="bi-encoder",
        base=MINILM,
        method=method,  # type: ignore[arg-type]
        rank=4,
        learning_rate=1e-3,
        max_steps=6,
        epochs=9,
        batch_size=8,
        dropout=0.0,
        average=0.0,
    )
    task = Task(data(40, 0), data(20, 1, "held out"))
    steering = sgd(1e-3) if method == "weights" else None
    ours, theirs = (
        list(registry.tune(settings, [task], steering))
        for registry in (Registry(device="cuda", dtype=torch.float32), cpu)
    )
    for kind, name in ((StepDone, "loss"), (Evaluated, "spearman")):
        mine, others = (
            [getattr(event, name) for event in events if isinstance(event, kind)]
            for events in (ours, theirs)
        )
        assert mine == pytest.approx(others, abs=5e-3 if kind is StepDone else 0.02)
    (end,) = (event for event in ours if isinstance(event, Tuned))
    assert all(values[0] > 0 for values in end.spectra.values())


def test_bfloat16_training_learns_on_the_gpu() -> None:
    settings = TrainingSettings(
        kind="bi-encoder", base=MINILM, rank=8, learning_rate=2e-3, max_steps=60, epochs=99,
        batch_size=32, dropout=0.0,
    )  # fmt: skip
    events = list(Registry().tune(settings, [Task(data(400, 0), data(100, 1, "held out"))]))
    spearman = [event.spearman for event in events if isinstance(event, Evaluated)]
    assert max(spearman) > spearman[0] + 0.01
