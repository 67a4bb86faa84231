"""What moved the score: tokens, variants, changes."""

from __future__ import annotations

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.pairs.attribution.figures import Moved, moved_figure
from demos.pairs.attribution.leave_one_out import (
    MAX_TOKENS,
    changes,
    make_variants,
    tokens_of,
)
from demos.pairs.attribution.section import _chosen_row, _pair_at
from models.registry import Registry


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("I do not like it.", ["I", "do", "not", "like", "it."]),
        ("Wait , please !", ["Wait ,", "please !"]),
        ("我不喜欢。", ["我", "不", "喜", "欢。"]),
        ("用 GPU 训练", ["用", "GPU", "训", "练"]),
        ("… well", ["…", "well"]),
        ("  ", []),
    ],
)
def test_tokens(sentence: str, expected: list[str]) -> None:
    found = tokens_of(sentence, 0)
    assert [token.text for token in found] == expected
    assert all(sentence[token.start : token.end] == token.text for token in found)


def test_each_token_is_left_out_once() -> None:
    variants = make_variants(("the cat sleeps", "a cat"))
    assert variants.pairs == (
        ("cat sleeps", "a cat"),
        ("the sleeps", "a cat"),
        ("the cat", "a cat"),
        ("the cat sleeps", "cat"),
        ("the cat sleeps", "a"),
    )
    assert variants.all_pairs()[0] == variants.pair
    assert variants.kept_alone == ()


def test_a_sentence_of_one_word_keeps_it() -> None:
    variants = make_variants(("hello", "good morning"))
    assert variants.kept_alone == (0,)
    assert variants.pairs == (("hello", "morning"), ("hello", "good"))
    with pytest.raises(InputProblem, match="longer sentence"):
        make_variants(("hello", "hi!"))


def test_too_many_words_are_refused() -> None:
    with pytest.raises(InputProblem, match=f"at most {MAX_TOKENS}"):
        make_variants(("word " * MAX_TOKENS, "one more"))


def test_a_word_that_raises_the_score_has_a_positive_change() -> None:
    assert changes([0.75, 0.5, 1.0]).tolist() == [0.25, -0.25]


def test_leaving_out_the_negation_raises_likeness(registry: Registry) -> None:
    variants = make_variants(("I like this restaurant.", "I do not like this restaurant."))
    scores = registry.score("all-MiniLM-L6-v2", variants.all_pairs()).numpy()
    found = changes(scores)
    place = next(i for i, token in enumerate(variants.tokens) if token.text == "not")
    assert found[place] < 0
    one = registry.score("all-MiniLM-L6-v2", [variants.pairs[place]]).item()
    assert np.isclose(found[place], scores[0] - one, atol=1e-5)


def test_the_figure_escapes_and_marks_both_sides() -> None:
    variants = make_variants(("<b>bold</b> text", "plain words"))
    moved = [Moved("<i>m</i>", 0.5, np.array([0.1, -0.2, 0.0, 0.3]), "bi-encoder")]
    figure = moved_figure(variants, moved, "en")
    assert "<b>" not in figure.to_json()
    assert "<i>" not in figure.layout.annotations[0].text
    assert figure.layout.yaxis.ticktext[0].startswith("A · ")
    assert figure.layout.yaxis.ticktext[-1].startswith("B · ")


def test_a_row_is_found_by_its_sentences() -> None:
    class Click:
        row_value = ("c", "d", 0.3)

    scored = ((("a", "b"), ("c", "d")), ["m"])
    assert _chosen_row(scored, Click())[1]["value"] == 1  # type: ignore[arg-type]
    with pytest.raises(InputProblem, match="score again"):
        _pair_at(scored, 7)


def test_a_row_beyond_those_that_are_listed_joins_them() -> None:
    class Click:
        row_value = ("a899", "b899", 0.3)

    listed = tuple((f"a{k}", f"b{k}") for k in range(500))
    scored, update = _chosen_row((listed, ["m"]), Click())  # type: ignore[arg-type]
    assert _pair_at(scored, update["value"]) == (("a899", "b899"), ["m"])
    assert update["choices"][-1] == ("a899 / b899", 500)
    Click.row_value = ("a700", "b700", 0.1)
    scored, update = _chosen_row(scored, Click())  # type: ignore[arg-type]
    assert len(scored[0]) == 501  # a visitor's state does not grow with every click
    assert _pair_at(scored, update["value"])[0] == ("a700", "b700")
    Click.row_value = ("a3", "b3", 0.1)
    assert _chosen_row(scored, Click())[1]["value"] == 3  # type: ignore[arg-type]
