"""Random attention, in pieces that leave the device to others in between."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from demos.attention.collapse import residual_share, simulate
from demos.attention.laboratory.setting import SCALES, Setting, Variant
from demos.attention.masks import MaskName
from demos.attention.rank import Kind, RankFigures, crossing, exact_rank, laboratory
from demos.attention.spectra import Spectrum
from models.attention import Attention
from models.registry import Registry
from models.work import Progress

WALK: tuple[float, ...] = tuple(np.geomspace(*SCALES, 13).round(4).tolist())
WALK_SEEDS = (0, 1)
HEAD_SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
NETWORK_TOKENS, NETWORK_WIDTH, NETWORK_HEADS = 64, 64, 4
NETWORK_SEEDS = (0, 1, 2)

_REPORT_SECONDS = 0.2  # oftener would only keep the page busy


@dataclass(frozen=True)
class Walk:
    """Effective rank of bidirectional and causal attention over `WALK`, and where they cross."""

    n: int
    d: int
    bidirectional: tuple[float, ...]
    causal: tuple[float, ...]
    crossing: float | None

    @property
    def ahead(self) -> str:
        """Which mask is ahead where they never cross."""
        return "causal" if self.causal[0] >= self.bidirectional[0] else "bidirectional"


@dataclass(frozen=True)
class Course:
    """The residual share through a random network, one for each seed [s, depth + 1]."""

    mask: MaskName
    variant: Variant
    shares: NDArray[np.float64]


class _Reports:
    """How much of so many pieces is done, told now and then."""

    def __init__(self, total: int):
        self._done, self._total = 0, total
        self._started = self._told = time.perf_counter()

    def count(self) -> Iterator[Progress]:
        """Count a piece."""
        self._done += 1
        now = time.perf_counter()
        if now - self._told > _REPORT_SECONDS:
            self._told = now
            share = self._done / self._total
            yield Progress(self._done, self._total, now - self._started, share=share)


def drawing(
    registry: Registry, setting: Setting, curves: Sequence[tuple[Kind, MaskName]]
) -> Generator[Progress, None, tuple[Spectrum, ...]]:
    """Rank figures of random attention, kind by kind; all share their queries and keys."""
    n, d, prefix = setting.n, setting.d, setting.n // 2
    reports = _Reports(len(curves) * setting.seeds)
    spectra = []
    for kind, name in curves:
        draws = []
        for seed in range(setting.seeds):
            drawn = registry.run(laboratory, n, d, setting.scale, (seed,), (name,), kind, prefix)
            draws.append(drawn[name])
            yield from reports.count()
        exact = exact_rank(kind, name, n, d, prefix if name == "prefix" else 0)
        spectra.append(Spectrum(kind, name, _stacked(draws), exact))
    return tuple(spectra)


def _stacked(draws: Sequence[RankFigures]) -> RankFigures:
    """Figures of single draws [1, ...] as those of all [s, ...]."""
    names = ("singular_values", "numerical", "effective", "stable", "log_abs_det")
    joined = {
        name: torch.cat([getattr(each, name) for each in draws])
        for name in (*names, "condition", "resolved")
    }
    return RankFigures(tolerances=draws[0].tolerances, **joined)


def walking(registry: Registry, n: int, d: int) -> Generator[Progress, None, Walk]:
    """Both masks over all sharpnesses of the logits."""
    return _walking(registry, n, d, _Reports(len(WALK)))


def _walking(
    registry: Registry, n: int, d: int, reports: _Reports
) -> Generator[Progress, None, Walk]:
    means = []
    for scale in WALK:
        drawn = registry.run(laboratory, n, d, scale, WALK_SEEDS)
        means.append([drawn[name].effective.mean() for name in ("bidirectional", "causal")])
        yield from reports.count()
    bidirectional, causal = (torch.stack(side) for side in zip(*means, strict=True))  # [k] each
    found = crossing(WALK, bidirectional, causal)
    return Walk(n, d, tuple(bidirectional.tolist()), tuple(causal.tolist()), found)


def walking_over_sizes(registry: Registry, n: int) -> Generator[Progress, None, tuple[Walk, ...]]:
    """A walk for each of `HEAD_SIZES`."""
    reports = _Reports(len(WALK) * len(HEAD_SIZES))
    walks = []
    for d in HEAD_SIZES:
        walks.append((yield from _walking(registry, n, d, reports)))
    return tuple(walks)


def collapsing(
    registry: Registry, masks: Sequence[MaskName], variants: Sequence[Variant], depth: int
) -> Generator[Progress, None, tuple[Course, ...]]:
    """Random networks of every variant under every mask; those of one seed share their weights."""
    reports = _Reports(len(masks) * len(variants) * len(NETWORK_SEEDS))
    courses = []
    for variant in variants:
        for name in masks:
            shares = []
            for seed in NETWORK_SEEDS:
                share = registry.run(
                    simulate,
                    *(NETWORK_TOKENS, NETWORK_WIDTH, NETWORK_HEADS, depth, name),
                    *(variant.residual, variant.layer_norm, seed, NETWORK_TOKENS // 2),
                )
                shares.append(share.numpy())
                yield from reports.count()
            courses.append(Course(name, variant, np.stack(shares)))
    return tuple(courses)


def model_course(registry: Registry, attention: Attention) -> NDArray[np.float64]:
    """The residual share of a real model's token vectors [layers + 1]."""
    shares: NDArray[np.float64] = registry.run(residual_share, attention.states).numpy()
    return shares
