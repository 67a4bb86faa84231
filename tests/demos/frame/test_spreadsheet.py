"""XLSX: what is read, and every way in which an archive of XML can be a trap."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from demos.frame.errors import InputProblem
from demos.frame.spreadsheet import xlsx_rows

SHEET = "xl/worksheets/sheet1.xml"


def workbook(folder: Path, rows: list[list[object]], name: str = "a.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / name)
    return folder / name


def changed(path: Path, part: str, content: bytes | Callable[[bytes], bytes]) -> Path:
    """The same archive with one part replaced or added."""
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {info.filename: old.read(info) for info in old.infolist()}
        parts[part] = content(parts[part]) if callable(content) else content
        for name, data in parts.items():
            new.writestr(name, data)
    return target


def refusal(path: Path, max_columns: int = 100) -> str:
    """The key; hostile files are refused within little memory."""
    tracemalloc.start()
    try:
        with pytest.raises(InputProblem) as caught:
            list(xlsx_rows(path, 1_000, max_columns))
        assert tracemalloc.get_traced_memory()[1] < 100e6
    finally:
        tracemalloc.stop()
    for language in ("en", "zh"):
        assert caught.value.sentence(language)  # type: ignore[arg-type]
    return caught.value.key


def test_cells_become_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, [["N", "损失", None], [7e7, 3.25, None], [], [1e21, True, date(2024, 5, 1)]]
    )
    assert list(xlsx_rows(path, 10)) == [
        ("N", "损失"),
        ("70000000", "3.25"),
        ("1e+21", "True", "2024-05-01T00:00:00"),
    ]
    assert len(list(xlsx_rows(path, 2))) == 2


def test_the_first_sheet_with_cells_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    second = book.create_sheet("runs")
    second.append([1, 2])
    book.save(tmp_path / "a.xlsx")
    assert list(xlsx_rows(tmp_path / "a.xlsx", 10)) == [("1", "2")]


def test_formulas_are_the_values_saved_with_them(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["a", "b"], ["=1+1", 2]])

    def computed(xml: bytes) -> bytes:
        return xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v/>", b"<f>1+1</f><v>2</v>"
        )

    assert list(xlsx_rows(changed(path, SHEET, computed), 10))[1] == ("2", "2")
    assert list(xlsx_rows(path, 10))[1] == ("", "2")  # never computed, never run


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "table.empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "table.binary"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "table.binary"),
        (b"N,loss\n1,2\n", "table.workbook"),
        (b"PK\x03\x04" + bytes(100), "table.workbook"),
    ],
)
def test_a_renamed_file_is_no_workbook(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert refusal(path) == key


def test_damaged_and_other_archives(tmp_path: Path) -> None:
    path = workbook(tmp_path, [["N", "loss"], [1, 2]])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert refusal(path) == "table.workbook"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(path) == "table.binary"
    good = workbook(tmp_path, [["N", "loss"], [1, 2]], "b.xlsx")
    assert refusal(changed(good, SHEET, b"<worksheet><sheetData><row>")) == "table.workbook"
    assert refusal(changed(good, "xl/workbook.xml", b"no xml")) == "table.workbook"
    assert refusal(workbook(tmp_path, [], "c.xlsx")) == "table.empty"


def test_bombs(tmp_path: Path) -> None:
    good = workbook(tmp_path, [["N", "loss"], [1, 2]])
    spaces = changed(good, SHEET, lambda xml: xml.replace(b"<sheetData>", b" " * 60_000_000))
    assert spaces.stat().st_size < 100_000
    assert refusal(spaces) == "table.bomb"  # 60 MB in 60 kB
    large = changed(good, "xl/media/large.bin", bytes(120_000_000))
    assert refusal(large) == "table.bomb"
    styles = changed(good, "xl/styles.xml", b"<styleSheet>" + b"<a/>" * 3_000_000)
    assert refusal(styles) == "table.bomb"
    # Within all ratios, but a row without end.
    filler = bytes(range(33, 60)) * 100
    one_row = b"<worksheet><sheetData><row>" + (b"<c><v>1</v></c>" + filler[:40]) * 60_000
    assert refusal(changed(good, SHEET, one_row)) == "table.bomb"
    many = tmp_path / "many.xlsx"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_100):
            archive.writestr(f"xl/{number}/workbook.xml", "")
    assert refusal(many) == "table.bomb"


def test_many_rows_are_no_bomb(tmp_path: Path) -> None:
    good = workbook(tmp_path, [["N", "loss"], [1, 2]])
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>%d</v></c></row>' % (i, i, i * 7919) for i in range(1, 300_000)
    )
    xml = b"<worksheet " + space + b"><sheetData>" + rows + b"</sheetData></worksheet>"
    read = list(xlsx_rows(changed(good, SHEET, xml), 1_000))
    assert len(read) == 1_000
    assert read[-1] == (str(1_000 * 7919),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_never_expanded(tmp_path: Path, encoding: str) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{laughs}<worksheet>&b;</worksheet>'
    good = workbook(tmp_path, [["N", "loss"], [1, 2]])
    assert refusal(changed(good, SHEET, xml.encode(encoding))) == "table.bomb"


def test_entities_cannot_hide_in_another_encoding(tmp_path: Path) -> None:
    xml = b'<?xml version="1.0" encoding="cp037"?>' + "<!DOCTYPE x []><x/>".encode("cp037")
    good = workbook(tmp_path, [["N", "loss"], [1, 2]])
    assert refusal(changed(good, SHEET, xml)) == "table.workbook"


def test_a_lie_about_the_number_of_rows_costs_nothing(tmp_path: Path) -> None:
    good = workbook(tmp_path, [["N", "loss"], [1, 2]])
    far = changed(good, SHEET, lambda xml: xml.replace(b'<row r="2"', b'<row r="999999999"'))
    assert list(xlsx_rows(far, 10)) == [("N", "loss")]  # a billion rows would never end


def test_too_many_columns(tmp_path: Path) -> None:
    path = workbook(tmp_path, [list(range(30))])
    assert refusal(path, max_columns=20) == "table.too_many_columns"
    assert len(next(xlsx_rows(path, 10, 30))) == 30
