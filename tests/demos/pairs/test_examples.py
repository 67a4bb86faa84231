"""The app's own pairs: their shape, and that they keep apart."""

from __future__ import annotations

from collections import Counter

from demos.pairs.example import EXAMPLE
from demos.pairs.examples.data import read_probe
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


def test_the_probe_asks_ten_kinds_alike() -> None:
    probe = read_probe()
    assert len(probe) == 60
    assert set(Counter(pair.kind for pair in probe).values()) == {6}
    assert {pair.grade for pair in probe} == {0, 1, 2, 3, 4, 5}
    assert all(p.sentence1 == p.sentence2 for p in probe if p.kind == "identical")


def test_what_is_trained_on_is_not_asked() -> None:
    trained = {s for pair in bundled_pairs().pairs for s in pair}
    asked = {s for pair in read_probe() for s in (pair.sentence1, pair.sentence2)}
    shown = {s for a, b, _ in EXAMPLE for s in (a, b)}
    assert not trained & asked
    assert not trained & shown
    assert not asked & shown
