"""Data: what a file's columns are, which points count, and how they look."""
