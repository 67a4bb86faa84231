"""Axioms: a vector to change, a board of what each index does, and the plane of S*_{q,p}."""
