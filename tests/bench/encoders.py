"""Registry against sentence-transformers with its defaults, alternating in one run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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


def embed() -> Rows:
    """2,000 sentences: `registry.embed` against `SentenceTransformer.encode`."""
    from sentence_transformers import SentenceTransformer

    folder, texts = str(find_files(CATALOG[MODEL]).folder), mixed_texts(COUNT)
    for registry in _registries(CATALOG):
        yield from _compare(
            registry,
            ("registry.embed, mixed", lambda registry: registry.embed(MODEL, texts)),
            ("encode", lambda device: SentenceTransformer(folder, device=device)),
            lambda peer: peer.encode(texts),
            COUNT,
        )


def score() -> Rows:
    """2,000 pairs: `registry.score` against `CrossEncoder.predict` on the same plain model."""
    yield from _score(mixed_pairs(COUNT), "mixed")


def short() -> Rows:
    """Short pairs of 4 to 8 words a side: 2,000, or 32,000 on a GPU."""
    count = 32_000 if torch.cuda.is_available() else COUNT
    first, second = (mixed_texts(count, seed, lengths=(4, 6, 8)) for seed in (0, 1))
    yield from _score(list(zip(first, second, strict=True)), "short")


def late() -> Rows:
    """Late interaction against `MultiVectorEncoder`: token vectors of 2,000 sentences, and the
    scores of 2,000 pairs, for which its two directions are averaged.
    """
    card = replace(
        CATALOG[MODEL], key="late", kind="late-interaction", base=MODEL, sources=(), sha256={}
    )
    texts, pairs = mixed_texts(COUNT), mixed_pairs(COUNT)
    for registry in _registries(Catalog((card, CATALOG[MODEL]))):
        yield from _compare(
            registry,
            ("registry.token_vectors", lambda registry: registry.token_vectors("late", texts)),
            ("MultiVectorEncoder.encode", _multi_vector_encoder),
            lambda peer: peer.encode(texts),
            COUNT,
        )
        yield from _compare(
            registry,
            ("registry.score, late interaction", lambda registry: registry.score("late", pairs)),
            ("encode and similarity_pairwise", _multi_vector_encoder),
            lambda peer: _both_directions(peer, pairs),
            COUNT,
        )


def _multi_vector_encoder(device: str) -> Any:
    """sentence-transformers' late interaction of the same weights."""
    from sentence_transformers import MultiVectorEncoder
    from sentence_transformers.base.modules import Normalize, Transformer
    from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask

    transformer = Transformer(str(find_files(CATALOG[MODEL]).folder), max_seq_length=256)
    by_token = Normalize(module_input_name="token_embeddings")
    return MultiVectorEncoder(modules=[transformer, MultiVectorMask(), by_token], device=device)


def _both_directions(peer: Any, pairs: list[tuple[str, str]]) -> Any:
    peer.similarity_fn_name = "meanmaxsim"
    sides = [list(side) for side in zip(*pairs, strict=True)]
    firsts, seconds = (peer.encode(side) for side in sides)
    there = peer.similarity_pairwise(firsts, seconds)
    return (there + peer.similarity_pairwise(seconds, firsts)) / 2


def _score(pairs: list[tuple[str, str]], label: str) -> Rows:
    from sentence_transformers import CrossEncoder

    with tempfile.TemporaryDirectory() as folder:
        with ThreadPoolExecutor(1) as own_thread:
            card = own_thread.submit(_plain_cross_encoder, Path(folder)).result()
        for registry in _registries(Catalog((card,))):
            yield from _compare(
                registry,
                (f"registry.score, {label}", lambda registry: registry.score(card.key, pairs)),
                ("predict", lambda device: CrossEncoder(folder, max_length=256, device=device)),
                lambda peer: peer.predict(pairs),
                len(pairs),
            )


def _registries(catalog: Catalog) -> Iterator[Registry]:
    """One in the number format that is chosen here, and one in fp32 where that is another."""
    chosen = choose_device().dtype
    for dtype in dict.fromkeys((chosen, torch.float32)):
        registry = Registry(catalog, dtype=dtype)
        yield registry
        registry.close()


def _compare(
    registry: Registry,
    ours: tuple[str, Callable[[Registry], object]],
    make_peer: tuple[str, Callable[[str], Any]],
    theirs: Callable[[Any], object],
    count: int,
) -> Rows:
    """Ours against the peer as its defaults have it (fp32), and in bf16 where ours is.

    The peer is made and run on the registry's own thread: a second thread that computes with torch
    would have a pool of OpenMP threads of its own, and both would be slower than alone.
    """
    peer = registry.run(make_peer[1], str(choose_device().device))
    registry.load(next(iter(registry.catalog)))
    dtype = registry.status().dtype
    for name in ("defaults (fp32)", "bf16")[: 1 if dtype == "float32" else 2]:
        if name == "bf16":
            registry.run(peer.bfloat16)
        times = _alternate(registry, lambda: ours[1](registry), lambda: theirs(peer))
        a, b = (statistics.median(side) for side in zip(*times, strict=True))
        best = min(y for _, y in times) / min(x for x, _ in times)
        yield f"{ours[0]}, {dtype}: a second", f"{count / a:,.0f}"
        yield f"{make_peer[0]}, {name}: a second", f"{count / b:,.0f}"
        ratio = statistics.median(y / x for x, y in times)
        yield "ratio", f"{ratio:.2f}x (median pair by pair), {best:.2f}x (fastest runs)"


def _alternate(
    registry: Registry, ours: Callable[[], object], theirs: Callable[[], object]
) -> list[tuple[float, float]]:
    """Seconds of both, in turn, after a warm-up of each."""

    def turn() -> tuple[float, float]:
        registry.clear_cache()
        return seconds(ours), seconds(lambda: registry.run(theirs))

    return [turn() for _ in range(REPEATS + 1)][1:]


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
