"""The worked example: sentences written for this app. Each one of A has a paraphrase in B, and
most have a sentence there that shares nearly all its words and says something else."""

from __future__ import annotations

EXAMPLE_A: tuple[str, ...] = (
    "The cat is asleep on the sofa.",
    "The company raised its prices.",
    "The dog bit the man.",
    "How do I reset my password?",
    "She bought a house.",
    "A child is flying a kite on the beach.",
)
EXAMPLE_B: tuple[str, ...] = (
    "A cat is sleeping on the couch.",
    "The firm put its prices up.",
    "The company lowered its prices.",
    "A man was bitten by the dog.",
    "The man bit the dog.",
    "I forgot my password and need a new one.",
    "She sold a house.",
    "A kid plays with a kite by the sea.",
)
