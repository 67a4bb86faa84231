"""Open indexes: read from disk once, shared by all visitors, with what strategies prepared.

An index is addressed by its key. Keys other than the bundled corpus's are digests of the texts
(`store.address`): who has the texts can find the index, and nobody else can.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demos.frame.errors import InputProblem
from demos.retrieval import helpdesk
from demos.retrieval.search import AdaCur, BayesCur, BruteForce, ReRank, Strategy
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
    prepared: OrderedDict[tuple[str, int], Held] = field(default_factory=OrderedDict)
    remembered: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def recall(self, key: Hashable) -> Any:
        """What was remembered under this key, or None."""
        with contextlib.suppress(KeyError):
            self.remembered.move_to_end(key)
        return self.remembered.get(key)

    def remember(self, key: Hashable, value: Any) -> None:
        """Keep it for the next visitor; what was unused for longest makes room."""
        self.remembered[key] = value
        with contextlib.suppress(KeyError):  # another thread made room meanwhile
            while len(self.remembered) > _REMEMBERED:
                self.remembered.popitem(last=False)


class Shelf:
    """Opens indexes; see the module."""

    def __init__(self, registry: Registry, folder: Path | None = None):
        self._registry = registry
        given = os.environ.get(FOLDER_VARIABLE)
        self.folder = (folder or Path(given or _DEFAULT_FOLDER)).expanduser()
        self._open: OrderedDict[str, OpenIndex] = OrderedDict()
        self._lock = threading.Lock()

    def folder_of(self, key: str) -> Path:
        """Where the index of a key is.

        Raises:
            InputProblem: this is no key.
        """
        if key == helpdesk.KEY:
            return helpdesk.INDEX
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise InputProblem("retrieval.index.absent")
        return self.folder / key

    def open(self, key: str) -> OpenIndex:
        """An index, from memory or from disk.

        Raises:
            InputProblem: it is not there, damaged, or made by models that have changed since.
        """
        folder = self.folder_of(key)
        with self._lock:
            if key not in self._open:
                stored = load(folder)
                for made_by in (stored.bi_encoder, stored.cross_encoder):
                    self._check_version(made_by)
                known = load_held_out(helpdesk.HELD_OUT) if key == helpdesk.KEY else None
                self._open[key] = OpenIndex(stored, self._registry.hold(stored.index), known)
                while len(self._open) > _OPEN:
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
            return self._open[key]

    def forget(self, key: str) -> None:
        """Read it from disk the next time: it has been built anew."""
        with self._lock:
            self._open.pop(key, None)

    def prepare(self, opened: OpenIndex, strategy: Strategy, budget: int) -> Held:
        """What a strategy computes before any query comes; once for all visitors."""
        if isinstance(strategy, (ReRank, AdaCur, BruteForce)):  # the index is all they need
            return opened.held
        # The belief is part of the index, and the same for every budget.
        place = (strategy.key, 0 if isinstance(strategy, BayesCur) else budget)
        held = opened.prepared.get(place)
        if held is None:
            value: Any = (
                opened.stored.belief
                if isinstance(strategy, BayesCur)
                else self._registry.run(strategy.prepare, opened.held, budget)
            )
            held = opened.prepared[place] = self._registry.hold(value)
            while len(opened.prepared) > _PREPARED:
                opened.prepared.popitem(last=False)
        return held

    def compute(self) -> Callable[..., Any]:
        """Runs a function of tensors where tensors are computed."""
        return self._registry.run

    def version(self, model: str) -> ModelVersion:
        """A model's key with the version of what it computes now."""
        return ModelVersion(model, self._registry.card(model).version)

    def _check_version(self, made_by: ModelVersion) -> None:
        if self.version(made_by.key) != made_by:
            raise InputProblem("retrieval.index.stale", model=self._registry.title(made_by.key))
