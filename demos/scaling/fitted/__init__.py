"""Fit: a law with its uncertainty, drawn, read in plain words, and handed out."""
