"""The app's own pairs: their shape, and that they keep apart."""

from __future__ import annotations

from collections import Counter

import pytest

from demos.frame.strings import LANGUAGES, Language
from demos.pairs.example import EXAMPLES
from demos.pairs.examples.data import read_probe
from demos.pairs.grid.example import EXAMPLES as LISTS
from models.languages import languages_of
from models.train.bundled import bundled_pairs


def test_training_pairs_are_balanced_and_each_stands_once() -> None:
    pairs = bundled_pairs()
    assert len(pairs) >= 400
    assert all(0 <= label <= 5 and label * 2 == int(label * 2) for label in pairs.labels)
    grades = Counter(round(label) for label in pairs.labels)
    assert all(grades[grade] >= len(pairs) / 12 for grade in range(6))
    sentences = [sentence for pair in pairs.pairs for sentence in pair]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_probe_asks_ten_kinds_alike(language: Language) -> None:
    probe = read_probe(language)
    assert len(probe) == 60
    assert set(Counter(pair.kind for pair in probe).values()) == {6}
    assert {pair.grade for pair in probe} == {0, 1, 2, 3, 4, 5}
    assert all(p.sentence1 == p.sentence2 for p in probe if p.kind == "identical")


def test_both_probes_ask_the_same_of_each_language() -> None:
    english, chinese = (read_probe(language) for language in LANGUAGES)
    assert [(p.kind, p.grade) for p in english] == [(p.kind, p.grade) for p in chinese]
    assert all(languages_of(p.sentence1 + p.sentence2) == {"zh"} for p in chinese)


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_have_all_grades_and_their_language(language: Language) -> None:
    example = EXAMPLES[language]
    assert len(example) == 12
    assert {grade for _, _, grade in example} == {0, 1, 2, 4, 5}
    written = [s for a, b, _ in example for s in (a, b)]
    assert all(languages_of(s) == {language} for s in [*written, *LISTS[language][0]])
    assert [len(side) for side in LISTS[language]] == [6, 8]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_trained_on_is_not_asked(language: Language) -> None:
    trained = {s for pair in bundled_pairs().pairs for s in pair}
    asked = {s for pair in read_probe(language) for s in (pair.sentence1, pair.sentence2)}
    shown = {s for a, b, _ in EXAMPLES[language] for s in (a, b)}
    assert not trained & asked
    assert not trained & shown
    assert not asked & shown
