"""Building an index: embed the texts, choose anchor queries among them, score each against all.

What has been computed lies in a folder beside the finished indexes, a file a block, each either
whole or absent. A build that was cancelled or killed goes on from there: the same texts, models
and anchors have the same address. Memory holds one block beyond the index itself.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import re
import shutil
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.retrieval.anchors import kmeans_medoids
from demos.retrieval.belief import MAX_FACTORS, fit_belief
from demos.retrieval.corpus import Corpus
from demos.retrieval.scorer import default_cross_encoder
from demos.retrieval.search import Index
from demos.retrieval.store import (
    DESCRIPTION,
    ModelVersion,
    StoredIndex,
    address,
    load,
    save,
    write_whole,
)
from models.registry import Registry
from models.work import Cancellation, Progress, Work

DEFAULT_BI_ENCODER, DEFAULT_CROSS_ENCODER = "all-MiniLM-L6-v2", default_cross_encoder()
DEFAULT_ANCHORS, MOST_ANCHORS = 20, 100
_TEXTS_A_BLOCK = 4_096
_PAIRS_A_BLOCK = 2_048
_PROBE = 48  # pairs by which the pace is judged
_PROBE_ROUNDS = 2
KEPT_SECONDS = 14 * 86_400  # an index that nobody opened for so long may go
KEPT_BYTES = 8 << 30
_STOP_SECONDS = 10.0  # a build that is stopped gets so long to end
_BLOCKS_ENDING = ".building"
_OURS = re.compile(r"[0-9a-f]{24}(\.building)?")

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Plan:
    """What is to be built, and where.

    Attributes:
        key: the index's address.
        anchors: how many anchor queries.
        folder: where the finished index goes; blocks lie in a folder beside it.
    """

    key: str
    corpus: Corpus
    anchors: int
    bi_encoder: ModelVersion
    cross_encoder: ModelVersion
    folder: Path

    @property
    def blocks(self) -> Path:
        return self.folder.with_name(self.folder.name + _BLOCKS_ENDING)

    @property
    def calls(self) -> int:
        """Cross-encoder calls in all."""
        return self.anchors * len(self.corpus.texts)

    @property
    def built(self) -> bool:
        return (self.folder / DESCRIPTION).is_file()

    @property
    def calls_done(self) -> int:
        """Calls that an earlier build of the same index has paid."""
        if self.built:
            return self.calls
        return sum(
            min(_PAIRS_A_BLOCK, len(self.corpus.texts) - int(path.stem.split("-")[2]))
            for path in self.blocks.glob("scores-*-*.npy")
        )


@dataclass(frozen=True)
class Estimate:
    """What a build costs: calls left, seconds, bytes of memory and of disk."""

    calls: int
    seconds: float
    memory: int
    disk: int


def make_plan(
    registry: Registry,
    root: Path,
    corpus: Corpus,
    anchors: int = DEFAULT_ANCHORS,
    bi_encoder: str = DEFAULT_BI_ENCODER,
    cross_encoder: str = DEFAULT_CROSS_ENCODER,
) -> Plan:
    """Plan an index under `root`. Raises InputProblem or ModelError."""
    if not 2 <= anchors <= MOST_ANCHORS:
        raise InputProblem("retrieval.build.anchors", least=2, most=MOST_ANCHORS)
    cards = [registry.card(key) for key in (bi_encoder, cross_encoder)]
    for card, kind in zip(cards, ("bi-encoder", "cross-encoder"), strict=True):
        if card.kind != kind:
            raise InputProblem("retrieval.build.kind", model=card.title, kind=card.kind, need=kind)
    bi, cross = map(ModelVersion.of, cards)
    anchors = min(anchors, len(corpus.texts))
    chosen = [f"k-means medoids {anchors}"]
    key = address(corpus.texts, chosen, bi, cross, corpus.documents)
    return Plan(key, corpus, anchors, bi, cross, root / key)


def estimate(registry: Registry, plan: Plan) -> Estimate:
    """Judge the time by scoring a few of the pairs."""
    calls = plan.calls - plan.calls_done
    n = len(plan.corpus.texts)
    width = 384  # of the vectors; that of the default, near enough for others
    vectors, scores = 4 * n * width, 4 * n * plan.anchors
    factors = 4 * n * min(plan.anchors, MAX_FACTORS)
    memory = 2 * vectors + 2 * scores + 2 * factors
    disk = vectors // 2 + scores + factors + sum(map(len, plan.corpus.texts))
    return Estimate(calls, calls * _seconds_a_call(registry, plan) if calls else 0, memory, disk)


def _seconds_a_call(registry: Registry, plan: Plan) -> float:
    registry.load(plan.cross_encoder.key)
    texts = plan.corpus.texts
    # Other pairs at every look: those of the last one are in the cache.
    chosen = np.random.default_rng().integers(len(texts), size=(_PROBE_ROUNDS, _PROBE, 2))
    best = math.inf
    for pairs in chosen:
        started = time.perf_counter()
        work = registry.scoring(plan.cross_encoder.key, [(texts[a], texts[b]) for a, b in pairs])
        work.result()
        fresh = _PROBE - work.progress.cached
        if fresh:
            best = min(best, (time.perf_counter() - started) / fresh)
    return best if best < math.inf else 0.0


# --- building -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class BuildStep:
    """How far a build is: which part of it, and how much of that part."""

    part: str  # "embedding", "scoring" or "fitting"
    progress: Progress


Steps = Generator[BuildStep, None, ResultT]


class _Running:
    """A build at work: whose it is, how it is stopped, and whether it has ended."""

    def __init__(self, owner: str | None):
        self.owner = owner
        self.cancellation = Cancellation()
        self.over = threading.Event()


class Builder:
    """Builds indexes under a folder, no index twice at a time."""

    def __init__(self, registry: Registry, root: Path):
        self._registry = registry
        self.root = root
        self._busy: dict[str, _Running] = {}
        self._lock = threading.Lock()

    def build(self, plan: Plan, owner: str | None = None) -> Steps[None]:
        """Build an index; closing the iterator stops it, and no block that is computed is lost.

        Args:
            plan: what and where.
            owner: the session that may `stop` it.

        Raises:
            InputProblem: this very index is being built at the moment.
            ModelError: a model cannot be had, or `stop` was called.
        """
        running = _Running(owner)
        with self._lock:
            if plan.key in self._busy:
                raise InputProblem("retrieval.build.twice")
            self._busy[plan.key] = running
        try:
            self.sweep(time.time())
            if not (plan.built and _opens(plan.folder)):
                yield from _build(self._registry, plan, running.cancellation)
        finally:
            with self._lock:
                del self._busy[plan.key]
            running.over.set()

    def stop(self, plan: Plan, owner: str | None) -> None:
        """Stop the owner's build from another thread, and wait until it has stopped.

        Closing its iterator has to wait for the slice in flight, and whoever builds again
        meanwhile would be refused.
        """
        with self._lock:
            running = self._busy.get(plan.key)
        if running is not None and running.owner == owner:
            running.cancellation.request()
            running.over.wait(_STOP_SECONDS)

    def sweep(self, now: float) -> None:
        """Remove what nobody opened for two weeks, and the oldest of more than 8 GB."""
        # The folder is the user's choice and may hold other things: they stay.
        folders = [p for p in self.root.glob("*") if _OURS.fullmatch(p.name) and p.is_dir()]
        files = {path: _stats(path.glob("*")) for path in folders}
        used = {path: _last_used(path, files[path]) for path in folders}
        total = sum(f.st_size for each in files.values() for f in each)
        for path in sorted(folders, key=used.__getitem__):
            if path.name.removesuffix(_BLOCKS_ENDING) in self._busy:
                continue
            if now - used[path] > KEPT_SECONDS or total > KEPT_BYTES:
                shutil.rmtree(path, ignore_errors=True)
                total -= sum(f.st_size for f in files[path])


def _opens(folder: Path) -> bool:
    """Whether an index is whole: a damaged one shall be built again."""
    try:
        load(folder)
    except InputProblem:
        return False
    return True


def _stats(paths: Iterable[Path]) -> list[os.stat_result]:
    """Sizes and times; files that another build renames meanwhile are left out."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            found.append(path.stat())
    return found


