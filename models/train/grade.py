"""Let a trained cross-encoder of any size grade pairs, for a smaller one to learn from.

    python -m models.train.grade --teacher my-teacher --pairs mined.tsv --output graded.tsv

The registry serves adapters on BERT alone; a teacher is read as it was trained, whatever its base.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from models.catalog import CATALOG
from models.cross_encoder import CARD_FILE, HEAD_FILE
from models.device import Device, choose_device
from models.errors import ModelError, TrainingError
from models.sources import find_files
from models.tokenizer import Pair
from models.train.labelled_pairs import read_labelled_pairs
from models.train.low_rank import load_adapter
from models.train.settings import TrainingSettings
from models.train.trainee import Trainee

_AT_ONCE = 64  # pairs


def load_teacher(folder: Path, device: Device) -> Trainee:
    """The model that `python -m models.train` wrote into a folder: an adapter, or all weights.

    Raises:
        TrainingError: the folder holds no such model.
    """
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        names = TrainingSettings.__dataclass_fields__
        kept = {name: value for name, value in card["settings"].items() if name in names}
        settings = TrainingSettings(**kept)
    except (OSError, ValueError, KeyError, TypeError):
        raise TrainingError("“{folder}” holds no trained model.", folder=folder.name) from None
    base = CATALOG[settings.base]
    if settings.method == "lora":
        trainee = Trainee(find_files(base).folder, base.max_length, settings, device)
        load_adapter(trainee, folder)
    else:
        trainee = Trainee(folder, base.max_length, settings, device)
        if trainee.head is not None:
            trainee.head.load_state_dict(load_file(folder / HEAD_FILE))
    trainee.eval()
    return trainee


@torch.inference_mode()
def grades(teacher: Trainee, pairs: Sequence[Pair], both_orders: bool) -> NDArray[np.float32]:
    """The teacher's scores of pairs, [n]; the mean over both orders if asked for."""
    scores = np.empty(len(pairs), dtype=np.float32)
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i][0]) + len(pairs[i][1]))
    for start in range(0, len(order), _AT_ONCE):
        places = order[start : start + _AT_ONCE]
        chosen = [pairs[i] for i in places]
        found = teacher.scores(chosen)  # [b]
        if both_orders:
            turned = [(second, first) for first, second in chosen]
            found = (found + teacher.scores(turned)) / 2
        scores[places] = found.cpu().numpy()
    return scores


def main(arguments: list[str] | None = None) -> int:
    """Grade and write; 1 and one sentence where that is not possible."""
    options = _parse(arguments)
    try:
        teacher = load_teacher(options.teacher, Device(choose_device(options.device)))
        pairs = read_labelled_pairs(options.pairs).pairs
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 1
    found = grades(teacher, pairs, options.both_orders)
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(["score", "sentence1", "sentence2"])
        writer.writerows([f"{g:.4f}", a, b] for g, (a, b) in zip(found, pairs, strict=True))
    print(f"{len(pairs):,} pairs")
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train.grade",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--teacher", type=Path, required=True, help="folder of a trained model")
    parser.add_argument("--pairs", required=True, help="as `python -m models.train` reads them")
    parser.add_argument("--both-orders", action="store_true", help="the mean over both orders")
    parser.add_argument("--device", help="cpu, cuda, …; chosen if left out")
    parser.add_argument("--output", type=Path, required=True, help="TSV")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
