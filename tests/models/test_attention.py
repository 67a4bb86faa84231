"""What a model attends to, against transformers' own attention and states."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import PeftModel
from tokenizers import Tokenizer as Core
from tokenizers import decoders, models, pre_tokenizers
from torch import nn
from transformers import (
    BertForSequenceClassification,
    BertModel,
    DebertaV2Config,
    DebertaV2Model,
    DistilBertConfig,
    DistilBertForSequenceClassification,
    Gemma2Config,
    Gemma2Model,
    LlamaConfig,
    LlamaModel,
    MistralConfig,
    MistralModel,
    ModernBertConfig,
    ModernBertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedTokenizerFast,
    Qwen3Config,
    Qwen3Model,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from models.attention import Attention, attention_logits, attention_weights
from models.catalog import Catalog
from models.errors import InputError, MemoryBudgetError, ModelError, UnsupportedModelError
from models.registry import Registry
from models.token_text import text_of_byte_level
from tests.models import tiny
from tests.models.test_packed_bert import write_adapter
from tests.models.test_registry import CountingDevice, LentDevice, PipelinedDevice

TEXT = "a b c d 7 e f"
PAIR = ("a b c", "d 7 e f")
SIZES = {
    "vocab_size": len(tiny.WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 128,
}
GROUPED = {"num_key_value_heads": 2, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": 3}
DECODERS = {
    "llama": (LlamaModel, LlamaConfig(**SIZES, **GROUPED)),
    "qwen3": (Qwen3Model, Qwen3Config(**SIZES, **GROUPED, head_dim=8)),
    "mistral": (MistralModel, MistralConfig(**SIZES, **GROUPED, sliding_window=20)),
}
ENCODERS = {
    "bert": (BertModel, tiny.config(num_hidden_layers=3)),
    "xlm-roberta": (XLMRobertaModel, XLMRobertaConfig(**SIZES, pad_token_id=0)),
    "mpnet": (MPNetModel, MPNetConfig(**SIZES, pad_token_id=0)),
    "modernbert": (
        ModernBertModel,
        ModernBertConfig(**SIZES, pad_token_id=0, local_attention=40, global_attn_every_n_layers=2),
    ),
}


def write(folder: Path, made: tuple[Any, Any], **tokenizer: Any) -> Path:
    torch.manual_seed(0)
    kind, config = made
    kind(config).save_pretrained(folder)
    tiny.write_tokenizer(folder, **tokenizer)
    return folder


def registry_of(folder: Path, kind: str = "bi-encoder", device: Any = "cpu") -> Registry:
    catalog = Catalog((tiny.card("m", folder, kind),))
    return Registry(catalog, device, dtype=torch.float32 if device == "cpu" else None)


@torch.inference_mode()
def expected(model: nn.Module, folder: Path, *texts: str) -> Any:
    """transformers' outputs with every attention and state."""
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    inputs = tokenizer(*texts, return_tensors="pt")
    return model(**inputs, output_attentions=True, output_hidden_states=True)


def eager(kind: Any, folder: Path) -> Any:
    return kind.from_pretrained(folder, attn_implementation="eager").eval()


def assert_equal(seen: Attention, outputs: Any) -> None:
    assert seen.layers == len(outputs.attentions)
    for layer, weights in enumerate(outputs.attentions):
        found = attention_weights(seen, layer)
        torch.testing.assert_close(found, weights[0], atol=1e-5, rtol=0)
    states = torch.cat(outputs.hidden_states)
    torch.testing.assert_close(seen.states, states, atol=1e-5, rtol=0)


def assert_sound(seen: Attention) -> None:
    """Shapes, sums, types: what holds for every model."""
    n = len(seen.tokens)
    assert len(seen.parts) == n
    assert seen.queries.shape[:3] == (seen.layers, seen.heads, n)
    assert seen.keys.shape[0] == seen.layers
    assert seen.states.shape[:2] == (seen.layers + 1, n)
    for tensor in (seen.queries, seen.keys, seen.states):
        assert tensor.dtype == torch.float32
        assert tensor.device.type == "cpu"
        assert not tensor.is_inference()
    weights = attention_weights(seen, seen.layers - 1)
    torch.testing.assert_close(weights.sum(-1), torch.ones(seen.heads, n), atol=1e-5, rtol=0)
    above = weights.triu(1)
    assert bool((above == 0).all()) == (seen.causal or n == 1)


# --- against transformers ---


@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_equals_transformers(tmp_path: Path, name: str) -> None:
    made = ENCODERS[name]
    folder = write(tmp_path, made)
    seen = registry_of(folder).attend("m", TEXT)
    assert_equal(seen, expected(eager(made[0], folder), folder, TEXT))
    assert_sound(seen)
    assert not seen.causal
    assert (seen.bias is not None) == (name == "mpnet")
    assert seen.tokens == ("[CLS]", *TEXT.split(), "[SEP]")
    assert seen.parts == (-1, *[0] * 7, -1)


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_equals_transformers(tmp_path: Path, name: str) -> None:
    made = DECODERS[name]
    folder = write(tmp_path, made)
    seen = registry_of(folder).attend("m", TEXT)
    assert_equal(seen, expected(eager(made[0], folder), folder, TEXT))
    assert_sound(seen)
    assert seen.causal
    assert seen.keys.shape[1] == 2
    assert attention_logits(seen, 0).shape == (4, 9, 9)


