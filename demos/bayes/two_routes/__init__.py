"""Attention is naive Bayes: a product of skip-grams, and one averaged vector, side by side."""
