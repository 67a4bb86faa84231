"""From an uploaded file to losses that can be fitted, with a note for everything that was decided.

`read_losses` does it all. A panel does it in two steps, because visitors may know better:
`read_raw` and `guess_roles` make a proposal, `make_table` follows what came of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from demos.frame.errors import InputProblem
from demos.scaling.cells import Numbers, column_numbers
from demos.scaling.frontier import FLOP_FACTOR
from demos.scaling.histories import HISTORIES, History, are_histories, reduce_histories
from demos.scaling.notes import Note
from demos.scaling.raw_table import RawTable, read_raw
from demos.scaling.roles import Role, Roles, guess_roles, score, size_in_name, with_units

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Reason = Literal["empty", "text", "not_finite", "not_positive"]

FEWEST_POINTS = 3  # with fewer no law of this tab has anything to say
_NUMBERS: tuple[Role, ...] = ("loss", "N", "D", "C", "step")
_SIZES: tuple[Role, ...] = ("N", "D", "C")
_NAME_BYTES = 60  # of a short string
_SHOWN = 30  # characters of a cell in a note


@dataclass(frozen=True)
class LossTable:
    """Points to fit.

    Attributes:
        title: what people call it.
        columns: "loss" and what there is of "N", "D", "C" and "step", each [n], above 0, read-only.
        runs: the run's name of each point, or None.
        lines: where each point stands in the file, from 1 [n].
        notes: what was guessed, derived and left out, in the order of reading.
        history: how runs were made points; None where the file has no histories.
    """

    title: str
    columns: Mapping[str, FloatArray]
    runs: tuple[str, ...] | None
    lines: IntArray
    notes: tuple[Note, ...] = ()
    history: History | None = None

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def nbytes(self) -> int:
        """Of its columns and names, roughly: for bounded memories."""
        names = 0 if self.runs is None else _NAME_BYTES * len(self.runs)
        return sum(column.nbytes for column in self.columns.values()) + self.lines.nbytes + names

    @property
    def sizes(self) -> tuple[str, ...]:
        """What a law in one variable can take: columns that are not the same everywhere."""
        return tuple(
            name for name, column in self.columns.items() if name != "loss" and np.ptp(column) > 0
        )

    def only(self, kept: BoolArray) -> LossTable:
        """Some of the points [n], for instance without those marked as outliers."""
        runs = None
        if self.runs is not None:
            runs = tuple(name for name, keep in zip(self.runs, kept, strict=True) if keep)
        return replace(
            self,
            columns={name: _fixed(column[kept]) for name, column in self.columns.items()},
            runs=runs,
            lines=self.lines[kept],
        )


def read_losses(
    path: str | Path,
    columns: Mapping[Role, str] | None = None,
    history: History | None = None,
    flop_factor: float = FLOP_FACTOR,
    tokens_per_step: float | None = None,
) -> LossTable:
    """Read a file of losses in one go.

    Args:
        path: CSV, TSV, JSONL, XLSX or Parquet.
        columns: names by role; None: guess them.
        history, flop_factor, tokens_per_step: as in `make_table`.

    Raises:
        InputProblem: as `read_raw` and `make_table`.
    """
    raw = read_raw(path)
    roles = guess_roles(raw.columns) if columns is None else with_units(columns)
    table = make_table(raw, roles, history, flop_factor, tokens_per_step)
    return replace(table, notes=(*guess_notes(raw, roles), *table.notes)) if not columns else table


def guess_notes(raw: RawTable, roles: Roles) -> tuple[Note, ...]:
    """What was taken for what, and which columns look like losses too."""
    if not roles.columns:
        return ()
    taken = ", ".join(f"{role} = “{_short(name)}”" for role, name in sorted(roles.columns.items()))
    notes = [Note("scaling.data.guessed", {"columns": taken})]
    others = [
        _short(name)
        for name in raw.columns
        if name not in roles.columns.values() and score(name, "loss") > 0
    ]
    if others:
        notes.append(Note("scaling.data.other_losses", {"names": ", ".join(others[:5])}))
    return tuple(notes)


def make_table(
    raw: RawTable,
    roles: Roles,
    history: History | None = None,
    flop_factor: float = FLOP_FACTOR,
    tokens_per_step: float | None = None,
) -> LossTable:
    """Points from cells.

    Args:
        raw: the file.
        roles: which column is what; at least the loss.
        history: which of a run's rows count; None: the last, or all where there are fewer than
            three runs.
        flop_factor: FLOP a parameter and token, by which two of N, D and C give the third.
        tokens_per_step: gives D where a history has steps only.

    Raises:
        InputProblem: no loss or no size column, a column that is not there, an unknown history, a
            factor that is not above 0, or fewer than three usable rows (the sentence says why the
            others are not).
    """
    _check(raw, roles, history, flop_factor, tokens_per_step)
    notes = list(raw.notes)
    numbers = {
        role: column_numbers(
            raw.columns[roles.columns[role]], roles.units.get(role, 1.0), raw.semicolons
        )
        for role in _NUMBERS
        if role in roles.columns
    }
    columns = {role: _usable(role, found, roles) for role, found in numbers.items()}
    runs = _runs(raw, roles)
    notes += _from_names(columns, runs)
    if tokens_per_step and "step" in columns and "D" not in columns:
        columns["D"] = columns["step"] * tokens_per_step
        notes.append(Note("scaling.data.tokens_of_steps", {"tokens": f"{tokens_per_step:,.0f}"}))
    notes += _derive(columns, flop_factor)
    if len(columns) < 2:
        raise InputProblem("scaling.data.no_size", name=raw.title, columns=_names(raw))
    kept, left_out = _kept(raw, roles, numbers, columns)
    notes += left_out
    if kept.sum() < FEWEST_POINTS:
        _refuse(raw, int(kept.sum()), left_out)
    table = LossTable(
        raw.title,
        {role: _fixed(column[kept]) for role, column in columns.items()},
        tuple(name for name, keep in zip(runs, kept, strict=True) if keep) if runs else None,
        raw.lines[kept],
        tuple(notes),
    )
    return _without_histories(table, raw, history)


# --- numbers --------------------------------------------------------------------------------------


def _check(
    raw: RawTable,
    roles: Roles,
    history: History | None,
    flop_factor: float,
    tokens_per_step: float | None,
) -> None:
    for name in roles.columns.values():
        if name not in raw.columns:
            raise InputProblem("scaling.data.no_column", column=_short(name))
    if "loss" not in roles.columns:
        key = "scaling.data.no_loss" if raw.named else "scaling.data.no_header"
        raise InputProblem(key, name=raw.title, columns=_names(raw))
    if history is not None and history not in HISTORIES:
        raise InputProblem("scaling.data.no_history", histories=", ".join(HISTORIES))
    for factor in (flop_factor, tokens_per_step):
        if factor is not None and not 0 < factor < math.inf:
            raise InputProblem("scaling.data.factor")


def _usable(role: Role, found: Numbers, roles: Roles) -> FloatArray:
    """The values that have logarithms; nan for all others [n]."""
    values = found.values
    with np.errstate(invalid="ignore", divide="ignore"):
        if role == "loss" and roles.loss_kind == "perplexity":
            values = np.log(values)
        return np.where(np.isfinite(values) & (values > 0), values, np.nan)


def _runs(raw: RawTable, roles: Roles) -> list[str] | None:
    if "run" not in roles.columns:
        return None
    cells = raw.columns[roles.columns["run"]]
    if isinstance(cells, np.ndarray):
        return [f"{cell:g}" for cell in cells]
    return [_plain(cell) for cell in cells]


def _from_names(columns: dict[Role, FloatArray], runs: list[str] | None) -> list[Note]:
    """N out of names such as gpt-124M, where there is no column of it and every run tells one."""
    if "N" in columns or runs is None or {"D", "C"} <= columns.keys():
        return []
    sizes = {name: size_in_name(name) for name in set(runs)}
    found = {size for size in sizes.values() if size is not None}
    if None in sizes.values() or len(found) < 2:
        return []
    columns["N"] = np.array([sizes[name] or math.nan for name in runs])
    return [Note("scaling.data.size_of_names", {"sizes": len(found)})]


def _derive(columns: dict[Role, FloatArray], factor: float) -> list[Note]:
    """Fill in the third of N, D and C = factor N D, cell by cell; and whether the three agree."""
    if sum(role in columns for role in _SIZES) < 2:
        return []
    empty = np.full(len(columns["loss"]), np.nan)
    n, d, c = (columns.get(role, empty) for role in _SIZES)
    ratio = np.nanmedian(c / (n * d)) if np.isfinite(c * n * d).any() else math.nan
    derived: dict[Role, FloatArray] = {"N": c / (factor * d), "D": c / (factor * n)}
    derived["C"] = factor * n * d
    notes = []
    for role in _SIZES:
        given = columns.get(role, empty)
        filled = np.isnan(given) & np.isfinite(derived[role])
        if filled.any():
            columns[role] = np.where(filled, derived[role], given)
            values = {"role": role, "count": int(filled.sum()), "factor": f"{factor:g}"}
            notes.append(Note(f"scaling.data.derived.{role}", values))
    if math.isfinite(ratio) and not 0.8 <= ratio / factor <= 1.25:
        values = {"ratio": f"{ratio:.3g}", "factor": f"{factor:g}"}
        notes.append(Note("scaling.data.factor_differs", values))
    return notes


# --- rows that are left out -----------------------------------------------------------------------


def _kept(
    raw: RawTable,
    roles: Roles,
    numbers: Mapping[Role, Numbers],
    columns: Mapping[Role, FloatArray],
) -> tuple[BoolArray, list[Note]]:
    """Which rows have every number [n], and a note for each reason why others have not."""
    kept = np.ones(len(raw), dtype=bool)
    notes: list[Note] = []
    for role, column in columns.items():
        missing = kept & np.isnan(column)
        kept &= ~missing
        found = numbers.get(role)
        if found is None or not missing.any():
            continue
        for reason, mask in _reasons(found).items():
            rows = np.flatnonzero(missing & mask)
            missing = missing & ~mask
            if len(rows):
                cell = str(raw.columns[roles.columns[role]][rows[0]])
                values = {
                    "count": len(rows),
                    "column": _short(roles.columns[role]),
                    "line": int(raw.lines[rows[0]]),
                    "cell": _short(cell),
                }
                notes.append(Note(f"scaling.data.left_out.{reason}", values))
    return kept, notes


def _reasons(found: Numbers) -> dict[Reason, BoolArray]:
    return {
        "empty": found.empty,
        "text": found.text,
        "not_finite": ~np.isfinite(found.values),
        "not_positive": np.ones(len(found.values), dtype=bool),
    }


def _refuse(raw: RawTable, usable: int, left_out: list[Note]) -> None:
    if not left_out:
        raise InputProblem(
            "scaling.data.too_few", name=raw.title, count=usable, fewest=FEWEST_POINTS
        )
    worst = max(left_out, key=lambda note: int(str(note.values["count"])))
    raise InputProblem(
        worst.key.replace(".left_out.", ".nothing_left."),
        **{**worst.values, "usable": usable, "fewest": FEWEST_POINTS},
    )


# --- histories ------------------------------------------------------------------------------------


def _without_histories(table: LossTable, raw: RawTable, how: History | None) -> LossTable:
    """A point a run, where the rows are histories."""
    step, d, n = (table.columns.get(role) for role in ("step", "D", "N"))
    order = step if step is not None else d
    runs = table.runs
    if runs is None and step is not None and n is not None:
        runs = tuple(f"{size:g}" for size in n)
    elif runs is None and raw.kind == "tensorboard":
        runs = (Path(raw.title).stem,) * len(table)
    if runs is None or order is None or not are_histories(runs, n, order):
        return table
    count = len(set(runs))
    chosen_how = how or ("last" if count >= FEWEST_POINTS else "all")
    rows, losses = reduce_histories(runs, order, table.columns["loss"], chosen_how)
    if len(rows) < FEWEST_POINTS:
        raise InputProblem("scaling.data.few_runs", runs=count, fewest=FEWEST_POINTS)
    columns = {name: _fixed(column[rows]) for name, column in table.columns.items()}
    columns["loss"] = _fixed(losses)
    values = {"rows": len(table), "runs": count}
    return LossTable(
        table.title,
        columns,
        tuple(runs[row] for row in rows),
        table.lines[rows],
        (*table.notes, Note(f"scaling.data.history.{chosen_how}", values)),
        chosen_how,
    )


# --- small things ---------------------------------------------------------------------------------


def _fixed(column: FloatArray) -> FloatArray:
    column = np.ascontiguousarray(column, dtype=np.float64).copy()
    column.setflags(write=False)
    return column


def _plain(text: str) -> str:
    """Without line breaks and control characters, which would break whatever shows it."""
    return "".join(c if c.isprintable() else " " for c in text).strip()


def _names(raw: RawTable) -> str:
    return ", ".join(_short(name) for name in list(raw.columns)[:8])


def _short(text: str) -> str:
    text = _plain(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
