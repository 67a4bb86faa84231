"""A model that is waited for in steps."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from demos.bayes.loading import loading
from models.errors import ModelUnavailableError


class _Slow:
    """A registry whose model comes when it is let."""

    def __init__(self, problem: Exception | None = None):
        self.let, self.loaded, self._problem = threading.Event(), threading.Event(), problem

    def load(self, key: str) -> None:
        assert key == "lm"
        self.let.wait(30)
        if self._problem:
            raise self._problem
        self.loaded.set()


def test_whoever_waits_can_leave_and_the_model_comes_all_the_same() -> None:
    registry = _Slow()
    waiting = cast(Any, loading(cast(Any, registry), "lm"))
    assert next(waiting) > 0
    waiting.close()
    registry.let.set()
    assert registry.loaded.wait(30)


def test_what_goes_wrong_is_raised_where_it_is_waited_for() -> None:
    registry = _Slow(ModelUnavailableError("“lm” cannot be loaded here."))
    registry.let.set()
    with pytest.raises(ModelUnavailableError, match="cannot be loaded"):
        list(loading(cast(Any, registry), "lm"))
