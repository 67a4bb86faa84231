import pytest

from demos.frame.errors import InputProblem
from demos.frame.tables import parse_delimited
from demos.pairs.pair_set import (
    KNOWN_NAMES,
    MAX_CHARACTERS,
    Columns,
    check_rows,
    guess_columns,
    read_pasted,
    select_rows,
)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("score\tsentence1\tsentence2\n5\ta\tb\n", ("sentence1", "sentence2", "score")),
        ("Premise,Hypothesis\na,b\n", ("Premise", "Hypothesis", None)),
        ("a b\tc d\t3\ne\tf\t4\n", ("#1", "#2", "#3")),
        ("3\ta b\tc d\n4\te\tf\n", ("#2", "#3", "#1")),
        ("one\ttwo\n", ("#1", "#2", None)),
        ("1\t2\n3\t4\n", ("#1", "#2", None)),
        ("id,query,passage,label\n1,a,b,0\n", ("query", "passage", "label")),
        ("句子1,句子2,标签\n甲,乙,1\n", ("句子1", "句子2", "标签")),
        ("text,score,other\nx,1,y\n", ("text", "other", "score")),
    ],
)
def test_columns_are_recognised(text: str, columns: tuple[str, str, str | None]) -> None:
    table = parse_delimited(text, KNOWN_NAMES, 100)
    assert guess_columns(table) == Columns(*columns)


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([], "pairs.no_pairs"),
        ([["", "", ""], ["  ", "", None]], "pairs.no_pairs"),
        ([["a", "", ""]], "pairs.empty_cell"),
        ([["a", "b", ""], [" ", "b", ""]], "pairs.empty_cell"),
        ([["a", "x" * (MAX_CHARACTERS + 1), ""]], "pairs.too_long"),
        ([["a", "b", "NaN"]], "pairs.bad_label"),
        ([["a", "b", "inf"]], "pairs.bad_label"),
        ([["a", "b", "good"]], "pairs.bad_label"),
        ([["a", "b", "1"], ["c", "d", ""]], "pairs.missing_label"),
        ([["a", "b", ""]] * 11, "table.too_many_rows"),
    ],
)
def test_bad_rows_get_a_sentence(rows: list[list[str]], key: str) -> None:
    with pytest.raises(InputProblem) as problem:
        check_rows(rows, limit=10)
    assert problem.value.key == key


def test_blank_rows_are_passed_over_and_rows_keep_their_number() -> None:
    assert check_rows([["a", "b", ""], ["", "", ""], ["c", "d", ""]]).pairs == (
        ("a", "b"),
        ("c", "d"),
    )
    with pytest.raises(InputProblem, match="Row 3"):
        check_rows([["a", "b", ""], ["", "", ""], ["c", "", ""]])


def test_labels_are_all_or_none() -> None:
    assert check_rows([["a", "b", ""]]).labels is None
    labels = check_rows([["a", "b", 5], ["c", "d", "0.5"]]).labels
    assert labels is not None
    assert labels.tolist() == [5.0, 0.5]


def test_one_column_and_twice_the_same() -> None:
    with pytest.raises(InputProblem) as problem:
        read_pasted("only one\nand another\n")
    assert problem.value.key == "pairs.one_column"
    table = read_pasted("one\ttwo\n")
    with pytest.raises(InputProblem) as problem:
        select_rows(table, Columns("#1", "#1", None))
    assert problem.value.key == "pairs.same_column"
