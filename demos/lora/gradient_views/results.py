"""Gradient views in words, in a table, and in a file."""

from __future__ import annotations

import math

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.lora.gradient_views.drawing import Direction, Views


def name_of(direction: Direction, views: Views, language: Language) -> str:
    """A direction as it is called on the page."""
    samples = f"{views.setting.samples:,}"
    return say(f"lora.gradients.direction.{direction.key}", language, samples=samples)


def table(views: Views, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row a direction."""
    headers = [
        say(f"lora.gradients.column.{name}", language)
        for name in ("direction", "cosine", "captured", "rank", "length")
    ]
    rows = [
        [
            name_of(each, views, language),
            f"{each.cosine:.3f}",
            f"{100 * each.cosine**2:.1f} %",
            str(each.rank),
            f"{each.length:.3g}",
        ]
        for each in views.directions
    ]
    return headers, rows


def findings(views: Views, language: Language) -> list[str]:
    """What is to be seen, a sentence each."""
    s = views.setting
    _, lora, sample, _ = views.directions
    said = [
        say(
            f"lora.gradients.says.{s.point}",
            language,
            cosine=f"{lora.cosine:.2f}",
            visible=f"{100 * views.visible:.0f}",
            rank=lora.rank,
        ),
        say(
            "lora.gradients.says.mean",
            language,
            samples=f"{s.samples:,}",
            error=f"{100 * views.errors[-1]:.2g}",
            theory=f"{100 * views.theory[-1]:.2g}",
            post=f"{100 * math.sqrt(1 + 4 * views.theory[-1] ** 2):.3g}",
        ),
        say(
            "lora.gradients.says.sample",
            language,
            cosine=f"{sample.cosine:.2f}",
            theory=f"{views.theory[0]:.2g}",
        ),
        _second(views, language),
    ]
    return [*said, _degrees(views, language)]


def _second(views: Views, language: Language) -> str:
    if views.second == 0:
        return say("lora.gradients.says.no_second", language)
    share = views.setting.eta * views.second
    key = "second_large" if share > 0.5 else "second"
    return say(
        f"lora.gradients.says.{key}",
        language,
        eta=f"{views.setting.eta:.3g}",
        share=f"{100 * share:.2g}",
        equal=f"{1 / views.second:.3g}",
    )


def _degrees(views: Views, language: Language) -> str:
    s = views.setting
    formula, lora, additive = views.degrees
    values = {"n": s.n, "m": s.m, "r": s.rank, "formula": f"{formula:,}", "whole": f"{s.n * s.m:,}"}
    if lora is None:
        return say("lora.gradients.says.degrees_formula", language, **values)
    if additive is None:
        return say("lora.gradients.says.degrees_lora", language, lora=lora, **values)
    return say("lora.gradients.says.degrees", language, lora=lora, additive=additive, **values)


def file(views: Views) -> str:
    """The curve of the running mean as CSV."""
    rows = zip(views.counts, views.errors, views.theory, strict=True)
    cells = [[int(count), float(error), float(theory)] for count, error, theory in rows]
    headers = ["samples", "relative_error_to_2G", "theory"]
    return write_csv("lora-gradients-running-mean", headers, cells)
