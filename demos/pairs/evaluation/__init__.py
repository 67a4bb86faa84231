"""Scores held against labels."""
