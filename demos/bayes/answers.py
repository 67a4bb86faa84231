"""Several ways to answer a question from contexts, token by token and side by side.

All rows of all ways are read in one batch a step, so the model's weights are read once for all. A
context is read once, whoever answers from it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from demos.bayes.nbce import BETA, ETA, TOP_P, Combined, Pooling, Variant, combine
from models.decoding import Decoding
from models.llama import LlamaRow
from models.registry import Registry

Way = Literal["nbce", "mean", "max", "concatenated", "windows", "alone"]
WAYS: tuple[Way, ...] = ("nbce", "mean", "max", "concatenated", "windows", "alone")
CANDIDATES = 5  # likeliest tokens that are kept of every source
NEW_TOKENS = 48
READ_AT_ONCE = 640  # tokens


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
    """The likeliest tokens of one source, falling."""

    ids: tuple[int, ...]
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Token:
    """One token of an answer.

    Attributes:
        id: of the token.
        text: what it adds to the answer; a character of several tokens comes with the last.
        chosen: the row that it comes from, 0 the empty context; None where there is one row alone.
        entropies: of every row in nats; empty where there is one row alone.
        probability: of the token in the distribution it was taken from.
        combined: the likeliest tokens of that distribution.
        sources: those of every row, the empty context first.
    """

    id: int
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
class Reading:
    """How many rows have been read of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Written:
    """Every answer that was not done got one more token."""

    answers: tuple[Answer, ...]


Event = Reading | Written


@dataclass(frozen=True)
class Asked:
    """A question about contexts, in the model's own tokens.

    Attributes:
        contexts: tokens of each, the chat format's beginning included.
        question: tokens, the chat format's end included.
        bare: the question without any context.
        all: all contexts in one message, those that fit.
        cut: tokens of the contexts that did not.
    """

    contexts: tuple[list[int], ...]
    question: list[int]
    bare: list[int]
    all: list[int]
    cut: int


def ask(decoding: Decoding, contexts: Sequence[str], question: str, new_tokens: int) -> Asked:
    """Messages to the model: a context and the question, the question alone, and all in one."""
    asked = f"\n\n{question.strip()}"
    parts = [decoding.prompt(context.strip(), asked) for context in contexts]
    room = decoding.window - new_tokens - len(parts[0][1]) - len(parts[0][0])
    whole, cut = "\n\n".join(context.strip() for context in contexts), 0
    if (count := decoding.count(whole)) > room:
        whole, cut = decoding.cut(whole, room), count - room
    return Asked(
        tuple(first for first, _ in parts),
        parts[0][1],
        decoding.prompt(question.strip())[0],
        [token for part in decoding.prompt(whole, asked) for token in part],
        cut,
    )


def tokens_kept(asked: Asked, ways: Sequence[Way], new_tokens: int) -> int:
    """Tokens that all rows together will keep: what room has to be made for."""
    each = [len(context) + len(asked.question) + new_tokens for context in asked.contexts]
    combined = sum(each) + len(asked.bare) + new_tokens
    need = {
        **dict.fromkeys(("nbce", "mean", "max"), combined),
        "concatenated": len(asked.all) + new_tokens,
        "windows": combined,
        "alone": sum(each),
    }
    return combined + sum(need[way] for way in ways)


def answering(
    registry: Registry, decoding: Decoding, asked: Asked, ways: Sequence[Way], rule: Rule
) -> Generator[Event, None, tuple[Answer, ...]]:
    """Answer in every way; closing the iterator ends it between two steps.

    Raises:
        ModelError: a context is longer than the model's window, or there is no memory left.
    """
    prepared = _Prepared(decoding, asked)
    yield from prepared.reading(ways)
    answers = prepared.answers(ways, rule)
    random = np.random.default_rng(rule.seed)
    logits = [prepared.logits[answer] for answer in answers]
    going = list(answers)
    while going:
        plans = [_Plan.of(answer) for answer in going]
        found = registry.run(_next_of_all, logits, plans)
        for answer, each in zip(going, found, strict=True):
            _write(decoding, answer, each, random)
        yield Written(tuple(answers))
        going = [answer for answer in going if not answer.done]
        if going:
            rows = [row for answer in going for row in answer.rows]
            new = [[answer.tokens[-1].id] for answer in going for _ in answer.rows]
            read = decoding.read(rows, new)  # [all rows, V]
            logits = list(read.split([len(answer.rows) for answer in going]))
    return tuple(answers)


