"""The one path from a problem to the visitor.

A tab raises `InputProblem` for bad input; the ground floor raises `ModelError`. Both are one
sentence. At a field the sentence is shown by a validator made with `validator`; everything else
leaves a handler through `visible_errors`. An exception that is neither is a defect: it is logged,
and the visitor sees a fixed sentence.
"""

from __future__ import annotations

import functools
import inspect
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import gradio as gr

from demos.frame.strings import Language, language_of, said, say
from models.errors import CancelledError, ModelError

HandlerT = TypeVar("HandlerT", bound=Callable[..., Any])

_log = logging.getLogger(__name__)


class InputProblem(Exception):
    """Bad input: the key of a sentence and the values it names."""

    def __init__(self, key: str, **values: object):
        super().__init__(key)
        self.key = key
        self.values = values

    def sentence(self, language: Language) -> str:
        return say(self.key, language, **self.values)

    def __str__(self) -> str:
        return self.sentence("en")


def sentence_for(error: Exception, language: Language) -> str:
    """What the visitor reads about an error."""
    if isinstance(error, InputProblem):
        return error.sentence(language)
    if isinstance(error, ModelError):
        return said(error, language)
    _log.exception("defect", exc_info=error)
    return say("error.defect", language)


def problem_or_none(check: Callable[[], object], language: Language) -> str | None:
    """The sentence for what `check` raises, or None if it passes."""
    try:
        check()
    except Exception as error:
        return sentence_for(error, language)
    return None


def field(problem: str | None) -> dict[str, Any]:
    """A validator's answer for one field: fine, or the sentence to show there."""
    answer: dict[str, Any] = gr.validate(problem is None, problem or "")
    return answer


@contextmanager
def _visible(request: gr.Request | None) -> Iterator[None]:
    try:
        yield
    except (gr.Error, CancelledError, GeneratorExit):
        raise
    except Exception as error:
        raise gr.Error(
            sentence_for(error, language_of(request)), print_exception=False, duration=None
        ) from None


def visible_errors(handler: HandlerT) -> HandlerT:
    """Decorate an event handler (function or generator) whose last argument is the request."""

    @functools.wraps(handler)
    def function(*args: Any, **kwargs: Any) -> Any:
        with _visible(_request_among(args, kwargs)):
            return handler(*args, **kwargs)

    @functools.wraps(handler)
    def generator(*args: Any, **kwargs: Any) -> Any:
        with _visible(_request_among(args, kwargs)):
            yield from handler(*args, **kwargs)

    return generator if inspect.isgeneratorfunction(handler) else function  # type: ignore[return-value]


def _request_among(args: tuple[Any, ...], kwargs: dict[str, Any]) -> gr.Request | None:
    given = (*args, *kwargs.values())
    return next((value for value in given if isinstance(value, gr.Request)), None)
