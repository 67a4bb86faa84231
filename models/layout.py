"""How a model folder in sentence-transformers' layout turns text into a vector.

Reads `modules.json` and each module's own file, old spelling (before version 6) and new. A module
that is not known here is refused: leaving it out would give a wrong vector without a word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from models.catalog import ModelCard, ModelKind, PoolingMode
from models.errors import UnsupportedModelError

_POOLING_FLAGS: dict[str, PoolingMode] = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
_ACTIVATIONS = {
    "torch.nn.modules.linear.Identity": "identity",
    "torch.nn.modules.activation.Tanh": "tanh",
    "torch.nn.modules.activation.ReLU": "relu",
    "torch.nn.modules.activation.GELU": "gelu",
}


@dataclass(frozen=True)
class DenseLayer:
    """A linear layer after pooling: its folder and the name of its activation."""

    folder: Path
    activation: str


@dataclass(frozen=True)
class EncoderLayout:
    """The steps from text to vector. Vectors are made unit length at the end by the registry,
    always.

    `pooling` lists modes whose vectors are concatenated in this order; `prompt` is put before every
    text.
    """

    transformer: Path
    pooling: tuple[PoolingMode, ...]
    dense: tuple[DenseLayer, ...]
    max_length: int | None
    lower_case: bool
    prompt: str
    include_prompt: bool


def read_layout(folder: Path, card: ModelCard) -> EncoderLayout:
    """The layout of a bi-encoder's folder; the card fills in where the folder says nothing.

    Raises:
        UnsupportedModelError: a module of an unknown type, or a setting that cannot be honoured.
    """
    transformer, dense = folder, []
    pooling_settings: dict[str, Any] = {}
    for module in _read_json(folder / "modules.json", default=[]):
        kind = str(module["type"]).rsplit(".", 1)[-1]
        place = folder / module["path"]
        if kind == "Transformer":
            transformer = place
        elif kind == "Pooling":
            pooling_settings = _read_json(place / "config.json")
        elif kind == "Dense":
            dense.append(_dense(place, card.key))
        elif kind != "Normalize":
            raise UnsupportedModelError(
                f"“{card.key}” has a module “{kind}” that Kexue Lab does not know:"
                " choose a model made of Transformer, Pooling, Dense and Normalize."
            )
    settings = _read_json(transformer / "sentence_bert_config.json", default={})
    return EncoderLayout(
        transformer=transformer,
        pooling=_pooling(pooling_settings, card),
        dense=tuple(dense),
        max_length=settings.get("max_seq_length") or card.max_length,
        lower_case=bool(settings.get("do_lower_case", False)),
        prompt=card.prompt or _default_prompt(folder),
        include_prompt=bool(pooling_settings.get("include_prompt", True)),
    )


def kind_of_folder(folder: Path, key: str) -> ModelKind:
    """What a model folder holds, from its own files.

    Raises:
        UnsupportedModelError: neither a bi-encoder nor a cross-encoder with one output.
    """
    if (folder / "modules.json").is_file():
        return "bi-encoder"
    architectures = _read_json(folder / "config.json").get("architectures") or [""]
    if architectures[0].endswith("ForSequenceClassification"):
        return "cross-encoder"
    raise UnsupportedModelError(
        f"“{key}” is neither a sentence-transformers model nor a cross-encoder: choose another."
    )


def _pooling(settings: dict[str, Any], card: ModelCard) -> tuple[PoolingMode, ...]:
    modes: tuple[Any, ...]
    named = settings.get("pooling_mode")
    if named is not None:
        modes = tuple([named] if isinstance(named, str) else named)
    else:
        modes = tuple(mode for flag, mode in _POOLING_FLAGS.items() if settings.get(flag))
    modes = modes or ((card.pooling,) if card.pooling else ("mean",))
    for mode in modes:
        if mode not in get_args(PoolingMode):
            raise UnsupportedModelError(f"“{card.key}” pools by “{mode}”, which is not known here.")
    return modes


def _dense(folder: Path, key: str) -> DenseLayer:
    name = _read_json(folder / "config.json").get("activation_function", "torch.nn.Tanh")
    name = name.replace("torch.nn.Tanh", "torch.nn.modules.activation.Tanh")
    if name not in _ACTIVATIONS:
        raise UnsupportedModelError(
            f"“{key}” has a Dense module with an unknown activation {name}."
        )
    return DenseLayer(folder, _ACTIVATIONS[name])


def _default_prompt(folder: Path) -> str:
    settings = _read_json(folder / "config_sentence_transformers.json", default={})
    name = settings.get("default_prompt_name")
    return str(settings.get("prompts", {}).get(name, "")) if name else ""


def _read_json(path: Path, default: Any = None) -> Any:
    if not path.is_file():
        if default is None:
            raise UnsupportedModelError(f"The model folder lacks {path.parent.name}/{path.name}.")
        return default
    return json.loads(path.read_text(encoding="utf-8"))
