"""Corpora with judgements: which documents answer which query, as people said.

A corpus is named by a word, and a part of its queries after a `#` (see `models.train.parts`):

    helpdesk, helpdesk-zh the app's own: questions, and one more phrasing of each intent as queries
    cranfield, cisi       folders of the data folder; any other folder works by its path, if it
                          holds corpus.jsonl, queries.jsonl (or .tsv) and qrels.tsv
    wikiqa/dev.tsv        a file of labelled sentences, each question with those to choose among
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demos.retrieval.helpdesk import CORPORA, BundledCorpus
from demos.retrieval.passages import PassageRule, split
from models.train.parts import is_in, share_of

DATA_VARIABLE = "KEXUE_LAB_DATA"
_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Passages:
    """What is scored of the documents.

    Attributes:
        texts: the passages; the documents themselves where these are whole.
        documents: the document of each [n].
        candidates: passages that each query chooses among; None stands for all.
    """

    texts: tuple[str, ...]
    documents: NDArray[np.int64]
    candidates: tuple[tuple[int, ...], ...] | None


@dataclass(frozen=True)
class Judged:
    """Documents, queries, and which answer which.

    Attributes:
        name: of the corpus, with the part of its queries.
        documents: the items.
        queries: every one has a relevant item.
        relevant: items that answer each query, by number.
        candidates: items that each query chooses among; None stands for all of them.
    """

    name: str
    documents: tuple[str, ...]
    queries: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    candidates: tuple[tuple[int, ...], ...] | None = None

    def grades(self, query: int) -> NDArray[np.float32]:
        """1 for each item that answers the query, 0 for the others [n]."""
        grades = np.zeros(len(self.documents), dtype=np.float32)
        grades[sorted(self.relevant[query])] = 1
        return grades

    def passages(self, words: int) -> Passages:
        """The documents, split into passages of so many words unless that is nought."""
        if not words:
            return Passages(self.documents, np.arange(len(self.documents)), self.candidates)
        if self.candidates is not None:
            raise ValueError(f"{self.name}: sentences to choose among are not split")
        texts, numbers = [], []
        for number, document in enumerate(self.documents):
            parts, _ = split(document, PassageRule(words))
            texts += parts
            numbers += [number] * len(parts)
        return Passages(tuple(texts), np.array(numbers), None)

    def part(self, part: str) -> Judged:
        """With the queries of one part alone."""
        kept = [i for i, query in enumerate(self.queries) if is_in(part, [query])]
        return self._with(kept, f"{self.name}#{part}")

    def sample(self, most: int) -> Judged:
        """With at most so many queries: those whose digests are least, always the same ones."""
        order = sorted(
            range(len(self.queries)), key=lambda i: share_of([self.queries[i], "sample"])
        )
        return self._with(sorted(order[:most]), self.name)

    def _with(self, kept: list[int], name: str) -> Judged:
        chosen = self.candidates
        return Judged(
            name,
            self.documents,
            tuple(self.queries[i] for i in kept),
            tuple(self.relevant[i] for i in kept),
            None if chosen is None else tuple(chosen[i] for i in kept),
        )


def read_judged(source: str) -> Judged:
    """A corpus by its name or path; see the module. Raises OSError or ValueError."""
    name, _, part = source.partition("#")
    path = Path(name)
    if not path.exists():
        path = Path(os.environ.get(DATA_VARIABLE, _DATA)) / name
    bundled = {corpus.key: corpus for corpus in CORPORA}
    if name in bundled:
        judged = _bundled(bundled[name])
    elif path.is_dir():
        judged = _folder(name, path)
    elif path.is_file():
        judged = _labelled_sentences(name, path)
    else:
        raise ValueError(f"there is no corpus {name}, neither here nor in the data folder")
    return judged.part(part) if part else judged


def _bundled(corpus: BundledCorpus) -> Judged:
    (texts, intents), (queries, wanted) = corpus.read_corpus(), corpus.read_queries()
    items: dict[str, set[int]] = {}
    for item, intent in enumerate(intents):
        items.setdefault(intent, set()).add(item)
    return Judged(corpus.key, texts, queries, tuple(frozenset(items[each]) for each in wanted))


def _folder(name: str, folder: Path) -> Judged:
    """Every judged document of a grade above nought answers its query; empty ones are left out."""
    documents = {
        row["_id"]: text
        for row in rows_of(folder, "corpus")
        if (text := document_of(row)) is not None
    }
    place = {key: item for item, key in enumerate(documents)}
    judgements: dict[str, set[int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8") as file:
        for query, document, grade in list(csv.reader(file, delimiter="\t"))[1:]:
            if float(grade) > 0 and document in place:
                judgements.setdefault(query, set()).add(place[document])
    queries = {row["_id"]: row["text"] for row in rows_of(folder, "queries")}
    kept = [key for key in queries if key in judgements]
    return Judged(
        name,
        tuple(documents.values()),
        tuple(queries[key] for key in kept),
        tuple(frozenset(judgements[key]) for key in kept),
    )


def rows_of(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """The lines of a JSONL or TSV file as dictionaries."""
    lines = folder / f"{name}.jsonl"
    if lines.is_file():
        with lines.open(encoding="utf-8") as file:
            yield from map(json.loads, file)
        return
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def document_of(row: dict[str, str]) -> str | None:
    """Title and text, where the text does not begin with the title; None without any words."""
    title, text = (" ".join((row.get(key) or "").split()) for key in ("title", "text"))
    whole = text if text.startswith(title) else f"{title} {text}"
    return whole.strip() or None


def _labelled_sentences(name: str, file: Path) -> Judged:
    """Questions that have an answer among their sentences."""
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    documents = tuple(dict.fromkeys(row["sentence"] for row in rows))
    place = {sentence: item for item, sentence in enumerate(documents)}
    among: dict[str, dict[int, None]] = {}
    right: dict[str, set[int]] = {}
    for row in rows:
        item = place[row["sentence"]]
        among.setdefault(row["question"], {})[item] = None
        if row["label"] == "1":
            right.setdefault(row["question"], set()).add(item)
    return Judged(
        name,
        documents,
        tuple(right),
        tuple(frozenset(items) for items in right.values()),
        tuple(tuple(among[question]) for question in right),
    )
