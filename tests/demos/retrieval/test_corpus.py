"""A corpus out of a file: what is read, what is set aside, and what is refused in a sentence."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import huggingface_hub
import pyarrow
import pyarrow.parquet
import pytest
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

from demos.frame.errors import InputProblem, sentence_for
from demos.retrieval import corpus as corpus_module
from demos.retrieval.corpus import (
    FEWEST,
    MAX_CHARACTERS,
    Corpus,
    columns_of,
    make_corpus,
    read_corpus,
)
from demos.retrieval.passages import PassageRule
from demos.retrieval.store import corpus_digest
from models.errors import ModelError

TEXTS = tuple(f"Where is parcel number {i}, please?" for i in range(25))
LABELS = tuple(f"intent {i % 5}" for i in range(25))
Row = dict[str, Any]


def rows(name: str = "question", label: str | None = "Intent") -> list[Row]:
    """An id, a text and a label each."""
    cells = zip(TEXTS, LABELS, strict=True)
    return [
        {"id": str(i), name: text, **({label: own} if label else {})}
        for i, (text, own) in enumerate(cells)
    ]


def write_delimited(path: Path, records: Sequence[Row], delimiter: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(records[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(records)


def write_json_lines(path: Path, records: Sequence[Row]) -> None:
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")


def write_parquet(path: Path, records: Sequence[Row]) -> None:
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(records)), path)


WRITERS: dict[str, Callable[[Path, Sequence[Row]], None]] = {
    "csv": lambda path, records: write_delimited(path, records, ","),
    "tsv": lambda path, records: write_delimited(path, records, "\t"),
    "jsonl": write_json_lines,
    "parquet": write_parquet,
}
EVERY_TABLE = pytest.mark.parametrize("ending", WRITERS)


def a_table(folder: Path, ending: str, records: Sequence[Row]) -> Path:
    path = folder / f"corpus.{ending}"
    WRITERS[ending](path, records)
    return path


def refusal(check: Callable[[], object]) -> str:
    """The key of the problem, which has a sentence in both languages."""
    with pytest.raises(InputProblem) as caught:
        check()
    english, chinese = (sentence_for(caught.value, language) for language in ("en", "zh"))
    assert english.endswith(".")
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    return caught.value.key


# --- files that are read -------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_plain_text_is_one_text_a_line(tmp_path: Path, end: str) -> None:
    path = tmp_path / "corpus.txt"
    path.write_bytes((end.join(TEXTS) + end).encode())
    corpus = read_corpus(path)
    assert corpus.texts == TEXTS
    assert corpus.labels is None
    assert corpus.title == "corpus.txt"
    assert columns_of(path) == ([], None)


def test_commas_and_tabs_of_plain_text_are_text(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(f"{text}, or\tnot" for text in TEXTS))
    assert read_corpus(path).texts[0] == f"{TEXTS[0]}, or not"


@EVERY_TABLE
def test_the_text_column_is_recognised_by_its_name(tmp_path: Path, ending: str) -> None:
    path = a_table(tmp_path, ending, rows())
    assert columns_of(path) == (["id", "question", "Intent"], "question")
    corpus = read_corpus(path)
    assert corpus.texts == TEXTS
    assert corpus.labels == LABELS


@EVERY_TABLE
def test_else_it_is_the_column_with_most_characters(tmp_path: Path, ending: str) -> None:
    path = a_table(tmp_path, ending, [{**row, "intent": "x"} for row in rows("words", None)])
    assert columns_of(path)[1] == "words"
    assert read_corpus(path).texts == TEXTS


@EVERY_TABLE
def test_another_column_can_be_chosen(tmp_path: Path, ending: str) -> None:
    records = [{**row, "other": f"other {i}"} for i, row in enumerate(rows())]
    corpus = read_corpus(a_table(tmp_path, ending, records), "other")
    assert corpus.texts == tuple(f"other {i}" for i in range(25))
    assert corpus.labels == LABELS


@EVERY_TABLE
def test_the_text_s_own_column_is_not_its_label(tmp_path: Path, ending: str) -> None:
    records = [{**row, "topic": f"topic {i}"} for i, row in enumerate(rows(label=None))]
    assert read_corpus(a_table(tmp_path, ending, records), "topic").labels is None


def test_a_table_needs_no_header(tmp_path: Path) -> None:
    path = tmp_path / "corpus.csv"
    path.write_text("\n".join(f'{i},"{text}"' for i, text in enumerate(TEXTS)))
    assert columns_of(path) == (["#1", "#2"], "#2")
    assert read_corpus(path).texts == TEXTS


def test_parquet_shows_its_text_columns_alone(tmp_path: Path) -> None:
    records = [{**row, "length": 1.5, "question": row["question"] or None} for row in rows()]
    assert columns_of(a_table(tmp_path, "parquet", records))[0] == ["id", "question", "Intent"]


def test_categories_of_parquet_are_text(tmp_path: Path) -> None:
    columns = {"text": TEXTS, "label": pyarrow.array(LABELS).dictionary_encode()}
    path = tmp_path / "corpus.parquet"
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    assert read_corpus(path).labels == LABELS


def test_missing_cells_of_parquet_are_empty_texts(tmp_path: Path) -> None:
    path = a_table(tmp_path, "parquet", [*rows(), {"id": "x", "question": None, "Intent": None}])
    assert read_corpus(path).empty == 1


# --- texts that are set aside --------------------------------------------------------------------


def test_empty_and_repeated_texts_are_counted() -> None:
    corpus = make_corpus("t", ["", *TEXTS, "  \t ", TEXTS[3], f" {TEXTS[3]}\n", TEXTS[4]])
    assert corpus.texts == TEXTS
    assert (corpus.empty, corpus.repeated, corpus.cut) == (2, 3, 0)


def test_of_a_repeated_text_the_first_label_stays() -> None:
    corpus = make_corpus("t", [*TEXTS, TEXTS[0]], [*LABELS, "another"])
    assert corpus.labels == LABELS


def test_over_long_texts_are_cut_and_counted() -> None:
    longest = "x" * MAX_CHARACTERS
    corpus = make_corpus("t", [*TEXTS, longest, "y" * (MAX_CHARACTERS + 1)])
    assert corpus.cut == 1
    assert [len(text) for text in corpus.texts[-2:]] == [MAX_CHARACTERS, MAX_CHARACTERS]


def test_half_a_character_does_not_end_a_corpus() -> None:
    """JSON can hold a lone surrogate, which no file and no tokenizer takes."""
    corpus = make_corpus("t", [*TEXTS, json.loads('"half \\ud83d of it"')], [*LABELS, "\ud83d"])
    assert corpus_digest(corpus.texts)
    assert corpus.texts[-1].encode()
    assert corpus.labels is not None
    assert corpus.labels[-1].encode()


def test_chinese_in_an_old_encoding_is_read(tmp_path: Path) -> None:
    texts = tuple(f"第{i}个包裹在哪里？" for i in range(30))
    path = tmp_path / "corpus.txt"
    path.write_bytes("\n".join(texts).encode("gb18030"))
    assert read_corpus(path).texts == texts


# --- files that are refused ----------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, FEWEST - 1])
def test_too_few_texts_are_refused(tmp_path: Path, count: int) -> None:
    path = tmp_path / "corpus.txt"
    path.write_text("\n".join(TEXTS[:count]))
    assert refusal(lambda: read_corpus(path)) == "retrieval.corpus.too_few"


def test_repeated_texts_count_once(tmp_path: Path) -> None:
    assert refusal(lambda: make_corpus("t", ["the same"] * 100)) == "retrieval.corpus.too_few"
    assert len(make_corpus("t", TEXTS[:FEWEST]).texts) == FEWEST


def test_too_many_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus_module, "MOST", 24)
    assert refusal(lambda: make_corpus("t", TEXTS)) == "retrieval.corpus.too_many"
    assert len(make_corpus("t", TEXTS[:24]).texts) == 24


@EVERY_TABLE
def test_too_many_rows_are_refused(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_table(tmp_path, ending, rows())
    monkeypatch.setattr(corpus_module, "MOST", 12)
    assert refusal(lambda: read_corpus(path)) == "table.too_many_rows"


@EVERY_TABLE
def test_an_unknown_column_is_refused(tmp_path: Path, ending: str) -> None:
    path = a_table(tmp_path, ending, rows())
    assert refusal(lambda: read_corpus(path, "absent")) == "retrieval.corpus.no_column"


def without_its_end(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def with_noise_inside(raw: bytes) -> bytes:
    return raw[:20] + bytes(255 - byte for byte in raw[20:300]) + raw[300:]


@pytest.mark.parametrize(
    "breaking", [without_its_end, with_noise_inside, lambda raw: b"no table at all"]
)
def test_broken_parquet_is_refused(tmp_path: Path, breaking: Callable[[bytes], bytes]) -> None:
    path = a_table(tmp_path, "parquet", rows())
    path.write_bytes(breaking(path.read_bytes()))
    assert refusal(lambda: read_corpus(path)) == "retrieval.corpus.bad_parquet"


def test_parquet_without_texts_is_refused(tmp_path: Path) -> None:
    path = a_table(tmp_path, "parquet", [{"number": i} for i in range(30)])
    assert refusal(lambda: columns_of(path)) == "table.empty"


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("corpus.txt", b"\x89PNG\r\n\x1a\n" + bytes(100), "table.binary"),
        ("corpus.csv", b"PK\x03\x04" + bytes(100), "table.binary"),
        ("corpus.txt", b"a\0b\0" * 50, "table.not_text"),
        ("corpus.txt", b" \n\n", "table.empty"),
        ("corpus.csv", b"", "table.empty"),
        ("corpus.txt", "naïve café\n".encode("latin-1") * 30, "table.encoding"),
        ("corpus.jsonl", b'{"text": "a"}\n{oops\n', "table.json_line"),
        ("corpus.pdf", b"%PDF", "table.ending"),
        ("corpus", b"a\nb", "table.ending"),
    ],
)
def test_what_is_no_corpus_is_refused(tmp_path: Path, name: str, content: bytes, key: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refusal(lambda: read_corpus(path)) == key


# --- the hub -------------------------------------------------------------------------------------


def read_with(monkeypatch: pytest.MonkeyPatch, download: object, address: str) -> Corpus:
    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    return read_corpus(f"hub:{address}")


def test_a_file_of_the_hub_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, asked = a_table(tmp_path, "parquet", rows()), []

    def download(*where: str, **more: object) -> str:
        asked.append((where, more))
        return str(path)

    corpus = read_with(monkeypatch, download, "owner/name/data/train.parquet@v2")
    assert corpus.texts == TEXTS
    where = ("owner/name", "data/train.parquet")
    assert asked == [(where, {"repo_type": "dataset", "revision": "v2"})]


def test_too_large_a_file_of_the_hub_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_table(tmp_path, "csv", rows())
    monkeypatch.setattr(corpus_module, "_HUB_BYTES", path.stat().st_size - 1)
    read = lambda: read_with(monkeypatch, lambda *a, **k: str(path), "o/n/f.csv")  # noqa: E731
    assert refusal(read) == "retrieval.corpus.too_large"


def unreachable(*where: str, **more: object) -> str:
    raise ConnectionError("no route")


@pytest.mark.parametrize("address", ["owner/name/file.csv", "owner/name", "a//b", ""])
def test_what_the_hub_does_not_give_is_said(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    with pytest.raises(ModelError) as caught:
        read_with(monkeypatch, unreachable, address)
    english, chinese = (sentence_for(caught.value, language) for language in ("en", "zh"))
    assert english.endswith(".")
    assert chinese != english


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (LocalEntryNotFoundError, "the hub cannot be reached"),
        (EntryNotFoundError, "There is no public file “o/n/f.csv” on the hub"),
    ],
)
def test_whether_the_hub_or_the_file_is_missing_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception], sentence: str
) -> None:
    def download(*where: str, **more: object) -> str:
        raise error("no")

    with pytest.raises(ModelError, match=sentence) as caught:
        read_with(monkeypatch, download, "o/n/f.csv")
    assert sentence_for(caught.value, "zh") != sentence_for(caught.value, "en")


# --- passages -------------------------------------------------------------------------------------


def test_passages_know_their_document_and_bear_its_label() -> None:
    texts = [f"One of {i}. Two of {i}." for i in range(15)]
    texts[3] = ""
    texts[5] = texts[4]
    labels = [f"label {i}" for i in range(15)]
    rule = PassageRule(words=3, overlap=0)
    corpus = make_corpus("Split", texts, labels, rule)
    assert corpus.texts[:4] == ("One of 0.", "Two of 0.", "One of 1.", "Two of 1.")
    assert corpus.documents == tuple(i // 2 for i in range(26))
    assert corpus.labels is not None
    assert corpus.labels[6:10] == ("label 4", "label 4", "label 6", "label 6")
    assert (corpus.document_count, corpus.empty, corpus.repeated, corpus.cut) == (13, 1, 1, 0)
    whole = make_corpus("Whole", [*texts, *(f"more {i}" for i in range(9))])
    assert whole.documents is None
    assert whole.document_count == len(whole.texts)


def test_more_of_a_long_document_is_taken_in_passages() -> None:
    long = " ".join(f"Sentence {i} goes on." for i in range(400))
    texts = [*(f"text {i}" for i in range(20)), long]
    assert len(long) > MAX_CHARACTERS
    assert make_corpus("Cut", texts).cut == 1
    assert make_corpus("Split", texts, passages=PassageRule(words=100)).cut == 0
    short = make_corpus("Short", texts, passages=PassageRule(words=100, most=3))
    assert short.cut == 1
    assert len(short.texts) == 23


def test_files_are_split_too(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("\n".join(f"One of {i}. Two of {i}." for i in range(12)), encoding="utf-8")
    corpus = read_corpus(path, passages=PassageRule(words=3, overlap=0))
    assert len(corpus.texts) == 24
    assert corpus.document_count == 12
