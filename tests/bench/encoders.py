"""Registry against sentence-transformers with its defaults, alternating in one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

from models.catalog import CATALOG, Catalog, FolderSource, ModelCard
from models.device import choose_device
from models.registry import Registry
from models.sources import find_files
from tests.bench.inputs import mixed_pairs, mixed_texts

COUNT = 2_000
REPEATS = 3
MODEL = "all-MiniLM-L6-v2"
Rows = Iterator[tuple[str, str]]


def seconds(function: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(
    registry: Registry, ours: Callable[[], object], theirs: Callable[[], object]
) -> tuple[float, float, str]:
    """Median seconds of both, alternating after a warm-up, and the ratio theirs/ours in words.

    The peer runs on the registry's own thread: two threads that compute with torch would each have
    a pool of OpenMP threads, and both would be slower than alone.
    """

    def turn(function: Callable[[], object]) -> float:
        registry.clear_cache()
        return seconds(function)

    ours(), registry.run(theirs)
    pairs = [(turn(ours), turn(lambda: registry.run(theirs))) for _ in range(REPEATS)]
    a, b = zip(*pairs, strict=True)
    median = statistics.median(y / x for x, y in pairs)
    text = f"{median:.2f}x (median pair by pair), {min(b) / min(a):.2f}x (fastest runs)"
    return statistics.median(a), statistics.median(b), text


def embed() -> Rows:
    """2,000 sentences: `registry.embed` against `SentenceTransformer.encode`."""
    from sentence_transformers import SentenceTransformer

    texts = mixed_texts(COUNT)
    for registry in _registries():
        folder = str(find_files(CATALOG[MODEL]).folder)
        peer = SentenceTransformer(folder, device=str(choose_device().device))
        for name, theirs in _peers(registry, peer, peer.encode, texts):
            a, b, times = compare(registry, lambda: registry.embed(MODEL, texts), theirs)
            yield from _rows(registry, "registry.embed", f"encode, {name}", a, b, times)
        registry.close()


def score() -> Rows:
    """2,000 pairs: `registry.score` against `CrossEncoder.predict` on the same plain model."""
    yield from _score(mixed_pairs(COUNT), "mixed pairs")


def short() -> Rows:
    """As many short pairs of 4 to 8 words a side (32,000 on a GPU)."""
    count = 32_000 if torch.cuda.is_available() else COUNT
    first, second = (mixed_texts(count, seed, lengths=(4, 6, 8)) for seed in (0, 1))
    yield from _score(list(zip(first, second, strict=True)), "short pairs")


def _score(pairs: list[tuple[str, str]], label: str) -> Rows:
    from sentence_transformers import CrossEncoder

    with tempfile.TemporaryDirectory() as folder:
        card = _plain_cross_encoder(Path(folder))
        for registry in _registries(Catalog((card,))):
            peer = CrossEncoder(folder, max_length=256, device=str(choose_device().device))
            for name, theirs in _peers(registry, peer, peer.predict, pairs):
                a, b, times = compare(registry, lambda: registry.score(card.key, pairs), theirs)
                ours = f"registry.score, {label}"
                yield from _rows(registry, ours, f"predict, {name}", a, b, times, len(pairs))
            registry.close()


def _registries(catalog: Catalog = CATALOG) -> Iterator[Registry]:
    """One in the number format that is chosen here, and one in fp32 where that is another."""
    yield Registry(catalog)
    if choose_device().dtype != torch.float32:
        yield Registry(catalog, dtype=torch.float32)


def _peers(
    registry: Registry, peer: Any, function: Callable[[Any], object], inputs: object
) -> Iterator[tuple[str, Callable[[], object]]]:
    """The peer as its defaults have it (fp32), and in bf16 where the registry computes in it."""
    registry.load(next(iter(registry.catalog)))
    yield "defaults (fp32)", lambda: function(inputs)
    if registry.status().dtype == "bfloat16":
        peer.bfloat16()
        yield "bf16", lambda: function(inputs)


def _rows(
    registry: Registry, ours: str, theirs: str, a: float, b: float, times: str, count: int = COUNT
) -> Rows:
    dtype = registry.status().dtype
    yield f"{ours}, {dtype}: a second", f"{count / a:,.0f}"
    yield f"{theirs}: a second", f"{count / b:,.0f}"
    yield f"{ours}, {dtype}, against {theirs}", times


def ceilings() -> Rows:
    """What the device can do at most: a matrix product and a copy, in the registry's dtype."""
    choice = choose_device()
    size = 8_192 if choice.device.type == "cuda" else 1_536
    a = torch.randn(size, size, device=choice.device, dtype=choice.dtype)
    product = _device_seconds(lambda: a @ a, choice.device)
    big = torch.empty(1 << 28, dtype=torch.uint8, device=choice.device)
    target = torch.empty_like(big)
    copy = _device_seconds(lambda: target.copy_(big), choice.device)
    yield f"matrix product, {size}, {choice.dtype}", f"{2 * size**3 / product / 1e12:.2f} TFLOP/s"
    yield "copy, bytes read and written", f"{2 * big.numel() / copy / 1e9:.0f} GB/s"


def _device_seconds(function: Callable[[], object], device: torch.device) -> float:
    times = []
    for _ in range(8):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        function()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:])


def _plain_cross_encoder(folder: Path) -> ModelCard:
    """MiniLM with a random scalar head: the speed does not depend on what the head has learned."""
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    source = find_files(CATALOG["all-MiniLM-L6-v2"]).folder
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_pretrained(source, num_labels=1)
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(source).save_pretrained(folder)
    return ModelCard(
        key="plain-cross",
        kind="cross-encoder",
        title="plain-cross",
        sources=(FolderSource(str(folder)),),
        languages=("en",),
        licence="-",
        parameters=22_700_000,
        megabytes=91,
        max_length=256,
    )
