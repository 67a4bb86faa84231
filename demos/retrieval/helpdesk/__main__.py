"""Makes the bundled index and the held-out truth: `python -m demos.retrieval.helpdesk`.

About 350,000 cross-encoder calls; a killed run goes on where it was. Build it anew whenever the
corpus or one of the two models changes: a test says so.
"""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
from pathlib import Path

import numpy as np

from demos.retrieval import helpdesk
from demos.retrieval.building import Builder, make_plan
from demos.retrieval.corpus import Corpus
from demos.retrieval.store import HeldOut, load, save, save_held_out
from models.registry import Registry

ANCHORS = 50
_QUERIES_AT_ONCE = 8


def main() -> None:
    """Build, and write the two into this package's folder."""
    registry = Registry()
    root = Path(tempfile.gettempdir()) / "kexue-lab-helpdesk"
    corpus = Corpus("Help desk", *helpdesk.read_corpus())
    plan = make_plan(registry, root, corpus, ANCHORS)
    for step in Builder(registry, root).build(plan):
        print(f"\r{step.part}: {step.progress.done:,} of {step.progress.total:,}", end="")
    shutil.rmtree(helpdesk.INDEX, ignore_errors=True)
    save(dataclasses.replace(load(plan.folder), key=helpdesk.KEY), helpdesk.INDEX)
    save_held_out(_held_out(registry, corpus), helpdesk.HELD_OUT)
    registry.close()


def _held_out(registry: Registry, corpus: Corpus) -> HeldOut:
    index = load(helpdesk.INDEX)
    queries, labels = helpdesk.read_queries()
    rows = []
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        part = queries[start : start + _QUERIES_AT_ONCE]
        pairs = [(query, text) for query in part for text in corpus.texts]
        scores = registry.score(index.cross_encoder.key, pairs).numpy()
        rows.append(scores.reshape(len(part), -1))  # [8, n]
        print(f"\rheld out: {start + len(part)} of {len(queries)} queries", end="")
    vectors = registry.embed(index.bi_encoder.key, queries)  # [q, d]
    return HeldOut(queries, labels, vectors, np.concatenate(rows))


if __name__ == "__main__":
    main()
