"""How a model folder in sentence-transformers' layout turns text into a vector, or a pair into a
number.

Reads `modules.json` and each module's own file, old spelling (before version 6) and new. A module
that is not known here is refused: leaving it out would give a wrong vector without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
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
_TO_VECTORS = ("Transformer", "Pooling", "Dense", "Normalize", "MultiVectorMask")
_TO_A_SCORE = ("Transformer", "Pooling", "Dense", "LayerNorm")
_ORDERS: dict[bool, str] = {  # of the modules, by whether they give token vectors
    False: "Transformer Pooling( Dense)*( Normalize)?",
    True: "Transformer( Dense)* MultiVectorMask Normalize",
}
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
    """A linear layer after pooling, or on tokens: its folder and the name of its activation."""

    folder: Path
    activation: str


@dataclass(frozen=True)
class NormLayer:
    """A layer norm after pooling: its folder."""

    folder: Path


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


@dataclass(frozen=True)
class ScorerLayout:
    """The steps from a pair to its raw logit.

    `head` is empty where transformers' own classification model makes the logit, and then `pooling`
    means nothing.
    """

    transformer: Path
    pooling: PoolingMode
    head: tuple[DenseLayer | NormLayer, ...]
    max_length: int | None
    lower_case: bool


def read_layout(folder: Path, card: ModelCard) -> EncoderLayout:
    """The layout of a bi-encoder's folder, or of a late-interaction model's; what the card states,
    the card decides. Late interaction leaves out what a bi-encoder's folder does after its tokens.

    Raises:
        UnsupportedModelError: a module of an unknown type, or a setting that cannot be honoured.
    """
    modules = _modules(folder, card.key, _TO_VECTORS)
    by_token = any(kind == "MultiVectorMask" for kind, _ in modules)
    _check_order(modules, _ORDERS[by_token and card.kind != "bi-encoder"], card.key)
    places = {kind: _inside(folder, path, card.key) for kind, path in modules}
    transformer = places.get("Transformer", folder)
    if by_token:
        _check_mask(places["MultiVectorMask"], card.key)
    pooling = _read_json(places["Pooling"] / "config.json") if "Pooling" in places else {}
    settings = _transformer_settings(transformer)
    if settings.get("transformer_task", "feature-extraction") != "feature-extraction":
        raise UnsupportedModelError(
            "“{key}” is not a model that gives a text a vector.", key=card.key
        )
    return EncoderLayout(
        transformer=transformer,
        pooling=_pooling(pooling, card.key, card.pooling),
        dense=tuple(
            _dense(
                _inside(folder, path, card.key),
                card.key,
                "token_embeddings" if by_token else "sentence_embedding",
            )
            for kind, path in modules
            if kind == "Dense" and by_token == (card.kind == "late-interaction")
        ),
        max_length=card.max_length or settings.get("max_seq_length"),
        lower_case=bool(settings.get("do_lower_case", False)),
        prompt=prompt_of(folder, card),
        include_prompt=bool(pooling.get("include_prompt", True)),
    )


def prompt_of(folder: Path, card: ModelCard) -> str:
    """What stands before every text of a bi-encoder: as the card says, else as its folder does."""
    return _default_prompt(folder) if card.prompt is None else card.prompt


def read_scorer_layout(folder: Path, key: str, max_length: int | None) -> ScorerLayout:
    """The layout of a cross-encoder's folder; a stated `max_length` (tokens) is kept.

    Raises:
        UnsupportedModelError: a module of an unknown type, or a setting that cannot be honoured.
    """
    modules = _modules(folder, key, _TO_A_SCORE)
    _check_order(modules, "Transformer( Pooling( Dense| LayerNorm)* Dense)?", key)
    if _default_prompt(folder):
        raise UnsupportedModelError(
            "“{key}” puts words of its own before a pair, which is not done here: choose another.",
            key=key,
        )
    places = {kind: _inside(folder, path, key) for kind, path in modules}
    transformer = places.get("Transformer", folder)
    settings = _transformer_settings(transformer)
    task = "feature-extraction" if "Pooling" in places else "sequence-classification"
    if settings.get("transformer_task", task) != task:
        raise UnsupportedModelError("“{key}” is not a model that scores pairs.", key=key)
    pooling = _read_json(places["Pooling"] / "config.json") if "Pooling" in places else {}
    modes = _pooling(pooling, key)
    if len(modes) != 1:
        raise UnsupportedModelError(
            "“{key}” pools by “{mode}”, which is not known here.", key=key, mode=", ".join(modes)
        )
    return ScorerLayout(
        transformer=transformer,
        pooling=modes[0],
        head=_head(folder, modules, key),
        max_length=max_length or settings.get("max_seq_length"),
        lower_case=bool(settings.get("do_lower_case", False)),
    )


def _head(
    folder: Path, modules: Sequence[tuple[str, str]], key: str
) -> tuple[DenseLayer | NormLayer, ...]:
    """What follows pooling in a cross-encoder, of which the last gives the score."""
    steps = [(kind, _inside(folder, path, key)) for kind, path in modules[2:]]
    last = len(steps) - 1
    return tuple(
        NormLayer(place)
        if kind == "LayerNorm"
        else _dense(place, key, writes="scores" if number == last else None)
        for number, (kind, place) in enumerate(steps)
    )


def _modules(folder: Path, key: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """Kind and path of each module of a folder, in order; none in transformers' own format."""
    return [_module(entry, key, known) for entry in _read_json(folder / "modules.json", [])]


