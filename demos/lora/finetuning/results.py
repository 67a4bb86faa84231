"""Trainings in words, in tables, and in a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from demos.frame.export import write_csv
from demos.frame.strings import Language, say
from demos.lora.finetuning.methods import MethodName
from demos.lora.finetuning.shipped import Row, Shipped, Spread
from demos.lora.finetuning.tuning import Course

ALL = "all"  # layers: the root of the mean of squares
_NOISE = 0.005  # of Spearman, below which one run says nothing


def name_of(method: MethodName, language: Language) -> str:
    """A method as it is called on the page."""
    return say(f"lora.tuning.method.{method}", language)


def size(count: int) -> str:
    """Bytes with the prefix of a thousand."""
    for unit, scale in (("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count} B"


def layer_names(courses: Sequence[Course]) -> tuple[str, ...]:
    """Names of the layers whose change is known, in the model's order."""
    return next((tuple(course.ends[0].spectra) for course in courses if course.ends), ())


def spectrum(course: Course, layer: str) -> NDArray[np.float64]:
    """Singular values of dW at the end of the first task, falling; `ALL` takes every layer."""
    spectra = course.ends[0].spectra
    if layer != ALL:
        return np.asarray(spectra[layer], dtype=np.float64)
    squares = [np.asarray(values, dtype=np.float64) ** 2 for values in spectra.values()]
    shortest = min(len(each) for each in squares)
    mean: NDArray[np.float64] = np.mean([each[:shortest] for each in squares], axis=0)
    return np.sqrt(mean)


def table(courses: Sequence[Course], language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row a training."""
    headers = [
        say(f"lora.tuning.column.{name}", language)
        for name in ("method", "rate", "before", "after", "bytes", "seconds", "rank")
    ]
    return headers, [_cells(course, language) for course in courses]


def _cells(course: Course, language: Language) -> list[str]:
    after = course.after
    ranks = list(course.effective_ranks().values()) if course.ends else []
    return [
        name_of(course.run.method, language),
        f"{course.run.rate:.2g}",
        f"{course.before:.4f}" if course.points else "",
        say("lora.tuning.diverged", language) if after is None else f"{after:.4f}",
        "" if course.state_bytes is None else size(course.state_bytes),
        "" if course.step_seconds is None else f"{course.step_seconds:.2f}",
        f"{sum(ranks) / len(ranks):.1f}" if ranks else "",
    ]


def findings(courses: Sequence[Course], language: Language) -> list[str]:
    """What this one seed shows, and that it is one seed."""
    said = [
        say(
            "lora.tuning.says.diverged",
            language,
            method=name_of(course.run.method, language),
            rate=f"{course.run.rate:.2g}",
            step=len(course.losses) + 1,
            lower=f"{course.run.rate / 10:.2g}",
        )
        for course in courses
        if course.diverged
    ]
    ended = [(course, course.after) for course in courses]
    known = [(course, after) for course, after in ended if after is not None]
    if len(known) > 1:
        best, score = max(known, key=lambda pair: pair[1])
        close = sum(score - after < _NOISE for _, after in known)
        key = "best_alone" if close == 1 else "best_among"
        said.append(
            say(
                f"lora.tuning.says.{key}",
                language,
                method=name_of(best.run.method, language),
                after=f"{score:.4f}",
                before=f"{best.before:.4f}",
                close=close - 1,
            )
        )
    return said


def shipped_table(shipped: Shipped, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row a method, with the least and the most of its seeds."""
    first, second = shipped.tasks
    headers = [
        say("lora.tuning.column.method", language),
        say("lora.tuning.column.rate", language),
        say("lora.tuning.column.seeds", language),
        say("lora.tuning.column.first", language, task=first),
        say("lora.tuning.column.second", language, task=second),
        say("lora.tuning.column.kept", language, first=first, second=second),
        say("lora.tuning.column.bytes", language),
        say("lora.tuning.column.rank", language),
    ]
    rows = [
        [
            name_of(row.method, language),
            f"{row.rate:.2g}",
            str(row.seeds),
            _spread(row.first),
            _spread(row.second),
            _spread(row.kept, "+.4f"),
            size(row.state_bytes),
            f"{row.effective_rank:.1f}",
        ]
        for row in shipped.rows
    ]
    return headers, rows


def _between(numbers: list[int], language: Language) -> str:
    least, most = min(numbers), max(numbers)
    return str(most) if least == most else say("lora.tuning.to", language, least=least, most=most)


def _spread(spread: Spread, form: str = ".4f") -> str:
    return f"{spread.mean:{form}} ({spread.least:{form}} … {spread.most:{form}})"


def shipped_findings(shipped: Shipped, language: Language) -> list[str]:
    """How it was made, what it shows, and where the seeds do not tell methods apart."""
    rows = {row.method: row for row in shipped.rows}
    first, second = shipped.tasks
    said = [
        say(
            "lora.tuning.shipped.made",
            language,
            seeds=_between([row.seeds for row in shipped.rows], language),
            steps=shipped.steps,
            batch=shipped.batch_size,
            rank=shipped.rank,
            first=first,
            second=second,
            pairs=f"{shipped.pairs:,}",
            held_out=shipped.held_out,
            date=shipped.date,
            machine=shipped.machine,
            before=f"{shipped.rows[0].before:.4f}",
        )
    ]
    said += _first_task(shipped, language)
    if {"full", "lora"} <= set(rows):
        said.append(_forgetting(rows["full"], rows["lora"], first, second, language))
        said.append(
            say(
                "lora.tuning.shipped.learnt",
                language,
                full=_spread(rows["full"].second),
                lora=_spread(rows["lora"].second),
                first=first,
                second=second,
            )
        )
    return said


def _first_task(shipped: Shipped, language: Language) -> list[str]:
    """Which methods end the first task above the base with every seed, and which below it."""
    said = []
    above = [row.method for row in shipped.rows if row.first.least > row.before]
    below = [row.method for row in shipped.rows if row.first.most < row.before]
    for key, methods in (("above", above), ("below", below)):
        if methods:
            names = say("lora.race.comma", language).join(
                name_of(each, language) for each in methods
            )
            values = {"methods": names, "first": shipped.tasks[0]}
            said.append(say(f"lora.tuning.shipped.{key}", language, **values))
    return said


def _forgetting(full: Row, lora: Row, first: str, second: str, language: Language) -> str:
    """The post's guess that LoRA forgets less, with what the seeds say."""
    if min(full.kept.least, lora.kept.least) >= 0:
        key = "nothing"
    elif lora.kept.least > full.kept.most:
        key = "less"
    elif lora.kept.most < full.kept.least:
        key = "more"
    else:
        key = "even"
    return say(
        f"lora.tuning.shipped.forgets_{key}",
        language,
        full=_spread(full.kept, "+.4f"),
        lora=_spread(lora.kept, "+.4f"),
        first=first,
        second=second,
    )


def file(courses: Sequence[Course]) -> str:
    """Losses, a row a step and a column a training."""
    steps = max(len(course.losses) for course in courses)
    rows = [
        [step + 1, *(c.losses[step] if step < len(c.losses) else "" for c in courses)]
        for step in range(steps)
    ]
    return write_csv("lora-tuning", ["step", *(course.run.method for course in courses)], rows)
