"""Figures on pairs that chose nothing: paired differences, what is measured, what is shown."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from demos.frame.errors import InputProblem
from demos.pairs.evaluation.intervals import Interval, correlations, resampled_spearman
from demos.pairs.published import benchmarks, beside, measuring
from demos.pairs.published.benchmarks import BENCHMARKS, BY_KEY, TEST_SETS, read_test_set
from demos.pairs.published.beside import OnTestSet
from demos.pairs.published.beside_figures import beside_figure
from demos.pairs.published.endpoint import measured_set
from demos.pairs.published.measured import (
    FILE,
    Figure,
    Measured,
    MeasuredSet,
    PairedDifference,
    read_measured,
    write_measured,
)
from demos.pairs.published.measuring import comparisons_of, measure
from models.catalog import CATALOG, MINILM, Catalog, ModelCard
from models.errors import TrainingError
from models.hub_files import fetch_hub_file
from models.registry import Registry
from models.train.parts import is_in
from tests.models import tiny

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


# --- paired differences ---------------------------------------------------------------------------


def samples(n: int = 30) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(4)
    labels = random.integers(0, 4, n)
    one = np.round(labels + random.normal(0, 1, n), 1)  # with ties
    return one, one + random.normal(0, 0.7, n), labels


def test_a_paired_difference_is_that_of_a_plain_bootstrap() -> None:
    one, other, labels = samples()
    n, drawn = len(labels), np.random.default_rng(0)
    gaps = []
    for counts in drawn.multinomial(n, np.full(n, 1 / n), size=1_000):
        rows = np.repeat(np.arange(n), counts)
        both = [stats.spearmanr(scores[rows], labels[rows]).statistic for scores in (one, other)]
        gaps.append(both[0] - both[1])
    a, b = resampled_spearman(one, labels), resampled_spearman(other, labels)
    assert a is not None
    assert b is not None
    assert np.allclose(a.resamples - b.resamples, gaps)
    found = a.minus(b)
    assert np.allclose([found.low, found.high], np.quantile(gaps, [0.025, 0.975]))
    whole = [stats.spearmanr(scores, labels).statistic for scores in (one, other)]
    assert found.value == pytest.approx(whole[0] - whole[1])


def test_its_figure_is_that_of_the_evaluation_and_pairing_narrows_the_difference() -> None:
    one, other, labels = samples(200)
    a, b = resampled_spearman(one, labels), resampled_spearman(other, labels)
    evaluated = correlations(one, labels)
    assert a is not None
    assert b is not None
    assert evaluated is not None
    assert a.interval == evaluated.spearman
    gap, widths = a.minus(b), [r.interval.high - r.interval.low for r in (a, b)]
    assert gap.high - gap.low < np.hypot(*widths)


def test_other_labels_and_constant_scores_have_no_difference() -> None:
    one, _, labels = samples()
    assert resampled_spearman(np.ones(30), labels) is None
    assert resampled_spearman([1, 2], [1, 2]) is None
    a, many = resampled_spearman(one, labels), resampled_spearman(*np.random.rand(2, 9_000))
    assert a is not None
    assert many is not None
    with pytest.raises(ValueError, match="same labels"):
        a.minus(many)


# --- measuring ------------------------------------------------------------------------------------


def card(key: str, kind: str, base: str | None = None, **more: Any) -> ModelCard:
    return tiny.card(key, Path("nowhere"), kind, base=base, **more)


FAMILY = Catalog(
    (
        card("base", "bi-encoder"),
        card("bi", "bi-encoder", "base"),
        card("cross", "cross-encoder", "base"),
        card("alone", "bi-encoder"),
    )
)


class Scored:
    """A registry whose models add noise to the labels, and which counts what it scores."""

    def __init__(self, catalog: Catalog, labels: dict[tuple[str, str], float]):
        self.catalog, self.labels = catalog, labels
        self.calls: Counter[str] = Counter()

    def card(self, key: str) -> ModelCard:
        return self.catalog[key]

    def status(self) -> Any:
        return SimpleNamespace(dtype="float32")

    def score(self, key: str, pairs: Any) -> torch.Tensor:
        self.calls[key] += 1
        random = np.random.default_rng(list(self.catalog).index(key))
        labels = np.array([self.labels[pair] for pair in pairs])
        return torch.tensor(labels + random.normal(0, 1, len(labels)), dtype=torch.float32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty pairs a file, in the layout of the data."""
    for benchmark in BENCHMARKS:
        path = tmp_path / benchmark.reporting.partition("#")[0]
        path.parent.mkdir(exist_ok=True)
        rows = [f"{i % 6}\ta {i}\tb {i + len(benchmark.key)}" for i in range(40)]
        path.write_text("score\tsentence1\tsentence2\n" + "\n".join(rows) + "\n")
    return tmp_path


