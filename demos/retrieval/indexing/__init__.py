"""A corpus of one own: read, estimated, indexed, taken along."""
