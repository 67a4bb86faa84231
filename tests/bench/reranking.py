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

from demos.retrieval.evaluation import Interval, Values, bootstrap, ndcg, reciprocal_rank
from models.errors import ModelError
from models.mixture import EQUAL_WEIGHT, WEIGHTS, choose_weight, mixed
from models.registry import Registry
from models.train.mine import with_adapters
from models.train.parts import share_of
from tests.bench.judged import Judged, read_judged

CORPORA = ("helpdesk", "cranfield#reporting", "cisi", "wikiqa/dev.tsv")
BI_ENCODER = "all-MiniLM-L6-v2"
SHORTLIST = 50
_KEPT = Path(tempfile.gettempdir()) / "kexue-lab-bench" / "reranking"


@dataclass(frozen=True)
class Shortlists:
    """The bi-encoder's best items of each query, best first, and both models' scores of them.

    Attributes:
        items, cosines, scores: arrays [m] for each query.
    """

    judged: Judged
    items: tuple[NDArray[np.int64], ...]
    cosines: tuple[NDArray[np.float32], ...]
    scores: tuple[NDArray[np.float32], ...]

    @property
    def measure(self) -> str:
        return "nDCG@10" if self.judged.candidates is None else "MRR"

    def values(self, weight: float) -> Values:
        """nDCG@10 or reciprocal rank of the mixture [q]; weight 1 is the bi-encoder alone."""
        return np.array([self._value(query, weight) for query in range(len(self.items))])

    def _value(self, query: int, weight: float) -> float:
        blend = mixed(self.cosines[query], self.scores[query], weight)
        found = self.items[query][(-blend).argsort(kind="stable")][None]  # [1, m]
        grades = self.judged.grades(query)[None]  # [1, n]
        if self.judged.candidates is None:
            return float(ndcg(grades, found)[0])
        return float(reciprocal_rank(grades, found)[0])


@dataclass(frozen=True)
class Figure:
    """One way of ordering: its mean, and what it gains over the bi-encoder alone."""

    name: str
    weights: tuple[float, ...]
    mean: Interval
    gain: Interval

    @property
    def verdict(self) -> str:
        if self.gain.low > 0:
            return "better"
        return "worse" if self.gain.high < 0 else "no difference"


@dataclass(frozen=True)
class Report:
    """One scorer on one corpus."""

    corpus: str
    scorer: str
    measure: str
    queries: int
    documents: int
    cut: float  # share of the pairs that the scorer saw only a part of
    found: float  # mean share of the relevant items that the shortlists hold
    figures: tuple[Figure, ...]
    by_weight: tuple[tuple[float, float], ...]  # weight and mean, over all queries


# --- mathematics ----------------------------------------------------------------------------------


def shortlist(
    judged: Judged, similarity: NDArray[np.float32], count: int
) -> list[NDArray[np.int64]]:
    """The items of greatest similarity [q, n] for each query, best first."""
    lists = []
    for query, row in enumerate(similarity):
        among = np.arange(len(row))
        if judged.candidates is not None:
            among = np.array(judged.candidates[query])
        lists.append(among[(-row[among]).argsort(kind="stable")][:count])
    return lists


def crossed_weights(curves: NDArray[np.float64], halves: NDArray[np.bool_]) -> tuple[float, float]:
    """For each half of the queries the weight that the other half chooses.

    Args:
        curves: value of each query at each of `WEIGHTS` [w, q].
        halves: which half each query is in [q].

    Returns:
        the weight for those that are False, and for those that are True.
    """
    first, second = (_best(curves[:, halves == half].mean(axis=1)) for half in (True, False))
    return first, second


def _best(curve: NDArray[np.float64]) -> float:
    """The weight at which a curve [w] is greatest."""
    by_weight = dict(zip(WEIGHTS, curve.tolist(), strict=True))
    return choose_weight(by_weight.__getitem__)


def figures(
    lists: Shortlists, weight: float, elsewhere: Sequence[NDArray[np.float64]] = ()
) -> tuple[Figure, ...]:
    """All ways of ordering; see the module.

    Args:
        weight: of the bi-encoder, given beforehand.
        elsewhere: mean values by `WEIGHTS` [w] of other corpora.
    """
    curves = np.stack([lists.values(each) for each in WEIGHTS])  # [w, q]
    alone, reranked = curves[-1], curves[0]
    halves = np.array([share_of([query, "half"]) < 0.5 for query in lists.judged.queries])
    made = [
        _figure("bi-encoder alone", (1.0,), alone, alone),
        _figure("re-ranked by the scorer", (0.0,), reranked, alone),
        _figure("mixed, given weight", (weight,), lists.values(weight), alone),
    ]
    if halves.any() and not halves.all():
        pair = crossed_weights(curves, halves)
        places = [WEIGHTS.index(each) for each in pair]
        values = np.where(halves, curves[places[1]], curves[places[0]])
        made.append(_figure("mixed, weight of the other half", pair, values, alone))
    if elsewhere:
        chosen = _best(np.mean(elsewhere, axis=0))
        values = curves[WEIGHTS.index(chosen)]
        made.append(_figure("mixed, weight of the other corpora", (chosen,), values, alone))
    return tuple(made)


