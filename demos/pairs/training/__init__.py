"""Training an adapter in the browser, and what became of it."""
