"""Scaling laws: fitted to uploaded losses with their uncertainty, and derived from quanta."""
