"""The endpoint `lora_cost`: sizes in, the cost of one step in three ways out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from demos.frame.errors import visible_errors
from demos.lora.cost_calculator.setting import DEFAULT, check_setting


@visible_errors
def lora_cost(
    n: int = DEFAULT.n,
    m: int = DEFAULT.m,
    r: int = DEFAULT.r,
    batch: int = DEFAULT.batch,
    optimizer: str = DEFAULT.optimizer,
) -> dict[str, Any]:
    """What one training step of a layer Y = X W costs in full and with LoRA.

    Args:
        n: rows of W, which X [batch, n] is multiplied with.
        m: columns of W.
        r: LoRA's rank, at most the smaller of n and m.
        batch: rows of X, such as sentences times tokens.
        optimizer: "sgd", "momentum" or "adam".

    Returns:
        {"full": ..., "cheap": ..., "dear": ...} for X W, X W0 + (X A) B and X (W0 + A B). Each has
        "forward", "backward" and "operations" in FLOP; "intermediates", numbers kept beside X, Y,
        their gradients and W0; "trained", numbers trained; "state", numbers the optimiser keeps.
    """
    setting = check_setting(n, m, r, batch, optimizer)
    return {
        way: asdict(found) | {"operations": found.operations}
        for way, found in setting.costs().items()
    }
