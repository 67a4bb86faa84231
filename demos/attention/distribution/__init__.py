"""Sparsity: indices by layer and head, and one row of attention under a temperature."""
