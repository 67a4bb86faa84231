"""Late interaction over a corpus: a vector for every token of every item, read whole at each query.

The score of a query with an item is the one of `models.maxsim`: the mean over the tokens of one
side of the greatest cosine to a token of the other side, averaged over both directions. It costs no
cross-encoder call, but some t vectors an item instead of one, and as many more products.

All tokens lie in one matrix [N, d], item after item, so that an item's best match is a maximum over
a stretch of rows. Source: Khattab and Zaharia, arXiv 2004.12832 (ColBERT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from demos.retrieval.scan import in_scanning_format

_ITEMS_AT_ONCE = 512


@dataclass(frozen=True)
class LateIndex:
    """Token vectors of the items.

    Attributes:
        vectors: unit vectors of all tokens [N, d], item after item, in the format of a scan.
        lengths: tokens of each item [n], one at least.
    """

    vectors: Tensor
    lengths: Tensor


def pack(items: Sequence[Tensor]) -> LateIndex:
    """Token vectors [t, d] of each item as one matrix."""
    lengths = torch.tensor([len(vectors) for vectors in items], dtype=torch.int64)  # [n]
    return LateIndex(in_scanning_format(torch.cat(list(items))), lengths)


def joined(parts: Sequence[LateIndex]) -> LateIndex:
    """The items of several indexes, in a row."""
    return LateIndex(
        torch.cat([part.vectors for part in parts]), torch.cat([part.lengths for part in parts])
    )


def one_vector_each(vectors: Tensor) -> LateIndex:
    """Vectors [n, d] as items of a single token: late interaction is then the cosine."""
    return LateIndex(vectors, torch.ones(len(vectors), dtype=torch.int64, device=vectors.device))


def padded(queries: Sequence[Tensor]) -> Tensor:
    """Token vectors [t, d] of each query in one tensor [q, t, d]; rows of nought are no tokens."""
    return pad_sequence(list(queries), batch_first=True)


def late_scores(index: LateIndex, query: Tensor) -> Tensor:
    """The scores of a query's unit token vectors [t, d] with all items [n], float32.

    Computed in the number format of the index: good for a shortlist.
    """
    query = query.to(index.vectors.dtype)
    scores, start = [], 0
    for lengths in index.lengths.split(_ITEMS_AT_ONCE):
        end = start + int(lengths.sum())
        cosines = (index.vectors[start:end] @ query.mT).float()  # [tokens, t]
        of_query = torch.segment_reduce(cosines, "max", lengths=lengths)  # [items, t]
        of_items = torch.segment_reduce(cosines.amax(dim=1), "mean", lengths=lengths)  # [items]
        scores.append((of_query.mean(dim=1) + of_items) / 2)
        start = end
    return torch.cat(scores)


def best_items(index: LateIndex, queries: Tensor, count: int) -> Tensor:
    """The items of greatest score [q, count] for padded queries [q, t, d], best first."""
    rows = [late_scores(index, query[query.any(dim=1)]).topk(count).indices for query in queries]
    return torch.stack(rows)
