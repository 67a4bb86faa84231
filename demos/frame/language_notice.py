"""Which of the chosen models do not read a text's language: said at the field, and mended there.

It is a warning: what was asked for is computed all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from demos.frame.progress import IDLE, note_html
from demos.frame.strings import Language, say
from models.catalog import ModelCard, ModelKind
from models.languages import TextLanguage, Unread, languages_of, readers, reads, unread
from models.registry import Registry

Updates = dict[Any, Any]
Cards = Sequence[ModelCard]
Languages = Sequence[TextLanguage]
Choice = tuple[Any, str]  # a value of the chooser (a tuple of several's), and what it is called


class LanguageNotice:
    """A line, and below it a button that chooses what reads the texts.

    The button is there where none of the chosen models reads some text. It goes on to press another
    one, so that what is shown is of the new models.

    Args:
        choosers: of what the models follow from, mostly one.
        cards_of: the models of a choice; of some nothing may be known.
        instead: another choice that reads these languages in place of these models, if there is
            one; said in the visitor's language.
        run: element id of the button that is pressed, if there is one.
    """

    def __init__(
        self,
        choosers: gr.Dropdown | Sequence[gr.Dropdown],
        cards_of: Callable[[Any], Cards],
        instead: Callable[[Languages, Cards, Language], Choice | None],
        run: str | None,
    ):
        self._cards_of, self._instead = cards_of, instead
        self._choosers = [choosers] if isinstance(choosers, gr.Dropdown) else [*choosers]
        name = str(self._choosers[0].elem_id)
        self.line = gr.HTML(elem_id=f"{name}-unread")
        self.choose = gr.Button(visible=False, size="sm", elem_id=f"{name}-reading")
        self.better: gr.State = gr.State(None)  # the choice that the button makes
        self.outputs = [self.line, self.choose, self.better]
        api_name = f"{name.replace('-', '_')}_reading"
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        self.chosen = self.choose.click(
            self._on_choose,
            self.better,
            [*self._choosers, *self.outputs],
            api_name=api_name,
            **quick,
        )
        if run is not None:
            # A moment later: Gradio's page has not put the choices into the fields at once.
            press = f"() => {{ setTimeout(() => document.getElementById('{run}')?.click(), 400); }}"
            self.chosen.success(None, js=press, api_name=f"{api_name}_run", **quick)

    def updates(self, texts: Sequence[str], choice: Any, language: Language) -> Updates:
        """What is said of these texts and of what is chosen, in the visitor's language."""
        cards = self._cards_of(choice)
        found = unread(texts, cards)
        if found is None:
            return self.nothing()
        better = self._instead(_all_of(texts), cards, language) if found.by_all else None
        choose = gr.update(visible=False)
        if better:
            words = say("languages.choose", language, models=better[1])
            choose = gr.update(value=words, visible=True)
        return {
            self.line: note_html(unread_sentence(found, language), "warning"),
            self.choose: choose,
            self.better: better and better[0],
        }

    def nothing(self) -> Updates:
        """There is nothing to say."""
        return {self.line: IDLE, self.choose: gr.update(visible=False), self.better: None}

    def _on_choose(self, better: Any) -> Updates:
        values = [better] if len(self._choosers) == 1 else better
        return {**dict(zip(self._choosers, values, strict=True)), **self.nothing()}

    def fitting(self, texts: Sequence[str], choice: Any) -> Any:
        """The choice as it is where one of its models reads the texts, else one that does."""
        languages, cards = _all_of(texts), self._cards_of(choice)
        if any(reads(card, languages) for card in cards) or (choice and not cards):
            return choice
        better = self._instead(languages, cards, "en")
        return better[0] if better else choice


def models_notice(
    registry: Registry,
    chooser: gr.Dropdown,
    kinds: Sequence[ModelKind],
    preferred: Sequence[str],
    run: str,
) -> LanguageNotice:
    """A notice below a chooser of models, of one or of several.

    Args:
        registry: knows the models.
        chooser: whose choices are models of `kinds`.
        kinds: which models it offers.
        preferred: keys that are chosen before others.
        run: element id of the button that is pressed.
    """

    def cards_of(choice: Any) -> list[ModelCard]:
        keys = [choice] if isinstance(choice, str) else choice or []
        return [registry.card(key) for key in keys if "/" not in key]  # hub ids say no languages

    def instead(languages: Languages, cards: Cards, language: Language) -> Choice | None:
        offered = registry.catalog.of_kind(*kinds)
        found = readers(offered, languages, [card.kind for card in cards] or kinds, preferred)
        found = found if chooser.multiselect else found[:1]
        if not found:
            return None
        keys = [card.key for card in found]
        name = say("languages.and", language).join(card.title for card in found)
        return (keys if chooser.multiselect else keys[0]), name

    return LanguageNotice(chooser, cards_of, instead, run)


def unread_sentence(found: Unread, language: Language) -> str:
    """Which models do not read which languages, in one sentence."""
    conjunction = say("languages.and", language)
    return say(
        "languages.unread" if found.texts == found.total else "languages.unread_some",
        language,
        languages=conjunction.join(say(f"languages.{each}", language) for each in found.languages),
        models=conjunction.join(card.title for card in found.models),
        count=found.texts,
        total=found.total,
    )


def _all_of(texts: Sequence[str]) -> tuple[TextLanguage, ...]:
    """The languages of all the texts together."""
    return tuple(sorted({each for text in texts for each in languages_of(text)}))
