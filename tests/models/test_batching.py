"""The scheduler, with a fake executor: no torch, no model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from models.batching import Item, Lane, OutOfMemory, Scheduler
from models.errors import CancelledError, MemoryBudgetError


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
