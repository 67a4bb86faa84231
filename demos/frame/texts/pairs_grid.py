"""Pairs: two lists against each other."""

TEXTS: dict[str, tuple[str, str]] = {}
