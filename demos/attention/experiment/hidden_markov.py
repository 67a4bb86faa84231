"""A language spoken by a hidden Markov chain, and the best that can be known of a hidden symbol."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Language:
    """A chain over states that says one symbol at each.

    Attributes:
        transition: probability of the next state [states, states].
        emission: probability of a symbol [states, symbols].
        The chain starts in any state with equal probability.
    """

    transition: Values
    emission: Values

    @property
    def symbols(self) -> int:
        return int(self.emission.shape[1])

    def draw(self, random: Generator, count: int, length: int) -> NDArray[np.int64]:
        """Sequences [count, length]."""
        states = np.empty((count, length), dtype=np.int64)
        chance = random.random((2, count, length, 1))
        states[:, 0] = random.integers(len(self.transition), size=count)
        ahead, said = self.transition.cumsum(axis=1), self.emission.cumsum(axis=1)
        for place in range(1, length):
            passed = ahead[states[:, place - 1]] < chance[0, :, place]  # [count, states]
            states[:, place] = passed.sum(axis=1)
        symbols: NDArray[np.int64] = (said[states] < chance[1]).sum(axis=2)
        # Rounding may leave a last sum a hair below one.
        return np.minimum(symbols, self.symbols - 1)

    def posterior(self, tokens: NDArray[np.int64]) -> Values:
        """P(symbol | all others that are shown) at each position [count, n, symbols]: no model can
        know more.

        Args:
            tokens: [count, n]; `symbols` (the first number that is none) where one is hidden.
        """
        n = tokens.shape[1]
        # What is hidden says nothing of the state: its likelihood is 1 whatever the state.
        table = np.concatenate([self.emission.T, np.ones((1, len(self.transition)))])
        likelihood = table[tokens]  # [count, n, states]
        before = np.empty_like(likelihood)  # of a state, from the symbols to its left
        after = np.empty_like(likelihood)  # of the symbols to its right, from a state
        before[:, 0], after[:, -1] = 1 / len(self.transition), 1.0
        for place in range(1, n):
            before[:, place] = _unit(before[:, place - 1] * likelihood[:, place - 1]) @ (
                self.transition
            )
        for place in range(n - 2, -1, -1):
            seen = after[:, place + 1] * likelihood[:, place + 1]
            after[:, place] = _unit(seen @ self.transition.T)
        answer: Values = _unit(before * after) @ self.emission
        return answer


def sparse_language(states: int, symbols: int, successors: int, seed: int = 0) -> Language:
    """A chain in which every state has a few successors and says a few symbols, several of which
    other states say too: one symbol tells little of the state, its neighbours tell much."""
    random = np.random.default_rng(seed)
    transition = np.zeros((states, states))
    emission = np.zeros((states, symbols))
    for state in range(states):
        # One successor is the next state, so that every state is reached.
        others = random.choice(states, size=successors - 1, replace=False)
        chosen = np.unique([(state + 1) % states, *others])
        transition[state, chosen] = random.dirichlet(np.full(len(chosen), 4.0))
        emission[state, random.choice(symbols, size=4, replace=False)] = random.dirichlet([1.0] * 4)
    return Language(transition, emission)


def _unit(values: Values) -> Values:
    result: Values = values / values.sum(axis=-1, keepdims=True)
    return result
