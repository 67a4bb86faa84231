"""Two lists of sentences against each other: every pair, one heatmap a model."""
