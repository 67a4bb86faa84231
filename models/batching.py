"""Merging the work of many callers into batches for one device.

Design:
- One thread owns the device. Callers hand in tickets and wait; nobody else runs a forward pass.
- After every batch and every function it is asked anew whose turn it is, by a multi-level feedback
  queue: a ticket's level follows from the seconds of the device that its request has used and that
  the ticket will take (`LEVELS`); bulk work has a level of its own, the last. The lowest level has
  its turn, and in it the request that arrived first, so that later pieces keep its place. Of bulk
  tickets the one that has gone longest without the device comes first.
- No level starves: one that has waited for `PATIENCE` times its next piece has its turn before
  all others, for one piece.
- A batch is filled from the ticket whose turn it is, then from others for the same model that are
  of its level or a lower one. Equal items that wait are computed once.
- A batch has at most a budget of tokens, and on a device that is waited for no more than take
  `PIECE_SECONDS`. Callers hand in long jobs slice by slice.
- Out of memory halves the budget of that model and queues the batch's items again; it grows back
  after a while.

This module knows neither torch nor models: items have a length, groups have a name.
"""

from __future__ import annotations

import atexit
import contextvars
import enum
import threading
import time
from bisect import bisect
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from models.errors import CancelledError, MemoryBudgetError
from models.requests import Request

LEVELS = (0.05, 0.15, 0.6, 5.0)  # seconds of the device
PATIENCE = 3.0  # so a level has a quarter of the device at least
PIECE_SECONDS = 0.05
_FEWEST_TOKENS = 256  # of a batch that is kept short: less would cost more than it spares
_DECAY = 0.8  # of what was measured before, in the running averages
_BATCHES_UNTIL_REGROWTH = 256
_PATIENCE_SECONDS = 10.0  # at the end of the process, for the batch that is running
_SLACK = 1.05  # whole items do not fill equal shares exactly

ResultT = TypeVar("ResultT")


class OutOfMemory(Exception):
    """Raised by an executor when a batch did not fit."""


class Lane(enum.Enum):
    """Somebody is looking at the screen, or a long job is running."""

    INTERACTIVE = "interactive"
    BULK = "bulk"


class Sized(Protocol):
    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Item:
    """One text or pair: equal ones share a `key`; `encoding` has a length in tokens."""

    key: Hashable
    encoding: Sized


Executor = Callable[[Hashable, Sequence[Item]], Callable[[], Sequence[Any]]]
Recall = Callable[[Hashable, Hashable], Any]


@dataclass(eq=False)
class Ticket(Generic[ResultT]):
    """One caller's wait for its items' results, or for a function's.

    `submitted`, `served`: when it was handed in, and when the device last worked for it.
    """

    group: Hashable
    items: Sequence[Item]
    call: Callable[[], ResultT] | None = None
    lane: Lane = Lane.INTERACTIVE
    request: Request = field(default_factory=Request)
    submitted: float = 0.0
    served: float = 0.0
    # Context variables travel along: a Space with a lent GPU finds the visitor's allowance in them.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    _results: list[Any] = field(default_factory=list)
    _missing: int = 0
    _error: BaseException | None = None
    _done: threading.Event = field(default_factory=threading.Event)
    _jobs: list[_Job] = field(default_factory=list)  # that wait, longest first
    _tokens: int = 0  # of these
    cancelled: bool = False

    def __post_init__(self) -> None:
        self._results = [None] * len(self.items)
        self._missing = len(self.items)

    def cancel(self) -> None:
        """Give up: nothing more is computed for it, and waiting for it raises."""
        self.cancelled = True
        self.fail(CancelledError("The work was cancelled."))

    def done(self) -> bool:
        """Whether there is a result or an error."""
        return self._done.is_set()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the results, in the items' order, or for the function's result.

        Raises:
            TimeoutError: not done after `timeout` seconds.
            BaseException: whatever the execution raised.
        """
        if not self._done.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            raise self._error
        return self._results if self.call is None else self._results[0]

    def deliver(self, index: int, result: Any) -> None:
        """Hand in one item's result."""
        self._results[index] = result
        self._missing -= 1
        if self._missing == 0:
            self._done.set()

    def finish(self, result: Any) -> None:
        """Hand in a function's result."""
        self._results = [result]
        self._done.set()

    def fail(self, error: BaseException) -> None:
        """End with an error, unless it has ended already."""
        if not self._done.is_set():
            self._error = error
            self._done.set()


