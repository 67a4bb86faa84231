"""A map of single characters as the normaliser "Precompiled" of the tokenizers library reads it.

SentencePiece stores such a map as a double array (darts-clone's) over the characters' UTF-8 bytes,
then all replacements, each ended by a zero byte. The library takes no other form.

Two things of its reader matter here. It compares labels alone, so no two nodes of the trie may
share a base. And it looks up a whole grapheme of less than six bytes first, takes the *shortest*
key that begins it, and drops the rest: so a mapped character must not begin a grapheme with others
behind it, which `apart_from_marks` sees to.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LEAF = 1 << 8  # a unit's flag: its node ends a key, whose value stands at the node's base
_VALUE = 1 << 31  # a unit's flag: it is a value
_OFFSET = 10  # a unit's bits above: its place xor its base
_BLOCK = 256  # a byte's lookup stays inside one
SEPARATOR = "\x01"
# Before what a grapheme goes on with, behind what may be mapped and is no control character.
_BEFORE_MARK = r"(?<=[^\x00-\x7f])(?=[\p{M}\x{200c}\x{200d}\x{e33}\x{eb3}\x{ff9e}\x{ff9f}])"


def precompiled(characters: Mapping[str, str]) -> bytes:
    """The map in the form that `tokenizers.normalizers.Precompiled` takes.

    Args:
        characters: what each mapped character becomes, maybe nothing.
    """
    replacements = bytearray()
    places: dict[str, int] = {}
    trie: dict[int, Any] = {}
    for character, text in characters.items():
        if text not in places:
            places[text] = len(replacements)
            replacements += text.encode() + b"\0"
        node = trie
        for byte in character.encode():
            node = node.setdefault(byte, {})
        node[0] = places[text]
    units = _double_array(trie)
    return struct.pack("<I", units.nbytes) + units.tobytes() + bytes(replacements)


def apart_from_marks() -> Any:
    """A normaliser that parts every mark from the character that it stands on.

    What it puts between them has to be mapped to nothing by the map that follows.
    """
    from tokenizers import Regex, normalizers

    return normalizers.Replace(Regex(_BEFORE_MARK), SEPARATOR)


def _double_array(trie: dict[int, Any]) -> NDArray[np.uint32]:
    """Units of a trie whose nodes map a byte to a node, and 0 to the value of the key that ends."""
    units: dict[int, int] = {0: 0}
    bases = {0}
    lowest = {True: 1, False: 1}  # bases to be tried, of nodes without children and of others
    waiting = [(0, trie)]  # a node and where it stands
    for place, node in waiting:
        ends = node.keys() == {0}
        base = next(
            b
            for b in itertools.count(lowest[ends])
            if b not in bases and not any(b ^ byte in units for byte in node)
        )
        lowest[ends] = base + 1
        bases.add(base)
        units[place] |= (place ^ base) << _OFFSET | (_LEAF if 0 in node else 0)
        for byte, child in node.items():
            units[base ^ byte] = byte or child | _VALUE
            if byte:
                waiting.append((base ^ byte, child))
    array = np.zeros((max(units) // _BLOCK + 1) * _BLOCK, dtype="<u4")  # [units]
    array[list(units)] = list(units.values())
    return array
