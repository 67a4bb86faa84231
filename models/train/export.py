"""A trained model as a folder in sentence-transformers' format: its base with the updates merged.

A bi-encoder is Transformer, Pooling, Normalize, as every version reads it. A cross-encoder pools
the mean and ends in two Dense modules, which sentence-transformers reads from version 5.5 on. Late
interaction is a MultiVectorEncoder, which it has from version 6 on; its score is one direction
of ours.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from models.cross_encoder import CARD_FILE, HEAD_FILE
from models.errors import TrainingError
from models.lora import read_updates
from models.train.settings import EncoderKind

_WEIGHTS = "model.safetensors"
# The base's own files that a folder needs: settings and tokenizer, nothing of its layout or card.
_COPIED = (
    *("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"),
    *("vocab.txt", "sentencepiece.bpe.model", "added_tokens.json"),
)
_CONFIG = "config.json"
_PROMPT = "query"
_PACKAGE = "sentence_transformers"


def export_adapter(
    folder: Path,
    base_folder: Path,
    adapter: Path,
    kind: EncoderKind,
    max_length: int | None,
    prompt: str = "",
) -> None:
    """Merge an adapter into its base and write the whole as a folder.

    Args:
        folder: is made; files in it are replaced.
        base_folder: the base's files.
        adapter: the adapter's folder, with its head if it has one.
        kind: what it makes of its base.
        max_length: tokens a text or a pair is cut to.
        prompt: stands before every text of a bi-encoder.
    """
    weights = _encoder_weights(base_folder)
    for name, update in read_updates(adapter).items():
        weights[f"{name}.weight"] = weights[f"{name}.weight"].float() + update
    has_head = (adapter / HEAD_FILE).is_file()
    head = load_file(adapter / HEAD_FILE) if has_head else None
    export_folder(folder, base_folder, weights, head, kind, max_length, prompt)
    if (adapter / CARD_FILE).is_file():
        shutil.copyfile(adapter / CARD_FILE, folder / CARD_FILE)


def export_folder(
    folder: Path,
    base_folder: Path,
    weights: dict[str, Tensor],
    head: dict[str, Tensor] | None,
    kind: EncoderKind,
    max_length: int | None,
    prompt: str = "",
) -> None:
    """Write encoder weights and layout; `head` holds `dense.*` and `out.*` of a cross-encoder, or
    the projection `weight` of late interaction.

    Raises:
        TrainingError: the head is one that sentence-transformers does not have.
    """
    if head is not None and "scale" in head:
        raise TrainingError(
            "sentence-transformers has no head on both texts' means: export an adapter with head"
            " “mean”."
        )
    kept = export_encoder(folder, base_folder, weights)
    width = kept["embeddings.word_embeddings.weight"].shape[1]
    _write(folder / "sentence_bert_config.json", {"max_seq_length": max_length})
    if kind == "late-interaction":
        _write_multi_vector(folder, head, prompt)
        return
    _write(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True},
    )
    modules = ["models.Transformer", "models.Pooling"]
    if head is None:
        modules.append("models.Normalize")
        (folder / "2_Normalize").mkdir(exist_ok=True)
        settings: dict[str, Any] = {"similarity_fn_name": "cosine"}
    else:
        modules += ["models.Dense", "models.Dense"]
        _write_dense(folder / "2_Dense", head, "dense.", "Tanh")
        _write_dense(folder / "3_Dense", head, "out.", "Identity", output="scores")
        settings = {"activation_fn": "torch.nn.modules.linear.Identity"}  # raw outputs
        prompt = ""  # a pair is read as it is
    model_type = "SentenceTransformer" if head is None else "CrossEncoder"
    _write_layout(folder, modules, {"model_type": model_type} | settings, prompt)


def export_encoder(
    folder: Path, base_folder: Path, weights: dict[str, Tensor]
) -> dict[str, Tensor]:
    """Write an encoder and its tokenizer in transformers' format; returns the weights written."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        if (base_folder / name).is_file():
            shutil.copyfile(base_folder / name, folder / name)
    _write(folder / _CONFIG, _config_in_float32(base_folder / _CONFIG))
    whole = _encoder_weights(base_folder) | weights  # the base's pooler too, which is not used
    kept = {name: t.float().contiguous().clone() for name, t in whole.items()}
    save_file(kept, folder / _WEIGHTS, metadata={"format": "pt"})
    return kept


def _config_in_float32(path: Path) -> dict[str, Any]:
    """The base's configuration, for weights that are written in single precision."""
    config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    config.pop("torch_dtype", None)  # its name before transformers 5
    return config | {"dtype": "float32"}


def _write_multi_vector(folder: Path, head: dict[str, Tensor] | None, prompt: str) -> None:
    """The layout behind the transformer of late interaction: every token counts."""
    by_token = {"module_input_name": "token_embeddings"}
    modules = ["models.Transformer"]
    if head is not None:
        modules.append("models.Dense")
        _write_dense(folder / "1_Dense", head, "", "Identity", **by_token)
    modules += ["multi_vector_encoder.modules.MultiVectorMask", "models.Normalize"]
    _write(folder / f"{len(modules) - 2}_MultiVectorMask" / "config.json", {"skiplist_words": []})
    _write(folder / f"{len(modules) - 1}_Normalize" / "config.json", by_token)
    settings = {"model_type": "MultiVectorEncoder", "similarity_fn_name": "meanmaxsim"}
    _write_layout(folder, modules, settings, prompt)


def _write_layout(folder: Path, modules: list[str], settings: dict[str, Any], prompt: str) -> None:
    """`settings` say what the modules make."""
    entries = [
        {
            "idx": index,
            "name": str(index),
            "path": "" if index == 0 else f"{index}_{kind.rsplit('.', 1)[-1]}",
            "type": f"{_PACKAGE}.{kind}",
        }
        for index, kind in enumerate(modules)
    ]
    _write(folder / "modules.json", entries)
    prompts: dict[str, Any] = {"prompts": {}, "default_prompt_name": None}
    if prompt:  # before every text, whether it is asked for or not
        prompts = {"prompts": {_PROMPT: prompt}, "default_prompt_name": _PROMPT}
    settings = settings | prompts
    _write(folder / "config_sentence_transformers.json", settings)


def _write_dense(
    folder: Path,
    head: dict[str, Tensor],
    prefix: str,
    activation: str,
    module_input_name: str = "sentence_embedding",
    output: str | None = None,
) -> None:
    weight, bias = head[f"{prefix}weight"].float(), head.get(f"{prefix}bias")
    module = "linear" if activation == "Identity" else "activation"
    settings: dict[str, Any] = {
        "in_features": weight.shape[1],
        "out_features": weight.shape[0],
        "bias": bias is not None,
        "activation_function": f"torch.nn.modules.{module}.{activation}",
        "module_input_name": module_input_name,
    }
    if output is not None:
        settings["module_output_name"] = output
    _write(folder / "config.json", settings)
    tensors = {"linear.weight": weight.contiguous()}
    if bias is not None:
        tensors["linear.bias"] = bias.float().contiguous()
    save_file(tensors, folder / _WEIGHTS)


def _encoder_weights(folder: Path) -> dict[str, Tensor]:
    """The base's weights by the names of transformers' encoder alone."""
    weights = load_file(folder / _WEIGHTS)
    plain = {name.removeprefix("bert."): tensor for name, tensor in weights.items()}
    return {n: t for n, t in plain.items() if n.startswith(("embeddings.", "encoder.", "pooler."))}


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
