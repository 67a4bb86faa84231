"""Pairs: the tables of the posts beside our own comparison."""

TEXTS: dict[str, tuple[str, str]] = {}
