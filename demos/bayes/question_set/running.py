"""The question set answered in several ways."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from demos.bayes.answers import Rule, answering
from demos.bayes.contexts import WAYS, Contexts, Way, question_tokens
from demos.bayes.loading import loading
from demos.bayes.passages import bundled
from demos.bayes.question_set.questions import Question, bundled_questions
from demos.bayes.question_set.scoring import Mean, Score, mean, score, share
from demos.frame.steps import result_of, showing
from models.catalog import SMOLLM2
from models.decoding import Decoding
from models.registry import Registry
from models.work import Progress


@dataclass(frozen=True)
class Setting:
    """How many of the questions are asked, who answers, and by which rule.

    The way "alone" is the passage that holds the answer, alone: what the model could reach.
    `window`: tokens that everything in one text may take; None: the model's window.
    """

    questions: int
    ways: tuple[Way, ...] = WAYS
    rule: Rule = Rule(new_tokens=24)  # noqa: RUF009  # frozen itself
    model: str = SMOLLM2.key
    window: int | None = None


@dataclass(frozen=True)
class Answered:
    """One question: what every way said."""

    question: Question
    said: dict[Way, str]

    def score(self, way: Way) -> Score:
        """Of one way's answer."""
        return score(self.said[way], self.question.answer)


@dataclass(frozen=True)
class Means:
    """Of one way over all questions."""

    exact: Mean
    f1: Mean
    holds: Mean


@dataclass(frozen=True)
class Outcome:
    """All questions answered so far."""

    setting: Setting
    answered: tuple[Answered, ...]
    seconds: float

    def means(self, way: Way) -> Means:
        """Mean scores with intervals; there has to be a question."""
        scores = [each.score(way) for each in self.answered]
        return Means(
            share([each.exact for each in scores]),
            mean([each.f1 for each in scores]),
            share([each.holds for each in scores]),
        )


def asking(setting: Setting, registry: Registry) -> Generator[Progress, None, Outcome]:
    """Ask one question after the other; the contexts are read once for all."""
    for waited in loading(registry, setting.model):
        yield Progress(0, setting.questions, waited)
    began = time.perf_counter()
    questions = bundled_questions()[: setting.questions]
    yield Progress(0, len(questions), 0.0)
    with registry.decoding(setting.model, 1) as decoding:
        need = _contexts(decoding, setting, questions).tokens_kept(setting.ways)
    answered: list[Answered] = []
    with registry.decoding(setting.model, need) as decoding:
        contexts = _contexts(decoding, setting, questions)
        for number, question in enumerate(questions):
            steps = answering(
                *(registry, contexts, question.text, setting.ways, setting.rule),
                only=[question.passage],
            )
            shown = _within(setting, number, len(questions), began)
            answers = yield from showing(steps, shown)
            answered.append(Answered(question, {answer.way: answer.text for answer in answers}))
    return Outcome(setting, tuple(answered), time.perf_counter() - began)


def _within(
    setting: Setting, number: int, total: int, began: float
) -> Callable[[object], Progress]:
    """Progress between two tokens of a question, so that a cancel is felt at once."""
    count = itertools.count(1)

    def progress(_: object) -> Progress:
        within = min(next(count) / (setting.rule.new_tokens + 6), 1.0)
        seconds = time.perf_counter() - began
        return Progress(number, total, seconds, share=(number + within) / total)

    return progress


def outcome_of(setting: Setting, registry: Registry) -> Outcome:
    """All questions, where nobody watches."""
    return result_of(asking(setting, registry))


def _contexts(decoding: Decoding, setting: Setting, questions: tuple[Question, ...]) -> Contexts:
    longest = max(question_tokens(decoding, question.text) for question in questions)
    return Contexts(decoding, bundled(), longest, setting.rule.new_tokens, setting.window)
