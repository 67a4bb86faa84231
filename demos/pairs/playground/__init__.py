"""The CoSENT playground: a few scored pairs, the loss's terms, and its gradient."""