@dataclass(eq=False)
class _Job:
    """One distinct item and everybody who waits for it."""

    item: Item
    waiting: list[tuple[Ticket[Any], int]] = field(default_factory=list)
    taken: bool = False  # into a batch

    @property
    def tokens(self) -> int:
        return len(self.item.encoding)

    @property
    def wanted(self) -> bool:
        return any(not ticket.done() for ticket, _ in self.waiting)

    def take(self, taken: bool = True) -> None:
        self.taken = taken
        for ticket in {id(ticket): ticket for ticket, _ in self.waiting}.values():
            ticket._tokens += -self.tokens if taken else self.tokens

    def deliver(self, result: Any) -> None:
        for ticket, index in self.waiting:
            if not ticket.done():
                ticket.deliver(index, result)


@dataclass(eq=False)
class _Batch:
    group: Hashable
    jobs: list[_Job]
    context: contextvars.Context

    @property
    def tokens(self) -> int:
        return sum(job.tokens for job in self.jobs)

    def tickets(self) -> Iterator[tuple[Ticket[Any], float]]:
        """Who waits for it, and for how much of it."""
        whole = max(self.tokens, 1)
        for job in self.jobs:
            for ticket, _ in job.waiting:
                yield ticket, job.tokens / whole / len(job.waiting)

    def fail(self, error: BaseException) -> None:
        for ticket, _ in self.tickets():
            ticket.fail(error)


