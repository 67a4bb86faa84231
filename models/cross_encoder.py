"""A cross-encoder: both texts in one sequence become one number, the raw logit."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from models.attention import Recording
from models.backbone import Backbone, load_backbone, load_model
from models.catalog import PoolingMode
from models.device import Device
from models.errors import UnsupportedModelError
from models.layout import ScorerLayout, read_scorer_layout
from models.lora import Lora
from models.packed_bert import PackedBert
from models.padded_transformer import module_bytes, on_device, padded_parts
from models.pooling import TokenStates, pool
from models.projection import load_projection
from models.recording import record
from models.tokenizer import Encoding, Pair, Reading, Tokenizer
from models.train.settings import HeadKind

_COSINE_SCALE = 20.0  # so that a fresh segment head stands where CoSENT's lambda puts cosines
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


class SegmentHead(nn.Module):
    """Both texts' mean vectors out of the one sequence to a logit: s cos(u, v) + f(u, v).

    u and v have read each other, and still lie where a bi-encoder's vectors do: on a bi-encoder's
    weights a head that was never trained ranks nearly as the bi-encoder does (f is 0 then), so that
    training begins with what the bi-encoder knows. A head on one pooled vector begins with nothing.

    f is linear, tanh, linear, on u + v, |u - v| and u * v, which do not see the order.
    """

    def __init__(self, hidden_size: int):
        super().__init__()
        self.dense = nn.Linear(3 * hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, 1)
        self.scale = nn.Parameter(torch.tensor(_COSINE_SCALE))  # s
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, means: Tensor) -> Tensor:
        """Logits [b] of mean vectors [b, 2, d]."""
        first, second = nn.functional.normalize(means, dim=-1).unbind(dim=1)  # [b, d]
        product, width = first * second, means.shape[-1]  # entries about 1 / d
        unit = math.sqrt(width)  # entries of u and v are about 1 / unit
        features = [(first + second) * unit, (first - second).abs() * unit, product * width]
        beside = self.out(self.dense(torch.cat(features, dim=-1)).tanh()).squeeze(-1)  # [b]
        logits: Tensor = self.scale * product.sum(dim=-1) + beside  # [b]
        return logits


Head = ScalarHead | SegmentHead  # that are trained here


def segment_means(states: TokenStates, batch: Sequence[Encoding]) -> Tensor:
    """Mean token vector of each of a pair's two texts, special tokens left out, [b, 2, d], float32.

    Args:
        states: of the pairs, one after another.
        batch: their encodings, with spans.
    """
    hidden = states.hidden.float()  # [N, d]
    segments = np.full(len(hidden), -1)  # 2 i and 2 i + 1 for the texts of pair i
    start = 0
    for index, encoding in enumerate(batch):
        assert encoding.spans is not None
        for part, (first, end) in enumerate(encoding.spans):
            segments[start + first : start + end] = 2 * index + part
        start += len(encoding)
    kept = np.flatnonzero(segments >= 0)
    of_token = torch.from_numpy(segments[kept]).to(hidden.device)  # [K]
    counts = torch.bincount(of_token, minlength=2 * len(batch)).clamp(min=1).unsqueeze(1)  # [2b, 1]
    sums = hidden.new_zeros(2 * len(batch), hidden.shape[1])  # [2b, d]
    sums = sums.index_add(0, of_token, hidden[torch.from_numpy(kept).to(hidden.device)])
    return (sums / counts).view(len(batch), 2, -1)


def new_head(kind: HeadKind, hidden_size: int) -> Head:
    """An untrained head of a kind that training settings name."""
    return SegmentHead(hidden_size) if kind == "segments" else ScalarHead(hidden_size)


class ModuleHead(nn.Module):
    """One vector a pair [b, d] to one logit each [b], by layers that were saved one by one."""

    def __init__(self, layers: Sequence[nn.Module]):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, pooled: Tensor) -> Tensor:
        logits: Tensor = self.layers(pooled).squeeze(-1)  # [b]
        return logits


class PooledCrossEncoder:
    """A backbone, maybe with an adapter, whose token vectors are pooled and scored by a head."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        backbone: Backbone,
        head: Head | ModuleHead,
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
        by_segment = isinstance(self._head, SegmentHead)
        pooled = segment_means(states, batch) if by_segment else pool(states, self._pooling)
        logits: Tensor = self._head(pooled)  # [b]
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


def load_cross_encoder(
    folder: Path, key: str, max_length: int | None, device: Device
) -> tuple[CrossEncoder, int]:
    """A stand-alone cross-encoder and its bytes: in transformers' sequence classification format,
    or in sentence-transformers' as an encoder, pooling and the layers of a head.

    Raises:
        UnsupportedModelError: it gives more than one score a pair, or its files lack weights.
    """
    layout = read_scorer_layout(folder, key, max_length)
    tokenizer = Tokenizer(layout.transformer, layout.max_length, layout.lower_case)
    if layout.head:
        return _load_modules(layout, tokenizer, key, device)
    return _load_classifier(layout.transformer, tokenizer, key, device)


def _load_modules(
    layout: ScorerLayout, tokenizer: Tokenizer, key: str, device: Device
) -> tuple[CrossEncoder, int]:
    layers = [load_projection(layer) for layer in layout.head]
    _check_outputs(key, len(layers[-1][0].weight))  # type: ignore[arg-type]
    head = device.place(ModuleHead(layers))
    backbone = load_backbone(layout.transformer, tokenizer, device)
    encoder = PooledCrossEncoder(tokenizer, backbone, head, layout.pooling)
    return encoder, backbone.nbytes + encoder.nbytes


def _load_classifier(
    folder: Path, tokenizer: Tokenizer, key: str, device: Device
) -> tuple[CrossEncoder, int]:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    _check_outputs(key, config.num_labels)
    model, missing = load_model(AutoModelForSequenceClassification, folder, device)
    if missing:  # transformers would fill them with random numbers
        raise UnsupportedModelError(
            "“{key}” lacks weights of a cross-encoder ({weight}): choose another.",
            key=key,
            weight=missing[0],
        )
    head = _head_of(model)
    if head is None:
        padded = PaddedClassifier(tokenizer, model, device)
        return padded, padded.nbytes
    backbone = PackedBert(model.base_model, device)
    encoder = PooledCrossEncoder(tokenizer, backbone, head, "cls")
    return encoder, backbone.nbytes + encoder.nbytes


def _check_outputs(key: str, outputs: int) -> None:
    if outputs != 1:
        raise UnsupportedModelError(
            "“{key}” has {outputs} outputs; a cross-encoder here gives one score a pair.",
            key=key,
            outputs=outputs,
        )


def load_head(folder: Path, hidden_size: int, device: Device) -> Head:
    """The head that was trained together with an adapter."""
    weights = load_file(folder / HEAD_FILE)
    head = new_head("segments" if "scale" in weights else "mean", hidden_size)
    head.load_state_dict(weights)
    return device.place(head)


def save_head(head: Head, folder: Path, card: dict[str, object]) -> None:
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
