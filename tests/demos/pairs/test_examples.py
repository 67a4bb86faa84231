"""The app's own pairs: their shape, and that they keep apart."""

from __future__ import annotations

from collections import Counter

from demos.pairs.example import EXAMPLE
from demos.pairs.examples.data import read_probe, read_training


def test_training_pairs_are_balanced_and_each_stands_once() -> None:
    rows = read_training()
    assert len(rows) >= 400
    assert all(0 <= row.score <= 5 and row.score * 2 == int(row.score * 2) for row in rows)
    grades = Counter(round(row.score) for row in rows)
    assert all(grades[grade] >= len(rows) / 12 for grade in range(6))
    sentences = [sentence for row in rows for sentence in (row.sentence1, row.sentence2)]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence == sentence.strip() != "" for sentence in sentences)


def test_the_probe_asks_ten_kinds_alike() -> None:
    probe = read_probe()
    assert len(probe) == 60
    assert set(Counter(pair.kind for pair in probe).values()) == {6}
    assert {pair.grade for pair in probe} == {0, 1, 2, 3, 4, 5}
    assert all(p.sentence1 == p.sentence2 for p in probe if p.kind == "identical")


def test_what_is_trained_on_is_not_asked() -> None:
    trained = {s for row in read_training() for s in (row.sentence1, row.sentence2)}
    asked = {s for pair in read_probe() for s in (pair.sentence1, pair.sentence2)}
    shown = {s for a, b, _ in EXAMPLE for s in (a, b)}
    assert not trained & asked
    assert not trained & shown
    assert not asked & shown
