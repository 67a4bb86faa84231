"""Work that reports steps: its result, what is shown of it, and its end."""

from __future__ import annotations

from collections.abc import Generator

from demos.frame.steps import growing, paced, result_of, showing


class Work:
    """Three steps and a result; remembers whether it was closed on the way."""

    def __init__(self) -> None:
        self.stopped = False

    def steps(self) -> Generator[int, None, str]:
        try:
            yield from range(3)
        except GeneratorExit:
            self.stopped = True
            raise
        return "done"


def test_the_result_comes_without_watching() -> None:
    assert result_of(Work().steps()) == "done"


def test_every_step_is_shown_and_the_result_returned() -> None:
    shown = []

    def watch() -> Generator[str, None, None]:
        shown.append((yield from showing(Work().steps(), str)))

    assert list(watch()) == ["0", "1", "2"]
    assert shown == ["done"]


def test_left_half_way_the_work_is_stopped() -> None:
    work = Work()
    showing_it = showing(work.steps(), str)
    next(showing_it)
    showing_it.close()
    assert work.stopped


def test_updates_grow() -> None:
    steps = list(growing([{"a": 1}, {"b": 2}, {"a": 3}]))
    assert steps == [{"a": 1}, {"a": 1, "b": 2}, {"a": 3, "b": 2}]


def test_steps_are_paced_and_the_result_comes_at_once() -> None:
    def work():
        yield from range(50)
        return "done"

    shown = []

    def seen():
        found = yield from paced(work(), seconds=60)
        shown.append(found)

    assert list(seen()) == [0]
    assert shown == ["done"]
