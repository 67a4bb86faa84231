"""Models that visitors trained: each is seen by its owner alone, and forgotten after a while.

A key is a secret: it cannot be guessed, and no list of another visitor holds it.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from models.catalog import ModelCard, ModelKind

PRIVATE_PREFIX = "own-"
MODELS_PER_VISITOR = 8
HOURS_WITHOUT_VISIT = 12
MAX_BYTES = 2 << 30  # of all visitors' files together


@dataclass
class _Visitor:
    """One visitor's models, oldest first."""

    cards: dict[str, ModelCard] = field(default_factory=dict)
    made: int = 0  # how many there have been, to number the next
    last_visit: float = 0.0

    @property
    def nbytes(self) -> float:
        return sum(card.megabytes for card in self.cards.values()) * 1e6


class VisitorModels:
    """Cards and folders by owner (a secret of the visitor's browser). Thread-safe.

    A visitor's models go `HOURS_WITHOUT_VISIT` after the last visit, or earlier, those of whoever
    has been away for longest first, where all together exceed `MAX_BYTES`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._visitors: dict[str, _Visitor] = {}
        self._lock = threading.Lock()
        self._root: tempfile.TemporaryDirectory[str] | None = None

    def new_folder(self) -> tuple[str, Path]:
        """A key that nobody has, and an empty folder for its files."""
        with self._lock:
            if self._root is None:
                self._root = tempfile.TemporaryDirectory(prefix="kexue-lab-")
            key = PRIVATE_PREFIX + secrets.token_urlsafe(12)
            folder = Path(self._root.name) / key
            folder.mkdir()
            return key, folder

    def add(self, owner: str, card: ModelCard) -> list[str]:
        """List a card for its owner; returns the keys of those that had to make room for it."""
        with self._lock:
            visitor = self._visitors.setdefault(owner, _Visitor())
            visitor.made += 1
            visitor.last_visit = self._clock()
            visitor.cards[card.key] = replace(card, title=f"{card.title} #{visitor.made}")
            surplus = list(visitor.cards)[:-MODELS_PER_VISITOR]
            gone = [visitor.cards.pop(key) for key in surplus] + self._let_go()
        return _remove(gone)

    def visit(self, owner: str) -> list[str]:
        """A visitor is here; returns the keys of the models of those who have been away too long.

        Nothing is kept of a visitor without models.
        """
        with self._lock:
            if owner in self._visitors:
                self._visitors[owner].last_visit = self._clock()
            gone = self._let_go()
        return _remove(gone)

    def card(self, key: str) -> ModelCard | None:
        """The card of a key, whoever knows it."""
        with self._lock:
            everybody = self._visitors.values()
            return next((each.cards[key] for each in everybody if key in each.cards), None)

    def of(self, owner: str | None, *kinds: ModelKind) -> tuple[ModelCard, ...]:
        """An owner's cards of these kinds, oldest first."""
        with self._lock:
            visitor = self._visitors.get(owner or "", _Visitor())
            return tuple(card for card in visitor.cards.values() if card.kind in kinds)

    def _let_go(self) -> list[ModelCard]:
        """Cards of those who have been away too long, or for longest where room is needed."""
        gone: list[ModelCard] = []
        since = self._clock() - HOURS_WITHOUT_VISIT * 3_600
        for owner, visitor in sorted(self._visitors.items(), key=lambda each: each[1].last_visit):
            others = [other for other in self._visitors if other != owner]
            too_large = sum(each.nbytes for each in self._visitors.values()) > MAX_BYTES
            if visitor.last_visit < since or (too_large and others):
                gone += self._visitors.pop(owner).cards.values()
        return gone


def _remove(cards: list[ModelCard]) -> list[str]:
    """Delete the files of models; returns their keys."""
    for card in cards:
        if card.adapter is not None:
            shutil.rmtree(card.adapter, ignore_errors=True)
    return [card.key for card in cards]
