"""Documents in passages: nothing is lost, nothing is too long, the best passage counts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from demos.retrieval.passages import (
    PassageRule,
    by_document,
    documents_of,
    first_of_each,
    length,
    sentences,
    split,
)

ENGLISH = " ".join(f"Sentence {i} has some words." for i in range(40))
CHINESE = "".join(f"第{i}句话讲的是另一件事情。" for i in range(40))


def test_sentences_end_where_they_end() -> None:
    assert sentences('He said "no." Then he left!  Why? 3.5 is a number') == [
        'He said "no."',
        "Then he left!",
        "Why?",
        "3.5 is a number",
    ]
    assert sentences("他走了。为什么？因为「冷」。") == ["他走了。", "为什么？", "因为「冷」。"]
    assert sentences("  ") == []


def test_a_chinese_character_is_as_long_as_a_word() -> None:
    assert length("two words") == 2
    assert length("三个字") == 3


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
@pytest.mark.parametrize("words", [12, 30, 500])
def test_passages_hold_every_sentence_and_are_short_enough(text: str, words: int) -> None:
    passages, whole = split(text, PassageRule(words, most=1_000))
    assert whole
    assert all(length(passage) <= words for passage in passages)
    for sentence in sentences(text):
        assert any(sentence in passage for passage in passages)
    if words == 500:
        assert passages == [text]


def test_neighbours_share_a_sentence() -> None:
    passages, _ = split(ENGLISH, PassageRule(words=20, overlap=1))
    for one, following in itertools.pairwise(passages):
        assert sentences(one)[-1] == sentences(following)[0]
    apart, _ = split(ENGLISH, PassageRule(words=20, overlap=0))
    assert " ".join(apart) == ENGLISH


def test_an_endless_sentence_is_cut_between_words() -> None:
    text = "“" + " ".join(f"w{i}" for i in range(95))
    passages, _ = split(text, PassageRule(words=30))
    assert " ".join(passages) == text
    assert [length(passage) for passage in passages] == [30, 30, 30, 5]


def test_no_more_passages_than_allowed_and_that_is_known() -> None:
    passages, whole = split(ENGLISH, PassageRule(words=20, most=3))
    assert len(passages) == 3
    assert not whole
    assert split("", PassageRule()) == ([], True)


def test_a_document_stands_where_its_best_passage_stands() -> None:
    documents = np.array([0, 0, 1, 1, 2])
    ranked = np.array([3, 0, 2, 1, 4])
    assert first_of_each(ranked, documents).tolist() == [0, 1, 4]
    assert documents_of(np.stack([ranked, ranked[::-1]]), documents).tolist() == [
        [1, 0, 2, 3, 3],
        [2, 0, 1, 3, 3],
    ]
    grades = np.array([[0, 1, 0, 0, 2]], dtype=np.float32)
    assert by_document(grades, documents).tolist() == [[1, 0, 2, 0]]
