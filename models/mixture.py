"""Two scores of the same inputs as one: a weighted mean after both have been standardised.

    mixed = weight * z(first) + (1 - weight) * z(second)

A bi-encoder's cosine and a cross-encoder's logit have different units, so each is first brought to
mean 0 and standard deviation 1 over what is compared: the candidates of one query, or the pairs of
one table. Two models that err in different places are right more often together than either alone.

The weight is chosen on other queries or pairs than it is reported on (`models.train.parts`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Values = NDArray[np.float64]

WEIGHTS: tuple[float, ...] = tuple(step / 20 for step in range(21))  # what a choice is made among
EQUAL_WEIGHT = 0.5


def standardised(scores: ArrayLike) -> Values:
    """Scores [..., m] with mean 0 and standard deviation 1 along the last axis.

    Where all scores of a row are equal they say nothing: the row is 0.

    Raises:
        ValueError: a score is not finite.
    """
    values = np.asarray(scores, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("only finite scores can be standardised")
    if not values.size:
        return values
    centred = values - values.mean(axis=-1, keepdims=True)
    spread = values.std(axis=-1, keepdims=True)
    # Equal scores differ from their mean by rounding, which is nothing to be enlarged.
    noise = 1e-12 * np.abs(values).max(axis=-1, keepdims=True)
    result: Values = np.zeros_like(centred)
    np.divide(centred, spread, out=result, where=spread > noise)
    return result


def mixed(first: ArrayLike, second: ArrayLike, weight: float) -> Values:
    """The mixture [..., m] of two scores [..., m] of the same inputs.

    Args:
        weight: of the first, in [0, 1]; 1 orders as the first alone, 0 as the second.

    Raises:
        ValueError: shapes differ, a score is not finite, or the weight is outside [0, 1].
    """
    if not 0 <= weight <= 1:
        raise ValueError(f"the weight is {weight}; it has to be between 0 and 1")
    one, other = standardised(first), standardised(second)
    if one.shape != other.shape:
        raise ValueError(f"scores of shape {one.shape} beside scores of shape {other.shape}")
    return weight * one + (1 - weight) * other


def choose_weight(value_of: Callable[[float], float], weights: Sequence[float] = WEIGHTS) -> float:
    """The weight of greatest value; of equally good ones the one nearest to equal weights.

    Args:
        value_of: how good the mixture with a weight is, on inputs that report nothing afterwards.

    Raises:
        ValueError: there is no weight to choose from, or none whose value is a number.
    """
    values = [(value_of(weight), weight) for weight in weights]
    usable = [(value, weight) for value, weight in values if not np.isnan(value)]
    if not usable:
        raise ValueError("no weight has a value")
    best = max(value for value, _ in usable)
    equal = [weight for value, weight in usable if value == best]
    return min(equal, key=lambda weight: abs(weight - EQUAL_WEIGHT))
