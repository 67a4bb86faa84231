"""Late interaction: a unit vector for every token of a text; two texts meet in the best matches.

The score of a pair is symmetric and does not grow with length: the mean over the tokens of one text
of the greatest cosine to a token of the other, averaged over both directions. Special tokens count
like any other, as in sentence-transformers' MultiVectorEncoder. `models/maxsim.py` scores pairs of
finished vectors; here is what needs a model or a gradient.

Source: Khattab and Zaharia, arXiv 2004.12832 (ColBERT), whose score is the sum of one direction.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

_PAIRS_AT_ONCE = 64


def projection(width: int, dimensions: int) -> nn.Linear:
    """A linear layer [d, p] behind token vectors that keeps lengths and angles where it can."""
    layer = nn.Linear(width, dimensions, bias=False)
    nn.init.orthogonal_(layer.weight)
    return layer


def mean_max_similarity(firsts: Sequence[Tensor], seconds: Sequence[Tensor]) -> Tensor:
    """Scores of pairs [n] in [-1, 1], with a gradient through the greatest cosines.

    Args:
        firsts, seconds: unit token vectors [t, d] of the two texts of each pair, on one device.
    """
    if not firsts:
        return torch.zeros(0)
    order = sorted(range(len(firsts)), key=lambda pair: max(len(firsts[pair]), len(seconds[pair])))
    scores = []
    for start in range(0, len(order), _PAIRS_AT_ONCE):  # of like length: little padding
        part = order[start : start + _PAIRS_AT_ONCE]
        scores.append(_padded([firsts[i] for i in part], [seconds[i] for i in part]))
    places = torch.empty(len(order), dtype=torch.long)
    places[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(scores)[places.to(firsts[0].device)]  # [n]


def _padded(firsts: Sequence[Tensor], seconds: Sequence[Tensor]) -> Tensor:
    a, b = (pad_sequence(list(side), batch_first=True) for side in (firsts, seconds))
    in_a, in_b = (_mask(side, a.device) for side in (firsts, seconds))  # [p, t], [p, u]
    cosines = a @ b.mT  # [p, t, u]
    of_a = cosines.masked_fill(~in_b.unsqueeze(1), -torch.inf).amax(dim=2)  # [p, t]
    of_b = cosines.masked_fill(~in_a.unsqueeze(2), -torch.inf).amax(dim=1)  # [p, u]
    return (_mean(of_a, in_a) + _mean(of_b, in_b)) / 2  # [p]


def _mask(texts: Sequence[Tensor], device: torch.device) -> Tensor:
    """Which slots of padded texts hold a token, [p, t]."""
    lengths = torch.tensor([len(text) for text in texts], device=device)  # [p]
    return torch.arange(int(max(map(len, texts))), device=device) < lengths.unsqueeze(1)


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens that there are: [p, t] to [p]."""
    return values.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)
