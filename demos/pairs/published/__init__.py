"""The posts' tables beside the app's own comparison, and the probe set."""