def scored(folder: Path, catalog: Catalog = FAMILY) -> Scored:
    labels = {}
    for path in folder.rglob("*.tsv"):
        for line in path.read_text().splitlines()[1:]:
            score, a, b = line.split("\t")
            labels[a, b] = float(score)
    return Scored(catalog, labels)


def run(registry: Any, folder: Path, keys: list[str] | None = None) -> tuple[Measured, list[str]]:
    lines: list[str] = []
    sets = [BY_KEY["stsb_en"], BY_KEY["sick"]]
    file = folder / "measured.json"
    measure(registry, folder, file, sets, keys or list(registry.catalog), lines.append)
    return read_measured(file), lines


def test_what_is_compared() -> None:
    late = card("late", "late-interaction", "base")
    asked = {(c.question, c.first, c.rivals) for c in comparisons_of([*FAMILY.values(), late])}
    assert asked == {
        ("cross_bi", ("cross",), (("bi",),)),
        ("late_bi", ("late",), (("bi",),)),
        ("trained_base", ("bi",), (("base",),)),
        ("average_better", ("bi", "cross"), (("bi",), ("cross",))),
    }
    few = comparisons_of([FAMILY["base"], FAMILY["cross"]])
    assert ("cross_bi", ("cross",), (("base",),)) in {(c.question, c.first, c.rivals) for c in few}


def test_models_are_measured_on_our_part_alone(folder: Path) -> None:
    found, lines = run(scored(folder), folder)
    assert len(lines) == 2 * len(FAMILY)
    known = found.sets["stsb_en/dev.tsv#reporting"]
    assert known.pairs == sum(is_in("reporting", (f"a {i}", f"b {i + 7}")) for i in range(40))
    assert 10 < known.pairs < 30
    assert {f.scorer for f in known.figures} == {
        *((key,) for key in FAMILY),
        ("bi", "cross"),
    }
    assert len(known.differences) == 3
    better = max((known.of("bi"), "bi"), (known.of("cross"), "cross"), key=lambda x: x[0].value)[1]  # type: ignore[union-attr]
    average = next(d for d in known.differences if d.question == "average_better")
    assert average.second == (better,)
    both, one = known.of("bi", "cross"), known.of(better)
    assert both is not None
    assert one is not None
    assert average.difference.value == pytest.approx(both.value - one.value, abs=2e-5)
    assert all(f.spearman.low <= f.spearman.value <= f.spearman.high for f in known.figures)


def test_a_pair_that_a_training_saw_reports_nothing(folder: Path) -> None:
    benchmark = BY_KEY["stsb_en"]
    before, _ = measuring._reporting(folder, benchmark)
    first, second = before.pairs[0]
    train = folder / "stsb_en" / "train.tsv"
    train.write_text(f"score\tsentence1\tsentence2\n1\t{second.upper()}.\t{first}\n")
    after, _ = measuring._reporting(folder, benchmark)
    assert after.pairs == before.pairs[1:]


def test_what_is_known_is_not_measured_again(folder: Path) -> None:
    first, _ = run(scored(folder), folder)
    again = scored(folder)
    assert run(again, folder) == (first, [])
    assert not again.calls
    other = Catalog((*list(FAMILY.values())[:3], replace(FAMILY["alone"], max_length=9)))
    changed = scored(folder, other)
    found, _ = run(changed, folder)
    assert changed.calls == {"alone": 2}
    new = Catalog((*list(FAMILY.values())[:2], replace(FAMILY["cross"], symmetric=True)))
    partners = scored(folder, new)
    found, _ = run(partners, folder)
    assert partners.calls == {"bi": 2, "cross": 2}  # raw scores are not kept
    known = found.sets["sick/train.tsv#aside"]
    assert known.of("alone") is None
    assert [d.versions for d in known.differences if d.question == "cross_bi"] == [
        (new["cross"].version, new["bi"].version)
    ]
    path = folder / "sick" / "train.tsv"
    path.write_text(path.read_text().replace("\n5\t", "\n4\t"))
    touched = scored(folder, new)
    found, _ = run(touched, folder)
    assert touched.calls == dict.fromkeys(new, 1)
    assert found.sets["sick/train.tsv#aside"].sha256 != known.sha256


