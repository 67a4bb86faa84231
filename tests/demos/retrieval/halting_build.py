"""A build that stops computing half-way and waits to be killed: see test_building.

    python -m tests.demos.retrieval.halting_build FOLDER CALLS

It writes a line once CALLS pairs have been scored.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any, cast

from demos.retrieval import building
from demos.retrieval.building import Builder, make_plan
from demos.retrieval.corpus import Corpus
from tests.demos.retrieval.fakes import CountingRegistry

TEXTS_A_BLOCK, PAIRS_A_BLOCK = 8, 10
CORPUS = Corpus("Numbers", tuple(f"text number {i}" for i in range(24)))
ANCHORS = 4
CALLS = ANCHORS * len(CORPUS.texts)


def main(folder: str, most: str) -> None:
    """Build until `most` pairs have been scored."""
    building._TEXTS_A_BLOCK, building._PAIRS_A_BLOCK = TEXTS_A_BLOCK, PAIRS_A_BLOCK

    def halt() -> None:
        if registry.scored.total() >= int(most):
            print(registry.scored.total(), flush=True)
            time.sleep(600)

    registry = cast(Any, CountingRegistry(halt))
    root = Path(folder)
    for _ in Builder(registry, root).build(make_plan(registry, root, CORPUS, ANCHORS)):
        pass


if __name__ == "__main__":
    main(*sys.argv[1:])
