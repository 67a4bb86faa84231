"""Which tokens of two sentences late interaction matches, and how well."""
