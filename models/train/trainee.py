"""The model while it is trained: transformers' encoder with mean pooling, and what its loss needs.

Padding is kept small: the texts of a batch are sorted by length and computed in a few parts. What
the backward pass needs of a part is kept for all of them if that is little, else computed again
part by part: a step's memory is bounded, whatever is trained on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrize
from torch.utils.checkpoint import checkpoint

from models.backbone import without_report
from models.cross_encoder import SegmentHead, new_head, segment_means
from models.device import Device
from models.errors import TrainingError
from models.late_interaction import mean_max_similarity, projection
from models.losses import softmax_features
from models.pooling import TokenStates, pool
from models.tokenizer import Encoding, Pair, Tokenizer
from models.train.low_rank import add_low_rank_updates, linear_layers
from models.train.settings import TrainingSettings

_PART_TOKENS = {"cpu": 1_536, "cuda": 32_768}  # padded, in one forward pass
# Padded, whose activations are kept: half a MB each in 12 layers of 384 dimensions, and as much
# again for attention where a text has 160.
_KEPT_TOKENS = {"cpu": 3_072, "cuda": 65_536}
_EQUAL_LENGTH = 160
_AGAIN_SHARE = 3  # parts are so much smaller where they are computed again


class Trainee(nn.Module):
    """A bi-encoder, a cross-encoder or a late-interaction model in training.

    Args:
        folder: transformers' files of the base, with its tokenizer.
        max_length: tokens a text, or a pair, is cut to, unless the settings say.
        settings: kind, method, rank and dropout decide what is built.
        device: where it is placed.
        classes: outputs of Sentence-BERT's softmax; 0 where another loss is used.
        prompt: stands before every text of a bi-encoder, unless the settings say.
    """

    def __init__(
        self,
        folder: Path,
        max_length: int | None,
        settings: TrainingSettings,
        device: Device,
        classes: int = 0,
        prompt: str = "",
    ):
        from transformers import AutoModel

        super().__init__()
        with without_report():
            encoder = AutoModel.from_pretrained(
                folder,
                use_safetensors=True,
                local_files_only=True,
                trust_remote_code=False,
                dtype=torch.float32,
                hidden_dropout_prob=settings.dropout,
                attention_probs_dropout_prob=settings.dropout,
            )
        if not hasattr(encoder, "encoder") or not hasattr(encoder, "embeddings"):
            raise TrainingError("“{base}” is not a BERT: choose another base.", base=settings.base)
        encoder.pooler = None  # token vectors are pooled
        encoder.embeddings.requires_grad_(False)  # half of the weights, and words stay comparable
        if settings.method == "lora":
            add_low_rank_updates(encoder, settings.rank)
        elif settings.method == "weights":
            encoder.requires_grad_(False)
            for _, linear in linear_layers(encoder):
                linear.weight.requires_grad_(True)
        self.kind = settings.kind
        self.encoder = encoder
        self.tokenizer = Tokenizer(folder, settings.max_length or max_length)
        stated = prompt if settings.prompt is None else settings.prompt
        self.prompt = "" if settings.kind == "cross-encoder" else stated
        width = encoder.config.hidden_size
        self.head: nn.Module | None = None
        if settings.kind == "cross-encoder":
            self.head = new_head(settings.head, width)
        elif settings.projection is not None:
            self.head = projection(width, settings.projection)
        self.classifier = nn.Linear(3 * width, classes) if classes else None
        self._device = device
        self._fast = torch.bfloat16 if device.choice.dtype == torch.bfloat16 else None
        device.place(self)

    @property
    def compute_dtype(self) -> torch.dtype:
        """The number format of its products; weights and their updates are float32."""
        return self._fast or torch.float32

    def vectors(self, pairs: Sequence[Pair]) -> tuple[Tensor, Tensor]:
        """Sentence vectors u and v of both sides, each [B, d], float32."""
        both = self._pooled(self._encode_sides(pairs))  # [2B, d]
        return both[: len(pairs)], both[len(pairs) :]

    def scores(self, pairs: Sequence[Pair]) -> Tensor:
        """Cosines of a bi-encoder, raw outputs of a cross-encoder, mean MaxSim of late interaction,
        [B], float32.
        """
        if self.kind == "late-interaction":
            return mean_max_similarity(*self.token_vectors(pairs))
        if self.head is None:
            return functional.cosine_similarity(*self.vectors(pairs))
        scores: Tensor = self.head(self._pooled(self.tokenizer.encode_pairs(pairs)))  # [B]
        return scores

    def token_vectors(self, pairs: Sequence[Pair]) -> tuple[list[Tensor], list[Tensor]]:
        """Unit token vectors [t, d], float32, of each text of both sides, projected if need be."""
        encodings = self._encode_sides(pairs)
        vectors: list[Tensor] = [torch.empty(0)] * len(encodings)
        for part, states in self._by_parts(encodings):
            hidden = states.hidden if self.head is None else self.head(states.hidden)
            unit = functional.normalize(hidden, dim=-1)  # [N, d]
            split = unit.split([len(encodings[index]) for index in part])
            for index, text in zip(part, split, strict=True):
                vectors[index] = text
        return vectors[: len(pairs)], vectors[len(pairs) :]

    def _encode_sides(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """All first texts, then all second ones, each behind the prompt, [2B]."""
        texts = [self.prompt + pair[side] for side in (0, 1) for pair in pairs]
        return self.tokenizer.encode_texts(texts)

    def class_scores(self, pairs: Sequence[Pair]) -> Tensor:
        """Sentence-BERT's class scores [B, classes]."""
        assert self.classifier is not None
        scores: Tensor = self.classifier(softmax_features(*self.vectors(pairs)))
        return scores

    def _pooled(self, encodings: Sequence[Encoding]) -> Tensor:
        """Mean of the token vectors of each text, [n, d]; of both texts of a pair, [n, 2, d]."""
        order, means = list[int](), list[Tensor]()
        for part, states in self._by_parts(encodings):
            order += part
            means.append(self._means(states, [encodings[index] for index in part]))
        places = torch.empty(len(order), dtype=torch.long)
        places[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(means)[self._device.to_device(places)]

    def _means(self, states: TokenStates, encodings: list[Encoding]) -> Tensor:
        if isinstance(self.head, SegmentHead):
            return segment_means(states, encodings)
        return pool(states, "mean")

    def _by_parts(self, encodings: Sequence[Encoding]) -> Iterator[tuple[list[int], TokenStates]]:
        """Token states of texts of like length, a part at a time, with the texts' indices."""
        order = sorted(range(len(encodings)), key=lambda index: len(encodings[index]))
        where = self._device.choice.device.type
        budget = _PART_TOKENS.get(where, 1_536)
        parts = _cut(order, encodings, budget)
        kept = _KEPT_TOKENS.get(where, 3_072)
        again = torch.is_grad_enabled() and _weight(parts, encodings) > kept
        if again:
            parts = _cut(order, encodings, budget // _AGAIN_SHARE)
        # W + s B A once for all parts, unless each has to be computed again by itself.
        with nullcontext() if again else parametrize.cached():
            for part in parts:
                yield part, self._states([encodings[index] for index in part], again)

    def _states(self, encodings: list[Encoding], again: bool) -> TokenStates:
        encoder: Any = self.encoder
        if again:
            encoder = partial(checkpoint, encoder, use_reentrant=False)
        padded = self.tokenizer.pad(encodings)
        inputs = {name: self._device.to_device(tensor) for name, tensor in padded.items()}
        where = self._device.choice.device.type
        with torch.autocast(where, dtype=self._fast, enabled=self._fast is not None):
            hidden = encoder(**inputs).last_hidden_state  # [b, t, d]
        mask = inputs["attention_mask"]
        return TokenStates(hidden.float()[mask.bool()], mask.sum(dim=1))


def _cut(order: list[int], encodings: Sequence[Encoding], budget: int) -> list[list[int]]:
    """Sorted texts in parts of at most `budget` padded tokens."""
    parts: list[list[int]] = [[]]
    for index in order:
        if parts[-1] and (len(parts[-1]) + 1) * len(encodings[index]) > budget:
            parts.append([])
        parts[-1].append(index)
    return parts


def _weight(parts: list[list[int]], encodings: Sequence[Encoding]) -> float:
    """Tokens of short texts whose activations take as much as those of these parts."""
    lengths = [(len(part), len(encodings[part[-1]])) for part in parts if part]
    return sum(count * longest * (1 + longest / _EQUAL_LENGTH) for count, longest in lengths)
