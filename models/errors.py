"""Errors whose message is one clear sentence for the person at the screen: what is wrong, what to
do.

The interface can say them in another language. Every other exception is a defect of ours; the
interface shows none of its text.
"""

from __future__ import annotations

from typing import Any

from models.sentences import Sentence


class ModelError(Sentence, Exception):
    """Base of all errors that the ground floor raises on purpose; made like a `Sentence`."""

    def __init__(self, template: str, /, **values: object):
        Sentence.__init__(self, template, **values)
        Exception.__init__(self, template)

    def __reduce__(self) -> tuple[Any, ...]:
        # A lent GPU runs in another process: the values have to come back with the error.
        return type(self), (self.template,), vars(self)


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


class TrainingError(ModelError):
    """A training cannot begin or go on: its settings, its data, or what became of its loss."""
