"""Errors whose message is one clear sentence for the person at the screen: what is wrong, what to
do.

Every other exception is a defect of ours; the interface shows none of its text.
"""

from __future__ import annotations


class ModelError(Exception):
    """Base of all errors that the ground floor raises on purpose."""


class UnknownModelError(ModelError):
    """The catalog has no entry under that key."""


class ModelUnavailableError(ModelError):
    """The entry exists, and none of its sources can be had here."""


class UnsupportedModelError(ModelError):
    """The files are there, and they ask for something the registry does not do."""


class InputError(ModelError):
    """The texts or pairs handed to the registry cannot be scored."""


class MemoryBudgetError(ModelError):
    """The model or a single text does not fit into the memory that there is."""


class CancelledError(ModelError):
    """The work was cancelled by whoever asked for it."""
