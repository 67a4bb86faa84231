"""A remark for the visitor that stops nothing: the key of a sentence and the values it names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from demos.frame.strings import Language, say


@dataclass(frozen=True)
class Note:
    """What was guessed, left out or doubted."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: Language) -> str:
        return say(self.key, language, **self.values)

    def __str__(self) -> str:
        return self.sentence("en")
