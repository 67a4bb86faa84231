"""A trained model on disk: adapter in peft's format, or a whole folder; a card beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from models.cross_encoder import CARD_FILE, HEAD_FILE, SegmentHead
from models.lora import CONFIG_FILE, WEIGHTS_FILE
from models.train.export import export_encoder, export_folder
from models.train.low_rank import ALPHA_PER_RANK, low_rank_updates
from models.train.trainer import Trainer

# Updates are small beside the weights they are added to: the rounding of half precision is far
# below that of the bf16 they are computed in, and a file of 4 MB holds twice the rank.
_STORED = torch.float16


def save_trained(
    trainer: Trainer, folder: Path, base: str, base_folder: Path, facts: dict[str, Any]
) -> None:
    """Write the best weights: an adapter (LoRA), or sentence-transformers' folder (full weights).

    Args:
        trainer: after its run; `use_best` is called here.
        folder: made if need be.
        base: the base's title, which the adapter names.
        base_folder: its files.
        facts: what the card shall say beside settings, data and curve.
    """
    folder.mkdir(parents=True, exist_ok=True)
    trainer.use_best()
    trainee = trainer.trainee
    if trainer.settings.method == "full":
        weights = {name: t.detach().cpu() for name, t in trainee.encoder.state_dict().items()}
        head = None if trainee.head is None else _stored(trainee.head.state_dict(), torch.float32)
        if isinstance(trainee.head, SegmentHead):  # which sentence-transformers does not have
            export_encoder(folder, base_folder, weights)
            save_file(head, folder / HEAD_FILE)
        else:
            kind, limit = trainer.settings.kind, trainee.tokenizer.max_length
            export_folder(folder, base_folder, weights, head, kind, limit, trainee.prompt)
    else:
        save_adapter(trainer, folder, base)
    write_card(folder, card_of(trainer) | facts)


def save_adapter(trainer: Trainer, folder: Path, base: str) -> None:
    """Write LoRA updates in peft's format, and the head if there is one."""
    tensors: dict[str, Tensor] = {}
    updates = low_rank_updates(trainer.trainee.encoder)
    for name, update in updates.items():
        tensors[f"base_model.model.{name}.lora_A.weight"] = update.down
        tensors[f"base_model.model.{name}.lora_B.weight"] = update.up
    save_file(_stored(tensors, _STORED), folder / WEIGHTS_FILE)
    settings = {
        "base_model_name_or_path": base,
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        "init_lora_weights": True,
        "lora_alpha": trainer.settings.rank * ALPHA_PER_RANK,
        "lora_dropout": 0.0,
        "peft_type": "LORA",
        "r": trainer.settings.rank,
        "target_modules": sorted({name.rsplit(".", 1)[-1] for name in updates}),
        "task_type": "FEATURE_EXTRACTION",
    }
    _write_json(folder / CONFIG_FILE, settings)
    if trainer.trainee.head is not None:
        save_file(_stored(trainer.trainee.head.state_dict(), _STORED), folder / HEAD_FILE)


def card_of(trainer: Trainer) -> dict[str, Any]:
    """What a training was: settings, data, curve, and the figure its weights were chosen by."""
    best = trainer.best_evaluation
    return {
        "settings": trainer.settings.as_dict() | {"scale": trainer.settings.loss_scale},
        "train": [{"name": data.name, "pairs": len(data)} for data in trainer.train],
        "held_out": {"name": trainer.held_out.name, "pairs": len(trainer.held_out)},
        "steps": trainer.step,
        "best": None if best is None else _figures(best.step, best.spearman, best.pearson),
        "curve": [_figures(e.step, e.spearman, e.pearson) for e in trainer.curve],
        "prompt": trainer.trainee.prompt,
        "max_length": trainer.trainee.tokenizer.max_length,
        "number_format": str(trainer.trainee.compute_dtype).removeprefix("torch."),
    }


def write_card(folder: Path, card: dict[str, Any]) -> None:
    """Write `card.json`."""
    _write_json(folder / CARD_FILE, card)


def _figures(step: int, spearman: float, pearson: float) -> dict[str, float]:
    return {"step": step, "spearman": round(spearman, 5), "pearson": round(pearson, 5)}


def _stored(tensors: dict[str, Tensor], dtype: torch.dtype) -> dict[str, Tensor]:
    return {n: t.detach().to("cpu", dtype).contiguous().clone() for n, t in tensors.items()}


def _write_json(path: Path, content: object) -> None:
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    path.write_text(text, encoding="utf-8")
