"""Naive Bayes."""

TEXTS: dict[str, tuple[str, str]] = {}
