"""Where points come from and which of them count: descriptions, and a memory of what they mean.

A description is kept in a visitor's session; the points themselves are read or made again when the
memory has let them go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.histories import History
from demos.scaling.loss_file import LossTable, guess_notes, make_table
from demos.scaling.raw_table import RawTable, read_raw, stack
from demos.scaling.roles import LossKind, Role, Roles, guess_roles
from demos.scaling.simulated import NOISE, example, simulate_published
from models.cache import ResultCache

BoolArray = NDArray[np.bool_]

MOST_FILES = 100
_KEPT_BYTES = 256 << 20  # of files, and again of tables


@dataclass(frozen=True)
class Bundled:
    """One of the examples of `simulated`."""

    key: str


@dataclass(frozen=True)
class Simulated:
    """Runs drawn from a published law; see `simulated.simulate_published`."""

    published: str
    budgets: int = 9
    sizes: int = 8
    noise: float = NOISE
    seed: int = 0


@dataclass(frozen=True)
class Mapped:
    """Which column is what, in a form that can be a key; see `roles.Roles`."""

    columns: tuple[tuple[Role, str], ...]
    units: tuple[tuple[Role, float], ...] = ()
    loss_kind: LossKind = "loss"

    @classmethod
    def of(cls, roles: Roles) -> Mapped:
        return cls(
            tuple(sorted(roles.columns.items())),
            tuple(sorted(roles.units.items())),
            roles.loss_kind,
        )

    def roles(self) -> Roles:
        return Roles(dict(self.columns), dict(self.units), self.loss_kind)


@dataclass(frozen=True)
class Uploaded:
    """Files of a visitor, a run each where there are several.

    Attributes:
        paths: where they lie.
        mapped: which column is what; None: as guessed.
        history, flop_factor, tokens_per_step: as in `loss_file.make_table`.
        header: whether the first row names the columns; None: as guessed.
    """

    paths: tuple[str, ...]
    mapped: Mapped | None = None
    history: History | None = None
    flop_factor: float = FLOP_FACTOR
    tokens_per_step: float | None = None
    header: bool | None = None


Source = Bundled | Simulated | Uploaded


@dataclass(frozen=True)
class Limits:
    """Rows whose column lies within [low, high] count; None is no limit."""

    column: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chosen:
    """A source, and which of its points count.

    Attributes:
        source: where the points come from.
        limits: of columns, all of them to be met.
        left_out: points that were taken out by hand, by their place in the source's table, from 0.
    """

    source: Source
    limits: tuple[Limits, ...] = ()
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True)
class Points:
    """The points of a source, and which of them count.

    Attributes:
        table: all of them, n.
        kept: those that count [n].
    """

    table: LossTable
    kept: BoolArray

    @property
    def used(self) -> LossTable:
        """The points that count alone."""
        return self.table if self.kept.all() else self.table.only(self.kept)


@dataclass(frozen=True)
class Tables:
    """A bounded memory of files and tables. Thread-safe."""

    _files: ResultCache = field(default_factory=lambda: ResultCache(_KEPT_BYTES))
    _tables: ResultCache = field(default_factory=lambda: ResultCache(_KEPT_BYTES))

    def raw(self, source: Uploaded) -> RawTable:
        """Columns of cells, several files under one another.

        Raises:
            InputProblem: as `read_raw` and `stack`; too many files; files that are gone.
        """
        key = (source.paths, source.header)
        raw: RawTable | None = self._files.get(key)
        if raw is None:
            raw = _read(source)
            self._files.put(key, raw)
        return raw

    def guessed(self, source: Uploaded) -> Roles:
        """Which column is what, as guessed; raises like `raw`."""
        return guess_roles(self.raw(source).columns)

    def table(self, source: Source) -> LossTable:
        """The points of a source.

        Raises:
            InputProblem: as `raw`, `make_table`, `example` and `simulate_published`.
        """
        table: LossTable | None = self._tables.get(source)
        if table is None:
            table = self._made(source)
            self._tables.put(source, table)
        return table

    def points(self, chosen: Chosen) -> Points:
        """The points of a source and which of them count; raises like `table`."""
        table = self.table(chosen.source)
        kept = np.ones(len(table), dtype=bool)  # [n]
        for limits in chosen.limits:
            column = table.columns.get(limits.column)
            if column is not None:
                kept &= _within(column, limits)
        kept[[place for place in chosen.left_out if place < len(table)]] = False
        if not kept.any():
            raise InputProblem("scaling.desk.nothing_kept")
        return Points(table, kept)

    def _made(self, source: Source) -> LossTable:
        if isinstance(source, Bundled):
            return example(source.key)
        if isinstance(source, Simulated):
            return simulate_published(
                source.published, source.budgets, source.sizes, source.noise, source.seed
            )
        raw = self.raw(source)
        roles = source.mapped.roles() if source.mapped else guess_roles(raw.columns)
        table = make_table(raw, roles, source.history, source.flop_factor, source.tokens_per_step)
        if source.mapped is None:
            notes = (*guess_notes(raw, roles), *table.notes)
            table = LossTable(
                table.title, table.columns, table.runs, table.lines, notes, table.history
            )
        return table


def _read(source: Uploaded) -> RawTable:
    if len(source.paths) > MOST_FILES:
        raise InputProblem("scaling.desk.too_many_files", count=len(source.paths), most=MOST_FILES)
    for path in source.paths:
        if not Path(path).is_file():
            raise InputProblem("scaling.desk.gone", name=Path(path).name)
    tables = [read_raw(path, source.header) for path in source.paths]
    return tables[0] if len(tables) == 1 else stack(tables)


def _within(column: NDArray[np.float64], limits: Limits) -> BoolArray:
    low = -np.inf if limits.low is None else limits.low
    high = np.inf if limits.high is None else limits.high
    return np.asarray((column >= low) & (column <= high))
