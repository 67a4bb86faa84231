"""A cross-encoder: both texts in one sequence become one number, the raw logit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor, nn

from models.backbone import Backbone, module_bytes
from models.bi_encoder import pool
from models.device import Device
from models.errors import UnsupportedModelError
from models.layout import EncoderLayout
from models.tokenizer import Encoding, Pair, Tokenizer

HEAD_FILE = "head.safetensors"
CARD_FILE = "card.json"


class ScalarHead(nn.Module):
    """Mean-pooled token vectors [b, d] to one logit each [b]: linear, tanh, linear."""

    def __init__(self, hidden_size: int):
        super().__init__()
        self.dense = nn.Linear(hidden_size, hidden_size)
        self.out = nn.Linear(hidden_size, 1)

    def forward(self, pooled: Tensor) -> Tensor:
        logits: Tensor = self.out(self.dense(pooled).tanh()).squeeze(-1)  # [b]
        return logits


class AdapterCrossEncoder:
    """A LoRA adapter with its own head on a shared backbone."""

    def __init__(
        self,
        backbone: Backbone,
        layout: EncoderLayout,
        adapter_folder: Path,
        name: str,
        device: Device,
    ):
        self.tokenizer = Tokenizer(layout.transformer, layout.max_length, layout.lower_case)
        self._backbone = backbone
        self._adapter = name
        head = ScalarHead(backbone.hidden_size)
        head.load_state_dict(load_file(adapter_folder / HEAD_FILE))
        self._head = device.place(head.eval().requires_grad_(False))
        self.nbytes = module_bytes(self._head)

    def encode(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Token ids of each pair as one sequence."""
        return self.tokenizer.encode_pairs(pairs)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Raw logits [b], float32, on the device."""
        hidden, mask = self._backbone.hidden_states(self.tokenizer.pad(batch), self._adapter)
        pooled = pool(hidden.float(), mask, "mean")  # [b, d]
        logits: Tensor = self._head(pooled)  # [b]
        return logits


class SequenceClassifier:
    """A stand-alone cross-encoder: transformers' sequence classification model with one output."""

    def __init__(self, folder: Path, key: str, max_length: int | None, device: Device):
        from transformers import AutoConfig, AutoModelForSequenceClassification

        labels = AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        ).num_labels
        if labels != 1:
            raise UnsupportedModelError(
                f"“{key}” has {labels} outputs; a cross-encoder here gives one score a pair."
            )
        model: nn.Module
        model, info = AutoModelForSequenceClassification.from_pretrained(
            folder,
            output_loading_info=True,
            dtype=device.dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
        if info["missing_keys"]:  # transformers would fill them with random numbers
            raise UnsupportedModelError(
                f"“{key}” lacks weights of a cross-encoder ({sorted(info['missing_keys'])[0]}):"
                " choose another."
            )
        self.tokenizer = Tokenizer(folder, max_length)
        self._model = device.place(model.eval().requires_grad_(False))
        self._device = device
        self.nbytes = module_bytes(self._model)

    def encode(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Token ids of each pair as one sequence."""
        return self.tokenizer.encode_pairs(pairs)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Raw logits [b], float32, on the device."""
        inputs = self.tokenizer.pad(batch)
        on_device = {name: self._device.to_device(tensor) for name, tensor in inputs.items()}
        logits: Tensor = self._model(**on_device).logits[:, 0].float()  # [b]
        return logits


CrossEncoder = AdapterCrossEncoder | SequenceClassifier


def save_head(head: ScalarHead, folder: Path, card: dict[str, object]) -> None:
    """Write a head and the card of its training beside the adapter."""
    from safetensors.torch import save_file

    save_file(head.state_dict(), folder / HEAD_FILE)
    text = json.dumps(card, indent=2, ensure_ascii=False) + "\n"
    (folder / CARD_FILE).write_text(text, encoding="utf-8")
