"""Matrix race: every method at the same wanted change, from the same start."""
