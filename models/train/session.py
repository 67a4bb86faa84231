"""What a visitor's training in the app is bound by."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from models.catalog import Catalog, ModelCard
from models.errors import TrainingError
from models.train.labelled_pairs import LabelledPairs
from models.train.settings import HeadKind, LossName, TrainingSettings

ResultT = TypeVar("ResultT")

STEP_LIMIT = 400
PAIR_LIMIT = 2_000
BATCH_LIMIT = 64
LOSS_NAMES: Mapping[LossName, str] = {
    "cosent": "CoSENT",
    "angle": "AnglE",
    "cosine": "cosine regression",
    "softmax": "Sentence-BERT softmax",
    "cross_entropy": "cross-entropy",
    "mse": "MSE",
}


_FLOAT_BYTES = 4
_TOKEN_BYTES = 500_000  # activations of a token in 12 layers of 384 dimensions, as measured
_KEPT_TOKENS = 3_072  # see models.train.trainee
_UTF8_BYTES_PER_TOKEN = 4  # English; Chinese has about 3 bytes a token, close enough here


def training_bases(catalog: Catalog) -> tuple[ModelCard, ...]:
    """The models that adapters are trained on here: whole bi-encoders that come with the app."""
    cards = catalog.of_kind("bi-encoder")
    return tuple(card for card in cards if card.embedded and card.adapter is None)


def check_base(base: ModelCard) -> None:
    """Raise TrainingError for what is no base of an adapter."""
    if base.kind != "bi-encoder" or base.adapter is not None:
        raise TrainingError(
            "“{title}” is no base to train on: choose a whole bi-encoder.", title=base.title
        )


def training_bytes(base: ModelCard, settings: TrainingSettings, train: LabelledPairs) -> int:
    """About how much memory a training takes: its base in float32, and its largest step.

    Updates, gradients and moments of an adapter are small beside either.
    """
    sizes = sorted(len((first + second).encode()) for first, second in train.pairs)
    tokens = sum(sizes[-settings.batch_size :]) // _UTF8_BYTES_PER_TOKEN
    return _FLOAT_BYTES * base.parameters + _TOKEN_BYTES * min(tokens, _KEPT_TOKENS)


def check_limits(settings: TrainingSettings, train: LabelledPairs, held_out: LabelledPairs) -> None:
    """Raise TrainingError for more than a shared machine can give one visitor."""
    if settings.method != "lora":
        raise TrainingError("Only LoRA adapters are trained here: full weights are too large.")
    _check_sizes(settings, train, held_out)


def check_tuning_limits(
    settings: TrainingSettings, train: LabelledPairs, held_out: LabelledPairs
) -> None:
    """The same for a training of which nothing is kept: weights may be trained as well."""
    if settings.method == "full":
        raise TrainingError("Biases and norms are not trained here: choose another method.")
    _check_sizes(settings, train, held_out)


def _check_sizes(settings: TrainingSettings, train: LabelledPairs, held_out: LabelledPairs) -> None:
    if settings.max_steps is None or settings.max_steps > STEP_LIMIT:
        raise TrainingError("At most {limit} steps are trained here.", limit=STEP_LIMIT)
    if settings.batch_size > BATCH_LIMIT:
        raise TrainingError("A batch has at most {limit} pairs here.", limit=BATCH_LIMIT)
    if len(train) + len(held_out) > PAIR_LIMIT:
        raise TrainingError(
            "There are {pairs:,} labelled pairs and at most {limit:,} are trained on here:"
            " use fewer rows.",
            pairs=len(train) + len(held_out),
            limit=PAIR_LIMIT,
        )


def settings_to_go_on(settings: TrainingSettings, card: ModelCard) -> TrainingSettings:
    """Settings with rank, head and prompt of the adapter that a training starts from.

    Raises:
        TrainingError: it is no adapter of that kind and base.
    """
    if card.adapter is None or (card.kind, card.base) != (settings.kind, settings.base):
        raise TrainingError(
            "“{title}” is no {kind} adapter on {base}: choose another start.",
            title=card.title,
            kind=settings.kind,
            base=settings.base,
        )
    rank, head = _shape_of(card.adapter)
    prompt = card.prompt if settings.prompt is None else settings.prompt
    return dataclasses.replace(settings, rank=rank, head=head, prompt=prompt)


def title_of(settings: TrainingSettings) -> str:
    """What lists call the result, before its number; it names a base that is not the usual one."""
    usual = settings.base == TrainingSettings.base
    where = "" if usual else f", {settings.base}"
    return f"My {settings.kind} ({LOSS_NAMES[settings.loss]}{where})"


def _shape_of(adapter: Path) -> tuple[int, HeadKind]:
    """An adapter's rank and what its head reads, as its card says."""
    rank = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["r"]
    settings = json.loads((adapter / "card.json").read_text(encoding="utf-8"))["settings"]
    return int(rank), settings.get("head", "mean")


def run_apart(function: Callable[..., ResultT], *args: Any) -> ResultT:
    """Call in a thread of its own: torch's pool of threads for it ends with it (see registry.py).

    Not for what places weights on a GPU that is lent per call.
    """
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *args).result()
