"""The decoder-only experiment: masks that do not leak, tasks, trials that share all but a mask."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from demos.attention.experiment.__main__ import main
from demos.attention.experiment.hidden_markov import Language
from demos.attention.experiment.masks import MASKS, MaskName
from demos.attention.experiment.network import Shape, initial_parameters, logits
from demos.attention.experiment.running import (
    Point,
    Result,
    Step,
    Trial,
    experiment,
    floor,
    trials_of,
)
from demos.attention.experiment.settings import MASKS_OF, Settings
from demos.attention.experiment.shipped import PLAN, read_shipped
from demos.attention.experiment.statistics import (
    summaries,
    t_interval,
    verdict,
    verdicts,
)
from demos.attention.experiment.tasks import IGNORED, TASKS, examples, is_held_out
from demos.attention.experiment.training import advance, losses_of, start
from demos.frame.steps import directly, result_of
from models.registry import Registry
from models.statistics import student_t_quantile

LAYERS, HEADS, LENGTH, INPUTS, SYMBOLS = 2, 4, 9, 5, 7
SMALL = Settings(
    task="sort", seeds=(0, 3), width=16, heads=2, steps=6, batch=4, evaluations=2, held_out=16
)


def scores(mask: MaskName, tokens: Tensor, layers: int = LAYERS) -> Tensor:
    """Logits [b, n, symbols] of one untrained model for tokens [b, n]."""
    shape = Shape(SYMBOLS, LENGTH, 16, layers)
    sees = MASKS[mask](layers, HEADS, LENGTH, INPUTS)
    return logits(initial_parameters(shape, [0]), tokens[None], torch.from_numpy(sees)[None])[0]


def touched(mask: MaskName, place: int, layers: int = LAYERS) -> list[int]:
    """Positions whose logits change with the token at `place`."""
    before = torch.randint(SYMBOLS, (1, LENGTH), generator=torch.Generator().manual_seed(0))
    after = before.clone()
    after[0, place] = (after[0, place] + 1) % SYMBOLS
    change = (scores(mask, before, layers) - scores(mask, after, layers)).abs().amax(dim=-1)
    return torch.nonzero(change[0]).flatten().tolist()


# --- masks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_causal_model_does_not_see_later_tokens(place: int) -> None:
    assert touched("causal", place) == [*range(place, LENGTH)]


@pytest.mark.parametrize("place", range(LENGTH))
def test_a_prefix_model_sees_all_inputs_and_no_later_output(place: int) -> None:
    first = 0 if place < INPUTS else place
    assert touched("prefix", place) == [*range(first, LENGTH)]


@pytest.mark.parametrize("mask", ["bidirectional", "half_heads", "alternating"])
def test_models_of_the_masked_family_see_everything(mask: MaskName) -> None:
    for place in (0, 4, LENGTH - 1):
        assert touched(mask, place) == [*range(LENGTH)]


def test_one_alternating_layer_looks_back_and_half_of_the_heads_ahead() -> None:
    assert touched("alternating", 4, layers=1) == [*range(4, LENGTH)]
    assert touched("half_heads", 4, layers=1) == [*range(LENGTH)]
    back, ahead = np.tri(LENGTH, dtype=bool), np.tri(LENGTH, dtype=bool).T
    half = MASKS["half_heads"](LAYERS, HEADS, LENGTH, 0)
    assert (half[:, :2] == back).all()
    assert (half[:, 2:] == ahead).all()
    alternating = MASKS["alternating"](3, HEADS, LENGTH, 0)
    assert (alternating[[0, 2]] == back).all()
    assert (alternating[1] == ahead).all()


# --- tasks --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", TASKS)
def test_held_out_examples_are_disjoint_and_of_the_stated_shape(key: str) -> None:
    task = TASKS[key]
    for held_out in (False, True):
        batch = examples(task, np.random.default_rng(1), 200, held_out)
        assert batch.tokens.shape == batch.targets.shape == (200, task.length)
        assert batch.tokens.min() >= 0
        assert batch.tokens.max() < task.symbols
        wholes = np.where(batch.targets == IGNORED, batch.tokens, batch.targets)
        if task.family == "generation":
            wholes = batch.tokens
            assert (batch.targets[:, : task.prefix - 1] == IGNORED).all()
            assert (batch.targets[:, task.prefix - 1 :] != IGNORED).all()
            assert (batch.tokens[:, task.prefix - 1] == task.symbols - 1).all()
        assert (is_held_out(task, wholes) == held_out).all()


def test_outputs_follow_from_inputs() -> None:
    sort, latest, addition = TASKS["sort"], TASKS["latest"], TASKS["addition"]
    batch = examples(sort, np.random.default_rng(0), 50)
    given, said = batch.tokens[:, : sort.prefix - 1], batch.targets[:, sort.prefix - 1 :]
    assert (np.sort(given, axis=1) == said).all()
    batch = examples(latest, np.random.default_rng(0), 50)
    for row, answer in zip(batch.tokens, batch.targets, strict=True):
        given = row[: latest.prefix - 1].tolist()
        assert answer[latest.prefix - 1 :].tolist() == [*dict.fromkeys(given[::-1])][::-1]
    batch = examples(addition, np.random.default_rng(0), 50)
    for row, answer in zip(batch.tokens, batch.targets, strict=True):
        text = "".join("0123456789+="[token] for token in row[: addition.prefix])
        one, other = text.rstrip("=").split("+")
        total = "".join(map(str, answer[addition.prefix - 1 :]))
        assert int(one) + int(other) == int(total)


def test_brackets_are_balanced_and_repetitions_repeat() -> None:
    task = TASKS["brackets"]
    kinds = task.symbols // 2
    for row in task.draw(np.random.default_rng(0), 100).tolist():
        stack: list[int] = []
        for token in row:
            if token < kinds:
                stack.append(token)
            else:
                assert stack.pop() == token - kinds
        assert not stack
    for row in TASKS["repetition"].draw(np.random.default_rng(0), 100):
        assert any((row[period:] == row[:-period]).all() for period in range(3, 9))


def test_the_posterior_of_a_hidden_symbol_is_what_enumeration_gives() -> None:
    random = np.random.default_rng(0)
    language = Language(random.dirichlet([1.0] * 2, size=2), random.dirichlet([1.0] * 3, size=2))
    tokens = np.array([[1, 3, 0, 3]])  # 3 hides
    posterior = language.posterior(tokens)

    def chance(symbols: tuple[int, ...]) -> float:
        state = np.full(2, 0.5) * language.emission[:, symbols[0]]
        for symbol in symbols[1:]:
            state = state @ language.transition * language.emission[:, symbol]
        return float(state.sum())

    joint = np.array([[chance((1, a, 0, b)) for b in range(3)] for a in range(3)])
    np.testing.assert_allclose(posterior[0, 1], joint.sum(axis=1) / joint.sum())
    np.testing.assert_allclose(posterior[0, 3], joint.sum(axis=0) / joint.sum())


# --- training -----------------------------------------------------------------------------------


def test_masks_share_parameters_starts_and_batches() -> None:
    shape = Shape(SYMBOLS, LENGTH, 16, LAYERS)
    together = initial_parameters(shape, [5, 6, 5])
    alone = initial_parameters(shape, [6])
    assert sum(tensor[0].numel() for tensor in together.values()) == shape.parameters
    for name, tensor in together.items():
        torch.testing.assert_close(tensor[0], tensor[2], rtol=0, atol=0)
        torch.testing.assert_close(tensor[1], alone[name][0], rtol=0, atol=0)
    # Under the same mask twice, two trials of a seed stay the same: batches are shared too.
    sees = torch.from_numpy(MASKS["causal"](LAYERS, HEADS, LENGTH, INPUTS)).expand(
        2, -1, -1, -1, -1
    )
    tokens = torch.randint(SYMBOLS, (3, 1, 4, LENGTH))
    _, losses = advance(
        start(initial_parameters(shape, [5, 5])), tokens, tokens, sees, torch.full((3,), 0.01), 0.0
    )
    torch.testing.assert_close(losses[:, 0], losses[:, 1])
    assert losses[0, 0] != losses[2, 0]


def test_only_outputs_have_a_loss() -> None:
    task = TASKS["sort"]
    batch = examples(task, np.random.default_rng(0), 3)
    free = torch.randn(1, 3, task.length, task.symbols, requires_grad=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demos.attention.experiment.training.logits", lambda *_: free)
        given = (torch.from_numpy(x)[None] for x in (batch.tokens, batch.targets))
        losses_of({}, *given, torch.empty(1)).sum().backward()
    assert free.grad is not None
    assert (free.grad[:, :, : task.prefix - 1] == 0).all()
    assert (free.grad[:, :, task.prefix - 1 :].abs().sum(dim=-1) > 0).all()


def test_a_batch_in_which_nothing_is_hidden_has_no_loss() -> None:
    parameters = initial_parameters(Shape(SYMBOLS, LENGTH, 16, LAYERS), [0])
    sees = torch.from_numpy(MASKS["causal"](LAYERS, HEADS, LENGTH, INPUTS))[None]
    tokens = torch.zeros((1, 1, LENGTH), dtype=torch.int64)
    assert losses_of(parameters, tokens, torch.full_like(tokens, IGNORED), sees).tolist() == [0.0]


def test_a_trial_trains_as_if_it_were_alone() -> None:
    both = result_of(experiment(SMALL))
    for mask in SMALL.masks:
        alone = result_of(experiment(dataclasses.replace(SMALL, masks=(mask,), seeds=(3,))))
        for one, other in zip(both.curve(Trial(mask, 3)), alone.points, strict=True):
            assert one.loss == pytest.approx(other.loss, rel=1e-4)


def test_the_update_is_adamw() -> None:
    shape, rate = Shape(SYMBOLS, LENGTH, 16, 1), 0.01
    parameters = initial_parameters(shape, [0])
    sees = torch.from_numpy(MASKS["causal"](1, HEADS, LENGTH, INPUTS))[None]
    tokens = torch.randint(SYMBOLS, (4, 1, 8, LENGTH))
    state, _ = advance(start(parameters), tokens, tokens, sees, torch.full((4,), rate), 0.1)
    own = {name: tensor.clone().requires_grad_() for name, tensor in parameters.items()}
    groups = [
        {"params": [p for p in own.values() if p.ndim > 2], "weight_decay": 0.1},
        {"params": [p for p in own.values() if p.ndim == 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-8)
    for batch in tokens:
        optimizer.zero_grad()
        losses_of(own, batch, batch, sees).sum().backward()
        torch.nn.utils.clip_grad_norm_(own.values(), 1.0)
        optimizer.step()
    for name, tensor in own.items():
        torch.testing.assert_close(state.parameters[name], tensor.detach(), rtol=1e-4, atol=1e-5)


def test_the_same_settings_give_the_same_result(registry: Registry) -> None:
    """However many steps a call has, and through the registry too."""
    first = result_of(experiment(SMALL))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("demos.attention.experiment.running.CALL_SECONDS", 0.0)  # one step a call
        one_by_one = result_of(experiment(SMALL))
    through = result_of(experiment(SMALL, registry.run))
    assert repr(first.points) == repr(one_by_one.points)  # NaN equals itself in words alone
    assert repr(first.points) == repr(through.points)


def test_a_state_goes_on_where_it_was_and_is_left_as_it_was() -> None:
    shape = Shape(SYMBOLS, LENGTH, 16, LAYERS)
    sees = torch.from_numpy(MASKS["prefix"](LAYERS, HEADS, LENGTH, INPUTS))[None]
    tokens, rates = torch.randint(SYMBOLS, (5, 1, 4, LENGTH)), torch.full((5,), 0.01)
    begin = start(initial_parameters(shape, [0]))
    whole, losses = advance(begin, tokens, tokens, sees, rates, 0.01)
    assert begin.step == 0
    assert whole.step == 5
    assert not whole.parameters["head"].requires_grad
    state, before = advance(begin, tokens[:2], tokens[:2], sees, rates[:2], 0.01)
    state, after = advance(state, tokens[2:], tokens[2:], sees, rates[2:], 0.01)
    torch.testing.assert_close(torch.cat([before, after]), losses, rtol=0, atol=0)
    for name, tensor in whole.parameters.items():
        torch.testing.assert_close(state.parameters[name], tensor, rtol=0, atol=0)


def test_steps_report_progress_and_one_point_a_trial() -> None:
    steps = [*experiment(SMALL)]
    judged = [step for step in steps if step.points]
    assert [step.progress.done for step in judged] == [0, 3, 6]
    assert judged[-1].progress.share == 1.0
    for step in judged:
        assert tuple(point.trial for point in step.points) == trials_of(SMALL)
        assert all(math.isnan(point.train_loss) == (point.step == 0) for point in step.points)


def test_closing_ends_it() -> None:
    calls: list[Any] = []

    def run(function: Any, *arguments: Any) -> Any:
        calls.append(function)
        return directly(function, *arguments)

    steps = experiment(SMALL, run)
    assert isinstance(next(steps), Step)
    before = len(calls)
    steps.close()
    assert len(calls) == before


def test_a_rate_that_is_too_high_is_said() -> None:
    with pytest.raises(FloatingPointError, match="no number after step"):
        result_of(
            experiment(
                dataclasses.replace(SMALL, steps=300, learning_rate=1.0, warmup=0.0),
                lambda function, *rest: _with_nan(function(*rest)),
            )
        )


def _with_nan(answer: Any) -> Any:
    return (answer[0], answer[1] * math.nan) if isinstance(answer, tuple) else answer


@pytest.mark.slow
def test_a_small_task_is_learnt() -> None:
    settings = Settings(task="brackets", seeds=(0,), width=32, steps=250, evaluations=1)
    result = result_of(experiment(settings))
    task = settings.subject
    for mask in settings.masks:
        first, last = result.curve(Trial(mask, 0))
        assert first.accuracy < 2.5 / task.symbols
        assert last.accuracy > 0.4
        assert last.loss < 0.8 * first.loss


def test_no_model_beats_what_can_be_known() -> None:
    settings = Settings(task="hidden_markov", masks=("half_heads",), seeds=(0,), steps=60)
    best = floor(settings)
    assert best is not None
    assert best.accuracy > 2 / settings.subject.symbols
    assert all(point.loss > best.loss for point in result_of(experiment(settings)).points)
    assert floor(Settings(task="sort")) is None


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"task": "chess"}, "no task “chess”"),
        ({"masks": ("alternating",)}, "no mask for a task of the family generation"),
        ({"seeds": ()}, "at least one seed"),
        ({"seeds": (1, 1)}, "each once"),
        ({"seeds": (-1,)}, "from nought"),
        ({"steps": 0}, "steps is 0"),
        ({"heads": 5}, "cannot be shared by 5 heads"),
    ],
)
def test_settings_that_cannot_be_followed_are_refused(change: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Settings(**change)


def test_settings_survive_json() -> None:
    assert Settings.from_dict(json.loads(json.dumps(SMALL.as_dict()))) == SMALL


# --- statistics ---------------------------------------------------------------------------------


def made_up(**finals: list[float]) -> Result:
    """A result of the masked family whose masks end at these losses (accuracy: 1 - loss)."""
    masks = MASKS_OF["masked"]
    settings = Settings(task="brackets", masks=masks, seeds=tuple(range(len(finals[masks[0]]))))
    points = [
        Point(step, Trial(mask, seed), 0.0, finals[mask][seed], 1 - finals[mask][seed])
        for step in (0, 10)
        for mask in masks
        for seed in settings.seeds
    ]
    return Result(settings, 1, tuple(points), 1.0)


def test_quantiles_of_students_t() -> None:
    for degrees, quantile in ((1, 12.7062), (2, 4.30265), (7, 2.36462), (30, 2.04227)):
        assert student_t_quantile(0.975, degrees) == pytest.approx(quantile, rel=1e-4)
    assert student_t_quantile(0.5, 5) == pytest.approx(0, abs=1e-6)
    mean, low, high = t_interval([1.0, 2.0, 3.0], 0.95)
    assert (mean, low, high) == pytest.approx(
        (2, 2 - 4.30265 / 3**0.5, 2 + 4.30265 / 3**0.5), rel=1e-4
    )


def test_a_verdict_says_what_the_spread_carries() -> None:
    result = made_up(
        bidirectional=[0.50, 0.60, 0.40, 0.55],
        half_heads=[0.30, 0.41, 0.19, 0.35],  # better by .2 with every seed
        alternating=[0.50, 0.45, 0.55, 0.52],
    )
    better, noise, _ = verdicts(result, "loss")
    assert (better.key, better.first, better.second) == ("better", "half_heads", "bidirectional")
    assert better.by == pytest.approx(0.2)
    assert 0 < better.low < better.by < better.high
    assert noise.key == "no_difference"
    assert noise.low < 0 < noise.high
    same = verdicts(result, "accuracy")[0]
    assert (same.first, same.by) == (better.first, pytest.approx(better.by))
    # Three comparisons ask for wider intervals than one.
    alone = verdict(result, "bidirectional", "half_heads", "loss")
    assert better.low < alone.low
    assert summaries(result, "mean_loss")[1].mean == pytest.approx(0.3125)


def test_one_seed_carries_nothing() -> None:
    result = made_up(bidirectional=[0.5], half_heads=[0.1], alternating=[0.5])
    assert {said.key for said in verdicts(result, "loss")} == {"too_few"}
    assert math.isnan(summaries(result, "loss")[0].spread)


# --- what is shipped ----------------------------------------------------------------------------


def test_a_killed_run_goes_on_with_the_experiment_it_was_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = [SMALL, dataclasses.replace(SMALL, task="brackets", masks=(), steps=4)]
    output, ran = tmp_path / "runs.json", list[str]()

    def counted(settings: Settings) -> Any:
        ran.append(settings.task)
        return experiment(settings)

    monkeypatch.setattr("demos.attention.experiment.__main__.experiment", counted)
    main(["--output", str(output)], plan[:1])
    main(["--output", str(output)], plan)
    assert ran == ["sort", "brackets"]
    first, second = read_shipped(output)
    assert (first.result.settings, second.result.settings) == tuple(plan)
    direct = result_of(experiment(SMALL))
    for read, made in zip(first.result.points, direct.points, strict=True):
        assert read.trial == made.trial
        assert read.step == made.step
        assert read.loss == pytest.approx(made.loss, abs=1e-5)


def test_what_is_shipped_belongs_to_the_plan() -> None:
    runs = read_shipped()
    assert all(run.result.settings in PLAN for run in runs)
    for run in runs:
        settings = run.result.settings
        assert run.result.curve(trials_of(settings)[-1])[-1].step == settings.steps
