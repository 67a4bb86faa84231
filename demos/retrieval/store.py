"""A corpus and its index on disk, and back.

A folder with

    index.json           format, title, models and their versions, digests, the prior
    texts.parquet        the texts, and what labels them
    tensors.safetensors  item vectors (float16), anchor scores, anchor vectors, CUR item vectors

Parquet and safetensors rather than a vector database: an index is written once and read as a
whole, the scan wants one dense matrix, both formats are dependencies already, neither can carry
code, and a folder of three files is easily taken along. Files are written under another name and
renamed, index.json last: a folder without it is no index.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from demos.frame.errors import InputProblem
from demos.retrieval.belief import BeliefIndex, Prior, lay_out
from demos.retrieval.search import Index
from models.catalog import ModelCard

FORMAT = 1
DESCRIPTION, TEXTS, TENSORS = "index.json", "texts.parquet", "tensors.safetensors"


@dataclass(frozen=True)
class ModelVersion:
    """A model's key and the version of what it computes (`ModelCard.version`)."""

    key: str
    version: str

    @classmethod
    def of(cls, card: ModelCard) -> ModelVersion:
        """That of a model as it is now."""
        return cls(card.key, card.version)


@dataclass(frozen=True)
class StoredIndex:
    """A corpus with its index, in memory; tensors on the CPU.

    Attributes:
        key: its address among the indexes of this machine (`address`).
        title: what people call the corpus.
        texts: the items, distinct.
        labels: what each item is labelled with, or None.
        anchor_texts: the anchor queries.
        bi_encoder, cross_encoder: the models it was made with.
        index: vectors and anchor scores.
        belief: features and prior of BayesCUR.
        documents: the document that each item is a passage of, or None: see `Corpus`.
    """

    key: str
    title: str
    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    anchor_texts: tuple[str, ...]
    bi_encoder: ModelVersion
    cross_encoder: ModelVersion
    index: Index
    belief: BeliefIndex
    documents: tuple[int, ...] | None = None

    @property
    def size(self) -> int:
        return len(self.texts)

    @functools.cached_property
    def document_of(self) -> NDArray[np.int64]:
        """The document of each item [n]: itself where documents were not split."""
        return np.array(range(self.size) if self.documents is None else self.documents)


@dataclass(frozen=True)
class HeldOut:
    """Queries whose exact scores of all items are known: the truth to measure against.

    Attributes:
        texts: the queries [q].
        labels: the label of the items that answer each, or None.
        vectors: unit bi-encoder vectors [q, d].
        exact: cross-encoder scores [q, n].
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None
    vectors: Tensor
    exact: NDArray[np.float32]

    def relevance(self, item_labels: Sequence[str] | None) -> NDArray[np.float32] | None:
        """Grades [q, n]: 1 where the labels agree; None where there are none."""
        if self.labels is None or item_labels is None:
            return None
        items = np.array(item_labels)
        grades: NDArray[np.float32] = (np.array(self.labels)[:, None] == items).astype(np.float32)
        return grades


def corpus_digest(texts: Sequence[str]) -> str:
    """A name for exactly these texts in this order."""
    digest = hashlib.sha256()
    for text in texts:
        raw = text.encode()
        digest.update(len(raw).to_bytes(8, "little") + raw)
    return digest.hexdigest()


def address(
    texts: Sequence[str],
    anchors: Sequence[str],
    bi: ModelVersion,
    cross: ModelVersion,
    documents: Sequence[int] | None = None,
) -> str:
    """Where an index of this corpus by these models and anchors belongs, whoever builds it.

    Args:
        texts, documents: as in `StoredIndex`.
        anchors: the anchor queries, or what says how they are chosen.
    """
    parts = [corpus_digest(texts), corpus_digest(anchors), repr(bi), repr(cross), str(FORMAT)]
    if documents is not None:
        parts.append(repr(tuple(documents)))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def save(stored: StoredIndex, folder: Path) -> None:
    """Write an index into a folder, which is made."""
    import pyarrow
    import pyarrow.parquet
    from safetensors.torch import save as to_bytes

    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESCRIPTION).unlink(missing_ok=True)  # no index until all of it is there
    columns: dict[str, list[Any]] = {"text": list(stored.texts)}
    if stored.labels is not None:
        columns["label"] = list(stored.labels)
    if stored.documents is not None:
        columns["document"] = list(stored.documents)
    buffer = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(pyarrow.table(columns), buffer, compression="zstd")
    index, belief = stored.index, stored.belief
    tensors = {
        "item_vectors": index.item_vectors.to(torch.float16),
        "anchor_scores": index.anchor_scores.to(torch.float32),
        "anchor_vectors": index.anchor_vectors.to(torch.float32),
        "own_items": index.own_items,
        "mean_scores": belief.mean,
        "cur_vectors": belief.cur_vectors,
    }
    files = {
        TEXTS: buffer.getvalue().to_pybytes(),
        TENSORS: to_bytes({name: tensor.contiguous() for name, tensor in tensors.items()}),
    }
    for name, content in files.items():
        write_whole(folder / name, content)
    description = {
        "format": FORMAT,
        "key": stored.key,
        "title": stored.title,
        "items": stored.size,
        "corpus": corpus_digest(stored.texts),
        "bi_encoder": dataclasses.asdict(stored.bi_encoder),
        "cross_encoder": dataclasses.asdict(stored.cross_encoder),
        "anchor_texts": list(stored.anchor_texts),
        "prior": dataclasses.asdict(belief.prior),
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    description["digest"] = _digest(description)
    write_whole(folder / DESCRIPTION, json.dumps(description, indent=1).encode())


def load(folder: Path) -> StoredIndex:
    """Read an index.

    Raises:
        InputProblem: there is none, it is damaged, or of another version; the sentence says which.
    """
    from safetensors.torch import load as from_bytes

    try:
        description = json.loads((folder / DESCRIPTION).read_bytes())
        files = {name: (folder / name).read_bytes() for name in (TEXTS, TENSORS)}
    except (OSError, ValueError):
        raise InputProblem("retrieval.index.absent") from None
    if not isinstance(description, dict):
        raise InputProblem("retrieval.index.damaged", file=DESCRIPTION)
    if description.get("format") != FORMAT:
        raise InputProblem("retrieval.index.format", found=description.get("format"), wanted=FORMAT)
    if description.pop("digest", None) != _digest(description):
        raise InputProblem("retrieval.index.damaged", file=DESCRIPTION)
    for name, content in files.items():
        if hashlib.sha256(content).hexdigest() != description["sha256"].get(name):
            raise InputProblem("retrieval.index.damaged", file=name)
    try:
        columns = _columns(files[TEXTS])
        return _assembled(description, columns, from_bytes(files[TENSORS]))
    except InputProblem:
        raise
    except Exception:  # fields, columns or shapes that no version of ours writes
        raise InputProblem("retrieval.index.damaged", file=DESCRIPTION) from None


def _digest(description: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()


def _columns(raw: bytes) -> dict[str, tuple[Any, ...]]:
    """The columns of the texts' table by their names."""
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(pyarrow.BufferReader(raw))
    return {name: tuple(table[name].to_pylist()) for name in table.column_names}


