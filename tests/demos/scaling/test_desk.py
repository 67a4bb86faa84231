"""The bar above the panels: examples, files, bad files, fits; and the Data panel's handlers."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import pytest

from demos.scaling.data import counting
from demos.scaling.data.mapping import FIELDS, Form
from demos.scaling.data.panel import DataPanel
from demos.scaling.desk import DEFAULT_EXAMPLE, OWN, Desk
from demos.scaling.sources import Bundled, Chosen, Limits, Simulated, Uploaded
from tests.demos.scaling.answered import ISOFLOP, REQUEST, answered, desk_with, known, last

GOOD = "params,tokens,val_loss\n" + "\n".join(
    f"{10 ** (7 + i / 4):.4g},{10 ** (9 + j / 3):.4g},{3 - (i + j) / 10}"
    for i in range(4)
    for j in range(4)
)


@pytest.fixture
def panel() -> DataPanel:
    return desk_with(DataPanel)


@pytest.fixture
def desk(panel: DataPanel) -> Desk:
    return panel.desk


def path(folder: Path, content: str | bytes, name: str = "runs.csv") -> str:
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(file)


# --- the bar --------------------------------------------------------------------------------------


def test_an_example_is_taken_with_its_law_and_fitted(desk: Desk) -> None:
    taken = desk.on_example("outlier", ISOFLOP, None, REQUEST)
    assert taken[desk.chosen] == Chosen(Bundled("outlier"))
    assert taken[desk.law] == "chinchilla"
    fitted = last(desk.on_fit(taken[desk.chosen], "tied", "N", REQUEST))
    assert fitted[desk.question].law == "tied"
    assert "36 of 36 points" in fitted[desk.progress]
    assert desk.answers.kept(fitted[desk.question])


def test_runs_of_a_published_law_are_an_example(desk: Desk) -> None:
    taken = desk.on_example("published:kaplan-2020", ISOFLOP, None, REQUEST)
    assert taken[desk.chosen] == Chosen(Simulated("kaplan-2020"))


def test_own_files_are_kept_while_an_example_is_looked_at(desk: Desk, tmp_path: Path) -> None:
    paths = [path(tmp_path, GOOD)]
    mine = desk.on_files(paths, ISOFLOP, REQUEST)
    assert mine[desk.example]["value"] == OWN
    away = desk.on_example("isoflop", mine[desk.chosen], None, REQUEST)
    back = desk.on_example(OWN, away[desk.chosen], away[desk.own], REQUEST)
    assert back[desk.chosen] == mine[desk.chosen]
    gone = desk.on_files([], mine[desk.chosen], REQUEST)
    assert gone[desk.example]["value"] == DEFAULT_EXAMPLE
    assert gone[desk.chosen] == ISOFLOP


def test_columns_that_cannot_be_guessed_are_asked_for(desk: Desk, tmp_path: Path) -> None:
    taken = desk.on_files([path(tmp_path, "a,b\n1,2\n3,4\n5,6\n7,8\n")], ISOFLOP, REQUEST)
    assert isinstance(taken[desk.chosen].source, Uploaded)
    assert "kl-warning" in taken[desk.note]


def bomb(folder: Path) -> str:
    """A sheet that unpacks to a thousand times its size."""
    name = folder / "bomb.xlsx"
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", "0" * (600 << 20))
    return str(name)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("picture.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200)),
        ("broken.parquet", b"PAR1" + bytes(100)),
        ("program.exe", b"MZ" + bytes(100)),
        ("half.jsonl", b'{"N": 1, "loss"'),
    ],
)
def test_a_bad_file_is_a_sentence_at_its_field(
    desk: Desk, tmp_path: Path, name: str, content: bytes
) -> None:
    check = desk.check_files([path(tmp_path, content, name)], ISOFLOP, REQUEST)[0]
    assert not check["is_valid"]
    assert check["message"].endswith(".")


def test_a_sheet_that_would_fill_the_memory_is_refused(desk: Desk, tmp_path: Path) -> None:
    assert not desk.check_files([bomb(tmp_path)], ISOFLOP, REQUEST)[0]["is_valid"]


def test_files_of_different_columns_are_refused_together(desk: Desk, tmp_path: Path) -> None:
    paths = [path(tmp_path, GOOD), path(tmp_path, "x,y\n1,2\n", "other.csv")]
    assert not desk.check_files(paths, ISOFLOP, REQUEST)[0]["is_valid"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1e8,1e9,3.1\n2e8,2e9,2.9\n4e8,4e9,2.7\n", "does not name its columns"),
        ("N,D,loss\n1e8,1e9,3\n", "needs"),
        ("N,D,loss\n1e8,1e9,a\n2e8,1e9,b\n3e8,1e9,c\n4e8,2e9,d\n", "."),
        ("N,D,loss\n1e8,1e9,0\n2e8,1e9,-1\n3e8,1e9,0\n4e8,2e9,-2\n", "not above 0"),
        ("N,D,loss\n1e8,1e9,nan\n2e8,1e9,nan\n3e8,1e9,inf\n4e8,2e9,nan\n", "."),
        ("N,D,loss\n=1+1,1e9,3\n=cmd|' /C calc'!A0,1e9,3\n=A1,1e9,3\n", "."),
    ],
)
def test_rows_that_cannot_be_used_are_said_and_the_file_stays(
    desk: Desk, tmp_path: Path, text: str, words: str
) -> None:
    taken = desk.on_files([path(tmp_path, text)], ISOFLOP, REQUEST)
    assert words in taken[desk.note]
    assert isinstance(taken[desk.chosen].source, Uploaded)


@pytest.mark.slow
def test_a_million_rows_are_thinned_or_refused_in_a_sentence(desk: Desk, tmp_path: Path) -> None:
    text = "N,D,loss\n" + "1e8,1e9,3.1\n2e8,2e9,2.9\n4e8,5e9,2.7\n5e8,3e9,2.8\n" * 250_000
    paths = [path(tmp_path, text)]
    check = desk.check_files(paths, ISOFLOP, REQUEST)[0]
    if check["is_valid"]:
        assert "kept" in desk.on_files(paths, ISOFLOP, REQUEST)[desk.note]
    else:
        assert check["message"].endswith(".")


def test_what_stands_against_a_fit_is_said_at_the_law(desk: Desk) -> None:
    few = replace(ISOFLOP, left_out=tuple(range(3, 72)))
    checks = desk.check_asked(few, "chinchilla", "N", REQUEST)
    assert [check["is_valid"] for check in checks] == [True, False, True]
    with pytest.raises(gr.Error):
        last(desk.on_fit(few, "chinchilla", "N", REQUEST))


def test_other_points_than_those_fitted_are_said(desk: Desk) -> None:
    question = answered().question
    other = replace(ISOFLOP, left_out=(3,))
    assert desk.on_difference(question, other, "chinchilla", "N", REQUEST)
    assert desk.on_difference(None, other, "chinchilla", "N", REQUEST) == ""


# --- the Data panel -------------------------------------------------------------------------------


def test_it_draws_the_points_and_tells_the_truth(panel: DataPanel) -> None:
    shown = panel.on_change(True, None, ISOFLOP, None, "N", "C", None, REQUEST)
    assert "0.3473" in shown[panel.truth]
    assert shown[panel.plot].data
    again = panel.on_change(True, shown[panel.seen], ISOFLOP, None, "N", "C", None, REQUEST)
    assert set(again) == {panel.seen}


def test_a_click_leaves_a_point_out_and_takes_it_back(panel: DataPanel) -> None:
    def click(chosen: Chosen, place: Any) -> Any:
        return panel.on_click(chosen, cast(Any, SimpleNamespace(place=place)), REQUEST)

    out = click(ISOFLOP, 5)
    assert out.left_out == (5,)
    assert click(out, 5) == ISOFLOP
    for nonsense in (72, -1, "5", None):
        assert not isinstance(click(ISOFLOP, nonsense), Chosen)


def test_points_that_the_fit_named_are_left_out(panel: DataPanel) -> None:
    answer = answered("outlier")
    known(panel.desk, answer)
    chosen = panel.on_leave_named(answer.question.chosen, answer.question, REQUEST)
    assert 35 in chosen.left_out  # the run that diverged is the last
    assert counting.named_outliers(answer, ISOFLOP) == ()


def test_limits_are_read_as_sizes_are_written(panel: DataPanel) -> None:
    typed = ["100M", "1B", "", "", "", "", "", "", "", ""]
    assert panel.on_limits(REQUEST, ISOFLOP, *typed).limits == (Limits("N", 1e8, 1e9),)
    for bad, place in ((["x"] + [""] * 9, 1), (["9", "1"] + [""] * 8, 2)):
        checks = panel.check_limits(REQUEST, ISOFLOP, *bad)
        wrong = [at for at, check in enumerate(checks) if not check["is_valid"]]
        assert place in wrong
    all_out = panel.check_limits(REQUEST, ISOFLOP, *[*[""] * 8, "9", ""])
    assert not all(check["is_valid"] for check in all_out)


def test_nothing_left_is_refused_at_the_list(panel: DataPanel) -> None:
    checks = panel.check_left_out(ISOFLOP, list(range(72)), REQUEST)
    assert [check["is_valid"] for check in checks] == [True, False]


def test_columns_are_applied_and_one_column_twice_is_said(panel: DataPanel, tmp_path: Path) -> None:
    text = "a,b,c\n" + "\n".join(GOOD.splitlines()[1:])
    source = Uploaded((path(tmp_path, text),))
    chosen = Chosen(source)
    raw = panel.desk.tables.raw(source)
    form = Form.of_source(source, raw, panel.desk.tables.guessed(source))
    columns: dict[Any, str] = {**form.columns, "N": "a", "D": "b", "C": "", "loss": "c"}
    mapped = replace(form, columns=columns, units={**form.units, "N": "1e+06"})
    given = [mapped.values()[name] for name in FIELDS]
    applied = panel.on_apply(REQUEST, chosen, *given)
    table = panel.desk.tables.table(applied[panel.desk.chosen].source)
    assert table.columns["N"][0] == pytest.approx(1e13)
    twice = replace(mapped, columns={**columns, "D": "a"})
    checks = panel.check_apply(REQUEST, chosen, *(twice.values()[name] for name in FIELDS))
    assert not all(check["is_valid"] for check in checks)


def test_cells_of_a_preview_are_text(panel: DataPanel, tmp_path: Path) -> None:
    rows = "\n".join(f"<script>{i}</script>,{row}" for i, row in enumerate(GOOD.splitlines()[1:]))
    source = Uploaded((path(tmp_path, f"run,params,tokens,val_loss\n{rows}\n"),))
    shown = panel.on_change(True, None, Chosen(source), None, "N", "C", None, REQUEST)
    html = "".join(value for value in shown.values() if isinstance(value, str))
    assert "<script>" not in html
    assert "<script>" not in shown[panel.plot].to_json().replace("\\u003c", "<")
