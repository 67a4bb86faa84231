"""Threads for a piece of computing, on a machine that is made up."""

from __future__ import annotations

from models.threads import Threads, busy_seconds


class Machine:
    """Four cores; others work on `others` of them, this process on `own`."""

    def __init__(self) -> None:
        self.now = self.busy = self.used = 0.0
        self.known = True
        self.threads = Threads(
            4,
            cores=4,
            busy=lambda: self.busy if self.known else None,
            own=lambda: self.used,
            clock=lambda: self.now,
        )

    def work(self, others: float, own: float) -> None:
        self.now += 1
        self.busy += others + own
        self.used += own


def test_small_pieces_have_one_thread_and_large_ones_all() -> None:
    machine = Machine()
    machine.work(others=0.0, own=4.0)
    assert [machine.threads.choose(tokens) for tokens in (50, 255, 256, 600, 5_000)] == [
        1,
        1,
        2,
        3,
        4,
    ]
    assert machine.threads.choose() == 4


def test_cores_that_others_have_are_left_to_them() -> None:
    machine = Machine()
    for others, wanted in ((0.1, 4), (1.0, 3), (2.5, 1), (4.0, 1), (0.0, 4)):
        machine.work(others, own=1.0)
        assert machine.threads.choose(5_000) == wanted


def test_a_machine_that_does_not_say_counts_as_idle() -> None:
    machine = Machine()
    machine.known = False
    machine.work(others=4.0, own=1.0)
    assert machine.threads.choose() == 4
    assert busy_seconds() is None or busy_seconds() > 0  # type: ignore[operator]
