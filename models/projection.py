"""The layers that sentence-transformers puts after pooling: linear layers and layer norms."""

from __future__ import annotations

from safetensors.torch import load_file
from torch import nn

from models.layout import DenseLayer, NormLayer

_WEIGHTS = "model.safetensors"
_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "gelu": nn.GELU,
}


def load_projection(layer: DenseLayer | NormLayer) -> nn.Sequential:
    """One layer in float32 with its activation, for inference: [b, n] to [b, m]."""
    tensors = load_file(layer.folder / _WEIGHTS)
    weights = {name.rsplit(".", 1)[-1]: tensor.float() for name, tensor in tensors.items()}
    shape, has_bias = weights["weight"].shape, "bias" in weights
    module: nn.Module
    if isinstance(layer, NormLayer):
        module, activation = nn.LayerNorm(shape, bias=has_bias), "identity"
    else:
        module, activation = nn.Linear(shape[1], shape[0], bias=has_bias), layer.activation
    module.load_state_dict(weights)
    return nn.Sequential(module, _ACTIVATIONS[activation]()).eval().requires_grad_(False)
