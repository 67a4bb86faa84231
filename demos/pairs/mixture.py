"""A bi-encoder and a cross-encoder as one more scorer: the mean of their standardised scores.

Two vectors that never met and one pass over both sentences err in different places, so both
together are often nearer to the labels than either (`models.mixture`). Scores are standardised over
the pairs that are scored together: a mixture says how pairs rank among each other, nothing of one
pair alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from demos.frame.errors import InputProblem
from demos.pairs.scoring import ModelScores
from models.mixture import EQUAL_WEIGHT, mixed
from models.registry import Registry

MIXTURE = "mixture"  # the choice among models; what was mixed has the key of a `Mixture`
DEFAULT_WEIGHT = EQUAL_WEIGHT  # of the bi-encoder; best on the half of STS-B dev that chooses
_BETWEEN = " "  # stands in no model's key


@dataclass(frozen=True)
class Mixture:
    """Keys of a bi-encoder and a cross-encoder, and the weight of the first."""

    bi_encoder: str
    cross_encoder: str
    weight: float

    @property
    def key(self) -> str:
        """Says all of it, so that it can be made again from a choice alone."""
        return _BETWEEN.join([MIXTURE, f"{self.weight:g}", self.bi_encoder, self.cross_encoder])

    @classmethod
    def of(cls, key: str) -> Mixture | None:
        """The mixture of a key; None for that of a model."""
        name, *rest = key.split(_BETWEEN)
        return cls(rest[1], rest[2], float(rest[0])) if name == MIXTURE and rest else None

    def scores(self, of: Mapping[str, ModelScores]) -> ModelScores:
        """Mix what its two models have scored; of no cost of its own."""
        first, second = of[self.bi_encoder], of[self.cross_encoder]
        rest = 1 - self.weight
        title = f"{self.weight:g} × {first.card.title} + {rest:g} × {second.card.title}"
        blend = mixed(first.scores, second.scores, self.weight)  # [n]
        return ModelScores(
            card=replace(second.card, key=self.key, title=title),
            scores=blend.astype(np.float32),
            seconds=0.0,
            cached=len(blend),
            truncated=np.zeros(len(blend), dtype=np.bool_),  # its models say what was cut
        )


def models_of(keys: Sequence[str]) -> list[str]:
    """The models among what was chosen, and those of a mixture's key, each once."""
    found: dict[str, None] = {}
    for key in keys:
        made_of = Mixture.of(key)
        if made_of is not None:
            found |= dict.fromkeys((made_of.bi_encoder, made_of.cross_encoder))
        elif key != MIXTURE:
            found[key] = None
    return list(found)


def check_mixture(registry: Registry, keys: Sequence[str], weight: object) -> None:
    """Raise the sentence for a mixture without a bi-encoder or cross-encoder, or a bad weight."""
    if MIXTURE not in keys:
        return
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
        raise InputProblem("pairs.mixture.bad_weight")
    models = models_of(keys)
    if registry.allow_hub_ids and any("/" in key for key in models):
        return  # what a hub id is shows when it is fetched
    kinds = {registry.card(key).kind for key in models}
    if not {"bi-encoder", "cross-encoder"} <= kinds:
        raise InputProblem("pairs.mixture.needs_both")


def with_mixture(
    scored: Sequence[ModelScores], keys: Sequence[str], weight: float
) -> list[ModelScores]:
    """What was scored and, where it was chosen, the mixture of the first bi- and cross-encoder."""
    chosen = [
        next((model for model in scored if model.card.kind == kind), None)
        for kind in ("bi-encoder", "cross-encoder")
    ]
    if MIXTURE not in keys or None in chosen:
        return list(scored)
    first, second = (model.card.key for model in chosen if model is not None)
    by_key = {model.card.key: model for model in scored}
    return [*scored, Mixture(first, second, weight).scores(by_key)]
