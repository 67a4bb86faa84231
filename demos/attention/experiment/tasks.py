"""What is learnt: small synthetic languages, drawn anew at every step.

Generation: an input, a separator, an output that follows from the input; loss on the output alone.
Masked: a sequence of which a fifth is hidden; loss on what is hidden.

Held-out examples are those whose input (masked: whole sequence) has a checksum divisible by eight;
such examples are never trained on, so the two sets are disjoint by construction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from demos.attention.experiment.hidden_markov import Language, sparse_language

Family = Literal["generation", "masked"]
Tokens = NDArray[np.int64]

IGNORED = -1  # a target without loss
HIDDEN_SHARE = 0.2
_HELD_OUT_ONE_IN = 8
_PRIME = 2_147_483_647


@dataclass(frozen=True)
class Task:
    """A language to learn.

    Attributes:
        key: its name.
        family: see the module.
        symbols: different tokens, the last of which is the separator, or what hides a token.
        prefix: positions of input and separator; nought in the masked family.
        length: tokens the model reads.
        draw: whole examples [count, length], in the generation family [count, length + 1].
    """

    key: str
    family: Family
    symbols: int
    prefix: int
    length: int
    draw: Callable[[Generator, int], Tokens]


@dataclass(frozen=True)
class Batch:
    """What the model reads [count, n], and what it shall say at each position [count, n], IGNORED
    where it is not asked."""

    tokens: Tokens
    targets: Tokens


def examples(task: Task, random: Generator, count: int, held_out: bool = False) -> Batch:
    """Draw examples to train on, or held-out ones."""
    wholes = np.empty((0, task.length + (task.family == "generation")), dtype=np.int64)
    while len(wholes) < count:
        missing = count - len(wholes)
        drawn = task.draw(random, missing * (_HELD_OUT_ONE_IN if held_out else 1) + 8)
        wholes = np.concatenate([wholes, drawn[is_held_out(task, drawn) == held_out]])
    wholes = wholes[:count]
    return _asked(task, wholes) if task.family == "generation" else _hidden(task, random, wholes)


def is_held_out(task: Task, wholes: Tokens) -> NDArray[np.bool_]:
    """Whether examples [count, ...] belong to the held-out ones [count]."""
    decides = wholes[:, : task.prefix or None]
    factors = np.random.default_rng(0).integers(1, _PRIME, size=decides.shape[1])
    checksums = (decides * factors).sum(axis=1) % _PRIME
    held_out: NDArray[np.bool_] = checksums % _HELD_OUT_ONE_IN == 0
    return held_out


def _asked(task: Task, wholes: Tokens) -> Batch:
    targets = wholes[:, 1:].copy()
    targets[:, : task.prefix - 1] = IGNORED  # the separator's place asks for the first output
    return Batch(wholes[:, :-1], targets)


def _hidden(task: Task, random: Generator, wholes: Tokens) -> Batch:
    hidden = random.random(wholes.shape) < HIDDEN_SHARE  # [count, n]
    tokens = np.where(hidden, task.symbols - 1, wholes)
    return Batch(tokens, np.where(hidden, wholes, IGNORED))


# --- generation ---------------------------------------------------------------------------------


def _joined(inputs: Tokens, outputs: Tokens, symbols: int) -> Tokens:
    separators = np.full((len(inputs), 1), symbols - 1)
    return np.concatenate([inputs, separators, outputs], axis=1)


def _sort_task(items: int = 12, values: int = 32) -> Task:
    """A list of values; output them in rising order."""
    symbols = values + 1

    def draw(random: Generator, count: int) -> Tokens:
        inputs = random.integers(values, size=(count, items))
        return _joined(inputs, np.sort(inputs, axis=1), symbols)

    return Task("sort", "generation", symbols, items + 1, 2 * items, draw)


def _latest_task(items: int = 16, different: int = 8, values: int = 24) -> Task:
    """A list with repeats; output each of its values once, in the order of their last places."""
    symbols = values + 1

    def draw(random: Generator, count: int) -> Tokens:
        chosen = random.random((count, values)).argsort(axis=1)[:, :different]
        once = np.broadcast_to(np.arange(different), (count, different))
        again = random.integers(different, size=(count, items - different))
        which = random.permuted(np.concatenate([once, again], axis=1), axis=1)  # [count, items]
        at = which[:, :, None] == np.arange(different)  # [count, items, different]
        last = items - 1 - at[:, ::-1].argmax(axis=1)  # [count, different]
        inputs = np.take_along_axis(chosen, which, axis=1)
        outputs = np.take_along_axis(chosen, last.argsort(axis=1), axis=1)
        return _joined(inputs, outputs, symbols)

    return Task("latest", "generation", symbols, items + 1, items + different, draw)


def _addition_task(digits: int = 4) -> Task:
    """Two numbers, digit by digit from the left; output their sum in the same way."""
    symbols = 12  # ten digits, the plus sign, the separator
    powers = 10 ** np.arange(digits, -1, -1)  # [digits + 1]

    def draw(random: Generator, count: int) -> Tokens:
        terms = random.integers(10**digits, size=(2, count, 1))
        one, other = terms // powers[1:] % 10  # [count, digits]
        plus = np.full((count, 1), 10)
        total = terms.sum(axis=0) // powers % 10  # [count, digits + 1]
        return _joined(np.concatenate([one, plus, other], axis=1), total, symbols)

    inputs = 2 * digits + 1
    return Task("addition", "generation", symbols, inputs + 1, inputs + digits + 1, draw)


# --- masked -------------------------------------------------------------------------------------


def _brackets_task(length: int = 24, kinds: int = 4) -> Task:
    """Balanced brackets of several kinds; a hidden one follows from its partner."""

    def draw(random: Generator, count: int) -> Tokens:
        rows = np.arange(count)
        stack = np.zeros((count, length // 2 + 1), dtype=np.int64)  # kinds of what is open
        depth = np.zeros(count, dtype=np.int64)
        out = np.empty((count, length), dtype=np.int64)
        opens_by_chance = random.random((count, length)) < 0.5
        kind = random.integers(kinds, size=(count, length))
        for place in range(length):
            opens = (depth == 0) | (opens_by_chance[:, place] & (depth < length - place))
            out[:, place] = np.where(opens, kind[:, place], kinds + stack[rows, depth])
            depth += np.where(opens, 1, -1)
            stack[rows[opens], depth[opens]] = kind[opens, place]
        return out

    return Task("brackets", "masked", 2 * kinds + 1, 0, length, draw)


def _repetition_task(length: int = 24, values: int = 12, longest: int = 8) -> Task:
    """A word of three to eight symbols over and over, begun anywhere; its length is not told."""

    def draw(random: Generator, count: int) -> Tokens:
        words = random.integers(values, size=(count, longest))
        period = random.integers(3, longest + 1, size=(count, 1))
        return np.take_along_axis(words, np.arange(length) % period, axis=1)

    return Task("repetition", "masked", values + 1, 0, length, draw)


HIDDEN_MARKOV: Language = sparse_language(states=8, symbols=16, successors=2)


def _hidden_markov_task(length: int = 24) -> Task:
    """What a hidden Markov chain says; a hidden symbol is best guessed from both sides."""
    symbols = HIDDEN_MARKOV.symbols + 1
    return Task(
        "hidden_markov",
        "masked",
        symbols,
        0,
        length,
        lambda random, count: HIDDEN_MARKOV.draw(random, count, length),
    )


_ALL = (
    _sort_task(),
    _latest_task(),
    _addition_task(),
    _brackets_task(),
    _repetition_task(),
    _hidden_markov_task(),
)
TASKS: Mapping[str, Task] = {task.key: task for task in _ALL}
