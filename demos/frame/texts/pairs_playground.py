"""Pairs: the CoSENT playground."""

TEXTS: dict[str, tuple[str, str]] = {}
