"""Sentences for people that can be said in another language than English."""

from __future__ import annotations

from collections.abc import Mapping


class Sentence:
    """An English template and the values it names.

    Args:
        template: with {named} fields, written out where the sentence is made: it is the key to its
            translations.
        values: what the fields stand for. A sentence among them, or a tuple of sentences, is said
            in its place.
    """

    def __init__(self, template: str, /, **values: object):
        self.template = template
        self.values = values

    def __str__(self) -> str:
        return self.said({}, "; ")

    def said(self, translations: Mapping[str, str], joint: str) -> str:
        """The sentence by a table from English templates to others, in English where it has none.

        `joint` stands between several sentences in one place.
        """

        def say(value: object) -> object:
            if isinstance(value, Sentence):
                return value.said(translations, joint)
            if isinstance(value, tuple):
                return joint.join(str(say(each)) for each in value)
            return value

        template = translations.get(self.template, self.template)
        return template.format(**{name: say(value) for name, value in self.values.items()})
