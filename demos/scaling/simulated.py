"""Our own simulated runs, bundled as examples: stated parameters, log-normal noise, fixed seeds.

They show what a fit can and cannot do, because the truth is known. numpy's `RandomState` draws the
noise: its stream is frozen, so everybody sees the same runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.frontier import FLOP_FACTOR, closed_frontier, predictor
from demos.scaling.loss_file import LossTable
from demos.scaling.notes import Note
from demos.scaling.published import PUBLISHED, published_law

FloatArray = NDArray[np.float64]

TRUTH: Mapping[str, float] = PUBLISHED["besiroglu-2024"].parameters
NOISE = 0.006  # standard deviation of ln L: what Hoffmann's runs have about their parabolas
_MOST_RUNS = 50_000


@dataclass(frozen=True)
class Example:
    """A bundled set of runs.

    Attributes:
        key: its name here; "scaling.example.<key>" says what it shows.
        truth: the parameters of Hoffmann's law that made it.
        noise: standard deviation of ln L.
        make: the points.
    """

    key: str
    truth: Mapping[str, float]
    noise: float
    make: Callable[[], LossTable]


def simulate(
    law: str,
    parameters: Mapping[str, float],
    n: FloatArray,
    d: FloatArray,
    noise: float = NOISE,
    seed: int = 0,
    title: str = "",
) -> LossTable:
    """Runs of sizes N and tokens D with log-normal noise.

    Args:
        law: "chinchilla", "tied" or "kaplan".
        parameters: by the literature's names.
        n, d: of each run [n].
        noise: standard deviation of ln L.
        seed: of the noise.
        title: what the set is called.

    Raises:
        InputProblem: as `frontier.predictor`; sizes of different lengths, not above 0, none or too
            many; noise below 0 or above 1.
    """
    n, d = np.asarray(n, dtype=np.float64), np.asarray(d, dtype=np.float64)
    if n.ndim != 1 or n.shape != d.shape or not 0 < len(n) <= _MOST_RUNS:
        raise InputProblem("scaling.simulated.sizes", most=_MOST_RUNS)
    if not (np.isfinite(n) & np.isfinite(d) & (n > 0) & (d > 0)).all():
        raise InputProblem("scaling.simulated.sizes", most=_MOST_RUNS)
    if not 0 <= noise <= 1:
        raise InputProblem("scaling.simulated.noise")
    drawn = np.random.RandomState(seed).standard_normal(len(n))
    loss = predictor(law, parameters)(n, d) * np.exp(noise * drawn)
    return _table(title, {"N": n, "D": d, "C": FLOP_FACTOR * n * d, "loss": loss})


def simulate_published(
    key: str, budgets: int = 9, sizes: int = 8, noise: float = NOISE, seed: int = 0
) -> LossTable:
    """An IsoFLOP grid from a published law; raises like `published_law` and `simulate`."""
    law = published_law(key)
    n, d = isoflop_grid(law.law, law.parameters, budgets, sizes)
    return simulate(law.law, law.parameters, n, d, noise, seed, law.title)


def isoflop_grid(
    law: str, parameters: Mapping[str, float], budgets: int = 9, sizes: int = 8
) -> tuple[FloatArray, FloatArray]:
    """N and D [budgets * sizes] as in Hoffmann et al.: 6e18 to 3e21 FLOP, sizes about the optimum.

    Raises:
        InputProblem: fewer than one budget or size, or too many runs.
    """
    if budgets < 1 or sizes < 1 or budgets * sizes > _MOST_RUNS:
        raise InputProblem("scaling.simulated.sizes", most=_MOST_RUNS)
    compute = np.geomspace(6e18, 3e21, budgets)
    best = closed_frontier(law, parameters, compute).parameters  # [budgets]
    n = (best[:, None] * np.geomspace(1 / 6, 6, sizes)).ravel()  # [budgets * sizes]
    return n, np.repeat(compute, sizes) / (FLOP_FACTOR * n)


# --- the bundled sets -----------------------------------------------------------------------------


def _isoflop() -> LossTable:
    n, d = isoflop_grid("chinchilla", TRUTH)
    return simulate("chinchilla", TRUTH, n, d, seed=1, title="isoflop")


def _data_limited() -> LossTable:
    """Large models on little data: what more parameters would bring is below the noise."""
    n, d = np.meshgrid(np.geomspace(2e9, 2e10, 6), np.geomspace(1e8, 2e9, 9))
    return simulate("chinchilla", TRUTH, n.ravel(), d.ravel(), seed=2, title="data-limited")


def _outlier() -> LossTable:
    """A grid with one run that diverged: 30 % above its place, at the largest scale."""
    n, d = np.meshgrid(np.geomspace(4e7, 3e9, 6), np.geomspace(1e9, 6e10, 6))
    table = simulate("chinchilla", TRUTH, n.ravel(), d.ravel(), seed=3, title="outlier")
    loss = table.columns["loss"].copy()
    loss[-1] *= 1.3
    return _table("outlier", {**table.columns, "loss": loss})


def _one_ray() -> LossTable:
    """Every run at 20 tokens a parameter: the shares of N and D cannot be told apart."""
    n = np.repeat(np.geomspace(5e7, 2e9, 5), 3)
    return simulate("chinchilla", TRUTH, n, 20 * n, seed=4, title="one-ray")


def _histories() -> LossTable:
    """Six runs along their training, with the loss that a finished run of as many tokens has."""
    sizes, steps, batch = np.geomspace(7e7, 2e9, 6), np.arange(500, 20_001, 500.0), 5e5
    n = np.repeat(sizes, len(steps))
    step = np.tile(steps, len(sizes))
    table = simulate("chinchilla", TRUTH, n, batch * step, 0.004, 5, "histories")
    runs = tuple(f"run-{size / 1e6:.0f}M" for size in n)
    return LossTable("histories", {**table.columns, "step": _fixed(step)}, runs, table.lines)


_EXAMPLES = (
    Example("isoflop", TRUTH, NOISE, _isoflop),
    Example("data-limited", TRUTH, NOISE, _data_limited),
    Example("outlier", TRUTH, NOISE, _outlier),
    Example("one-ray", TRUTH, NOISE, _one_ray),
    Example("histories", TRUTH, 0.004, _histories),
)
EXAMPLES: Mapping[str, Example] = MappingProxyType({each.key: each for each in _EXAMPLES})


def example(key: str) -> LossTable:
    """A bundled set by its key, with a note of what it shows.

    Raises:
        InputProblem: there is none under that key.
    """
    if key not in EXAMPLES:
        raise InputProblem("scaling.simulated.unknown", name=key, keys=", ".join(EXAMPLES))
    table = EXAMPLES[key].make()
    note = Note(f"scaling.example.{key}")
    return LossTable(table.title, table.columns, table.runs, table.lines, (note,))


def _table(title: str, columns: Mapping[str, FloatArray]) -> LossTable:
    fixed = {name: _fixed(column) for name, column in columns.items()}
    return LossTable(title, fixed, None, np.arange(1, len(fixed["loss"]) + 1))


def _fixed(column: FloatArray) -> FloatArray:
    column = column.copy()
    column.setflags(write=False)
    return column
