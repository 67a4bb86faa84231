"""Side by side: two models over the same text."""
