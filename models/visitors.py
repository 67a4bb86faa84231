"""Models that visitors trained: each is seen by its owner alone, and goes when the owner goes.

A key is a secret: it cannot be guessed, and no list of another visitor holds it.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

from models.catalog import ModelCard, ModelKind

PRIVATE_PREFIX = "own-"
MODELS_PER_VISITOR = 8


class VisitorModels:
    """Cards and folders by owner (a session's id). Thread-safe."""

    def __init__(self) -> None:
        self._cards: dict[str, dict[str, ModelCard]] = {}
        self._made: dict[str, int] = {}  # how many an owner has had, to number the next
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
            own = self._cards.setdefault(owner, {})
            self._made[owner] = number = self._made.get(owner, 0) + 1
            own[card.key] = replace(card, title=f"{card.title} #{number}")
            gone = list(own)[:-MODELS_PER_VISITOR]
            removed = [own.pop(key) for key in gone]
        for old in removed:
            _remove(old)
        return gone

    def card(self, key: str) -> ModelCard | None:
        """The card of a key, whoever knows it."""
        with self._lock:
            return next((own[key] for own in self._cards.values() if key in own), None)

    def of(self, owner: str | None, *kinds: ModelKind) -> tuple[ModelCard, ...]:
        """An owner's cards of these kinds, oldest first."""
        with self._lock:
            own = self._cards.get(owner or "", {})
            return tuple(card for card in own.values() if card.kind in kinds)

    def forget(self, owner: str) -> list[str]:
        """Remove an owner's models and their files; returns their keys."""
        with self._lock:
            own = self._cards.pop(owner, {})
            self._made.pop(owner, None)
        for card in own.values():
            _remove(card)
        return list(own)


def _remove(card: ModelCard) -> None:
    if card.adapter is not None:
        shutil.rmtree(card.adapter, ignore_errors=True)