def test_a_model_that_cannot_be_had_is_left_out(folder: Path) -> None:
    class Without(Scored):
        def score(self, key: str, pairs: Any) -> torch.Tensor:
            if key == "cross":
                raise TrainingError("Not here.")
            return super().score(key, pairs)

    found, lines = run(Without(FAMILY, scored(folder).labels), folder)
    assert sum("left out: Not here." in line for line in lines) == 2
    known = found.sets["sick/train.tsv#aside"]
    assert {d.question for d in known.differences} == {"trained_base"}


def test_the_real_models_on_forty_pairs(folder: Path, registry: Registry) -> None:
    keys = ["cosent-bi", "cosent-cross", "all-MiniLM-L6-v2"]
    found, lines = run(registry, folder, keys)
    assert len(lines) == 6
    known = found.sets["stsb_en/dev.tsv#reporting"]
    assert {d.question for d in known.differences} == {
        "cross_bi",
        "trained_base",
        "average_better",
    }
    assert known.figures[0].versions == (CATALOG["cosent-bi"].version,)
    assert found.current(CATALOG.values()) == found


@pytest.mark.skipif(not FILE.is_file(), reason="our figures have not been measured in this copy")
def test_the_shipped_figures_are_of_the_shipped_models(data_folder: Path) -> None:
    found = read_measured(FILE)
    assert found.current(CATALOG.values()) == found
    embedded = {card.key for card in CATALOG.embedded() if card.kind != "causal-lm"}
    for benchmark in BENCHMARKS:
        known = found.sets[benchmark.reporting]
        assert {f.scorer[0] for f in known.figures if len(f.scorer) == 1} >= embedded
        pairs, digest = measuring._reporting(data_folder, benchmark)
        assert (known.sha256, known.pairs) == (digest, len(pairs))


# --- what is shown --------------------------------------------------------------------------------


def figure(value: float, *scorer: str) -> Figure:
    ends = Interval(value, round(value - 0.02, 2), round(value + 0.02, 2))
    return Figure(scorer, ("",) * len(scorer), ends)


def own() -> Measured:
    """Figures as they might be."""
    gaps = [(-0.008, -0.016, -0.001), (0.004, -0.01, 0.02)]
    sets = {}
    for benchmark, ends in zip((BY_KEY["stsb_en"], BY_KEY["sick"]), gaps, strict=True):
        figures = [figure(0.86, "cosent-bi"), figure(0.85, "cosent-cross")]
        figures += [figure(0.87, "cosent-bi", "cosent-cross"), figure(0.9, "gone")]
        figures += [figure(0.7, "bge-small-zh-v1.5")]
        gap = PairedDifference("cross_bi", ("cosent-cross",), ("cosent-bi",), (), Interval(*ends))
        of_one = MeasuredSet(benchmark.reporting, "", 750, tuple(figures), (gap,))
        sets[benchmark.reporting] = of_one
    chinese = MeasuredSet(BY_KEY["lcqmc"].reporting, "", 1_002, (figure(0.4, "cosent-bi"),))
    return Measured({**sets, chinese.source: chinese}, {"date": "2026-12-01"})


def test_the_file_keeps_everything(tmp_path: Path) -> None:
    write_measured(own(), tmp_path / "m.json")
    assert read_measured(tmp_path / "m.json") == own()
    assert json.loads((tmp_path / "m.json").read_text())["sets"][0]["pairs"] == 750
    assert read_measured(tmp_path / "absent.json") == Measured()


def test_figures_of_other_versions_are_not_shown() -> None:
    assert not own().current(CATALOG.values()).sets[BY_KEY["sick"].reporting].figures


def test_ours_stand_beside_the_published_ones() -> None:
    headers, rows = beside.beside_table(own(), CATALOG, (), "en", "en")
    assert headers == ["Model", "Kind", "Pairs", "STS-B", "SICK"]
    by_model = {row[0]: row[1:] for row in rows}
    assert by_model["bge-small-en-v1.5"] == ["bi-encoder", "test set", "85.86", "–"]
    bi, cross = (CATALOG[key].title for key in ("cosent-bi", "cosent-cross"))
    assert by_model[bi] == ["bi-encoder", "our part", *["86.0 [84.0, 88.0]"] * 2]
    assert by_model[f"mean rank of {bi} + {cross}"][2] == "87.0 [85.0, 89.0]"  # type: ignore[index]
    assert rows[-1][0] == "bge-small-zh-v1.5 (does not read this language)"
    assert [row[3] for row in rows[:2]] == ["1,379", "750"]
    headers, rows = beside.beside_table(own(), CATALOG, (), "zh", "zh")
    assert rows[-1] == [
        f"{bi}（不懂这种语言）",
        "双塔",
        "我们的部分",
        *"––",
        "40.0 [38.0, 42.0]",
        *"––",
    ]
    assert rows[2][3] == "49.74"


