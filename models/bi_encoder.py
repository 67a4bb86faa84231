"""A bi-encoder: each text alone becomes one unit vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from models.backbone import Backbone
from models.catalog import PoolingMode
from models.device import Device
from models.layout import DenseLayer, EncoderLayout
from models.tokenizer import Encoding, Tokenizer

_ACTIVATIONS: dict[str, type[nn.Module]] = {
    "identity": nn.Identity,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "gelu": nn.GELU,
}


class BiEncoder:
    """Tokenise, run the backbone, pool, project, normalise; the layout says how."""

    def __init__(
        self, backbone: Backbone, layout: EncoderLayout, device: Device, adapter: str | None = None
    ):
        self.tokenizer = Tokenizer(layout.transformer, layout.max_length, layout.lower_case)
        self._backbone = backbone
        self._layout = layout
        self._adapter = adapter
        self._dense = [device.place(_load_dense(layer)) for layer in layout.dense]
        self._skipped = 0  # tokens at the front that pooling leaves out
        if layout.prompt and not layout.include_prompt:
            self._skipped = self.tokenizer.prompt_length(layout.prompt)

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Token ids of each text, with the model's prompt before it."""
        return self.tokenizer.encode_texts([self._layout.prompt + text for text in texts])

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Unit vectors [b, d], float32, on the device."""
        hidden, mask = self._backbone.hidden_states(self.tokenizer.pad(batch), self._adapter)
        hidden = hidden.float()  # [b, t, d]
        if self._skipped:
            mask = mask * (mask.cumsum(dim=1) > self._skipped)
        vectors = torch.cat([pool(hidden, mask, mode) for mode in self._layout.pooling], dim=-1)
        for layer in self._dense:
            vectors = layer(vectors)
        return nn.functional.normalize(vectors, dim=-1)  # [b, d]


def pool(hidden: Tensor, mask: Tensor, mode: PoolingMode) -> Tensor:
    """One vector a text from its token vectors.

    Args:
        hidden: token vectors [b, t, d].
        mask: 1 for a token that counts, 0 for padding, [b, t].
        mode: sentence-transformers' name of the pooling.

    Returns:
        [b, d]
    """
    position = torch.arange(mask.shape[1], device=mask.device)  # [t]
    rows = torch.arange(mask.shape[0], device=mask.device)  # [b]
    if mode == "cls":
        return hidden[rows, mask.argmax(dim=1)]
    if mode == "lasttoken":
        return hidden[rows, (position * mask).argmax(dim=1)]
    if mode == "max":
        return hidden.masked_fill(mask.unsqueeze(-1) == 0, float("-inf")).amax(dim=1)
    weights = mask.cumsum(dim=1) * mask if mode == "weightedmean" else mask  # [b, t]
    total = torch.einsum("btd,bt->bd", hidden, weights.to(hidden.dtype))
    count = weights.sum(dim=1, keepdim=True).clamp(min=1).to(hidden.dtype)  # [b, 1]
    return total / (count.sqrt() if mode == "mean_sqrt_len_tokens" else count)


def _load_dense(layer: DenseLayer) -> nn.Sequential:
    weights = {
        name.removeprefix("linear."): tensor.float()
        for name, tensor in load_file(layer.folder / "model.safetensors").items()
    }
    outputs, inputs = weights["weight"].shape
    linear = nn.Linear(inputs, outputs, bias="bias" in weights)
    linear.load_state_dict(weights)
    return nn.Sequential(linear, _ACTIVATIONS[layer.activation]()).eval().requires_grad_(False)
