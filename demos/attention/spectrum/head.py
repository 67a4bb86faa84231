"""One head's matrix under every mask: the model's own logits, masked anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from demos.attention.masks import MASKS, MaskName, apply, linear_attention, mask
from demos.attention.rank import Kind, RankFigures, exact_rank, measure_rank
from demos.attention.readings import sinks_of
from demos.attention.spectra import MEASURED, Spectrum
from models.attention import Attention
from models.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Head:
    """Which head, counted from nought, and whether the sinks are counted."""

    layer: int
    head: int
    sinks: bool = True


def own_mask(attention: Attention) -> MaskName:
    """The mask that the model was trained with."""
    return "causal" if attention.causal else "bidirectional"


def same_as(name: MaskName, attention: Attention, chosen: Head) -> MaskName:
    """The one of MEASURED's masks that a mask is for this head of this layer."""
    if name == "half_heads":
        return "backward" if chosen.head >= (attention.heads + 1) // 2 else "causal"
    if name == "alternating":
        return "backward" if chosen.layer % 2 else "causal"
    return name


def measure_head(registry: Registry, attention: Attention, chosen: Head) -> tuple[Spectrum, ...]:
    """The head under each of MEASURED; a decomposition of one matrix each."""
    layer, head = chosen.layer, chosen.head
    n, d = attention.queries.shape[2:]
    parked = () if chosen.sinks else sinks_of(attention)
    left = [place for place in range(n) if place not in parked]
    group = attention.heads // attention.keys.shape[1]
    bias = attention.bias
    if bias is not None:
        bias = bias[min(layer, len(bias) - 1)]
        bias = bias[min(head, len(bias) - 1)]  # [n, n]
    spectra = []
    for kind, name in MEASURED:
        figures = registry.run(
            _measure,
            attention.queries[layer, head],
            attention.keys[layer, head // group],
            attention.scale,
            bias,
            kind,
            name,
            left,
        )
        prefix = sum(place < n // 2 for place in left)
        exact = exact_rank(kind, name, len(left), d, prefix if name == "prefix" else 0)
        own = kind == "softmax" and name == own_mask(attention)
        spectra.append(Spectrum(kind, name, figures, exact, own))
    return tuple(spectra)


def _measure(
    queries: Tensor,
    keys: Tensor,
    scale: float,
    bias: Tensor | None,
    kind: Kind,
    name: MaskName,
    left: list[int],
) -> RankFigures:
    """Rank figures [1, ...] of one head [n, d]; tokens that are not left are taken out before."""
    n = len(queries)
    allowed = mask(name, n, prefix=n // 2, device=queries.device)[left][:, left]  # [n', n']
    queries, keys = queries[left].double(), keys[left].double()
    if kind == "linear":
        # Both sides take half of the scale, so that products are those of the softmax.
        weights = linear_attention(scale**0.5 * queries, scale**0.5 * keys, allowed)
    else:
        logits = scale * (queries @ keys.mT)  # [n', n']
        weights = apply(logits if bias is None else logits + bias[left][:, left], allowed)
    return measure_rank(weights[None])


def rows_of(
    spectra: tuple[Spectrum, ...], attention: Attention, chosen: Head
) -> list[tuple[MaskName, Spectrum]]:
    """Every mask by name with the spectrum that it has here, then linear attention."""
    softmax = {each.mask: each for each in spectra if each.kind == "softmax"}
    named = [(name, softmax[same_as(name, attention, chosen)]) for name in MASKS]
    return named + [(each.mask, each) for each in spectra if each.kind == "linear"]
