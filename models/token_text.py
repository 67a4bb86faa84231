"""What a token is called when people look at it.

Word pieces stay as their tokenizer writes them ("##ing"), and so do SentencePiece's ("▁the", bytes
as "<0xE2>"). Byte-level tokens ("Ġthe", "Ã©") are turned into text in the same manner: a space is
"▁", a line's end "↵", a tab "⇥", and bytes that are no whole or no visible character are "<0xE2>".
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

_CONTROLS = {code: f"<0x{code:02X}>" for code in (*range(0x20), 0x7F)}
_SHOWN = _CONTROLS | str.maketrans({" ": "▁", "\n": "↵", "\t": "⇥"})


def readable(fast: Any, ids: Sequence[int], tokens: Sequence[str]) -> tuple[str, ...]:
    """Names of tokens [n].

    Args:
        fast: transformers' fast tokenizer.
        ids: of the tokens; added ones, special or not, are text already.
        tokens: as the tokenizer writes them.
    """
    if "ByteLevel(" not in repr(fast.backend_tokenizer.decoder):
        return tuple(tokens)
    added = fast.added_tokens_decoder.keys()
    return tuple(
        token if index in added else text_of_byte_level(token)
        for index, token in zip(ids, tokens, strict=True)
    )


def text_of_byte_level(token: str) -> str:
    """The text of a token in byte-level BPE's alphabet; what is not in that alphabet stays."""
    alphabet = _byte_of_character()
    if any(character not in alphabet for character in token):
        return token
    raw = bytes(alphabet[character] for character in token)
    return _decoded(raw).translate(_SHOWN)


def _decoded(raw: bytes) -> str:
    """UTF-8, with bytes that are no whole character written out."""
    out = ""
    while raw:
        try:
            return out + raw.decode()
        except UnicodeDecodeError as error:
            broken = raw[error.start : error.end]
            out += raw[: error.start].decode() + "".join(f"<0x{byte:02X}>" for byte in broken)
            raw = raw[error.end :]
    return out


@functools.cache
def _byte_of_character() -> dict[str, int]:
    """GPT-2's alphabet: printable Latin-1 stands for itself, the other bytes follow from 256 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    alphabet = {chr(byte): byte for byte in printable}
    return alphabet | {chr(256 + place): byte for place, byte in enumerate(others)}
