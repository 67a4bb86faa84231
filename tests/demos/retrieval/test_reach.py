"""Of how many texts a model reads the beginning alone, and where it stops."""

from __future__ import annotations

from typing import Any, cast

import pytest

from demos.retrieval import reach
from demos.retrieval.reach import find_reach
from tests.demos.retrieval.fakes import BI, CROSS, CountingRegistry

REGISTRY = cast(Any, CountingRegistry())  # which reads 300 characters, and 200 beside another text
LONG = " ".join(["word"] * 90)  # 449 characters


def test_short_texts_are_read_whole() -> None:
    assert find_reach(REGISTRY, ["short"] * 30, [BI, CROSS]) is None


def test_the_model_that_reads_least_counts() -> None:
    texts = ["short", LONG, "x" * 250, LONG[:400], "short"]
    found = find_reach(REGISTRY, texts, [BI, CROSS])
    assert found is not None
    assert (found.texts, found.number, found.longest, found.tokens) == (3, 2, 90, 50)
    assert found.words == 40  # of 200 characters
    alone = find_reach(REGISTRY, texts, [BI])
    assert alone is not None
    assert alone.texts == 2


def test_of_a_large_corpus_a_part_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "_LOOKED_AT", 10)
    texts = [LONG if i % 2 == 0 else "short" for i in range(110)]
    found = find_reach(REGISTRY, texts, [BI])
    assert found is not None
    assert 40 <= found.texts <= 70
