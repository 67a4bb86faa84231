"""Scaling laws from quanta: sliders, stairs, the emergence of single quanta."""
