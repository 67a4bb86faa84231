"""Where one way of computing a layer begins to cost more than another, in closed form.

Operations forward and backward of one step (see `demos.lora.cost`), b rows:

    full     6 b n m
    cheap    4 b n m + 6 b r (n + m)        dX but no G, and two thin products
    dear     6 b n m + 6 n m r              G, and A B with its two backward products
"""

from __future__ import annotations


def rank_of_full(n: int, m: int) -> float:
    """Above this rank the cheap way takes more operations than full training, at any batch."""
    return n * m / (3 * (n + m))


def rank_of_numbers(n: int, m: int) -> float:
    """Above this rank LoRA trains more numbers than there are in the weight."""
    return n * m / (n + m)


def batch_of_forward(n: int, m: int) -> float:
    """Above this batch the dear way's forward pass takes fewer operations than the cheap one's."""
    return n * m / (n + m)


def batch_of_step(n: int, m: int, r: int) -> float | None:
    """The same for a whole step; None where the cheap way takes fewer at any batch."""
    more = 3 * r * (n + m) - n * m
    return 3 * n * m * r / more if more > 0 else None


def batch_of_intermediates(n: int, m: int, r: int) -> float:
    """Above this batch the cheap way keeps more numbers than full training's gradient has."""
    return n * m / (2 * r)
