"""A GGUF file's language model as a folder in transformers' format, converted once and kept.

A 4-bit file is small enough for a package index, and slow to read: so weights are written as
bfloat16 safetensors into the user's cache. GGUF holds numbers and names; nothing in it is run.

Design:
- Read with llama.cpp's own `gguf` package and mapped here. transformers can read GGUF too, but
  needs accelerate for it, takes 15 s where this takes 4, cannot save what it read, and does not cut
  off a digit from white space, as SmolLM's tokenizer does (`LLAMA_VOCAB_PRE_TYPE_SMOLLM` in
  llama.cpp). In all else it is the reference in the tests: equal weights, equal token ids.
- One architecture (Llama) and one tokenizer (SmolLM's byte-level BPE) are known; others are
  refused, for a wrong permutation of heads or split of digits would only be seen in worse text.
- A folder appears under its final name only when it is whole. Its name holds the digest of the
  GGUF file and the version of the format; `digests.json` in it holds those of its files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.cache_folder import CACHE_VARIABLE, cache_folder
from models.errors import ModelUnavailableError, UnsupportedModelError
from models.sources import file_digest

_VERSION = 1  # of what is written: a newer one is converted anew
_DIGESTS_FILE = "digests.json"
_CONTROL_TOKEN = 3  # GGUF's type of <|im_start|> and its like
_NAMES = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}
_LAYER_NAMES = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def converted(gguf_file: Path, digest: str) -> Path:
    """The folder that a GGUF file was converted to; converts it if there is none, or a damaged one.

    Args:
        gguf_file: verified already.
        digest: its sha256.

    Raises:
        ModelUnavailableError: the cache cannot be written.
        UnsupportedModelError: another architecture or tokenizer.
    """
    folder = cache_folder() / "models" / f"{gguf_file.stem}-{digest[:16]}-v{_VERSION}"
    if _is_whole(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".converting-", dir=folder.parent))
        try:
            with ThreadPoolExecutor(1) as apart:  # torch's pool ends with it (see registry.py)
                apart.submit(_convert, gguf_file, beside).result()
            _put(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)  # gone already if it was given its name
    except OSError as error:
        raise ModelUnavailableError(
            "“{model}” is converted once and the cache of this host cannot be written ({reason}):"
            " name another folder in {variable}.",
            model=gguf_file.stem,
            reason=error.strerror or type(error).__name__,
            variable=CACHE_VARIABLE,
        ) from error
    return folder


def _is_whole(folder: Path) -> bool:
    try:
        digests = json.loads((folder / _DIGESTS_FILE).read_text(encoding="utf-8"))
        return bool(digests) and all(file_digest(folder / n) == d for n, d in digests.items())
    except (OSError, ValueError, AttributeError):
        return False


def _put(beside: Path, folder: Path) -> None:
    """Give a finished folder its name; another process may have been there first."""
    files = {path.name: file_digest(path) for path in sorted(beside.iterdir())}
    (beside / _DIGESTS_FILE).write_text(json.dumps(files, indent=2) + "\n", encoding="utf-8")
    if folder.exists() and not _is_whole(folder):
        shutil.rmtree(folder)
    try:
        beside.rename(folder)
    except OSError:
        if not _is_whole(folder):
            raise


def _convert(gguf_file: Path, folder: Path) -> None:
    """Write config, weights and tokenizer."""
    from gguf import GGUFReader
    from safetensors.torch import save_file

    reader = GGUFReader(gguf_file)

    def value(name: str) -> Any:
        field = reader.get_field(name)
        return None if field is None else field.contents()

    known = (value("general.architecture"), value("tokenizer.ggml.model"))
    if (*known, value("tokenizer.ggml.pre")) != ("llama", "gpt2", "smollm"):
        raise UnsupportedModelError(
            "{file} holds a model or a tokenizer of a kind that is not read here.",
            file=gguf_file.name,
        )
    weights = dict(_weights(reader, value))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    config = _config(value, tied="lm_head.weight" not in weights)
    config.save_pretrained(folder)
    _tokenizer(value).save_pretrained(folder)


def _weights(reader: Any, value: Callable[[str], Any]) -> Iterator[tuple[str, Tensor]]:
    """Every weight under transformers' name, bfloat16; one at a time, for they are large."""
    from gguf.quants import dequantize

    heads = {"attn_q": value("llama.attention.head_count")}
    heads["attn_k"] = value("llama.attention.head_count_kv")
    for tensor in reader.tensors:
        numbers = np.array(dequantize(tensor.data, tensor.tensor_type))  # the file is read-only
        weight = torch.from_numpy(numbers)  # [m, n] or [m]
        if tensor.name in _NAMES:
            name = _NAMES[tensor.name]
        else:
            _, index, part, _ = tensor.name.split(".")  # blk.7.attn_q.weight
            name = f"model.layers.{index}.{_LAYER_NAMES[part]}.weight"
            if part in heads:
                weight = _halves_apart(weight, heads[part])
        yield name, weight.to(torch.bfloat16).contiguous()


def _halves_apart(weight: Tensor, heads: int) -> Tensor:
    """Rows of a head [m, n] from llama.cpp's order to transformers'.

    Rotary positions turn pairs of rows: llama.cpp has a pair side by side, transformers has its
    first in the head's first half and its second in the second.
    """
    paired = weight.reshape(heads, -1, 2, *weight.shape[1:])  # [h, d / 2, 2, n]
    return paired.transpose(1, 2).reshape(weight.shape)


def _config(value: Callable[[str], Any], tied: bool) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(
        architectures=["LlamaForCausalLM"],
        dtype="bfloat16",
        vocab_size=len(value("tokenizer.ggml.tokens")),
        hidden_size=value("llama.embedding_length"),
        intermediate_size=value("llama.feed_forward_length"),
        num_hidden_layers=value("llama.block_count"),
        num_attention_heads=value("llama.attention.head_count"),
        num_key_value_heads=value("llama.attention.head_count_kv"),
        max_position_embeddings=value("llama.context_length"),
        rms_norm_eps=value("llama.attention.layer_norm_rms_epsilon"),
        rope_parameters={"rope_type": "default", "rope_theta": value("llama.rope.freq_base")},
        bos_token_id=value("tokenizer.ggml.bos_token_id"),
        eos_token_id=value("tokenizer.ggml.eos_token_id"),
        pad_token_id=value("tokenizer.ggml.padding_token_id"),
        tie_word_embeddings=tied,
    )


def _tokenizer(value: Callable[[str], Any]) -> Any:
    """SmolLM's byte-level BPE, in which every digit is a token of its own."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokens: list[str] = value("tokenizer.ggml.tokens")
    merges = [tuple(merge.split(" ")) for merge in value("tokenizer.ggml.merges")]
    core = Tokenizer(models.BPE({token: index for index, token in enumerate(tokens)}, merges))
    core.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Digits(individual_digits=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    core.decoder = decoders.ByteLevel()
    kinds = zip(tokens, value("tokenizer.ggml.token_type"), strict=True)
    control = [token for token, kind in kinds if kind == _CONTROL_TOKEN]
    core.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in control])
    named = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=value("llama.context_length"),
        chat_template=value("tokenizer.chat_template"),
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
        **{f"{s}_token": tokens[value(f"tokenizer.ggml.{g}_token_id")] for s, g in named.items()},
    )
