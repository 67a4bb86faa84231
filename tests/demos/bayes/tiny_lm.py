"""A registry with a tiny language model that can be asked, for the tests of the panels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from models.catalog import Catalog
from models.registry import Registry
from tests.models import tiny
from tests.models.test_decoding import SIZES

TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}"


def tiny_peer() -> Any:
    """The model itself, as transformers has it."""
    torch.manual_seed(1)
    sizes = SIZES | {"vocab_size": len(tiny.WORDS)}
    return LlamaForCausalLM(LlamaConfig(**sizes, eos_token_id=None)).eval()  # type: ignore[arg-type]


def tiny_registry(folder: Path, peer: Any, window: int, key: str = "lm") -> Registry:
    """A registry of this model alone, and an encoder that writes nothing."""
    model = folder / "lm"
    model.mkdir()
    tiny.write_tokenizer(model, window)
    file = model / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"chat_template": TEMPLATE}))
    peer.save_pretrained(model)
    other = folder / "encoder"
    other.mkdir()
    encoder = tiny.write_bi_encoder(other)
    cards = (tiny.card(key, model, "causal-lm"), tiny.card("encoder", encoder))
    return Registry(Catalog(cards), device="cpu", dtype=torch.float32)
