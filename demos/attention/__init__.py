"""The Attention tab: how sparse attention is, what rank it has, and why decoder-only."""
