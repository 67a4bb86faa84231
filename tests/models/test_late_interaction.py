"""Late interaction: token vectors and their scores against sentence-transformers', and alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import MultiVectorEncoder
from sentence_transformers.base.modules import Dense, Normalize, Transformer
from sentence_transformers.multi_vector_encoder.modules import MultiVectorMask
from sentence_transformers.util import maxsim
from torch import nn

from models import maxsim as ours
from models.catalog import Catalog
from models.errors import InputError, UnsupportedModelError
from models.late_interaction import mean_max_similarity
from models.registry import Registry
from tests.models import tiny
from tests.models.test_parity import mixed_pairs, mixed_texts

LATE = "late"


def unit(*lengths: int, seed: int = 0, width: int = 6) -> list[np.ndarray]:
    random = np.random.default_rng(seed)
    drawn = [random.normal(size=(n, width)).astype(np.float32) for n in lengths]
    return [each / np.linalg.norm(each, axis=1, keepdims=True) for each in drawn]


def written_out(first: np.ndarray, second: np.ndarray) -> float:
    """The score by its definition, token by token."""

    def one_way(a: np.ndarray, b: np.ndarray) -> float:
        return sum(max(float(x @ y) for y in b) for x in a) / len(a)

    return (one_way(first, second) + one_way(second, first)) / 2


def peer(folder: Path, *more: nn.Module, length: int = 64) -> MultiVectorEncoder:
    """sentence-transformers' model of a plain transformers folder."""
    modules = [Transformer(str(folder), max_seq_length=length), *more, MultiVectorMask()]
    modules.append(Normalize(module_input_name="token_embeddings"))
    return MultiVectorEncoder(modules=modules, device="cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny.write_bi_encoder(tmp_path / "late")


@pytest.fixture
def small(folder: Path) -> Iterator[Registry]:
    card = tiny.card(LATE, folder, "late-interaction", max_length=64)
    registry = Registry(Catalog((card,)), "cpu", dtype=torch.float32)
    yield registry
    registry.close()


# --- the scores of finished vectors ---


def test_scores_are_what_the_definition_says() -> None:
    text, *others = unit(5, 3, 1, 9, 5)
    found = ours.mean_max_similarity(text, others)
    assert np.allclose(found, [written_out(text, other) for other in others], atol=1e-6)
    turned = [ours.mean_max_similarity(other, [text])[0] for other in others]
    assert np.allclose(found, turned, atol=1e-6)


def test_a_text_is_as_like_itself_as_can_be_whatever_its_length() -> None:
    for text in unit(1, 4, 300):
        assert ours.mean_max_similarity(text, [text, np.concatenate([text, text])]) == (
            pytest.approx([1.0, 1.0])
        )
    (token,) = unit(1)
    assert ours.mean_max_similarity(token, [-token])[0] == pytest.approx(-1.0)


def test_one_direction_is_colberts_sum() -> None:
    query, *documents = unit(4, 7, 2, 30)
    theirs = maxsim([torch.from_numpy(query)], [torch.from_numpy(d) for d in documents])[0]
    assert np.allclose(ours.max_similarity(query, documents), theirs.numpy(), atol=1e-5)


def test_many_texts_are_met_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    text, *others = unit(4, *range(1, 30))
    whole = ours.mean_max_similarity(text, others)
    monkeypatch.setattr(ours, "_TOKENS_AT_ONCE", 20)
    assert np.allclose(ours.mean_max_similarity(text, others), whole, atol=1e-6)
    monkeypatch.setattr(ours, "_COSINES_AT_ONCE", 1)
    assert np.allclose(ours.mean_max_similarity(text, others), whole, atol=1e-6)


def test_nothing_to_meet_is_no_score() -> None:
    text = unit(3)[0]
    assert ours.mean_max_similarity(text, []).shape == (0,)
    assert ours.max_similarity(text, []).dtype == np.float32
    assert mean_max_similarity([], []).shape == (0,)


def test_training_computes_the_same_scores_and_the_gradient_of_the_best_matches() -> None:
    count = 150  # more than are padded together
    random = np.random.default_rng(1)
    firsts = unit(*random.integers(1, 40, count), seed=2)
    seconds = unit(*random.integers(1, 40, count), seed=3)
    inputs = [torch.tensor(each, requires_grad=True) for each in firsts]
    scores = mean_max_similarity(inputs, [torch.from_numpy(each) for each in seconds])
    expected = [ours.mean_max_similarity(a, [b])[0] for a, b in zip(firsts, seconds, strict=True)]
    assert np.allclose(scores.detach().numpy(), expected, atol=1e-6)
    scores[7].backward()
    a, b = firsts[7], seconds[7]
    cosines = a @ b.T
    gradient = b[cosines.argmax(axis=1)] / len(a) / 2  # each token pulls at its best match
    for column, row in enumerate(cosines.argmax(axis=0)):
        gradient[row] += b[column] / len(b) / 2
    assert np.allclose(inputs[7].grad.numpy(), gradient, atol=1e-6)
    assert all(each.grad is None or not each.grad.any() for n, each in enumerate(inputs) if n != 7)


# --- the encoder ---


def test_token_vectors_and_scores_equal_sentence_transformers(
    small: Registry, folder: Path
) -> None:
    model = peer(folder)
    texts = ["", *(f"a b {k} " + "z " * (k * 7 % 90) for k in range(30))]
    theirs = model.encode(texts)
    found = small.token_vectors(LATE, texts)
    for mine, other in zip(found, theirs, strict=True):
        assert mine.dtype == torch.float32
        assert mine.shape == other.shape
        assert float((mine - torch.as_tensor(other)).abs().max()) < 1e-5
    one_way = ours.max_similarity(found[1].numpy(), [each.numpy() for each in found])
    assert np.allclose(one_way, model.similarity(theirs[1:2], theirs)[0], atol=1e-4)
    pairs = list(zip(texts, texts[::-1], strict=True))
    model.similarity_fn_name = "meanmaxsim"
    there = model.similarity_pairwise(theirs, theirs[::-1])
    back = model.similarity_pairwise(theirs[::-1], theirs)
    scores = small.score(LATE, pairs)
    assert torch.allclose(scores, (there + back) / 2, atol=1e-5)


@pytest.mark.slow
def test_a_real_base_equals_sentence_transformers(registry: Registry) -> None:
    from models.catalog import MINILM
    from models.sources import find_files

    card = tiny.card(LATE, Path("."), "late-interaction", base=MINILM.key, max_length=256)
    mine = Registry(Catalog((MINILM, card)), "cpu", dtype=torch.float32)
    model = peer(find_files(MINILM).folder, length=256)
    texts = mixed_texts(20)
    for own, other in zip(mine.token_vectors(LATE, texts), model.encode(texts), strict=True):
        assert float((own - torch.as_tensor(other)).abs().max()) < 1e-5
    pairs = mixed_pairs(20)
    firsts, seconds = (model.encode(list(side)) for side in zip(*pairs, strict=True))
    model.similarity_fn_name = "meanmaxsim"
    there, back = (model.similarity_pairwise(*s) for s in ((firsts, seconds), (seconds, firsts)))
    assert torch.allclose(mine.score(LATE, pairs), (there + back) / 2, atol=1e-5)
    mine.close()


def test_a_saved_multi_vector_model_is_read(folder: Path, tmp_path: Path) -> None:
    dense = Dense(32, 8, False, nn.Identity(), module_input_name="token_embeddings")
    model = peer(folder, dense)
    model.save(str(tmp_path / "saved"))
    card = tiny.card("m", tmp_path / "saved", "late-interaction", max_length=64)
    registry = Registry(Catalog((card,)), "cpu", dtype=torch.float32)
    mine = registry.token_vectors("m", ["a b", "c d e"])
    assert mine[1].shape == (5, 8)
    for own, other in zip(mine, model.encode(["a b", "c d e"]), strict=True):
        assert torch.allclose(own, torch.as_tensor(other), atol=1e-5)
    registry.close()


def test_what_leaves_tokens_out_is_refused(folder: Path, tmp_path: Path) -> None:
    modules = [Transformer(str(folder)), MultiVectorMask(["a"])]
    modules.append(Normalize(module_input_name="token_embeddings"))
    MultiVectorEncoder(modules=modules, device="cpu").save(str(tmp_path / "saved"))
    card = tiny.card("m", tmp_path / "saved", "late-interaction")
    with pytest.raises(UnsupportedModelError, match="leaves tokens out"):
        Registry(Catalog((card,)), "cpu").score("m", [("a", "b")])
    single = tiny.card("m", tmp_path / "saved", "bi-encoder")
    with pytest.raises(UnsupportedModelError, match="order"):
        Registry(Catalog((single,)), "cpu").score("m", [("a", "b")])


def test_a_prompt_stands_before_both_texts(folder: Path) -> None:
    model = peer(folder)
    card = tiny.card("m", folder, "late-interaction", max_length=64, prompt="q r ")
    registry = Registry(Catalog((card,)), "cpu", dtype=torch.float32)
    theirs = model.encode(["a b"], prompt="q r ")[0]
    assert torch.allclose(
        registry.token_vectors("m", ["a b"])[0], torch.as_tensor(theirs), atol=1e-5
    )
    seen = registry.align("m", ("a b", "c"))
    assert seen.tokens == (
        ("[CLS]", "q", "r", "a", "b", "[SEP]"),
        ("[CLS]", "q", "r", "c", "[SEP]"),
    )
    assert seen.owned[0] == (False, False, False, True, True, False)
    registry.close()


# --- the registry ---


def test_token_vectors_are_computed_once_and_kept(small: Registry) -> None:
    pairs = [("a b", "c"), ("a b", "d e f"), ("c", "a b")]
    scores = small.score(LATE, pairs)
    assert small.status().cache_entries == 3
    batches = small.status().batches
    work = small.token_embedding(LATE, ["a b", "d e f"])
    vectors = work.result()
    assert [len(each) for each in vectors] == [4, 5]
    assert (work.progress.cached, small.status().batches) == (2, batches)
    assert float(scores[0]) == pytest.approx(float(scores[2]), abs=1e-6)
    floats = 32 * 4
    assert small.status().cache_nbytes >= (4 + 3 + 5) * floats


def test_vectors_are_the_callers_own(small: Registry) -> None:
    first = small.token_vectors(LATE, ["a"])[0]
    kept = first.clone()
    first.add_(1.0)
    assert torch.equal(small.token_vectors(LATE, ["a"])[0], kept)


def test_long_work_is_cut_and_reports(small: Registry) -> None:
    texts = [f"{k % 200} " * (k % 50 + 1) for k in range(1_500)]
    work = small.token_embedding(LATE, texts)
    assert len(list(work)) > 1
    alone = small.token_vectors(LATE, texts[600:601])[0]
    assert torch.allclose(work.result()[600], alone, atol=1e-5)
    assert not work.truncated[0]
    assert small.token_embedding(LATE, ["a " * 100]).result()[0].shape == (64, 32)


def test_nothing_and_what_is_no_list(small: Registry) -> None:
    assert small.token_vectors(LATE, []) == []
    assert small.score(LATE, []).shape == (0,)
    with pytest.raises(InputError, match="as a list"):
        small.token_vectors(LATE, "a b")


def test_other_kinds_have_no_token_vectors(folder: Path) -> None:
    registry = Registry(Catalog((tiny.card("bi", folder),)), "cpu")
    with pytest.raises(InputError, match="only late interaction"):
        registry.token_vectors("bi", ["a"])
    with pytest.raises(InputError, match="only late interaction"):
        registry.align("bi", ("a", "b"))


def test_the_alignment_explains_the_score(small: Registry) -> None:
    pair = ("a b c", "c x")
    seen = small.align(LATE, pair)
    assert seen.cosines.shape == (5, 4)
    assert seen.score == pytest.approx(float(small.score(LATE, [pair])), abs=1e-6)
    place, cosine = seen.matches(1)[1]
    assert cosine == pytest.approx(float(seen.cosines[:, 1].max()))
    assert seen.cosines[place, 1] == seen.cosines[:, 1].max()
    assert not seen.truncated
    assert small.align(LATE, ("a " * 80, "b")).truncated


def test_attention_shows_one_text(small: Registry) -> None:
    assert small.attend(LATE, "a b").tokens == ("[CLS]", "a", "b", "[SEP]")
