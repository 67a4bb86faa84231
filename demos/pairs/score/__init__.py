"""Pairs scored by several models side by side."""
