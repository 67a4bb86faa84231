"""A language model that reads from left to right: what it makes of a text, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.attention import Recording
from models.backbone import load_model
from models.device import Device
from models.errors import UnsupportedModelError
from models.linear import lay_out_for_few_rows
from models.llama import Llama
from models.padded_transformer import module_bytes, on_device
from models.recording import record
from models.tokenizer import Encoding, Reading, Tokenizer


class CausalLM:
    """transformers' language model on the device, in its dtype. Nothing changes after loading.

    Args:
        tokenizer: without special tokens around a text, unless the model's own adds some.
        model: with its head; the body alone is run where no next token is asked for.
        device: where it runs.
    """

    def __init__(self, tokenizer: Tokenizer, model: Any, device: Device):
        self.tokenizer = tokenizer
        self.nbytes = module_bytes(model)
        if model.config.model_type == "llama":  # read on a token at a time
            self.nbytes = lay_out_for_few_rows(model, device) + module_bytes(model)
        self._model = model
        self._device = device

    def llama(self) -> Llama:
        """Its forward pass for rows that go on; made of what is loaded already.

        Raises:
            UnsupportedModelError: another architecture than Llama's.
        """
        return Llama(self._model)

    def read(self, texts: Sequence[str], limit: int | None = None) -> Reading:
        """One text's tokens, for people; see `Tokenizer.read`."""
        return self.tokenizer.read(texts, limit)

    def record(self, encoding: Encoding) -> Recording:
        """What one text shows on its way; raises like `models.recording.record`."""
        inputs = on_device(self.tokenizer.pad([encoding]), self._device)
        return record(self._model.base_model, inputs)


def load_causal_lm(folder: Path, key: str, max_length: int | None, device: Device) -> CausalLM:
    """A language model from a folder of safetensors in transformers' format.

    Raises:
        UnsupportedModelError: its files lack weights.
    """
    from transformers import AutoModelForCausalLM

    model, missing = load_model(AutoModelForCausalLM, folder, device)
    if missing:  # transformers would fill them with random numbers
        raise UnsupportedModelError(
            "“{key}” lacks weights of a language model ({weight}): choose another.",
            key=key,
            weight=missing[0],
        )
    return CausalLM(Tokenizer(folder, max_length), model, device)
