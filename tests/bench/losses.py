"""CoSENT by sorting against the B x B form, forward and backward, and a step of training."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from models.losses import cosent_loss

PAIRS = 4_096
REPEATS = 7


def all_pairs_form(scores: Tensor, labels: Tensor, scale: float) -> Tensor:
    """The loss as the author's and sentence-transformers' code compute it."""
    scaled = scores * scale
    differences = scaled[None, :] - scaled[:, None]  # [B, B]
    ordered = (labels[:, None] > labels[None, :]).float()
    masked = (differences - (1 - ordered) * 1e12).view(-1)
    return torch.logsumexp(torch.cat([torch.zeros(1), masked]), dim=0)


def cosent() -> Iterator[tuple[str, str]]:
    """4,096 graded pairs, with the gradient, alternating in one run."""
    torch.manual_seed(0)
    labels = torch.randint(6, (PAIRS,)).float()
    scores = torch.rand(PAIRS, requires_grad=True)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(REPEATS):
        ours.append(_seconds(cosent_loss, scores, labels))
        theirs.append(_seconds(all_pairs_form, scores, labels))
    fast, slow = statistics.median(ours), statistics.median(theirs)
    yield f"cosent_loss and gradient, {PAIRS:,} pairs", f"{fast * 1e3:.2f} ms"
    yield "the B x B form", f"{slow * 1e3:.1f} ms"
    yield "ratio", f"{slow / fast:.0f}x"
    difference = (cosent_loss(scores, labels, 20.0) - all_pairs_form(scores, labels, 20.0)).abs()
    yield "difference of the two", f"{difference.item():.1e}"


def _seconds(loss: Callable[[Tensor, Tensor, float], Tensor], scores: Tensor, y: Tensor) -> float:
    start = time.perf_counter()
    loss(scores, y, 20.0).backward()
    return time.perf_counter() - start