def _assembled(
    description: dict[str, Any],
    columns: dict[str, tuple[Any, ...]],
    tensors: dict[str, Tensor],
) -> StoredIndex:
    texts = columns["text"]
    if corpus_digest(texts) != description["corpus"]:
        raise InputProblem("retrieval.index.damaged", file=TEXTS)
    index = Index(
        tensors["item_vectors"].to(torch.float32),  # [n, d]
        tensors["anchor_scores"],  # [k_q, n]
        tensors["anchor_vectors"],  # [k_q, d]
        tensors["own_items"],  # [k_q]
    )
    if not len(index.item_vectors) == len(texts) == index.anchor_scores.shape[1]:
        raise InputProblem("retrieval.index.damaged", file=TENSORS)
    prior = Prior(**description["prior"])
    belief = lay_out(tensors["mean_scores"], tensors["cur_vectors"], index.item_vectors, prior)
    return StoredIndex(
        description["key"],
        description["title"],
        texts,
        columns.get("label"),
        tuple(description["anchor_texts"]),
        ModelVersion(**description["bi_encoder"]),
        ModelVersion(**description["cross_encoder"]),
        index,
        belief,
        columns.get("document"),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is either absent or complete, whenever the process is killed."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def save_held_out(held: HeldOut, path: Path) -> None:
    """Write held-out queries with their exact scores (float16: a hundredth of a score's spread is
    its model's own rounding)."""
    from safetensors.torch import save as to_bytes

    meta = {"texts": json.dumps(held.texts), "labels": json.dumps(held.labels)}
    tensors = {
        "vectors": held.vectors.to(torch.float16).contiguous(),
        "exact": torch.from_numpy(held.exact).to(torch.float16).contiguous(),
    }
    write_whole(path, to_bytes(tensors, meta))


def load_held_out(path: Path) -> HeldOut:
    """Read what `save_held_out` wrote.

    Raises:
        InputProblem: it is not there, or damaged.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            meta = file.metadata()
            vectors = file.get_tensor("vectors").to(torch.float32)
            exact = file.get_tensor("exact").to(torch.float32).numpy()
        texts, labels = json.loads(meta["texts"]), json.loads(meta["labels"])
    except OSError:
        raise InputProblem("retrieval.index.absent") from None
    except (SafetensorError, ValueError, KeyError, TypeError):
        raise InputProblem("retrieval.index.damaged", file=path.name) from None
    return HeldOut(tuple(texts), tuple(labels) if labels is not None else None, vectors, exact)
