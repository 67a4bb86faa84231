"""Published figures, our own over seeds, the probe."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from demos.frame.strings import say
from demos.pairs.examples.data import ProbePair, read_probe
from demos.pairs.published.figures import (
    ceiling_figure,
    curves_figure,
    gaps_figure,
    probe_figure,
)
from demos.pairs.published.probe import kinds_of, probed
from demos.pairs.published.results import own_table, probe_table, published_table
from demos.pairs.published.summary import FILE, difference, groups_of, read_comparison
from demos.pairs.published.tables import BI_ENCODERS, CROSS_ENCODERS, NOISE

MEANS = {  # as the posts print them
    "BERT + CoSENT": (68.19, 67.10),
    "Sentence-BERT": (61.74,),
    "RoBERTa + CoSENT": (68.85, 68.06),
    "Sentence-RoBERTa": (62.80,),
    "BERT + cross-entropy": (66.77,),
    "RoBERTa + cross-entropy": (68.14,),
}


def test_the_means_are_those_that_are_printed() -> None:
    for comparison in (*BI_ENCODERS, *CROSS_ENCODERS):
        for row in (comparison.cosent, comparison.baseline):
            assert row.printed_mean in MEANS[row.model]


def test_which_published_gaps_pass_the_noise() -> None:
    cross = [gap for comparison in CROSS_ENCODERS for _, gap in comparison.gaps()]
    assert all(abs(gap) <= NOISE for gap in cross)  # every cross-encoder gap may be noise
    bi = [gap for comparison in BI_ENCODERS for _, gap in comparison.gaps()]
    assert max(bi) > 15 > NOISE


def test_the_noise_band_is_drawn_for_both_kinds() -> None:
    bands = [(shape.y0, shape.y1) for shape in gaps_figure("en").layout.shapes]
    assert bands == [(-NOISE, NOISE)] * 2


def comparison_file(folder: Path, seeds: int = 3) -> Path:
    runs = [
        {
            "kind": "cross-encoder",
            "data": "stsb",
            "loss": loss,
            "seed": seed,
            "steps": [0, 10, 20],
            "spearman": [0.0, 0.5, final + 0.01 * seed],
            "losses": [1.0],
        }
        for loss, final in (("mse", 0.70), ("cosent", 0.8), ("cross_entropy", 0.7999))
        for seed in range(seeds)
    ]
    runs[-1]["spearman"] = [0.0, 0.5, 0.83]
    setting = {"base": "b", "epochs": 1, "batch": 32}
    path = folder / "comparison.json"
    path.write_text(json.dumps({"made": "2026-11-24", "setting": setting, "runs": runs}))
    return path


def test_runs_are_grouped_and_compared_by_seed(tmp_path: Path) -> None:
    curves, setting = read_comparison(comparison_file(tmp_path))
    assert [c.loss for c in curves] == ["cosent", "cross_entropy", "mse"]
    assert setting["made"] == "2026-11-24"
    assert list(groups_of(curves)) == [("cross-encoder", "stsb")]
    entropy, mse = (difference(each, curves[0]) for each in curves[1:])
    assert entropy is not None
    assert mse is not None
    gaps = curves[1].last - curves[0].last
    low, high = stats.t.interval(0.95, 2, gaps.mean(), stats.sem(gaps))
    assert math.isclose(entropy.mean - entropy.half_width, low, rel_tol=1e-3)
    assert math.isclose(entropy.mean + entropy.half_width, high, rel_tol=1e-3)
    assert entropy.is_within_noise
    assert not mse.is_within_noise
    _, rows = own_table(curves, "en")
    verdicts = [row[-1] for row in rows]
    assert verdicts == ["–", say("published.noise", "en"), say("published.worse", "en")]
    assert rows[0][4] == "81.00"


def test_one_seed_gives_no_verdict_and_no_file_no_rows(tmp_path: Path) -> None:
    curves, _ = read_comparison(comparison_file(tmp_path, seeds=1))
    assert difference(curves[1], curves[0]) is None
    assert [row[-1] for row in own_table(curves, "zh")[1]] == ["–"] * 3
    assert read_comparison(tmp_path / "absent.json") == ((), {})


@pytest.mark.skipif(not FILE.is_file(), reason="the comparison has not been run in this copy")
def test_the_shipped_comparison_has_at_least_three_seeds_of_equal_steps() -> None:
    curves, _ = read_comparison()
    assert {(c.kind, c.data) for c in curves} >= {("cross-encoder", "stsb"), ("bi-encoder", "stsb")}
    assert all(len(c.seeds) >= 3 for c in curves)
    for same in groups_of(curves).values():
        assert same[0].loss == "cosent"
        assert len(same) >= 3
        assert {tuple(c.steps) for c in same} == {tuple(same[0].steps)}
        assert {c.seeds for c in same} == {same[0].seeds}


def test_a_model_that_follows_the_grades_is_right_everywhere() -> None:
    probe = read_probe()
    grades = np.array([pair.grade for pair in probe], dtype=np.float32)
    found = probed("m", grades + np.linspace(0, 0.1, 60, dtype=np.float32), probe)
    assert found.wrong_share == 0
    assert found.spearman > 0.95
    assert found.rank_by_kind["identical"] < found.rank_by_kind["unrelated"]
    assert probed("m", -grades, probe).wrong_share == 1
    headers, rows = probe_table([found], "en")
    assert len(headers) == len(rows[0]) == 3 + 10


def test_kinds_stand_by_grade() -> None:
    probe = [ProbePair("x", "a", "b", 1), ProbePair("y", "a", "b", 4), ProbePair("y", "c", "d", 2)]
    assert kinds_of(probe) == ["y", "x"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_figures_and_tables_in_both_languages(language: str, tmp_path: Path) -> None:
    curves, _ = read_comparison(comparison_file(tmp_path))
    probe = read_probe()
    found = probed("<b>m</b>", np.arange(60, dtype=np.float32), probe)
    for figure in (
        gaps_figure(language),  # type: ignore[arg-type]
        ceiling_figure(language),  # type: ignore[arg-type]
        curves_figure(curves, language),  # type: ignore[arg-type]
        probe_figure(probe, [found], language),  # type: ignore[arg-type]
    ):
        assert figure.data
        assert "<b>m" not in figure.to_json()
    headers, rows = published_table(BI_ENCODERS, language)  # type: ignore[arg-type]
    assert len(rows) == 4
    assert all(len(row) == len(headers) for row in rows)
