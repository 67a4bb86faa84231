"""Pairs: training in the browser."""

TEXTS: dict[str, tuple[str, str]] = {}
