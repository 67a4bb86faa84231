"""Queries and keys out of transformers' own forward pass.

Nearly every architecture calls attention by a name in its configuration
(`transformers.AttentionInterface`). For one forward pass that name is ours: a function that keeps
what it is handed and then calls torch's attention, as the model would have. Nothing stays behind.
What is not recorded in full is refused: a picture of half the mathematics would be wrong.

Calls must not overlap for one model; all of the app's are made on the device's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor

from models.attention import Recording
from models.errors import InputError, UnsupportedModelError

_NAME = "kexue_lab_recording"
# Arguments of an attention that add to it what a `Recording` has no room for.
_NOT_FOLLOWED = ("softcap", "s_aux")


class _Recorder:
    """What the layers of one forward pass handed to attention, in their order."""

    def __init__(self, architecture: str):
        self.architecture = architecture
        self.queries: list[Tensor] = []  # each [1, h, n, d]
        self.keys: list[Tensor] = []  # each [1, key-value heads, n, d]
        self.biases: list[Tensor] = []  # each [1, h, n, n]
        self.scales: set[float] = set()
        self.causal: set[bool] = set()

    def unsupported(self) -> UnsupportedModelError:
        return UnsupportedModelError(
            "The attention of the architecture “{architecture}” cannot be shown here: choose"
            " another model.",
            architecture=self.architecture,
        )

    def add(
        self, query: Tensor, key: Tensor, scale: float | None, mask: Tensor | None, causal: bool
    ) -> None:
        self.queries.append(query)
        self.keys.append(key)
        self.scales.add(query.shape[-1] ** -0.5 if scale is None else float(scale))
        self.causal.add(causal if mask is None else self._is_causal(mask, causal))

    def recording(self, states: tuple[Tensor, ...]) -> Recording:
        """All of it, if it is a whole: one call for each layer, alike in everything."""
        shapes = {(q.shape, k.shape) for q, k in zip(self.queries, self.keys, strict=True)}
        alike = len(shapes) == len(self.scales) == len(self.causal) == 1
        layers = len(self.queries)
        if not alike or len(states) != layers + 1 or len(self.biases) not in (0, layers):
            raise self.unsupported()
        bias = None
        if self.biases:
            shared = all(each is self.biases[0] for each in self.biases)
            bias = torch.cat(self.biases[:1] if shared else self.biases)  # [1 or layers, h, n, n]
        return Recording(
            torch.cat(self.queries),  # [layers, h, n, d]
            torch.cat(self.keys),  # [layers, key-value heads, n, d]
            self.scales.pop(),
            bias,
            self.causal.pop(),
            torch.cat(states),  # [layers + 1, n, hidden]
        )

    def _is_causal(self, mask: Tensor, default: bool) -> bool:
        """Whether a mask [1, 1 or h, n, n] hides what comes later; any other mask is refused."""
        hidden = ~mask if mask.dtype == torch.bool else mask <= torch.finfo(mask.dtype).min / 2
        if mask.dtype != torch.bool and bool((mask[~hidden] != 0).any()):
            raise self.unsupported()  # distances inside the mask
        later = torch.ones_like(hidden[0, 0]).triu(1)
        if bool((hidden == later).all()):
            return True if mask.shape[-1] > 1 else default
        if not bool(hidden.any()):
            return False
        raise InputError(
            "“{architecture}” looks at a window of a text this long, which is not shown here:"
            " shorten it.",
            architecture=self.architecture,
        )


_recorder: ContextVar[_Recorder] = ContextVar("recorder")


@torch.inference_mode()
def record(model: Any, inputs: dict[str, Tensor]) -> Recording:
    """What one text shows on its way through a transformers model without a task head.

    Args:
        model: on the device.
        inputs: its named inputs on the device, a batch of one text without padding.

    Returns:
        tensors on the device, in its dtype.

    Raises:
        UnsupportedModelError: the architecture computes attention in a way that is not known here.
        InputError: the text is longer than the window that some layers look at.
    """
    config = model.config
    if config.model_type == "mpnet":
        return _record_mpnet(model, inputs)
    recorder = _Recorder(config.model_type)
    through_interface = getattr(model, "_supports_attention_backend", False)
    if not through_interface or config._attn_implementation != "sdpa":
        raise recorder.unsupported()
    with _attending_by_name(config), _set(_recorder, recorder):
        outputs = model(**inputs, output_hidden_states=True)
    return recorder.recording(outputs.hidden_states)


@contextmanager
def _attending_by_name(config: Any) -> Iterator[None]:
    """Have a model call our attention, with the masks that it makes for torch's."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(_NAME, _recorded_attention)
    AttentionMaskInterface.register(_NAME, sdpa_mask)
    config._attn_implementation = _NAME
    try:
        yield
    finally:
        config._attn_implementation = "sdpa"


@contextmanager
def _set(variable: ContextVar[_Recorder], value: _Recorder) -> Iterator[None]:
    token = variable.set(value)
    try:
        yield
    finally:
        variable.reset(token)


def _recorded_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **more: Any,
) -> tuple[Tensor, None]:
    """transformers' attention by torch (query [1, h, n, d]), kept by the recorder of the day."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    recorder = _recorder.get()
    if any(more.get(name) is not None for name in _NOT_FOLLOWED):
        raise recorder.unsupported()
    causal = bool(getattr(module, "is_causal", True) if is_causal is None else is_causal)
    recorder.add(query, key, scaling, attention_mask, causal)
    if more.get("position_bias") is not None:
        recorder.biases.append(more["position_bias"])
    attend: Callable[..., tuple[Tensor, None]] = sdpa_attention_forward
    return attend(
        module, query, key, value, attention_mask, scaling=scaling, is_causal=is_causal, **more
    )


def _record_mpnet(model: Any, inputs: dict[str, Tensor]) -> Recording:
    """MPNet multiplies queries and keys itself: they are taken where they are made."""
    recorder = _Recorder(model.config.model_type)
    heads = model.config.num_attention_heads

    def keep(into: list[Tensor]) -> Callable[[Any, Any, Tensor], None]:
        def hook(module: Any, given: Any, made: Tensor) -> None:
            into.append(made.unflatten(-1, (heads, -1)).transpose(1, 2))  # [1, h, n, d]

        return hook

    layers = [layer.attention.attn for layer in model.encoder.layer]
    hooks = [layer.q.register_forward_hook(keep(recorder.queries)) for layer in layers]
    hooks += [layer.k.register_forward_hook(keep(recorder.keys)) for layer in layers]
    try:
        states = model(**inputs, output_hidden_states=True).hidden_states
    finally:
        for hook in hooks:
            hook.remove()
    recorder.scales.add(layers[0].attention_head_size ** -0.5)
    recorder.causal.add(False)
    bias = model.encoder.compute_position_bias(states[0])  # [1, h, n, n], for every layer
    recorder.biases = [bias] * len(layers)
    return recorder.recording(states)
