"""Merging the work of many callers into batches for one device.

Design:
- One thread owns the device. Callers hand in tickets and wait; nobody else runs a forward pass.
- A window is what is taken from the queue at once: the oldest ticket and all others for the same
  model, up to `WINDOW_BATCHES` batches. Inside a window equal items are computed once, items are
  sorted by length, longest first, and batches are cut by a budget of tokens.
- Interactive tickets go first. A bulk window gives way between any two of its batches, so a small
  request waits for one batch of somebody's long job, not for the job. Callers hand in long jobs
  slice by slice, so bulk tickets of several callers alternate.
- Out of memory halves the budget of that model and runs the halves of the batch; it grows back
  after a while.

This module knows neither torch nor models: items have a length, groups have a name.
"""

from __future__ import annotations

import atexit
import contextvars
import enum
import itertools
import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar, cast

from models.errors import CancelledError, MemoryBudgetError

WINDOW_BATCHES = 8
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
    """One caller's wait for its items' results, or for a function's."""

    group: Hashable
    items: Sequence[Item]
    call: Callable[[], ResultT] | None = None
    # Context variables travel along: a Space with a lent GPU finds the visitor's allowance in them.
    context: contextvars.Context = field(default_factory=contextvars.copy_context)
    _results: list[Any] = field(default_factory=list)
    _missing: int = 0
    _error: BaseException | None = None
    _done: threading.Event = field(default_factory=threading.Event)
    cancelled: bool = False

    def __post_init__(self) -> None:
        self._results = [None] * len(self.items)
        self._missing = len(self.items)

    @property
    def tokens(self) -> int:
        """Tokens of all items."""
        return sum(len(item.encoding) for item in self.items)

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


@dataclass
class _Job:
    """One distinct item of a window and everybody who waits for it."""

    item: Item
    waiting: list[tuple[Ticket[Any], int]]

    @property
    def wanted(self) -> bool:
        return any(not ticket.done() for ticket, _ in self.waiting)

    def deliver(self, result: Any) -> None:
        for ticket, index in self.waiting:
            if not ticket.done():
                ticket.deliver(index, result)


@dataclass
class _Batch:
    group: Hashable
    jobs: list[_Job]
    lane: Lane

    @property
    def tokens(self) -> int:
        return sum(len(job.item.encoding) for job in self.jobs)

    def fail(self, error: BaseException) -> None:
        for job in self.jobs:
            for ticket, _ in job.waiting:
                ticket.fail(error)


