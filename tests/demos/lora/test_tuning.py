"""Fine-tuning methods: their optimisers on a tiny encoder, and what is kept of a training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from demos.lora.finetuning.methods import BASE, METHODS, RANKS, RATES, SIDES, MethodName, Run
from demos.lora.finetuning.tuning import Course, effective_rank, tuning
from models.catalog import Catalog
from models.errors import TrainingError
from models.registry import Registry
from models.train.labelled_pairs import LabelledPairs
from models.train.tuning import Task
from tests.models import tiny
from tests.models.test_train import data

TASK = Task(data(48, 0), data(24, 1, "held out"))
OTHER = Task(data(48, 2), data(24, 3, "held out too"))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A tiny encoder under the name of the real one."""
    base = tiny.write_bi_encoder(tmp_path_factory.mktemp("base"))
    catalog = Catalog((tiny.card(BASE, base, max_length=32),))
    found = Registry(catalog, device="cpu", dtype=torch.float32)
    yield found
    found.close()


def run_of(method: MethodName, **changes: object) -> Run:
    return replace(Run(method, 10 * RATES[method], rank=4, steps=8, batch_size=16), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_trains_and_reports(registry: Registry, method: MethodName) -> None:
    course = result_of(tuning(registry, run_of(method), [TASK]))
    assert not course.diverged
    assert len(course.losses) == 8
    assert course.points[0].step == 0
    assert course.points[-1].step == 8
    assert course.after == pytest.approx(course.points[-1].spearman)
    assert course.step_seconds is not None
    assert course.kept() is None
    assert all(rank > 0 for rank in course.effective_ranks().values())
    if method in ("adapter", "lora", "lora_plus"):
        for values in course.ends[0].spectra.values():
            assert (values > 1e-4 * values[0]).sum() <= 4
    json.dumps(course.as_dict(), allow_nan=False)


def test_state_is_smallest_where_nothing_is_kept(registry: Registry) -> None:
    kept = {
        method: result_of(tuning(registry, run_of(method, steps=2), [TASK])).state_bytes
        for method in METHODS
    }
    assert kept["random"] == 0
    assert kept["adapter"] == pytest.approx(kept["lora"], rel=0.01)
    assert kept["lora"] < kept["full"]  # type: ignore[operator]


def test_all_methods_see_the_same_batches(registry: Registry) -> None:
    """At the first step nothing has moved: the losses are the same."""
    first = {
        method: result_of(tuning(registry, run_of(method, steps=1), [TASK])).losses[0]
        for method in METHODS
    }
    assert max(first.values()) == pytest.approx(min(first.values()), rel=1e-5)


def test_a_second_task_is_judged_on_both(registry: Registry) -> None:
    course = result_of(tuning(registry, run_of("lora"), [TASK, OTHER]))
    assert len(course.ends) == 2
    assert course.kept() == pytest.approx(course.ends[1].spearman[0] - course.ends[0].spearman[0])
    assert {point.task for point in course.points} == {0, 1}


def test_a_divergence_ends_the_course_and_is_known(registry: Registry) -> None:
    course = result_of(tuning(registry, run_of("random", rate=1e30), [TASK]))
    assert course.diverged
    assert course.after is None
    assert json.loads(json.dumps(course.as_dict(), allow_nan=False))["diverged"]


def test_data_that_cannot_be_learnt_from_are_said(registry: Registry) -> None:
    same = LabelledPairs("same", TASK.train.pairs[:1], TASK.train.labels[:1])
    with pytest.raises(TrainingError, match="two pairs"):
        result_of(tuning(registry, run_of("lora"), [Task(same, TASK.held_out)]))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (Run("adamw", 1.0), "There is no “adamw”"),  # type: ignore[arg-type]
        (Run("lora", 1.0, rank=5), "choose one of"),
    ],
)
def test_what_cannot_be_run_is_said(run: Run, said: str) -> None:
    with pytest.raises(InputProblem, match=said):
        run.settings(100)


def test_ranks_divide_both_sides() -> None:
    assert all(side % rank == 0 for side in SIDES for rank in RANKS)


def test_effective_rank_counts_equal_values() -> None:
    assert effective_rank(np.array([2.0, 2.0, 2.0])) == pytest.approx(3)
    assert effective_rank(np.array([1.0, 0.0])) == pytest.approx(1)
    assert effective_rank(np.zeros(3)) == 0


def test_a_course_that_never_began_has_no_end() -> None:
    course = Course(Run("lora", 1e-3))
    assert (course.after, course.state_bytes, course.step_seconds) == (None, None, None)
