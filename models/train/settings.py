"""What is chosen before a training begins. Free to read: nothing here imports torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from models.errors import TrainingError

EncoderKind = Literal["bi-encoder", "cross-encoder", "late-interaction"]
LossName = Literal["cosent", "angle", "cosine", "softmax", "cross_entropy", "mse"]
HeadKind = Literal["mean", "segments"]
Method = Literal["lora", "full", "weights"]

LOSSES: Mapping[EncoderKind, tuple[LossName, ...]] = {
    "bi-encoder": ("cosent", "cosine", "softmax", "angle"),
    "cross-encoder": ("cosent", "cross_entropy", "mse"),
    "late-interaction": ("cosent", "cosine"),
}
# lambda: 20 for cosines, 1 for raw outputs, as in the author's code (kexue.fm/archives/8847, 9341).
_SCALES: Mapping[EncoderKind, float] = {
    "bi-encoder": 20.0,
    "cross-encoder": 1.0,
    "late-interaction": 20.0,
}


@dataclass(frozen=True)
class TrainingSettings:
    """Everything that decides a training's outcome, together with its data.

    Attributes:
        kind, loss: what is trained, and with which loss (see `LOSSES`).
        base: key of the bi-encoder whose weights are the start.
        method: "lora" trains low-rank updates of the linear layers; "full" the layers themselves,
            biases and norms too; "weights" the weights of the linear layers alone. Embeddings stay
            as they are in all.
        rank: of the updates.
        head: of a cross-encoder: on the mean of all tokens, or on the mean of each text's (see
            `models.cross_encoder.SegmentHead`).
        projection: dimensions that late interaction's token vectors are projected to by a linear
            layer that is trained too; None keeps the base's.
        scale: lambda of CoSENT and AnglE; None takes 20 for cosines, 1 for cross-encoders.
        learning_rate, head_learning_rate: peak rates of AdamW, of the encoder and of a new head.
        epochs: passes over the data, may be a fraction; `max_steps` bounds them.
        batch_size: pairs in a step.
        warmup: share of the steps in which the rate rises; after it the rate falls linearly to 0.
        average: decay of the running average of weights that is evaluated and saved; 0 takes the
            last ones.
        swap: show each pair of a cross-encoder in an order drawn anew.
        evaluations: how often an epoch the held-out pairs are scored.
        max_length: tokens a text, or a pair, is cut to; None takes the base's.
        prompt: stands before every text of a bi-encoder; None takes the base's. Cross-encoders have
            none.
        patience: evaluations without a better one after which training stops; None never stops.
        seed: of order, dropout and new weights.
    """

    kind: EncoderKind
    loss: LossName = "cosent"
    base: str = "all-MiniLM-L6-v2"
    method: Method = "lora"
    rank: int = 16
    head: HeadKind = "mean"
    projection: int | None = None
    scale: float | None = None
    learning_rate: float = 3e-4
    head_learning_rate: float = 1e-3
    epochs: float = 2.0
    max_steps: int | None = None
    batch_size: int = 32
    warmup: float = 0.1
    weight_decay: float = 0.01
    dropout: float = 0.1
    clip: float = 1.0
    average: float = 0.98
    swap: bool = False
    evaluations: int = 1
    patience: int | None = None
    max_length: int | None = None
    prompt: str | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises TrainingError for settings that cannot be followed."""
        if self.kind not in LOSSES:
            raise TrainingError("“{kind}” cannot be trained here.", kind=self.kind)
        if self.loss not in LOSSES[self.kind]:
            raise TrainingError(
                "A {kind} is not trained with “{loss}”: choose one of {losses}.",
                kind=self.kind,
                loss=self.loss,
                losses=", ".join(LOSSES[self.kind]),
            )
        if self.projection is not None and self.kind != "late-interaction":
            raise TrainingError("Only late interaction projects token vectors: leave it out.")
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise TrainingError(
                    "“{name}” is {value} and has to lie between {low:g} and {high:g}.",
                    name=name,
                    value=value,
                    low=low,
                    high=high,
                )

    @property
    def loss_scale(self) -> float:
        """lambda, with the default of the kind filled in."""
        return _SCALES[self.kind] if self.scale is None else self.scale

    def steps(self, batches: int) -> int:
        """Steps in all, of so many batches an epoch."""
        steps = max(1, round(self.epochs * batches))
        return steps if self.max_steps is None else min(steps, self.max_steps)

    def as_dict(self) -> dict[str, Any]:
        """For a card or a checkpoint."""
        return dataclasses.asdict(self)


_RANGES: tuple[tuple[str, float, float], ...] = (
    ("rank", 1, 256),
    ("projection", 1, 4_096),
    ("scale", 1e-3, 1e3),
    ("learning_rate", 0.0, 1.0),
    ("head_learning_rate", 0.0, 1.0),
    ("epochs", 0.0, 1_000.0),
    ("max_steps", 1, math.inf),
    ("batch_size", 2, 65_536),
    ("warmup", 0.0, 1.0),
    ("weight_decay", 0.0, 10.0),
    ("dropout", 0.0, 0.9),
    ("clip", 0.0, math.inf),
    ("average", 0.0, 0.99999),
    ("evaluations", 1, 1_000),
    ("patience", 1, math.inf),
    ("max_length", 8, 32_768),
)
