"""What all panels of the page share: registry, open indexes, the chooser of the corpus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import gradio as gr

from demos.frame.demo import AppContext
from demos.frame.first_values import in_chinese
from demos.frame.strings import Language, say, text
from demos.retrieval.helpdesk import CORPORA, BundledCorpus
from demos.retrieval.shelf import Shelf

Choices = list[tuple[str, str]]  # names and keys


@dataclass(frozen=True)
class Desk:
    """`corpus` is the dropdown above all panels; its value is the key that `shelf.open` takes."""

    context: AppContext
    shelf: Shelf
    corpus: gr.Dropdown

    def choices(self, own: Choices, language: Language) -> Choices:
        """What the dropdown offers to a visitor who has built indexes of their own."""
        bundled = [(say(_name(each), language), each.key) for each in self.shelf.bundled.values()]
        return [*bundled, *own]


def lay_out_desk(context: AppContext, bundled: Iterable[BundledCorpus] = CORPORA) -> Desk:
    """The chooser of the corpus, which stands above the panels.

    Args:
        context: of the open page.
        bundled: corpora of the app; those without an index are not offered.
    """
    shelf = Shelf(context.registry, bundled=bundled)
    corpus = gr.Dropdown(
        [(cast(str, text(_name(each))), each.key) for each in shelf.bundled.values()],
        value=first_corpus(shelf, "en").key,
        label=text("retrieval.corpus"),
        info=text("retrieval.corpus_hint"),
        elem_id="retrieval-corpus",
    )
    return Desk(context, shelf, in_chinese(corpus, first_corpus(shelf, "zh").key))


def first_corpus(shelf: Shelf, language: Language) -> BundledCorpus:
    """The one that visitors find chosen: in their language, if there is one."""
    offered = [*shelf.bundled.values()]
    return next((each for each in offered if each.language == language), offered[0])


def _name(corpus: BundledCorpus) -> str:
    """The key of its name in the texts."""
    return f"retrieval.corpus.{corpus.key}"