def _last_used(folder: Path, files: Sequence[os.stat_result]) -> float:
    """When a file was read or written last; without files, when the folder was made."""
    made = (stat.st_mtime for stat in _stats([folder]))
    return max((max(f.st_atime, f.st_mtime) for f in files), default=max(made, default=0.0))


def _build(registry: Registry, plan: Plan, stop: Cancellation) -> Steps[None]:
    plan.blocks.mkdir(parents=True, exist_ok=True)
    vectors = yield from _embed(registry, plan, stop)
    item_vectors = torch.from_numpy(vectors)  # [n, d]
    own_items = registry.run(kmeans_medoids, item_vectors, plan.anchors)  # [k_q]
    scores = torch.from_numpy((yield from _score(registry, plan, own_items.tolist(), stop)))
    yield BuildStep("fitting", Progress(plan.calls, plan.calls, 0.0, share=1.0))
    anchor_vectors = item_vectors[own_items]
    belief = registry.run(fit_belief, scores, anchor_vectors, item_vectors, own_items)
    stored = StoredIndex(
        plan.key,
        plan.corpus.title,
        plan.corpus.texts,
        plan.corpus.labels,
        tuple(plan.corpus.texts[item] for item in own_items.tolist()),
        plan.bi_encoder,
        plan.cross_encoder,
        Index(item_vectors, scores, anchor_vectors, own_items),
        belief,
        plan.corpus.documents,
    )
    save(stored, plan.folder)
    shutil.rmtree(plan.blocks, ignore_errors=True)


