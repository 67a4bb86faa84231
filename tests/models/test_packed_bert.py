"""The forward pass of our own against transformers' and peft's."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from transformers import (
    BertModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
    XLMRobertaModel,
)

from models.backbone import load_backbone
from models.catalog import Catalog
from models.device import Device, DeviceChoice
from models.errors import InputError, UnsupportedModelError
from models.linear import Linear
from models.lora import read_lora
from models.packed_bert import PackedBert
from models.packing import lay_in_rows, round_up
from models.padded_transformer import PaddedTransformer, padded_parts
from models.pooling import TokenStates
from models.registry import Registry
from models.sentences import Sentence
from models.tokenizer import Encoding, Tokenizer
from tests.models import tiny

LENGTHS = (40, 33, 33, 17, 9, 9, 3, 2)


def device(dtype: torch.dtype = torch.float32) -> Device:
    return Device(DeviceChoice(torch.device("cpu"), dtype, Sentence("as requested")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.write_bi_encoder(tmp_path / "plain")


def batch_of(lengths: tuple[int, ...], types: bool = True) -> list[Encoding]:
    chance = torch.Generator().manual_seed(0)
    ids = [torch.randint(4, 200, (n,), generator=chance).tolist() for n in lengths]
    return [Encoding(i, [0, *[1] * (len(i) - 1)] if types else None, False) for i in ids]


def by_transformers(model: nn.Module, batch: list[Encoding]) -> list[Tensor]:
    """Hidden states [t, d] of each text alone."""
    found = []
    for encoding in batch:
        types = torch.tensor([encoding.type_ids or [0] * len(encoding)])
        inputs = {"input_ids": torch.tensor([encoding.ids]), "token_type_ids": types}
        found.append(model(**inputs).last_hidden_state[0])
    return found


def split(states: TokenStates) -> list[Tensor]:
    return list(states.hidden.split(states.lengths.tolist()))


@torch.inference_mode()
@pytest.mark.parametrize("lengths", [LENGTHS, (5,), (16, 16), (64,), (100, 100, 1), (2,) * 70])
def test_hidden_states_equal_transformers(folder: Path, lengths: tuple[int, ...]) -> None:
    own = load_backbone(folder, Tokenizer(folder, None), device())
    assert isinstance(own, PackedBert)
    batch = batch_of(lengths)
    states = own.token_states(batch)
    assert states.lengths.tolist() == list(lengths)
    theirs = by_transformers(BertModel.from_pretrained(folder).eval(), batch)
    for ours, expected in zip(split(states), theirs, strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-5, rtol=0)


@torch.inference_mode()
def test_the_first_vectors_alone_equal_those_of_all(folder: Path) -> None:
    own = load_backbone(folder, Tokenizer(folder, None), device())
    batch = batch_of(LENGTHS)
    firsts = own.token_states(batch, first_only=True)
    everything = torch.stack([states[0] for states in split(own.token_states(batch))])
    assert firsts.lengths.tolist() == [1] * len(batch)
    torch.testing.assert_close(firsts.hidden, everything, atol=1e-6, rtol=0)


@torch.inference_mode()
def test_the_padded_way_gives_the_same(folder: Path) -> None:
    tokenizer = Tokenizer(folder, None)
    own = load_backbone(folder, tokenizer, device())
    padded = PaddedTransformer(BertModel.from_pretrained(folder).eval(), tokenizer, device())
    batch = batch_of(LENGTHS)
    ours, theirs = own.token_states(batch), padded.token_states(batch)
    assert torch.equal(ours.lengths, theirs.lengths)
    torch.testing.assert_close(ours.hidden, theirs.hidden, atol=1e-5, rtol=0)


def test_padded_parts_hold_every_text_once_in_order() -> None:
    batch = batch_of((90, 85, 84, 20, 19, 3))
    parts = list(padded_parts(batch, overhead=15))
    assert [encoding for part in parts for encoding in part] == batch
    assert [len(part) for part in parts] == [3, 2, 1]


@torch.inference_mode()
def test_a_roberta_cross_encoder_equals_transformers(tmp_path: Path) -> None:
    sizes: dict[str, Any] = dataclasses.asdict(_Sizes())
    config = XLMRobertaConfig(**sizes, pad_token_id=1, num_labels=1)
    torch.manual_seed(0)
    XLMRobertaForSequenceClassification(config).save_pretrained(tmp_path)
    tiny.write_tokenizer(tmp_path)
    pairs = [("a b", "c"), ("d " * 30, "e f g"), ("h", "i " * 9)]
    catalog = Catalog((tiny.card("x", tmp_path, "cross-encoder"),))
    ours = Registry(catalog, "cpu", dtype=torch.float32).score("x", pairs)
    model = XLMRobertaForSequenceClassification.from_pretrained(tmp_path).eval()
    tokenizer = Tokenizer(tmp_path, None)
    theirs = [model(**tokenizer.pad([e])).logits[0, 0] for e in tokenizer.encode_pairs(pairs)]
    torch.testing.assert_close(ours, torch.stack(theirs), atol=1e-5, rtol=0)


@dataclasses.dataclass
class _Sizes:
    vocab_size: int = len(tiny.WORDS)
    hidden_size: int = 32
    num_hidden_layers: int = 2
    num_attention_heads: int = 4
    intermediate_size: int = 64
    max_position_embeddings: int = 130
    type_vocab_size: int = 2


# --- rows ---


@given(st.lists(st.integers(1, 200), min_size=1, max_size=80))
def test_every_token_has_its_slot_and_texts_do_not_share_one(lengths: list[int]) -> None:
    packing = lay_in_rows(lengths)
    count = sum(lengths)
    slots = packing.slot_of_token[:count]
    token_of_slot = np.concatenate([rows.token_of_slot for rows in packing.groups])
    text_of_slot = np.concatenate([rows.text_of_slot for rows in packing.groups])
    row_of_slot = np.concatenate(
        [np.repeat(np.arange(r.count) + 1_000 * k, r.width) for k, r in enumerate(packing.groups)]
    )
    assert len(set(slots.tolist())) == count
    assert len(packing.slot_of_token) == round_up(count)
    assert token_of_slot[slots].tolist() == list(range(count))
    start = 0
    for text, length in enumerate(lengths):
        mine = slots[start : start + length]
        assert len(set(row_of_slot[mine].tolist())) == 1
        assert text_of_slot[mine].tolist() == [text] * length
        start += length
    assert (text_of_slot == -1).sum() == len(text_of_slot) - count


def test_one_long_text_does_not_widen_the_rows_of_the_others() -> None:
    groups = lay_in_rows([8_000, *[12] * 4_700]).groups
    assert [(rows.count, rows.width) for rows in groups] == [(1, 8_000), (940, 64)]


@pytest.mark.parametrize("length", range(5, 65))
def test_rows_of_like_texts_are_at_least_two_thirds_full(length: int) -> None:
    (rows,) = lay_in_rows([length] * 90).groups
    assert 90 * length / (rows.count * rows.width) > 0.65


def test_few_numbers_of_tokens_occur() -> None:
    assert len({round_up(count) for count in range(1, 1_025)}) <= 28
    assert all(0 <= round_up(count) - count < 64 for count in range(1, 1_025))


# --- adapters ---


def write_adapter(base: Path, folder: Path, **settings: Any) -> Path:
    from peft import LoraConfig, get_peft_model

    torch.manual_seed(1)
    defaults: dict[str, Any] = {"r": 4, "lora_alpha": 6, "target_modules": ["query", "dense"]}
    model = get_peft_model(BertModel.from_pretrained(base), LoraConfig(**(defaults | settings)))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.1)  # peft begins with zeros, which would show nothing
    model.save_pretrained(folder)
    return folder


@torch.inference_mode()
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"target_modules": ["query", "key", "value", "dense"]},
        {"target_modules": ["value"]},
        {"use_rslora": True},
        {"rank_pattern": {"layer.0.attention.self.query": 2}},
    ],
)
def test_an_adapter_equals_peft(folder: Path, tmp_path: Path, settings: dict[str, Any]) -> None:
    from peft import PeftModel

    adapter = write_adapter(folder, tmp_path / "adapter", **settings)
    own = load_backbone(folder, Tokenizer(folder, None), device())
    batch = batch_of(LENGTHS)
    plain = own.token_states(batch).hidden
    adapted = own.token_states(batch, read_lora(adapter, device()))
    model = PeftModel.from_pretrained(BertModel.from_pretrained(folder), adapter).eval()
    for ours, expected in zip(split(adapted), by_transformers(model, batch), strict=True):
        torch.testing.assert_close(ours, expected, atol=1e-5, rtol=0)
    assert float((adapted.hidden - plain).abs().max()) > 1e-3
    assert torch.equal(own.token_states(batch).hidden, plain)  # nothing stays behind


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"use_dora": True}, "use_dora"),
        ({"bias": "all"}, "bias"),
        ({"alpha_pattern": {"query": 3}}, "alpha_pattern"),
        ({"init_lora_weights": "pissa"}, "init_lora_weights"),
        ({"init_lora_weights": "olora"}, "init_lora_weights"),
    ],
)
def test_another_kind_of_adapter_is_refused(
    folder: Path, tmp_path: Path, settings: dict[str, Any], sentence: str
) -> None:
    adapter = write_adapter(folder, tmp_path / "adapter", **settings)
    with pytest.raises(UnsupportedModelError, match=sentence):
        read_lora(adapter, device())


@pytest.mark.parametrize("sizes", [{"num_hidden_layers": 4}, {"intermediate_size": 96}])
def test_an_adapter_of_another_base_is_refused(
    folder: Path, tmp_path: Path, sizes: dict[str, int]
) -> None:
    other = tmp_path / "other"
    BertModel(tiny.config(**sizes)).save_pretrained(other)
    adapter = read_lora(write_adapter(other, tmp_path / "adapter"), device())
    own = load_backbone(folder, Tokenizer(folder, None), device())
    with pytest.raises(UnsupportedModelError, match="another shape"):
        own.check_adapter(adapter)


# --- texts and tokenizers out of the ordinary ---


def test_a_model_that_knows_one_type_of_token(tmp_path: Path) -> None:
    from transformers import BertForSequenceClassification

    config = tiny.config(type_vocab_size=1)
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    tiny.write_tokenizer(tmp_path)
    registry = Registry(Catalog((tiny.card("x", tmp_path, "cross-encoder"),)), "cpu")
    assert registry.score("x", [("a", "b")]).shape == (1,)


def test_a_token_beyond_the_vocabulary_is_said(tmp_path: Path) -> None:
    BertModel(tiny.config(vocab_size=20)).save_pretrained(tmp_path)
    tiny.write_tokenizer(tmp_path)
    registry = Registry(Catalog((tiny.card("m", tmp_path),)), "cpu")
    assert registry.embed("m", ["a b"]).shape[0] == 1
    with pytest.raises(InputError, match="no vector for"):
        registry.embed("m", ["z"])


@torch.inference_mode()
def test_a_padding_token_inside_a_text_of_roberta(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = XLMRobertaConfig(**dataclasses.asdict(_Sizes()), pad_token_id=1)
    model = XLMRobertaModel(config, add_pooling_layer=False).eval()
    batch = [Encoding([5, 1, 9, 2], [0] * 4, False), Encoding([7, 8], [0] * 2, False)]
    theirs = by_transformers(model, batch)
    ours = split(PackedBert(model, device()).token_states(batch))
    for mine, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, expected, atol=1e-5, rtol=0)


def test_an_empty_text_without_special_tokens_gets_a_vector_of_its_own(tmp_path: Path) -> None:
    folder = tiny.write_bi_encoder(tmp_path)
    settings = json.loads((folder / "tokenizer.json").read_text())
    settings["post_processor"] = None
    (folder / "tokenizer.json").write_text(json.dumps(settings))
    registry = Registry(Catalog((tiny.card("m", folder),)), "cpu", dtype=torch.float32)
    alone = registry.embed("m", [""])
    registry.clear_cache()
    vectors = registry.embed("m", ["a b", "", "c"])
    assert torch.allclose(vectors.norm(dim=1), torch.ones(3))
    torch.testing.assert_close(vectors[1:2], alone, atol=1e-5, rtol=0)


# --- products ---


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_linear_layer_equals_torch(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    weight, bias = torch.randn(24, 16).to(dtype), torch.randn(24).to(dtype)
    x, added = torch.randn(5, 16).to(dtype), torch.randn(5, 24).to(dtype)
    ours = Linear(weight, bias, device(dtype))
    expected = x.float() @ weight.float().T + bias.float()
    tolerance = 1e-5 if dtype == torch.float32 else 0.1
    torch.testing.assert_close(ours(x).float(), expected, atol=tolerance, rtol=0)
    torch.testing.assert_close(
        ours(x, added).float(), expected + added.float(), atol=tolerance, rtol=0
    )


def test_both_ways_of_keeping_a_weight_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(0)
    weight, bias, x = torch.randn(24, 16), torch.randn(24), torch.randn(5, 16)
    results = []
    for blocked in (False, True):
        owner = device()
        if blocked and not owner.blocks_weights:
            pytest.skip("this CPU or this build of torch has no blocked layout")
        monkeypatch.setattr(owner, "blocks_weights", blocked)
        results.append(Linear(weight, bias, owner)(x, x @ weight.T))
    torch.testing.assert_close(results[0], results[1], atol=1e-5, rtol=0)
