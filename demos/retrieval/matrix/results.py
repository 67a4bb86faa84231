"""Looks and walks as tables, sentences and files."""

from __future__ import annotations

from collections.abc import Sequence

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.retrieval.cur import SOLVERS
from demos.retrieval.matrix.view import Check, Look, Measured, Walk

Rows = list[list[object]]


def summary(look: Look, k_q: int, k_i: int, language: Language) -> str:
    """The sentence over the pictures: what the chosen solver keeps and reaches."""
    now = look.now
    return say(
        "retrieval.matrix.summary",
        language,
        k_q=k_q,
        k_i=k_i,
        solver=say(f"retrieval.matrix.solver.{now.solver}", language),
        strength=_strength(now, language),
        recall=f"{now.recall:.3f}",
        error=f"{now.error:.3f}",
    )


def conditioning(measured: Measured, language: Language) -> str:
    """Condition number and rank in words."""
    key = "ridge" if measured.solver == "ridge" else "cut"
    return say(
        f"retrieval.matrix.conditioning.{key}",
        language,
        condition=f"{measured.condition_number:,.0f}",
        rank=measured.rank,
        values=len(measured.values),
    )


def solver_table(look: Look, language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: every solver at the chosen k_q."""
    keys = ("solver", "strength", "rank", "recall", "error")
    rows: Rows = [
        [
            say(f"retrieval.matrix.solver.{each.solver}", language),
            _strength(each, language),
            f"{each.rank} / {len(each.values)}",
            round(each.recall, 3),
            round(each.error, 3),
        ]
        for each in look.measured
    ]
    return [say(f"retrieval.matrix.column.{key}", language) for key in keys], rows


def check_table(checks: Sequence[Check], language: Language) -> tuple[list[str], Rows]:
    """Headers and rows: the known recalls beside ours, lowest to highest of the draws."""
    keys = ("k_q", "solver", "published", "ours")
    rows: Rows = [
        [
            each.k_q,
            say(f"retrieval.matrix.solver.{each.solver}", language),
            each.published,
            f"{min(each.recalls):.3f} – {max(each.recalls):.3f}",
        ]
        for each in checks
    ]
    return [say(f"retrieval.matrix.column.{key}", language) for key in keys], rows


def walk_file(walk: Walk) -> str:
    """The curve as CSV: a row for each solver and k_q."""
    rows = [
        [
            solver,
            k_q,
            walk.k_i,
            float(walk.strength[place, step]),
            round(float(walk.recall[place, step]), 5),
            round(float(walk.error[place, step]), 5),
        ]
        for place, solver in enumerate(SOLVERS)
        for step, k_q in enumerate(walk.k_q)
    ]
    headers = ["solver", "k_q", "k_i", "strength", "top10_recall_in_100", "relative_error"]
    return write_csv("retrieval-matrix-curve", headers, rows)


def look_file(look: Look, queries: Sequence[str], items: Sequence[str]) -> str:
    """The cells that are shown as CSV: exact rows, then those of the approximation."""
    anchors = ["anchor" if place < len(look.anchor_items) else "" for place in range(len(items))]
    rows: Rows = [["", "", "", *anchors]]
    for name in ("exact", "approximation"):
        for place, row in enumerate(getattr(look, name).tolist()):
            role = "predicted" if place < len(look.queries) else "anchor"
            rows.append([name, role, queries[place], *(round(cell, 4) for cell in row)])
    headers = ["scores", "row", "query", *items]
    return write_csv("retrieval-matrix-reconstruction", headers, rows)


def _strength(measured: Measured, language: Language) -> str:
    by = "chosen" if measured.chosen else "published" if measured.solver == "pinv" else "given"
    name = "ridge" if measured.solver == "ridge" else "rcond"
    value = f"{name} {measured.strength:.3g}"
    return say(f"retrieval.matrix.strength.{by}", language, value=value)
