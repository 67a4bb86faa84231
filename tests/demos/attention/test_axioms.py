"""Moves, verdicts and searches: who meets what is found, not believed."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from demos.attention import axioms as ax
from demos.attention.sparsity import INDICES, Axiom, Index, share_index, star_index

STARS = [(1, 2), (1, 3), (0.5, 1), (0.5, 2), (2, 4), (1.5, 3), (2, 3), (2, 1), (3, 2), (1, 1)]
ALL = [*INDICES.values(), *(star_index(q, p) for q, p in STARS[1:])]
AXIOM = pytest.mark.parametrize("axiom", ax.AXIOMS)
INDEX = pytest.mark.parametrize("index", ALL, ids=lambda index: index.key)


def vector(*entries: float) -> torch.Tensor:
    return torch.tensor(entries, dtype=torch.float64)


# --- moves ---


def test_the_moves_do_what_they_say() -> None:
    x = vector(10, 1, 0.5)
    assert ax.robin_hood(x, 0, 2, 2.0).tolist() == [8, 1, 2.5]
    assert ax.scale(x, 2.0).tolist() == [20, 2, 1]
    assert ax.raise_all(x, 1.0).tolist() == [11, 2, 1.5]
    assert ax.clone(x, 3).tolist() == [10, 1, 0.5] * 3
    assert ax.make_rich(x, 1, 5.0).tolist() == [10, 6, 0.5]
    assert ax.add_zeros(x, 2).tolist() == [10, 1, 0.5, 0, 0]
    assert x.tolist() == [10, 1, 0.5]
    rows = torch.stack([x, 2 * x])
    for moved in (ax.robin_hood(rows, 0, 1, 1.0), ax.make_rich(rows, 0, 1.0), ax.add_zeros(rows)):
        assert moved.shape[0] == 2


def test_moves_that_are_none_are_refused() -> None:
    x = vector(3, 1)
    for amount in (0.0, -1.0, 2.0, 5.0):
        with pytest.raises(ValueError, match="Robin Hood"):
            ax.robin_hood(x, 0, 1, amount)
    with pytest.raises(ValueError, match="Robin Hood"):
        ax.robin_hood(x, 1, 0, 0.5)
    for move in (ax.scale, ax.raise_all):
        with pytest.raises(ValueError, match="above 0"):
            move(x, 0.0)
    with pytest.raises(ValueError, match="above 0"):
        ax.make_rich(x, 0, 0.0)
    for count in (ax.clone, ax.add_zeros):
        with pytest.raises(ValueError, match="at least one"):
            count(x, 0)


# --- who meets what ---


def test_the_table_is_the_literatures() -> None:
    everything = set(ax.AXIOMS)
    missing = {key: everything - index.axioms for key, index in INDICES.items()}
    assert missing == {
        "s_star_1_2": set(),
        "s0": {"D1"},
        "s_1_2": {"D4"},
        "gini": set(),
        "hoyer": {"D4"},
        "participation": set(),
        "effective": set(),
        "entropy": {"D4"},
        "share_below": everything - {"D4"},
    }
    for q, p in STARS:
        index = star_index(q, p)
        assert ("D1" in index.axioms) == (q <= 1 <= p and q < p)
        assert ({"D3", "P1", "P2"} <= index.axioms) == (q < p)
        assert {"D2", "D4"} <= index.axioms


@INDEX
@AXIOM
def test_the_search_finds_what_theory_says(index: Index, axiom: Axiom) -> None:
    found = ax.find_violation(index, axiom, seed=1, trials=4_000)
    assert (found is None) == (axiom in index.axioms)
    if found is None:
        return
    assert index.measure(vector(*found.x)).item() == pytest.approx(found.before, rel=1e-12)
    assert index.measure(vector(*found.y)).item() == pytest.approx(found.after, rel=1e-12)
    effect = ax.EXPECTED[axiom]
    sparser = (found.after - found.before) * (1 if index.sparse == "high" else -1)
    wrong = {"less": sparser, "same": abs(sparser), "more": -sparser}[effect]
    assert wrong > 1e-6 if found.opposite else abs(wrong) < 1e-12


def test_the_search_is_the_same_for_the_same_seed() -> None:
    index = star_index(2, 4)
    assert ax.find_violation(index, "D1", 3) == ax.find_violation(index, "D1", 3)
    assert ax.find_violation(index, "D1", 3) != ax.find_violation(index, "D1", 4)


def test_the_best_ratio_of_mean_to_maximum_fails_only_strictly() -> None:
    found = ax.find_violation(INDICES["s0"], "D1")
    assert found is not None
    assert not found.opposite
    assert not ax.check(INDICES["s0"], "D1", vector(5, 3, 1)).holds
    assert ax.check(INDICES["s0"], "D1", vector(5, 3, 1)).weakly


def test_q_above_one_breaks_robin_hood() -> None:
    index, x = star_index(2, 4), vector(10, 1, 0.5)
    poorer = ax.robin_hood(x, 1, 2, 0.1)
    assert poorer.tolist() == pytest.approx([10, 0.9, 0.6])
    assert index.measure(x).item() == pytest.approx(0.764550, abs=5e-7)
    assert index.measure(poorer).item() == pytest.approx(0.764253, abs=5e-7)
    verdict = ax.check(index, "D1", x)
    assert not verdict.holds
    assert not verdict.weakly
    assert verdict.after < verdict.before == pytest.approx(0.764550, abs=5e-7)
    found = ax.find_violation(index, "D1")
    assert found is not None
    assert found.opposite


@AXIOM
@settings(max_examples=25, deadline=None)
@given(
    x=st.lists(st.one_of(st.just(0.0), st.floats(0.01, 1)), min_size=1, max_size=7),
    unit=st.sampled_from([1e-12, 1.0, 1e9]),
)
def test_those_that_meet_an_axiom_meet_it_everywhere(
    axiom: Axiom, x: list[float], unit: float
) -> None:
    row = unit * vector(*x)
    for index in (*INDICES.values(), star_index(0.5, 1), star_index(0.5, 3)):
        verdict = ax.check(index, axiom, row)
        assert verdict.holds or axiom not in index.axioms, (index.key, verdict)
        assert verdict.weakly or not verdict.holds


@AXIOM
def test_a_verdict_agrees_with_the_table_at_an_ordinary_vector(axiom: Axiom) -> None:
    x = vector(10, 1, 0.5, 0.2)
    for index in ALL:
        verdict = ax.check(index, axiom, x)
        if index.key == "share_below":
            continue  # its axioms fail near its threshold only
        assert verdict.holds == (axiom in index.axioms), index.key
        assert verdict.applies


def test_an_axiom_can_have_nothing_to_say() -> None:
    gini = INDICES["gini"]
    for x in (vector(1, 1, 1), vector(2), vector(0, 0)):
        for axiom in ("D1", "D3"):
            assert not ax.check(gini, axiom, x).applies  # type: ignore[arg-type]
    for x in (vector(0, 3, 0), vector(2), vector(0, 0)):
        for axiom in ("P1", "P2"):
            verdict = ax.check(INDICES["hoyer"], axiom, x)  # type: ignore[arg-type]
            assert not verdict.applies
            assert verdict.holds
            assert verdict.before == verdict.after
    assert not ax.check(share_index(0.5), "D2", vector(1, 0.4)).holds


def test_no_vector_no_verdict() -> None:
    for x in (vector(), vector(1, -1), vector(1, float("nan")), torch.ones(2, 2)):
        with pytest.raises(ValueError, match="x has to be"):
            ax.check(INDICES["gini"], "D1", x)


# --- the plane ---


def test_the_plane_is_the_one_theory_predicts() -> None:
    qs, ps = (0.1, 0.25, 0.5, 0.9, 1, 1.1, 1.5, 2, 3), (0.2, 0.5, 0.8, 1, 1.2, 2, 4, 8)
    plane = ax.plane(qs, ps)
    off_diagonal = torch.tensor(qs)[:, None] != torch.tensor(ps)
    for axiom in ax.AXIOMS:
        met = plane.worst[axiom] == 0
        assert torch.equal(met & off_diagonal, plane.theory[axiom] & off_diagonal), axiom
        assert not (plane.worst[axiom][~off_diagonal] > 0).any(), axiom
    d1 = plane.theory["D1"]
    assert d1[qs.index(1), ps.index(2)]
    assert not d1[qs.index(2), ps.index(4)]
    assert not d1[qs.index(1), ps.index(1)]
    assert not d1[qs.index(0.25), ps.index(0.5)]


def test_the_planes_shifts_are_those_of_whole_vectors() -> None:
    generator = torch.Generator().manual_seed(0)
    classes = ax._random_classes(2, generator)  # type: ignore[attr-defined]
    classes.counts.clamp_(max=50)
    move = ax._ClassMove.draw(classes, generator)  # type: ignore[attr-defined]
    for row in range(2):
        x = classes.values[row].repeat_interleave(classes.counts[row].long())
        share, rich, poor = (v[row].item() for v in (move.share, move.rich, move.poor))
        i, j = (int((x == v).nonzero()[0]) for v in (rich, poor))
        moved = {
            "D1": ax.robin_hood(x, i, j, (0.05 + 0.45 * share) * (rich - poor)),
            "D3": ax.raise_all(x, 10 ** (3 * share - 2)),
            "P2": ax.add_zeros(x, -int(-(len(x) * share) // 1)),
        }
        for axiom, y in moved.items():
            for s in (0.3, 1.0, 2.5):
                expected = (y.pow(s).mean().log() - x.pow(s).mean().log()) / s
                shift = ax._shift(axiom, classes, move, s)  # type: ignore[attr-defined]
                assert shift.change[row].item() == pytest.approx(expected.item(), abs=1e-12)


def test_exponents_of_the_plane_are_positive() -> None:
    for bad in (0.0, -1.0, float("inf")):
        with pytest.raises(ValueError, match="exponents"):
            ax.plane((1.0, bad), (2.0,))


# --- one move, and crowds ---


def test_one_move_is_judged() -> None:
    poor = vector(10, 1, 0.5), vector(10, 0.9, 0.6)
    wrong = ax.judge(star_index(2, 4), "D1", *poor)
    assert (wrong.holds, wrong.weakly, wrong.applies) == (False, False, True)
    assert (wrong.before, wrong.after) == pytest.approx((0.764550, 0.764253), abs=5e-7)
    assert ax.judge(star_index(1, 2), "D1", *poor).holds
    still = ax.judge(INDICES["s0"], "D1", *poor)
    assert (still.holds, still.weakly) == (False, True)
    longer = ax.judge(INDICES["hoyer"], "D4", poor[0], ax.clone(poor[0]))
    assert not longer.holds
    assert ax.judge(INDICES["gini"], "D4", poor[0], ax.clone(poor[0])).holds


def test_a_move_that_an_axiom_is_silent_about_breaks_nothing() -> None:
    x = vector(1, 0, 0)
    verdict = ax.judge(star_index(1, 2), "P1", x, ax.make_rich(x, 0, 1.0))
    assert (verdict.holds, verdict.applies) == (True, False)


@pytest.mark.parametrize(("q", "p"), [(0.5, 0.8), (0.3, 0.9), (0.1, 0.2), (2, 4)])
def test_a_crowd_breaks_robin_hood(q: float, p: float) -> None:
    found = ax.find_crowded(q, p)
    assert found is not None
    classes = zip(found.values, found.counts, strict=True)
    x = torch.cat([torch.full((n,), v, dtype=torch.float64) for v, n in classes])
    rich, poor = (int((x - v).abs().argmin()) for v in (found.rich, found.poor))
    assert 0 < found.amount < found.rich - found.poor
    verdict = ax.judge(star_index(q, p), "D1", x, ax.robin_hood(x, rich, poor, found.amount))
    assert not verdict.weakly
    assert verdict.before == pytest.approx(found.before, rel=1e-4)
    assert verdict.after == pytest.approx(found.after, rel=1e-4)


@pytest.mark.parametrize(("q", "p"), [(0.5, 2), (1, 2), (1, 1)])
def test_no_crowd_where_robin_hood_is_obeyed(q: float, p: float) -> None:
    assert ax.find_crowded(q, p) is None


def test_crowds_ask_for_positive_exponents() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ax.find_crowded(0, 1)
