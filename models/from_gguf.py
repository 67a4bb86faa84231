"""A GGUF file's language model as a folder in transformers' format, converted once and kept
(`models/converted.py`). GGUF holds numbers and names; nothing in it is run.

Design:
- Read with llama.cpp's own `gguf` package and mapped here. transformers can read GGUF too, but
  needs accelerate for it, takes 15 s where this takes 4, cannot save what it read, and does not cut
  off a digit from white space, as SmolLM's tokenizer does (`LLAMA_VOCAB_PRE_TYPE_SMOLLM` in
  llama.cpp). In all else it is the reference in the tests: equal weights, equal token ids.
- One architecture (Llama) and one tokenizer (SmolLM's byte-level BPE) are known; others are
  refused, for a wrong permutation of heads or split of digits would only be seen in worse text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from models.converted import converted_folder, unknown_format

_VERSION = 1  # of what is written
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


def converted_from_gguf(file: Path, digest: str) -> Path:
    """The folder that a GGUF file was converted to; see `converted_folder`.

    Raises:
        UnsupportedModelError: another architecture or tokenizer.
    """
    return converted_folder(file, digest, _VERSION, _convert)


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
        raise unknown_format(gguf_file)
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
