"""Registry against sentence-transformers with its defaults, alternating in one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from models.catalog import CATALOG, Catalog, FolderSource, ModelCard
from models.device import choose_device
from models.registry import Registry
from models.sources import find_files
from tests.bench.inputs import mixed_pairs, mixed_texts

COUNT = 2_000
REPEATS = 3
Rows = Iterator[tuple[str, str]]


def seconds(function: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def compare(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, str]:
    """Median seconds of both, alternating after a warm-up, and the ratio theirs/ours in words."""
    ours(), theirs()
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(REPEATS)]
    a, b = zip(*pairs, strict=True)
    median = statistics.median(y / x for x, y in pairs)
    text = f"{median:.2f}x (median pair by pair), {min(b) / min(a):.2f}x (fastest runs)"
    return statistics.median(a), statistics.median(b), text


def embed() -> Rows:
    """2,000 sentences: `registry.embed` against `SentenceTransformer.encode`."""
    from sentence_transformers import SentenceTransformer

    registry = Registry()
    texts = mixed_texts(COUNT)
    peer = SentenceTransformer(str(find_files(CATALOG["all-MiniLM-L6-v2"]).folder))

    def ours() -> None:
        registry.clear_cache()
        registry.embed("all-MiniLM-L6-v2", texts)

    a, b, times = compare(ours, lambda: peer.encode(texts))
    dtype = registry.status().dtype
    yield f"registry.embed, {dtype}", f"{COUNT / a:,.0f} sentences/s"
    yield "SentenceTransformer.encode, defaults", f"{COUNT / b:,.0f} sentences/s"
    yield "ratio", times


def score() -> Rows:
    """2,000 pairs: `registry.score` against `CrossEncoder.predict` on the same plain model."""
    from sentence_transformers import CrossEncoder

    with tempfile.TemporaryDirectory() as folder:
        card = _plain_cross_encoder(Path(folder))
        registry = Registry(Catalog((card,)))
        pairs = mixed_pairs(COUNT)
        peer = CrossEncoder(folder, max_length=256)

        def ours() -> None:
            registry.clear_cache()
            registry.score(card.key, pairs)

        a, b, times = compare(ours, lambda: peer.predict(pairs))
        yield f"registry.score, {registry.status().dtype}", f"{COUNT / a:,.0f} pairs/s"
        yield "CrossEncoder.predict, defaults", f"{COUNT / b:,.0f} pairs/s"
        yield "ratio", times


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
