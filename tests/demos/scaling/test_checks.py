"""Verdicts: every reason has data that cause it, and sensible data cause none."""

from __future__ import annotations

import pytest
import torch

from demos.frame.texts.scaling_checks import TEXTS
from demos.scaling.checks import check_data, find_outliers, judge
from demos.scaling.fit import fit
from demos.scaling.profile import profile
from demos.scaling.uncertainty import Interval, normal_intervals
from tests.demos.scaling.simulated import chinchilla, simulate

GOOD = {"x": [1.0, 2, 4, 8, 16, 32], "loss": [3.0, 2.5, 2.2, 2.0, 1.9, 1.85]}


def keys(verdict):
    return {
        reason.key.removeprefix("scaling.check."): reason.severity for reason in verdict.reasons
    }


def sentences(verdict):
    for reason in verdict.reasons:
        english, chinese = (reason.problem().sentence(language) for language in ("en", "zh"))
        assert "{" not in english + chinese
        assert english != chinese


def test_good_data_are_fine():
    data = simulate("chinchilla", 120, 0.002)
    got = fit("chinchilla", data)
    verdict = judge(got, normal_intervals(got), find_outliers(got), data)
    assert (verdict.status, verdict.reasons) == ("fine", ())
    assert check_data("chinchilla", data).status == "fine"


@pytest.mark.parametrize(
    ("law", "change", "key"),
    [
        ("power", {"x": [1.0, 2], "loss": [3.0, 2]}, "too_few_points"),
        ("broken_power", {}, "too_few_points"),
        ("power", {"x": [2.0] * 6}, "one_size"),
        ("power", {"x": [2.0, 4] * 3}, "too_few_sizes"),
        ("power", {"loss": [2.0] * 6}, "same_losses"),
        ("power", {"loss": [3.0, 2, 1, 0, 1, 1]}, "not_positive"),
        ("power", {"loss": [3.0, 2, 1, float("nan"), 1, 1]}, "not_finite"),
        ("chinchilla", {}, "no_column"),
        ("exponential", {}, "unknown_law"),
    ],
)
def test_data_are_refused_before_a_fit(law, change, key):
    verdict = check_data(law, {**GOOD, **change})
    assert verdict.status == "refused"
    assert keys(verdict)[key] == "refused"
    sentences(verdict)


def test_a_short_stretch_of_sizes_is_doubted():
    verdict = check_data("power", {**GOOD, "x": [1.0, 1.2, 1.5, 2, 2.5, 3]})
    assert keys(verdict) == {"narrow_range": "doubted"}
    sentences(verdict)


def test_a_fixed_parameter_needs_no_point():
    data = {name: values[:4] for name, values in GOOD.items()}
    assert check_data("power", data).status == "refused"
    assert check_data("power", data, fixed={"E": 1.8}).status == "fine"


def test_tokens_in_proportion_to_parameters_are_refused():
    data = simulate("chinchilla", 60, 0.002)
    data["D"] = 20 * data["N"]
    data["loss"] = 1.8 + 480 * data["N"] ** -0.35 + 2000 * data["D"] ** -0.36
    verdict = judge(fit("chinchilla", data))
    assert verdict.status == "refused"
    assert {"ill_conditioned", "edge"} & set(keys(verdict))
    sentences(verdict)


def test_no_scaling_at_all_is_refused():
    generator = torch.Generator().manual_seed(0)
    loss = 2 + 0.1 * torch.rand(40, generator=generator, dtype=torch.float64)
    data = {"x": torch.logspace(3, 8, 40, dtype=torch.float64), "loss": loss}
    verdict = judge(fit("power", data))
    assert verdict.status == "refused"
    assert "edge" in keys(verdict)
    sentences(verdict)


def test_no_irreducible_loss_is_doubted():
    x = torch.logspace(3, 8, 40, dtype=torch.float64)
    verdict = judge(fit("power", {"x": x, "loss": 20 * x**-0.3 * (1 - 0.3 * x / x.max())}))
    assert keys(verdict).get("no_offset") == "doubted"
    sentences(verdict)


def test_an_interval_wider_than_its_estimate():
    got = fit("power", simulate("power", 40, 0.01))
    intervals = {"alpha": Interval(0.01, 0.9, 0.95), "A": Interval(3.0, 90.0, 0.95)}
    verdict = judge(got, intervals)
    assert verdict.status == "refused"
    assert [r.severity for r in verdict.reasons if r.key.endswith("wide")] == ["refused", "doubted"]
    sentences(verdict)


def test_far_predictions_are_doubted():
    data = simulate("chinchilla", 120, 0.002)
    got = fit("chinchilla", data)
    near = {"N": [1e11], "D": [1e12]}
    assert judge(got, at=near).status == "fine"
    verdict = judge(got, at={"N": [1e13], "D": [1e12]})
    assert keys(verdict) == {"far": "doubted"}
    sentences(verdict)


def test_one_wrong_point_is_found_and_the_answer_without_it_is_the_truth():
    data = simulate("power", 40, 0.003)
    data["loss"][39] *= 1.3
    got = fit("power", data, "log_squares")
    outliers = find_outliers(got)
    assert outliers.rows == (39,)
    assert outliers.without is not None
    assert outliers.without.parameters["alpha"] == pytest.approx(0.3, rel=0.05)
    assert len(outliers.influence) == 40
    assert outliers.left_out[0] == 39
    verdict = judge(got, outliers=outliers)
    assert "outliers" in keys(verdict)
    sentences(verdict)


def test_chinchillas_five_highest_losses_move_the_answer(data_folder):
    got = fit("chinchilla", chinchilla(data_folder, drop=0))
    outliers = find_outliers(got)
    assert set(outliers.rows) >= {241, 242, 243, 244}  # sorted by loss
    verdict = judge(got, outliers=outliers)
    assert keys(verdict)["outliers"] == "doubted"
    assert outliers.without is not None
    assert outliers.without.parameters["beta"] == pytest.approx(0.37, abs=0.015)
    sentences(verdict)


def test_chinchilla_without_them_is_only_vague_in_its_coefficients(data_folder):
    got = fit("chinchilla", chinchilla(data_folder))
    intervals = {name: found.interval for name, found in profile(got).items()}
    verdict = judge(got, intervals, find_outliers(got))
    assert verdict.status == "doubted"
    assert set(keys(verdict)) == {"wide"}


def test_an_exact_fit_has_no_outliers():
    outliers = find_outliers(fit("power", simulate("power", 30, 0.0)))
    assert outliers.without is None or max(outliers.moved.values()) < 1e3
    assert len(outliers.rows) <= 6


def test_every_sentence_has_its_values_in_both_languages():
    import string

    for key, (english, chinese) in TEXTS.items():
        fields = [
            {name for _, name, _, _ in string.Formatter().parse(text) if name}
            for text in (english, chinese)
        ]
        assert fields[0] == fields[1], key
