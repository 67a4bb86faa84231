"""Visitors who ask the same at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest

from demos.bayes.extension.asked import AskedAlready
from demos.bayes.extension.running import Trace
from demos.bayes.extension.setting import Setting
from demos.frame.steps import result_of
from models.work import Progress

SETTING = Setting(("a",), "b")
DONE = Trace(SETTING, (), 1, 0, 512, 512, 0.0, 0.0, True)


def write(let: threading.Event, calls: list[int]) -> Any:
    def steps() -> Iterator[Any]:
        calls.append(1)
        yield Progress(1, 2, 0.0)
        let.wait(30)
        return DONE

    return steps


def test_thirty_who_ask_the_same_are_answered_once() -> None:
    asked, let, calls, said = AskedAlready(), threading.Event(), list[int](), list[Trace]()
    watch = lambda: said.append(result_of(asked.answering(SETTING, write(let, calls))))  # noqa: E731
    threads = [threading.Thread(target=watch) for _ in range(30)]
    for thread in threads:
        thread.start()
    let.set()
    for thread in threads:
        thread.join(30)
    assert calls == [1]
    assert said == [DONE] * 30
    assert asked.finished(SETTING) is DONE


def test_who_watches_sees_the_steps_and_goes_on_where_the_first_one_leaves() -> None:
    asked, let, calls = AskedAlready(), threading.Event(), list[int]()
    first = cast(Any, asked.answering(SETTING, write(let, calls)))
    assert next(first) == Progress(1, 2, 0.0)
    second = cast(Any, asked.answering(SETTING, write(let, calls)))
    assert next(second) == Progress(1, 2, 0.0)
    assert calls == [1]
    first.close()
    let.set()
    assert result_of(second) is DONE
    assert calls == [1, 1]


def test_what_goes_wrong_is_nobody_elses() -> None:
    asked = AskedAlready()

    def fail() -> Any:
        yield Progress(0, 1, 0.0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        result_of(asked.answering(SETTING, fail))
    let = threading.Event()
    let.set()
    assert result_of(asked.answering(SETTING, write(let, []))) is DONE
