"""A registry that knows one made-up model, and computes at once on the caller's thread."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import torch

from models.attention import Attention


def made_up(
    n: int,
    layers: int = 2,
    heads: int = 4,
    kv: int = 2,
    causal: bool = True,
    pair: bool = False,
    tokens: tuple[str, ...] | None = None,
    bias: bool = False,
) -> Attention:
    """Random queries and keys; of a pair, special tokens stand first, between and last."""
    generator = torch.Generator().manual_seed(0)
    parts = [0] * n
    if pair:
        middle = n // 2
        parts = [-1, *[0] * (middle - 1), -1, *[1] * (n - middle - 2), -1]
    return Attention(
        tokens or tuple(f"t{place}" for place in range(n)),
        tuple(parts),
        2 * torch.randn(layers, heads, n, 8, generator=generator),
        torch.randn(layers, kv, n, 8, generator=generator),
        0.5,
        torch.randn(1, heads, n, n, generator=generator) if bias else None,
        causal,
        torch.zeros(layers + 1, n, 4),
        False,
    )


class MadeUpRegistry:
    """Knows the model "made-up", whatever it is given to read."""

    def __init__(self, attention: Attention):
        self.attention = attention
        self.reads = 0

    def card(self, key: str) -> Any:
        kind = "cross-encoder" if 1 in self.attention.parts else "causal-lm"
        return SimpleNamespace(key=key, kind=kind, version="1", title=key, languages=())

    def title(self, key: str) -> str:
        return key

    def attend(self, key: str, text: Any, limit: int | None = None) -> Attention:
        self.reads += 1
        return self.attention

    def run(self, fn: Callable[..., Any], *args: Any) -> Any:
        return fn(*args)
