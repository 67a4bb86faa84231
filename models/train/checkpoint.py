"""A training on disk between two steps, so that a killed one goes on where it was.

Tensors in safetensors, the rest in JSON; both are written aside and moved into place, the JSON
last, so that a kill half-way leaves the checkpoint before it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

from models.errors import TrainingError
from models.train.events import Evaluated
from models.train.trainer import Trainer

_STATE = "checkpoint.json"


def save_checkpoint(trainer: Trainer, folder: Path) -> None:
    """Write everything that the next steps depend on."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors_name = f"checkpoint-{trainer.step}.safetensors"
    _replace(folder / tensors_name, lambda path: save_file(_tensors(trainer), path))
    state = {
        "settings": trainer.settings.as_dict(),
        "data": _data(trainer),
        "tensors": tensors_name,
        "losses": trainer.losses,
        "curve": [asdict(evaluation) for evaluation in trainer.curve],
    }
    _replace(folder / _STATE, lambda path: path.write_text(json.dumps(state), encoding="utf-8"))
    for old in folder.glob("checkpoint-*.safetensors"):
        if old.name != tensors_name:
            old.unlink()


def load_checkpoint(trainer: Trainer, folder: Path) -> bool:
    """Bring a new trainer to where a killed one was; False if there is no checkpoint.

    Raises:
        TrainingError: the checkpoint is of another training.
    """
    if not (folder / _STATE).is_file():
        return False
    state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
    if state["settings"] != trainer.settings.as_dict() or state["data"] != _data(trainer):
        raise TrainingError(
            "“{folder}” holds a checkpoint of other settings or data: remove it or choose another.",
            folder=folder.name,
        )
    tensors = load_file(folder / state["tensors"])
    trainer.losses = list(state["losses"])
    trainer.curve = [Evaluated(**evaluation) for evaluation in state["curve"]]
    _restore(trainer, tensors)
    return True


def remove_checkpoint(folder: Path) -> None:
    """After the end nothing is left to go on with."""
    for path in (folder / _STATE, *folder.glob("checkpoint-*.safetensors")):
        path.unlink(missing_ok=True)


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for name, parameter in trainer.parameters.items():
        found[f"weight.{name}"] = parameter.detach()
        found[f"average.{name}"] = trainer.average[name]
        if name in trainer.best:
            found[f"best.{name}"] = trainer.best[name]
        for moment, tensor in trainer.optimizer.state.get(parameter, {}).items():
            found[f"{moment}.{name}"] = tensor
    for index, state in enumerate(trainer.random_states):
        found[f"random.{index}"] = state
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in found.items()}


def _restore(trainer: Trainer, tensors: dict[str, Tensor]) -> None:
    for name, parameter in trainer.parameters.items():
        parameter.data.copy_(tensors[f"weight.{name}"])
        trainer.average[name].copy_(tensors[f"average.{name}"])
        if f"best.{name}" in tensors:
            trainer.best[name] = tensors[f"best.{name}"].to(parameter.device)
        moments = {}
        for moment in ("step", "exp_avg", "exp_avg_sq"):
            if f"{moment}.{name}" in tensors:
                moments[moment] = tensors[f"{moment}.{name}"].to(parameter.device)
        if moments:
            trainer.optimizer.state[parameter] = moments
    random = [name for name in tensors if name.startswith("random.")]
    trainer.random_states = [tensors[f"random.{index}"] for index in range(len(random))]


def _data(trainer: Trainer) -> list[list[object]]:
    return [[data.name, len(data)] for data in (*trainer.train, trainer.held_out)]


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    aside = path.with_suffix(path.suffix + ".part")
    write(aside)
    os.replace(aside, path)
