"""Sources of a prediction: what comes straight from each token to a real model's next one."""
