"""From token vectors to one vector a text."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.catalog import PoolingMode


@dataclass(frozen=True)
class TokenStates:
    """The token vectors of several texts one after another, without padding.

    Attributes:
        hidden: [N, d], N the tokens of all texts.
        lengths: tokens of each text, [b], int64, on the same device.
    """

    hidden: Tensor
    lengths: Tensor

    def text_of_token(self) -> Tensor:
        """Which text each token belongs to, [N]."""
        texts = torch.arange(len(self.lengths), device=self.lengths.device)
        return texts.repeat_interleave(self.lengths, output_size=len(self.hidden))

    def position_of_token(self) -> Tensor:
        """Each token's place in its text, [N]."""
        first = (self.lengths.cumsum(0) - self.lengths)[self.text_of_token()]
        return torch.arange(len(self.hidden), device=self.lengths.device) - first

    def without_first(self, count: int) -> TokenStates:
        """Without the first `count` tokens of each text."""
        kept = self.hidden[self.position_of_token() >= count]
        return TokenStates(kept, (self.lengths - count).clamp(min=0))


def pool(states: TokenStates, mode: PoolingMode) -> Tensor:
    """One vector a text, [b, d], float32: sums in bf16 would lose precision.

    Args:
        states: token vectors in any dtype.
        mode: sentence-transformers' name of the pooling.
    """
    hidden, lengths = states.hidden.float(), states.lengths  # [N, d], [b]
    ends = lengths.cumsum(0)  # [b]
    if mode == "cls":
        return hidden[ends - lengths]
    if mode == "lasttoken":
        return hidden[ends - 1]
    text = states.text_of_token()  # [N]
    zeros = hidden.new_zeros(len(lengths), hidden.shape[1])  # [b, d]
    if mode == "max":
        index = text.unsqueeze(1).expand_as(hidden)
        return zeros.scatter_reduce(0, index, hidden, "amax", include_self=False)
    if mode == "weightedmean":
        weights = (states.position_of_token() + 1).to(hidden.dtype)  # [N]
        total = zeros.index_add(0, text, hidden * weights.unsqueeze(1))
        count = lengths * (lengths + 1) // 2  # 1 + 2 + ... + t
    else:
        total, count = zeros.index_add(0, text, hidden), lengths
    divisor = count.clamp(min=1).to(hidden.dtype).unsqueeze(1)  # [b, 1]
    return total / (divisor.sqrt() if mode == "mean_sqrt_len_tokens" else divisor)
