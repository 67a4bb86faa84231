"""What a visitor says about the columns of files, as it stands in fields and as a source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from demos.frame.errors import InputProblem
from demos.scaling.cells import PETAFLOP_DAY, parse_number
from demos.scaling.histories import HISTORIES
from demos.scaling.raw_table import RawTable
from demos.scaling.roles import LossKind, Role, Roles, with_units
from demos.scaling.sources import Mapped, Tables, Uploaded

NONE = ""  # the choice that stands for no column
AUTOMATIC = ""  # the choice that leaves the way of reading histories to the file
MAPPED: tuple[Role, ...] = ("loss", "N", "D", "C", "run", "step")
SIZED: tuple[Role, ...] = ("N", "D", "C", "step")  # those that have a unit
LOSS_KINDS: tuple[LossKind, ...] = ("loss", "perplexity")
SETTINGS = ("loss_kind", "history", "factor", "tokens", "header")
FIELDS = (*MAPPED, *(f"unit_{role}" for role in SIZED), *SETTINGS)

_COUNTS = {1.0: "× 1", 1e3: "K", 1e6: "M", 1e9: "B", 1e12: "T", 1e4: "万", 1e8: "亿"}
_FLOP = {
    1.0: "FLOP",
    1e9: "GFLOP",
    1e12: "TFLOP",
    1e15: "PFLOP",
    1e18: "EFLOP",
    1e21: "ZFLOP",
    PETAFLOP_DAY: "PF-days",
}
_NO_HEADER_ROW = (".jsonl", ".parquet")  # these name their columns otherwise


@dataclass(frozen=True)
class Form:
    """What stands in the fields.

    Attributes:
        columns: names by role, `NONE` where there is none.
        units: what one stands for, as text, by role.
        loss_kind, history: as chosen; `AUTOMATIC` where the file decides.
        factor, tokens: FLOP a parameter and token, tokens a step, as typed.
        header: whether the first row names the columns.
    """

    columns: Mapping[Role, str]
    units: Mapping[Role, str]
    loss_kind: LossKind
    history: str
    factor: str
    tokens: str
    header: bool

    @classmethod
    def of_fields(cls, values: Sequence[Any]) -> Form:
        """From the values of `FIELDS`, in their order."""
        by_name = dict(zip(FIELDS, values, strict=True))
        return cls(
            {role: str(by_name[role] or NONE) for role in MAPPED},
            {role: str(by_name[f"unit_{role}"] or "1") for role in SIZED},
            "perplexity" if by_name["loss_kind"] == "perplexity" else "loss",
            str(by_name["history"] or AUTOMATIC),
            str(by_name["factor"] or ""),
            str(by_name["tokens"] or ""),
            bool(by_name["header"]),
        )

    @classmethod
    def of_source(cls, source: Uploaded, raw: RawTable, roles: Roles) -> Form:
        """As the source has it, or as was guessed."""
        return cls(
            {role: roles.columns.get(role, NONE) for role in MAPPED},
            {role: unit_key(roles.units.get(role, 1.0)) for role in SIZED},
            roles.loss_kind,
            source.history or AUTOMATIC,
            f"{source.flop_factor:g}",
            "" if source.tokens_per_step is None else f"{source.tokens_per_step:g}",
            raw.named,
        )

    def values(self) -> dict[str, Any]:
        """By `FIELDS`."""
        units = {f"unit_{role}": self.units[role] for role in SIZED}
        rest = {name: getattr(self, name) for name in SETTINGS}
        return {**dict(self.columns.items()), **units, **rest}

    def source(self, paths: tuple[str, ...]) -> Uploaded:
        """The files with what is said of them.

        Raises:
            InputProblem: a number that is none, or one column in two places.
        """
        columns = {role: name for role, name in self.columns.items() if name != NONE}
        for role, name in columns.items():
            if list(columns.values()).count(name) > 1 and role != "run":
                raise InputProblem("scaling.points.twice", column=name[:40])
        units = {
            role: float(self.units[role])
            for role in SIZED
            if role in columns and self.units[role] != "1"
        }
        return Uploaded(
            paths,
            Mapped.of(Roles(columns, units, self.loss_kind)),
            next((how for how in HISTORIES if how == self.history), None),
            factor_of(self.factor),
            factor_of(self.tokens) if self.tokens.strip() else None,
            self.header if takes_header(paths) else None,
        )


def factor_of(typed: str) -> float:
    """A number above 0, as people write it; raises InputProblem."""
    number = parse_number(typed)
    if number is None or not 0 < number < float("inf"):
        raise InputProblem("scaling.data.factor")
    return number


def takes_header(paths: Sequence[str]) -> bool:
    """Whether a first row of the files may or may not name the columns."""
    return not any(path.lower().endswith(_NO_HEADER_ROW) for path in paths)


def unit_key(unit: float) -> str:
    """A unit as the value of a choice."""
    return f"{unit:g}"


def unit_choices(role: Role, unit: float = 1.0) -> list[tuple[str, str]]:
    """Labels and values; a unit that is none of the usual ones is among them."""
    known = _FLOP if role == "C" else _COUNTS
    labels = {unit_key(value): label for value, label in known.items()}
    labels.setdefault(unit_key(unit), f"× {unit:g}")
    return [(label, key) for key, label in labels.items()]


def unit_in_name(role: Role, column: str) -> float:
    """The unit that a column's name carries."""
    return with_units({role: column}).units.get(role, 1.0)


def loss_kind_in_name(column: str) -> LossKind:
    """Whether a column's name says perplexity."""
    return with_units({"loss": column}).loss_kind if column else "loss"


def check(tables: Tables, form: Form, paths: tuple[str, ...]) -> dict[str, InputProblem]:
    """What is wrong, by the field that it is about; empty where nothing is."""
    try:
        tables.table(form.source(paths))
    except InputProblem as problem:
        return {field_of(problem, form): problem}
    return {}


def field_of(problem: InputProblem, form: Form) -> str:
    """The field where a problem with the columns is best said."""
    key = problem.key.rsplit(".", 1)[-1]
    if key == "factor":
        try:
            factor_of(form.factor)
        except InputProblem:
            return "factor"
        return "tokens"
    if "column" in problem.values:
        named = str(problem.values["column"]).rstrip("…")
        found = [role for role, name in form.columns.items() if name and name.startswith(named)]
        if found:
            return found[-1]
    return {"no_size": "N", "few_runs": "history"}.get(key, "loss")
