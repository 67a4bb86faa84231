"""The one owner of weights and devices. Every tab, API call and tool call computes through it.

Design:
- Callers block in `embed`, `score` and `run`, or iterate over `embedding` and `scoring` for
  progress.
- Tokenising happens in the caller's thread, forward passes on the scheduler's one thread.
- Input that is longer than a window is sorted by length and handed in slice by slice, two slices
  in flight, in the bulk lane: memory stays bounded, a cancel takes effect within a slice, and small
  requests pass between batches.
- Callers' threads compute with numpy alone. A torch operation there would start a second pool of
  OpenMP threads, and with more of them than cores the device's thread waits at every barrier
  (measured: a long job took 1.4 times as long).
- torch is imported by the first computation (or by `preload`, behind the scenes), not before:
  an app shows its first page seconds earlier.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from models.alignment import Alignment, alignment
from models.batching import Item, Lane, OutOfMemory, Scheduler, Ticket
from models.cache import ResultCache
from models.catalog import CATALOG, Catalog, ModelCard, ModelKind, hub_card
from models.decoding import Going
from models.errors import (
    InputError,
    MemoryBudgetError,
    UnknownModelError,
    UnsupportedModelError,
)
from models.held import Held, HeldTensors, map_tensors
from models.maxsim import mean_max_similarity
from models.requests import Requests
from models.sentences import Sentence
from models.train.events import Evaluated, Queued, SessionEvent, StepDone, Trained
from models.train.labelled_pairs import LabelledPairs
from models.train.line import TrainingLine
from models.train.session import (
    check_base,
    check_limits,
    check_tuning_limits,
    run_apart,
    settings_to_go_on,
    title_of,
    training_bytes,
)
from models.train.settings import TrainingSettings
from models.visitors import PRIVATE_PREFIX, VisitorModels
from models.work import Cancellation, Step, Steps, Work

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from models.attention import Attention, Recording
    from models.causal_lm import CausalLM
    from models.decoding import Decoding, Piece
    from models.device import Device
    from models.late_interaction import LateInteraction
    from models.store import LoadedModel, ModelStore
    from models.tokenizer import Encoding
    from models.train.trainer import Steering, Trainer
    from models.train.tuning import Task, Tuned

ResultT = TypeVar("ResultT")
Pair = tuple[str, str]

DEFAULT_CACHE_BYTES = 80 << 20
_SLICES_IN_FLIGHT = 2
_SLICE_BATCHES = 8
_USUAL_LENGTH = 512  # tokens, where a card leaves it to the model's files
_UTF8_BYTES_PER_TOKEN = 4  # English; Chinese has about 3 bytes a token, close enough for slicing

_LINE_SECONDS = 1.0  # between two looks at the line
_FLOAT_BYTES = 4
_TUNING_COPIES = 7  # weights, where they began, average, best, gradient, two moments

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelStatus:
    """One loaded model."""

    key: str
    source: str
    revision: str
    nbytes: int
    calls: int
    in_use: bool


@dataclass(frozen=True)
class RegistryStatus:
    """A snapshot for people: what is loaded, where it runs and why, how busy it is.

    Before torch is imported `device` is "starting", after a failed start "failed". Bytes of a
    shared base count once, in `nbytes`.
    """

    device: str
    dtype: str
    reason: Sentence
    models: tuple[ModelStatus, ...]
    nbytes: int
    memory_budget: int
    queue_length: int
    calls: int
    batches: int
    evictions: int
    out_of_memory_events: int
    cache_hits: int
    cache_misses: int
    cache_entries: int
    cache_nbytes: int


@dataclass
class _Engine:
    """What exists once torch is imported."""

    device: Device
    store: ModelStore
    scheduler: Scheduler
    forward: Callable[[str, list[Encoding]], Tensor]
    record: Callable[[str, Encoding], Recording]
    compute: Callable[[Callable[..., Any], tuple[Any, ...]], Any]


class Row(NamedTuple):
    """What a model says of one text or pair: a unit vector (float32 [d]), one for each token
    (float32 [t, d]) or a logit (float).
    """

    value: Any
    truncated: bool

    @property
    def vector_bytes(self) -> int:
        """Of the vectors alone: a logit is none."""
        return int(getattr(self.value, "nbytes", 0))


Rows = dict[Hashable, Row]  # by encoder input
Combine = Callable[[Sequence[Any], Rows], NDArray[Any]]


@dataclass(frozen=True)
class _Task:
    card: ModelCard
    inputs: Sequence[Any]
    parts: Callable[[Any], tuple[Hashable, ...]]  # what the encoder reads of one input
    combine: Combine  # a slice's result, [inputs, ...]
    finish: Callable[[NDArray[Any]], Any]  # what the caller gets of the whole

    def size_of(self, entry: Any) -> int:
        """About how many tokens an input has."""
        most = (self.card.max_length or _USUAL_LENGTH) * (1 if isinstance(entry, str) else 2)
        texts = (entry,) if isinstance(entry, str) else entry
        judged = sum(len(text.encode()) for text in texts) // _UTF8_BYTES_PER_TOKEN + 2
        return min(judged, most)


@dataclass(eq=False)
class _Flight:
    """A slice on its way: known rows, the ticket for the others, the lease on the model."""

    indices: Sequence[int]  # of the task's inputs
    rows: Rows
    missing: dict[Hashable, None]  # an ordered set
    ticket: Ticket[Any]
    model: LoadedModel


class Registry:
    """See the module's design notes.

    Args:
        catalog: the models that can be asked for.
        device: a torch device, its name, or a `models.device.Device`; None picks.
        memory_budget: bytes for all weights together; None takes half of the free GPU memory or the
            RAM.
        eager: load every embedded model now and keep it (for a GPU that is lent per call).
        dtype: number format of the weights; None picks (bf16 where the hardware is fast at it).
        cache_bytes: bound of the cache of results.
        allow_hub_ids: whether a key may be a hub id (owner/name) outside the catalog.
        request_name: names the request that the calling thread works for (see `models.requests`);
            None takes every call for a request of its own.
    """

    def __init__(
        self,
        catalog: Catalog = CATALOG,
        device: str | torch.device | Device | None = None,
        memory_budget: int | None = None,
        eager: bool = False,
        *,
        dtype: torch.dtype | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        allow_hub_ids: bool = False,
        request_name: Callable[[], Hashable | None] = lambda: None,
    ):
        self.catalog = catalog
        self.allow_hub_ids = allow_hub_ids
        self._hub_cards: dict[str, ModelCard] = {}
        self._visitors = VisitorModels()
        self._line = TrainingLine()
        self._cache = ResultCache(cache_bytes)
        self._held = HeldTensors()
        self._requests = Requests(request_name)
        self._calls = 0
        self._count_lock = threading.Lock()
        self._wanted = (device, dtype, memory_budget)
        self._started: Future[_Engine] = Future()
        self._start_lock = threading.Lock()
        self._starting = False
        if eager:  # on the main thread, before any request
            for card in catalog.embedded():
                self._engine.store.acquire(card.key)  # never released: never evicted

    # --- computing -----------------------------------------------------------------------------

    def embed(self, key: str, texts: Sequence[str]) -> Tensor:
        """Unit vectors [n, d], float32, of `texts` by a bi-encoder.

        Raises:
            ModelError: unknown or unavailable model, wrong kind, unusable text; one sentence.
        """
        return self.embedding(key, texts).result()

    def score(self, key: str, pairs: Sequence[Pair]) -> Tensor:
        """Scores [n], float32: the cosine for a bi-encoder, the raw logit for a cross-encoder, the
        mean MaxSim of both directions for late interaction (see `models.maxsim`).

        Raises:
            ModelError: unknown or unavailable model, wrong kind, unusable text; one sentence.
        """
        return self.scoring(key, pairs).result()

    def token_vectors(self, key: str, texts: Sequence[str]) -> list[Tensor]:
        """Unit vectors of every text's tokens, each [t, d], float32, by a late-interaction model.

        Special tokens and a prompt have vectors too, as in sentence-transformers.

        Raises:
            ModelError: unknown or unavailable model, wrong kind, unusable text; one sentence.
        """
        return self.token_embedding(key, texts).result()

    def token_embedding(self, key: str, texts: Sequence[str]) -> Work[list[Tensor]]:
        """`token_vectors` as work with progress that can be cancelled."""
        card = self.card(key)
        if card.kind != "late-interaction":
            raise InputError(
                "“{key}” is a {kind}; only late interaction gives every token a vector.",
                key=key,
                kind=card.kind,
            )
        return self._work(card, _checked_texts(texts), _alone, _listed, _tensors)

    def align(self, key: str, pair: Pair) -> Alignment:
        """Which tokens of a pair a late-interaction model matches, and how well.

        Raises:
            ModelError: unknown or unavailable model, wrong kind, unusable or empty text; one
                sentence.
        """
        first, second = _checked_pair(pair)
        vectors = self.token_vectors(key, [first, second])
        with self._engine.store.lease(key) as model:
            encoder = cast("LateInteraction", model.encoder)
            readings = [encoder.read([text]) for text in (first, second)]
        return alignment(readings, [each.numpy() for each in vectors])

    def reach(self, key: str, texts: Sequence[str]) -> tuple[int, list[int]]:
        """The tokens that a bi- or cross-encoder reads at most, and how many characters of each
        text that leaves. A cross-encoder reads a query beside the text, which leaves it less.

        Raises:
            ModelError: unknown or unavailable model, wrong kind, unusable text; one sentence.
        """
        card = self.card(key)
        if card.kind not in ("bi-encoder", "cross-encoder"):
            raise InputError(
                "“{key}” is a {kind} and does not score pairs.", key=key, kind=card.kind
            )
        with self._engine.store.lease(key) as model:
            encoder: Any = model.encoder
            return encoder.tokenizer.max_length, encoder.reach(_checked_texts(texts))

    def embedding(self, key: str, texts: Sequence[str]) -> Work[Tensor]:
        """`embed` as work with progress that can be cancelled."""
        card = self.card(key)
        if card.kind != "bi-encoder":
            raise InputError(
                "“{key}” is a {kind}; only a bi-encoder gives a text a vector.",
                key=key,
                kind=card.kind,
            )
        return self._work(card, _checked_texts(texts), _alone, _stack)

    def scoring(self, key: str, pairs: Sequence[Pair]) -> Work[Tensor]:
        """`score` as work with progress that can be cancelled."""
        card = self.card(key)
        checked = [_checked_pair(pair) for pair in pairs]
        if card.kind == "bi-encoder":
            return self._work(card, checked, lambda pair: pair, _cosines)
        if card.kind == "late-interaction":
            return self._work(card, checked, lambda pair: pair, _mean_max_similarities)
        if card.kind == "cross-encoder" and card.symmetric:
            return self._work(card, checked, lambda pair: (pair, pair[::-1]), _mean_logits)
        if card.kind == "cross-encoder":
            return self._work(card, checked, _alone, _logits)
        raise InputError("“{key}” is a {kind} and does not score pairs.", key=key, kind=card.kind)

    def attend(self, key: str, text: str | Pair, limit: int | None = None) -> Attention:
        """What a model attends to in one text (bi-encoder, language model) or pair (cross-encoder).

        A pair is read in the order given, also by a symmetric cross-encoder.

        Args:
            key: of any model, a visitor's own too.
            text: one text, or the two of a pair.
            limit: at most so many tokens, where the model reads more: 30 layers of queries, keys
                and states take about 160 kB a token. Special tokens have to fit.

        Raises:
            ModelError: unknown or unavailable model, a text for a pair or the reverse, unusable or
                empty text, an architecture whose attention cannot be shown; one sentence.
        """
        from models.attention import Attention

        texts = _checked_for_attention(self.card(key), text)
        self._count_call()
        engine = self._engine
        with engine.store.lease(key) as model:
            reading = model.encoder.read(texts, limit)
            seen = engine.scheduler.call(
                lambda: self._recorded(model, reading.encoding), request=self._requests.current()
            )
        truncated = reading.encoding.truncated
        return Attention(reading.tokens, reading.parts, **vars(seen), truncated=truncated)

    @contextmanager
    def decoding(self, key: str, tokens: int) -> Iterator[Decoding]:
        """A language model that reads rows of tokens on; its weights stay until the block ends.

        Args:
            key: of a language model.
            tokens: that all rows together will keep, for which room is made.

        Raises:
            ModelError: unknown or unavailable model, no language model, an architecture that is not
                continued, no room; one sentence.
        """
        from models.decoding import Decoding

        card = self.card(key)
        if card.kind != "causal-lm":
            raise UnsupportedModelError(
                "“{key}” does not write texts: choose a language model.", key=key
            )
        self._count_call()
        engine = self._engine
        if engine.device.is_lent:
            raise UnsupportedModelError(
                "A GPU that is lent for one call at a time forgets what a model has read: run the"
                " app on a machine of its own for this."
            )

        def read(pieces: Sequence[Piece]) -> Tensor:
            import torch

            items = [Item(id(piece), piece) for piece in pieces]
            ticket = engine.scheduler.submit(
                Going(key), items, Lane.INTERACTIVE, self._requests.current()
            )
            return torch.from_numpy(np.stack(ticket.result()))

        with engine.store.lease(key) as model:
            lm = cast("CausalLM", model.encoder)
            with engine.store.room(card, lm.llama().row_bytes(tokens)):
                yield Decoding(lm, read, self._rows_on_device)

    def _rows_on_device(self, make: Callable[[], Any]) -> Any:
        """Copy or join rows on the device's thread."""
        try:
            return self._engine.scheduler.call(make, request=self._requests.current())
        except Exception as error:
            if not self._engine.device.is_out_of_memory(error):
                raise
            self._engine.device.release_memory()
            raise MemoryBudgetError(
                "There is no memory left for so many rows: take fewer or shorter texts."
            ) from None

    def run(self, fn: Callable[..., ResultT], *args: Any) -> ResultT:
        """Call `fn(*args)` on the device's thread, tensors among `args` on the device, results on
        the CPU.

        Tensors are found inside lists, tuples, dicts and dataclasses too; what `hold` gave stands
        for what it holds. On a GPU lent per call `fn` has to be
        a module-level function.
        """
        engine = self._engine
        self._count_call()
        # Out of memory inside `fn` is the caller's to handle: only it knows what to make smaller.
        request = self._requests.current()
        done = engine.scheduler.call(lambda: engine.compute(fn, args), request=request)
        return cast(ResultT, done)

    def hold(self, value: Any) -> Held:
        """Keep tensors on the device from one `run` to the next: hand the answer to `run` in their
        place.

        Tensors are found as in `run`. They leave the device when the handle is dropped, or when
        others need the room; the next `run` brings them back.
        """
        return Held(value)

    # --- training ------------------------------------------------------------------------------

    def train(
        self,
        settings: TrainingSettings,
        train: LabelledPairs,
        held_out: LabelledPairs,
        owner: str,
        start: str | None = None,
    ) -> Generator[SessionEvent, None, None]:
        """Train an adapter for one visitor: `Queued` while others are at it, then the trainer's
        events, at the end `Trained`.

        One training runs at a time; scoring goes on between its steps. Closing the iterator ends
        it, in the line too. On a GPU that is lent per call it computes on the CPU: nothing stays
        on such a GPU from one step to the next.

        Args:
            settings: see `TrainingSettings`; the limits of `models.train.session` hold.
            train, held_out: disjoint pairs.
            owner: secret of the visitor who alone will see the model.
            start: key of an adapter to go on from, whose rank is taken; None starts from the base.

        Raises:
            ModelError: bad settings or data, or no room; one sentence.
        """
        base = self.card(settings.base)
        check_base(base)
        adapter = None if start is None else self.card(start).adapter
        if start is not None:
            settings = settings_to_go_on(settings, self.card(start))
        check_limits(settings, train, held_out)
        with self._line.place() as place:
            while ahead := place.wait(_LINE_SECONDS):
                yield Queued(ahead)
            engine = self._engine
            data = train.without(held_out), held_out
            need = training_bytes(base, settings, data[0])
            with engine.store.reserve(base, need) as files:
                trainer = run_apart(
                    _make_trainer, settings, *data, files.folder, base, engine.device, adapter
                )
                yield from trainer.run(self._bulk_call)
                card = run_apart(self._keep_trained, trainer, base, files.folder)
        self._discard(self._visitors.add(owner, card))
        best = trainer.best_evaluation
        assert best is not None
        yield Trained(self.card(card.key), best)

    def _bulk_call(self, piece: Callable[[], ResultT]) -> ResultT:
        """Run a piece of a training on the device's thread."""
        engine = self._engine

        def on_device() -> ResultT:
            engine.device.use_threads()
            return piece()

        return engine.scheduler.call(on_device, Lane.BULK)

    def _keep_trained(self, trainer: Trainer, base: ModelCard, base_folder: Path) -> ModelCard:
        """Write an adapter into a folder of the visitors' models; returns its card."""
        from models.train.saving import save_trained

        key, folder = self._visitors.new_folder()
        save_trained(trainer, folder, base.title, base_folder, {})
        settings = trainer.settings
        return ModelCard(
            key=key,
            kind=settings.kind,
            title=title_of(settings),
            sources=base.sources,
            base=base.key,
            adapter=folder,
            languages=base.languages,
            licence="yours",
            parameters=sum(p.numel() for p in trainer.parameters.values()),
            megabytes=sum(f.stat().st_size for f in folder.iterdir()) / 1e6,
            max_length=trainer.trainee.tokenizer.max_length,
            prompt=trainer.trainee.prompt,
            pooling="mean",
        )

    def tune(
        self,
        settings: TrainingSettings,
        tasks: Sequence[Task],
        steering: Steering | None = None,
    ) -> Generator[Queued | StepDone | Evaluated | Tuned, None, None]:
        """Train to look at the training: as `train`, with an optimiser of the caller's, and with a
        report in place of a model.

        Args:
            settings: of each task; the limits of `models.train.session` hold, and the method may be
                "weights" too.
            tasks: one after the other, each from where the one before has ended, with a new
                optimiser; `Tuned` comes after each.
            steering: makes the optimiser; None takes AdamW with the settings' rates.

        Raises:
            ModelError: bad settings or data, no room, or a loss that is no longer a number.
        """
        from models.train.tuning import report, weights_of

        base = self.card(settings.base)
        for task in tasks:
            check_tuning_limits(settings, task.train, task.held_out)
        with self._line.place() as place:
            while ahead := place.wait(_LINE_SECONDS):
                yield Queued(ahead)
            engine = self._engine

            need = _TUNING_COPIES * _FLOAT_BYTES * base.parameters
            with engine.store.reserve(base, need) as files:
                reached: dict[str, Tensor] | None = None
                for number, task in enumerate(tasks):
                    data = task.train.without(task.held_out), task.held_out
                    trainer = run_apart(
                        _make_trainer,
                        *(settings, *data, files.folder, base, engine.device, None),
                        *(steering, reached),
                    )
                    before = self._bulk_call(partial(weights_of, trainer))
                    yield from trainer.run(self._bulk_call)
                    yield report(trainer, tasks, number, before, self._bulk_call)
                    reached = {name: p.detach() for name, p in trainer.parameters.items()}

    def trainings_waiting(self) -> int:
        """Trainings that run or wait."""
        return len(self._line)

    def export(self, key: str, folder: Path) -> None:
        """Write an adapter merged into its base as a folder that sentence-transformers loads.

        Raises:
            ModelError: there is no such model, or it is no adapter.
        """
        from models.layout import prompt_of
        from models.model_files import model_files
        from models.train.export import export_adapter

        card = self.card(key)
        if card.adapter is None or card.base is None:
            raise InputError("“{key}” is no adapter: it is a whole model already.", key=key)
        base = self.card(card.base)
        files = model_files(base)
        limit = card.max_length or base.max_length
        prompt = prompt_of(files.folder, base if card.prompt is None else card)
        run_apart(export_adapter, folder, files.folder, card.adapter, card.kind, limit, prompt)

    def visit(self, owner: str) -> None:
        """A visitor is here: the own models stay for another while (see `models.visitors`)."""
        self._discard(self._visitors.visit(owner))

    def _discard(self, keys: Iterable[str]) -> None:
        """Unload models whose files are gone."""
        for key in keys:
            if self._started.done() and self._started.exception() is None:
                self._started.result().store.discard(key)

    # --- models --------------------------------------------------------------------------------

    def cards(self, owner: str | None, *kinds: ModelKind) -> tuple[ModelCard, ...]:
        """The models of these kinds that a visitor may choose from: the catalog's and the own."""
        return self.catalog.of_kind(*kinds) + self._visitors.of(owner, *kinds)

    def card(self, key: str) -> ModelCard:
        """The card of a key, or of a hub id where those are allowed.

        Raises:
            UnknownModelError: neither; the sentence suggests the nearest key.
        """
        if key.startswith(PRIVATE_PREFIX):
            own = self._visitors.card(key)
            if own is None:
                raise UnknownModelError("That model of your own is no longer here: train it again.")
            return own
        if key in self.catalog or not self.allow_hub_ids or "/" not in key:
            return self.catalog[key]
        if key not in self._hub_cards:
            from models.layout import kind_of_folder
            from models.sources import find_files

            files = find_files(hub_card(key, "bi-encoder"))  # the kind is known once it is here
            self._hub_cards[key] = hub_card(key, kind_of_folder(files.folder, key))
        return self._hub_cards[key]

    def title(self, key: str) -> str:
        """What people call a model: its card's title, or the key of one that is not known yet."""
        try:
            known = self._hub_cards.get(key)
            return (known or self.card(key)).title if "/" not in key or known else key
        except UnknownModelError:
            return key

    def load(self, key: str) -> None:
        """Have a model ready, so that a time measured afterwards is the model's alone.

        Raises:
            ModelError: it cannot be had; the sentence says why.
        """
        with self._engine.store.lease(key):
            pass

    def preload(self, keys: Iterable[str]) -> None:
        """Load models behind the scenes, so that the first visitor need not wait."""
        threading.Thread(
            target=self._preload, args=(tuple(keys),), name="load", daemon=True
        ).start()

    def status(self) -> RegistryStatus:
        """A snapshot; never waits."""
        engine, failure = None, ""
        if self._started.done():
            error = self._started.exception()
            engine, failure = (self._started.result(), "") if error is None else (None, str(error))
        models = engine.store.loaded() if engine else []
        choice = engine.device.choice if engine else None
        return RegistryStatus(
            device=str(choice.device) if choice else "failed" if failure else "starting",
            dtype=str(choice.dtype).removeprefix("torch.") if choice else "",
            reason=choice.reason if choice else Sentence("{failure}", failure=failure),
            models=tuple(_model_status(model) for model in models),
            nbytes=engine.store.nbytes() if engine else 0,
            memory_budget=engine.store.memory_budget if engine else 0,
            queue_length=engine.scheduler.queue_length() if engine else 0,
            calls=self._calls,
            batches=engine.scheduler.batches_run if engine else 0,
            evictions=engine.store.evictions if engine else 0,
            out_of_memory_events=engine.scheduler.out_of_memory_events if engine else 0,
            cache_hits=self._cache.hits,
            cache_misses=self._cache.misses,
            cache_entries=len(self._cache),
            cache_nbytes=self._cache.nbytes,
        )

    def clear_cache(self) -> None:
        """Forget computed results (weights stay)."""
        self._cache.clear()

    def close(self) -> None:
        """Stop the device's thread; what waits is cancelled."""
        if self._started.done() and self._started.exception() is None:
            self._started.result().scheduler.close()

    # --- starting ------------------------------------------------------------------------------

    @property
    def _engine(self) -> _Engine:
        """The engine; whoever asks first starts it, the others wait."""
        if self._started.done():  # without the lock, which a forked process may find taken for ever
            return self._started.result()
        with self._start_lock:
            first, self._starting = not self._starting, True
        if first:
            self._start()
        return self._started.result()

    def _start(self) -> None:
        try:
            self._started.set_result(self._build_engine(*self._wanted))
        except (
            BaseException
        ) as error:  # every caller gets it; a dead thread would leave them waiting
            self._started.set_exception(error)

    def _build_engine(
        self, device: Any, dtype: torch.dtype | None, memory_budget: int | None
    ) -> _Engine:
        from models.device import Device, choose_device
        from models.store import ModelStore

        owner = device if isinstance(device, Device) else Device(choose_device(device, dtype))
        scheduler = Scheduler(
            self._execute,
            self._recall,
            owner.token_budget,
            pipelined=owner.is_asynchronous,
        )
        budget = memory_budget if memory_budget is not None else owner.default_memory_budget()
        store = ModelStore(owner, budget, self.card)
        tasks = [owner.gpu_task(task) for task in (self._forward, self._record, self._compute)]
        return _Engine(owner, store, scheduler, *tasks)

    def _preload(self, keys: tuple[str, ...]) -> None:
        for key in keys:
            try:
                with self._engine.store.lease(key) as model:
                    if model.card.kind == "causal-lm":
                        self.attend(key, "warm up")
                    else:
                        self.score(key, [("warm", "up")])
                _log.info("loaded %s from %s", key, model.files.source)
            except Exception:
                _log.exception("could not load %s", key)
        # Half a million objects that stay: a full collection took .3 s, all threads waiting.
        gc.freeze()

    # --- slices, tickets, rows -----------------------------------------------------------------

    def _work(
        self,
        card: ModelCard,
        inputs: Sequence[Any],
        parts: Callable[[Any], tuple[Hashable, ...]],
        combine: Combine,
        finish: Callable[[NDArray[Any]], Any] | None = None,
    ) -> Work[Any]:
        """Work on `inputs`: `parts` of one are what the encoder reads, `combine` makes an array,
        `finish` what the caller gets: a tensor if nothing else is said.
        """
        self._count_call()

        def steps(cancellation: Cancellation, truncated: list[bool]) -> Steps[Any]:
            task = _Task(card, inputs, parts, combine, finish or _tensor)
            return self._steps(task, cancellation, truncated)

        return Work(steps, len(inputs))

    def _steps(self, task: _Task, cancellation: Cancellation, truncated: list[bool]) -> Steps[Any]:
        """Slices in flight, landed in order; yields how far the whole is."""
        sizes = [task.size_of(entry) for entry in task.inputs]
        slices = _cut_slices(sizes, self._slice_tokens())
        lane = Lane.BULK if len(slices) > 1 else Lane.INTERACTIVE
        truncated += [False] * len(sizes)
        total = sum(sizes)
        out = task.combine([], {})  # [0, ...]
        flights: deque[_Flight] = deque()
        done = cached = tokens = texts = nbytes = 0
        try:
            for part in [*slices, None]:
                if part is not None:
                    flights.append(self._take_off(task, part, lane))
                    cancellation.register(flights[-1].ticket.cancel)
                while flights and (part is None or len(flights) >= _SLICES_IN_FLIGHT):
                    flight = flights[0]
                    rows = self._land(flight)
                    flights.popleft()
                    cancellation.unregister(flight.ticket.cancel)
                    result = task.combine([task.inputs[i] for i in flight.indices], rows)
                    if not done:
                        out = np.empty((len(sizes), *result.shape[1:]), dtype=result.dtype)
                    out[flight.indices] = result
                    for index in flight.indices:
                        needed = task.parts(task.inputs[index])
                        cached += flight.missing.keys().isdisjoint(needed)
                        truncated[index] = any(rows[part].truncated for part in needed)
                    done += len(flight.indices)
                    tokens += sum(sizes[index] for index in flight.indices)
                    texts += len(rows)  # one that two slices need counts in both
                    nbytes += sum(row.vector_bytes for row in rows.values())
                    yield Step(done, cached, tokens / total, nbytes / texts)
        finally:
            for flight in flights:
                flight.ticket.cancel()
                self._engine.store.release(flight.model)
        return task.finish(out)

    def _slice_tokens(self) -> int:
        return _SLICE_BATCHES * self._engine.device.token_budget

    def _take_off(self, task: _Task, indices: Sequence[int], lane: Lane) -> _Flight:
        """Look up what is known, tokenise and queue the rest; holds a lease until landed."""
        engine = self._engine
        model = engine.store.acquire(task.card.key)
        try:
            wanted = dict.fromkeys(x for i in indices for x in task.parts(task.inputs[i]))
            known = {x: self._cache.get(_cache_key(model, x)) for x in wanted}
            rows = {x: Row(*row) for x, row in known.items() if row is not None}
            missing = {x: None for x in wanted if known[x] is None}
            encoder: Any = model.encoder
            encodings = encoder.encode(list(missing)) if missing else []
            items = [Item(x, e) for x, e in zip(missing, encodings, strict=True)]
            request = self._requests.current()
            ticket = engine.scheduler.submit(task.card.key, items, lane, request)
            return _Flight(indices, rows, missing, ticket, model)
        except BaseException:
            engine.store.release(model)
            raise

    def _land(self, flight: _Flight) -> Rows:
        results = flight.ticket.result()
        self._engine.store.release(flight.model)
        return flight.rows | dict(zip(flight.missing, results, strict=True))

    # --- on the device's thread ----------------------------------------------------------------

    def _recall(self, key: Hashable, encoder_input: Hashable) -> Row | None:
        if isinstance(key, Going):  # what a row reads depends on what it has read
            return None
        model = self._engine.store.find(str(key))
        known = None if model is None else self._cache.peek(_cache_key(model, encoder_input))
        return None if known is None else Row(*known)

    def _read_on(self, key: str, pieces: Sequence[Piece]) -> Callable[[], Sequence[Any]]:
        """Launch one step of rows that go on; the function returned waits for their logits."""
        import torch

        engine = self._engine
        model = engine.store.get(key)
        model.calls += 1
        engine.device.use_threads()
        llama = cast("CausalLM", model.encoder).llama()
        with self._known_out_of_memory(), torch.inference_mode():
            logits = llama.forward([p.row for p in pieces], [p.tokens for p in pieces])
            wait = engine.device.fetch(logits)
        return lambda: list(wait().numpy())  # [V] each

    @contextmanager
    def _known_out_of_memory(self) -> Iterator[None]:
        """Raise the scheduler's own exception where the device has no memory left."""
        device = self._engine.device
        try:
            yield
        except Exception as error:
            if not device.is_out_of_memory(error):
                raise
            device.release_memory()
            raise OutOfMemory from None

    def _execute(self, key: Hashable, items: Sequence[Item]) -> Callable[[], Sequence[Any]]:
        """Launch one batch; the function returned waits for its rows and remembers them."""
        if isinstance(key, Going):
            return self._read_on(key.key, [cast("Piece", item.encoding) for item in items])
        engine = self._engine
        model = engine.store.get(str(key))
        encodings = [cast("Encoding", item.encoding) for item in items]
        model.calls += 1
        engine.device.use_threads(sum(map(len, encodings)))
        with self._known_out_of_memory():
            wait = engine.device.fetch(engine.forward(model.card.key, encodings))

        def rows() -> Sequence[Row]:
            values = _values(wait().numpy(), model.card.kind, encodings)
            out = [Row(v, e.truncated) for v, e in zip(values, encodings, strict=True)]
            for item, row in zip(items, out, strict=True):
                # A plain tuple of numbers is none that the garbage collector would walk through.
                self._cache.put(_cache_key(model, item.key), tuple(row))
            return out

        return rows

    def _forward(self, key: str, encodings: list[Encoding]) -> Tensor:
        import torch

        engine = self._engine
        encoder: Any = engine.store.get(key).encoder
        with torch.inference_mode():
            result: Tensor = encoder.forward(encodings)
            return result.cpu() if engine.device.is_lent else result

    def _recorded(self, model: LoadedModel, encoding: Encoding) -> Recording:
        """Ordinary float32 tensors on the CPU of one forward pass."""
        import torch

        engine = self._engine
        model.calls += 1
        engine.device.use_threads(len(encoding))
        try:
            seen = engine.record(model.card.key, encoding)
        except Exception as error:
            if not engine.device.is_out_of_memory(error):
                raise
            engine.device.release_memory()
            raise MemoryBudgetError(
                "A text of {tokens} tokens does not fit into the memory that is left:"
                " shorten it or choose a smaller model.",
                tokens=len(encoding),
            ) from None
        # Copied outside inference mode: a caller may do with them what it likes.
        return cast("Recording", map_tensors(lambda t: t.to(torch.float32, copy=True), seen))

    def _record(self, key: str, encoding: Encoding) -> Recording:
        import torch

        encoder = self._engine.store.get(key).encoder
        with torch.inference_mode():
            seen = encoder.record(encoding)
            return cast("Recording", map_tensors(lambda tensor: tensor.cpu(), seen))

    def _compute(self, fn: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        device = self._engine.device
        device.use_threads()
        placed = tuple(
            self._held.place(arg, device) if isinstance(arg, Held) else arg for arg in args
        )
        result = fn(*map_tensors(device.to_device, placed))
        return map_tensors(lambda tensor: tensor.cpu(), result)

    def _count_call(self) -> None:
        with self._count_lock:
            self._calls += 1


def _make_trainer(
    settings: TrainingSettings,
    train: LabelledPairs,
    held_out: LabelledPairs,
    folder: Path,
    base: ModelCard,
    device: Device,
    start: Path | None,
    steering: Steering | None = None,
    weights: Mapping[str, Tensor] | None = None,
) -> Trainer:
    from models.device import Device, choose_device
    from models.layout import prompt_of
    from models.train.trainer import Trainer

    where = Device(choose_device("cpu")) if device.is_lent else device
    begin = start, steering, weights, prompt_of(folder, base)
    return Trainer(settings, [train], held_out, folder, base.max_length, where, *begin)


def _cache_key(model: LoadedModel, encoder_input: Hashable) -> Hashable:
    return model.card.key, model.files.revision, encoder_input


def _cut_slices(sizes: Sequence[int], slice_tokens: int) -> list[Sequence[int]]:
    """Indices of inputs in slices of about `slice_tokens`; several slices are sorted, long first.

    Inputs of like length side by side make even batches, and a job that runs out of memory does so
    at once rather than at its end.
    """
    if sum(sizes) <= slice_tokens:
        return [range(len(sizes))] if sizes else []
    order = sorted(range(len(sizes)), key=lambda index: -sizes[index])
    slices: list[Sequence[int]] = []
    start = tokens = 0
    for place, index in enumerate(order):
        if tokens and tokens + sizes[index] > slice_tokens:
            slices.append(order[start:place])
            start, tokens = place, 0
        tokens += sizes[index]
    return [*slices, order[start:]]


def _values(
    result: NDArray[np.float32], kind: ModelKind, encodings: Sequence[Encoding]
) -> list[Any]:
    """What a forward pass gave of each text or pair: of [N, d] (tokens), [b, d] or [b]."""
    if kind == "late-interaction":
        ends = np.cumsum([len(encoding) for encoding in encodings])
        return [vectors.copy() for vectors in np.split(result, ends[:-1])]  # [t, d] each
    return result.tolist() if result.ndim == 1 else [vector.copy() for vector in result]


def _alone(entry: Hashable) -> tuple[Hashable, ...]:
    """An input that the encoder reads as it is."""
    return (entry,)


def _tensor(whole: NDArray[np.float32]) -> Tensor:
    import torch

    return torch.from_numpy(whole)


def _tensors(whole: NDArray[Any]) -> list[Tensor]:
    return [_tensor(vectors.copy()) for vectors in whole]  # the cache keeps its own


def _listed(texts: Sequence[str], rows: Rows) -> NDArray[Any]:
    """An array [n] of arrays, of which no two need have the same shape."""
    values = np.empty(len(texts), dtype=object)
    for place, text in enumerate(texts):
        values[place] = rows[text].value  # [t, d]
    return values


def _stack(texts: Sequence[str], rows: Rows) -> NDArray[np.float32]:
    if not texts:
        return np.empty((0, 0), dtype=np.float32)
    return np.stack([rows[text].value for text in texts])  # [n, d]


def _cosines(pairs: Sequence[Pair], rows: Rows) -> NDArray[np.float32]:
    if not pairs:
        return np.empty(0, dtype=np.float32)
    firsts = np.stack([rows[first].value for first, _ in pairs])  # [n, d]
    seconds = np.stack([rows[second].value for _, second in pairs])  # [n, d]
    cosines: NDArray[np.float32] = np.einsum("nd,nd->n", firsts, seconds)  # [n]
    return np.clip(cosines, -1.0, 1.0)


def _mean_max_similarities(pairs: Sequence[Pair], rows: Rows) -> NDArray[np.float32]:
    """Each text meets all its partners at once."""
    partners: dict[str, list[int]] = {}
    for place, (first, _) in enumerate(pairs):
        partners.setdefault(first, []).append(place)
    scores = np.empty(len(pairs), dtype=np.float32)
    for first, places in partners.items():
        others = [rows[pairs[place][1]].value for place in places]
        scores[places] = mean_max_similarity(rows[first].value, others)
    return scores  # [n]


def _logits(pairs: Sequence[Pair], rows: Rows) -> NDArray[np.float32]:
    return np.array([rows[pair].value for pair in pairs], dtype=np.float32)  # [n]


def _mean_logits(pairs: Sequence[Pair], rows: Rows) -> NDArray[np.float32]:
    both = [(rows[pair].value, rows[pair[::-1]].value) for pair in pairs]
    return np.array(both, dtype=np.float32).reshape(-1, 2).mean(axis=1)  # type: ignore[no-any-return]  # [n]


def _checked_text(text: Any) -> str:
    if not isinstance(text, str):
        raise InputError(
            "A text is needed where {kind} “{text}” stands.",
            kind=type(text).__name__,
            text=str(text),
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(
            "A text holds half of a character (a lone surrogate): type it again."
        ) from None
    return text


def _checked_texts(texts: Any) -> list[str]:
    if isinstance(texts, str):
        raise InputError("Texts are needed as a list, not as one string.")
    return [_checked_text(text) for text in texts]


def _checked_pair(pair: Any) -> Pair:
    if isinstance(pair, str) or not isinstance(pair, Sequence) or len(pair) != 2:
        raise InputError("Each pair needs exactly two sentences: [[“first”, “second”], …].")
    return _checked_text(pair[0]), _checked_text(pair[1])


def _checked_for_attention(card: ModelCard, text: Any) -> tuple[str, ...]:
    """The one or two texts that a model of this kind reads."""
    if card.kind == "cross-encoder":
        if isinstance(text, str):
            raise InputError("“{key}” reads pairs: give two texts.", key=card.key)
        return _checked_pair(text)
    if isinstance(text, (tuple, list)):
        raise InputError("“{key}” reads one text at a time, not a pair.", key=card.key)
    return (_checked_text(text),)


def _model_status(model: LoadedModel) -> ModelStatus:
    return ModelStatus(
        key="own-…" if model.card.key.startswith(PRIVATE_PREFIX) else model.card.key,
        source=model.files.source,
        revision=model.files.revision,
        nbytes=model.nbytes,
        calls=model.calls,
        in_use=model.users > 0,
    )
