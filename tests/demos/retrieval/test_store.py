"""An index on disk: it comes back whole, or not at all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch

from demos.frame.errors import InputProblem
from demos.retrieval import shelf as shelf_module
from demos.retrieval import store
from demos.retrieval.belief import fit_belief
from demos.retrieval.search import BayesCur, Cur, Index, ReRank
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import (
    DESCRIPTION,
    TENSORS,
    TEXTS,
    HeldOut,
    ModelVersion,
    StoredIndex,
    address,
    corpus_digest,
    load,
    load_held_out,
    save,
    save_held_out,
)
from models.held import Held

FILES = (DESCRIPTION, TEXTS, TENSORS)
BI, CROSS = ModelVersion("bi", "1"), ModelVersion("cross", "2")


def an_index(labels: bool = True, seed: int = 0) -> StoredIndex:
    generator = torch.Generator().manual_seed(seed)
    vectors = torch.randn(30, 6, generator=generator)
    vectors = (vectors / vectors.norm(dim=1, keepdim=True)).half().float()
    scores = torch.randn(7, 30, generator=generator)
    index = Index(vectors[:25], scores[:5, :25], vectors[25:], torch.tensor([3, -1, -1, 0, -1]))
    belief = fit_belief(
        index.anchor_scores, index.anchor_vectors, index.item_vectors, index.own_items
    )
    texts = tuple(f"text {i} 文本 🙂\n" for i in range(25))
    anchors = tuple(f"anchor {i}" for i in range(5))
    names = tuple(f"label {i % 4}" for i in range(25)) if labels else None
    key = address(texts, anchors, BI, CROSS)
    return StoredIndex(key, "A title 标题", texts, names, anchors, BI, CROSS, index, belief)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(an_index(), tmp_path / "a" / "b")
    return tmp_path / "a" / "b"


def refusal(function: Callable[..., Any], *arguments: Any) -> str:
    with pytest.raises(InputProblem) as caught:
        function(*arguments)
    assert caught.value.sentence("en")
    assert caught.value.sentence("zh")
    return caught.value.key


@pytest.mark.parametrize("labels", [True, False])
def test_what_was_saved_comes_back(tmp_path: Path, labels: bool) -> None:
    given = an_index(labels)
    save(given, tmp_path)
    found = load(tmp_path)
    for name in ("key", "title", "texts", "labels", "anchor_texts", "bi_encoder", "cross_encoder"):
        assert getattr(found, name) == getattr(given, name)
    for field in dataclasses.fields(Index):
        if field.name == "late":  # token vectors are read anew
            continue
        assert torch.equal(getattr(found.index, field.name), getattr(given.index, field.name))
    assert found.belief.prior == given.belief.prior
    for name in ("features", "mean", "cur_vectors"):
        assert torch.equal(getattr(found.belief, name), getattr(given.belief, name))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)


def test_the_documents_of_passages_come_back(tmp_path: Path) -> None:
    numbers = tuple(i // 3 for i in range(25))
    save(dataclasses.replace(an_index(), documents=numbers), tmp_path)
    found = load(tmp_path)
    assert found.documents == numbers
    assert found.document_of.tolist() == [*numbers]
    assert an_index().document_of.tolist() == [*range(25)]


def test_saving_again_replaces(folder: Path) -> None:
    save(an_index(seed=1), folder)
    assert torch.equal(load(folder).index.anchor_scores, an_index(seed=1).index.anchor_scores)


@pytest.mark.parametrize("name", [TEXTS, TENSORS])
def test_a_changed_byte_is_noticed(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    for place in (0, 9, len(raw) // 2, len(raw) - 1):
        (folder / name).write_bytes(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :])
        assert refusal(load, folder) == "retrieval.index.damaged"
    (folder / name).write_bytes(raw[:-1])
    assert refusal(load, folder) == "retrieval.index.damaged"


def means_the_same(changed: bytes, raw: bytes) -> bool:
    try:
        return bool(json.loads(changed) == json.loads(raw))
    except ValueError:
        return False


def test_a_changed_byte_of_the_description_is_noticed(folder: Path) -> None:
    raw = (folder / DESCRIPTION).read_bytes()
    for place in range(0, len(raw), 3):
        changed = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        if means_the_same(changed, raw):  # the last digit of a float
            continue
        (folder / DESCRIPTION).write_bytes(changed)
        assert refusal(load, folder).startswith("retrieval.index.")


@pytest.mark.parametrize("raw", [b"", b"[]", b"3", b"{}", b"null", b"\xff", b'{"format": 1}'])
def test_another_files_content_is_refused(folder: Path, raw: bytes) -> None:
    (folder / DESCRIPTION).write_bytes(raw)
    assert refusal(load, folder).startswith("retrieval.index.")


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_no_index(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert refusal(load, folder) == "retrieval.index.absent"


def test_no_folder_is_no_index(tmp_path: Path) -> None:
    assert refusal(load, tmp_path / "none") == "retrieval.index.absent"


def test_another_format_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    assert refusal(load, folder) == "retrieval.index.format"


def test_texts_of_another_corpus_are_refused(folder: Path, tmp_path: Path) -> None:
    other = dataclasses.replace(an_index(), texts=tuple(f"other {i}" for i in range(25)))
    save(other, tmp_path / "other")
    (folder / TEXTS).write_bytes((tmp_path / "other" / TEXTS).read_bytes())
    assert refusal(load, folder) == "retrieval.index.damaged"


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("last", FILES)
def test_a_killed_writer_leaves_no_index(
    tmp_path: Path, last: str, again: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if again:
        save(an_index(seed=1), tmp_path)
    write = store.write_whole

    def killed(path: Path, content: bytes) -> None:
        if path.name == last:
            path.with_name(path.name + ".part").write_bytes(content[: len(content) // 2])
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(store, "write_whole", killed)
    with pytest.raises(KeyboardInterrupt):
        save(an_index(), tmp_path)
    assert not (tmp_path / DESCRIPTION).exists()
    assert refusal(load, tmp_path) == "retrieval.index.absent"
    monkeypatch.undo()
    save(an_index(), tmp_path)
    assert load(tmp_path).texts == an_index().texts


def test_the_description_is_written_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(store, "write_whole", lambda path, _: written.append(path.name))
    save(an_index(), tmp_path)
    assert sorted(written) == sorted(FILES)
    assert written[-1] == DESCRIPTION


def test_addresses_tell_texts_order_anchors_and_models_apart() -> None:
    addresses = {
        address(texts, anchors, bi, cross)
        for texts in (("a", "b"), ("b", "a"), ("ab",), ("a", "b", ""))
        for anchors in (("x",), ("y",))
        for bi in (BI, ModelVersion("bi", "2"))
        for cross in (CROSS, BI)
    }
    assert len(addresses) == 4 * 2 * 2 * 2
    assert address(("a",), ("x",), BI, CROSS) == address(["a"], ["x"], BI, CROSS)
    assert corpus_digest(["a", "b"]) != corpus_digest(["ab"])
    split = {address("ab", "x", BI, CROSS, numbers) for numbers in (None, (0, 0), (0, 1))}
    assert len(split) == 3


# --- held-out queries ---


@pytest.mark.parametrize("labels", [("p", "q", "p"), None])
def test_held_out_queries_come_back(tmp_path: Path, labels: tuple[str, ...] | None) -> None:
    random = np.random.default_rng(0)
    vectors = torch.from_numpy(random.normal(size=(3, 4))).half().float()
    exact = (8 * random.normal(size=(3, 9))).astype(np.float32)
    given = HeldOut(("one", "二", "3\n"), labels, vectors, exact)
    save_held_out(given, tmp_path / "held")
    found = load_held_out(tmp_path / "held")
    assert (found.texts, found.labels) == (given.texts, given.labels)
    assert torch.equal(found.vectors, vectors)
    assert found.exact.dtype == np.float32
    assert np.allclose(found.exact, exact, rtol=1e-3)


def test_held_out_queries_that_are_not_there_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "held"
    assert refusal(load_held_out, path) == "retrieval.index.absent"
    save_held_out(HeldOut(("a",), None, torch.ones(1, 2), np.ones((1, 3), np.float32)), path)
    for raw in (b"", path.read_bytes()[:-2], b"x" * 100):
        path.write_bytes(raw)
        assert refusal(load_held_out, path) == "retrieval.index.damaged"


def test_relevance_is_an_equal_label() -> None:
    held = HeldOut(("a", "b"), ("x", "y"), torch.ones(2, 1), np.ones((2, 3), np.float32))
    grades = held.relevance(["y", "x", "x"])
    assert grades is not None
    assert grades.tolist() == [[0, 1, 1], [1, 0, 0]]
    assert held.relevance(None) is None
    assert dataclasses.replace(held, labels=None).relevance(["x"]) is None


# --- the shelf ---


class FakeRegistry:
    """The few things that a shelf asks of a registry; counts what it runs."""

    def __init__(self, **versions: str):
        self.versions = {"bi": "1", "cross": "2"} | versions
        self.ran: list[str] = []

    def card(self, key: str) -> Any:
        return SimpleNamespace(key=key, version=self.versions[key])

    def title(self, key: str) -> str:
        return key.title()

    def hold(self, value: Any) -> Held:
        return Held(value)

    def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.ran.append(function.__qualname__)
        return function(*(a.value if isinstance(a, Held) else a for a in arguments))


def a_shelf(folder: Path, **versions: str) -> tuple[Shelf, FakeRegistry]:
    registry = FakeRegistry(**versions)
    return Shelf(cast(Any, registry), folder), registry


def stored_in(folder: Path, seed: int = 0) -> str:
    key = f"{seed:024x}"
    save(dataclasses.replace(an_index(seed=seed), key=key), folder / key)
    return key


def test_an_index_is_read_once(tmp_path: Path) -> None:
    key = stored_in(tmp_path)
    shelf, _ = a_shelf(tmp_path)
    opened = shelf.open(key)
    (tmp_path / key / TENSORS).unlink()
    assert shelf.open(key) is opened
    assert opened.held.value is opened.stored.index
    shelf.forget(key)
    assert refusal(shelf.open, key) == "retrieval.index.absent"


@pytest.mark.parametrize("model", ["bi", "cross"])
def test_an_index_by_another_version_of_a_model_is_refused(tmp_path: Path, model: str) -> None:
    key = stored_in(tmp_path)
    shelf, _ = a_shelf(tmp_path, **{model: "99"})
    assert refusal(shelf.open, key) == "retrieval.index.stale"


@pytest.mark.parametrize("key", ["", "..", "../../etc", "A" * 24, "0" * 23, "0" * 24 + "\n", None])
def test_what_is_no_key_opens_nothing(tmp_path: Path, key: Any) -> None:
    shelf, _ = a_shelf(tmp_path)
    assert refusal(shelf.open, key) == "retrieval.index.absent"


def test_the_index_opened_longest_ago_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf_module, "_OPEN", 2)
    shelf, _ = a_shelf(tmp_path)
    a, b, c = (stored_in(tmp_path, seed) for seed in range(3))
    first, second = shelf.open(a), shelf.open(b)
    shelf.open(a)
    shelf.open(c)
    assert shelf.open(a) is first
    assert shelf.open(b) is not second


def test_strategies_are_prepared_once(tmp_path: Path) -> None:
    shelf, registry = a_shelf(tmp_path)
    opened = shelf.open(stored_in(tmp_path))
    ten = shelf.prepare(opened, Cur(), 10)
    assert shelf.prepare(opened, Cur(), 10) is ten
    assert shelf.prepare(opened, Cur(), 12) is not ten
    assert len(registry.ran) == 2


def test_what_needs_no_preparation_is_not_copied(tmp_path: Path) -> None:
    shelf, registry = a_shelf(tmp_path)
    opened = shelf.open(stored_in(tmp_path))
    assert shelf.prepare(opened, ReRank(), 10) is shelf.prepare(opened, ReRank(), 20)
    assert shelf.prepare(opened, ReRank(), 10).value is opened.stored.index
    bayes = shelf.prepare(opened, BayesCur(), 10)
    assert bayes is shelf.prepare(opened, BayesCur(), 20)
    assert bayes.value is opened.stored.belief
    assert not registry.ran


def test_few_preparations_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "_PREPARED", 1)
    shelf, _ = a_shelf(tmp_path)
    opened = shelf.open(stored_in(tmp_path))
    for budget in (6, 8):
        assert shelf.prepare(opened, Cur(), budget).value.anchor_items.shape == (budget // 2,)
    assert len(opened.prepared) == 1
