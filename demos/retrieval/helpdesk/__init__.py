"""The corpora that come with the app: help-desk questions written for it, one by one.

A folder for each language. `corpus.tsv`: five phrasings of each intent; `queries.tsv`: one more of
each, held out. `index/` and `held_out.safetensors` are made of them by
`python -m demos.retrieval.helpdesk KEY`. A corpus without an index is not offered.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from demos.frame.strings import Language
from demos.retrieval.scorer import default_cross_encoder
from demos.retrieval.store import DESCRIPTION

Rows = tuple[tuple[str, ...], tuple[str, ...]]  # texts and their intents


@dataclass(frozen=True)
class BundledCorpus:
    """One of them, and the models of its index.

    Attributes:
        key: what the toolbar, the endpoints and the build command call it; its name on the page is
            the text `retrieval.corpus.<key>`.
        language: of the questions.
        title: in tables and sentences about results.
        bi_encoder, cross_encoder: keys of the catalog.
        example: the query that the Ask panel opens with.
        folder: where its files are.
    """

    key: str
    language: Language
    title: str
    bi_encoder: str
    cross_encoder: str
    example: str
    folder: Path

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self.folder / "index"

    @property
    def held_out(self) -> Path:
        """The file of the held-out queries with their exact scores."""
        return self.folder / "held_out.safetensors"

    @property
    def built(self) -> bool:
        """Whether the index and the held-out scores are there."""
        return (self.index / DESCRIPTION).is_file() and self.held_out.is_file()

    def read_corpus(self) -> Rows:
        """The questions and their intents."""
        return _read(self.folder / "corpus.tsv")

    def read_queries(self) -> Rows:
        """The held-out queries, one of each intent, and their intents."""
        return _read(self.folder / "queries.tsv")


_FOLDER = Path(__file__).parent

ENGLISH = BundledCorpus(
    key="helpdesk",
    language="en",
    title="Help desk",
    bi_encoder="all-MiniLM-L6-v2",
    cross_encoder=default_cross_encoder(),
    example="The parcel is marked as delivered, but nobody here has seen it.",
    folder=_FOLDER / "en",
)
CHINESE = BundledCorpus(
    key="helpdesk-zh",
    language="zh",
    title="中文客服问题",
    bi_encoder="multilingual-e5-small",
    cross_encoder="cosent-cross-zh",
    example="显示已签收，可是家里没人见过这个包裹",
    folder=_FOLDER / "zh",
)
CORPORA = (ENGLISH, CHINESE)


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(row["text"] for row in rows), tuple(row["intent"] for row in rows)
