"""Pairs: scores held against labels, and what moved a score."""

TEXTS: dict[str, tuple[str, str]] = {}
