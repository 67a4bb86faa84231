"""Train a sentence-pair model: an adapter or full weights, any kind, any of its losses.

    python -m models.train --kind bi-encoder --train train.tsv --dev dev.tsv --output my-adapter

Killed, the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import typing
from pathlib import Path

from models.catalog import CATALOG, ModelCard
from models.cross_encoder import CARD_FILE
from models.device import Device, choose_device
from models.errors import ModelError
from models.layout import prompt_of
from models.model_files import model_files
from models.train.checkpoint import load_checkpoint, remove_checkpoint, save_checkpoint
from models.train.events import Evaluated, StepDone
from models.train.export import export_adapter
from models.train.labelled_pairs import LabelledPairs, read_labelled_pairs
from models.train.saving import save_trained
from models.train.settings import LOSSES, TrainingSettings
from models.train.trainer import Trainer

_STEPS_BETWEEN_CHECKPOINTS = 100
_HELD_OUT_SHARE = 0.1


def main(arguments: list[str] | None = None) -> int:
    """Train, print progress, write the result; 1 and one sentence where that is not possible."""
    options = _parse(arguments)
    try:
        _train(options)
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    settings = _settings(options)
    base = CATALOG[settings.base]
    base_folder = model_files(base).folder
    prompt = prompt_of(base_folder, base)
    train, held_out = _read_data(options)
    device = Device(choose_device(options.device))
    trainer = Trainer(
        *(settings, train, held_out, base_folder, base.max_length, device),
        start=options.start,
        prompt=prompt,
    )
    checkpoint = options.output / "checkpoint"
    if load_checkpoint(trainer, checkpoint):
        print(f"going on after step {trainer.step}", flush=True)
    print(f"{trainer.total_steps} steps on {device.choice.device}", flush=True)
    for event in trainer.run():
        _report(event)
        if isinstance(event, StepDone) and event.step % _STEPS_BETWEEN_CHECKPOINTS == 0:
            save_checkpoint(trainer, checkpoint)
    facts: dict[str, object] = {"base": _base_facts(base)}
    if options.start is not None:
        facts["start"] = json.loads((options.start / CARD_FILE).read_text(encoding="utf-8"))
    save_trained(trainer, options.output, base.title, base_folder, facts)
    if options.export is not None and settings.method == "lora":
        trainee = trainer.trainee
        limit = trainee.tokenizer.max_length
        export_adapter(
            options.export, base_folder, options.output, settings.kind, limit, trainee.prompt
        )
    remove_checkpoint(checkpoint)
    if checkpoint.is_dir():
        checkpoint.rmdir()


def _read_data(options: argparse.Namespace) -> tuple[list[LabelledPairs], LabelledPairs]:
    """Training sets without what is held out, and the held-out pairs."""
    train = [read_labelled_pairs(source) for source in options.train]
    if options.dev is not None:
        held_out = read_labelled_pairs(options.dev)
    else:
        train[0], held_out = train[0].split(_HELD_OUT_SHARE, options.seed)
    for other in (held_out, *map(read_labelled_pairs, options.without)):
        train = [data.without(other) for data in train]
    return train, held_out


def _report(event: StepDone | Evaluated) -> None:
    if isinstance(event, Evaluated):
        best = " (best)" if event.is_best else ""
        print(
            f"step {event.step}/{event.total}: Spearman {event.spearman:.4f},"
            f" Pearson {event.pearson:.4f}{best}",
            flush=True,
        )
    elif event.step % 20 == 0:
        print(f"step {event.step}/{event.total}: loss {event.loss:.4f}", flush=True)


def _base_facts(base: ModelCard) -> dict[str, object]:
    return {"title": base.title, "licence": base.licence, "sha256": dict(base.sha256)}


def _settings(options: argparse.Namespace) -> TrainingSettings:
    names = [field.name for field in dataclasses.fields(TrainingSettings)]
    return TrainingSettings(**{name: getattr(options, name) for name in names})


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    file = "a file with columns sentence1, sentence2, score, or hub:owner/name/file[@revision]"
    parser.add_argument("--train", required=True, nargs="+", help=f"{file}; several are mixed")
    parser.add_argument("--dev", help=f"{file}; without it a tenth of the first is held out")
    parser.add_argument(
        "--without", nargs="*", default=[], help=f"{file}; its pairs, which report, are left out"
    )
    parser.add_argument("--start", type=Path, help="folder of an adapter to go on from")
    parser.add_argument("--output", type=Path, required=True, help="folder of the result")
    parser.add_argument("--export", type=Path, help="also write sentence-transformers' folder")
    parser.add_argument("--device", help="cpu, cuda, …; chosen if left out")
    kinds = typing.get_type_hints(TrainingSettings)
    for field in dataclasses.fields(TrainingSettings):
        _add_setting(parser, field, kinds[field.name])
    return parser.parse_args(arguments)


def _add_setting(
    parser: argparse.ArgumentParser, field: dataclasses.Field[object], kind: object
) -> None:
    """One setting as an option; its meaning stands in `TrainingSettings`."""
    name = "--" + field.name.replace("_", "-")
    required = field.default is dataclasses.MISSING
    if kind is bool:
        parser.add_argument(name, action="store_true")
        return
    choices = typing.get_args(kind) if typing.get_origin(kind) is typing.Literal else None
    plain = [k for k in (typing.get_args(kind) or (kind,)) if k is not type(None)]
    parser.add_argument(
        name,
        type=str if choices else plain[0],
        choices=choices,
        required=required,
        default=None if required else field.default,
        help=f"default: {field.default}" if not required else ", ".join(LOSSES),
    )


if __name__ == "__main__":
    raise SystemExit(main())
