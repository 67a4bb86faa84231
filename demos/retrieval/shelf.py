"""Open indexes: read from disk once, shared by all visitors, with what strategies prepared.

An index is addressed by its key. Keys other than the bundled corpora's are digests of the texts
(`store.address`): who has the texts can find the index, and nobody else can.
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from demos.frame.errors import InputProblem
from demos.frame.recent import Recent
from demos.retrieval.helpdesk import CORPORA, BundledCorpus
from demos.retrieval.late import LateIndex, joined, pack, padded
from demos.retrieval.search import STRATEGIES, BayesCur, LateReRank, Strategy, Unprepared
from demos.retrieval.store import HeldOut, ModelVersion, StoredIndex, load, load_held_out
from models.held import Held
from models.languages import languages_of, reads
from models.registry import Registry
from models.work import Progress

FOLDER_VARIABLE = "KEXUE_LAB_INDEXES"
_DEFAULT_FOLDER = Path("~/.cache/kexue-lab/indexes")
_KEY = re.compile(r"[0-9a-f]{24}")
_OPEN = 8  # indexes in memory
_REMEMBERED = 128  # values of each index
_PREPARED = 24  # of each index: strategies times budgets
_WITH_TOKENS = 2  # indexes whose token vectors are in memory
MOST_TOKENS = 500_000  # of a corpus; 128 MB of 128 dimensions in bfloat16
_TOKENS_A_TEXT = 256  # read of a text at most
_BYTES_A_TOKEN = 4  # of English and of Chinese alike, near enough
_TEXTS_AT_ONCE = 1_024
_LOOKED_AT = 200  # texts, for the language of a corpus


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
        self._late = Recent(_WITH_TOKENS)  # by key of the index
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
        self._late.drop(key)

    # --- late interaction ----------------------------------------------------------------------

    @property
    def strategies(self) -> tuple[str, ...]:
        """Keys of the strategies whose models there are."""
        late = bool(self._registry.cards(None, "late-interaction"))
        return tuple(key for key in STRATEGIES if late or key != LateReRank.key)

    def late_model(self, opened: OpenIndex) -> str:
        """The late-interaction model that reads a corpus.

        Raises:
            InputProblem: there is none, or the corpus has more tokens than memory is for.
        """
        cards = self._registry.cards(None, "late-interaction")
        if not cards:
            raise InputProblem("retrieval.late.no_model")
        texts = opened.stored.texts
        sample = texts[:: max(1, len(texts) // _LOOKED_AT)]
        languages, _ = Counter(map(languages_of, sample)).most_common(1)[0]
        found = next((card for card in cards if reads(card, languages)), None)
        if found is None:
            raise InputProblem("retrieval.late.language", model=cards[0].title)
        tokens = sum(min(len(t.encode()) // _BYTES_A_TOKEN + 2, _TOKENS_A_TEXT) for t in texts)
        if tokens > MOST_TOKENS:
            raise InputProblem("retrieval.late.too_large", tokens=tokens, most=MOST_TOKENS)
        return found.key

    def reading_tokens(self, opened: OpenIndex) -> Generator[Progress, None, None]:
        """Have the token vectors of all texts ready, with progress in texts; once for all visitors.

        Raises:
            InputProblem: see `late_model`.
            ModelError: the model cannot be had.
        """
        key, texts = self.late_model(opened), opened.stored.texts
        if self._late.get(opened.stored.key) is not None:
            return
        parts: list[LateIndex] = []
        for start in range(0, len(texts), _TEXTS_AT_ONCE):
            work = self._registry.token_embedding(key, texts[start : start + _TEXTS_AT_ONCE])
            try:
                for progress in work:
                    done = start + progress.done
                    share = done / len(texts)
                    yield Progress(done, len(texts), progress.seconds, share=share)
                parts.append(self._registry.run(pack, work.result()))
            finally:
                work.cancel()
        self._late.put(opened.stored.key, self._registry.hold(self._registry.run(joined, parts)))

    def query_tokens(self, opened: OpenIndex, texts: Sequence[str]) -> torch.Tensor:
        """Token vectors of queries for a corpus [q, t, d], see `late.padded`.

        Raises:
            InputProblem: see `late_model`.
        """
        return padded(self._registry.token_embedding(self.late_model(opened), texts).result())

    # --- preparing -----------------------------------------------------------------------------

    def prepare(self, opened: OpenIndex, strategy: Strategy, budget: int) -> Held:
        """What a strategy computes before any query comes; once for all visitors."""
        if isinstance(strategy, Unprepared):
            return opened.held
        if isinstance(strategy, LateReRank):
            return self._late_index(opened)
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

    def _late_index(self, opened: OpenIndex) -> Held:
        held: Held | None = self._late.get(opened.stored.key)
        if held is None:  # never read, or others have taken its place
            for _ in self.reading_tokens(opened):
                pass
            held = self._late.get(opened.stored.key)
        assert held is not None
        return held

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Run a function of tensors where tensors are computed."""
        return self._registry.run(function, *arguments)

    def _check_version(self, made_by: ModelVersion) -> None:
        if ModelVersion.of(self._registry.card(made_by.key)) != made_by:
            raise InputProblem("retrieval.index.stale", model=self._registry.title(made_by.key))
