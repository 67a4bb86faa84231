"""Rank: singular values of one head under every mask, and the effective rank of all heads."""
