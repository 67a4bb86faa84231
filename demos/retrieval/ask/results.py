"""Answers as tables, and as a page that sets them side by side."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

from demos.frame.progress import duration
from demos.frame.strings import Language, say
from demos.retrieval.ask.asking import Answer, Asked, hits, known_best
from demos.retrieval.store import StoredIndex

Table = tuple[list[str], list[list[object]]]


_COST_COLUMNS = (
    *("strategy", "found", "calls", "late_scores", "remembered", "memory", "algebra", "time"),
)


def cost_table(asked: Asked, language: Language) -> Table:
    """One row a strategy: what it found, and what it cost."""
    best = known_best(asked)
    found_key = "found_true" if asked.truth is not None else "found_best"
    headers = [
        say(f"retrieval.ask.col.{found_key if name == 'found' else name}", language, n=len(best))
        for name in _COST_COLUMNS
    ]
    rows: list[list[object]] = [
        [
            say(f"retrieval.strategy.{answer.strategy}", language),
            f"{int(hits(asked, best, answer.top).sum())} / {len(best)}",
            answer.calls,
            answer.late_scores,
            answer.cached,
            f"{answer.nbytes / 1e6:.1f} MB",
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
    names = ["strategy", "rank", "item", "score", "true_rank", "text"]
    mixing = asked.scorer.weight > 0
    names += ["cosine", "mixture"] if mixing else []
    split = stored.documents is not None
    names += ["document"] if split else []
    headers = [say(f"retrieval.ask.col.{name}", language) for name in names]
    truth = {} if asked.truth is None else {int(i): r + 1 for r, i in enumerate(asked.truth)}
    rows: list[list[object]] = []
    for answer in asked.answers:
        name = say(f"retrieval.strategy.{answer.strategy}", language)
        for place, item in enumerate(answer.items.tolist()):
            row: list[object] = [name, place + 1, item + 1, float(answer.scores[place])]
            row += [truth.get(item, ""), stored.texts[item]]
            if answer.mixture is not None:
                row += [float(asked.cosines[item]), float(answer.mixture[place])]
            rows.append([*row, int(asked.documents[item]) + 1] if split else row)
    return headers, rows


def side_by_side(stored: StoredIndex, asked: Asked, language: Language) -> str:
    """A column a strategy, ten results each; what is not among the best known is faint."""
    best = known_best(asked)
    columns = "".join(_column(stored, asked, answer, best, language) for answer in asked.answers)
    return f'<div class="kl-answers">{columns}</div>'


def _column(
    stored: StoredIndex, asked: Asked, answer: Answer, best: NDArray[np.int64], language: Language
) -> str:
    name = escape(say(f"retrieval.strategy.{answer.strategy}", language))
    places = {int(document): i + 1 for i, document in enumerate(asked.documents[best])}
    rows = "".join(
        _entry(stored, asked, answer, rank, places.get(int(asked.documents[item])), language)
        for rank, item in enumerate(answer.top)
    )
    missing = int((~hits(asked, best, answer.top)).sum())
    foot = ""
    if missing:
        foot = f"<p>{escape(say('retrieval.ask.missing', language, n=missing))}</p>"
    return f"<section><h4>{name}</h4><ol>{rows}</ol>{foot}</section>"


def _entry(
    stored: StoredIndex,
    asked: Asked,
    answer: Answer,
    rank: int,
    place: int | None,
    language: Language,
) -> str:
    item = int(answer.items[rank])
    notes = []
    if stored.documents is not None:
        notes.append(_passage(asked.documents, item, language))
    if stored.labels is not None and stored.labels[item]:
        notes.append(stored.labels[item])
    small = f"<small>{escape(' · '.join(notes))}</small>" if notes else ""
    hint = say("retrieval.ask.place" if place else "retrieval.ask.no_place", language, place=place)
    shown = float(answer.scores[rank])
    if answer.mixture is not None:
        hint += say(
            "retrieval.ask.both_scores", language, score=shown, cosine=float(asked.cosines[item])
        )
        shown = float(answer.mixture[rank])
    kind = "kl-hit" if place else "kl-miss"
    return (
        f'<li class="{kind}" title="{escape(hint, quote=True)}"><b>{shown:.2f}</b>'
        f"<span>{escape(stored.texts[item])}{small}</span></li>"
    )


def _passage(documents: NDArray[np.int64], item: int, language: Language) -> str:
    """Which passage of which document an item is."""
    document = int(documents[item])
    first, end = np.searchsorted(documents, [document, document + 1])  # in rising order
    return say(
        "retrieval.ask.passage",
        language,
        number=item - int(first) + 1,
        count=int(end - first),
        document=document + 1,
    )