class _Prepared:
    """Contexts read once, and rows for every way made of them."""

    def __init__(self, decoding: Decoding, asked: Asked):
        self._decoding = decoding
        self._asked = asked
        self._after: list[Tensor] = []  # logits [V] after the bare question, then each context
        self._rows: list[LlamaRow] = []
        self._one: dict[Way, tuple[LlamaRow, Tensor]] = {}
        self.logits: dict[Answer, Tensor] = {}

    def reading(self, ways: Sequence[Way]) -> Generator[Reading, None, None]:
        """Read what the ways need, one row after the other."""
        asked, decoding = self._asked, self._decoding
        shared = [asked.bare, *([*context, *asked.question] for context in asked.contexts)]
        whole = [asked.all] if "concatenated" in ways else []
        apart = asked.contexts if "windows" in ways else ()
        longest = max(len(context) for context in asked.contexts)
        starts = [longest - len(context) for context in apart]  # all end at the same place
        reads = [*shared, *whole, *apart]
        rows = [decoding.row(start) for start in [0] * len(shared + whole) + starts]
        logits: list[Tensor] = []
        yield Reading(0, len(reads))
        for first, last in _batches([len(tokens) for tokens in reads]):
            logits += decoding.read(rows[first:last], reads[first:last])
            yield Reading(last, len(reads))
        self._rows, self._after = rows[: len(shared)], logits[: len(shared)]
        if whole:
            self._one["concatenated"] = rows[len(shared)], logits[len(shared)]
        if apart:
            row = decoding.join(rows[-len(apart) :])
            self._one["windows"] = row, decoding.read([row], [asked.question])[0]

    def answers(self, ways: Sequence[Way], rule: Rule) -> list[Answer]:
        """Empty answers with rows of their own, and the logits before their first token."""
        answers: list[Answer] = []
        for way in ways:
            if way in self._one:
                row, logits = self._one[way]
                cut = self._asked.cut if way == "concatenated" else 0
                self._add(answers, Answer(way, rule, [row], cut=cut), logits[None])
            elif way == "alone":
                for number, row in enumerate(self._decoding.copies(self._rows[1:]), start=1):
                    answer = Answer(way, rule, [row], context=number)
                    self._add(answers, answer, self._after[number][None])
            else:
                rows = self._decoding.copies(self._rows)
                self._add(answers, Answer(way, rule, rows), _stacked(self._after))
        return answers

    def _add(self, answers: list[Answer], answer: Answer, logits: Tensor) -> None:
        answers.append(answer)
        self.logits[answer] = logits


def _batches(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the rows to be read at once: some hundred tokens, so that a cancel is felt
    and progress seen."""
    first = 0
    while first < len(lengths):
        last = first + 1
        while last < len(lengths) and sum(lengths[first : last + 1]) <= READ_AT_ONCE:
            last += 1
        yield first, last
        first = last


def _stacked(rows: Sequence[Tensor]) -> Tensor:
    return torch.from_numpy(np.stack([row.numpy() for row in rows]))  # [n + 1, V]


@dataclass(frozen=True)
class _Plan:
    """What the device needs to know of an answer to find its next distribution."""

    rule: Rule
    pooling: Pooling | None  # None where there is one row alone
    previous: int | None

    @staticmethod
    def of(answer: Answer) -> _Plan:
        poolings: dict[Way, Pooling] = {
            "nbce": answer.rule.pooling,
            "mean": "mean",
            "max": "max",
        }
        previous = answer.tokens[-1].chosen if answer.tokens else None
        return _Plan(answer.rule, poolings.get(answer.way), previous)


@dataclass(frozen=True)
class _Next:
    """One distribution and its sources, as tensors."""

    combined: Combined | None
    log_probs: Tensor  # [V]
    top: tuple[Tensor, Tensor]  # log probabilities and ids [k]
    sources: tuple[Tensor, Tensor]  # the same [rows, k]


def _next_of_all(logits: Sequence[Tensor], plans: Sequence[_Plan]) -> list[_Next]:
    return [_next(each, plan) for each, plan in zip(logits, plans, strict=True)]


def _next(logits: Tensor, plan: _Plan) -> _Next:
    """On the device: [rows, V] to the next distribution."""
    rule, combined = plan.rule, None
    whole = torch.log_softmax(logits, dim=-1)  # [rows, V]
    if plan.pooling is None:
        log_probs = whole[0]
    else:
        combined = combine(
            *(logits, rule.beta, rule.eta, rule.top_p, plan.previous, plan.pooling, rule.variant)
        )
        log_probs = combined.log_probs
    return _Next(combined, log_probs, _top(log_probs), _top(whole))


def _top(log_probs: Tensor) -> tuple[Tensor, Tensor]:
    values, ids = log_probs.topk(min(CANDIDATES, log_probs.shape[-1]), dim=-1)
    return values, ids


def _write(decoding: Decoding, answer: Answer, found: _Next, random: np.random.Generator) -> None:
    """Take the next token and add it to the answer."""
    log_probs = found.log_probs.numpy()
    token = _drawn(log_probs, answer.rule.temperature, random)
    if token in decoding.ends:
        answer.ended = True
    ids = [*(each.id for each in answer.tokens), token]
    text = decoding.text(ids)
    if text.endswith("\N{REPLACEMENT CHARACTER}"):  # the rest of a character is to come
        text = answer.text
    combined = found.combined
    answer.tokens.append(
        Token(
            token,
            text[len(answer.text) :],
            None if combined is None else combined.chosen,
            () if combined is None else tuple(combined.entropies.tolist()),
            float(np.exp(log_probs[token])),
            _candidates(*found.top),
            tuple(_candidates(*pair) for pair in zip(*found.sources, strict=True)),
        )
    )
    answer.text = text


def _drawn(log_probs: np.ndarray, temperature: float, random: np.random.Generator) -> int:
    if temperature == 0:
        return int(log_probs.argmax())
    scaled = log_probs.astype(np.float64) / temperature
    weights = np.exp(scaled - scaled.max())
    return int(random.choice(len(weights), p=weights / weights.sum()))


def _candidates(values: Tensor, ids: Tensor) -> Candidates:
    return Candidates(tuple(ids.tolist()), tuple(values.exp().tolist()))
