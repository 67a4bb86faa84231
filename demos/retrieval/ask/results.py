"""Answers as tables, and as a page that sets them side by side."""

from __future__ import annotations

from html import escape

import numpy as np

from demos.frame.progress import duration
from demos.frame.strings import Language, say
from demos.retrieval.ask.asking import SHOWN, Answer, Asked, known_best
from demos.retrieval.store import StoredIndex

Table = tuple[list[str], list[list[object]]]


def cost_table(asked: Asked, language: Language) -> Table:
    """One row a strategy: what it found, and what it cost."""
    best = known_best(asked)
    found_key = "found_true" if asked.truth is not None else "found_best"
    headers = [
        say(f"retrieval.ask.col.{name}", language, n=len(best))
        for name in ("strategy", found_key, "calls", "remembered", "algebra", "time")
    ]
    rows: list[list[object]] = [
        [
            say(f"retrieval.strategy.{answer.strategy}", language),
            f"{int(np.isin(best, answer.top).sum())} / {len(best)}",
            answer.calls,
            answer.cached,
            duration(answer.algebra, language),
            _time(answer, asked.pace, language),
        ]
        for answer in asked.answers
    ]
    return headers, rows


def _time(answer: Answer, pace: float | None, language: Language) -> str:
    """At the pace measured, as if nothing had been remembered: so that the order of asking, which
    fills the cache, favours no strategy."""
    if pace is None:
        return say("retrieval.ask.all_remembered", language)
    return duration(answer.algebra + answer.calls * pace, language)


def long_table(stored: StoredIndex, asked: Asked, language: Language) -> Table:
    """One row an item found, for export."""
    names = ("strategy", "rank", "item", "score", "true_rank", "text")
    headers = [say(f"retrieval.ask.col.{name}", language) for name in names]
    truth = {} if asked.truth is None else {int(i): r + 1 for r, i in enumerate(asked.truth)}
    rows: list[list[object]] = [
        [
            say(f"retrieval.strategy.{answer.strategy}", language),
            rank + 1,
            int(item) + 1,
            float(score),
            truth.get(int(item), ""),
            stored.texts[item],
        ]
        for answer in asked.answers
        for rank, (item, score) in enumerate(zip(answer.items, answer.scores, strict=True))
    ]
    return headers, rows


def side_by_side(stored: StoredIndex, asked: Asked, language: Language) -> str:
    """A column a strategy, ten results each; what is not among the best known is faint."""
    best = {int(item): place + 1 for place, item in enumerate(known_best(asked))}
    columns = "".join(_column(stored, answer, best, language) for answer in asked.answers)
    return f'<div class="kl-answers">{columns}</div>'


def _column(stored: StoredIndex, answer: Answer, best: dict[int, int], language: Language) -> str:
    name = escape(say(f"retrieval.strategy.{answer.strategy}", language))
    rows = "".join(
        _entry(stored, int(item), float(score), best.get(int(item)), language)
        for item, score in zip(answer.items[:SHOWN], answer.scores[:SHOWN], strict=True)
    )
    missing = len(best.keys() - set(answer.top.tolist()))
    foot = ""
    if missing:
        foot = f"<p>{escape(say('retrieval.ask.missing', language, n=missing))}</p>"
    return f"<section><h4>{name}</h4><ol>{rows}</ol>{foot}</section>"


def _entry(
    stored: StoredIndex, item: int, score: float, place: int | None, language: Language
) -> str:
    text = escape(stored.texts[item])
    kind = "kl-hit" if place else "kl-miss"
    label = ""
    if stored.labels is not None and stored.labels[item]:
        label = f"<small>{escape(stored.labels[item])}</small>"
    hint = escape(
        say("retrieval.ask.place" if place else "retrieval.ask.no_place", language, place=place),
        quote=True,
    )
    return f'<li class="{kind}" title="{hint}"><b>{score:.2f}</b><span>{text}{label}</span></li>'
