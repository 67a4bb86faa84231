"""Open indexes: read from disk once, shared by all visitors, with what strategies prepared.

An index is addressed by its key. Keys other than the bundled corpora's are digests of the texts
(`store.address`): who has the texts can find the index, and nobody else can.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.recent import Recent
from demos.retrieval.helpdesk import CORPORA, BundledCorpus
from demos.retrieval.search import BayesCur, Strategy, Unprepared
from demos.retrieval.store import HeldOut, ModelVersion, StoredIndex, load, load_held_out
from models.held import Held
from models.registry import Registry

FOLDER_VARIABLE = "KEXUE_LAB_INDEXES"
_DEFAULT_FOLDER = Path("~/.cache/kexue-lab/indexes")
_KEY = re.compile(r"[0-9a-f]{24}")
_OPEN = 8  # indexes in memory
_REMEMBERED = 128  # values of each index
_PREPARED = 24  # of each index: strategies times budgets


@dataclass
class OpenIndex:
    """An index in memory.

    Attributes:
        stored: texts, vectors, scores.
        held: `stored.index`, for `registry.run`.
        held_out: queries with known scores, if there are any.
        prepared: what strategies prepared, by key and budget.
        remembered: what panels worked out on this index, such as scores of a visitor's queries,
            by a digest of what it was worked out from: who has the queries finds their scores.
    """

    stored: StoredIndex
    held: Held
    held_out: HeldOut | None = None
    prepared: Recent = field(default_factory=lambda: Recent(_PREPARED))
    remembered: Recent = field(default_factory=lambda: Recent(_REMEMBERED))


class Shelf:
    """Opens indexes; see the module.

    Attributes:
        bundled: by key, the corpora of the app whose index is there.
        folder: where the others are.
    """

    def __init__(
        self,
        registry: Registry,
        folder: Path | None = None,
        bundled: Iterable[BundledCorpus] = CORPORA,
    ):
        self._registry = registry
        self.bundled = {corpus.key: corpus for corpus in bundled if corpus.built}
        given = os.environ.get(FOLDER_VARIABLE)
        self.folder = (folder or Path(given or _DEFAULT_FOLDER)).expanduser()
        self._open = Recent(_OPEN)
        self._lock = threading.Lock()

    def folder_of(self, key: str) -> Path:
        """Where the index of a key is.

        Raises:
            InputProblem: this is no key.
        """
        if isinstance(key, str) and key in self.bundled:
            return self.bundled[key].index
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise InputProblem("retrieval.index.absent")
        return self.folder / key

    def open(self, key: str) -> OpenIndex:
        """An index, from memory or from disk.

        Raises:
            InputProblem: it is not there, damaged, or made by models that have changed since.
        """
        folder = self.folder_of(key)
        with self._lock:  # of several visitors one reads it
            opened: OpenIndex | None = self._open.get(key)
            if opened is None:
                stored = load(folder)
                for made_by in (stored.bi_encoder, stored.cross_encoder):
                    self._check_version(made_by)
                bundled = self.bundled.get(key)
                known = None if bundled is None else load_held_out(bundled.held_out)
                opened = OpenIndex(stored, self._registry.hold(stored.index), known)
                self._open.put(key, opened)
            return opened

    def forget(self, key: str) -> None:
        """Read it from disk the next time: it has been built anew."""
        self._open.drop(key)

    def prepare(self, opened: OpenIndex, strategy: Strategy, budget: int) -> Held:
        """What a strategy computes before any query comes; once for all visitors."""
        if isinstance(strategy, Unprepared):
            return opened.held
        # The belief is part of the index, and the same for every budget.
        ours = isinstance(strategy, BayesCur)
        place = (strategy.key, 0 if ours else budget)
        held: Held | None = opened.prepared.get(place)
        if held is None:
            value: Any = (
                opened.stored.belief
                if ours
                else self._registry.run(strategy.prepare, opened.held, budget)
            )
            held = self._registry.hold(value)
            opened.prepared.put(place, held)
        return held

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function of tensors where tensors are computed."""
        return self._registry.run(function, *arguments)

    def _check_version(self, made_by: ModelVersion) -> None:
        if ModelVersion.of(self._registry.card(made_by.key)) != made_by:
            raise InputProblem("retrieval.index.stale", model=self._registry.title(made_by.key))
