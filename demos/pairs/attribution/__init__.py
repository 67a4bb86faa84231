"""What moved the score: each token left out in turn."""
