"""A training by an optimiser that is brought along: what it moves, reports, and leaves alone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from models.catalog import Catalog
from models.errors import TrainingError
from models.registry import Registry
from models.train.events import Evaluated, StepDone
from models.train.settings import TrainingSettings
from models.train.trainer import Steering
from models.train.tuning import Task, Tuned
from tests.models import tiny
from tests.models.test_train import data

SETTINGS = TrainingSettings(
    kind="bi-encoder",
    base="tiny",
    method="weights",
    rank=4,
    max_steps=6,
    epochs=9,
    batch_size=8,
    dropout=0.0,
    clip=0.0,
    average=0.0,
    weight_decay=0.0,
)
TASK = Task(data(40, 0), data(20, 1, "held out"))
OTHER = Task(data(40, 2), data(20, 3, "held out too"))


def sgd(rate: float) -> Steering:
    return Steering(
        lambda weights: torch.optim.SGD(weights, lr=rate), lambda optimizer: optimizer.param_groups
    )


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    base = tiny.write_bi_encoder(tmp_path / "base")
    catalog = Catalog((tiny.card("tiny", base, max_length=32),))
    found = Registry(catalog, device="cpu", dtype=torch.float32)
    yield found
    found.close()


def tuned(events: list[Any]) -> list[Tuned]:
    return [event for event in events if isinstance(event, Tuned)]


def test_it_steps_reports_and_keeps_no_model(registry: Registry) -> None:
    before = len(registry.cards("me", "bi-encoder"))
    events = list(registry.tune(SETTINGS, [TASK], sgd(0.1)))
    assert [e.step for e in events if isinstance(e, StepDone)] == [1, 2, 3, 4, 5, 6]
    assert isinstance(events[0], Evaluated)
    (end,) = tuned(events)
    assert (end.task, len(end.seconds), end.state_bytes) == (0, 6, 0)
    last = [e for e in events if isinstance(e, Evaluated)][-1]
    assert end.spearman == pytest.approx((last.spearman,))
    assert all(np.diff(values).max() <= 1e-6 for values in end.spectra.values())
    assert min(values[0] for values in end.spectra.values()) > 0
    assert len(registry.cards("me", "bi-encoder")) == before


def test_a_rate_of_nought_moves_nothing(registry: Registry) -> None:
    (end,) = tuned(list(registry.tune(SETTINGS, [TASK], sgd(0.0))))
    assert max(values[0] for values in end.spectra.values()) == 0


def test_an_adapter_moves_weights_by_its_rank(registry: Registry) -> None:
    settings = replace(SETTINGS, method="lora", learning_rate=1e-2)
    (end,) = tuned(list(registry.tune(settings, [TASK])))
    for values in end.spectra.values():
        assert (values > 1e-5 * values[0]).sum() <= 4
    assert end.state_bytes > 0  # factors and Adam's moments


def test_tasks_go_on_from_one_another(registry: Registry) -> None:
    """Two tasks that are the same are one training whose schedule and optimiser begin anew."""
    events = list(registry.tune(SETTINGS, [TASK, OTHER], sgd(0.05)))
    first, second = tuned(events)
    assert (first.task, second.task) == (0, 1)
    assert len(first.spearman) == len(second.spearman) == 2
    judged = [e.spearman for e in events if isinstance(e, Evaluated)]
    place = next(i for i, e in enumerate(events) if isinstance(e, Tuned))
    begun = next(e for e in events[place:] if isinstance(e, Evaluated))
    assert begun.spearman == pytest.approx(first.spearman[1], abs=1e-6)  # of the other's pairs
    assert judged[-1] == pytest.approx(second.spearman[1], abs=1e-6)


def test_peaks_of_the_groups_rise_and_fall(registry: Registry) -> None:
    seen: list[tuple[float, ...]] = []

    class Recording(torch.optim.SGD):
        def step(self, closure: Any = None) -> Any:
            seen.append(tuple(group["lr"] for group in self.param_groups))
            return super().step(closure)

    def make(weights: list[torch.Tensor]) -> torch.optim.Optimizer:
        return Recording([{"params": weights[:1], "lr": 0.4}, {"params": weights[1:], "lr": 0.1}])

    steering = Steering(make, lambda optimizer: optimizer.param_groups)
    list(registry.tune(replace(SETTINGS, warmup=0.0), [TASK], steering))
    assert [first for first, _ in seen] == pytest.approx([0.4 * (6 - k) / 6 for k in range(6)])
    assert all(first == pytest.approx(4 * second) for first, second in seen)


def test_a_loss_that_is_no_number_is_said(registry: Registry) -> None:
    with pytest.raises(TrainingError, match="no number"):
        list(registry.tune(SETTINGS, [TASK], sgd(1e30)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"method": "full"}, "another method"), ({"max_steps": 4_000}, "At most 400 steps")],
)
def test_limits_hold(registry: Registry, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(TrainingError, match=said):
        list(registry.tune(replace(SETTINGS, **changed), [TASK], sgd(0.1)))


def test_closing_it_ends_it_and_lets_the_next_one_in(registry: Registry) -> None:
    events = registry.tune(SETTINGS, [TASK], sgd(0.1))
    while not isinstance(next(events), StepDone):
        pass
    events.close()
    assert registry.trainings_waiting() == 0
    assert math.isfinite(tuned(list(registry.tune(SETTINGS, [TASK], sgd(0.1))))[0].spearman[0])
