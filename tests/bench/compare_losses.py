"""CoSENT against other losses over several seeds: same data, batch and steps.

    python -m tests.bench.compare_losses --seeds 0 1 2

Writes the file that the app shows beside the posts' tables. A run that is there already is not run
again, so a killed comparison goes on where it was. Half an hour to an hour on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

from models.catalog import CATALOG
from models.device import Device, choose_device
from models.sources import find_files
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs
from models.train.settings import EncoderKind, LossName, TrainingSettings
from models.train.trainer import Trainer

PROJECT = Path(__file__).resolve().parents[2]
RESULT = PROJECT / "demos" / "pairs" / "published" / "comparison.json"
DATA = Path(os.environ.get("KEXUE_LAB_DATA", PROJECT.parent / "shared" / "data"))

RUNS: tuple[tuple[EncoderKind, str, tuple[LossName, ...]], ...] = (
    ("cross-encoder", "stsb", ("cosent", "cross_entropy", "mse")),
    ("bi-encoder", "stsb", ("cosent", "cosine", "softmax", "angle")),
    ("cross-encoder", "mrpc", ("cosent", "cross_entropy", "mse")),
)
LEARNING_RATES = {"bi-encoder": 3e-4, "cross-encoder": 8e-4}
EPOCHS = 1


def chosen_settings(kind: EncoderKind, loss: LossName, seed: int) -> TrainingSettings:
    """The same for every loss of a kind."""
    return TrainingSettings(
        kind=kind,
        loss=loss,
        rank=16,
        learning_rate=LEARNING_RATES[kind],
        head_learning_rate=1e-3,
        epochs=EPOCHS,
        batch_size=32,
        average=0.95,
        swap=kind == "cross-encoder",
        evaluations=4,
        seed=seed,
    )


def read_data(name: str) -> tuple[LabelledPairs, LabelledPairs]:
    """Training pairs, and held-out pairs that are none of them."""
    if name == "stsb":
        train = read_labelled_pairs(DATA / "stsb_en" / "train.tsv")
        held_out = read_labelled_pairs(DATA / "stsb_en" / "dev.tsv")
    else:  # MRPC's dev part is not at hand: a fixed fifth of its training part is held out
        train, held_out = read_labelled_pairs(DATA / "mrpc" / "train.tsv").split(0.2, seed=0)
    return train.without(held_out), held_out


def run_one(kind: EncoderKind, data: str, loss: LossName, seed: int) -> dict[str, Any]:
    """One training and its curve."""
    card = CATALOG["all-MiniLM-L6-v2"]
    train, held_out = read_data(data)
    trainer = Trainer(
        chosen_settings(kind, loss, seed),
        [train],
        held_out,
        find_files(card).folder,
        card.max_length,
        Device(choose_device()),
    )
    for _ in trainer.run():
        pass
    return {
        "kind": kind,
        "data": data,
        "loss": loss,
        "seed": seed,
        "steps": [e.step for e in trainer.curve],
        "spearman": [round(e.spearman, 5) for e in trainer.curve],
        "losses": [round(x, 4) for x in trainer.losses[:: max(1, len(trainer.losses) // 40)]],
    }


def main() -> None:
    """Run what is missing, one seed after another, and write after each run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    seeds = parser.parse_args().seeds
    runs: list[dict[str, Any]] = []
    if RESULT.is_file():
        runs = json.loads(RESULT.read_text())["runs"]
    known = {(r["kind"], r["data"], r["loss"], r["seed"]) for r in runs}
    for kind, data, losses in RUNS:
        for seed in seeds:
            for loss in losses:
                if (kind, data, loss, seed) in known:
                    continue
                runs.append(run_one(kind, data, loss, seed))
                print(kind, data, loss, seed, runs[-1]["spearman"], flush=True)
                write(runs)


def write(runs: list[dict[str, Any]]) -> None:
    """The file with its setting; runs in a fixed order."""
    order = sorted(runs, key=lambda r: (r["kind"], r["data"], r["loss"], r["seed"]))
    setting = {
        "base": "all-MiniLM-L6-v2",
        "method": "LoRA, rank 16, embeddings frozen",
        "learning rate": LEARNING_RATES,
        "epochs": EPOCHS,
        "batch": 32,
        "weights": "running average, decay 0.95",
        "stsb": "STS-B train (pairs of dev left out), Spearman on all 1,500 dev pairs",
        "mrpc": "four fifths of MRPC train, Spearman on the other fifth; labels are 0 and 1",
        "order of a pair": "drawn anew each time for the cross-encoder",
    }
    made = {"made": date.today().isoformat(), "setting": setting, "runs": order}
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
