"""One copy of a transformer's weights, shared by the plain model and by every adapter on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import Tensor, nn

from models.device import Device
from models.errors import UnsupportedModelError


class Backbone:
    """A transformer without a task head, with LoRA adapters that are switched, never merged.

    Merging would be a little faster for one adapter and would need a second copy of the weights for
    the next. All calls come from the registry's one device thread, so switching needs no lock.
    """

    def __init__(self, folder: Path, device: Device):
        from transformers import AutoModel

        model: nn.Module
        model, info = AutoModel.from_pretrained(
            folder,
            output_loading_info=True,
            dtype=device.dtype,
            use_safetensors=True,
            local_files_only=True,
            trust_remote_code=False,
        )
        # The pooler is never used here; anything else missing would be random numbers.
        missing = [name for name in info["missing_keys"] if "pooler" not in name]
        if missing:
            raise UnsupportedModelError(f"The model's files lack weights ({missing[0]}).")
        self.hidden_size: int = model.config.hidden_size  # type: ignore[union-attr,assignment]
        self._model = device.place(model.eval().requires_grad_(False))
        self._device = device
        self._peft: Any = None
        self._active: str | None = None
        self.nbytes = module_bytes(self._model)

    def add_adapter(self, name: str, folder: Path) -> int:
        """Load a peft adapter beside those that are there; returns its bytes."""
        name = _module_name(name)
        from peft import PeftModel

        if self._peft is None:
            self._peft = PeftModel.from_pretrained(
                self._model, folder, adapter_name=name, autocast_adapter_dtype=False
            )
        else:
            self._peft.load_adapter(folder, adapter_name=name, autocast_adapter_dtype=False)
        own = [p for n, p in self._peft.named_parameters() if f".{name}." in n]
        for parameter in own:
            parameter.data = parameter.data.to(self._device.choice.device, self._device.dtype)
        self._peft.requires_grad_(False).eval()
        self._active = ""  # unknown: the next pass sets it
        return sum(p.nbytes for p in own)

    def remove_adapter(self, name: str) -> None:
        """Forget an adapter's weights."""
        self._peft.delete_adapter(_module_name(name))
        self._active = ""

    def hidden_states(
        self, inputs: dict[str, Tensor], adapter: str | None
    ) -> tuple[Tensor, Tensor]:
        """Last hidden states [b, t, d] and attention mask [b, t], on the device, of padded inputs.

        `adapter` names the weights to add; None takes the base alone.
        """
        self._activate(adapter)
        on_device = {name: self._device.to_device(tensor) for name, tensor in inputs.items()}
        hidden: Tensor = self._model(**on_device).last_hidden_state  # [b, t, d]
        return hidden, on_device["attention_mask"]

    def _activate(self, adapter: str | None) -> None:
        if self._peft is None or adapter == self._active:
            return
        if adapter is None:
            self._peft.base_model.disable_adapter_layers()
        else:
            self._peft.base_model.enable_adapter_layers()
            self._peft.set_adapter(_module_name(adapter), inference_mode=True)
        self._active = adapter


def _module_name(key: str) -> str:
    """A catalog key as the name of a torch module, which must not hold a dot."""
    return key.replace(".", "_")


def module_bytes(module: nn.Module) -> int:
    """Bytes of a module's parameters and buffers."""
    tensors = [*module.parameters(), *module.buffers()]
    return sum(tensor.nbytes for tensor in tensors)
