"""The scheduler, with a fake executor: no torch, no model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.batching import PATIENCE, Item, Lane, OutOfMemory, Scheduler
from models.errors import CancelledError, MemoryBudgetError
from models.requests import Request, Requests

INTERACTIVE = Lane.INTERACTIVE


class Recorder:
    """An executor that returns each item's key doubled, and remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[tuple[Hashable, list[Hashable]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.started = threading.Event()
        self.fits: Callable[[Sequence[Item]], bool] = lambda items: True

    def __call__(self, group: Hashable, items: Sequence[Item]) -> Callable[[], list[Any]]:
        self.started.set()
        self.gate.wait(10)
        if not self.fits(items):
            raise OutOfMemory
        self.batches.append((group, [item.key for item in items]))
        return lambda: [item.key * 2 for item in items]  # type: ignore[operator]


def items(*keys: int, length: int = 10) -> list[Item]:
    return [Item(key, "x" * length) for key in keys]


@pytest.fixture(params=[False, True], ids=["waiting", "pipelined"])
def recorder_and_scheduler(
    request: pytest.FixtureRequest,
) -> Iterator[tuple[Recorder, Scheduler]]:
    recorder = Recorder()
    scheduler = Scheduler(recorder, token_budget=100, pipelined=request.param)
    yield recorder, scheduler
    recorder.gate.set()
    scheduler.close()


Both = tuple[Recorder, Scheduler]


def test_results_come_back_in_the_order_of_the_items(recorder_and_scheduler: Both) -> None:
    _, scheduler = recorder_and_scheduler
    mixed = [Item(k, "x" * length) for k, length in [(1, 5), (2, 50), (3, 20), (1, 5)]]
    assert scheduler.submit("m", mixed, Lane.INTERACTIVE).result(5) == [2, 4, 6, 2]


def test_no_items_is_an_empty_result(recorder_and_scheduler: Both) -> None:
    assert recorder_and_scheduler[1].submit("m", [], Lane.INTERACTIVE).result(5) == []


def hold(recorder: Recorder, scheduler: Scheduler) -> Any:
    """Occupy the device with one item until `recorder.gate` is set."""
    recorder.gate.clear()
    recorder.started.clear()
    ticket = scheduler.submit("m", items(0), Lane.INTERACTIVE)
    assert recorder.started.wait(5)
    return ticket


