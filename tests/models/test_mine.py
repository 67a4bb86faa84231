"""Pairs mined from sentences, and teachers' grades."""

from __future__ import annotations

import numpy as np

from models.train.mine import grade, mine_pairs


def test_pairs_are_distinct_and_of_different_likeness() -> None:
    random = np.random.default_rng(0)
    vectors = random.normal(size=(60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    sentences = [f"s{i}" for i in range(60)]
    pairs = mine_pairs(sentences, vectors, seed=1)
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) > 100
    assert {s for pair in pairs for s in pair} == set(sentences)
    similar = [vectors[int(a[1:])] @ vectors[int(b[1:])] for a, b in pairs]
    assert np.mean(similar) > 0.3  # neighbours, not strangers: those average 0
    assert min(similar) < 0.0
    assert pairs == mine_pairs(sentences, vectors, seed=1)
    assert pairs != mine_pairs(sentences, vectors, seed=2)


def test_teachers_weigh_alike_whatever_their_scale() -> None:
    a, b = np.array([0.0, 1.0, 2.0]), np.array([30.0, 10.0, 20.0])
    assert np.allclose(grade([a, b]), grade([a * 100 + 7, b / 10]))
    assert grade([a, b]).argmax() == 2
