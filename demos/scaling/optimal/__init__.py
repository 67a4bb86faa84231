"""Compute-optimal models: the frontier of a fitted law, with its uncertainty."""
