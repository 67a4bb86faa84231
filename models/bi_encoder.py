"""A bi-encoder: each text alone becomes one unit vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.attention import Recording
from models.backbone import Backbone
from models.device import Device
from models.errors import UnsupportedModelError
from models.layout import EncoderLayout
from models.lora import Lora
from models.pooling import pool
from models.projection import load_projection
from models.tokenizer import Encoding, Reading, Tokenizer


class BiEncoder:
    """Tokenise, run the backbone, pool, project, normalise; the layout says how."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        backbone: Backbone,
        layout: EncoderLayout,
        device: Device,
        adapter: Lora | None = None,
    ):
        self.tokenizer = tokenizer
        self._backbone = backbone
        self._layout = layout
        self._adapter = adapter
        self._dense = [device.place(load_projection(layer)) for layer in layout.dense]
        self._skipped = 0  # tokens at the front that pooling leaves out
        if layout.prompt and not layout.include_prompt:
            self._skipped = tokenizer.prompt_length(layout.prompt)
        if self._skipped >= tokenizer.max_length - 1:
            raise UnsupportedModelError("The model's prompt leaves no room for a text.")
        self._first_only = layout.pooling == ("cls",) and not self._skipped

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Token ids of each text, with the model's prompt before it."""
        return self.tokenizer.encode_texts([self._layout.prompt + text for text in texts])

    def read(self, texts: Sequence[str], limit: int | None = None) -> Reading:
        """One text's tokens, for people; see `Tokenizer.read`."""
        return self.tokenizer.read(texts, limit, self._layout.prompt)

    def reach(self, texts: Sequence[str]) -> list[int]:
        """How many characters of each text are read; see `Tokenizer.reach`."""
        return self.tokenizer.reach(texts, self._layout.prompt)

    def record(self, encoding: Encoding) -> Recording:
        """What one text shows on its way through the backbone; see `Backbone.record`."""
        return self._backbone.record(encoding, self._adapter)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Unit vectors [b, d], float32, on the device."""
        states = self._backbone.token_states(batch, self._adapter, self._first_only)
        if self._skipped:
            states = states.without_first(self._skipped)
        vectors = torch.cat([pool(states, mode) for mode in self._layout.pooling], dim=-1)
        for layer in self._dense:
            vectors = layer(vectors)
        return nn.functional.normalize(vectors, dim=-1)  # [b, d]
