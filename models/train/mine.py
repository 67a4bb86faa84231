"""Make unlabelled pairs out of sentences and let teachers grade them.

    python -m models.train.mine --sentences train.tsv --without dev.tsv \\
        --teachers all-mpnet-base-v2 my-adapter --output silver.tsv

A cross-encoder has to learn from pairs alone what a bi-encoder's base learnt from a billion: a few
thousand graded pairs do not teach it (see BENCHMARKS.md). Pairs that teachers grade are free.

Each sentence gets one partner among its nearest, one among those farther off, every second one also
a stranger. The grade is the sum of the teachers' cosines, each brought to mean 0 and deviation 1.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.catalog import CATALOG, Catalog, ModelCard
from models.errors import ModelError
from models.registry import Registry
from models.train.labelled_pairs import read_labelled_pairs

Pair = tuple[str, str]

_NEAR, _FAR = 6, 24  # ranks of neighbours: the nearest, and those that share a topic
_ROWS_AT_ONCE = 1_000  # of the matrix of similarities


def sentences_of(sources: Sequence[str], without: Sequence[str]) -> list[str]:
    """Different sentences of labelled files, without those of others (whatever their case)."""
    held_out = {_plain(sentence) for file in without for sentence in _sentences(file)}
    found = {sentence for file in sources for sentence in _sentences(file)}
    return sorted(" ".join(s.split()) for s in found if _plain(s) not in held_out)


def _sentences(file: str) -> list[str]:
    return [sentence for pair in read_labelled_pairs(file).pairs for sentence in pair]


def mine_pairs(sentences: Sequence[str], vectors: NDArray[np.float32], seed: int) -> list[Pair]:
    """Pairs of different likeness, each once, in a random order.

    Args:
        sentences: n of them, more than `_FAR`.
        vectors: [n, d], unit length.
        seed: of the choice.
    """
    random = np.random.default_rng(seed)
    found: set[tuple[int, int]] = set()
    for start in range(0, len(sentences), _ROWS_AT_ONCE):
        similar = vectors[start : start + _ROWS_AT_ONCE] @ vectors.T  # [rows, n]
        for row, likeness in enumerate(similar):
            index = start + row
            likeness[index] = -np.inf
            nearest = np.argpartition(-likeness, _FAR)[:_FAR]
            nearest = nearest[np.argsort(-likeness[nearest])]
            partners = [random.choice(nearest[:_NEAR]), random.choice(nearest[_NEAR:])]
            if random.random() < 0.5:
                partners.append(random.integers(len(sentences)))
            found |= {(min(index, int(p)), max(index, int(p))) for p in partners if p != index}
    pairs = sorted(found)
    order = random.permutation(len(pairs))
    return [(sentences[first], sentences[second]) for first, second in (pairs[i] for i in order)]


def grade(scores: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Teachers' scores, each [n], as one grade [n]."""
    wide = [np.asarray(s, dtype=np.float64) for s in scores]
    return np.sum([(s - s.mean()) / s.std() for s in wide], axis=0)  # type: ignore[no-any-return]


def main(arguments: list[str] | None = None) -> int:
    """Mine, grade and write; 1 and one sentence where that is not possible."""
    options = _parse(arguments)
    try:
        catalog, keys = with_adapters(options.teachers)
        registry = Registry(catalog)
        sentences = sentences_of(options.sentences, options.without)
        print(f"{len(sentences):,} sentences", flush=True)
        pairs = mine_pairs(sentences, registry.embed(options.base, sentences).numpy(), options.seed)
        print(f"{len(pairs):,} pairs", flush=True)
        grades = grade([registry.score(key, pairs).numpy() for key in keys])
        registry.close()
    except ModelError as problem:
        print(problem, file=sys.stderr)
        return 1
    with options.output.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, quotechar=None)
        writer.writerow(["score", "sentence1", "sentence2"])
        writer.writerows([f"{g:.4f}", a, b] for g, (a, b) in zip(grades, pairs, strict=True))
    return 0


def with_adapters(names: Sequence[str], symmetric: bool = False) -> tuple[Catalog, list[str]]:
    """The catalog with a card for every name that is an adapter's folder, and the names' keys.

    Args:
        symmetric: whether cross-encoders among those adapters read every pair in both orders.
    """
    cards = list(CATALOG.values())
    keys = []
    for name in names:
        if name not in CATALOG and (Path(name) / "card.json").is_file():
            cards.append(_adapter_card(Path(name), symmetric))
            keys.append(cards[-1].key)
        else:
            keys.append(name)
    return Catalog(tuple(cards)), keys


def _adapter_card(folder: Path, symmetric: bool) -> ModelCard:
    facts = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    settings = facts["settings"]
    base = CATALOG[settings["base"]]
    return ModelCard(
        key=str(folder),
        kind=settings["kind"],
        title=folder.name,
        sources=base.sources,
        languages=base.languages,
        licence=base.licence,
        parameters=0,
        megabytes=0.0,
        base=base.key,
        adapter=folder,
        max_length=facts.get("max_length", base.max_length),
        prompt=facts.get("prompt"),
        symmetric=symmetric,
    )


def _plain(sentence: str) -> str:
    return " ".join(sentence.lower().split()).strip(" .!?")


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m models.train.mine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    file = "files of pairs, as `python -m models.train` reads them"
    parser.add_argument("--sentences", required=True, nargs="+", help=f"{file}, labels unused")
    parser.add_argument("--without", nargs="*", default=[], help=f"{file} whose sentences stay out")
    parser.add_argument("--teachers", required=True, nargs="+", help="keys, or adapters' folders")
    parser.add_argument("--base", default="all-MiniLM-L6-v2", help="finds the neighbours")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, required=True, help="TSV")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
