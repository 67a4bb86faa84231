"""Makes a bundled index and its held-out truth: `python -m demos.retrieval.helpdesk helpdesk-zh`.

About 350,000 cross-encoder calls in English and 100,000 in Chinese; a killed run resumes its index.
Build it anew whenever the corpus or one of its two models changes: a test says so.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import tempfile
from pathlib import Path

import numpy as np

from demos.retrieval.building import Builder, make_plan
from demos.retrieval.corpus import Corpus
from demos.retrieval.helpdesk import CORPORA, BundledCorpus
from demos.retrieval.store import HeldOut, load, save, save_held_out
from models.registry import Registry

ANCHORS = 50
_QUERIES_AT_ONCE = 8


def main() -> None:
    """Build what the command line names, and write it into the corpus's folder."""
    bundled = {each.key: each for each in CORPORA}
    parser = argparse.ArgumentParser("demos.retrieval.helpdesk", description=__doc__)
    parser.add_argument("corpus", choices=[*bundled], nargs="+")
    chosen = parser.parse_args().corpus
    registry = Registry()
    for key in chosen:
        build(registry, bundled[key], Path(tempfile.gettempdir()) / "kexue-lab-helpdesk")
    registry.close()


def build(registry: Registry, bundled: BundledCorpus, root: Path) -> None:
    """Build the index and the held-out scores.

    Args:
        registry: which has the corpus's models.
        bundled: where texts are read and results are written.
        root: a folder for what a killed run resumes from.
    """
    corpus = Corpus(bundled.title, *bundled.read_corpus())
    models = bundled.bi_encoder, bundled.cross_encoder
    plan = make_plan(registry, root, corpus, ANCHORS, *models)
    for step in Builder(registry, root).build(plan):
        print(f"\r{step.part}: {step.progress.done:,} of {step.progress.total:,}", end="")
    held_out = _held_out(registry, bundled, corpus)
    shutil.rmtree(bundled.index, ignore_errors=True)
    save(dataclasses.replace(load(plan.folder), key=bundled.key), bundled.index)
    save_held_out(held_out, bundled.held_out)


def _held_out(registry: Registry, bundled: BundledCorpus, corpus: Corpus) -> HeldOut:
    queries, labels = bundled.read_queries()
    rows = []
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        part = queries[start : start + _QUERIES_AT_ONCE]
        pairs = [(query, text) for query in part for text in corpus.texts]
        scores = registry.score(bundled.cross_encoder, pairs).numpy()
        rows.append(scores.reshape(len(part), -1))  # [8, n]
        print(f"\rheld out: {start + len(part)} of {len(queries)} queries", end="")
    vectors = registry.embed(bundled.bi_encoder, queries)  # [q, d]
    return HeldOut(queries, labels, vectors, np.concatenate(rows))


if __name__ == "__main__":
    main()
