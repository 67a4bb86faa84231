"""What chooses and what reports share no pair, and everybody finds the same parts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.train.labelled_pairs import read_labelled_pairs
from models.train.parts import PARTS, is_in, share_of


def test_a_share_follows_from_the_words_alone() -> None:
    assert share_of(("A cat sleeps.", "Rates fell.")) == share_of(("rates  fell", "a cat sleeps"))
    assert share_of(("A cat sleeps.", "Rates fell.")) == pytest.approx(0.5677188373842544)


def test_shares_are_even() -> None:
    shares = [share_of((f"sentence {i}", f"sentence {i + 1}")) for i in range(4_000)]
    counts, _ = np.histogram(shares, bins=8, range=(0, 1))
    assert abs(counts - 500).max() < 100


@pytest.mark.parametrize(("one", "other"), [("choosing", "reporting"), ("training", "aside")])
def test_parts_of_a_file_are_disjoint_and_whole(tmp_path: Path, one: str, other: str) -> None:
    file = tmp_path / "pairs.tsv"
    rows = "".join(f"{i % 5}\tfirst {i}\tsecond {i}\n" for i in range(200))
    file.write_text("score\tsentence1\tsentence2\n" + rows, encoding="utf-8")
    parts = [read_labelled_pairs(f"{file}#{part}") for part in (one, other)]
    found = [set(part.pairs) for part in parts]
    assert not found[0] & found[1]
    assert found[0] | found[1] == set(read_labelled_pairs(file).pairs)
    assert parts[0].name.endswith(f"pairs.tsv#{one}")
    assert all(is_in(one, pair) for pair in parts[0].pairs)


def test_every_share_has_a_part_on_each_side() -> None:
    assert PARTS["choosing"][1] == PARTS["reporting"][0]
    assert PARTS["training"][1] == PARTS["aside"][0]


def test_a_mark_that_is_no_part_belongs_to_the_name(tmp_path: Path) -> None:
    file = tmp_path / "a#b.tsv"
    file.write_text("score\tsentence1\tsentence2\n1\ta\tb\n0\tc\td\n", encoding="utf-8")
    assert len(read_labelled_pairs(file)) == 2
