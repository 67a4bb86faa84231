"""Text to token ids, and token ids to padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

Pair = tuple[str, str]
# The tokenizer is asked for a text's head only: a token of any vocabulary here covers at most about
# this many characters on average, and 100,000 characters cost time that the model never sees.
_CHARACTERS_PER_TOKEN = 24


@dataclass(frozen=True, slots=True)
class Encoding:
    """Token ids of one text or pair, special tokens included; whether something was cut off."""

    ids: list[int]
    type_ids: list[int] | None
    truncated: bool

    def __len__(self) -> int:
        return len(self.ids)


class Tokenizer:
    """A model's fast tokenizer with its maximum length."""

    def __init__(self, folder: Path, max_length: int | None, lower_case: bool = False):
        from transformers import AutoTokenizer

        self._fast: Any = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        # A tokenizer without a limit says 10^30.
        self.max_length = min(max_length or 1 << 20, self._fast.model_max_length, 32_768)
        self._lower_case = lower_case
        self._has_types = "token_type_ids" in self._fast.model_input_names
        self.pads_left = self._fast.padding_side == "left"
        self._pad_id = self._fast.pad_token_id or 0

    def encode_texts(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode single texts, each cut to `max_length` tokens."""
        return self._encode([self._head(text) for text in texts], None, texts)

    def encode_pairs(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Encode pairs into one sequence each; the longer side is cut first."""
        firsts = [self._head(first) for first, _ in pairs]
        seconds = [self._head(second) for _, second in pairs]
        return self._encode(firsts, seconds, [max(pair, key=len) for pair in pairs])

    def token_count(self, text: str) -> int:
        """How many tokens a text has without prompt and special tokens (for a prompt's share)."""
        return len(self._fast(text, add_special_tokens=False)["input_ids"])

    def pad(self, batch: Sequence[Encoding]) -> dict[str, Tensor]:
        """Inputs on the CPU: `input_ids`, `attention_mask`, maybe `token_type_ids`, [b, t]."""
        width = max(len(encoding) for encoding in batch)
        ids = torch.full((len(batch), width), self._pad_id)  # [b, t]
        mask = torch.zeros((len(batch), width), dtype=torch.long)  # [b, t]
        types = torch.zeros((len(batch), width), dtype=torch.long)  # [b, t]
        for row, encoding in enumerate(batch):
            here = slice(width - len(encoding), width) if self.pads_left else slice(len(encoding))
            ids[row, here] = torch.tensor(encoding.ids)
            mask[row, here] = 1
            if encoding.type_ids is not None:
                types[row, here] = torch.tensor(encoding.type_ids)
        inputs = {"input_ids": ids, "attention_mask": mask}
        return inputs | {"token_type_ids": types} if self._has_types else inputs

    def _head(self, text: str) -> str:
        head = text[: self.max_length * _CHARACTERS_PER_TOKEN]
        return head.lower() if self._lower_case else head

    def _encode(
        self, firsts: list[str], seconds: list[str] | None, originals: Sequence[str]
    ) -> list[Encoding]:
        encoded = self._fast(
            firsts, seconds, truncation="longest_first", max_length=self.max_length
        )
        limit = self.max_length * _CHARACTERS_PER_TOKEN
        return [
            Encoding(
                ids=fast.ids,
                type_ids=fast.type_ids if self._has_types else None,
                truncated=bool(fast.overflowing) or len(original) > limit,
            )
            for fast, original in zip(encoded.encodings, originals, strict=True)
        ]
