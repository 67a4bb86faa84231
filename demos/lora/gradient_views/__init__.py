"""Gradient views: G, what LoRA and random projections make of it, and the mean of the latter."""
