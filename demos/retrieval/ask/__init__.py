"""What one query finds by each strategy, side by side."""
