"""What a visitor sets in the laboratory, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.attention.masks import MaskName
from demos.attention.rank import Kind
from demos.attention.spectra import MEASURED
from demos.frame.errors import InputProblem
from demos.frame.log_slider import as_number

TOKENS, FEATURES, SEEDS = (16, 512), (1, 128), (1, 10)
SCALES = (0.05, 5.0)
DEPTHS = (4, 48)
DEFAULT_CURVES = ("softmax.bidirectional", "softmax.causal", "softmax.prefix", "linear.causal")
COLLAPSING: tuple[MaskName, ...] = (
    "bidirectional",
    "causal",
    "prefix",
    "half_heads",
    "alternating",
)


@dataclass(frozen=True)
class Setting:
    """Random attention: tokens, head size, standard deviation of the logits, draws."""

    n: int
    d: int
    scale: float
    seeds: int


@dataclass(frozen=True)
class Reference:
    """A setting whose effective ranks are known, bidirectional and causal."""

    n: int
    d: int
    scale: float
    bidirectional: float
    causal: float

    def fits(self, setting: Setting) -> bool:
        """Whether the sliders stand on it: the third one to a hundredth, being logarithmic."""
        close = abs(setting.scale / self.scale - 1) < 0.01
        return close and (setting.n, setting.d) == (self.n, self.d)


REFERENCES = (
    Reference(256, 4, 0.2, 4.0, 52),
    Reference(256, 16, 0.2, 14, 56),
    Reference(256, 64, 1.0, 158, 118),
)


@dataclass(frozen=True)
class Variant:
    """A network of attention with or without residual connections and LayerNorm."""

    key: str
    residual: bool
    layer_norm: bool


VARIANTS: dict[str, Variant] = {
    variant.key: variant
    for variant in (
        Variant("plain", False, False),
        Variant("norm", False, True),
        Variant("residual", True, False),
        Variant("both", True, True),
    )
}


def check_setting(n: Any, d: Any, scale: Any, seeds: Any) -> Setting:
    """Raises InputProblem for what is outside of the sliders."""
    return Setting(
        whole(n, *TOKENS), whole(d, *FEATURES), as_number(scale, *SCALES), whole(seeds, *SEEDS)
    )


def whole(value: Any, least: int, most: int) -> int:
    """A whole number between two; raises InputProblem."""
    number = isinstance(value, (int, float)) and least <= value <= most
    if not number or int(value) != value:
        raise InputProblem("attention.laboratory.whole", least=least, most=most)
    return int(value)


def check_curves(keys: Any) -> list[tuple[Kind, MaskName]]:
    """The chosen ones of `MEASURED`, in its order; raises InputProblem where there is none."""
    chosen = [each for each in MEASURED if ".".join(each) in (keys or ())]
    if not chosen:
        raise InputProblem("attention.laboratory.no_mask")
    return chosen


def check_collapsing(keys: Any) -> list[MaskName]:
    """The chosen masks of a network; raises InputProblem where there is none."""
    chosen = [name for name in COLLAPSING if name in (keys or ())]
    if not chosen:
        raise InputProblem("attention.laboratory.no_mask")
    return chosen


def check_variants(keys: Any) -> list[Variant]:
    """The chosen kinds of network; raises InputProblem where there is none."""
    chosen = [variant for key, variant in VARIANTS.items() if key in (keys or ())]
    if not chosen:
        raise InputProblem("attention.laboratory.no_variant")
    return chosen