@torch.inference_mode()
def test_an_adapter_equals_its_merged_base(tmp_path: Path) -> None:
    base = tiny.write_bi_encoder(tmp_path / "base")
    adapter = write_adapter(base, tmp_path / "adapter")
    cards = (tiny.card("base", base), tiny.card("m", base, base="base", adapter=adapter))
    registry = Registry(Catalog(cards), "cpu", dtype=torch.float32)
    merged = PeftModel.from_pretrained(eager(BertModel, base), adapter).merge_and_unload()
    seen = registry.attend("m", TEXT)
    assert_equal(seen, expected(merged, base, TEXT))
    assert not torch.allclose(seen.queries, registry.attend("base", TEXT).queries, atol=1e-3)


@pytest.mark.parametrize("symmetric", [False, True])
def test_a_cross_encoder_reads_the_pair_as_given(tmp_path: Path, symmetric: bool) -> None:
    folder = tiny.write_cross_encoder(tmp_path)
    catalog = Catalog((tiny.card("m", folder, "cross-encoder", symmetric=symmetric),))
    registry = Registry(catalog, "cpu", dtype=torch.float32)
    for pair, parts in (
        (PAIR, (-1, 0, 0, 0, -1, 1, 1, 1, 1, -1)),
        (PAIR[::-1], (-1, 0, 0, 0, 0, -1, 1, 1, 1, -1)),
    ):
        seen = registry.attend("m", pair)
        assert_equal(seen, expected(eager(BertForSequenceClassification, folder), folder, *pair))
        assert_sound(seen)
        assert seen.parts == parts


def test_a_padded_cross_encoder_equals_transformers(tmp_path: Path) -> None:
    config = DistilBertConfig(
        vocab_size=len(tiny.WORDS), dim=32, n_layers=2, n_heads=4, hidden_dim=48, num_labels=1
    )
    folder = write(tmp_path, (DistilBertForSequenceClassification, config))
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["model_input_names"] = ["input_ids", "attention_mask"]
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    seen = registry_of(folder, "cross-encoder").attend("m", PAIR)
    assert_equal(seen, expected(eager(DistilBertForSequenceClassification, folder), folder, *PAIR))
    assert seen.parts == (-1, 0, 0, 0, -1, 1, 1, 1, 1, -1)


# --- how it is computed ---


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Registry]:
    registry = registry_of(tiny.write_bi_encoder(tmp_path), device=CountingDevice())
    yield registry
    registry.close()


@pytest.mark.parametrize("name", ["bert", "llama", "mpnet"])
def test_later_scores_are_the_same(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, (ENCODERS | DECODERS)[name])
    registry = registry_of(folder)
    before = registry.embed("m", [TEXT, "a"])
    registry.attend("m", TEXT)
    registry.clear_cache()
    assert torch.equal(registry.embed("m", [TEXT, "a"]), before)


