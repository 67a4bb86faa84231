"""Errors whose message is one clear sentence for the person at the screen: what is wrong, what to
do.

A sentence is an English template and the values it names, so that the interface can say it in
another language. Every other exception is a defect of ours; the interface shows none of its text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ModelError(Exception):
    """Base of all errors that the ground floor raises on purpose.

    Args:
        template: the English sentence with {named} fields, written out where the error is made:
            it is the key to its translations.
        values: what the fields stand for. An error among them, or a tuple of errors, is a reason:
            its own sentence stands in its place.
    """

    def __init__(self, template: str, /, **values: object):
        super().__init__(template)
        self.template = template
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        # A lent GPU runs in another process: the values have to come back with the error.
        return type(self), (self.template,), vars(self)

    def __str__(self) -> str:
        return self.sentence({}, "; ")

    def sentence(self, translations: Mapping[str, str], joint: str) -> str:
        """The sentence by a table from English templates to others, in English where it has none.

        `joint` stands between several reasons.
        """

        def say(value: object) -> object:
            if isinstance(value, ModelError):
                return value.sentence(translations, joint)
            if isinstance(value, tuple):
                return joint.join(str(say(each)) for each in value)
            return value

        template = translations.get(self.template, self.template)
        return template.format(**{name: say(value) for name, value in self.values.items()})


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
