"""Finds learning rates, or runs the comparison that the app ships.

python -m demos.lora.finetuning rates [DATA] [--methods NAME ...]
python -m demos.lora.finetuning compare DATA FILE [--methods NAME ...]

DATA is a folder with `sick/train.tsv` and `mrpc/train.tsv`. Task A is SICK's graded relatedness,
task B MRPC's paraphrases. What FILE holds already is not run again. `rates` tries rates around the
panel's own on our bundled pairs, or, with DATA, around the comparison's on pairs of SICK that it
neither trains on nor is judged by.
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from demos.frame.steps import result_of
from demos.lora.finetuning.methods import METHODS, RATES, MethodName, Run
from demos.lora.finetuning.tuning import Course, tuning
from models.registry import Registry
from models.train.bundled import HELD_OUT_SHARE, bundled_pairs
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs
from models.train.tuning import Task

STEPS, BATCH, SEEDS = 150, 32, (0, 1, 2, 3, 4)
PAIRS, HELD_OUT = 1_500, 500
FACTORS = (0.3, 1.0, 3.0)
# Of the comparison: the best of four from here upwards, over 70 steps of 32.
COMPARED: dict[MethodName, float] = {
    "full": 1e-5,
    "adapter": 2e-4,
    "lora": 2e-4,
    "lora_plus": 3e-5,
    "random": 3e-5,
    "additive": 2e-5,
    "galore": 1e-4,
}


def tasks_of(folder: Path) -> tuple[Task, Task]:
    """SICK and MRPC, a seeded part of each."""
    graded, _ = _halves(folder)
    phrases = read_labelled_pairs(folder / "mrpc" / "train.tsv")
    return _task(graded), _task(phrases)


def rates_task(folder: Path) -> Task:
    """Other pairs of SICK than those of `tasks_of`."""
    _, others = _halves(folder)
    return _task(others)


def _halves(folder: Path) -> tuple[LabelledPairs, LabelledPairs]:
    return read_labelled_pairs(folder / "sick" / "train.tsv").split(0.5, seed=0)


def _task(data: LabelledPairs) -> Task:
    rest, held_out = data.split(HELD_OUT / len(data), seed=0)
    return Task(rest.split(PAIRS / len(rest), seed=0)[1], held_out)


def find_rates(
    registry: Registry,
    task: Task,
    methods: Sequence[MethodName],
    rates: Mapping[MethodName, float],
    steps: int,
    batch_size: int,
) -> None:
    """Prints the held-out Spearman of each method at `FACTORS` of its rate, and the best."""
    for method in methods:
        after: dict[float, float] = {}
        for rate in (rates[method] * factor for factor in FACTORS):
            run = Run(method, rate, steps=steps, batch_size=batch_size, seed=10, evaluations=1)
            ended = result_of(tuning(registry, run, [task])).after
            after[rate] = -1.0 if ended is None else ended
            print(f"{method:10} {rate:.1e} {after[rate]:.4f}", flush=True)
        print(f"{method:10} {max(after, key=after.__getitem__):.1e} is best", flush=True)


def compare(
    registry: Registry, tasks: Sequence[Task], file: Path, methods: Sequence[MethodName] = METHODS
) -> None:
    """Every method and seed on task A, then on task B; written after each."""
    done: list[dict[str, Any]] = []
    if file.is_file():
        done = json.loads(file.read_text(encoding="utf-8"))["courses"]
    known = {json.dumps(each["run"], sort_keys=True) for each in done}
    for seed in SEEDS:
        for method in methods:
            run = Run(
                method, COMPARED[method], steps=STEPS, batch_size=BATCH, seed=seed, evaluations=2
            )
            if json.dumps(vars(run), sort_keys=True) in known:
                continue
            course = result_of(tuning(registry, run, tasks))
            done.append(course.as_dict())
            file.write_text(_document(done, str(registry.status().reason)), encoding="utf-8")
            print(f"{method:10} seed {seed}: {_summary(course)}", flush=True)


def _summary(course: Course) -> str:
    if course.diverged or course.after is None:
        return "diverged"
    first, last = course.ends[0].spearman[0], course.ends[-1].spearman[0]
    return (
        f"A {course.before:.4f} -> {first:.4f}, after B {last:.4f}; B {course.after:.4f};"
        f" {course.state_bytes:,} bytes"
    )


def _document(courses: list[dict[str, Any]], machine: str) -> str:
    """JSON with a line a course."""
    made = {
        "date": datetime.date.today().isoformat(),
        "machine": machine,
        "torch": torch.__version__,
        "tasks": ["SICK", "MRPC"],
        "pairs": PAIRS,
        "held_out": HELD_OUT,
    }
    lines = ",\n ".join(json.dumps(course) for course in courses)
    return f'{json.dumps(made)[:-1]}, "courses": [\n {lines}\n]}}\n'


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rates", "compare"))
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=METHODS)
    options = parser.parse_args()
    registry = Registry()
    if options.what == "rates" and options.data is None:
        task = Task(*bundled_pairs().split(HELD_OUT_SHARE, seed=1))
        find_rates(registry, task, options.methods, RATES, steps=30, batch_size=16)
    elif options.what == "rates":
        task = rates_task(options.data)
        find_rates(registry, task, options.methods, COMPARED, steps=70, batch_size=BATCH)
    elif options.data is None or options.file is None:
        parser.error("compare needs DATA and FILE")
    else:
        compare(registry, tasks_of(options.data), options.file, options.methods)
    registry.close()


if __name__ == "__main__":
    main()