def cut_by_tokens(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Indices of items cut into batches of at most `budget` tokens, longest items first.

    Batches are of about equal size: a small rest would cost a pass of its own. An item longer than
    the budget stands alone.
    """
    total = sum(lengths)
    share = min(budget, total / max(-(-total // budget), 1) * _SLACK)
    batches: list[list[int]] = []
    tokens = 0
    for index in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not batches or tokens + lengths[index] > share:
            batches.append([])
            tokens = 0
        batches[-1].append(index)
        tokens += lengths[index]
    return batches


class Scheduler:
    """The one thread that runs batches; see the module's design notes.

    Args:
        execute: launches one batch and returns a function that waits for its results, one an item.
        recall: the cache: a known result for (group, item key), or None.
        token_budget: tokens a batch.
        pipelined: whether `execute` returns before the device has finished, so that the next batch
            is best launched before waiting.
    """

    def __init__(
        self,
        execute: Executor,
        recall: Recall = lambda group, key: None,
        token_budget: int = 1024,
        pipelined: bool = False,
    ):
        self._execute = execute
        self._recall = recall
        self._full_budget = token_budget
        self._budgets: dict[Hashable, int] = {}
        self._good_batches: dict[Hashable, int] = {}
        self._pipelined = pipelined
        self._changed = threading.Condition()
        self._waiting: dict[Lane, deque[Ticket[Any]]] = {lane: deque() for lane in Lane}
        self._windows: dict[Lane, deque[_Batch]] = {lane: deque() for lane in Lane}
        self._launched: tuple[_Batch, Callable[[], Sequence[Any]]] | None = None
        self._closed = False
        self.out_of_memory_events = 0
        self.batches_run = 0
        self._thread = threading.Thread(target=self._loop, name="device", daemon=True)
        self._thread.start()
        # A daemon thread inside torch's own threads aborts the process when the interpreter ends.
        atexit.register(self.close)

    def submit(self, group: Hashable, items: Sequence[Item], lane: Lane) -> Ticket[Any]:
        """Queue items for a model.

        Raises:
            RuntimeError: called on the device's own thread, which would wait for itself.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a function run on the device cannot ask for a model's batch")
        ticket: Ticket[Any] = Ticket(group, items)
        if not items:
            ticket.finish(None)
            ticket._results = []
            return ticket
        return self._enqueue(ticket, lane)

    def call(self, function: Callable[[], ResultT], lane: Lane = Lane.INTERACTIVE) -> ResultT:
        """Run a function on the device's thread, between batches, and wait for it."""
        if threading.current_thread() is self._thread:
            return function()
        ticket: Ticket[ResultT] = Ticket(None, (), function)
        return cast(ResultT, self._enqueue(ticket, lane).result())

    def queue_length(self) -> int:
        """Tickets that nobody has begun plus batches of begun windows."""
        with self._changed:
            queues: Iterable[deque[Any]] = (*self._waiting.values(), *self._windows.values())
            return sum(len(queue) for queue in queues)

    def budget(self, group: Hashable) -> int:
        """Tokens a batch of this model may have now."""
        return self._budgets.get(group, self._full_budget)

    def close(self) -> None:
        """Stop the thread after the batch that is running and wait for it; what waits is cancelled.

        A function on the device may close its own scheduler: then nothing is waited for.
        """
        with self._changed:
            self._closed = True
            waiting = list(itertools.chain(*self._waiting.values()))
            self._changed.notify_all()
        for ticket in waiting:
            ticket.cancel()
        atexit.unregister(self.close)
        if threading.current_thread() is not self._thread:
            self._thread.join(_PATIENCE_SECONDS)

    def _enqueue(self, ticket: Ticket[Any], lane: Lane) -> Ticket[Any]:
        with self._changed:
            if self._closed:
                ticket.cancel()
            else:
                self._waiting[lane].append(ticket)
                self._changed.notify_all()
        return ticket

    # --- the device's thread ---

    def _loop(self) -> None:
        while not self._closed:
            step = self._next_step(wait=self._launched is None)
            if step is None:
                self._land()
            elif isinstance(step, Ticket):
                self._land()
                _run_call(step)
            else:
                self._run(step)
        self._land()
        for batch in itertools.chain(*self._windows.values()):
            batch.fail(CancelledError("The app is stopping."))

    def _next_step(self, wait: bool) -> _Batch | Ticket[Any] | None:
        """What to do now: a function, a batch, or None if there is nothing and no `wait`."""
        with self._changed:
            while not self._closed:
                for lane in Lane:  # interactive first
                    if not self._windows[lane] and self._waiting[lane]:
                        if self._waiting[lane][0].call is not None:
                            return self._waiting[lane].popleft()
                        self._windows[lane].extend(self._open_window(lane))
                    while self._windows[lane]:
                        batch = self._windows[lane].popleft()
                        batch.jobs = [job for job in batch.jobs if job.wanted]
                        if batch.jobs:
                            return batch
                if not wait:
                    return None
                if not any(self._waiting.values()):
                    self._changed.wait()
        return None

    def _open_window(self, lane: Lane) -> list[_Batch]:
        """Take the oldest ticket and others of its group; merge, sort and cut them."""
        waiting = self._waiting[lane]
        group = waiting[0].group
        limit = WINDOW_BATCHES * self.budget(group)
        taken: list[Ticket[Any]] = []
        left: list[Ticket[Any]] = []
        for ticket in waiting:
            fits = not taken or ticket.tokens <= limit
            if ticket.call is None and ticket.group == group and fits:
                taken.append(ticket)
                limit -= ticket.tokens
            else:
                left.append(ticket)
        waiting.clear()
        waiting.extend(left)
        return self._cut(group, self._merge(group, taken), lane)

    def _cut(self, group: Hashable, jobs: list[_Job], lane: Lane) -> list[_Batch]:
        lengths = [len(job.item.encoding) for job in jobs]
        return [
            _Batch(group, [jobs[i] for i in indices], lane)
            for indices in cut_by_tokens(lengths, self.budget(group))
        ]

    def _merge(self, group: Hashable, tickets: list[Ticket[Any]]) -> list[_Job]:
        """Distinct items that still need computing; known results are delivered at once."""
        jobs: dict[Hashable, _Job] = {}
        for ticket in tickets:
            if ticket.done():  # cancelled while it waited
                continue
            for index, item in enumerate(ticket.items):
                job = jobs.setdefault(item.key, _Job(item, []))
                job.waiting.append((ticket, index))
        missing = []
        for job in jobs.values():
            known = self._recall(group, job.item.key)
            if known is None:
                missing.append(job)
            else:
                job.deliver(known)
        return missing

    def _run(self, batch: _Batch) -> None:
        """Launch a batch; land the one before it, or this one if launching already waits."""
        context = batch.jobs[0].waiting[0][0].context
        items = [job.item for job in batch.jobs]
        try:
            wait = context.run(self._execute, batch.group, items)
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
        if not self._pipelined:
            self._launched = (batch, wait)
            self._land()
            return
        self._land()
        self._launched = (batch, wait)

    def _land(self) -> None:
        """Wait for the launched batch, if any, and deliver its results."""
        if self._launched is None:
            return
        (batch, wait), self._launched = self._launched, None
        try:
            results = wait()
        except BaseException as error:
            batch.fail(error)
            return
        for job, result in zip(batch.jobs, results, strict=True):
            job.deliver(result)

    def _retry_smaller(self, batch: _Batch, alone: bool) -> None:
        """Lower the budget and cut what is left of the window anew.

        A lone item that failed with the device to itself is given up.
        """
        self.out_of_memory_events += 1
        if alone and len(batch.jobs) == 1:
            tokens = len(batch.jobs[0].item.encoding)
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
            window = self._windows[batch.lane]
            rest = [other for other in window if other.group == batch.group]
            jobs = [job for each in (batch, *rest) for job in each.jobs]
            again = self._cut(batch.group, jobs, batch.lane)
            window.extendleft(reversed(again))
            for other in rest:
                window.remove(other)

    def _regrow(self, group: Hashable) -> None:
        if group not in self._budgets:
            return
        self._good_batches[group] = self._good_batches.get(group, 0) + 1
        if self._good_batches[group] >= _BATCHES_UNTIL_REGROWTH:
            self._good_batches[group] = 0
            self._budgets[group] *= 2
            if self._budgets[group] >= self._full_budget:
                del self._budgets[group]


def _run_call(ticket: Ticket[Any]) -> None:
    if ticket.done() or ticket.call is None:
        return
    try:
        ticket.finish(ticket.context.run(ticket.call))
    except BaseException as error:
        ticket.fail(error)
