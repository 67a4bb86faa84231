"""Recall against budget on held-out queries, and what an index costs."""
