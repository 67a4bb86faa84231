"""What re-ranking and mixing are worth on corpora with judgements.

    python -m tests.bench.reranking --scorer cosent-cross my-adapter/ --json figures.json \\
        --corpus helpdesk cranfield#reporting cisi wikiqa/dev.tsv#reporting

The bi-encoder's top 50 of each query are ordered four ways: by the bi-encoder alone, by a scorer,
by a mixture of both with a given weight (of the bi-encoder), and by a mixture with a weight that
other queries have chosen: once the other half of this corpus's queries, each half in its turn, once
the other corpora of the command. Each is compared with the bi-encoder alone, query by query.

Measured is nDCG@10, where sentences of a question are chosen among MRR. Scores are kept in the
system's temporary folder, so the same command prints at once the second time.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from demos.retrieval.evaluation import Interval
from demos.retrieval.relevance import Figure, Measure, Shortlists, figures, halves
from models.errors import ModelError
from models.mixture import EQUAL_WEIGHT, WEIGHTS
from models.registry import Registry
from models.train.mine import with_adapters
from tests.bench.judged import Judged, Passages, read_judged

CORPORA = ("helpdesk", "cranfield#reporting", "cisi", "wikiqa/dev.tsv")
BI_ENCODER = "all-MiniLM-L6-v2"
SHORTLIST = 50
_KEPT = Path(tempfile.gettempdir()) / "kexue-lab-bench" / "reranking"


@dataclass(frozen=True)
class Report:
    """One scorer on one corpus."""

    corpus: str
    scorer: str
    measure: Measure
    queries: int
    documents: int
    passages: int  # as many as documents where these are whole
    cut: float  # share of the pairs that the scorer saw only a part of
    found: float  # mean share of the relevant documents that the shortlists hold
    figures: tuple[Figure, ...]
    by_weight: tuple[tuple[float, float], ...]  # weight and mean over all queries


def shortlist(
    similarity: NDArray[np.float32],
    count: int,
    candidates: Sequence[Sequence[int]] | None = None,
) -> list[NDArray[np.int64]]:
    """The items of greatest similarity [q, n] for each query, best first.

    Args:
        candidates: items that each query chooses among; None stands for all.
    """
    lists = []
    for query, row in enumerate(similarity):
        among = np.arange(len(row)) if candidates is None else np.array(candidates[query])
        lists.append(among[(-row[among]).argsort(kind="stable")][:count])
    return lists


# --- models ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Prepared:
    """A corpus as a scorer sees it."""

    judged: Judged
    passages: Passages
    lists: Shortlists
    cut: float

    @property
    def measure(self) -> Measure:
        return "ndcg" if self.judged.candidates is None else "mrr"

    @property
    def found(self) -> float:
        """The mean share of the relevant documents that the shortlists hold."""
        of = self.passages.documents
        shares = [
            len(relevant.intersection(of[row].tolist())) / len(relevant)
            for relevant, row in zip(self.judged.relevant, self.lists.items, strict=True)
        ]
        return float(np.mean(shares))


def prepare(
    registry: Registry, judged: Judged, bi_encoder: str, scorer: str, count: int, words: int
) -> Prepared:
    """Shortlists of a corpus, scored.

    Args:
        words: of a passage into which documents are split; 0 leaves them whole.
    """
    passages = judged.passages(words)
    similarity = _kept(
        ("cosines", registry.card(bi_encoder).version, judged.queries, passages.texts),
        lambda: _similarity(registry, bi_encoder, judged.queries, passages.texts),
    )  # [q, n]
    items = shortlist(similarity, count, passages.candidates)
    pairs = [
        (query, passages.texts[item])
        for query, row in zip(judged.queries, items, strict=True)
        for item in row.tolist()
    ]
    scores, cut = _kept(
        ("scores", registry.card(scorer).version, pairs), lambda: _scores(registry, scorer, pairs)
    )  # [2, pairs]
    ends = np.cumsum([len(row) for row in items])[:-1]
    cosines = [similarity[query, row] for query, row in enumerate(items)]
    grades = np.stack([judged.grades(query) for query in range(len(judged.queries))])
    lists = Shortlists(items, cosines, np.split(scores, ends), grades, passages.documents)
    return Prepared(judged, passages, lists, float(cut.mean()))


def _similarity(
    registry: Registry, key: str, queries: Sequence[str], texts: Sequence[str]
) -> NDArray[np.float32]:
    ours, theirs = (registry.embed(key, each).numpy() for each in (queries, texts))
    return np.asarray(ours @ theirs.T)  # [q, n]


def _scores(registry: Registry, key: str, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Scores, and 1 where a pair was cut [2, pairs]."""
    work = registry.scoring(key, pairs)
    for progress in work:
        print(f"\r  {progress.done:,} of {len(pairs):,} pairs", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.stack([work.result().numpy(), np.array(work.truncated, dtype=np.float32)])


def _kept(name: object, compute: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Computed once, then read from the system's temporary folder."""
    path = _KEPT / f"{hashlib.sha256(repr(name).encode()).hexdigest()[:24]}.npy"
    if not path.is_file():
        _KEPT.mkdir(parents=True, exist_ok=True)
        np.save(path, compute())
    return np.load(path)


def report(
    prepared: Prepared,
    curves: NDArray[np.float64],
    scorer: str,
    weight: float,
    elsewhere: Sequence[NDArray[np.float64]],
) -> Report:
    """What one scorer is worth on one corpus; `curves` and `elsewhere` as for `figures`."""
    judged = prepared.judged
    return Report(
        judged.name,
        scorer,
        prepared.measure,
        len(judged.queries),
        len(judged.documents),
        len(prepared.passages.texts),
        prepared.cut,
        prepared.found,
        figures(curves, halves(judged.queries), weight, elsewhere),
        tuple(zip(WEIGHTS, curves.mean(axis=1).tolist(), strict=True)),
    )


# --- the command ----------------------------------------------------------------------------------


_WAYS = {
    "alone": "bi-encoder alone",
    "reranked": "re-ranked by the scorer",
    "given": "mixed, given weight",
    "half": "mixed, weight of the other half",
    "elsewhere": "mixed, weight of the other corpora",
}
_MEASURES = {"ndcg": "nDCG@10", "mrr": "MRR"}


def show(each: Report) -> None:
    """Print a report."""
    print(
        f"\n{each.corpus}, {each.scorer}: {_MEASURES[each.measure]}, {each.queries} queries, "
        f"{each.documents:,} documents, {each.passages:,} passages; {each.cut:.0%} of the pairs "
        f"were cut, the shortlists hold {each.found:.0%} of what is relevant"
    )
    for figure in each.figures:
        weights = "/".join(f"{weight:.2f}" for weight in figure.weights)
        line = f"  {_WAYS[figure.way]:34} {weights:10} {_interval(figure.mean)}"
        if figure.way != "alone":
            line += f"  {_interval(figure.gain, '+')} {figure.verdict}"
        print(line, flush=True)


def _interval(interval: Interval, sign: str = "") -> str:
    return f"{interval.mean:{sign}.4f} [{interval.low:{sign}.4f}, {interval.high:{sign}.4f}]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every scorer on every corpus; 1 and a sentence where that is not possible."""
    options = _parse(arguments)
    try:
        catalog, scorers = with_adapters(options.scorer, options.symmetric)
        registry = Registry(catalog, device=options.device)
        for key in (options.bi_encoder, *scorers):
            registry.card(key)  # a wrong name is said before anything is computed
        corpora = [read_judged(source).sample(options.queries) for source in options.corpus]
        reports = []
        for scorer in scorers:
            prepared = [
                prepare(
                    *(registry, judged, options.bi_encoder, scorer),
                    *(options.top, options.passages),
                )
                for judged in corpora
            ]
            curves = [each.lists.curves(each.measure) for each in prepared]
            means = [each.mean(axis=1) for each in curves]
            for place, each in enumerate(prepared):
                others = [*means[:place], *means[place + 1 :]]
                reports.append(report(each, curves[place], scorer, options.weight, others))
                show(reports[-1])
        registry.close()
    except (ModelError, OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if options.json is not None:
        text = json.dumps([dataclasses.asdict(each) for each in reports], indent=1)
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.reranking",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--scorer", nargs="+", required=True, help="keys, or adapters' folders")
    parser.add_argument("--corpus", nargs="+", default=CORPORA, help="see tests/bench/judged.py")
    parser.add_argument("--bi-encoder", default=BI_ENCODER, help="a key; default %(default)s")
    parser.add_argument("--top", type=int, default=SHORTLIST, help="items of a shortlist")
    parser.add_argument("--queries", type=int, default=1_000, help="at most so many a corpus")
    parser.add_argument(
        "--weight",
        type=float,
        choices=WEIGHTS,
        metavar="W",
        default=EQUAL_WEIGHT,
        help="of the bi-encoder, in steps of .05; default %(default)s",
    )
    parser.add_argument(
        "--passages", type=int, default=0, metavar="WORDS", help="split documents; best one counts"
    )
    parser.add_argument(
        "--symmetric", action="store_true", help="adapters read every pair in both orders"
    )
    parser.add_argument("--device", help="as torch names it; default: the best there is")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
