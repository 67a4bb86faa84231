"""How a model folder in sentence-transformers' layout turns text into a vector.

Reads `modules.json` and each module's own file, old spelling (before version 6) and new. A module
that is not known here is refused: leaving it out would give a wrong vector without a word.
"""

from __future__ import annotations

import json
import re
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
_MODULES = ("Transformer", "Pooling", "Dense", "Normalize")
_SETTINGS_FILES = tuple(
    f"sentence_{name}_config.json"
    for name in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
)
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
    """The layout of a bi-encoder's folder; what the card states, the card decides.

    Raises:
        UnsupportedModelError: a module of an unknown type, or a setting that cannot be honoured.
    """
    modules = [_module(entry, card.key) for entry in _read_json(folder / "modules.json", [])]
    _check_order([kind for kind, _ in modules], card.key)
    places = {kind: _inside(folder, path, card.key) for kind, path in modules}
    transformer = places.get("Transformer", folder)
    pooling = _read_json(places["Pooling"] / "config.json") if "Pooling" in places else {}
    settings = _transformer_settings(transformer)
    if settings.get("transformer_task", "feature-extraction") != "feature-extraction":
        raise UnsupportedModelError(
            "“{key}” is not a model that gives a text a vector.", key=card.key
        )
    return EncoderLayout(
        transformer=transformer,
        pooling=_pooling(pooling, card),
        dense=tuple(
            _dense(_inside(folder, path, card.key), card.key)
            for kind, path in modules
            if kind == "Dense"
        ),
        max_length=card.max_length or settings.get("max_seq_length"),
        lower_case=bool(settings.get("do_lower_case", False)),
        prompt=prompt_of(folder, card),
        include_prompt=bool(pooling.get("include_prompt", True)),
    )


def prompt_of(folder: Path, card: ModelCard) -> str:
    """What stands before every text of a bi-encoder: as the card says, else as its folder does."""
    return _default_prompt(folder) if card.prompt is None else card.prompt


def _module(entry: dict[str, Any], key: str) -> tuple[str, str]:
    """Kind and path of a module that sentence-transformers itself defines."""
    kind = str(entry["type"])
    name = kind.rsplit(".", 1)[-1]
    if kind.startswith("sentence_transformers.") and name in _MODULES:
        return name, str(entry["path"])
    raise UnsupportedModelError(
        "“{key}” has a module “{kind}” that Kexue Lab does not know:"
        " choose a model made of {modules}.",
        key=key,
        kind=kind,
        modules=", ".join(_MODULES),
    )


def _check_order(kinds: list[str], key: str) -> None:
    if kinds and not re.fullmatch("Transformer Pooling( Dense)*( Normalize)?", " ".join(kinds)):
        raise UnsupportedModelError(
            "“{key}” has its modules in an order that is not known here.", key=key
        )


def _inside(folder: Path, path: str, key: str) -> Path:
    """A module's folder, which has to lie inside the model's (whose files may be links)."""
    if Path(path).is_absolute() or ".." in Path(path).parts:
        raise UnsupportedModelError("“{key}” names a module outside its own folder.", key=key)
    return folder / path


def _transformer_settings(folder: Path) -> dict[str, Any]:
    for name in _SETTINGS_FILES:
        if (folder / name).is_file():
            settings: dict[str, Any] = _read_json(folder / name)
            return settings
    return {}


def kind_of_folder(folder: Path, key: str) -> ModelKind:
    """What a model folder holds, from its own files.

    Raises:
        UnsupportedModelError: neither a bi-encoder nor a cross-encoder with one output.
    """
    saved_as = _read_json(folder / "config_sentence_transformers.json", {}).get("model_type")
    if saved_as == "CrossEncoder":
        return "cross-encoder"
    if (folder / "modules.json").is_file():
        return "bi-encoder"
    architectures = _read_json(folder / "config.json").get("architectures") or [""]
    if architectures[0].endswith("ForSequenceClassification"):
        return "cross-encoder"
    raise UnsupportedModelError(
        "“{key}” is neither a sentence-transformers model nor a cross-encoder: choose another.",
        key=key,
    )


def _pooling(settings: dict[str, Any], card: ModelCard) -> tuple[PoolingMode, ...]:
    named = card.pooling or settings.get("pooling_mode")
    modes: tuple[Any, ...]
    if named is not None:
        modes = (named,) if isinstance(named, str) else tuple(named)
    else:
        modes = tuple(mode for flag, mode in _POOLING_FLAGS.items() if settings.get(flag))
    modes = modes or ("mean",)
    for mode in modes:
        if mode not in get_args(PoolingMode):
            raise UnsupportedModelError(
                "“{key}” pools by “{mode}”, which is not known here.", key=card.key, mode=mode
            )
    return modes


def _dense(folder: Path, key: str) -> DenseLayer:
    settings = _read_json(folder / "config.json")
    name = settings.get("activation_function", "torch.nn.Tanh")
    name = name.replace("torch.nn.Tanh", "torch.nn.modules.activation.Tanh")
    reads = settings.get("module_input_name") or "sentence_embedding"
    if name not in _ACTIVATIONS or settings.get("use_residual") or reads != "sentence_embedding":
        raise UnsupportedModelError(
            "“{key}” has a Dense module with settings not known here.", key=key
        )
    return DenseLayer(folder, _ACTIVATIONS[name])


def _default_prompt(folder: Path) -> str:
    settings = _read_json(folder / "config_sentence_transformers.json", default={})
    name = settings.get("default_prompt_name")
    return str(settings.get("prompts", {}).get(name, "")) if name else ""


def _read_json(path: Path, default: Any = None) -> Any:
    if not path.is_file():
        if default is None:
            raise UnsupportedModelError(
                "The model folder lacks {file}.", file=f"{path.parent.name}/{path.name}"
            )
        return default
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise UnsupportedModelError("{file} of the model is damaged.", file=path.name) from None