def test_what_was_scored_joins_the_table_of_its_language() -> None:
    ends = Interval(0.435, 0.4, 0.47)
    both = [
        OnTestSet(key, "x", "<b>X</b>", "bi-encoder", count, ends)
        for key, count in (("atec", 20_000), ("bq", 99))
    ]
    _, rows = beside.beside_table(Measured(), CATALOG, both, "zh", "en")
    shown = ["43.5 [40.0, 47.0] n = 20,000", "43.5 [40.0, 47.0] n = 99", "–", "–", "–"]
    assert rows[-1] == ["<b>X</b>", "bi-encoder", "test set, here", *shown]
    assert beside.beside_table(Measured(), CATALOG, both, "en", "en")[1][-1][0] != "<b>X</b>"
    figure = beside_figure(Measured(), CATALOG, both, "zh", "en")
    assert "<b>" not in figure.to_json()
    assert figure.data[-1].x == (43.5, 43.5)


@LANGUAGES
def test_a_difference_is_called_better_only_beyond_its_interval(language: Any) -> None:
    headers, rows = beside.difference_table(own(), CATALOG, "en", language)
    assert len(headers) == 4
    bi, cross = (CATALOG[key].title for key in ("cosent-bi", "cosent-cross"))
    assert rows[0][1:] == [f"{cross} − {bi}", "▼ -0.8 [-1.6, -0.1]", "+0.4 [-1.0, +2.0]"]
    assert beside.difference_table(own(), CATALOG, "zh", language)[1] == []
    (verdict,) = beside.verdicts(own(), CATALOG, language)
    worse, noise = ("worse", "within noise") if language == "en" else ("更差", "在噪声之内")
    assert verdict.index(worse) < verdict.index(noise)
    headers, rows = beside.figure_rows(own())
    assert all(len(row) == len(headers) for row in rows)


@LANGUAGES
@pytest.mark.parametrize("sets", ["zh", "en"])
def test_the_figure_has_a_line_for_every_dot(language: Any, sets: Any) -> None:
    figure = beside_figure(own(), CATALOG, (), sets, language)
    lines = [(trace.name, y) for trace in figure.data for y in trace.y if trace.error_x.array]
    assert len({y for _, y in lines}) == len(lines) == (6 if sets == "en" else 0)
    published = [x for trace in figure.data for x in trace.x if not trace.error_x.array]
    assert len(published) == (4 if sets == "en" else 4 * 5 + 4 * 4)


def test_a_model_is_known_by_its_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "shipped", own)
    assert beside.known_figures("cosent-bi", "en") == "en 86.0"
    assert beside.known_figures("all-MiniLM-L6-v2", "en") == ""
    assert beside.known_figures("of-a-visitor", "zh") == ""


# --- test sets ------------------------------------------------------------------------------------

PAIRS = [
    ("花呗怎么还款", "花呗如何还钱", 1),
    ("借呗额度", "花呗，额度", 0),
    ("怎么 关闭", "如何关闭", 1),
]
STSB = [f"main-news\tMSRpar\t2012test\t{i:04}\t{i}.5\tone text {i}\tand another" for i in range(4)]
LAYOUTS = {
    "ATEC.test.data": "".join(f"{a}\t{b}\t{y}\n" for a, b, y in PAIRS),
    "with.tsv": "text1\ttext2\tlabel\n" + "".join(f"{a}\t{b}\t{y}\n" for a, b, y in PAIRS),
    "with.csv": "sentence1,sentence2,score\n" + "".join(f'{a},"{b}",{y}\n' for a, b, y in PAIRS),
    "lines.jsonl": "".join(
        json.dumps({"text1": a, "text2": b, "label": y}) + "\n" for a, b, y in PAIRS
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_test_sets_are_read_as_they_are(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(LAYOUTS[name], encoding="utf-8")
    found = read_test_set(BY_KEY["atec"], tmp_path / name)
    assert found.pairs == tuple((a, b) for a, b, _ in PAIRS)
    assert found.labels is not None
    assert found.labels.tolist() == [1, 0, 1]


def test_the_file_of_sts_b_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "sts-test.csv").write_text("\n".join(STSB))
    found = read_test_set(BY_KEY["stsb_en"], tmp_path / "sts-test.csv")
    assert found.pairs[1] == ("one text 1", "and another")
    assert found.labels is not None
    assert found.labels.tolist() == [0.5, 1.5, 2.5, 3.5]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("a b\tc d\ne f\tg h\n", "published.test_no_labels"),
        ("a x\tb\t1\nc\td\t1\ne\tf\t1\n", "published.test_one_label"),
        ("a x\tb\t1\nc\td\t0\n", "published.test_one_label"),
        ("a x\tb\t1\n" * 20_002, "table.too_many_rows"),
        ("a x\tb\t1\n\tc\t1\n", "pairs.empty_cell"),
    ],
)
def test_what_is_no_test_set_gets_a_sentence(content: str, key: str, tmp_path: Path) -> None:
    (tmp_path / "x.data").write_text(content)
    with pytest.raises(InputProblem) as problem:
        read_test_set(BY_KEY["bq"], tmp_path / "x.data")
    assert problem.value.key == key


