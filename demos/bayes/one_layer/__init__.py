"""A trained layer: one attention layer on a small text, its predictions as naive Bayes."""
