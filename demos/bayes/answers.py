"""Several ways to answer a question from contexts, token by token and side by side.

All rows of all ways are read in one batch a step, so the model's weights are read once for all.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from demos.bayes.contexts import WAYS, Begun, Contexts, Reading, Way
from demos.bayes.nbce import BETA, ETA, TOP_P, Pooling, Variant, combine, nucleus, teller
from models.decoding import Decoding
from models.llama import LlamaRow
from models.registry import Registry

CANDIDATES = 5  # likeliest tokens that are kept of every source
NEW_TOKENS = 48


@dataclass(frozen=True)
class Rule:
    """How distributions are combined and tokens drawn.

    Attributes:
        beta, eta, top_p, variant: see `nbce.combine`.
        pooling: of the way "nbce"; "mean" and "max" have their own.
        temperature: 0 takes the likeliest token.
        seed: of the draws.
        new_tokens: at most.
    """

    beta: float = BETA
    eta: float = ETA
    top_p: float = TOP_P
    pooling: Pooling = "min_entropy"
    variant: Variant = "author"
    temperature: float = 0.0
    seed: int = 0
    new_tokens: int = NEW_TOKENS


@dataclass(frozen=True)
class Candidates:
    """The likeliest tokens of one source, falling; `names` as people read them."""

    names: tuple[str, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Token:
    """One token of an answer.

    Attributes:
        id: of the token.
        name: as people read it.
        text: what it adds to the answer; a character of several tokens comes with the last.
        chosen: the row that it comes from, 0 the empty context; None where there is one row alone.
        entropies: of every row in nats; empty where there is one row alone.
        probability: of the token in the distribution it was taken from.
        combined: the likeliest tokens of that distribution.
        sources: those of every row, the empty context first.
    """

    id: int
    name: str
    text: str
    chosen: int | None
    entropies: tuple[float, ...]
    probability: float
    combined: Candidates
    sources: tuple[Candidates, ...]


@dataclass(eq=False)
class Answer:
    """An answer while it is written.

    Attributes:
        way: how.
        context: of the way "alone", from 1.
        cut: how many tokens of the contexts did not fit into the window.
        ended: whether the model ended it itself.
    """

    way: Way
    rule: Rule
    rows: list[LlamaRow]
    context: int | None = None
    cut: int = 0
    tokens: list[Token] = field(default_factory=list)
    text: str = ""
    ended: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing comes any more."""
        return self.ended or len(self.tokens) >= self.rule.new_tokens


@dataclass(frozen=True)
class Written:
    """Every answer that was not done got one more token."""

    answers: tuple[Answer, ...]


Event = Reading | Written


def answering(
    registry: Registry,
    contexts: Contexts,
    question: str,
    ways: Sequence[Way],
    rule: Rule,
    only: Sequence[int] | None = None,
) -> Generator[Event, None, tuple[Answer, ...]]:
    """Answer in every way; closing the iterator ends it between two steps.

    Args:
        registry: where it is computed.
        contexts: read already or not.
        question: about them.
        ways: each once.
        rule: of all.
        only: the contexts, from 1, that answer in the way "alone"; None: all.

    Raises:
        ModelError: there is no memory left.
    """
    yield from contexts.reading(ways)
    begun = yield from contexts.begin(question, ways)
    answers, logits = _started(contexts, begun, ways, rule, only)
    going = list(answers)
    while going:
        plans = [_Plan.of(answer) for answer in going]
        found = registry.run(_next_of_all, logits, plans)
        for answer, each in zip(going, found, strict=True):
            _write(contexts.decoding, answer, each)
        yield Written(tuple(answers))
        going = [answer for answer in going if not answer.done]
        if going:
            rows = [row for answer in going for row in answer.rows]
            new = [[answer.tokens[-1].id] for answer in going for _ in answer.rows]
            read = contexts.decoding.read(rows, new)  # [all rows, V]
            logits = list(read.split([len(answer.rows) for answer in going]))
    return tuple(answers)


def _started(
    contexts: Contexts,
    begun: Begun,
    ways: Sequence[Way],
    rule: Rule,
    only: Sequence[int] | None,
) -> tuple[list[Answer], list[Tensor]]:
    """Empty answers with rows of their own, and the logits [rows, V] before their first tokens."""
    answers: list[Answer] = []
    logits: list[Tensor] = []
    for way in ways:
        if way in begun.whole:
            row, after = begun.whole[way]
            cut = contexts.cut if way == "concatenated" else 0
            answers.append(Answer(way, rule, [row], cut=cut))
            logits.append(after[None])
        elif way == "alone":
            numbers = range(1, len(begun.rows)) if only is None else only
            rows = contexts.decoding.copies([begun.rows[i] for i in numbers])
            answers += [
                Answer(way, rule, [row], context=i) for i, row in zip(numbers, rows, strict=True)
            ]
            logits += [begun.logits[i : i + 1] for i in numbers]
        else:
            answers.append(Answer(way, rule, contexts.decoding.copies(begun.rows)))
            logits.append(begun.logits)
    return answers, logits


