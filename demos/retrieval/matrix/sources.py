"""The matrices that can be looked at, and what was computed from them, shared by all visitors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from demos.frame.recent import Recent
from demos.frame.strings import Language, say
from demos.retrieval.matrix import view
from demos.retrieval.matrix.asked import SOURCES, most_anchors
from demos.retrieval.matrix.view import Check, Look, Matrix, Settings, Walk
from demos.retrieval.shelf import OpenIndex, Shelf
from models.held import Held
from models.registry import Registry

ResultT = TypeVar("ResultT")

_REMEMBERED = 64  # walks and choices: small


@dataclass(frozen=True)
class Opened:
    """A matrix with the texts of its rows and columns.

    `pool`, `queries` and `item_texts` are None for made-up scores, whose rows are numbered.
    """

    key: str
    held: Held
    rows: int
    items: int
    about_rows: str
    language: Language
    pool: tuple[str, ...] | None = None
    queries: tuple[str, ...] | None = None
    item_texts: tuple[str, ...] | None = None

    @property
    def is_corpus(self) -> bool:
        return self.item_texts is not None

    @property
    def most_anchors(self) -> int:
        return most_anchors(self.items)

    def item_text(self, number: int) -> str:
        if self.item_texts is not None:
            return self.item_texts[number]
        return say("retrieval.matrix.made_up_item", self.language, number=number + 1)

    def row_texts(self, look: Look) -> list[str]:
        """Texts of the rows shown, top to bottom."""
        rows = (look.queries.tolist(), look.anchor_queries.tolist())
        if self.queries is not None and self.pool is not None:
            return [self.queries[i] for i in rows[0]] + [self.pool[i] for i in rows[1]]
        numbers = [self.rows + i for i in rows[0]] + rows[1]
        return [say("retrieval.matrix.made_up_query", self.language, number=i + 1) for i in numbers]

    def column_texts(self, look: Look) -> list[str]:
        """Texts of the columns shown, left to right."""
        return [self.item_text(i) for i in look.columns.tolist()]


class Sources:
    """Opens matrices; remembers what takes long."""

    def __init__(self, shelf: Shelf, registry: Registry):
        self._shelf = shelf
        self._registry = registry
        self._made_up: Held | None = None
        self._known = Recent(_REMEMBERED)

    def open(self, source: str, corpus: str, language: Language) -> Opened:
        """The matrix of a source: of the corpus with that key, or made up.

        Raises:
            InputProblem: there is no such corpus, or too little of it.
        """
        if source == SOURCES[1]:
            return self._open_made_up(language)
        return self._open_corpus(self._shelf.open(corpus), language)

    def choose(self, opened: Opened, strategy: str, k_i: int, seed: int) -> tuple[int, ...]:
        """Anchor items by a strategy."""
        known = (opened.key, strategy, k_i, seed)
        return self._remembered(
            known,
            lambda: tuple(
                self._registry.run(view.choose_anchors, opened.held, strategy, k_i, seed).tolist()
            ),
        )

    def look(self, opened: Opened, items: tuple[int, ...], settings: Settings) -> Look:
        """What is drawn for these anchor items."""
        return self._registry.run(_look, opened.held, items, settings)

    def walk(
        self, opened: Opened, items: tuple[int, ...], rcond: float | None, ridge: float | None
    ) -> Walk:
        """All solvers over k_q for these anchor items."""
        known = (opened.key, items, rcond, ridge)
        return self._remembered(
            known, lambda: self._registry.run(_walk, opened.held, items, rcond, ridge)
        )

    def check(self, opened: Opened) -> tuple[Check, ...]:
        """The made-up matrix's known numbers beside ours."""
        return self._remembered(
            (opened.key, "check"), lambda: self._registry.run(view.check_made_up, opened.held)
        )

    def _remembered(self, known: Any, compute: Callable[[], ResultT]) -> ResultT:
        value = self._known.get(known)
        if value is None:
            value = compute()
            self._known.put(known, value)
        return cast(ResultT, value)

    def _open_made_up(self, language: Language) -> Opened:
        if self._made_up is None:
            self._made_up = self._registry.hold(self._registry.run(view.made_up_matrix))
        matrix: Matrix = self._made_up.value
        rows, queries = len(matrix.pool), len(matrix.queries)
        about = say("retrieval.matrix.rows.made_up", language, pool=rows, queries=queries)
        return Opened("made-up", self._made_up, rows, matrix.items, about, language)

    def _open_corpus(self, index: OpenIndex, language: Language) -> Opened:
        held_out = index.held_out.texts if index.held_out else ()
        held = self._hold(index)
        stored = index.stored
        pool, queries = view.split_texts(stored.anchor_texts, held_out)
        about = say(
            f"retrieval.matrix.rows.{'held_out' if len(held_out) > 1 else 'left_out'}",
            language,
            anchors=len(stored.anchor_texts),
            pool=len(pool),
            queries=len(queries),
        )
        return Opened(
            stored.key,
            held,
            len(pool),
            stored.size,
            about,
            language,
            pool,
            queries,
            stored.texts,
        )

    def _hold(self, index: OpenIndex) -> Held:
        """The matrix of an open index; it lives as long as the index is open."""
        import torch

        place = ("matrix", 0)
        held: Held | None = index.prepared.get(place)
        if held is None:
            exact = torch.from_numpy(index.held_out.exact) if index.held_out else None
            matrix = self._registry.run(view.corpus_matrix, index.held, exact)
            held = self._registry.hold(matrix)
            index.prepared.put(place, held)
        return held


def _look(matrix: Matrix, items: tuple[int, ...], settings: Settings) -> Look:
    import torch

    return view.look(matrix, torch.tensor(items), settings)


def _walk(matrix: Matrix, items: tuple[int, ...], rcond: float | None, ridge: float | None) -> Walk:
    import torch

    return view.walk(matrix, torch.tensor(items), rcond, ridge)
