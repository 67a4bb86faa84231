"""Loaded models under a memory budget: loaded on first use, evicted when idle to make room."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from models.backbone import Backbone, load_backbone
from models.bi_encoder import BiEncoder
from models.catalog import ModelCard
from models.causal_lm import CausalLM, load_causal_lm
from models.cross_encoder import CrossEncoder, PooledCrossEncoder, load_cross_encoder, load_head
from models.device import Device
from models.errors import MemoryBudgetError, ModelError, UnsupportedModelError
from models.late_interaction import LateInteraction, load_token_projection
from models.layout import EncoderLayout, read_layout
from models.lora import read_lora
from models.model_files import model_files
from models.sources import ModelFiles, count_parameters, verify_sha256
from models.tokenizer import Tokenizer

_log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 30.0  # how long a load waits for others to be released


@dataclass(eq=False)
class LoadedModel:
    """A model that is ready, with what the registry needs to know of it."""

    card: ModelCard
    encoder: BiEncoder | CrossEncoder | LateInteraction | CausalLM
    files: ModelFiles
    nbytes: int  # its own; a shared base is counted once, apart
    backbone: str | None
    users: int = 0
    last_used: int = 0
    calls: int = 0


class ModelStore:
    """All weights of the registry. Thread-safe; a model in use is never evicted.

    Args:
        device: where weights are placed.
        memory_budget: bytes for all weights together.
        card_of: the card of a key (the catalog's, or one for a hub id).
    """

    def __init__(
        self,
        device: Device,
        memory_budget: int,
        card_of: Callable[[str], ModelCard],
    ):
        self._device = device
        self.memory_budget = memory_budget
        self._card_of = card_of
        self._models: dict[str, LoadedModel] = {}
        self._backbones: dict[str, Backbone] = {}
        self._tokenizers = WeakValueDictionary[tuple[object, ...], Tokenizer]()
        self._freed = threading.Condition()
        self._loading = threading.RLock()
        self._key_locks: dict[str, threading.Lock] = {}
        self._clock = 0
        self._reserved = 0  # bytes that trainings hold
        self.evictions = 0

    @contextmanager
    def lease(self, key: str) -> Iterator[LoadedModel]:
        """The loaded model, kept from eviction until the block ends."""
        model = self.acquire(key)
        try:
            yield model
        finally:
            self.release(model)

    def acquire(self, key: str) -> LoadedModel:
        """Load a model if need be and mark it in use; pair with `release`.

        Raises:
            ModelError: it cannot be had, or does not fit the budget; the sentence says why.
        """
        model = self._take(key)
        if model is not None:
            return model
        card = self._card_of(key)
        with self._one_at_a_time(key):  # thirty first visitors: one download, one check of hashes
            with self._one_sentence(card):
                files = _files_of(card, self._card_of)
            # One load at a time: two large models must not both count on the same room.
            with self._loading:
                model = self._take(key)
                if model is not None:
                    return model
                with self._one_sentence(card):
                    loaded = self._load_apart(card, files)
                with self._freed:
                    self._models[key] = loaded
                    return self._mark_used(loaded)

    @contextmanager
    def _one_at_a_time(self, key: str) -> Iterator[None]:
        with self._freed:
            lock = self._key_locks.setdefault(key, threading.Lock())
        with lock:
            yield

    def release(self, model: LoadedModel) -> None:
        """The counterpart of `acquire`."""
        with self._freed:
            model.users -= 1
            self._freed.notify_all()

    @contextmanager
    def reserve(self, card: ModelCard, nbytes: int) -> Iterator[ModelFiles]:
        """A base's verified files, with room beside the loaded models until the block ends.

        Raises:
            ModelError: the files cannot be had, or there is no room.
        """
        with self._one_at_a_time(card.key), self._one_sentence(card):
            files = _files_of(card, self._card_of)
        with self.room(card, nbytes):
            yield files

    @contextmanager
    def room(self, card: ModelCard, nbytes: int) -> Iterator[None]:
        """Room beside the loaded models until the block ends; raises as `reserve`."""
        with self._loading:
            self._make_room(card.key, nbytes, keep_base=card.base or card.key)
            with self._freed:
                self._reserved += nbytes
        try:
            yield
        finally:
            with self._freed:
                self._reserved -= nbytes
                self._freed.notify_all()

    def discard(self, key: str) -> None:
        """Forget a loaded model whose files are gone; whoever holds it finishes with it."""
        with self._freed:
            model = self._models.pop(key, None)
        if model is not None:
            self._unload(model.backbone)

    def find(self, key: str) -> LoadedModel | None:
        """The loaded model, or None."""
        return self._models.get(key)

    def get(self, key: str) -> LoadedModel:
        """A model that its caller holds a lease of."""
        return self._models[key]

    def loaded(self) -> list[LoadedModel]:
        """Everything loaded, in the order of loading."""
        with self._freed:
            return list(self._models.values())

    def nbytes(self) -> int:
        """Bytes of all weights, shared bases counted once."""
        with self._freed:
            return self._nbytes()

    def _take(self, key: str) -> LoadedModel | None:
        with self._freed:
            model = self._models.get(key)
            return None if model is None else self._mark_used(model)

    def _mark_used(self, model: LoadedModel) -> LoadedModel:
        self._clock += 1
        model.users += 1
        model.last_used = self._clock
        return model

    def _nbytes(self) -> int:
        bases = sum(backbone.nbytes for backbone in self._backbones.values())
        return bases + sum(model.nbytes for model in self._models.values()) + self._reserved

    # --- loading ---

    @contextmanager
    def _one_sentence(self, card: ModelCard) -> Iterator[None]:
        """Turn whatever a library raises over a model's files into a sentence; the log keeps it."""
        try:
            yield
        except ModelError:
            raise
        except Exception as error:
            if self._device.is_out_of_memory(error):
                self._device.release_memory()
                raise MemoryBudgetError(
                    "“{key}” does not fit into the memory that is left: choose a smaller one.",
                    key=card.key,
                ) from error
            _log.warning("cannot load %s", card.key, exc_info=error)
            raise UnsupportedModelError(
                "“{key}” cannot be read: its files are damaged, or its architecture is not"
                " supported.",
                key=card.key,
            ) from error

    def _load_apart(self, card: ModelCard, files: ModelFiles) -> LoadedModel:
        """`_load` in a thread of its own: torch's pool for it ends with it (see registry.py).

        Not for a GPU that is lent per call: only the main thread may place weights there.
        """
        if self._device.is_lent:
            return self._load(card, files)
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._load, card, files).result()

    def _load(self, card: ModelCard, files: ModelFiles) -> LoadedModel:
        self._make_room(card.key, self._estimate(card, files), keep_base=card.base or card.key)
        if card.kind == "cross-encoder" and card.adapter is None:
            encoder, own = load_cross_encoder(files.folder, card.key, card.max_length, self._device)
            return LoadedModel(card, encoder, files, own, None)
        if card.kind == "causal-lm":
            lm = load_causal_lm(files.folder, card.key, card.max_length, self._device)
            return LoadedModel(card, lm, files, lm.nbytes, None)
        layout = read_layout(files.folder, self._card_with_base(card))
        tokenizer = self._tokenizer(layout)
        base_key = card.base or card.key
        backbone = self._backbones.get(base_key)
        if backbone is None:
            backbone = load_backbone(layout.transformer, tokenizer, self._device)
        model = self._load_on_backbone(card, files, layout, tokenizer, backbone)
        with self._freed:
            self._backbones[base_key] = backbone
        return model

    def _tokenizer(self, layout: EncoderLayout) -> Tokenizer:
        """One for all models that read alike: a quarter of a million pieces take 300 MB."""
        facts = (layout.transformer, layout.max_length, layout.lower_case)
        tokenizer = self._tokenizers.get(facts)
        if tokenizer is None:
            tokenizer = self._tokenizers[facts] = Tokenizer(*facts)
        return tokenizer

    def _load_on_backbone(
        self,
        card: ModelCard,
        files: ModelFiles,
        layout: EncoderLayout,
        tokenizer: Tokenizer,
        backbone: Backbone,
    ) -> LoadedModel:
        base_key = card.base or card.key
        adapter = None
        if card.adapter is not None:
            adapter = read_lora(card.adapter, self._device)
            backbone.check_adapter(adapter)
        own = 0 if adapter is None else adapter.nbytes
        if card.kind == "bi-encoder":
            encoder = BiEncoder(tokenizer, backbone, layout, self._device, adapter)
            return LoadedModel(card, encoder, files, own, base_key)
        if card.kind == "late-interaction":
            layer = None if card.adapter is None else load_token_projection(card.adapter)
            late = LateInteraction(tokenizer, backbone, layout, self._device, adapter, layer)
            return LoadedModel(card, late, files, late.nbytes, base_key)
        assert card.adapter is not None
        head = load_head(card.adapter, backbone.hidden_size, self._device)
        cross = PooledCrossEncoder(tokenizer, backbone, head, "mean", adapter)
        return LoadedModel(card, cross, files, cross.nbytes, base_key)

    def _card_with_base(self, card: ModelCard) -> ModelCard:
        """An adapter's card with what it leaves open taken from its base's."""
        if card.base is None:
            return card
        base = self._card_of(card.base)
        return replace(
            card,
            pooling=card.pooling or base.pooling,
            max_length=card.max_length or base.max_length,
            prompt=base.prompt if card.prompt is None else card.prompt,
        )

    # --- eviction ---

    def _make_room(self, key: str, need: int, keep_base: str) -> None:
        if need > self.memory_budget:
            raise MemoryBudgetError(
                "“{key}” needs {need:,.0f} MB and the memory budget of this host is "
                "{budget:,.0f} MB: choose a smaller model.",
                key=key,
                need=need / 1e6,
                budget=self.memory_budget / 1e6,
            )
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            with self._freed:
                if self._nbytes() + need <= self.memory_budget or need == 0:
                    return
                victim = self._least_recently_used_idle(keep_base)
                if victim is not None:
                    del self._models[victim.card.key]
                elif time.monotonic() > deadline:
                    raise MemoryBudgetError(
                        "There is no room for “{key}” while others are in use: try again.",
                        key=key,
                    )
                else:
                    self._freed.wait(timeout=1.0)
                    continue
            base = victim.backbone
            del victim  # the last reference to its weights
            self._unload(base)

    def _estimate(self, card: ModelCard, files: ModelFiles) -> int:
        # Counted, not taken from the files' size: they may be stored in another precision.
        parameters = 0 if card.adapter is None else count_parameters(card.adapter)
        if (card.base or card.key) not in self._backbones:
            parameters += count_parameters(files.folder)
        return parameters * self._device.dtype.itemsize

    def _least_recently_used_idle(self, keep_base: str) -> LoadedModel | None:
        idle = [model for model in self._models.values() if model.users == 0]
        # Evicting the base that is about to be shared would load it twice; its adapters may go.
        idle = [m for m in idle if not (m.backbone == keep_base and m.card.adapter is None)]
        return min(idle, key=lambda model: model.last_used, default=None)

    def _unload(self, base: str | None) -> None:
        """After a model has left: let go of its base if nobody else stands on it."""
        self.evictions += 1
        with self._freed:
            if base is not None and not any(m.backbone == base for m in self._models.values()):
                del self._backbones[base]
        self._device.release_memory()


def _files_of(card: ModelCard, card_of: Callable[[str], ModelCard]) -> ModelFiles:
    """Verified files of a model's base, and of its adapter if it has one."""
    if card.adapter is not None:
        verify_sha256(card.adapter, card.sha256)
    whole = card if card.base is None else card_of(card.base)
    return model_files(whole)
