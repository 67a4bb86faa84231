"""Run the larger experiments and write them down: about fifty minutes of one core.

    OMP_NUM_THREADS=1 python -m demos.attention.experiment

What the file holds already is not run again, so a killed run goes on with the experiment it was at.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

import torch

from demos.attention.experiment.running import Result, experiment
from demos.attention.experiment.settings import Settings
from demos.attention.experiment.shipped import PLAN, SHIPPED, Shipped, read_shipped, write_shipped
from demos.attention.experiment.statistics import summaries, verdicts


def main(arguments: Sequence[str] | None = None, plan: Sequence[Settings] = PLAN) -> None:
    """Run what is missing, print progress, write after every experiment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=SHIPPED, help="the JSON file")
    output = parser.parse_args(arguments).output
    runs = {run.result.settings: run for run in read_shipped(output)}
    for settings in plan:
        if settings not in runs:
            print(
                f"{settings.task}, {settings.layers} layers, {len(settings.seeds)} seeds",
                flush=True,
            )
            today = datetime.date.today().isoformat()
            runs[settings] = Shipped(_watched(settings), torch.__version__, today)
            write_shipped([runs[each] for each in plan if each in runs], output)
        _report(runs[settings].result)


def _watched(settings: Settings) -> Result:
    steps = experiment(settings)
    while True:
        try:
            step = next(steps)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        if step.points:
            losses = " ".join(f"{point.loss:.4f}" for point in step.points)
            seconds = step.progress.seconds
            print(f"  {step.progress.done:6,} steps, {seconds:6.0f} s: {losses}", flush=True)


def _report(result: Result) -> None:
    settings = result.settings
    print(f"{settings.task}, {settings.layers} layers: {result.seconds:.0f} s")
    for measure in ("accuracy", "loss", "mean_loss"):
        for each in summaries(result, measure):
            print(f"  {measure:9} {each.mask:13} {each.mean:.4f} ± {each.spread:.4f}")
        for said in verdicts(result, measure):
            gap = f"{said.by:+.4f} [{said.low:+.4f}, {said.high:+.4f}]"
            print(f"  {measure:9} {said.first} over {said.second}: {gap} {said.key}")
    print(flush=True)


if __name__ == "__main__":
    main()
