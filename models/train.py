"""Train a LoRA cross-encoder with CoSENT on a shared base: `python -m models.train --help`.

Made for the preview adapter: one local file of graded pairs, one seed, a few minutes on two CPU
cores. The weights of the last epoch are written, with a card of data, settings and figures.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from torch import Tensor
from transformers import AutoModel

from models.catalog import CATALOG
from models.cross_encoder import ScalarHead, save_head
from models.losses import cosent_loss
from models.pooling import TokenStates, pool
from models.sources import find_files
from models.statistics import spearman
from models.tokenizer import Pair, Tokenizer

LOSS_SCALE = 1.0  # lambda of a cross-encoder, as in the author's code


def read_pairs(path: Path) -> tuple[list[Pair], Tensor]:
    """Pairs and labels [n] of a tab-separated file with columns score, sentence1, sentence2."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    labels = torch.tensor([float(row["score"]) for row in rows])
    return [(row["sentence1"], row["sentence2"]) for row in rows], labels


class Trainee(torch.nn.Module):
    """Base with LoRA and a scalar head; scores [b] of a batch of pairs."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, rank: int):
        super().__init__()
        base = AutoModel.from_pretrained(folder, use_safetensors=True, local_files_only=True)
        settings = LoraConfig(
            r=rank,
            lora_alpha=2 * rank,
            lora_dropout=0.05,
            target_modules=["query", "key", "value", "dense"],
        )
        self.backbone = get_peft_model(base, settings)
        self.head = ScalarHead(base.config.hidden_size)
        self.tokenizer = tokenizer

    def forward(self, pairs: list[Pair]) -> Tensor:
        inputs = self.tokenizer.pad(self.tokenizer.encode_pairs(pairs))
        hidden = self.backbone(**inputs).last_hidden_state  # [b, t, d]
        mask = inputs["attention_mask"]
        states = TokenStates(hidden[mask.bool()], mask.sum(dim=1))  # [N, d]
        scores: Tensor = self.head(pool(states, "mean"))  # [b]
        return scores

    @torch.inference_mode()
    def score(self, pairs: list[Pair], batch_size: int = 64) -> Tensor:
        """Scores [n] without dropout."""
        self.eval()
        starts = range(0, len(pairs), batch_size)
        return torch.cat([self(pairs[start : start + batch_size]) for start in starts])


def train_epoch(
    model: Trainee,
    pairs: list[Pair],
    labels: Tensor,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    batch_size: int,
) -> float:
    """One shuffled pass; returns the mean loss a batch."""
    model.train()
    order, losses = torch.randperm(len(pairs)).tolist(), []
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = cosent_loss(model([pairs[i] for i in chosen]), labels[chosen], LOSS_SCALE)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return math.fsum(losses) / len(losses)


def main() -> None:
    """Train, print dev Spearman after each epoch, write adapter, head and card."""
    options = _parse_options()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    card = CATALOG[options.base]
    files = find_files(card)
    model = Trainee(files.folder, Tokenizer(files.folder, card.max_length), options.rank)
    pairs, labels = read_pairs(options.train)
    dev_pairs, dev_labels = read_pairs(options.dev)
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=options.learning_rate, weight_decay=0.01)
    steps = options.epochs * math.ceil(len(pairs) / options.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.learning_rate, total_steps=steps, pct_start=0.1, anneal_strategy="linear"
    )
    curve = []
    for epoch in range(1, options.epochs + 1):
        loss = train_epoch(model, pairs, labels, optimizer, schedule, options.batch_size)
        dev = spearman(model.score(dev_pairs), dev_labels)
        curve.append({"epoch": epoch, "loss": round(loss, 4), "dev_spearman": round(dev, 4)})
        print(f"epoch {epoch}: loss {loss:.4f}, dev Spearman {dev:.4f}", flush=True)
    _save(model, card.title, options.output)
    settings = {k: v for k, v in vars(options).items() if k not in ("train", "dev", "output")}
    data = {
        "train": options.train.parent.name,
        "train_pairs": len(pairs),
        "dev_pairs": len(dev_pairs),
    }
    loss_card = {"name": "CoSENT", "scale": LOSS_SCALE}
    save_head(
        model.head,
        options.output,
        {"loss": loss_card, "data": data, "settings": settings, "curve": curve},
    )


def _save(model: Trainee, base: str, folder: Path) -> None:
    """Write the adapter; it names its base by title, not by a path of this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    model.backbone.peft_config["default"].base_model_name_or_path = base
    model.backbone.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)  # peft's empty form; our card says more


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.train", description=__doc__)
    parser.add_argument(
        "--train", type=Path, required=True, help="score, sentence1, sentence2 (TSV)"
    )
    parser.add_argument("--dev", type=Path, required=True, help="the same columns")
    parser.add_argument("--output", type=Path, required=True, help="folder of the adapter")
    parser.add_argument("--base", default="all-MiniLM-L6-v2")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--rank", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