def _module(entry: dict[str, Any], key: str, known: Sequence[str]) -> tuple[str, str]:
    """Kind and path of a module that sentence-transformers itself defines."""
    kind = str(entry["type"])
    name = kind.rsplit(".", 1)[-1]
    if kind.startswith("sentence_transformers.") and name in known:
        return name, str(entry["path"])
    raise UnsupportedModelError(
        "“{key}” has a module “{kind}” that Kexue Lab does not know:"
        " choose a model made of {modules}.",
        key=key,
        kind=kind,
        modules=", ".join(known),
    )


def _check_order(modules: Sequence[tuple[str, str]], order: str, key: str) -> None:
    if modules and not re.fullmatch(order, " ".join(kind for kind, _ in modules)):
        raise UnsupportedModelError(
            "“{key}” has its modules in an order that is not known here.", key=key
        )


def _check_mask(folder: Path, key: str) -> None:
    """Refuse a model whose score leaves tokens out."""
    settings = _read_json(folder / "config.json", {})
    if settings.get("skiplist_words") or settings.get("keep_only_token_ids"):
        raise UnsupportedModelError(
            "“{key}” leaves tokens out of its scores, which is not known here: choose another.",
            key=key,
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
        UnsupportedModelError: no bi-encoder, no late-interaction model and no cross-encoder with
            one output.
    """
    saved_as = _read_json(folder / "config_sentence_transformers.json", {}).get("model_type")
    if saved_as == "CrossEncoder":
        return "cross-encoder"
    if saved_as == "MultiVectorEncoder":
        return "late-interaction"
    if (folder / "modules.json").is_file():
        return "bi-encoder"
    architectures = _read_json(folder / "config.json").get("architectures") or [""]
    if architectures[0].endswith("ForSequenceClassification"):
        return "cross-encoder"
    raise UnsupportedModelError(
        "“{key}” is neither a sentence-transformers model nor a cross-encoder: choose another.",
        key=key,
    )


def _pooling(
    settings: dict[str, Any], key: str, stated: PoolingMode | None = None
) -> tuple[PoolingMode, ...]:
    named = stated or settings.get("pooling_mode")
    modes: tuple[Any, ...]
    if named is not None:
        modes = (named,) if isinstance(named, str) else tuple(named)
    else:
        modes = tuple(mode for flag, mode in _POOLING_FLAGS.items() if settings.get(flag))
    modes = modes or ("mean",)
    for mode in modes:
        if mode not in get_args(PoolingMode):
            raise UnsupportedModelError(
                "“{key}” pools by “{mode}”, which is not known here.", key=key, mode=mode
            )
    return modes


def _dense(
    folder: Path, key: str, reads: str = "sentence_embedding", writes: str | None = None
) -> DenseLayer:
    settings = _read_json(folder / "config.json")
    name = settings.get("activation_function", "torch.nn.Tanh")
    name = name.replace("torch.nn.Tanh", "torch.nn.modules.activation.Tanh")
    found = settings.get("module_input_name") or "sentence_embedding"
    as_wanted = (found, settings.get("module_output_name") or found) == (reads, writes or reads)
    if name not in _ACTIVATIONS or settings.get("use_residual") or not as_wanted:
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
