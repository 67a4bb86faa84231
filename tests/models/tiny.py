"""Tiny models with random weights, written to disk in the real formats."""

from __future__ import annotations

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    PreTrainedTokenizerFast,
)

from models.catalog import FolderSource, ModelCard

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz", *map(str, range(200))]


def write_tokenizer(
    folder: Path, max_length: int = 64, padding_side: str = "right", has_types: bool = True
) -> None:
    """A word-level tokenizer over letters and small numbers; with types it tells sides apart."""
    core = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=max_length,
        padding_side=padding_side,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_input_names=["input_ids", *["token_type_ids"] * has_types, "attention_mask"],
    ).save_pretrained(folder)


def config(seed: int = 0, **overrides: int) -> BertConfig:
    torch.manual_seed(seed)
    sizes = {
        "vocab_size": len(WORDS),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 128,
    }
    return BertConfig(**(sizes | overrides))


def write_bi_encoder(folder: Path, seed: int = 0, **tokenizer: object) -> Path:
    """A transformers folder without sentence-transformers' layout."""
    BertModel(config(seed)).save_pretrained(folder)
    write_tokenizer(folder, **tokenizer)  # type: ignore[arg-type]
    return folder


def write_cross_encoder(folder: Path, seed: int = 0, labels: int = 1) -> Path:
    """A sequence classification model."""
    BertForSequenceClassification(config(seed, num_labels=labels)).save_pretrained(folder)
    write_tokenizer(folder)
    return folder


def card(key: str, folder: Path, kind: str = "bi-encoder", **more: object) -> ModelCard:
    """A card whose one source is a local folder."""
    defaults: dict[str, object] = {
        "title": key,
        "sources": (FolderSource(str(folder)),),
        "languages": ("en",),
        "licence": "test",
        "parameters": 0,
        "megabytes": 0.1,
    }
    return ModelCard(key=key, kind=kind, **(defaults | more))  # type: ignore[arg-type]
