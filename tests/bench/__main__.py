"""Runs every benchmark and prints one table: `python -m tests.bench [part of a name] ...`."""

from __future__ import annotations

import os
import platform
import sys

os.environ.setdefault("GOMP_SPINCOUNT", "10000")  # before torch is imported, as in app.py

import torch

from tests.bench import (
    attention,
    concurrency,
    decoding,
    encoders,
    lora,
    losses,
    pages,
    retrieval,
    scaling,
    startup,
    visitors,
)

BENCHMARKS = {
    "embed": encoders.embed,
    "score": encoders.score,
    "short": encoders.short,
    "late": encoders.late,
    "ceilings": encoders.ceilings,
    "cosent": losses.cosent,
    "callers": concurrency.thirty_two_callers,
    "latency": concurrency.latency_during_a_long_job,
    "recall": retrieval.recall,
    "brute": retrieval.against_brute_force,
    "algebra": retrieval.algebra,
    "scan": retrieval.scan,
    "attention": attention.overview,
    "heads": attention.heads,
    "scaling": scaling.against_the_recipe,
    "rows": scaling.many_rows,
    "lora": lora.steps,
    "decoding": decoding.steps,
    "startup": startup.first_page,
    "visitors": visitors.visitors,
    "pages": pages.pages,
    "class": pages.a_class,
}


def main() -> None:
    chosen = [n for n in BENCHMARKS if not sys.argv[1:] or any(a in n for a in sys.argv[1:])]
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    print(f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, {gpu}")
    print(f"Python {platform.python_version()}, torch {torch.__version__}")
    for name in chosen:
        for label, value in BENCHMARKS[name]():
            print(f"{name:10} {label:62} {value}", flush=True)


if __name__ == "__main__":
    main()
