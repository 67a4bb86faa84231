"""Any other transformer: transformers' own forward pass, on padded batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from models.attention import Recording
from models.device import Device
from models.errors import UnsupportedModelError
from models.lora import Lora
from models.pooling import TokenStates
from models.recording import record
from models.tokenizer import Encoding, Tokenizer


class PaddedTransformer:
    """A transformer without a task head, on the device, in its dtype."""

    def __init__(self, model: Any, tokenizer: Tokenizer, device: Device):
        self.hidden_size: int = model.config.hidden_size
        self.nbytes = module_bytes(model)
        self._model = model
        self._tokenizer = tokenizer
        self._device = device

    def check_adapter(self, adapter: Lora) -> None:
        """Refuse: transformers' own forward pass knows no adapter of ours."""
        raise UnsupportedModelError("Adapters are computed on BERT's architecture alone.")

    def token_states(
        self, batch: Sequence[Encoding], adapter: Lora | None = None, first_only: bool = False
    ) -> TokenStates:
        """Last hidden states of a batch; the arguments are those of `PackedBert.token_states`."""
        if adapter is not None:
            self.check_adapter(adapter)
        hidden, lengths = [], []
        for part in padded_parts(batch, self._device.batch_overhead):
            inputs = on_device(self._tokenizer.pad(part), self._device)
            states = self._model(**inputs).last_hidden_state  # [b, t, d]
            hidden.append(states[inputs["attention_mask"].bool()])  # [N, d]
            lengths += [len(encoding) for encoding in part]
        return TokenStates(torch.cat(hidden), self._device.to_device(torch.tensor(lengths)))

    def record(self, encoding: Encoding, adapter: Lora | None = None) -> Recording:
        """Queries, keys and states of one text; raises like `models.recording.record`."""
        if adapter is not None:
            self.check_adapter(adapter)
        return record(self._model, on_device(self._tokenizer.pad([encoding]), self._device))


def padded_parts(batch: Sequence[Encoding], overhead: int) -> Iterator[Sequence[Encoding]]:
    """A batch, longest first, cut where padding would cost more tokens than one more pass does."""
    start = padding = 0
    for index, encoding in enumerate(batch):
        padding += max(len(batch[start]) - len(encoding), 0)
        if padding > overhead:
            yield batch[start:index]
            start, padding = index, 0
    yield batch[start:]


def on_device(inputs: dict[str, Tensor], device: Device) -> dict[str, Tensor]:
    """Copy a model's named inputs to the device."""
    return {name: device.to_device(tensor) for name, tensor in inputs.items()}


def module_bytes(module: nn.Module) -> int:
    """Bytes of a module's parameters and buffers."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.nbytes for tensor in tensors)