class Scheduler:
    """The one thread that runs batches; see the module's design notes.

    Args:
        execute: launches one batch and returns a function that waits for its results, one an item.
        recall: the cache: a known result for (group, item key), or None.
        token_budget: tokens a batch.
        pipelined: whether `execute` returns before the device has finished, so that the next batch
            is best launched before waiting.
        clock: seconds; tests have one of their own.
    """

    def __init__(
        self,
        execute: Executor,
        recall: Recall = lambda group, key: None,
        token_budget: int = 1024,
        pipelined: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._execute = execute
        self._recall = recall
        self._full_budget = token_budget
        self._budgets: dict[Hashable, int] = {}
        self._good_batches: dict[Hashable, int] = {}
        self._pipelined = pipelined
        self._clock = clock
        self._paces: dict[Hashable, float] = {}  # seconds a token, by group
        self._call_seconds = dict.fromkeys(Lane, PIECE_SECONDS)
        self._changed = threading.Condition()
        self._waiting: list[Ticket[Any]] = []
        self._jobs: defaultdict[Hashable, dict[Hashable, _Job]] = defaultdict(dict)  # by group, key
        self._launched: tuple[_Batch, Callable[[], Sequence[Any]], float] | None = None
        self._landed = 0.0
        self._served = [0.0] * (len(LEVELS) + 2)  # when each level last had its turn
        self._closed = False
        self.out_of_memory_events = 0
        self.batches_run = 0
        self._thread = threading.Thread(target=self._loop, name="device", daemon=True)
        self._thread.start()
        # A daemon thread inside torch's own threads aborts the process when the interpreter ends.
        atexit.register(self.close)

    def submit(
        self,
        group: Hashable,
        items: Sequence[Item],
        lane: Lane,
        request: Request | None = None,
    ) -> Ticket[Any]:
        """Queue items for a model; without a `request` they are one of their own.

        Raises:
            RuntimeError: called on the device's own thread, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a function run on the device cannot ask for a model's batch")
        ticket: Ticket[Any] = self._ticket(group, items, None, lane, request)
        if not items:
            ticket.finish(None)
            ticket._results = []
            return ticket
        return self._enqueue(ticket)

    def call(
        self,
        function: Callable[[], ResultT],
        lane: Lane = Lane.INTERACTIVE,
        request: Request | None = None,
    ) -> ResultT:
        """Run a function on the device's thread, between batches, and wait for it."""
        if threading.current_thread() is self._thread:
            return function()
        ticket = self._ticket(None, (), function, lane, request)
        return cast(ResultT, self._enqueue(ticket).result())

    def queue_length(self) -> int:
        """Tickets that wait for the device, begun ones too."""
        with self._changed:
            return sum(not ticket.done() for ticket in self._waiting)

    def budget(self, group: Hashable) -> int:
        """Tokens a batch of this model may have now, for the memory's sake."""
        return self._budgets.get(group, self._full_budget)

    def batch_tokens(self, group: Hashable) -> int:
        """Tokens a batch of this model is given: the budget, or what takes `PIECE_SECONDS`."""
        budget = self.budget(group)
        if self._pipelined or group not in self._paces:
            return budget
        return min(budget, max(_FEWEST_TOKENS, int(PIECE_SECONDS / self._paces[group])))

    def close(self) -> None:
        """Stop the thread after the batch that is running and wait for it; what waits is cancelled.

        A function on the device may close its own scheduler: then nothing is waited for.
        """
        with self._changed:
            self._closed = True
            waiting = list(self._waiting)
            self._changed.notify_all()
        for ticket in waiting:
            ticket.cancel()
        atexit.unregister(self.close)
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_SECONDS)

    def _ticket(
        self,
        group: Hashable,
        items: Sequence[Item],
        call: Callable[[], ResultT] | None,
        lane: Lane,
        request: Request | None,
    ) -> Ticket[ResultT]:
        now = self._clock()
        return Ticket(group, items, call, lane, request or Request(now), now, now)

    def _enqueue(self, ticket: Ticket[Any]) -> Ticket[Any]:
        with self._changed:
            if self._closed:
                ticket.cancel()
            else:
                self._list_jobs(ticket)
                self._waiting.append(ticket)
                self._changed.notify_all()
        return ticket

    def _list_jobs(self, ticket: Ticket[Any]) -> None:
        """What a ticket waits for; equal items that wait already are shared."""
        known = self._jobs[ticket.group]
        own: dict[Hashable, _Job] = {}
        for index, item in enumerate(ticket.items):
            job = known.setdefault(item.key, _Job(item))
            job.waiting.append((ticket, index))
            own[item.key] = job
        ticket._jobs = sorted(own.values(), key=lambda job: -job.tokens)
        ticket._tokens = sum(job.tokens for job in ticket._jobs)

    # --- the device's thread ---

    def _loop(self) -> None:
        while not self._closed:
            step = self._next_step(wait=self._launched is None)
            if step is None:
                self._land()
            elif isinstance(step, Ticket):
                self._land()
                self._run_call(step)
            else:
                self._run(step)
        self._land()

    def _next_step(self, wait: bool) -> _Batch | Ticket[Any] | None:
        """What to do now: a function, a batch, or None if there is nothing and no `wait`."""
        with self._changed:
            while not self._closed:
                for ticket in [ticket for ticket in self._waiting if ticket.done()]:
                    self._drop(ticket)
                first = self._first()
                if first is None:
                    if not wait:
                        return None
                    self._changed.wait()
                elif first.call is not None:
                    self._drop(first)
                    return first
                elif batch := self._fill(first):
                    return batch
        return None

    def _first(self) -> Ticket[Any] | None:
        """Whose turn it is; see the module's design notes."""
        firsts: dict[int, Ticket[Any]] = {}
        since: dict[int, float] = {}
        for ticket in sorted(self._waiting, key=_place):
            level = self._level(ticket)
            firsts.setdefault(level, ticket)
            since[level] = min(since.get(level, ticket.submitted), ticket.submitted)
        if not firsts:
            return None
        now, overdue = self._clock(), {}
        for level, ticket in firsts.items():
            waited = now - max(since[level], self._served[level])
            overdue[level] = waited - PATIENCE * self._piece_seconds(ticket)
        most = max(overdue, key=lambda level: overdue[level])
        chosen = most if overdue[most] > 0 else min(firsts)
        self._served[chosen] = now
        return firsts[chosen]

    def _level(self, ticket: Ticket[Any]) -> int:
        if ticket.lane is Lane.BULK:
            return len(LEVELS) + 1
        cost = self._pace(ticket.group) * ticket._tokens  # a function's is not known before
        return bisect(LEVELS, ticket.request.used + cost)

    def _piece_seconds(self, ticket: Ticket[Any]) -> float:
        """About what the device will take until it can be given to somebody else."""
        if ticket.call is not None:
            return self._call_seconds[ticket.lane]
        return self._pace(ticket.group) * min(ticket._tokens, self.batch_tokens(ticket.group))

    def _pace(self, group: Hashable) -> float:
        return self._paces.get(group, PIECE_SECONDS / self._full_budget)

    def _drop(self, ticket: Ticket[Any]) -> None:
        """Wait no longer for a ticket."""
        self._waiting.remove(ticket)
        known = self._jobs[ticket.group]
        for job in ticket._jobs:
            if not job.taken and not job.wanted and known.get(job.item.key) is job:
                del known[job.item.key]

    def _fill(self, first: Ticket[Any]) -> _Batch | None:
        """A batch of the ticket whose turn it is and of others that suit; None if all is known."""
        room = self.batch_tokens(first.group)
        # Batches of about equal size: a small rest would cost a pass of its own.
        share = first._tokens / max(-(-first._tokens // room), 1) * _SLACK
        jobs: list[_Job] = []
        tokens = self._take(first, jobs, 0, min(room, share))
        if jobs:
            for ticket in sorted(self._company(first), key=_place):
                tokens = self._take(ticket, jobs, tokens, room)
        if not jobs:
            return None
        jobs.sort(key=lambda job: -job.tokens)
        return _Batch(first.group, jobs, first.context)

    def _company(self, first: Ticket[Any]) -> list[Ticket[Any]]:
        """Other tickets that a batch may be filled from: longer ones would hold up the first."""
        level = self._level(first)
        return [
            ticket
            for ticket in self._waiting
            if ticket is not first
            and ticket.call is None
            and ticket.group == first.group
            and self._level(ticket) <= level
        ]

    def _take(self, ticket: Ticket[Any], jobs: list[_Job], tokens: int, room: float) -> int:
        """Add a ticket's jobs to `jobs` while there is room; deliver what is known. The tokens."""
        group, left = ticket.group, []
        for job in ticket._jobs:
            if job.taken:
                continue
            if jobs and tokens + job.tokens > room:
                left.append(job)
                continue
            self._jobs[group].pop(job.item.key, None)
            job.take()
            known = self._recall(group, job.item.key) if job.wanted else None
            if known is not None:
                job.deliver(known)
            elif job.wanted:
                jobs.append(job)
                tokens += job.tokens
        ticket._jobs = left
        if not left:
            self._waiting.remove(ticket)
        return tokens

    def _run_call(self, ticket: Ticket[Any]) -> None:
        if ticket.done() or ticket.call is None:
            return
        begun = self._clock()
        try:
            result = ticket.context.run(ticket.call)
        except BaseException as error:
            self._count_call(ticket, self._clock() - begun)
            ticket.fail(error)
        else:
            self._count_call(ticket, self._clock() - begun)
            ticket.finish(result)

    def _count_call(self, ticket: Ticket[Any], seconds: float) -> None:
        before = self._call_seconds[ticket.lane]
        self._call_seconds[ticket.lane] = _DECAY * before + (1 - _DECAY) * seconds
        ticket.request.used += seconds

    def _run(self, batch: _Batch) -> None:
        """Launch a batch; land the one before it, or this one if launching already waits."""
        begun = self._clock()
        try:
            wait = batch.context.run(self._execute, batch.group, [job.item for job in batch.jobs])
        except OutOfMemory:
            had_company = self._launched is not None
            self._land()
            self._retry_smaller(batch, alone=not had_company)
            return
        except BaseException as error:  # goes to those who wait for it; the thread lives on
            batch.fail(error)
            return
        self.batches_run += 1
        self._regrow(batch.group)
        if self._pipelined:
            self._land()
        self._launched = (batch, wait, begun)
        if not self._pipelined:
            self._land()

    def _land(self) -> None:
        """Wait for the launched batch, if any, and deliver its results."""
        if self._launched is None:
            return
        (batch, wait, begun), self._launched = self._launched, None
        try:
            results = wait()
        except BaseException as error:
            batch.fail(error)
            return
        self._count_batch(batch, begun)
        for job, result in zip(batch.jobs, results, strict=True):
            job.deliver(result)

    def _count_batch(self, batch: _Batch, begun: float) -> None:
        """Learn the model's pace, and write the time down for those who had it."""
        now = self._clock()
        seconds, self._landed = now - max(begun, self._landed), now
        for ticket, share in batch.tickets():
            ticket.request.used += seconds * share
            ticket.served = now
        if batch.tokens >= min(_FEWEST_TOKENS, self._full_budget):  # of few the overhead is most
            pace = self._pace(batch.group)
            new = seconds / batch.tokens
            self._paces[batch.group] = _DECAY * pace + (1 - _DECAY) * new

    def _retry_smaller(self, batch: _Batch, alone: bool) -> None:
        """Lower the budget and queue the batch's items again.

        A lone item that failed with the device to itself is given up.
        """
        self.out_of_memory_events += 1
        if alone and len(batch.jobs) == 1:
            tokens = batch.tokens
            batch.fail(
                MemoryBudgetError(
                    "A text of {tokens} tokens does not fit into the memory that is left:"
                    " shorten it or choose a smaller model.",
                    tokens=tokens,
                )
            )
            return
        if len(batch.jobs) > 1:
            halved = max(batch.tokens // 2, 1)
            self._budgets[batch.group] = min(self.budget(batch.group), halved)
            self._good_batches[batch.group] = 0
        with self._changed:
            for job in batch.jobs:
                self._jobs[batch.group].setdefault(job.item.key, job)
                job.take(False)
            for ticket in {id(ticket): ticket for ticket, _ in batch.tickets()}.values():
                again = [job for job in batch.jobs if any(t is ticket for t, _ in job.waiting)]
                ticket._jobs = sorted(again + ticket._jobs, key=lambda job: -job.tokens)
                if ticket not in self._waiting:
                    self._waiting.append(ticket)

    def _regrow(self, group: Hashable) -> None:
        if group not in self._budgets:
            return
        self._good_batches[group] = self._good_batches.get(group, 0) + 1
        if self._good_batches[group] >= _BATCHES_UNTIL_REGROWTH:
            self._good_batches[group] = 0
            self._budgets[group] *= 2
            if self._budgets[group] >= self._full_budget:
                del self._budgets[group]


def _place(ticket: Ticket[Any]) -> float:
    """What tickets of one level are ordered by."""
    return ticket.served if ticket.lane is Lane.BULK else ticket.request.arrived