def test_without_a_file_a_pinned_one_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pandas

    path, asked = tmp_path / "test.parquet", []
    frame = pandas.DataFrame(PAIRS, columns=["sentence1", "sentence2", "score"])
    frame.to_parquet(path)

    def fetch(address: str) -> Path:
        asked.append(address)
        return path

    monkeypatch.setattr(benchmarks, "fetch_hub_file", fetch)
    found = read_test_set(BY_KEY["pawsx"], None)
    assert found.pairs[0] == PAIRS[0][:2]
    assert asked == [BY_KEY["pawsx"].test_file]
    pandas.concat([frame] * 7_000).to_parquet(path)
    with pytest.raises(InputProblem) as problem:
        read_test_set(BY_KEY["pawsx"], None)
    assert problem.value.key == "table.too_many_rows"
    path.write_bytes(b"PAR1")
    with pytest.raises(InputProblem) as problem:
        read_test_set(BY_KEY["pawsx"], None)
    assert problem.value.key == "published.test_damaged"


def test_where_no_hub_is_the_file_is_asked_for() -> None:
    with pytest.raises(TrainingError, match="bring the file itself"):
        read_test_set(BY_KEY["lcqmc"], None)
    with pytest.raises(TrainingError):
        fetch_hub_file("owner/name")


def test_every_address_names_a_commit() -> None:
    for benchmark in TEST_SETS:
        assert benchmark.test_file is not None
        assert len(benchmark.test_file.rpartition("@")[2]) == 40
        assert benchmark.test_pairs > 1_000


ENGLISH = [["A cat sleeps.", "A cat is asleep."], ["A cat sleeps.", "Rates fell."]]
ENGLISH += [["A man eats.", "A man is eating food."], ["A dog runs.", "The plane lands."]]


def test_the_endpoint_measures(registry: Registry) -> None:
    models = ["cosent-bi", "cosent-cross", "all-MiniLM-L6-v2"]
    found = measured_set(registry, "stsb_en", ENGLISH, [5.0, 0.0, 4.0, 1.0], models)
    assert found["pairs"] == 4
    assert found["published_pairs"] == 1_379
    assert {"model": "bge-small-en-v1.5", "kind": "bi-encoder", "spearman": 0.8586} in found[
        "published"
    ]
    assert set(found["spearman"]) == {*models, "cosent-bi+cosent-cross"}
    assert found["spearman"]["cosent-bi"]["value"] >= 0.7
    assert {d["question"] for d in found["differences"]} >= {"cross_bi", "average_better"}
    json.dumps(found)


@pytest.mark.parametrize(
    ("name", "labels", "key"),
    [
        ("sick", [1, 2, 3, 4], "published.test_unknown"),
        ("atec", [1, 2], "evaluation.labels_list"),
        ("atec", [1, 2, 3, "x"], "pairs.bad_label"),
        ("atec", [1, 1, 1, 1], "published.test_one_label"),
    ],
)
def test_the_endpoint_says_what_is_wrong(
    registry: Registry, name: str, labels: list[Any], key: str
) -> None:
    with pytest.raises(InputProblem) as problem:
        measured_set(registry, name, ENGLISH, labels, ["cosent-bi"])
    assert problem.value.key == key


def test_the_real_catalog_has_a_family_to_compare() -> None:
    asked = comparisons_of([card for card in CATALOG.embedded() if card.kind != "causal-lm"])
    assert ("trained_base", ("cosent-bi",), ((MINILM.key,),)) in {
        (c.question, c.first, c.rivals) for c in asked
    }