@dataclass(frozen=True)
class _Plan:
    """What the device needs to know of an answer to find its next token.

    Attributes:
        pooling: None where there is one row alone.
        previous: the row of the token before.
        draw: a number from 0 to 1 that decides where the likeliest token is not simply taken.
    """

    rule: Rule
    pooling: Pooling | None
    previous: int | None
    draw: float

    @staticmethod
    def of(answer: Answer) -> _Plan:
        poolings: dict[Way, Pooling] = {
            "nbce": answer.rule.pooling,
            "mean": "mean",
            "max": "max",
        }
        previous = answer.tokens[-1].chosen if answer.tokens else None
        # Every answer draws for itself: what it says shall not depend on who answers beside it.
        way, step = WAYS.index(answer.way), len(answer.tokens)
        draw = np.random.default_rng([answer.rule.seed, way, answer.context or 0, step]).random()
        return _Plan(answer.rule, poolings.get(answer.way), previous, draw)


@dataclass(frozen=True)
class _Next:
    """A token, its distribution and its sources."""

    token: int
    probability: float
    chosen: int | None
    entropies: Tensor | None  # [rows]
    top: tuple[Tensor, Tensor]  # log probabilities and ids [k]
    sources: tuple[Tensor, Tensor]  # the same [rows, k]


def _next_of_all(logits: Sequence[Tensor], plans: Sequence[_Plan]) -> list[_Next]:
    return [_next(each, plan) for each, plan in zip(logits, plans, strict=True)]


def _next(logits: Tensor, plan: _Plan) -> _Next:
    """On the device: logits [rows, V] to the next token."""
    rule = plan.rule
    whole = torch.log_softmax(logits, dim=-1)  # [rows, V]
    if plan.pooling is None:
        log_probs, chosen, entropies = whole[0], None, None
        if rule.temperature and rule.variant == "author":  # its rivals draw from nuclei as well
            log_probs = torch.log_softmax(nucleus(log_probs, rule.top_p), dim=-1)
        token = _drawn(log_probs, rule.temperature, plan.draw)
    else:
        found = combine(
            *(logits, rule.beta, rule.eta, rule.top_p, plan.previous, plan.pooling, rule.variant)
        )
        log_probs, chosen, entropies = found.log_probs, found.chosen, found.entropies
        token = _drawn(log_probs, rule.temperature, plan.draw)
        if plan.pooling != "min_entropy":  # of the token drawn, not of the likeliest
            chosen = teller(whole, token)
    probability = float(log_probs[token].exp())
    return _Next(token, probability, chosen, entropies, _top(log_probs), _top(whole))


def _drawn(log_probs: Tensor, temperature: float, draw: float) -> int:
    """The likeliest token, or the one that a number from 0 to 1 falls on."""
    if temperature == 0:
        return int(log_probs.argmax())
    held = torch.softmax(log_probs.double() / temperature, dim=-1).cumsum(dim=-1)  # [V]
    place = int(torch.searchsorted(held, draw * held[-1], right=True))
    return min(place, len(held) - 1)


def _top(log_probs: Tensor) -> tuple[Tensor, Tensor]:
    values, ids = log_probs.topk(min(CANDIDATES, log_probs.shape[-1]), dim=-1)
    return values, ids


def _write(decoding: Decoding, answer: Answer, found: _Next) -> None:
    """Add the next token to the answer."""
    token = found.token
    if token in decoding.ends:
        answer.ended = True
    ids = [*(each.id for each in answer.tokens), token]
    text = decoding.text(ids)
    if text.endswith("\N{REPLACEMENT CHARACTER}"):  # the rest of a character is to come
        text = answer.text
    answer.tokens.append(
        Token(
            token,
            decoding.names([token])[0],
            text[len(answer.text) :],
            found.chosen,
            () if found.entropies is None else tuple(found.entropies.tolist()),
            found.probability,
            _candidates(decoding, *found.top),
            tuple(_candidates(decoding, *pair) for pair in zip(*found.sources, strict=True)),
        )
    )
    answer.text = text


def _candidates(decoding: Decoding, values: Tensor, ids: Tensor) -> Candidates:
    """Those that have any probability; a nucleus may hold fewer."""
    held = int((values > -math.inf).sum())
    names = decoding.names(ids[:held].tolist())
    return Candidates(names, tuple(np.exp(values[:held].numpy()).tolist()))
