"""What is said of models that could not be tried where the app was written."""

from __future__ import annotations

from collections.abc import Iterable

from demos.frame.progress import note_html
from demos.frame.strings import Language, say
from models.catalog import ModelCard


def untried_html(cards: Iterable[ModelCard], language: Language) -> str:
    """A note that names those of the models whose own weights this code has never read, or ""."""
    titles = list(dict.fromkeys(card.title for card in cards if card.untried))
    if not titles:
        return ""
    models = ("、" if language == "zh" else ", ").join(titles)
    return note_html(say("models.untried", language, models=models), "warning")
