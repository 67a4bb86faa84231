"""Heads: all of them as small multiples, and one of them to look at."""
