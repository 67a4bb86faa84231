"""Benchmarks: ratios against the peer in the same run. `make bench` runs them all."""
