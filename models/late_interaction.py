"""Late interaction: a unit vector for every token of a text; two texts meet in the best matches.

The score of a pair is symmetric and does not grow with length: the mean over the tokens of one text
of the greatest cosine to a token of the other, averaged over both directions. Special tokens count
like any other, as in sentence-transformers' MultiVectorEncoder. `models/maxsim.py` scores pairs of
finished vectors; here is what needs a model or a gradient.

Source: Khattab and Zaharia, arXiv 2004.12832 (ColBERT), whose score is the sum of one direction.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from models.attention import Recording
from models.backbone import Backbone
from models.cross_encoder import HEAD_FILE
from models.device import Device
from models.layout import EncoderLayout
from models.lora import Lora
from models.padded_transformer import module_bytes
from models.projection import load_projection
from models.tokenizer import Encoding, Reading, Tokenizer

_PAIRS_AT_ONCE = 64


class LateInteraction:
    """Tokenise, run the backbone, project if there is a layer for it, normalise every token."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        backbone: Backbone,
        layout: EncoderLayout,
        device: Device,
        adapter: Lora | None = None,
        head: nn.Linear | None = None,
    ):
        self.tokenizer = tokenizer
        self._backbone = backbone
        self._prompt = layout.prompt
        self._adapter = adapter
        layers: list[nn.Module] = [load_projection(layer) for layer in layout.dense]
        layers += [] if head is None else [head]
        self._projection = device.place(nn.Sequential(*layers).float().eval())
        self._projection.requires_grad_(False)
        self.nbytes = module_bytes(self._projection)
        self.nbytes += adapter.nbytes if adapter is not None else 0

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Token ids of each text, with the model's prompt before it."""
        return self.tokenizer.encode_texts([self._prompt + text for text in texts])

    def read(self, texts: Sequence[str], limit: int | None = None) -> Reading:
        """One text's tokens, for people; see `Tokenizer.read`."""
        return self.tokenizer.read(texts, limit, self._prompt)

    def record(self, encoding: Encoding) -> Recording:
        """What one text shows on its way through the backbone; see `Backbone.record`."""
        return self._backbone.record(encoding, self._adapter)

    def forward(self, batch: Sequence[Encoding]) -> Tensor:
        """Unit vectors [N, d] of all tokens, text after text, float32, on the device."""
        hidden = self._backbone.token_states(batch, self._adapter).hidden.float()
        return nn.functional.normalize(self._projection(hidden), dim=-1)  # [N, d]


def load_token_projection(folder: Path) -> nn.Linear | None:
    """The linear layer that was trained together with an adapter, if there is one."""
    if not (folder / HEAD_FILE).is_file():
        return None
    weights = load_file(folder / HEAD_FILE)
    outputs, inputs = weights["weight"].shape
    layer = nn.Linear(inputs, outputs, bias=False)
    layer.load_state_dict(weights)
    return layer


def projection(width: int, dimensions: int) -> nn.Linear:
    """A linear layer [d, p] behind token vectors that keeps lengths and angles where it can."""
    layer = nn.Linear(width, dimensions, bias=False)
    nn.init.orthogonal_(layer.weight)
    return layer


def mean_max_similarity(firsts: Sequence[Tensor], seconds: Sequence[Tensor]) -> Tensor:
    """Scores of pairs [n] in [-1, 1], with a gradient through the greatest cosines.

    Args:
        firsts, seconds: unit token vectors [t, d] of the two texts of each pair, on one device.
    """
    if not firsts:
        return torch.zeros(0)
    order = sorted(range(len(firsts)), key=lambda pair: max(len(firsts[pair]), len(seconds[pair])))
    scores = []
    for start in range(0, len(order), _PAIRS_AT_ONCE):  # of like length: little padding
        part = order[start : start + _PAIRS_AT_ONCE]
        scores.append(_padded([firsts[i] for i in part], [seconds[i] for i in part]))
    places = torch.empty(len(order), dtype=torch.long)
    places[torch.tensor(order)] = torch.arange(len(order))
    return torch.cat(scores)[places.to(firsts[0].device)]  # [n]


def _padded(firsts: Sequence[Tensor], seconds: Sequence[Tensor]) -> Tensor:
    a, b = (pad_sequence(list(side), batch_first=True) for side in (firsts, seconds))
    in_a, in_b = (_mask(side, a.device) for side in (firsts, seconds))  # [p, t], [p, u]
    cosines = a @ b.mT  # [p, t, u]
    of_a = cosines.masked_fill(~in_b.unsqueeze(1), -torch.inf).amax(dim=2)  # [p, t]
    of_b = cosines.masked_fill(~in_a.unsqueeze(2), -torch.inf).amax(dim=1)  # [p, u]
    return (_mean(of_a, in_a) + _mean(of_b, in_b)) / 2  # [p]


def _mask(texts: Sequence[Tensor], device: torch.device) -> Tensor:
    """Which slots of padded texts hold a token, [p, t]."""
    lengths = torch.tensor([len(text) for text in texts], device=device)  # [p]
    return torch.arange(int(max(map(len, texts))), device=device) < lengths.unsqueeze(1)


def _mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean over the tokens that there are: [p, t] to [p]."""
    return values.masked_fill(~mask, 0.0).sum(dim=1) / mask.sum(dim=1)
