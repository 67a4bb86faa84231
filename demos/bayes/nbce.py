"""Naive Bayes context extension: one next-token distribution from those of many contexts.

    log p(T | S_1 ... S_n) = (1 + beta) P[log p(T | S)] - beta log p(T) + c

P pools over the contexts; p(T) is the model's own distribution without any. The rule is that of the
author's public code (kexue.fm/archives/9617 and 9632), whose details decide the outcome:

- every distribution is first cut to its nucleus: the fewest tokens that hold `top_p`;
- entropies are taken of what is left, not brought to a sum of 1 again;
- the context chosen at the token before gets a discount of `eta`, so that one does not switch for
  nothing;
- where the empty context has cut a token off, P stands alone;
- the empty context is never chosen.

The mean of log probabilities is taken of whole distributions and cut afterwards: a token outside
one context's nucleus would be lost to all.

Another public implementation (`variant="any_row"`) has no eta, takes entropies of whole
distributions, cuts nothing, and lets the empty context be chosen, where the rule gives p(T) itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Pooling = Literal["min_entropy", "mean", "max"]
Variant = Literal["author", "any_row"]
POOLINGS: tuple[Pooling, ...] = ("min_entropy", "mean", "max")
VARIANTS: tuple[Variant, ...] = ("author", "any_row")
BETA, ETA, TOP_P = 0.25, 0.1, 0.95
_USUAL_NUCLEI = 512, 4096  # tokens
_CUT = -100.0  # log probabilities below are taken for cut off, as in the author's code


@dataclass(frozen=True)
class Combined:
    """The next token's distribution, and where it comes from.

    Attributes:
        log_probs: [V], sums to 1.
        chosen: the row of the context of least entropy, from 1; 0 is the empty one. With other
            poolings it is the context that says most of the likeliest token.
        entropies: of every row in nats, before any discount [n + 1].
    """

    log_probs: Tensor
    chosen: int
    entropies: Tensor


def combine(
    logits: Tensor,
    beta: float = BETA,
    eta: float = ETA,
    top_p: float = TOP_P,
    previous: int | None = None,
    pooling: Pooling = "min_entropy",
    variant: Variant = "author",
) -> Combined:
    """Combine what a model says after each context.

    Args:
        logits: [n + 1, V], row 0 after the question alone; -inf is allowed.
        beta: how much of p(T) is taken away; -1 leaves p(T), 0 leaves the pooled contexts.
        eta: the discount of the context of the token before, nats.
        top_p: of the nucleus; 1 cuts nothing.
        previous: the row chosen at the token before.
        pooling: the context of least entropy, the mean of log probabilities, or their maximum.
        variant: see the module.

    Raises:
        ValueError: there is no context, or a parameter out of its range.
    """
    _check(logits, beta, top_p, pooling, variant)
    whole = torch.log_softmax(logits, dim=-1)  # [n + 1, V]
    by_author = variant == "author"
    rows = nucleus(whole, top_p) if by_author else whole
    entropies = _entropies(rows)
    first = 1 if by_author else 0
    chosen = _least(entropies, previous if by_author else None, eta, first)
    pooled = _pooled(whole, rows, chosen, pooling, top_p if by_author else 1.0)  # [V]
    alone = rows[0]
    # Tokens that the pooled contexts have cut stay cut, whatever the sign of beta says.
    known = (alone > _CUT) & (pooled > -math.inf)
    merged = torch.where(known, (1 + beta) * pooled - beta * alone, pooled)
    if beta == -1:  # what is left is p(T) alone, also where no context has the token
        merged = alone
    if pooling != "min_entropy":
        chosen = teller(whole, int(merged.argmax()))
    return Combined(torch.log_softmax(merged, dim=-1), chosen, entropies)


def teller(log_probs: Tensor, token: int) -> int:
    """The context that says most of a token, from 1; of whole distributions [n + 1, V]."""
    return 1 + int(log_probs[1:, token].argmax())


def nucleus(log_probs: Tensor, top_p: float) -> Tensor:
    """Log probabilities with -inf outside the nucleus, not brought to a sum of 1 again.

    The nucleus: as many of the likeliest tokens as hold at least `top_p`; one at least.

    Args:
        log_probs: [..., V].
    """
    if top_p >= 1:
        return log_probs
    size = log_probs.shape[-1]
    for count in (*_USUAL_NUCLEI, size):  # sorting all is rarely needed
        count = min(count, size)
        falling, order = torch.topk(log_probs, count, dim=-1)
        held = falling.exp().cumsum(dim=-1)
        if count == size or bool((held[..., -1] >= top_p).all()):
            break
    kept = held - falling.exp() < top_p  # what is likelier does not hold it yet
    cut = torch.full_like(log_probs, -math.inf)
    return cut.scatter_(-1, order, falling.masked_fill(~kept, -math.inf))


def _entropies(rows: Tensor) -> Tensor:
    """-sum p log p of each row, nothing counted where p is 0 [n + 1]."""
    return -(rows.exp() * rows.clamp(_CUT, 0.0)).sum(dim=-1)


def _least(entropies: Tensor, previous: int | None, eta: float, first: int) -> int:
    """The row of least entropy from `first` on; of equals the first."""
    discounted = entropies.clone()
    if previous is not None:
        discounted[previous] -= eta
    return first + int(discounted[first:].argmin())


def _pooled(whole: Tensor, rows: Tensor, chosen: int, pooling: Pooling, top_p: float) -> Tensor:
    """P over the contexts [V], of whole distributions or of those cut to their nuclei (`rows`)."""
    if pooling == "min_entropy":
        return rows[chosen]
    if pooling == "max":
        return rows[1:].amax(dim=0)
    return nucleus(torch.log_softmax(whole[1:].mean(dim=0), dim=-1), top_p)


def _check(logits: Tensor, beta: float, top_p: float, pooling: str, variant: str) -> None:
    if logits.ndim != 2 or len(logits) < 2:
        raise ValueError("logits are [n + 1, V] with at least one context")
    if not (math.isfinite(beta) and 0 < top_p <= 1):
        raise ValueError("beta is a number and top_p lies in (0, 1]")
    if pooling not in POOLINGS or variant not in VARIANTS:
        raise ValueError("no such pooling or variant")