def test_requests_of_many_callers_share_a_batch(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    hold(recorder, scheduler)
    tickets = [scheduler.submit("m", items(k), Lane.INTERACTIVE) for k in range(1, 9)]
    recorder.gate.set()
    assert [ticket.result(5) for ticket in tickets] == [[2 * k] for k in range(1, 9)]
    assert len(recorder.batches) == 2  # the one that was running, and all the others together


def test_equal_items_of_different_callers_are_computed_once(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    hold(recorder, scheduler)
    tickets = [scheduler.submit("m", items(7, 8), Lane.INTERACTIVE) for _ in range(5)]
    recorder.gate.set()
    assert all(ticket.result(5) == [14, 16] for ticket in tickets)
    assert sorted(recorder.batches[1][1]) == [7, 8]  # type: ignore[type-var]


def test_models_are_not_mixed_in_a_batch(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    hold(recorder, scheduler)
    tickets = [scheduler.submit(f"m{k % 2}", items(k), Lane.INTERACTIVE) for k in range(1, 7)]
    recorder.gate.set()
    for ticket in tickets:
        ticket.result(5)
    assert [group for group, _ in recorder.batches[1:]] == ["m1", "m0"]


def test_a_small_request_passes_a_long_job_between_batches(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    hold(recorder, scheduler)
    bulk = scheduler.submit("m", items(*range(1, 81)), Lane.BULK)  # 8 batches of 10
    recorder.gate.set()
    while len(recorder.batches) < 2:
        time.sleep(0.001)
    recorder.gate.clear()
    small = scheduler.submit("m", items(999), Lane.INTERACTIVE)
    before = len(recorder.batches)
    recorder.gate.set()
    assert small.result(5) == [1998]
    place = next(i for i, (_, keys) in enumerate(recorder.batches) if 999 in keys)
    assert place - before <= 2
    assert bulk.result(5) == [2 * k for k in range(1, 81)]


def test_known_results_are_not_computed(recorder_and_scheduler: Both) -> None:
    recorder = Recorder()
    scheduler = Scheduler(recorder, recall=lambda group, key: "known" if key == 1 else None)
    assert scheduler.submit("m", items(1, 2), Lane.INTERACTIVE).result(5) == ["known", 4]
    assert recorder.batches == [("m", [2])]
    scheduler.close()


def test_a_cancelled_job_is_not_computed(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    held = hold(recorder, scheduler)
    ticket = scheduler.submit("m", items(5, 6), Lane.BULK)
    ticket.cancel()
    recorder.gate.set()
    held.result(5)
    with pytest.raises(CancelledError):
        ticket.result(5)
    assert scheduler.submit("m", items(9), Lane.INTERACTIVE).result(5) == [18]
    assert all(5 not in keys for _, keys in recorder.batches)


def test_out_of_memory_halves_until_it_fits(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    recorder.fits = lambda batch: len(batch) <= 2
    result = scheduler.submit("m", items(*range(1, 11)), Lane.INTERACTIVE).result(5)
    assert result == [2 * k for k in range(1, 11)]
    assert max(len(keys) for _, keys in recorder.batches) <= 2
    assert scheduler.out_of_memory_events >= 2
    assert scheduler.budget("m") < 100


def test_the_budget_falls_no_further_than_it_must(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    recorder.fits = lambda batch: len(batch) <= 6
    result = scheduler.submit("m", items(*range(80)), Lane.BULK).result(5)
    assert result == [2 * k for k in range(80)]
    assert scheduler.budget("m") == 50
    assert scheduler.out_of_memory_events <= 2


def test_one_item_that_does_not_fit_is_said_and_others_live(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    recorder.fits = lambda batch: all(item.key != 13 for item in batch)
    with pytest.raises(MemoryBudgetError, match="10 tokens"):
        scheduler.submit("m", items(13), Lane.INTERACTIVE).result(5)
    assert scheduler.submit("m", items(1), Lane.INTERACTIVE).result(5) == [2]


def test_the_budget_grows_back(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler
    recorder.fits = lambda batch: len(batch) <= 5
    scheduler.submit("m", items(*range(10)), Lane.INTERACTIVE).result(5)
    assert scheduler.budget("m") == 50
    recorder.fits = lambda batch: True
    for k in range(300):
        scheduler.submit("m", items(k), Lane.INTERACTIVE).result(5)
    assert scheduler.budget("m") == 100


def test_a_failing_batch_fails_its_callers_only(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler

    def broken(batch: Sequence[Item]) -> bool:
        if any(item.key == 13 for item in batch):
            raise ZeroDivisionError
        return True

    recorder.fits = broken
    with pytest.raises(ZeroDivisionError):
        scheduler.submit("m", items(13), Lane.INTERACTIVE).result(5)
    assert scheduler.submit("m", items(1), Lane.INTERACTIVE).result(5) == [2]


def test_functions_run_on_the_one_thread(recorder_and_scheduler: Both) -> None:
    _, scheduler = recorder_and_scheduler
    names = {scheduler.call(lambda: threading.current_thread().name) for _ in range(3)}
    assert names == {"device"}
    with pytest.raises(ZeroDivisionError):
        scheduler.call(lambda: 1 // 0)


def test_the_device_cannot_wait_for_itself(recorder_and_scheduler: Both) -> None:
    _, scheduler = recorder_and_scheduler
    with pytest.raises(RuntimeError):
        scheduler.call(lambda: scheduler.submit("m", items(1), Lane.INTERACTIVE))


def test_closing_cancels_what_waits(
    recorder_and_scheduler: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.batching._PATIENCE_SECONDS", 0.2)  # the batch is held
    recorder, scheduler = recorder_and_scheduler
    hold(recorder, scheduler)
    waiting = scheduler.submit("m", items(3), Lane.BULK)
    scheduler.close()
    recorder.gate.set()
    with pytest.raises(CancelledError):
        waiting.result(5)
    with pytest.raises(CancelledError):
        scheduler.submit("m", items(3), Lane.BULK).result(5)


def test_many_threads_get_their_own_answers(recorder_and_scheduler: Both) -> None:
    recorder, scheduler = recorder_and_scheduler

    def ask(k: int) -> bool:
        lane = Lane.BULK if k % 3 == 0 else Lane.INTERACTIVE
        wanted = [k, k + 1, k % 7]
        return scheduler.submit(f"m{k % 2}", items(*wanted), lane).result(20) == [
            2 * x for x in wanted
        ]

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(400)))
    assert len(recorder.batches) <= 800


# --- whose turn it is -----------------------------------------------------------------------------


class Turns:
    """A scheduler on a clock of its own; functions note their names and take the time they say."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []
        self.recorder = Recorder()
        self.scheduler = Scheduler(self._execute, token_budget=100, clock=lambda: self.now)
        self._threads: list[threading.Thread] = []

    def _execute(self, group: Hashable, items: Sequence[Item]) -> Callable[[], list[Any]]:
        wait = self.recorder(group, items)
        self.now += sum(len(item.encoding) for item in items) * 0.0005  # 50 ms a full batch
        self.order += [str(item.key) for item in items]
        return wait

    def hold(self) -> None:
        """Occupy the device until `go`."""
        hold(self.recorder, self.scheduler)

    def call(self, name: str, seconds: float, request: Request, lane: Lane = INTERACTIVE) -> None:
        """Hand in a function from a thread of its own; return once it waits."""

        def function() -> None:
            self.order.append(name)
            self.now += seconds

        before = self.scheduler.queue_length()
        run = threading.Thread(target=self.scheduler.call, args=(function, lane, request))
        run.start()
        self._threads.append(run)
        while self.scheduler.queue_length() == before:
            time.sleep(0.001)

    def go(self) -> list[str]:
        """Let everything run; the order, without what held the device."""
        self.recorder.gate.set()
        for thread in self._threads:
            thread.join(5)
        self.scheduler.close()
        return [name for name in self.order if name != "0"]


def test_a_short_request_goes_before_one_that_has_used_much() -> None:
    turns = Turns()
    turns.hold()
    turns.call("long", 0.01, Request(arrived=0.0, used=0.3))
    turns.call("short", 0.01, Request(arrived=0.0))
    assert turns.go() == ["short", "long"]


def test_a_short_ticket_goes_before_a_long_one_that_came_first() -> None:
    turns = Turns()
    turns.hold()
    long = turns.scheduler.submit("m", items(*range(100, 140)), INTERACTIVE)  # four batches
    short = turns.scheduler.submit("other", items(7), INTERACTIVE)
    turns.recorder.gate.set()
    assert long.result(5)
    assert short.result(5) == [14]
    assert turns.go()[0] == "7"


def test_later_pieces_of_a_request_keep_its_place() -> None:
    turns = Turns()
    turns.hold()
    early, late = Request(arrived=1.0, used=0.5), Request(arrived=2.0, used=0.2)
    turns.call("late", 0.01, late)
    turns.call("early", 0.01, early)
    assert turns.go() == ["early", "late"]


def test_what_waits_too_long_has_one_turn_before_short_requests() -> None:
    turns = Turns()
    turns.hold()
    for number in range(2):
        turns.call(f"long {number}", 0.05, Request(arrived=0.0, used=1.0))
    turns.now += PATIENCE * 0.05 + 0.1
    for number in range(3):
        turns.call(f"short {number}", 0.001, Request(arrived=turns.now))
    assert turns.go() == ["long 0", "short 0", "short 1", "short 2", "long 1"]


def test_bulk_work_waits_for_interactive_work_but_not_for_ever() -> None:
    turns = Turns()
    turns.hold()
    turns.call("bulk", 0.05, Request(arrived=0.0), Lane.BULK)
    turns.call("old", 0.001, Request(arrived=0.0, used=9.0))
    assert turns.go() == ["old", "bulk"]
    turns = Turns()
    turns.hold()
    turns.call("bulk", 0.05, Request(arrived=0.0), Lane.BULK)
    turns.now += PATIENCE * 0.05 + 0.1
    turns.call("short", 0.001, Request(arrived=turns.now))
    assert turns.go() == ["bulk", "short"]


def test_bulk_jobs_alternate() -> None:
    turns = Turns()
    turns.hold()
    first = turns.scheduler.submit("m", items(*range(100, 120)), Lane.BULK)
    second = turns.scheduler.submit("n", items(*range(200, 220)), Lane.BULK)
    turns.recorder.gate.set()
    assert first.result(5)
    assert second.result(5)
    assert [name[0] for name in turns.go()[::10]] == ["1", "2", "1", "2"]


def test_a_long_ticket_does_not_swell_a_short_ones_batch() -> None:
    turns = Turns()
    turns.hold()
    long = turns.scheduler.submit("m", items(*range(100, 140)), INTERACTIVE)
    short = turns.scheduler.submit("m", items(7), INTERACTIVE)
    turns.recorder.gate.set()
    assert long.result(5)
    assert short.result(5)
    assert turns.recorder.batches[1] == ("m", [7])


def test_equal_items_are_computed_once_across_batches() -> None:
    turns = Turns()
    turns.hold()
    keys = range(100, 140)
    tickets = [turns.scheduler.submit("m", items(*keys), INTERACTIVE) for _ in range(3)]
    tickets.append(turns.scheduler.submit("m", items(139), INTERACTIVE))
    turns.recorder.gate.set()
    for ticket in tickets:
        assert ticket.result(5)
    assert sorted(turns.go()) == [str(key) for key in keys]


def test_cancelling_a_part_of_what_is_shared_leaves_the_others() -> None:
    turns = Turns()
    turns.hold()
    gone = turns.scheduler.submit("m", items(1, 2), INTERACTIVE)
    kept = turns.scheduler.submit("m", items(2, 3), INTERACTIVE)
    gone.cancel()
    turns.recorder.gate.set()
    assert kept.result(5) == [4, 6]
    assert sorted(turns.go()) == ["2", "3"]


def test_batches_of_a_slow_device_are_kept_short() -> None:
    now = 0.0

    def slow(group: Hashable, batch: Sequence[Item]) -> Callable[[], list[Any]]:
        nonlocal now
        now += sum(len(item.encoding) for item in batch) * 0.0001  # 100 ms for 1,000 tokens
        return lambda: [0] * len(batch)

    scheduler = Scheduler(slow, token_budget=1_000, clock=lambda: now)
    for start in range(40):
        wanted = items(*range(100 * start, 100 * start + 100))
        scheduler.submit("m", wanted, Lane.BULK).result(5)
    assert 450 <= scheduler.batch_tokens("m") <= 550
    assert scheduler.budget("m") == 1_000
    scheduler.close()


def test_calls_of_one_name_are_one_request() -> None:
    name: str | None = "a"
    requests = Requests(lambda: name)
    first = requests.current()
    assert requests.current() is first
    name = "b"
    assert requests.current() is not first
    name = None
    assert requests.current() is not requests.current()


def test_requests_are_forgotten_in_time() -> None:
    names = iter(range(5_000))
    requests = Requests(lambda: next(names))
    for _ in range(5_000):
        requests.current()
    assert len(requests._known) <= 1_024
