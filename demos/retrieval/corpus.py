"""A corpus out of a file: one text an item, empty and repeated ones set aside and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demos.frame.errors import InputProblem
from demos.frame.tables import TABLE_ENDINGS, Table, decode, read_table
from demos.retrieval.passages import PassageRule, split
from models.hub_files import HUB_PREFIX, fetch_hub_file

ENDINGS = (*TABLE_ENDINGS, ".parquet")
FEWEST, MOST = 20, 100_000  # items
MAX_CHARACTERS = 4_000  # of one text
MAX_DOCUMENT_CHARACTERS = 60_000  # of a document that is split into passages
TEXT_NAMES = ("text", "question", "sentence", "title", "passage", "document", "content", "body")
LABEL_NAMES = ("label", "intent", "category", "class", "topic")
_HUB_BYTES = 200 << 20


@dataclass(frozen=True)
class Corpus:
    """Texts to search.

    Attributes:
        title: what people call it.
        texts: distinct, none empty, in the file's order.
        labels: one each, or None.
        empty, repeated: how many were set aside.
        cut: texts longer than what is taken, of which the beginning is here.
        documents: the document that each text is a passage of, counted from 0, where documents
            were split; labels are the document's.
    """

    title: str
    texts: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    empty: int = 0
    repeated: int = 0
    cut: int = 0
    documents: tuple[int, ...] | None = None

    @property
    def document_count(self) -> int:
        """How many texts there were before any was split."""
        return len(self.texts) if self.documents is None else len({*self.documents})


def columns_of(path: str | Path) -> tuple[list[str], str | None]:
    """A file's columns and the one that is recognised as the text; none for plain text.

    Raises:
        InputProblem: the file cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() == ".txt":
        return [], None
    table = _read(path)
    return list(table.columns), _text_column(table)


def read_corpus(
    source: str | Path, column: str | None = None, passages: PassageRule | None = None
) -> Corpus:
    """Read a corpus from TXT (one text a line), CSV, TSV, JSONL or Parquet, or from a hub data set.

    Args:
        source: a local file, or `hub:owner/name/file[@revision]`.
        column: the text's column; None recognises it by its name, else by its length.
        passages: how documents are split; None leaves them whole.

    Raises:
        InputProblem: unreadable, too few or too many texts; one sentence.
        ModelError: the hub cannot be reached.
    """
    if isinstance(source, str) and source.startswith(HUB_PREFIX):
        path = fetch_hub_file(source.removeprefix(HUB_PREFIX))
        if path.stat().st_size > _HUB_BYTES:
            raise InputProblem("retrieval.corpus.too_large", limit=_HUB_BYTES >> 20)
    else:
        path = Path(source)
    if path.suffix.lower() == ".txt":
        text, _ = decode(path.read_bytes(), path.name)
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return make_corpus(path.name, lines, None, passages)
    table = _read(path)
    column = column or _text_column(table)
    if column not in table.columns:
        raise InputProblem("retrieval.corpus.no_column", column=column)
    label = next((c for c in table.columns if c.lower() in LABEL_NAMES and c != column), None)
    labels = table.column(label) if label is not None else None
    return make_corpus(path.name, table.column(column), labels, passages)


def make_corpus(
    title: str,
    texts: Sequence[str],
    labels: Sequence[str] | None = None,
    passages: PassageRule | None = None,
) -> Corpus:
    """Set empty and repeated texts aside; of a repeated one the first stays.

    Args:
        passages: how documents are split; None leaves them whole.

    Raises:
        InputProblem: fewer texts than a search makes sense on, or more than are taken.
    """
    kept: dict[str, tuple[str, int]] = {}  # text to label and document
    empty = repeated = cut = documents = 0
    for place, raw in enumerate(texts):
        parts, whole = _parts(raw, passages)
        fresh = [part for part in parts if part not in kept]
        if not fresh:
            empty, repeated = empty + (not parts), repeated + bool(parts)
            continue
        label = _whole(labels[place]).strip() if labels is not None else ""
        kept |= dict.fromkeys(fresh, (label, documents))
        documents, cut = documents + 1, cut + (not whole)
    if len(kept) < FEWEST:
        raise InputProblem("retrieval.corpus.too_few", count=len(kept), fewest=FEWEST)
    if len(kept) > MOST:
        raise InputProblem("retrieval.corpus.too_many", count=len(kept), most=MOST)
    own_labels, numbers = zip(*kept.values(), strict=True)
    return Corpus(
        title,
        tuple(kept),
        own_labels if labels is not None else None,
        empty,
        repeated,
        cut,
        numbers if passages is not None else None,
    )


def _parts(raw: str, passages: PassageRule | None) -> tuple[list[str], bool]:
    """What is searched of a document, none if it is empty, and whether that is all of it."""
    text = " ".join(_whole(raw).split())
    if passages is None:
        return [text[:MAX_CHARACTERS]] if text else [], len(text) <= MAX_CHARACTERS
    parts, whole = split(text[:MAX_DOCUMENT_CHARACTERS], passages)
    return parts, whole and len(text) <= MAX_DOCUMENT_CHARACTERS


def _whole(text: str) -> str:
    """Without halves of characters (lone surrogates), which JSON can hold and no file takes."""
    return text.encode(errors="replace").decode()


def _read(path: Path) -> Table:
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    if path.suffix.lower() not in ENDINGS:
        raise InputProblem("table.ending", name=path.name, endings=", ".join(ENDINGS))
    return read_table(path, (*TEXT_NAMES, *LABEL_NAMES), 2 * MOST)


def _read_parquet(path: Path) -> Table:
    """The text columns of a Parquet file."""
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
            names = [f.name for f in schema if _is_text(pyarrow, f.type)]
            if rows > 2 * MOST:
                raise InputProblem("table.too_many_rows", rows=rows, limit=2 * MOST)
            if not names or not rows:
                raise InputProblem("table.empty", name=path.name)
            table = file.read(columns=names)
    except (OSError, pyarrow.ArrowException):
        raise InputProblem("retrieval.corpus.bad_parquet", name=path.name) from None
    columns = [[cell or "" for cell in table[name].to_pylist()] for name in names]
    return Table(tuple(names), tuple(zip(*columns, strict=True)), True, "Parquet", "Parquet")


def _is_text(pyarrow: object, kind: object) -> bool:
    types = pyarrow.types  # type: ignore[attr-defined]
    if types.is_dictionary(kind):  # categories
        kind = kind.value_type  # type: ignore[attr-defined]
    return bool(types.is_string(kind) or types.is_large_string(kind))


def _text_column(table: Table) -> str:
    """By its name; else the column with most characters."""
    for name in TEXT_NAMES:
        for column in table.columns:
            if column.lower() == name:
                return column
    lengths = {c: sum(map(len, table.column(c)[:200])) for c in table.columns}
    return max(lengths, key=lengths.__getitem__)
