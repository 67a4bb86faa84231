"""The sets of pairs that figures are published of, and the parts of them that are ours to report.

Test sets are not part of this app: a visitor brings the file, or it is fetched from the hub. What
we measure ourselves are parts of development sets (and of SICK's training set, kept aside) that
chose nothing of any model (`models.train.parts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow
import pyarrow.parquet

from demos.frame.errors import InputProblem
from demos.pairs import pair_set
from demos.pairs.pair_set import PairSet
from models.hub_files import fetch_hub_file
from models.train.labelled_pairs import read_labelled_pairs

SetLanguage = Literal["zh", "en"]

MAX_PAIRS = 20_000  # of a test set: ATEC has as many
_FEWEST = 3  # pairs that have a correlation
_HUB_BYTES = 20 << 20  # unpacked; the largest of these sets has 1.4 MB


@dataclass(frozen=True)
class Benchmark:
    """A set of labelled pairs.

    Attributes:
        key, title: in requests, and in tables.
        language: of its sentences.
        reporting: where in a folder of data our part lies.
        test_pairs: how many its test set has, of which the published figures are.
        test_file: the test set's file on the hub, at a pinned revision; None if there is none.
    """

    key: str
    title: str
    language: SetLanguage
    reporting: str
    test_pairs: int = 0
    test_file: str | None = None


def _c_mteb(name: str, digest: str, revision: str) -> str:
    """The test set that C-MTEB took over from shibing624/nli_zh, which the posts use too."""
    return f"C-MTEB/{name}/data/test-00000-of-00001-{digest}.parquet@{revision}"


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark(
        *("atec", "ATEC", "zh", "pairs_zh/atec.tsv#reporting", 20_000),
        _c_mteb("ATEC", "4628426553e5fece", "0f319b1142f28d00e055a6770f3f726ae9b7d865"),
    ),
    Benchmark(
        *("bq", "BQ", "zh", "pairs_zh/bq.tsv#reporting", 10_000),
        _c_mteb("BQ", "27441f0c8fdc9664", "e3dda5e115e487b39ec7e618c0c6a29137052a55"),
    ),
    Benchmark(
        *("lcqmc", "LCQMC", "zh", "pairs_zh/lcqmc.tsv#reporting", 12_500),
        _c_mteb("LCQMC", "cb3f2553acbb3663", "17f9b096f80380fce5ed12a9be8be7784b337daf"),
    ),
    Benchmark(
        *("pawsx", "PAWSX", "zh", "pairs_zh/pawsx.tsv#reporting", 2_000),
        _c_mteb("PAWSX", "fa3b9e11138b9da4", "9c6a90e430ac22b5779fb019a23e820b11a8b5e1"),
    ),
    Benchmark(
        *("stsb_zh", "STS-B", "zh", "stsb_zh/dev.tsv#reporting", 1_361),
        _c_mteb("STSB", "8599d9428e96fe39", "0cde68302b3541bb8b3c340dc0644b0b745b3dc0"),
    ),
    Benchmark(
        *("stsb_en", "STS-B", "en", "stsb_en/dev.tsv#reporting", 1_379),
        "sentence-transformers/stsb/data/test-00000-of-00001.parquet"
        "@ab7a5ac0e35aa22088bdcf23e7fd99b220e53308",
    ),
    Benchmark("sick", "SICK", "en", "sick/train.tsv#aside"),
)
TRAINED = (  # what our models were trained on, in the same folder of data
    *("stsb_en/train.tsv", "sick/train.tsv#training", "stsb_zh/train.tsv"),
    *("pairs_zh/atec_train.tsv", "pairs_zh/bq_train.tsv", "pairs_zh/lcqmc_train.tsv"),
)
BY_KEY = {benchmark.key: benchmark for benchmark in BENCHMARKS}
TEST_SETS = tuple(benchmark for benchmark in BENCHMARKS if benchmark.test_file is not None)


def of_language(language: SetLanguage) -> tuple[Benchmark, ...]:
    """The sets whose sentences are in this language."""
    return tuple(benchmark for benchmark in BENCHMARKS if benchmark.language == language)


def check_benchmark(key: object) -> Benchmark:
    """The test set of a key. Raises InputProblem for another."""
    for benchmark in TEST_SETS:
        if benchmark.key == key:
            return benchmark
    names = ", ".join(benchmark.key for benchmark in TEST_SETS)
    raise InputProblem("published.test_unknown", name=str(key)[:40], names=names)


def read_test_set(benchmark: Benchmark, path: str | Path | None) -> PairSet:
    """Labelled pairs of a file that a visitor brought, or, without one, of the hub.

    Files are read as they are published (`text`, tab, `text`, tab, `label`, no header; any ending
    that `pair_set` takes), and with a header, or commas, too.

    Raises:
        InputProblem: unreadable, no labels, all of them equal, too few or too many pairs.
        ModelError: the hub cannot be reached, or its file cannot be read.
    """
    rows, name = _file_rows(str(path)) if path is not None else _hub_rows(benchmark)
    found = pair_set.check_rows(rows, MAX_PAIRS)
    if found.labels is None:
        raise InputProblem("published.test_no_labels", name=name)
    check_test_labels(found.labels.tolist(), name)
    return found


def check_test_labels(labels: list[float], name: str) -> None:
    """Labels that scores can be correlated with. Raises InputProblem."""
    if len(labels) < _FEWEST or np.ptp(labels) == 0:
        raise InputProblem("published.test_one_label", name=name, fewest=_FEWEST)


def _file_rows(path: str) -> tuple[list[list[str]], str]:
    table = pair_set.read_pairs_file(path, limit=MAX_PAIRS)
    return pair_set.select_rows(table, pair_set.guess_columns(table)), path.rsplit("/", 1)[-1]


def _hub_rows(benchmark: Benchmark) -> tuple[list[list[object]], str]:
    assert benchmark.test_file is not None  # it is one of TEST_SETS
    path = fetch_hub_file(benchmark.test_file)
    _check_size(path)
    found = read_labelled_pairs(path)
    pairs = zip(found.pairs, found.labels.tolist(), strict=True)
    return [[a, b, label] for (a, b), label in pairs], path.name


def _check_size(path: Path) -> None:
    """A Parquet file can unpack to far more than its own size."""
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            about = file.metadata
            size = sum(about.row_group(i).total_byte_size for i in range(about.num_row_groups))
    except (OSError, pyarrow.ArrowException):
        raise InputProblem("published.test_damaged", name=path.name) from None
    if about.num_rows > MAX_PAIRS:
        raise InputProblem("table.too_many_rows", rows=about.num_rows, limit=MAX_PAIRS)
    if size > _HUB_BYTES:
        raise InputProblem("table.bomb", name=path.name, megabytes=size >> 20)