def _embed(registry: Registry, plan: Plan, stop: Cancellation) -> Steps[NDArray[np.float32]]:
    """Vectors [n, d] as they will be read back (float16 on disk), block by block."""
    texts = plan.corpus.texts
    clock = _Clock(len(texts))
    blocks = []
    for start in range(0, len(texts), _TEXTS_A_BLOCK):
        part = texts[start : start + _TEXTS_A_BLOCK]
        path = plan.blocks / f"vectors-{start:08d}.npy"
        known = _read_block(path, len(part))
        if known is None:
            work = registry.embedding(plan.bi_encoder.key, part)
            known = (yield from _worked(work, "embedding", clock, stop)).numpy().astype(np.float16)
            _write_block(path, known)  # [block, d]
        else:
            clock.skip(len(part))
        blocks.append(known)
    return np.concatenate(blocks).astype(np.float32)  # [n, d]


def _score(
    registry: Registry, plan: Plan, own_items: list[int], stop: Cancellation
) -> Steps[NDArray[np.float32]]:
    """H [k_q, n], block by block: an anchor query against some of the texts."""
    texts = plan.corpus.texts
    clock = _Clock(plan.calls)
    scores = np.empty((len(own_items), len(texts)), dtype=np.float32)  # [k_q, n]
    for row, item in enumerate(own_items):
        for start in range(0, len(texts), _PAIRS_A_BLOCK):
            part = texts[start : start + _PAIRS_A_BLOCK]
            path = plan.blocks / f"scores-{item}-{start:08d}.npy"
            known = _read_block(path, len(part))
            if known is None:
                pairs = [(texts[item], text) for text in part]
                work = registry.scoring(plan.cross_encoder.key, pairs)
                known = (yield from _worked(work, "scoring", clock, stop)).numpy()  # [block]
                _write_block(path, known)
            else:
                clock.skip(len(part))
            scores[row, start : start + len(part)] = known
    return scores


class _Clock:
    """Progress over blocks, of which some were done before."""

    def __init__(self, total: int):
        self._total = total
        self._started = time.perf_counter()
        self._done = self._skipped = 0

    def skip(self, count: int) -> None:
        self._skipped += count
        self._done += count

    def finish(self, count: int) -> None:
        self._done += count

    def progress(self, within: int) -> Progress:
        done = self._done + within
        fresh = done - self._skipped
        seconds = time.perf_counter() - self._started
        # As if all that is done had been done at today's pace: so the time left comes out right.
        scaled = seconds * done / fresh if fresh else 0.0
        return Progress(done, self._total, scaled, self._skipped, done / self._total)


def _worked(work: Work[Tensor], part: str, clock: _Clock, stop: Cancellation) -> Steps[Tensor]:
    """A block's result, with the progress of all; withdrawn if it is left half-way."""
    stop.register(work.cancel)
    try:
        for progress in work:
            yield BuildStep(part, clock.progress(progress.done))
        clock.finish(work.progress.total)
        return work.result()
    finally:
        stop.unregister(work.cancel)
        work.cancel()


def _read_block(path: Path, rows: int) -> NDArray[np.floating] | None:
    try:
        block = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    usable = len(block) == rows and bool(np.isfinite(block).all())
    return block if usable else None


def _write_block(path: Path, block: NDArray[np.floating]) -> None:
    buffer = io.BytesIO()
    np.save(buffer, block, allow_pickle=False)
    write_whole(path, buffer.getvalue())
