"""Measures the models that come with this app on pairs that chose nothing.

python -m demos.pairs.published measure DATA [FILE] [--models KEY ...] [--sets KEY ...]

DATA is a folder with `stsb_en/dev.tsv`, `sick/train.tsv`, `stsb_zh/dev.tsv` and
`pairs_zh/{atec,bq,lcqmc,pawsx}.tsv`; of each the part is taken that is ours to report
(`models.train.parts`). FILE, `measured.json` of this package if it is left out, is completed: what
it holds of these files and these versions of the models is not measured again.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path

import torch

from demos.pairs.published.benchmarks import BENCHMARKS, BY_KEY
from demos.pairs.published.measured import FILE
from demos.pairs.published.measuring import measure
from models.errors import ModelError
from models.registry import Registry


def main() -> int:
    """Read the command line and measure; 1 and one sentence where that is not possible."""
    parser = argparse.ArgumentParser(
        prog="python -m demos.pairs.published",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=("measure",))
    parser.add_argument("data", type=Path, help="folder of data")
    parser.add_argument("file", type=Path, nargs="?", default=FILE)
    parser.add_argument("--models", nargs="*", metavar="KEY", help="all embedded ones if left out")
    parser.add_argument("--sets", nargs="*", choices=tuple(BY_KEY), default=tuple(BY_KEY))
    options = parser.parse_args()
    # In single precision, so that figures do not depend on what this machine is fast at.
    registry = Registry(dtype=torch.float32)
    chosen = [benchmark for benchmark in BENCHMARKS if benchmark.key in options.sets]
    try:
        report = partial(print, flush=True)
        measure(registry, options.data, options.file, chosen, options.models, report)
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        registry.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
