"""Answers while they are written, as what can be kept and shown."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from demos.bayes.answers import Answer, Token, Written, answering
from demos.bayes.contexts import Contexts, Way, question_tokens
from demos.bayes.extension.setting import Setting
from demos.bayes.loading import loading
from models.decoding import Decoding
from models.errors import MemoryBudgetError
from models.registry import Registry
from models.work import Progress

PATIENCE = 20.0  # seconds that memory which others hold is waited for
_LOOK = 0.5  # seconds between two looks


@dataclass(frozen=True)
class Spoken:
    """What one way has said so far; see `Answer`."""

    way: Way
    context: int | None
    tokens: tuple[Token, ...]
    text: str
    cut: int
    ended: bool

    @property
    def pooled(self) -> bool:
        """Whether it draws from several contexts, one row each."""
        return bool(self.tokens) and self.tokens[0].chosen is not None


@dataclass(frozen=True)
class Trace:
    """All answers of one run.

    Attributes:
        setting: what was asked.
        spoken: an answer of each way, of "alone" one of each context.
        count: tokens of the contexts in one text.
        cut: how many of them do not fit into the window.
        window: of everything in one text; at most the model's.
        most: the model's window.
        first: seconds to the first token; 0 before it.
        seconds: so far.
        done: whether it has come to its end.
    """

    setting: Setting
    spoken: tuple[Spoken, ...]
    count: int
    cut: int
    window: int
    most: int
    first: float
    seconds: float
    done: bool = False

    @property
    def steps(self) -> int:
        """Tokens of the longest answer."""
        return max((len(each.tokens) for each in self.spoken), default=0)


def writing(setting: Setting, registry: Registry) -> Generator[Progress | Trace, None, Trace]:
    """Read the contexts, then write: `Progress` until the first token, a `Trace` after each.

    While the model is loaded, the total of the `Progress` is 0.

    Raises:
        InputProblem: a context does not fit into the model's window.
        ModelError: the model cannot be had or asked, or there is no memory left.
    """
    for waited in loading(registry, setting.model):
        yield Progress(0, 0, waited)
    began = time.perf_counter()
    with registry.decoding(setting.model, 1) as decoding:
        need = _contexts(decoding, setting).tokens_kept(setting.ways)
    with ExitStack() as stack:
        decoding = yield from _entered(stack, registry, setting.model, need)
        contexts = _contexts(decoding, setting)
        window = min(setting.window, decoding.window)
        trace = Trace(setting, (), contexts.count, contexts.cut, window, decoding.window, 0.0, 0.0)
        for event in answering(registry, contexts, setting.question, setting.ways, setting.rule):
            seconds = time.perf_counter() - began
            if isinstance(event, Written):
                spoken = tuple(map(_spoken, event.answers))
                first = trace.first or seconds
                trace = replace(trace, spoken=spoken, first=first, seconds=seconds)
                yield trace
            else:
                share = event.done / max(event.total, 1)
                yield Progress(event.done, event.total, seconds, share=share)
    return replace(trace, done=True)


def _entered(
    stack: ExitStack, registry: Registry, model: str, need: int
) -> Generator[Progress, None, Decoding]:
    """Rows on a model; where others hold the memory they are waited for, a while."""
    began = time.monotonic()
    while True:
        try:
            return stack.enter_context(registry.decoding(model, need))
        except MemoryBudgetError:
            if time.monotonic() - began > PATIENCE:
                raise
        yield Progress(0, 0, time.monotonic() - began)
        time.sleep(_LOOK)


def _contexts(decoding: Decoding, setting: Setting) -> Contexts:
    tokens = question_tokens(decoding, setting.question)
    new_tokens = setting.rule.new_tokens
    return Contexts(decoding, setting.contexts, tokens, new_tokens, setting.window)


def _spoken(answer: Answer) -> Spoken:
    return Spoken(
        answer.way,
        answer.context,
        tuple(answer.tokens),
        answer.text,
        answer.cut,
        answer.ended,
    )
