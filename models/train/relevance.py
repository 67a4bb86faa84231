"""Make training pairs of query and passage: judged ones, and ones that a bi-encoder grades.

    python -m models.train.relevance judged --corpus cranfield --half training --output judged.tsv
    python -m models.train.relevance graded --corpus cranfield cisi --output graded.tsv

Similarity of sentences is not relevance of a passage to a query, and few queries come with
judgements. So a cross-encoder first learns from a bi-encoder's grades of titles, first sentences
and queries against passages of very different rank, and then from judgements, each query's
relevant passages beside those that the bi-encoder takes for relevant.

A corpus is a folder with `corpus.jsonl` (_id, text, maybe title), `queries.jsonl` (_id, text) and
`qrels.tsv` (query-id, corpus-id, score), or a file of labelled pairs of question and sentence.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelError
from models.registry import Registry
from models.train.labelled_pairs import read_labelled_pairs
from models.train.parts import PARTS, is_in

Row = tuple[float, str, str]  # grade, query, passage

_RANKS = (0, 1, 4, 16, 64, 256)  # of the passages that a query is graded against
_HARD = 50  # ranks among which a judged query's other passages are drawn
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_LONGEST_QUERY = 200  # characters
_SHORTEST_QUERY = 12


@dataclass(frozen=True)
class JudgedCorpus:
    """Passages, queries, and which passages are relevant to which query (by place)."""

    titles: tuple[str, ...]
    passages: tuple[str, ...]
    queries: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]


def read_judged_corpus(folder: Path) -> JudgedCorpus:
    """Read a corpus; passages without text stay out, and so do queries without a judgement."""
    documents = [d for d in _lines(folder / "corpus.jsonl") if d["text"].strip()]
    place = {document["_id"]: index for index, document in enumerate(documents)}
    found: dict[str, set[int]] = {}
    with (folder / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            if float(row["score"]) > 0 and row["corpus-id"] in place:
                found.setdefault(row["query-id"], set()).add(place[row["corpus-id"]])
    queries = [q for q in _lines(folder / "queries.jsonl") if q["_id"] in found]
    return JudgedCorpus(
        tuple(_plain(document.get("title", "")) for document in documents),
        tuple(_plain(document["text"]) for document in documents),
        tuple(_plain(query["text"]) for query in queries),
        tuple(frozenset(found[query["_id"]]) for query in queries),
    )


def corpus_of_pairs(file: Path) -> JudgedCorpus:
    """Labelled pairs of question and sentence as a corpus: every sentence a passage, no titles."""
    data = read_labelled_pairs(file)
    pairs = [(_plain(first), _plain(second)) for first, second in data.pairs]
    passages = tuple(dict.fromkeys(second for _, second in pairs))
    queries = tuple(dict.fromkeys(first for first, _ in pairs))
    place = {passage: index for index, passage in enumerate(passages)}
    relevant: dict[str, set[int]] = {query: set() for query in queries}
    for (first, second), label in zip(pairs, data.labels, strict=True):
        if label > 0:
            relevant[first].add(place[second])
    found = tuple(frozenset(relevant[query]) for query in queries)
    return JudgedCorpus((), passages, queries, found)


def judged_rows(
    corpus: JudgedCorpus, similar: NDArray[np.float32], negatives: int, seed: int
) -> list[Row]:
    """Every relevant passage of a query with grade 1, and for each so many others with grade 0.

    Two of three others are drawn from the first `_HARD`, the rest from all.

    Args:
        corpus: with q queries and n passages.
        similar: a bi-encoder's cosines [q, n].
        negatives: for each relevant passage.
        seed: of the drawing.
    """
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    for query, relevant, likeness in zip(corpus.queries, corpus.relevant, similar, strict=True):
        rows += [(1.0, query, corpus.passages[i]) for i in sorted(relevant)]
        near = [i for i in np.argsort(-likeness)[:_HARD].tolist() if i not in relevant]
        far = [i for i in range(len(corpus.passages)) if i not in relevant]
        wanted = negatives * len(relevant)
        hard = random.permutation(near)[: wanted * 2 // 3].tolist()
        easy = random.permutation(far)[: wanted - len(hard)].tolist()
        rows += [(0.0, query, corpus.passages[i]) for i in dict.fromkeys(hard + easy)]
    return rows


def graded_rows(
    queries: Sequence[str], passages: Sequence[str], similar: NDArray[np.float32], seed: int
) -> list[Row]:
    """Each query with passages near the ranks `_RANKS`; the grade is the cosine.

    A passage that holds the query word for word is left out: it would teach to look for copies.

    Args:
        queries, passages: q and n of them.
        similar: a bi-encoder's cosines [q, n].
        seed: of the ranks between two of `_RANKS`.
    """
    random = np.random.default_rng(seed)
    rows: list[Row] = []
    for query, likeness in zip(queries, similar, strict=True):
        order = np.argsort(-likeness)
        bounds = [rank for rank in (*_RANKS, len(order)) if rank <= len(order)]
        for low, high in pairwise(bounds):
            index = int(order[random.integers(low, high)])
            if query not in passages[index]:
                rows.append((float(likeness[index]), query, passages[index]))
    return rows


def queries_of(corpus: JudgedCorpus, keep: Iterable[str]) -> list[str]:
    """What may stand for a query: those to keep, a document's title, its first sentence."""
    firsts = (_SENTENCE_END.split(passage, maxsplit=1)[0] for passage in corpus.passages)
    own = (*corpus.titles, *firsts) if corpus.titles else ()
    found = dict.fromkeys((*keep, *own))
    return [query for query in found if _SHORTEST_QUERY <= len(query) <= _LONGEST_QUERY]


def main(arguments: list[str] | None = None) -> int:
    """Make pairs and write them; 1 and one sentence where that is not possible."""
    options = _parse(arguments)
    registry = Registry()
    try:
        rows = [row for folder in options.corpus for row in _rows(registry, folder, options)]
    except (ModelError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        registry.close()
    random = np.random.default_rng(options.seed)
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(["score", "query", "passage"])
        writer.writerows((f"{rows[i][0]:.4f}", *rows[i][1:]) for i in random.permutation(len(rows)))
    print(f"{len(rows):,} pairs")
    return 0


def _rows(registry: Registry, source: Path, options: argparse.Namespace) -> list[Row]:
    corpus = read_judged_corpus(source) if source.is_dir() else corpus_of_pairs(source)
    kept = [
        i for i, q in enumerate(corpus.queries) if options.half is None or is_in(options.half, [q])
    ]
    queries = tuple(corpus.queries[i] for i in kept)
    asked = queries if options.what == "judged" else queries_of(corpus, queries)
    similar = (  # [q, n]
        registry.embed(options.base, asked).numpy()
        @ registry.embed(options.base, corpus.passages).numpy().T
    )
    if options.what == "graded":
        return graded_rows(asked, corpus.passages, similar, options.seed)
    relevant = tuple(corpus.relevant[i] for i in kept)
    chosen = replace(corpus, queries=queries, relevant=relevant)
    return judged_rows(chosen, similar, options.negatives, options.seed)


def _lines(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def _plain(text: str) -> str:
    return " ".join(text.split())


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train.relevance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("judged", "graded"))
    parser.add_argument(
        "--corpus", required=True, nargs="+", type=Path, help="folders, or files of pairs"
    )
    parser.add_argument("--half", choices=tuple(PARTS), help="of the queries; all if left out")
    parser.add_argument("--negatives", type=int, default=4, help="for each relevant passage")
    parser.add_argument("--base", default="all-MiniLM-L6-v2", help="bi-encoder that ranks")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True, help="TSV")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
