from pathlib import Path

import pytest

from demos.frame.errors import InputProblem
from demos.frame.tables import Table, decode, parse_delimited, read_table

NAMES = ("sentence1", "sentence2", "label")


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(folder: Path, name: str, content: bytes | str) -> Table:
    return read_table(write(folder, name, content), NAMES, 100)


def test_csv_with_quotes_and_line_breaks(tmp_path: Path) -> None:
    table = read(tmp_path, "a.csv", 'sentence1,sentence2\n"one, ""two""","a\nb"\n')
    assert table.columns == ("sentence1", "sentence2")
    assert table.rows == (('one, "two"', "a\nb"),)


def test_tsv_keeps_lone_quotation_marks(tmp_path: Path) -> None:
    table = read(tmp_path, "a.tsv", 'He said "no\tand left"\n"quoted"\tplain\n')
    assert table.rows == (('He said "no', 'and left"'), ("quoted", "plain"))
    assert not table.header


def test_marks_inside_a_sentence_do_not_break_the_row(tmp_path: Path) -> None:
    assert read(tmp_path, "a.tsv", "x\u2028y\u0085\tz\r\n").rows == (("x\u2028y\u0085", "z"),)
    assert read(tmp_path, "a.jsonl", '{"a": "x\u2028y", "b": "z"}\n').rows == (("x\u2028y", "z"),)


def test_semicolons_and_a_header(tmp_path: Path) -> None:
    table = read(tmp_path, "a.csv", "Sentence1;Sentence2;Label\na;b;1\n")
    assert table.columns == ("Sentence1", "Sentence2", "Label")
    assert table.column("Label") == ["1"]


def test_a_word_over_numbers_is_a_header() -> None:
    table = parse_delimited("left,right,grade\na,b,1\nc,d,nan\n", NAMES, 10)
    assert table.columns == ("left", "right", "grade")
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    "text",
    [
        "a,b,2\nc,d,1\ne,f,3\n",
        "a,b,nan\nc,d,1\ne,f,3\n",
        "a,b,N/A\nc,d,1\ne,f,3\n",
        "a,b,\nc,d,1\ne,f,3\n",
        "a,b,good\nc,d,1\n",
        "a,b,good\nc,d,1\ne,f,\n",
        "word,b,c\n1,d,e\n2,f,g\n",
    ],
)
def test_a_pair_is_not_taken_for_a_header(text: str) -> None:
    assert not parse_delimited(text, NAMES, 10).header


def test_a_visitor_says_whether_there_is_a_header(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", "one,two\nthree,four\n")
    assert read_table(path, NAMES, 100).columns == ("#1", "#2")
    table = read_table(path, NAMES, 100, header=True)
    assert (table.columns, table.rows) == (("one", "two"), (("three", "four"),))
    path = write(tmp_path, "b.csv", "sentence1,sentence2\na,b\n")
    table = read_table(path, NAMES, 100, header=False)
    assert (table.columns, len(table.rows), table.header) == (("#1", "#2"), 2, False)
    with pytest.raises(InputProblem) as problem:
        read_table(write(tmp_path, "c.csv", "a,b\n"), NAMES, 100, header=True)
    assert problem.value.key == "table.empty"


@pytest.mark.parametrize("header", [None, True, False])
def test_json_lines_name_their_columns_themselves(tmp_path: Path, header: bool | None) -> None:
    table = read_table(write(tmp_path, "a.jsonl", '{"x": 1, "y": 2}\n'), NAMES, 100, header)
    assert (table.columns, len(table.rows), table.delimited) == (("x", "y"), 1, False)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("well, yes;no\nI came, I saw, I won;no\n", ("well, yes", "no")),
        ("well; yes,no\nI came; I saw; I won,no\n", ("well; yes", "no")),
        ("a,b;c\nd,e;f\n", ("a", "b;c")),
        ('"one, two, three";b\n"c, d";e\n', ("one, two, three", "b")),
        ("a,b;\nd,e,f;\n", ("a,b", "")),
    ],
)
def test_of_commas_and_semicolons_the_even_one(text: str, first: tuple[str, ...]) -> None:
    assert parse_delimited(text, NAMES, 10).rows[0] == first


def test_an_open_quotation_mark_does_not_turn_commas_into_semicolons() -> None:
    with pytest.raises(InputProblem) as problem:
        parse_delimited('a,"b;c\n', NAMES, 10)
    assert problem.value.key == "table.quotes"


def test_json_lines(tmp_path: Path) -> None:
    table = read(tmp_path, "a.jsonl", '{"sentence1": "a", "label": 1}\n\n{"sentence2": "b"}\n')
    assert table.columns == ("sentence1", "label", "sentence2")
    assert table.rows == (("a", "1", ""), ("", "", "b"))
    assert read(tmp_path, "b.jsonl", '["a", "b"]\n').rows == (("a", "b"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_that_people_have(tmp_path: Path, encoding: str) -> None:
    table = read(tmp_path, "a.csv", "今天天气很好,今天是晴天\n".encode(encoding))
    assert table.rows == (("今天天气很好", "今天是晴天"),)


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.csv", b"", "table.empty"),
        ("a.csv", b"  \n \n", "table.empty"),
        ("a.csv", "sentence1,sentence2\n", "table.empty"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(50), "table.binary"),
        ("a.csv", b"PK\x03\x04" + bytes(50), "table.binary"),
        ("a.csv", b"ab\x00cd", "table.not_text"),
        ("a.csv", "caf\u00e9 \u00fcber,stra\u00dfe\n".encode("latin-1"), "table.encoding"),
        ("a.csv", b"\xff\xfea", "table.encoding"),
        ("a.csv", 'a,"b\nc,d\n', "table.quotes"),
        ("a.jsonl", "not json\n", "table.json_line"),
        ("a.jsonl", '"text"\n', "table.json_line"),
        ("a.exe", b"MZ", "table.ending"),
        ("a.csv", "a,b\n" * 101, "table.too_many_rows"),
        ("a.jsonl", '{"a": 1}\n' * 101, "table.too_many_rows"),
        ("a.csv", "a,b\n" * 50 + "x," * 6_000, "table.too_many_columns"),
        ("a.jsonl", "{}\n", "table.empty"),
        ("a.jsonl", "[]\n[]\n", "table.empty"),
        ("a.jsonl", '{"a": ' + "9" * 5_000 + "}\n", "table.json_line"),
    ],
)
def test_bad_files_get_a_sentence(
    tmp_path: Path, name: str, content: bytes | str, key: str
) -> None:
    with pytest.raises(InputProblem) as problem:
        read(tmp_path, name, content)
    assert problem.value.key == key
    for language in ("en", "zh"):
        assert problem.value.sentence(language)  # type: ignore[arg-type]


def test_deeply_nested_json_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputProblem):
        read(tmp_path, "a.jsonl", "[" * 100_000)


def test_repeated_and_unnamed_columns_stay_apart() -> None:
    table = parse_delimited("label,label,\n1,2,3\n", NAMES, 10)
    assert len(set(table.columns)) == 3


def test_decode_says_the_encoding() -> None:
    assert decode(b"abc", "x")[1] == "UTF-8"