def _figure(name: str, weights: tuple[float, ...], values: Values, alone: Values) -> Figure:
    return Figure(name, weights, bootstrap(values), bootstrap(values - alone))


# --- models ---------------------------------------------------------------------------------------


def prepare(
    registry: Registry, judged: Judged, bi_encoder: str, scorer: str, count: int
) -> tuple[Shortlists, float]:
    """Shortlists of a corpus, and the share of the pairs that the scorer saw only a part of."""
    similarity = _kept(
        ("cosines", _identity(registry, bi_encoder), judged),
        lambda: _similarity(registry, bi_encoder, judged),
    )  # [q, n]
    items = shortlist(judged, similarity, count)
    pairs = [
        (query, judged.documents[item])
        for query, row in zip(judged.queries, items, strict=True)
        for item in row.tolist()
    ]
    scores, cut = _kept(
        ("scores", _identity(registry, scorer), pairs), lambda: _scores(registry, scorer, pairs)
    )  # [2, pairs]
    ends = np.cumsum([len(row) for row in items])[:-1]
    cosines = tuple(similarity[query, row] for query, row in enumerate(items))
    return Shortlists(judged, tuple(items), cosines, tuple(np.split(scores, ends))), cut.mean()


def _similarity(registry: Registry, key: str, judged: Judged) -> NDArray[np.float32]:
    queries, documents = (
        registry.embed(key, texts).numpy() for texts in (judged.queries, judged.documents)
    )
    return np.asarray(queries @ documents.T)  # [q, n]


def _scores(registry: Registry, key: str, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Scores, and 1 where a pair was cut [2, pairs]."""
    work = registry.scoring(key, pairs)
    for progress in work:
        print(f"\r  {progress.done:,} of {len(pairs):,} pairs", end="", file=sys.stderr)
    print(file=sys.stderr)
    return np.stack([work.result().numpy(), np.array(work.truncated, dtype=np.float32)])


def _identity(registry: Registry, key: str) -> str:
    """What a model computes: an adapter's weights, else where they come from."""
    return registry.card(key).version


def _kept(name: object, compute: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Computed once, then read from the system's temporary folder."""
    path = _KEPT / f"{hashlib.sha256(repr(name).encode()).hexdigest()[:24]}.npy"
    if not path.is_file():
        _KEPT.mkdir(parents=True, exist_ok=True)
        np.save(path, compute())
    return np.load(path)


def report(
    lists: Shortlists,
    cut: float,
    scorer: str,
    weight: float,
    elsewhere: Sequence[NDArray[np.float64]],
) -> Report:
    """What one scorer is worth on one corpus."""
    judged = lists.judged
    found = [
        len(relevant.intersection(row.tolist())) / len(relevant)
        for relevant, row in zip(judged.relevant, lists.items, strict=True)
    ]
    return Report(
        judged.name,
        scorer,
        lists.measure,
        len(judged.queries),
        len(judged.documents),
        float(cut),
        float(np.mean(found)),
        figures(lists, weight, elsewhere),
        tuple(zip(WEIGHTS, mean_curve(lists).tolist(), strict=True)),
    )


def mean_curve(lists: Shortlists) -> NDArray[np.float64]:
    """The mean over queries at each of `WEIGHTS` [w]."""
    return np.array([lists.values(weight).mean() for weight in WEIGHTS])


# --- the command ----------------------------------------------------------------------------------


def show(each: Report) -> None:
    """Print a report."""
    print(
        f"\n{each.corpus}, {each.scorer}: {each.measure}, {each.queries} queries, "
        f"{each.documents:,} documents; {each.cut:.0%} of the pairs were cut, the shortlists hold "
        f"{each.found:.0%} of what is relevant"
    )
    for figure in each.figures:
        weights = "/".join(f"{weight:.2f}" for weight in figure.weights)
        gain = "" if figure.name == "bi-encoder alone" else f"{_interval(figure.gain, '+')} "
        verdict = f"{gain}{figure.verdict}" if gain else ""
        print(f"  {figure.name:34} {weights:10} {_interval(figure.mean)}  {verdict}", flush=True)


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
                prepare(registry, judged, options.bi_encoder, scorer, options.top)
                for judged in corpora
            ]
            curves = [mean_curve(lists) for lists, _ in prepared]
            for place, (lists, cut) in enumerate(prepared):
                others = [*curves[:place], *curves[place + 1 :]]
                reports.append(report(lists, cut, scorer, options.weight, others))
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
        "--weight", type=float, default=EQUAL_WEIGHT, help="of the bi-encoder; default %(default)s"
    )
    parser.add_argument(
        "--symmetric", action="store_true", help="adapters read every pair in both orders"
    )
    parser.add_argument("--device", help="as torch names it; default: the best there is")
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
