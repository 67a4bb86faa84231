"""Cross-encoders of the formats and architectures that people save them in, with random weights,
against sentence-transformers' CrossEncoder on the same files."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder
from sentence_transformers.base.modules import Dense
from sentence_transformers.sentence_transformer.modules import LayerNorm, Pooling, Transformer
from torch import nn
from transformers import (
    ModernBertConfig,
    ModernBertForSequenceClassification,
    ModernBertModel,
    XLMRobertaConfig,
    XLMRobertaForSequenceClassification,
)

from models.catalog import Catalog
from models.errors import UnsupportedModelError
from models.layout import kind_of_folder
from models.registry import Registry
from tests.models import tiny

PAIRS = [(f"a b {k}", f"{k} " * (k % 40 + 1)) for k in range(40)] + [("", "x"), ("q " * 90, "z")]
WIDTH = 32


def modern_bert(**more: object) -> ModernBertConfig:
    """Three layers, two of which look at a window that the longest pairs exceed."""
    torch.manual_seed(0)
    tokens = {"pad_token_id": 0, "cls_token_id": 2, "sep_token_id": 3}
    return ModernBertConfig(
        vocab_size=len(tiny.WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=48,
        max_position_embeddings=128,
        local_attention=8,
        initializer_range=0.2,
        initializer_cutoff_factor=2.0,
        **tokens,
        bos_token_id=2,
        eos_token_id=3,
        **more,
    )


def write_modern_bert(folder: Path, **more: object) -> Path:
    ModernBertForSequenceClassification(modern_bert(**more)).save_pretrained(folder)
    tiny.write_tokenizer(folder, 128, has_types=False)
    return folder


def write_modules(
    folder: Path, head: Sequence[nn.Module] | None = None, pooling: str = "cls", **more: object
) -> Path:
    """An encoder, pooling and a head in modules, as the Ettin re-rankers are saved."""
    plain = folder.with_name(f"{folder.name}-encoder")
    ModernBertModel(modern_bert()).save_pretrained(plain)
    tiny.write_tokenizer(plain, 128, has_types=False)
    chain = head or [
        Dense(WIDTH, WIDTH, bias=False, activation_function=nn.GELU()),
        LayerNorm(WIDTH),
        Dense(WIDTH, 1, activation_function=nn.Identity(), module_output_name="scores"),
    ]
    modules = [Transformer(str(plain)), Pooling(WIDTH, pooling), *chain]
    CrossEncoder(modules=modules, device="cpu", **more).save_pretrained(str(folder))  # type: ignore[arg-type]
    return folder


def scores(folder: Path, dtype: torch.dtype = torch.float32) -> np.ndarray:
    """Through the registry, by a card that states nothing but the kind."""
    catalog = Catalog((tiny.card("cross", folder, "cross-encoder"),))
    registry = Registry(catalog, "cpu", dtype=dtype)
    found: np.ndarray = registry.score("cross", PAIRS).numpy()
    registry.close()
    return found


def theirs(folder: Path) -> np.ndarray:
    peer = CrossEncoder(str(folder), device="cpu")
    found: np.ndarray = peer.predict(PAIRS, activation_fn=nn.Identity())
    return found


def assert_equal(folder: Path) -> None:
    expected = theirs(folder)
    assert np.ptp(expected) > 0.05  # scores that differ can be compared
    assert float(np.abs(scores(folder) - expected).max()) < 1e-5


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_modern_bert_equals_predict(tmp_path: Path, pooling: str) -> None:
    folder = write_modern_bert(tmp_path / "cross", num_labels=1, classifier_pooling=pooling)
    assert_equal(folder)
    assert kind_of_folder(folder, "cross") == "cross-encoder"


def test_modern_bert_saved_by_sentence_transformers_equals_predict(tmp_path: Path) -> None:
    plain = write_modern_bert(tmp_path / "plain", num_labels=1, classifier_pooling="mean")
    saved = tmp_path / "saved"
    peer = CrossEncoder(str(plain), device="cpu", max_length=24)
    peer.save_pretrained(str(saved))
    assert (saved / "modules.json").is_file()
    assert CrossEncoder(str(saved), device="cpu").max_seq_length == 24
    assert_equal(saved)


@pytest.mark.parametrize("pooling", ["cls", "mean"])
def test_a_head_in_modules_equals_predict(tmp_path: Path, pooling: str) -> None:
    folder = write_modules(tmp_path / "ettin", pooling=pooling)
    kinds = [
        m["type"].rsplit(".", 1)[-1] for m in json.loads((folder / "modules.json").read_text())
    ]
    assert kinds == ["Transformer", "Pooling", "Dense", "LayerNorm", "Dense"]
    assert_equal(folder)
    assert kind_of_folder(folder, "ettin") == "cross-encoder"


def test_a_head_in_modules_is_close_in_bfloat16(tmp_path: Path) -> None:
    folder = write_modules(tmp_path / "ettin")
    assert float(np.abs(scores(folder, torch.bfloat16) - theirs(folder)).max()) < 0.05


def test_xlm_roberta_equals_predict(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = XLMRobertaConfig(
        vocab_size=len(tiny.WORDS),
        hidden_size=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=130,
        type_vocab_size=1,
        pad_token_id=0,
        num_labels=1,
        initializer_range=0.2,
    )
    folder = tmp_path / "xlm-r"
    XLMRobertaForSequenceClassification(config).save_pretrained(folder)
    tiny.write_tokenizer(folder, 128, has_types=False)
    assert_equal(folder)


def test_what_cannot_be_honoured_is_refused(tmp_path: Path) -> None:
    two = [Dense(WIDTH, 2, activation_function=None, module_output_name="scores")]
    folder = write_modules(tmp_path / "two", two)
    with pytest.raises(UnsupportedModelError, match="has 2 outputs"):
        scores(folder)

    one = Dense(WIDTH, 1, activation_function=None, module_output_name="scores")
    folder = write_modules(tmp_path / "prompt", [one], prompts={"q": "a "}, default_prompt_name="q")
    with pytest.raises(UnsupportedModelError, match="words of its own"):
        scores(folder)

    folder = write_modules(tmp_path / "norm", [Dense(WIDTH, WIDTH), LayerNorm(WIDTH), one])
    modules = json.loads((folder / "modules.json").read_text())
    (folder / "modules.json").write_text(json.dumps(modules[:-1]))
    with pytest.raises(UnsupportedModelError, match="in an order"):
        scores(folder)

    folder = write_modules(tmp_path / "elsewhere", [one])
    settings = json.loads((folder / "2_Dense" / "config.json").read_text())
    settings["module_output_name"] = "sentence_embedding"
    (folder / "2_Dense" / "config.json").write_text(json.dumps(settings))
    with pytest.raises(UnsupportedModelError, match="Dense module"):
        scores(folder)

    folder = write_modern_bert(tmp_path / "task", num_labels=1)
    CrossEncoder(str(folder), device="cpu").save_pretrained(str(tmp_path / "writes"))
    settings_file = tmp_path / "writes" / "sentence_bert_config.json"
    settings = json.loads(settings_file.read_text()) | {"transformer_task": "text-generation"}
    settings_file.write_text(json.dumps(settings))
    with pytest.raises(UnsupportedModelError, match="not a model that scores pairs"):
        scores(tmp_path / "writes")