def test_it_is_a_call_on_the_devices_thread(
    small: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads = []
    to_device = CountingDevice.to_device

    def spy(self: CountingDevice, tensor: torch.Tensor) -> torch.Tensor:
        threads.append(threading.current_thread().name)
        return to_device(self, tensor)

    small.load("m")
    monkeypatch.setattr(CountingDevice, "to_device", spy)
    small.attend("m", TEXT)
    assert set(threads) == {"device"}
    status = small.status()
    assert status.calls == 1
    assert status.models[0].calls == 1
    assert not status.models[0].in_use


@pytest.mark.parametrize("device", [LentDevice, PipelinedDevice])
def test_other_devices_give_the_same(tmp_path: Path, device: type[CountingDevice]) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    expected = registry_of(folder).attend("m", TEXT)
    registry = Registry(Catalog((tiny.card("m", folder),)), device())
    if device is LentDevice:
        registry.load("m")
    seen = registry.attend("m", TEXT)
    assert_sound(seen)
    torch.testing.assert_close(seen.queries, expected.queries, atol=1e-6, rtol=0)


def test_out_of_memory_is_a_sentence(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    registry = registry_of(folder, device=CountingDevice(fits_tokens=4))
    with pytest.raises(MemoryBudgetError, match="A text of 9 tokens does not fit"):
        registry.attend("m", TEXT)


def test_nothing_quadratic_is_kept(small: Registry) -> None:
    seen = small.attend("m", " ".join("abcdefghij" * 6))
    n, layers, hidden = len(seen.tokens), seen.layers, seen.states.shape[-1]
    tensors = [v for v in vars(seen).values() if isinstance(v, torch.Tensor)]
    kept = sum(tensor.untyped_storage().nbytes() for tensor in tensors)
    assert kept == 4 * n * hidden * (2 * layers + layers + 1)


# --- lengths and tokens ---


def test_a_long_text_is_cut(small: Registry) -> None:
    assert not small.attend("m", TEXT).truncated
    for limit, n in ((None, 64), (10, 10), (99, 64)):
        seen = small.attend("m", "a " * 90_000, limit)
        assert seen.truncated
        assert len(seen.tokens) == n
        assert seen.tokens[-1] == "[SEP]"


def test_an_empty_text_is_its_special_tokens(small: Registry) -> None:
    for text in ("", "  \n"):
        seen = small.attend("m", text)
        assert seen.tokens == ("[CLS]", "[SEP]")
        assert seen.parts == (-1, -1)
        assert_sound(seen)


def test_a_prompt_belongs_to_no_text(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    catalog = Catalog((tiny.card("m", folder, prompt="q 7 "),))
    seen = Registry(catalog, "cpu").attend("m", "a b")
    assert seen.tokens == ("[CLS]", "q", "7", "a", "b", "[SEP]")
    assert seen.parts == (-1, -1, -1, 0, 0, -1)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("Ġthe", "▁the"),
        ("ĠĠ", "▁▁"),
        ("ĊĊ", "↵↵"),
        ("ĉ", "⇥"),
        ("ĠÃ©", "▁é"),
        ("ĠðŁĺ", "▁<0xF0><0x9F><0x98>"),
        ("Ģ", "<0x80>"),
        ("Ā", "<0x00>"),
        ("č", "<0x0D>"),
        ("ðŁĺĢ", "😀"),
        ("Ã©Ã", "é<0xC3>"),
        ("<|im_end|>", "<|im_end|>"),
        ("字", "字"),  # not of that alphabet
    ],
)
def test_byte_level_tokens_are_text(token: str, text: str) -> None:
    assert text_of_byte_level(token) == text


def write_bytes_tokenizer(folder: Path) -> None:
    """Byte-level BPE without merges, so every byte is a token; no special tokens around a text."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Core(models.BPE({byte: index for index, byte in enumerate(alphabet)}, []))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=core, model_max_length=64).save_pretrained(folder)


@pytest.mark.parametrize("text", ["שלום עולם", "😀👩‍👩‍👧", "a\u202eb", "é\u0301", "\x00"])
def test_text_of_every_kind_is_read(tmp_path: Path, small: Registry, text: str) -> None:
    assert_sound(small.attend("m", text))
    config = LlamaConfig(**SIZES | {"vocab_size": 256}, **GROUPED)
    folder = write(tmp_path / "bytes", (LlamaModel, config))
    write_bytes_tokenizer(folder)
    seen = registry_of(folder).attend("m", text)
    assert len(seen.tokens) == len(text.encode())
    assert not {"\ufffd", "\x00"} & set("".join(seen.tokens))


# --- what is refused ---


def test_the_wrong_number_of_texts_is_said(small: Registry, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one text at a time"):
        small.attend("m", PAIR)
    cross = registry_of(tiny.write_cross_encoder(tmp_path / "x"), "cross-encoder")
    with pytest.raises(InputError, match="give two texts"):
        cross.attend("m", TEXT)
    with pytest.raises(InputError, match="exactly two"):
        cross.attend("m", ("a", "b", "c"))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="lone surrogate"):
        small.attend("m", "\ud800")
    with pytest.raises(InputError, match="A text is needed"):
        small.attend("m", 7)  # type: ignore[arg-type]


def test_a_text_without_any_token_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, DECODERS["llama"])
    write_bytes_tokenizer(folder)
    with pytest.raises(InputError, match="no token"):
        registry_of(folder).attend("m", "")


@pytest.mark.parametrize("name", ["mistral", "modernbert"])
def test_a_window_over_a_text_is_said_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, (ENCODERS | DECODERS)[name])
    registry = registry_of(folder)
    with pytest.raises(InputError, match="shorten it"):
        registry.attend("m", "a b " * 25)
    seen = registry.attend("m", TEXT)
    assert_sound(seen)
    assert registry.embed("m", ["a b " * 25]).isfinite().all()


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        (DebertaV2Model, DebertaV2Config(**SIZES, pos_att_type=["c2p"], relative_attention=True)),
        (Gemma2Model, Gemma2Config(**SIZES, **GROUPED, head_dim=8)),  # bounded logits
    ],
)
def test_other_attention_is_refused(tmp_path: Path, kind: Any, config: Any) -> None:
    registry = registry_of(write(tmp_path, (kind, config)))
    with pytest.raises(UnsupportedModelError, match="cannot be shown"):
        registry.attend("m", TEXT)
    with pytest.raises(ModelError):
        registry.attend("m", TEXT)  # again: nothing stays behind


def test_the_contract_is_frozen(small: Registry) -> None:
    seen = small.attend("m", TEXT)
    with pytest.raises(dataclasses.FrozenInstanceError):
        seen.scale = 1.0  # type: ignore[misc]
