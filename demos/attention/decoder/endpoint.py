"""The endpoint `attention_decoder`: a small experiment in, curves and verdicts out."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

from demos.attention.decoder.asked import DEFAULT, Wish, check_task, check_time, settings_of
from demos.attention.experiment.running import Result, Trial, experiment
from demos.attention.experiment.settings import MASKS_OF
from demos.attention.experiment.statistics import MEASURES, summaries, verdicts
from demos.attention.experiment.tasks import TASKS
from demos.frame.errors import InputProblem, visible_errors
from demos.frame.steps import result_of
from models.registry import Registry

AttentionDecoder = Callable[[str, list[str], int, int, int, int, float], dict[str, Any]]


def make_attention_decoder(registry: Registry) -> AttentionDecoder:
    """The endpoint's function, bound to a registry."""

    @visible_errors
    def attention_decoder(
        task: str = DEFAULT.task,
        masks: list[str] = [],  # noqa: B006  # gradio reads the type; it is not written to
        seeds: int = len(DEFAULT.seeds),
        first_seed: int = 0,
        layers: int = DEFAULT.layers,
        steps: int = DEFAULT.steps,
        learning_rate: float = DEFAULT.learning_rate,
    ) -> dict[str, Any]:
        """Train small models from scratch under several attention masks, and compare them.

        Args:
            task: "sort", "latest", "addition", "brackets", "repetition" or "hidden_markov".
            masks: at least two of "causal" and "prefix" for the first three tasks, of
                "bidirectional", "half_heads" and "alternating" for the others; [] takes all.
            seeds: how many, 2 to 6, counted on from `first_seed`.
            first_seed: 0 to 999,990.
            layers: 1 to 4.
            steps: 100 to 3,000.
            learning_rate: the peak, .0001 to .03.

        Returns:
            {"settings", "parameters", "seconds", "columns", "curves", "summaries", "verdicts"};
            curves hold rows of those columns by mask and seed.
        """
        chosen = masks or list(MASKS_OF[TASKS[check_task(task)].family])
        settings = settings_of(Wish(task, chosen, seeds, first_seed, layers, steps, learning_rate))
        check_time(settings)
        try:
            return as_json(result_of(experiment(settings, registry.run)))
        except FloatingPointError:
            raise InputProblem("attention.decoder.diverged_at_all") from None

    return attention_decoder


def as_json(result: Result) -> dict[str, Any]:
    """A finished result as the endpoint gives it; None for what is no number."""
    settings = result.settings
    return {
        "settings": settings.as_dict(),
        "parameters": result.parameters,
        "seconds": round(result.seconds, 2),
        "columns": ["step", "train_loss", "loss", "accuracy"],
        "curves": {
            mask: {
                str(seed): [
                    [p.step, _number(p.train_loss), p.loss, p.accuracy]
                    for p in result.curve(Trial(mask, seed))
                ]
                for seed in settings.seeds
            }
            for mask in settings.masks
        },
        "summaries": {
            measure: [dataclasses.asdict(each) for each in summaries(result, measure)]
            for measure in MEASURES
        },
        "verdicts": [dataclasses.asdict(each) for m in MEASURES for each in verdicts(result, m)],
    }


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
