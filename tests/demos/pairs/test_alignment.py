"""Late interaction in Pairs: its place in every comparison, and its token alignment."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import numpy as np
import pytest
import torch
from gradio_client import Client
from gradio_client.exceptions import AppError

from app import build_app, launch
from demos.pairs import PAIRS
from demos.pairs.alignment.endpoint import alignment_of
from demos.pairs.alignment.figures import Aligned, alignment_figure
from demos.pairs.alignment.results import Changes, alignment_html
from demos.pairs.alignment.words import word_matches
from demos.pairs.attribution.leave_one_out import make_variants, tokens_of
from demos.pairs.grid.grid import as_grid, check_lists
from demos.pairs.grid.results import cost_table
from demos.pairs.pair_set import check_rows
from demos.pairs.score.results import model_table
from demos.pairs.scoring import ModelScores, score_with_models
from models.alignment import Alignment
from models.catalog import COSENT_BI, COSENT_CROSS, MINILM, Catalog
from models.registry import Registry
from tests.models import tiny

LATE = "late"
PAIR = ("I like this restaurant.", "I don't like this restaurant at all.")


@pytest.fixture(scope="module")
def kinds() -> Iterator[Registry]:
    """One model of each kind, on one base."""
    card = tiny.card(LATE, Path("."), "late-interaction", base=MINILM.key, title="<b>late</b>")
    registry = Registry(
        Catalog((COSENT_BI, COSENT_CROSS, MINILM, card)), "cpu", dtype=torch.float32
    )
    yield registry
    registry.close()


@pytest.fixture(scope="module")
def client(kinds: Registry) -> Iterator[Client]:
    app: gr.Blocks = build_app(kinds, (PAIRS,))
    launch(app, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield Client(app.local_url, verbose=False)
    app.close()


def scored_by(
    registry: Registry, keys: list[str], pairs: list[tuple[str, str]]
) -> list[ModelScores]:
    steps = score_with_models(registry, keys, pairs)
    return [step for step in steps if isinstance(step, ModelScores)]


def made_up() -> tuple[tuple[str, str], Alignment]:
    """“unkind dog” has two pieces in its first word; each piece has a best match."""
    cosines = np.array(
        [
            [0.9, 0.1, 0.2, 0.3],
            [0.1, 0.3, 0.8, 0.0],
            [0.2, 0.6, 0.1, 0.1],
            [0.0, 0.1, 0.4, 0.2],
            [0.5, 0.0, 0.0, 0.7],
        ],
        dtype=np.float32,
    )
    tokens = (("[CLS]", "un", "##kind", "dog", "[SEP]"), ("[CLS]", "kind", "cat", "[SEP]"))
    owned = ((False, True, True, True, False), (False, True, True, False))
    spans = (((0, 0), (0, 2), (2, 6), (7, 10), (0, 0)), ((0, 0), (0, 4), (5, 8), (0, 0)))
    return ("unkind dog", "kind cat"), Alignment(tokens, owned, spans, cosines, False)


# --- words ---


def test_a_words_cosine_is_the_mean_of_its_pieces_and_its_match_all_they_found() -> None:
    pair, alignment = made_up()
    found = {(m.word.side, m.word.text): (m.cosine, m.match) for m in word_matches(pair, alignment)}
    assert found[0, "unkind"] == (pytest.approx(0.7), "cat kind")
    assert found[0, "dog"] == (pytest.approx(0.4), "cat")
    assert found[1, "kind"] == (pytest.approx(0.6), "unkind")
    assert list(found) == [(0, "unkind"), (0, "dog"), (1, "kind"), (1, "cat")]


def test_a_word_may_match_a_special_token_and_one_that_was_cut_none() -> None:
    _, alignment = made_up()
    cosines = alignment.cosines.copy()
    cosines[3, 0] = 0.95
    changed = Alignment(alignment.tokens, alignment.owned, alignment.spans, cosines, True)
    found = word_matches(("unkind dog beyond", "kind cat"), changed)
    assert [(m.word.text, m.match) for m in found][1] == ("dog", "[CLS]")
    assert "beyond" not in [m.word.text for m in found]


def test_the_words_of_a_real_model_are_found_again(kinds: Registry) -> None:
    for pair in (PAIR, ("Ünïcode  café,", "不 喜欢 restaurants!")):
        matches = word_matches(pair, kinds.align(LATE, pair))
        words = [word for side in (0, 1) for word in tokens_of(pair[side], side)]
        assert [match.word for match in matches] == words
    same = word_matches(("a red car", "a red car"), kinds.align(LATE, ("a red car", "a red car")))
    assert all(m.cosine == pytest.approx(1.0, abs=1e-5) and m.match == m.word.text for m in same)


# --- what is shown ---


def test_the_figure_marks_the_best_of_rows_and_columns_and_escapes() -> None:
    _, alignment = made_up()
    both = [Aligned("<i>m</i>", alignment), Aligned("n", alignment)]
    for language in ("en", "zh"):
        figure = alignment_figure(both, language)
        heatmap, dots, rings = figure.data[:3]
        assert [round(x - 0.36) for x in dots.x] == [0, 2, 1, 2, 3]
        assert [round(y + 0.3) for y in rings.y] == [0, 2, 1, 4]
        assert np.allclose(heatmap.z, alignment.cosines)
        assert len(figure.data) == 6
        assert [trace.showlegend for trace in figure.data if trace.type == "scatter"] == (
            [True, True, False, False]
        )
        assert "<i>" not in figure.to_json()
    assert "best match" in alignment_figure(both[:1], "en").data[1].name


def test_a_long_pair_still_fits_on_the_page(kinds: Registry) -> None:
    pair = (" ".join(f"word{k}" for k in range(60)), "short")
    aligned = [Aligned("late", kinds.align(LATE, pair))]
    figure = alignment_figure(aligned, "en")
    assert figure.layout.height < 1_000
    assert figure.data[0].texttemplate is None
    assert len(figure.to_json()) < 60_000


def test_the_sentences_give_the_sum_and_say_where_the_cross_encoder_knows_more() -> None:
    pair, alignment = made_up()
    variants = make_variants(pair)
    by_word = dict(zip(variants.tokens, [-0.5, 0.25, 0.0, -0.125], strict=True))
    shown = alignment_html(pair, [Aligned("L", alignment)], [Changes("X", by_word)], "en")
    of_a, of_b = (0.9 + 0.8 + 0.6 + 0.4 + 0.7) / 5, (0.9 + 0.6 + 0.8 + 0.7) / 4
    assert f"have the mean {of_a:.3f}, those of B&#x27;s 4 tokens {of_b:.3f}" in shown
    assert f"score {(of_a + of_b) / 2:.4f}" in shown
    assert "worst: “dog” of A, with “cat” at cosine 0.40" in shown
    assert "X lowers its score most for “unkind” of A (-0.500)" in shown
    assert "“cat kind” at cosine 0.70" in shown
    assert shown.count("<tr>") == 5
    for others in ([0.1, 0.1, 0.1], [0.1, -0.009, 0.1]):  # none lowers it, or none by much
        raised = dict(zip(variants.tokens, [0.1, *others], strict=True))
        shown = alignment_html(pair, [Aligned("L", alignment)], [Changes("X", raised)], "en")
        assert "lowers" not in shown


def test_what_visitors_write_is_shown_as_text(kinds: Registry) -> None:
    pair = ("<script>alert(1)</script> x", "<b>bold</b> y")
    aligned = [Aligned("late", kinds.align(LATE, pair))]
    for language in ("en", "zh"):
        assert "<script" not in alignment_html(pair, aligned, [], language)
        assert "<b>" not in alignment_html(pair, aligned, [], language)


# --- in every comparison ---


def test_bytes_of_a_text_are_counted(kinds: Registry) -> None:
    pairs = [("a cat sleeps", "a dog"), ("a dog", "rates fell")]
    scored = scored_by(kinds, [MINILM.key, LATE, COSENT_CROSS.key], pairs)
    lengths = [len(v) for v in kinds.token_vectors(LATE, ["a cat sleeps", "a dog", "rates fell"])]
    expected = [384 * 4, sum(lengths) / 3 * 384 * 4, 0]
    assert [model.vector_bytes for model in scored] == pytest.approx(expected)
    headers, rows = model_table(check_rows([[*pair, ""] for pair in pairs]), scored, "en")
    column = headers.index("Vectors of a text")
    assert [row[column] for row in rows] == ["1,536 B", f"{expected[1]:,.0f} B", "–"]
    assert rows[1][headers.index("Kind")] == "late interaction (mean MaxSim)"


def test_the_grid_reads_each_text_once(kinds: Registry) -> None:
    lists = check_lists(["one two", "three"], ["three", "four five", "six"])
    (scored,) = scored_by(kinds, [LATE], list(lists.pair_set.pairs))
    grid = as_grid(lists, scored)
    assert grid.passes == 4
    assert grid.scores[1, 0] == pytest.approx(1.0, abs=1e-5)
    headers, rows = cost_table(lists, [grid], "zh")
    assert "延迟交互（平均 MaxSim）" in rows[0]
    assert rows[0][headers.index("每个文本的向量")].endswith(" B")


# --- through the front door ---


def test_the_endpoints_take_late_interaction(client: Client, kinds: Registry) -> None:
    table = client.predict([list(PAIR)], [MINILM.key, LATE], api_name="/pairs_score")
    assert table["data"][0][table["headers"].index("late score")] == pytest.approx(
        kinds.score(LATE, [PAIR]).item(), abs=1e-5
    )
    grid = client.predict(["a", "b"], ["a"], [LATE], api_name="/pairs_grid")["grids"][0]
    assert grid["kind"] == "late-interaction"
    assert grid["passes"] == 2
    assert grid["vector_bytes"] == 3 * 384 * 4
    judged = client.predict(
        [["a cat", "a cat"], ["a cat", "rates"], ["a dog", "a cat"]],
        [3.0, 0.0, 1.0],
        [LATE],
        api_name="/pairs_evaluate",
    )
    assert judged[LATE]["scale"] == 20.0


def test_the_alignment_is_an_endpoint(client: Client, kinds: Registry) -> None:
    found = client.predict(*PAIR, LATE, api_name="/pairs_alignment")
    assert found == json.loads(json.dumps(alignment_of(kinds, *PAIR, LATE)))
    assert found["score"] == pytest.approx(kinds.score(LATE, [PAIR]).item(), abs=1e-5)
    assert found["tokens"][1][:5] == ["[CLS]", "i", "don", "'", "t"]
    place, cosine = found["matches"][0][1]["place"], found["matches"][0][1]["cosine"]
    assert cosine == max(found["cosines"][1]) == found["cosines"][1][place]
    assert not found["truncated"]


@pytest.mark.parametrize(
    ("pair", "model", "sentence"),
    [
        (PAIR, MINILM.key, "only late interaction"),
        (("", "  "), LATE, "is empty"),
        (("a", "b"), "lat", "did you mean “late”"),
        ((None, "b"), LATE, "not a list of two sentences"),
    ],
)
def test_a_wrong_alignment_is_one_sentence(
    client: Client, pair: tuple[str, str], model: str, sentence: str
) -> None:
    with pytest.raises(AppError, match=sentence):
        client.predict(*pair, model, api_name="/pairs_alignment")
