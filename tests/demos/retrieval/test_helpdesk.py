"""The bundled corpora: their texts, their indexes, the command that builds them, how they are
offered."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import gradio as gr
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from app import launch
from demos.frame.errors import InputProblem
from demos.frame.pages import _info, build_pages
from demos.frame.strings import I18N
from demos.retrieval import RETRIEVAL
from demos.retrieval.desk import Desk, lay_out_desk
from demos.retrieval.evaluation import Measured, compare
from demos.retrieval.helpdesk import CHINESE, CORPORA, ENGLISH, BundledCorpus
from demos.retrieval.helpdesk.__main__ import ANCHORS, build
from demos.retrieval.search import STRATEGIES
from demos.retrieval.shelf import Shelf
from demos.retrieval.store import load, load_held_out
from models.catalog import CATALOG
from models.registry import Registry
from tests.demos.retrieval.fakes import BI, CROSS, CountingRegistry, small_chinese

EVERY = pytest.mark.parametrize("corpus", CORPORA, ids=lambda corpus: corpus.key)
INTENTS = {ENGLISH.key: 240, CHINESE.key: 120}
_ALIKE = 0.5  # share of pairs of neighbouring characters that two texts may have in common


def stale(corpus: BundledCorpus) -> str:
    command = f"python -m demos.retrieval.helpdesk {corpus.key}"
    return f"made by another model or of other texts: run `{command}`"


# --- the texts -----------------------------------------------------------------------------------


@EVERY
def test_every_intent_has_five_questions_and_a_held_out_query(corpus: BundledCorpus) -> None:
    texts, intents = corpus.read_corpus()
    queries, wanted = corpus.read_queries()
    assert [*Counter(intents).values()] == [5] * INTENTS[corpus.key]
    assert [*wanted] == [*dict.fromkeys(intents)]
    assert all(text == text.strip() and text for text in (*texts, *queries))


@EVERY
def test_no_text_is_there_twice(corpus: BundledCorpus) -> None:
    texts = [*corpus.read_corpus()[0], *corpus.read_queries()[0]]
    letters = ["".join(filter(str.isalnum, text.lower())) for text in texts]
    assert [text for text, count in Counter(letters).items() if count > 1] == []


def test_no_two_chinese_texts_are_nearly_the_same() -> None:
    texts = [*CHINESE.read_corpus()[0], *CHINESE.read_queries()[0]]
    pairs = [_neighbours(text) for text in texts]
    alike = [
        (texts[a], texts[b])
        for a, b in itertools.combinations(range(len(texts)), 2)
        if len(pairs[a] & pairs[b]) > _ALIKE * len(pairs[a] | pairs[b])
    ]
    assert alike == []


def test_chinese_held_out_queries_use_words_of_their_own() -> None:
    questions: dict[str, set[str]] = {}
    for text, intent in zip(*CHINESE.read_corpus(), strict=True):
        questions.setdefault(intent, set()).update(_neighbours(text))
    shared = [
        len(_neighbours(query) & questions[intent]) / len(_neighbours(query))
        for query, intent in zip(*CHINESE.read_queries(), strict=True)
    ]
    assert max(shared) < 0.4
    assert sum(shared) / len(shared) < 0.15


def _neighbours(text: str) -> set[str]:
    letters = "".join(filter(str.isalnum, text))
    return {letters[i : i + 2] for i in range(len(letters) - 1)}


# --- the indexes ---------------------------------------------------------------------------------


@pytest.fixture(params=CORPORA, ids=lambda corpus: corpus.key)
def built(request: pytest.FixtureRequest) -> BundledCorpus:
    corpus = cast(BundledCorpus, request.param)
    if not corpus.built and corpus != ENGLISH:
        pytest.skip(f"no index of {corpus.key} yet")
    return corpus


def test_an_index_is_of_today_s_models(built: BundledCorpus) -> None:
    stored = load(built.index)
    models = (stored.bi_encoder, stored.cross_encoder)
    assert [each.key for each in models] == [built.bi_encoder, built.cross_encoder], stale(built)
    assert [each.version for each in models] == [CATALOG[each.key].version for each in models], (
        stale(built)
    )


def test_an_index_is_of_the_bundled_texts(built: BundledCorpus) -> None:
    stored, held_out = load(built.index), load_held_out(built.held_out)
    assert (stored.texts, stored.labels) == built.read_corpus(), stale(built)
    assert (held_out.texts, held_out.labels) == built.read_queries(), stale(built)
    assert held_out.exact.shape == (len(held_out.texts), stored.size), stale(built)
    assert (stored.key, stored.title) == (built.key, built.title)
    assert {*stored.anchor_texts} <= {*stored.texts}
    assert len(stored.anchor_texts) == ANCHORS


def test_bayes_cur_finds_more_than_its_rivals() -> None:
    """Top-10-recall at 100 calls of 1,200, from the stored exact scores."""
    bundled, held_out = load(ENGLISH.index), load_held_out(ENGLISH.held_out)
    keys = ("bayes", "rerank", "adacur")
    measured: list[Measured] = [
        *compare(
            [STRATEGIES[key] for key in keys],
            bundled.index,
            held_out.vectors,
            held_out.exact,
            [100],
            prepare=lambda strategy, budget: (
                bundled.belief
                if strategy.key == "bayes"
                else strategy.prepare(bundled.index, budget)
            ),
        )
    ]
    recall = {each.strategy: float(each.recalls[10].mean()) for each in measured}
    assert {each.calls for each in measured} == {100}
    assert recall["bayes"] >= 0.95
    assert recall["bayes"] > max(recall["rerank"], recall["adacur"])


# --- the command that builds them ----------------------------------------------------------------


@pytest.fixture
def chinese(tmp_path: Path) -> BundledCorpus:
    """A few Chinese intents in a folder of their own, with models that are here; not built."""
    return small_chinese(tmp_path / "zh", BI, CROSS)


def test_a_corpus_is_built_by_its_own_models_and_opened(
    chinese: BundledCorpus, tmp_path: Path
) -> None:
    registry = CountingRegistry()
    build(cast(Any, registry), chinese, tmp_path / "work")
    assert chinese.built
    assert max(registry.scored.values()) == 1
    opened = Shelf(cast(Any, registry), tmp_path, [ENGLISH, chinese]).open(chinese.key)
    assert opened.stored.key == chinese.key
    assert (opened.stored.texts, opened.stored.labels) == chinese.read_corpus()
    held_out = opened.held_out
    assert held_out is not None
    assert (held_out.texts, held_out.labels) == chinese.read_queries()
    pairs = itertools.product(held_out.texts, opened.stored.texts)
    asked = [float(score) for score in registry.score(CROSS, [*pairs])]
    assert held_out.exact.ravel().tolist() == pytest.approx(asked, abs=5e-3)  # float16


def test_an_index_stays_until_the_next_one_is_whole(chinese: BundledCorpus, tmp_path: Path) -> None:
    build(cast(Any, CountingRegistry()), chinese, tmp_path / "work")

    def fail() -> None:
        raise KeyboardInterrupt

    again = dataclasses.replace(chinese, title="Another build")
    with pytest.raises(KeyboardInterrupt):
        build(cast(Any, CountingRegistry(fail)), again, tmp_path / "elsewhere")
    assert chinese.built
    assert load(chinese.index).title == chinese.title


# --- how they are offered ------------------------------------------------------------------------


def a_page(registry: Registry, *corpora: BundledCorpus) -> gr.Blocks:
    def toolbar(context: Any) -> Desk:
        return lay_out_desk(context, corpora)

    with gr.Blocks() as app:
        pass
    build_pages(app, registry, [dataclasses.replace(RETRIEVAL, toolbar=toolbar)])
    return app


def offered(app: gr.Blocks) -> list[str]:
    chooser = next(b for b in app.blocks.values() if b.elem_id == "retrieval-corpus")
    return [key for _, key in cast(gr.Dropdown, chooser).choices]


def found_in_chinese(app: gr.Blocks) -> tuple[str, str]:
    """The corpus and the query that somebody finds who reads Chinese."""
    first = _info(app, "retrieval").chinese
    return first["retrieval-corpus"], first["retrieval-ask-query"]


@pytest.fixture
def without_index(registry: Registry, chinese: BundledCorpus) -> Iterator[gr.Blocks]:
    app = a_page(registry, ENGLISH, chinese)
    launch(app, prevent_thread_lock=True, quiet=True, i18n=I18N)
    yield app
    app.close()


def test_a_corpus_without_an_index_is_not_offered(without_index: gr.Blocks) -> None:
    assert offered(without_index) == [ENGLISH.key]
    assert found_in_chinese(without_index) == (ENGLISH.key, ENGLISH.example)
    client = Client(without_index.local_url, verbose=False)
    with pytest.raises(AppError, match="no index here"):
        client.predict("一个问题", CHINESE.key, api_name="/retrieval_search")


def test_a_corpus_of_which_half_is_there_is_not_offered(
    registry: Registry, chinese: BundledCorpus, tmp_path: Path
) -> None:
    build(cast(Any, CountingRegistry()), chinese, tmp_path / "work")
    chinese.held_out.unlink()
    assert offered(a_page(registry, ENGLISH, chinese)) == [ENGLISH.key]
    with pytest.raises(InputProblem):
        Shelf(registry, tmp_path, [ENGLISH, chinese]).open(chinese.key)


def test_those_who_read_chinese_find_the_chinese_corpus(
    registry: Registry, chinese: BundledCorpus, tmp_path: Path
) -> None:
    build(cast(Any, CountingRegistry()), chinese, tmp_path / "work")
    app = a_page(registry, ENGLISH, chinese)
    assert offered(app) == [ENGLISH.key, chinese.key]
    assert found_in_chinese(app) == (chinese.key, chinese.example)
