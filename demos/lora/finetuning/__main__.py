"""Finds learning rates, or runs the comparison that the app ships.

python -m demos.lora.finetuning rates DATA
python -m demos.lora.finetuning compare DATA FILE

DATA is a folder with `stsb_en/{train,dev}.tsv` and `mrpc/train.tsv`. Task A is STS-B's graded
similarity, task B MRPC's paraphrases. What FILE holds already is not run again.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from demos.frame.steps import result_of
from demos.lora.finetuning.methods import METHODS, RATES, Run
from demos.lora.finetuning.tuning import Course, tuning
from models.registry import Registry
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs
from models.train.tuning import Task

STEPS, BATCH, SEEDS = 80, 16, (0, 1, 2)
SWEPT_STEPS = 40
FACTORS = (0.1, 0.3, 1.0, 3.0, 10.0)
PAIRS, HELD_OUT = 1_200, 300


def tasks_of(folder: Path) -> tuple[Task, Task]:
    """STS-B and MRPC, a seeded part of each."""
    graded = read_labelled_pairs(folder / "stsb_en" / "train.tsv")
    judged = read_labelled_pairs(folder / "stsb_en" / "dev.tsv")
    phrases = read_labelled_pairs(folder / "mrpc" / "train.tsv")
    phrases, held_out = phrases.split(0.2, seed=0)
    return (
        Task(_part(graded, PAIRS), _part(judged, HELD_OUT)),
        Task(_part(phrases, PAIRS), _part(held_out, HELD_OUT)),
    )


def find_rates(registry: Registry, tasks: Sequence[Task], methods: Sequence[str]) -> None:
    """Held-out Spearman of each method at rates around its own."""
    for method in METHODS:
        if methods and method not in methods:
            continue
        for factor in FACTORS:
            run = Run(method, RATES[method] * factor, steps=SWEPT_STEPS, batch_size=BATCH)
            course = result_of(tuning(registry, run, tasks[:1]))
            after = "diverged" if course.diverged else f"{course.after:.4f}"
            last = sum(course.losses[-5:]) / 5
            print(f"{method:10} {run.rate:.1e} {course.before:.4f} {after} {last:.3f}", flush=True)


def compare(registry: Registry, tasks: Sequence[Task], file: Path) -> None:
    """Every method and seed on task A, then on task B; written after each."""
    done: list[dict[str, Any]] = []
    if file.is_file():
        done = json.loads(file.read_text(encoding="utf-8"))["courses"]
    known = {json.dumps(each["run"], sort_keys=True) for each in done}
    for seed in SEEDS:
        for method in METHODS:
            run = Run(method, RATES[method], steps=STEPS, batch_size=BATCH, seed=seed)
            if json.dumps(vars(run), sort_keys=True) in known:
                continue
            course = result_of(tuning(registry, run, tasks))
            done.append(course.as_dict())
            file.write_text(json.dumps(_document(done), indent=1) + "\n", encoding="utf-8")
            print(f"{method:10} seed {seed}: {_summary(course)}", flush=True)


def _summary(course: Course) -> str:
    if course.diverged or course.after is None:
        return "diverged"
    first, last = course.ends[0].spearman[0], course.ends[-1].spearman[0]
    return (
        f"A {course.before:.4f} -> {first:.4f}, after B {last:.4f}; B {course.after:.4f};"
        f" {course.state_bytes:,} bytes, {course.step_seconds:.3f} s a step"
    )


def _document(courses: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{torch.get_num_threads()} threads, {platform.machine()}",
        "torch": torch.__version__,
        "tasks": ["STS-B", "MRPC"],
        "pairs": PAIRS,
        "held_out": HELD_OUT,
        "courses": courses,
    }


def _part(data: LabelledPairs, count: int) -> LabelledPairs:
    if len(data) <= count:
        return data
    return data.split(count / len(data), seed=0)[1]


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rates", "compare"))
    parser.add_argument("data", type=Path)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--methods", nargs="*", default=[])
    options = parser.parse_args()
    registry = Registry()
    tasks = tasks_of(options.data)
    if options.what == "rates":
        find_rates(registry, tasks, options.methods)
    elif options.file is None:
        parser.error("compare needs a FILE")
    else:
        compare(registry, tasks, options.file)
    registry.close()


if __name__ == "__main__":
    main()
