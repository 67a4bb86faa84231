"""Points as they were before a reload: the example, and which of its points counted.

Of a visitor's own files nothing is kept, and nothing that was chosen of them means anything.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.kept import Kept
from demos.scaling.data.counting import COLUMNS, check_limits, limits_of, without
from demos.scaling.data.forms import drawn_source
from demos.scaling.sources import Chosen, Simulated, Source, Tables


def chosen_back(kept: Kept, source: Source, tables: Tables) -> Chosen:
    """The points of an example, of which the kept fields speak, as far as these mean something."""
    fields = kept if isinstance(kept, dict) else {}
    if isinstance(source, Simulated):
        source = _drawn(fields, source)
    chosen = Chosen(source)
    typed = _typed(fields)
    if not check_limits(tables, chosen, typed):
        chosen = Chosen(source, limits=limits_of(typed))
    places = fields.get("scaling-data-left-out")
    if not isinstance(places, Collection) or not all(type(place) is int for place in places):
        return chosen
    left = without(chosen, (place for place in places if place >= 0))
    try:
        tables.points(left)
    except InputProblem:
        return chosen
    return left


def _drawn(fields: dict[str, Any], source: Simulated) -> Source:
    """The runs that the sliders stood at."""
    names = ("budgets", "sizes", "noise", "seed")
    values = (fields.get(f"scaling-data-{name}", getattr(source, name)) for name in names)
    try:
        return drawn_source(source.published, *values)
    except InputProblem:
        return source


def _typed(fields: dict[str, Any]) -> list[str]:
    """Limits as they were typed, in the order of `limits_of`."""
    ids = [f"scaling-data-{end}-{column}" for column in COLUMNS for end in ("low", "high")]
    return [str(fields.get(each) or "") for each in ids]
