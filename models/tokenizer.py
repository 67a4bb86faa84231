"""Text to token ids, and token ids to padded tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from models.errors import InputError, UnsupportedModelError
from models.token_text import readable

Pair = tuple[str, str]
# The tokenizer is asked for a text's head first: 100,000 characters would cost time for tokens that
# the model never sees. A head that proves too short is read again whole.
_CHARACTERS_PER_TOKEN = 24
_PLACE = "\N{OBJECT REPLACEMENT CHARACTER}"  # where a message will stand in the chat format
_LONGEST = 32_768  # tokens, whatever a model says of itself


@dataclass(frozen=True, slots=True)
class Encoding:
    """Token ids of one text or pair, special tokens included; whether something was cut off.

    `spans` are where the tokens of a pair's two texts lie, (start, end) each; None of one text.
    """

    ids: list[int]
    type_ids: list[int] | None
    truncated: bool
    spans: tuple[tuple[int, int], tuple[int, int]] | None = None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Reading:
    """One text or pair as a model reads it, with a name for every token.

    Attributes:
        encoding: the ids.
        tokens: see `models.token_text` [n].
        parts: which text a token is of, 0 or 1; -1 for special tokens and the prompt's [n].
        spans: from which character of its text to which a token stands; (0, 0) where it is of
            none [n].
    """

    encoding: Encoding
    tokens: tuple[str, ...]
    parts: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


class Tokenizer:
    """A model's fast tokenizer with its maximum length."""

    def __init__(self, folder: Path, max_length: int | None, lower_case: bool = False):
        from transformers import AutoConfig, AutoTokenizer

        self._fast: Any = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        # What is stated wins over the tokenizer's own limit (maybe 10^30); positions bound both.
        stated = max_length or self._fast.model_max_length
        self.max_length = min(stated, _positions(config), _LONGEST)
        self._lower_case = lower_case
        named = "token_type_ids" in self._fast.model_input_names
        self._has_types = named and getattr(config, "type_vocab_size", 2) > 1
        vocabulary = getattr(config, "vocab_size", None) or len(self._fast)
        self._known = vocabulary if len(self._fast) > vocabulary else None  # ids to be checked
        self._pad_id = self._fast.pad_token_id or 0

    def encode_texts(self, texts: Sequence[str]) -> list[Encoding]:
        """Encode single texts, each cut to `max_length` tokens."""
        return self._encode(texts, None)

    def encode_pairs(self, pairs: Sequence[Pair]) -> list[Encoding]:
        """Encode pairs into one sequence each; the longer side is cut first."""
        return self._encode([first for first, _ in pairs], [second for _, second in pairs])

    def read(self, texts: Sequence[str], limit: int | None = None, prompt: str = "") -> Reading:
        """Encode one text, or the two of a pair, for people to look at.

        Args:
            texts: one or two; special tokens are added as for scoring.
            limit: at most so many tokens, where the model reads more.
            prompt: stands before the first text and is none of its parts.

        Raises:
            InputError: there is no token, or one that the model has no vector for.
        """
        first, *rest = texts
        fast = self._read_whole([[prompt + first], *([text] for text in rest)], limit)[0]
        if not fast.ids:
            raise InputError("The text has no token that a model could look at: write something.")
        owners = [-1 if owner is None else owner for owner in fast.sequence_ids]
        ends = [end for _, end in fast.offsets]
        parts = tuple(
            -1 if owner == 0 and end <= len(prompt) and prompt else owner
            for owner, end in zip(owners, ends, strict=True)
        )
        shifts = {-1: None, 0: len(prompt), 1: 0}
        spans = tuple(
            (0, 0) if (shift := shifts[part]) is None else (max(start - shift, 0), end - shift)
            for part, (start, end) in zip(parts, fast.offsets, strict=True)
        )
        tokens = readable(self._fast, fast.ids, fast.tokens)
        encoding = self._encoding(fast, len(texts) > 1)
        return Reading(encoding, tokens, parts, spans)

    def reach(self, texts: Sequence[str], prompt: str = "", beside: str | None = None) -> list[int]:
        """How many characters of each text a model reads, from its beginning on.

        Args:
            prompt: stands before each text.
            beside: the first text of pairs of which these are the second; None: each is alone.
        """
        alone = [prompt + text for text in texts]
        parts = [alone] if beside is None else [[beside] * len(texts), list(texts)]
        read = []
        for text, fast in zip(texts, self._read_whole(parts), strict=True):
            owners = zip(fast.offsets, fast.sequence_ids, strict=True)
            ends = [end for (_, end), owner in owners if owner == len(parts) - 1]
            cut = bool(fast.overflowing)
            read.append(max(max(ends, default=0) - len(prompt), 0) if cut else len(text))
        return read

    def prompt_length(self, prompt: str) -> int:
        """Tokens that a prompt takes at the front of a text, the start token included."""
        ids = self._fast(prompt)["input_ids"]
        return len(ids) - (ids[-1] in self._fast.all_special_ids)

    @property
    def ends(self) -> frozenset[int]:
        """Ids of the tokens that end a text or an answer."""
        ids = (self._fast.eos_token_id, self._fast.convert_tokens_to_ids("<|endoftext|>"))
        return frozenset(i for i in ids if isinstance(i, int) and i != self._fast.unk_token_id)

    def chat(self, parts: Sequence[str]) -> list[list[int]]:
        """A message in the model's chat format, up to where its answer begins, part by part.

        Special tokens come from the format alone: their names in the message are text.

        Args:
            parts: of the message, one after the other; each is cut into tokens on its own.

        Returns:
            tokens of each part; the first begins and the last ends with what the format adds.

        Raises:
            UnsupportedModelError: the model has no chat format.
        """
        if not self._fast.chat_template:
            raise UnsupportedModelError(
                "This model has no chat format and cannot be asked: choose one that follows"
                " instructions."
            )
        shown = [{"role": "user", "content": _PLACE}]
        whole = self._fast.apply_chat_template(shown, tokenize=False, add_generation_prompt=True)
        before, after = whole.split(_PLACE)
        ids = [self.plain(part) for part in parts]
        ids[0] = self._fast(before, add_special_tokens=False)["input_ids"] + ids[0]
        ids[-1] = ids[-1] + self._fast(after, add_special_tokens=False)["input_ids"]
        return ids

    def plain(self, text: str) -> list[int]:
        """Tokens of a text alone; names of special tokens are spelt out."""
        ids: list[int] = self._fast(
            self._whole(text), add_special_tokens=False, split_special_tokens=True
        )["input_ids"]
        return ids

    def cut(self, text: str, tokens: int) -> str:
        """The beginning of a text, at most so many tokens long."""
        encoded = self._fast(
            text,
            add_special_tokens=False,
            split_special_tokens=True,
            return_offsets_mapping=True,
        )
        if len(encoded["input_ids"]) <= tokens:
            return text
        return text[: encoded["offset_mapping"][tokens][0]] if tokens else ""

    def text(self, ids: Sequence[int]) -> str:
        """Tokens as text, special ones left out."""
        text: str = self._fast.decode(
            list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def names(self, ids: Sequence[int]) -> tuple[str, ...]:
        """What tokens are called where people look at them; see `models.token_text`."""
        return readable(self._fast, ids, self._fast.convert_ids_to_tokens(list(ids)))

    def pad(self, batch: Sequence[Encoding]) -> dict[str, Tensor]:
        """Inputs on the CPU: `input_ids`, `attention_mask`, maybe `token_type_ids`, [b, t]."""
        width = max(len(encoding) for encoding in batch)
        ids = torch.full((len(batch), width), self._pad_id)  # [b, t]
        mask = torch.zeros((len(batch), width), dtype=torch.long)  # [b, t]
        types = torch.zeros((len(batch), width), dtype=torch.long)  # [b, t]
        for row, encoding in enumerate(batch):
            # Always on the right, whatever the tokenizer prefers: padding on the left would shift
            # absolute positions, and a text's vector would depend on its neighbours in the batch.
            here = slice(len(encoding))
            ids[row, here] = torch.tensor(encoding.ids)
            mask[row, here] = 1
            if encoding.type_ids is not None:
                types[row, here] = torch.tensor(encoding.type_ids)
        inputs = {"input_ids": ids, "attention_mask": mask}
        return inputs | {"token_type_ids": types} if self._has_types else inputs

    def _head(self, text: str) -> str:
        """The part of a text that the tokenizer is asked for first, in lower case if need be."""
        if self._fast.truncation_side == "right":
            text = text[: self.max_length * _CHARACTERS_PER_TOKEN]
        return self._whole(text)

    def _whole(self, text: str) -> str:
        return text.lower() if self._lower_case else text

    def _encode(self, texts: Sequence[str], seconds: Sequence[str] | None) -> list[Encoding]:
        parts = [texts] if seconds is None else [texts, seconds]
        return [self._encoding(fast, seconds is not None) for fast in self._read_whole(parts)]

    def _read_whole(self, parts: Sequence[Sequence[str]], limit: int | None = None) -> list[Any]:
        """The tokenizers library's own encodings, heads first (see `_CHARACTERS_PER_TOKEN`)."""
        heads = [[self._head(text) for text in part] for part in parts]
        found = self._run(heads, limit)
        # A head that was cut and still fits (white space, one endless word) has to be read whole.
        again = [
            index
            for index, fast in enumerate(found)
            if not fast.overflowing
            and any(len(h[index]) < len(p[index]) for h, p in zip(heads, parts, strict=True))
        ]
        for index in again:
            whole = [[self._whole(part[index])] for part in parts]
            found[index] = self._run(whole, limit)[0]
        return found

    def _run(self, parts: Sequence[list[str]], limit: int | None) -> list[Any]:
        length = self.max_length if limit is None else min(limit, self.max_length)
        encoded = self._fast(*parts, truncation="longest_first", max_length=length)
        return list(encoded.encodings)

    def _encoding(self, fast: Any, is_pair: bool = False) -> Encoding:
        # A tokenizer without special tokens makes nothing of an empty text; a model needs a token.
        ids = fast.ids or [self._pad_id]
        if self._known is not None and max(ids) >= self._known:
            raise InputError(
                "A text holds a token that this model has no vector for: leave it out."
            )
        types = (fast.type_ids or [0]) if self._has_types else None
        spans = _spans(fast.sequence_ids) if is_pair else None
        return Encoding(ids, types, truncated=bool(fast.overflowing), spans=spans)


def _spans(owners: list[int | None]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where each text's tokens lie, which stand together; nowhere for one without a token."""
    counts = owners.count(0), owners.count(1)
    starts = [owners.index(part) if count else 0 for part, count in enumerate(counts)]
    return (starts[0], starts[0] + counts[0]), (starts[1], starts[1] + counts[1])


def _positions(config: Any) -> int:
    """How many positions a model has; RoBERTa's relatives lose those up to the padding id."""
    positions = getattr(config, "max_position_embeddings", None)
    if not isinstance(positions, int) or positions <= 0:
        return _LONGEST
    shifted = ("roberta", "camembert", "xlm-roberta", "mpnet", "longformer")
    return positions - (config.pad_token_id or 0) - 1 if config.model_type in shifted else positions
