"""Rows of tokens that a language model reads on, for one caller; see `Registry.decoding`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from models.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

    from models.causal_lm import CausalLM
    from models.direct_path import DirectPath
    from models.llama import LlamaRow


@dataclass(frozen=True)
class Going:
    """The scheduler's group of all rows that one model reads on."""

    key: str


@dataclass(frozen=True)
class Piece:
    """New tokens of one row."""

    row: LlamaRow
    tokens: Sequence[int]

    def __len__(self) -> int:
        return len(self.tokens)


Read = Callable[[Sequence[Piece]], "Tensor"]
OnDevice = Callable[[Callable[[], Any]], Any]


class Decoding:
    """A model's tokenizer and its rows; every `read` shares its batch with other callers'.

    Attributes:
        window: tokens that the model can look at.
        ends: ids of tokens that end an answer.
    """

    def __init__(self, model: CausalLM, read: Read, on_device: OnDevice):
        self._model = model
        self._read = read
        self._on_device = on_device
        self.window = model.tokenizer.max_length
        self.ends = model.tokenizer.ends

    def prompt(self, *parts: str) -> list[list[int]]:
        """A message to the model in its own chat format, up to where the answer begins; see
        `Tokenizer.chat`. Names of special tokens in it are text."""
        return self._model.tokenizer.chat(parts)

    def count(self, text: str) -> int:
        """Tokens of a text alone."""
        return len(self._model.tokenizer.plain(text))

    def cut(self, text: str, tokens: int) -> str:
        """The beginning of a text, at most so many tokens long."""
        return self._model.tokenizer.cut(text, tokens)

    def text(self, ids: Sequence[int]) -> str:
        """Tokens as text, special ones left out."""
        return self._model.tokenizer.text(ids)

    def names(self, ids: Sequence[int]) -> tuple[str, ...]:
        """What tokens are called where people look at them; see `models.token_text`."""
        return self._model.tokenizer.names(ids)

    def tokens(self, text: str) -> list[int]:
        """Ids of a text alone; names of special tokens in it are text."""
        return self._model.tokenizer.plain(text)

    def sources(self, tokens: Sequence[int], count: int) -> DirectPath:
        """What comes straight from each token to the logits of the next one.

        Args:
            tokens: at least one; room for their keys and values is part of what the registry was
                asked for.
            count: how many of the likeliest next tokens are taken apart.

        Raises:
            InputError: more tokens than the model's window.
        """
        from models.direct_path import direct_path

        if not tokens:
            raise ValueError("there has to be at least one token")
        self._check_window(len(tokens))
        found: DirectPath = self._on_device(lambda: direct_path(self._model.llama(), tokens, count))
        return found

    def row(self, position: int = 0) -> LlamaRow:
        """A row that has read nothing; its first token will stand at `position`."""
        return self._model.llama().row(position)

    def copies(self, rows: Sequence[LlamaRow]) -> list[LlamaRow]:
        """Other rows that have read the same, to go on differently; quickest when read on
        together."""
        copied: list[LlamaRow] = self._on_device(lambda: self._model.llama().copies(rows))
        return copied

    def room_of(self, tokens: int) -> int:
        """Tokens whose room a row of so many takes at most, see `Registry.decoding`."""
        return self._model.llama().room_of(tokens)

    def join(self, rows: Sequence[LlamaRow], without: Sequence[int] | None = None) -> LlamaRow:
        """A row that looks at all that these have read, and goes on behind the farthest.

        Args:
            rows: to be joined.
            without: how many tokens at each one's beginning are left out; None: none.
        """
        left = [0] * len(rows) if without is None else without
        joined: LlamaRow = self._on_device(lambda: self._model.llama().join(rows, left))
        return joined

    def read(self, rows: Sequence[LlamaRow], tokens: Sequence[Sequence[int]]) -> Tensor:
        """Have rows read further tokens.

        Args:
            rows: different ones.
            tokens: as many sequences, none of them empty.

        Returns:
            logits of the token after each row's last [rows, V], float32, on the CPU.

        Raises:
            InputError: a row would be longer than the model's window.
            ModelError: there is no memory left.
        """
        for row, new in zip(rows, tokens, strict=True):
            if not new:
                raise ValueError("a row has to read at least one token")
            self._check_window(row.position + len(new))
        return self._read([Piece(row, new) for row, new in zip(rows, tokens, strict=True)])

    def _check_window(self, tokens: int) -> None:
        if tokens > self.window:
            raise InputError(
                "The model looks at {window:,} tokens at most: shorten the text.",
                window=self.window,
            )
