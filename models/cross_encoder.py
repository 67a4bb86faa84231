"""A cross-encoder: both texts in one sequence become one number, the raw logit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.attention import Recording
from models.backbone import Backbone, load_model
from models.catalog import PoolingMode
from models.device import Device
from models.errors import UnsupportedModelError
from models.lora import Lora
from models.packed_bert import PackedBert
from models.padded_transformer import module_bytes, on_device, padded_parts
from models.pooling import pool
from models.recording import record
from models.tokenizer import Encoding, Pair, Reading, Tokenizer

HEAD_FILE = "head.safetensors"
CARD_FILE = "card.json"


class ScalarHead(nn.Module):
    """One vector a pair [b, d] to one logit each [b]: linear, tanh, linear."""

    def __init__(self, hidden_size: int):
        super().__init__()
        self.dense = nn.Linear(hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, 1)

    def forward(self, pooled: Tensor) -> Tensor:
        logits: Tensor = self.out(self.dense(pooled).tanh()).squeeze(-1)  # [b]
        return logits


class PooledCrossEncoder:
    """A backbone, maybe with an adapter, whose token vectors are pooled and scored by a head."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        backbone: Backbone,
        head: ScalarHead,
        pooling: PoolingMode,
        adapter: Lora | None = None,
    ):
        self.tokenizer = tokenizer
        self._backbone = backbone
        self._head = head.float().eval().requires_grad_(False)
        self._pooling = pooling
        self._adapter = adapter
        self.nbytes = module_bytes(head) + (adapter.nbytes if adapter is not None else 0)

    def encode(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Token ids of each pair as one sequence."""
        return self.tokenizer.encode_pairs(pairs)

    def read(self, texts: Sequence[str], limit: int | None = None) -> Reading:
        """The tokens of a pair in the order given, for people; see `Tokenizer.read`."""
        return self.tokenizer.read(texts, limit)

    def reach(self, texts: Sequence[str]) -> list[int]:
        """How many characters of each text are read beside an empty one, at most therefore."""
        return self.tokenizer.reach(texts, beside="")

    def record(self, encoding: Encoding) -> Recording:
        """What one pair shows on its way through the backbone; see `Backbone.record`."""
        return self._backbone.record(encoding, self._adapter)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Raw logits [b], float32, on the device."""
        states = self._backbone.token_states(batch, self._adapter, self._pooling == "cls")
        logits: Tensor = self._head(pool(states, self._pooling))  # [b]
        return logits


class PaddedClassifier:
    """transformers' sequence classification model with one output, of any other architecture."""

    def __init__(self, tokenizer: Tokenizer, model: Any, device: Device):
        self.tokenizer = tokenizer
        self._model = model
        self._device = device
        self.nbytes = module_bytes(model)

    def encode(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Token ids of each pair as one sequence."""
        return self.tokenizer.encode_pairs(pairs)

    def read(self, texts: Sequence[str], limit: int | None = None) -> Reading:
        """The tokens of a pair in the order given, for people; see `Tokenizer.read`."""
        return self.tokenizer.read(texts, limit)

    def reach(self, texts: Sequence[str]) -> list[int]:
        """How many characters of each text are read beside an empty one, at most therefore."""
        return self.tokenizer.reach(texts, beside="")

    def record(self, encoding: Encoding) -> Recording:
        """What one pair shows on its way; raises like `models.recording.record`."""
        inputs = on_device(self.tokenizer.pad([encoding]), self._device)
        return record(self._model.base_model, inputs)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Raw logits [b], float32, on the device."""
        logits = []
        for part in padded_parts(batch, self._device.batch_overhead):
            inputs = on_device(self.tokenizer.pad(part), self._device)
            logits.append(self._model(**inputs).logits[:, 0].float())
        return torch.cat(logits)  # [b]


CrossEncoder = PooledCrossEncoder | PaddedClassifier


def load_classifier(
    folder: Path, key: str, max_length: int | None, device: Device
) -> tuple[CrossEncoder, int]:
    """A stand-alone cross-encoder and its bytes, from transformers' sequence classification format.

    Raises:
        UnsupportedModelError: it gives more than one score a pair, or its files lack weights.
    """
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    if config.num_labels != 1:
        raise UnsupportedModelError(
            "“{key}” has {outputs} outputs; a cross-encoder here gives one score a pair.",
            key=key,
            outputs=config.num_labels,
        )
    model, missing = load_model(AutoModelForSequenceClassification, folder, device)
    if missing:  # transformers would fill them with random numbers
        raise UnsupportedModelError(
            "“{key}” lacks weights of a cross-encoder ({weight}): choose another.",
            key=key,
            weight=missing[0],
        )
    tokenizer = Tokenizer(folder, max_length)
    head = _head_of(model)
    if head is None:
        padded = PaddedClassifier(tokenizer, model, device)
        return padded, padded.nbytes
    backbone = PackedBert(model.base_model, device)
    encoder = PooledCrossEncoder(tokenizer, backbone, head, "cls")
    return encoder, backbone.nbytes + encoder.nbytes


def load_head(folder: Path, hidden_size: int, device: Device) -> ScalarHead:
    """The head that was trained together with an adapter."""
    head = ScalarHead(hidden_size)
    head.load_state_dict(load_file(folder / HEAD_FILE))
    return device.place(head)


def save_head(head: ScalarHead, folder: Path, card: dict[str, object]) -> None:
    """Write a head and the card of its training beside the adapter."""
    save_file(head.state_dict(), folder / HEAD_FILE)
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (folder / CARD_FILE).write_text(text, encoding="utf-8")


def _head_of(model: Any) -> ScalarHead | None:
    """BERT's pooler and classifier, or RoBERTa's head: both are a `ScalarHead` on [CLS]."""
    if not PackedBert.supports(model.config):
        return None
    pooler = getattr(model.base_model, "pooler", None)
    layers = (pooler.dense, model.classifier) if pooler is not None else None
    if hasattr(model.classifier, "out_proj"):
        layers = (model.classifier.dense, model.classifier.out_proj)
    if layers is None:
        return None
    head = ScalarHead(model.config.hidden_size)
    head.dense, head.out = layers
    return head
