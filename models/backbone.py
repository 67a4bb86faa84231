"""One copy of a transformer's weights, shared by the plain model and by every adapter on it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from models.attention import Recording
from models.device import Device
from models.errors import UnsupportedModelError
from models.lora import Lora
from models.packed_bert import PackedBert
from models.padded_transformer import PaddedTransformer
from models.pooling import TokenStates
from models.tokenizer import Encoding, Tokenizer


class Backbone(Protocol):
    """A transformer without a task head. Nothing in it changes after loading."""

    hidden_size: int
    nbytes: int

    def check_adapter(self, adapter: Lora) -> None:
        """Raise UnsupportedModelError if the adapter was not made for this architecture."""
        ...

    def token_states(
        self, batch: Sequence[Encoding], adapter: Lora | None = None, first_only: bool = False
    ) -> TokenStates:
        """Last hidden states of a batch, on the device; see `PackedBert.token_states`."""
        ...

    def record(self, encoding: Encoding, adapter: Lora | None = None) -> Recording:
        """What one text shows on its way through, on the device.

        Raises:
            ModelError: the architecture's attention cannot be shown.
        """
        ...


def load_backbone(folder: Path, tokenizer: Tokenizer, device: Device) -> Backbone:
    """Read a folder's safetensors weights without their task head, for the fastest forward pass.

    Raises:
        UnsupportedModelError: weights are missing.
    """
    from transformers import AutoModel

    model, missing = load_model(AutoModel, folder, device)
    # The pooler is never used here; anything else missing would be random numbers.
    missing = [name for name in missing if "pooler" not in name]
    if missing:
        raise UnsupportedModelError("The model's files lack weights ({weight}).", weight=missing[0])
    if PackedBert.supports(model.config):
        return PackedBert(model, device)
    return PaddedTransformer(model, tokenizer, device)


def load_model(auto_class: Any, folder: Path, device: Device) -> tuple[Any, list[str]]:
    """A model placed on the device for inference, and the names of weights its files lack."""
    with without_report():
        model, info = auto_class.from_pretrained(
            folder,
            output_loading_info=True,
            dtype=device.dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
    return device.place(model.eval().requires_grad_(False)), sorted(info["missing_keys"])


@contextmanager
def without_report() -> Iterator[None]:
    """Keep transformers from logging a table of missing weights, for callers that look at them."""
    logger = logging.getLogger("transformers.modeling_utils")

    def is_other(record: logging.LogRecord) -> bool:
        return "LOAD REPORT" not in record.getMessage()

    logger.addFilter(is_other)
    try:
        yield
    finally:
        logger.removeFilter(is_other)
