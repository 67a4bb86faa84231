"""Files of losses: every format, histories and exports, and every bad file with its sentence."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow
import pyarrow.parquet
import pytest

from demos.frame.errors import InputProblem
from demos.scaling import raw_table
from demos.scaling.loss_file import LossTable, make_table, read_losses
from demos.scaling.raw_table import read_raw, stack
from demos.scaling.roles import Roles, guess_roles

Row = dict[str, Any]
N = (7e7, 1.6e8, 4.1e8, 1e9, 1.4e9)
D = (1e9, 2e9, 8e9, 3e10, 3e11)
LOSS = (3.9, 3.5, 3.1, 2.7, 2.4)
ROWS: list[Row] = [
    {"run": f"r{i}", "params": n, "tokens": d, "loss": y}
    for i, (n, d, y) in enumerate(zip(N, D, LOSS, strict=True))
]


def write_csv(path: Path, rows: Sequence[Row], delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def write_xlsx(path: Path, rows: Sequence[Row]) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path)


WRITERS: dict[str, Callable[[Path, Sequence[Row]], None]] = {
    "csv": write_csv,
    "tsv": lambda path, rows: write_csv(path, rows, "\t"),
    "txt": lambda path, rows: write_csv(path, rows, ";"),
    "jsonl": lambda path, rows: path.write_text("\n".join(map(json.dumps, rows))) and None,
    "xlsx": write_xlsx,
    "parquet": lambda path, rows: pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(list(rows)), path
    ),
}


def written(folder: Path, rows: Sequence[Row], ending: str = "csv") -> Path:
    path = folder / f"losses.{ending}"
    WRITERS[ending](path, rows)
    return path


def text(folder: Path, content: str, name: str = "losses.csv") -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def keys(table: LossTable) -> list[str]:
    """Of the notes, all of which can be said in both languages."""
    for note in table.notes:
        assert note.sentence("en").endswith(".")
        assert any("\u4e00" <= character <= "\u9fff" for character in note.sentence("zh"))
    return [note.key.removeprefix("scaling.data.") for note in table.notes]


def refusal(path: Path, **options: Any) -> InputProblem:
    with pytest.raises(InputProblem) as caught:
        read_losses(path, **options)
    english, chinese = (caught.value.sentence(language) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert english.endswith(".")
    assert "\n" not in english
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese)
    return caught.value


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", WRITERS)
def test_every_format_gives_the_same_points(tmp_path: Path, ending: str) -> None:
    table = read_losses(written(tmp_path, ROWS, ending))
    assert len(table) == 5
    np.testing.assert_allclose(table.columns["N"], N)
    np.testing.assert_allclose(table.columns["D"], D)
    np.testing.assert_allclose(table.columns["loss"], LOSS)
    np.testing.assert_allclose(table.columns["C"], 6 * np.array(N) * D)
    assert table.runs == ("r0", "r1", "r2", "r3", "r4")
    assert table.history is None
    assert keys(table) == ["guessed", "derived.C"]
    assert (
        table.lines.tolist() == [1, 2, 3, 4, 5]
        if ending in ("jsonl", "parquet")
        else [2, 3, 4, 5, 6]
    )
    assert table.sizes == ("N", "D", "C")
    with pytest.raises(ValueError, match="read-only"):
        table.columns["N"][0] = 1


def test_units_of_cells_and_headers(tmp_path: Path) -> None:
    table = read_losses(
        text(
            tmp_path,
            "model,params (M),tokens,loss\na,70,1B,3.9\nb,160,2 billion,3.5\nc,1.4B,300e9,2.4\n",
        )
    )
    np.testing.assert_allclose(table.columns["N"], [7e7, 1.6e8, 1.4e9])
    np.testing.assert_allclose(table.columns["D"], [1e9, 2e9, 3e11])


def test_chinese_and_decimal_commas(tmp_path: Path) -> None:
    path = tmp_path / "损失.csv"
    path.write_bytes(
        "参数量（亿）;词元数（十亿）;验证损失\n0,7;1;3,900\n1,6;2;3,500\n14;300;2,400\n".encode(
            "gb18030"
        )
    )
    table = read_losses(path)
    np.testing.assert_allclose(table.columns["N"], [7e7, 1.6e8, 1.4e9])
    np.testing.assert_allclose(table.columns["loss"], [3.9, 3.5, 2.4])


def test_two_of_three_give_the_third(tmp_path: Path) -> None:
    rows = [{"C": 6 * n * d, "N": n, "loss": y} for n, d, y in zip(N, D, LOSS, strict=True)]
    table = read_losses(written(tmp_path, rows))
    np.testing.assert_allclose(table.columns["D"], D)
    assert "derived.D" in keys(table)
    rows = [{"C": 6 * n * d, "D": d, "loss": y} for n, d, y in zip(N, D, LOSS, strict=True)]
    np.testing.assert_allclose(read_losses(written(tmp_path, rows)).columns["N"], N)
    table = read_losses(written(tmp_path, rows), flop_factor=3.0)
    np.testing.assert_allclose(table.columns["N"], 2 * np.array(N))


def test_cells_are_filled_one_by_one(tmp_path: Path) -> None:
    table = read_losses(
        text(tmp_path, "N,D,C,loss\n1e8,1e9,,3\n1e8,,6e17,3.1\n,1e9,6e17,3.2\n1e8,,,3.3\n")
    )
    assert len(table) == 3
    np.testing.assert_allclose(table.columns["N"], 1e8)
    np.testing.assert_allclose(table.columns["D"], 1e9)
    assert "left_out.empty" in keys(table)


def test_another_factor_than_six_is_said(tmp_path: Path) -> None:
    rows = [{"N": n, "D": d, "C": 2 * n * d, "loss": y} for n, d, y in zip(N, D, LOSS, strict=True)]
    table = read_losses(written(tmp_path, rows))
    assert "factor_differs" in keys(table)
    assert "C is 2 N D" in str(table.notes[-1])


def test_a_perplexity_is_taken_for_its_logarithm(tmp_path: Path) -> None:
    table = read_losses(
        text(tmp_path, "N,D,test ppl\n1e8,1e9,20.0855\n1e9,1e9,7.389\n1e9,1e10,2.71828\n")
    )
    np.testing.assert_allclose(table.columns["loss"], [3, 2, 1], rtol=1e-4)


def test_columns_can_be_chosen(tmp_path: Path) -> None:
    path = text(tmp_path, "a,b,c\n1e8,1e9,3\n1e9,1e9,2\n1e9,1e10,1.5\n")
    table = read_losses(path, {"N": "a", "D": "b", "loss": "c"})
    assert table.columns["loss"].tolist() == [3, 2, 1.5]
    assert keys(table) == ["derived.C"]
    raw = read_raw(path)
    assert raw.head(1) == [["1e8", "1e9", "3"]]
    both = make_table(raw, Roles({"N": "a", "loss": "c"}, {"N": 1e3}))
    assert both.columns["N"][0] == 1e11
    assert both.only(np.array([True, False, True])).lines.tolist() == [2, 4]


# --- histories and exports ------------------------------------------------------------------------


def histories(folder: Path) -> Path:
    rows = [
        {
            "run": f"gpt-{size}M",
            "step": step,
            "val_loss": 2 + size**-0.3 + 3 * step**-0.5 + 0.01 * (step % 200 > 0),
        }
        for size in (70, 160, 410, 1000)
        for step in range(100, 2_050, 50)
    ]
    return written(folder, rows)


def test_a_history_becomes_a_point(tmp_path: Path) -> None:
    path = histories(tmp_path)
    last = read_losses(path)
    assert len(last) == 4
    assert last.history == "last"
    assert last.columns["step"].tolist() == [2000] * 4
    assert last.columns["loss"][0] == pytest.approx(2 + 70**-0.3 + 3 * 2000**-0.5)
    np.testing.assert_allclose(last.columns["N"], [7e7, 1.6e8, 4.1e8, 1e9])
    assert keys(last) == ["guessed", "size_of_names", "history.last"]
    smoothed = read_losses(path, history="smoothed")
    steps = np.arange(1850, 2050, 50.0)
    mean = (2 + 70**-0.3 + 3 * steps**-0.5 + 0.01 * (steps % 200 > 0)).mean()
    assert smoothed.columns["loss"][0] == pytest.approx(mean)
    least = read_losses(path, history="minimum")
    assert least.columns["loss"][0] == pytest.approx(2 + 70**-0.3 + 3 * 2000**-0.5)
    assert (least.columns["loss"] <= smoothed.columns["loss"]).all()
    every = read_losses(path, history="all", tokens_per_step=1e6)
    assert len(every) == 4 * 39
    assert every.columns["D"][0] == 1e8
    assert {"tokens_of_steps", "derived.C", "history.all"} <= set(keys(every))


def test_rows_in_any_order_are_ordered_by_step(tmp_path: Path) -> None:
    path = text(tmp_path, "run,step,loss\na,3,1\na,1,5\nb,1,6\nb,3,2\nc,3,3\nc,2,4\na,2,4\n")
    assert read_losses(path).columns["loss"].tolist() == [1, 2, 3]


def test_rows_of_one_family_are_no_history(tmp_path: Path) -> None:
    rows = [{**row, "run": "pythia"} for row in ROWS]
    table = read_losses(written(tmp_path, rows))
    assert len(table) == 5
    assert table.history is None


def test_without_names_the_sizes_tell_the_runs(tmp_path: Path) -> None:
    rows = [{"N": n, "step": s, "loss": 2 + n**-0.1 + 1 / s} for n in N for s in (10, 20, 30)]
    table = read_losses(written(tmp_path, rows))
    assert len(table) == 5
    assert table.history == "last"


def test_tensorboard_exports_alone_and_together(tmp_path: Path) -> None:
    paths = []
    for size in (70, 160, 410):
        content = "Wall time,Step,Value\n" + "".join(
            f"1700000000.{step},{step},{3 + 1 / step + size**-0.5}\n" for step in (1, 10, 100)
        )
        paths.append(text(tmp_path, content, f"run-{size}M-tag-loss.csv"))
    alone = read_losses(paths[0])
    assert (len(alone), alone.history) == (3, "all")
    assert alone.sizes == ("step",)
    raw = stack([read_raw(path) for path in paths])
    assert raw.kind == "tensorboard"
    roles = guess_roles(raw.columns)
    assert roles.columns == {"run": "run", "step": "Step", "loss": "Value"}
    table = make_table(raw, roles)
    np.testing.assert_allclose(table.columns["N"], [7e7, 1.6e8, 4.1e8])
    assert table.columns["step"].tolist() == [100] * 3
    other = read_raw(text(tmp_path, "N,loss\n1,2\n2,3\n", "other.csv"))
    for wrong, key in (([], "no_files"), ([raw, other], "unlike")):
        with pytest.raises(InputProblem) as caught:
            stack(wrong)
        assert caught.value.key == f"scaling.data.{key}"


def test_weights_and_biases_export(tmp_path: Path) -> None:
    names = [f"gpt-{size}M" for size in (124, 350, 774)]
    header = ["Step"]
    for name in names:
        for metric in ("train/lr", "eval/loss"):
            header += [f"{name} - {metric}{end}" for end in ("", "__MIN", "__MAX")]
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    for step in (100, 200, 300):
        row: list[Any] = [step]
        for place in range(3):
            loss = 4 - place / 2 + 10 / step if step < 300 or place else ""
            row += [1e-4] * 3 + [loss] * 3
        writer.writerow(row)
    raw = read_raw(text(tmp_path, file.getvalue(), "wandb_export.csv"))
    assert raw.kind == "wandb"
    assert list(raw.columns) == ["Step", "run", "eval/loss"]
    table = make_table(raw, guess_roles(raw.columns))
    assert table.runs == tuple(names)
    assert table.columns["step"].tolist() == [200, 300, 300]  # the first stopped early
    np.testing.assert_allclose(table.columns["N"], [1.24e8, 3.5e8, 7.74e8])
    assert keys(table)[0] == "wandb"
    assert "3 runs" in str(table.notes[0])


def test_shared_data_are_recognised(data_folder: Path) -> None:
    folder = data_folder / "scaling"
    table = read_losses(folder / "chinchilla.csv")
    assert len(table) == 245
    assert keys(table) == ["guessed", "derived.D"]
    ladder = read_losses(folder / "olmo_ladder.csv")
    assert len(ladder) == 30
    assert "loss_c4_en" in str(ladder.notes[1]) or "loss_pile" in str(ladder.notes[1])
    assert len(read_losses(folder / "small_llm_runs.csv")) == 234


# --- bad files ------------------------------------------------------------------------------------


def test_bad_rows_are_left_out_and_counted(tmp_path: Path) -> None:
    content = "N,D,loss\n" + "".join(f"{n},{d},{y}\n" for n, d, y in zip(N, D, LOSS, strict=True))
    content += "abc,1e9,3\n1e8,0,3\n1e8,-5,3\n1e8,1e9,nan\n1e8,1e9,inf\n1e8,1e9,\n=1+1,1e9,3\n"
    content += "\"=cmd|' /C calc'!A0\",1e9,3\n1e8,1e9,diverged\n"
    table = read_losses(text(tmp_path, content))
    assert len(table) == 5
    notes = {note.key.rsplit(".", 1)[1]: note for note in table.notes if "left_out" in note.key}
    by_column = [
        (n.key.rsplit(".", 1)[1], n.values["column"], n.values["count"])
        for n in table.notes
        if "left_out" in n.key
    ]
    assert set(by_column) == {
        ("empty", "loss", 1),
        ("text", "loss", 1),
        ("not_finite", "loss", 2),
        ("text", "N", 3),
        ("not_positive", "D", 2),
    }
    assert "line 7" in str(next(n for n in table.notes if n.values.get("column") == "N"))
    assert notes["not_positive"].values["cell"] == "0"
    keys(table)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("", "table.empty"),
        ("N,D,loss\n", "table.empty"),
        ("1e8,1e9,3.1\n2e8,1e9,3.0\n3e8,1e9,2.9\n", "scaling.data.no_header"),
        ("N,D,accuracy\n1e8,1e9,3.1\n2e8,1e9,3.0\n3e8,1e9,2.9\n", "scaling.data.no_loss"),
        ("N,D,loss\n1e8,1e9,3.1\n", "scaling.data.too_few"),
        ("N,D,loss\n1e8,1e9,3.1\n2e8,1e9,3.0\n", "scaling.data.too_few"),
        ("N,D,loss\na,b,3\nc,d,2\ne,f,3\n", "scaling.data.no_size"),
        ("loss\n3\n2\n1\n", "scaling.data.no_size"),
        ("N,D,loss\n1,1,0\n2,1,-1\n3,2,-3\n", "scaling.data.nothing_left.not_positive"),
        ("N,D,loss\n1,1,nan\n2,1,nan\n3,2,nan\n", "scaling.data.nothing_left.not_finite"),
        ("N,D,loss\n1,1,3\n2,1,x\n3,2,y\n4,2,3\n5,1,z\n9,8,2e\n", "scaling.data.no_loss"),
        ('N,D,loss\n1,1,"3\n2,1,4\n', "table.quotes"),
        ("N," * 1_200 + "loss\n" + "1," * 1_200 + "2\n", "table.too_many_columns"),
    ],
)
def test_bad_files_are_a_sentence_each(tmp_path: Path, content: str, key: str) -> None:
    assert refusal(text(tmp_path, content)).key == key


def test_text_in_a_chosen_column_of_numbers(tmp_path: Path) -> None:
    path = text(tmp_path, "N,D,loss\na,1e9,3\nb,1e9,2\nc,1e9,2\n")
    problem = refusal(path, columns={"N": "N", "D": "D", "loss": "loss"})
    assert problem.key == "scaling.data.nothing_left.text"
    assert "“a” in line 2" in str(problem)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "xlsx", "parquet"])
def test_a_renamed_image_is_told(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"losses.{ending}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    problem = refusal(path)
    assert problem.key == "table.binary"
    assert "PNG" in str(problem)


def test_other_files_are_told(tmp_path: Path) -> None:
    assert refusal(text(tmp_path, "x", "losses.docx")).key == "table.ending"
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + bytes(200))
    assert refusal(path).key == "scaling.data.bad_parquet"
    path.write_bytes(b"not parquet at all, certainly")
    assert refusal(path).key == "scaling.data.bad_parquet"
    pyarrow.parquet.write_table(pyarrow.table({"N": pyarrow.array([], pyarrow.float64())}), path)
    assert refusal(path).key == "table.empty"
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(raw_table.MAX_FILE_BYTES + 1)
    assert refusal(large).key == "scaling.data.too_large"


def test_settings_that_make_no_sense(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS)
    for options, key in (
        ({"columns": {"loss": "nowhere"}}, "no_column"),
        ({"columns": {"N": "params"}}, "no_loss"),
        ({"history": "middle"}, "no_history"),
        ({"flop_factor": 0.0}, "factor"),
        ({"tokens_per_step": -1.0}, "factor"),
    ):
        assert refusal(path, **options).key == f"scaling.data.{key}"
    path = text(tmp_path, "run,step,loss\na,1,3\na,2,2\nb,1,3\nb,2,2\n")
    assert refusal(path, history="last").key == "scaling.data.few_runs"


def test_names_that_would_break_a_page_are_plain(tmp_path: Path) -> None:
    path = text(tmp_path, 'run,N,loss\n"a\nb",1e8,3\n=HYPERLINK("x"),2e8,2\nc,3e8,1\n')
    table = read_losses(path)
    assert table.runs == ("a b", '=HYPERLINK("x")', "c")


# --- large files ----------------------------------------------------------------------------------


def bounded(read: Callable[[], LossTable], megabytes: float) -> LossTable:
    tracemalloc.start()
    try:
        table = read()
        assert tracemalloc.get_traced_memory()[1] < megabytes * 1e6
    finally:
        tracemalloc.stop()
    return table


@pytest.mark.slow
def test_a_million_rows_are_thinned_and_said(tmp_path: Path) -> None:
    rows = "".join(f"{1000 + i},{2000 + i},3.{i % 1000:03d}\n" for i in range(999_999))
    path = text(tmp_path, "N,D,loss\n" + rows + "7,7,7\n")
    table = read_losses(path)
    assert 190_000 <= len(table) <= raw_table.MAX_ROWS + 2
    assert "Of 1,000,000 rows one in 5 and the last were kept" in str(table.notes[1])
    assert table.columns["loss"][-1] == 7
    assert table.lines[-1] == 1_000_001
    place = 12_345
    assert table.columns["N"][place] == 1000 + table.lines[place] - 2


def test_thinning_bounds_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_table, "MAX_ROWS", 5_000)
    path = text(tmp_path, "N,D,loss\n" + "1000000,2000000,3.25\n" * 200_000)
    table = bounded(lambda: read_losses(path), 30)  # of which the text itself is two thirds
    assert len(table) <= 5_002


def test_thinning_keeps_to_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_table, "MAX_ROWS", 10)
    rows = [{"N": 100 + i, "D": 10, "loss": 3} for i in range(47)]
    for ending, first in (("csv", 2), ("jsonl", 1), ("parquet", 1)):
        table = read_losses(written(tmp_path, rows, ending))
        assert 8 <= len(table) <= 12
        assert (table.columns["N"] - 100 + first == table.lines).all(), ending
        assert "thinned" in keys(table)
    quoted = text(tmp_path, "N,D,loss,note\n" + '1,2,3,"a\nb"\n' * 30)
    assert refusal(quoted).key == "table.too_many_rows"


def test_a_long_sheet_is_cut_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_table, "MAX_SHEET_ROWS", 20)
    rows = [{"N": 100 + i, "D": 10, "loss": 3} for i in range(50)]
    table = read_losses(written(tmp_path, rows, "xlsx"))
    assert len(table) == 20
    assert "first_rows" in keys(table)


def test_a_parquet_bomb_stays_small(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    count = 1_000_000
    columns = {
        "N": pyarrow.array(np.full(count, 1e8)),
        "D": pyarrow.array(np.arange(1, count + 1)),
        "loss": pyarrow.array(np.full(count, 3.0)),
        "run": pyarrow.array(np.zeros(count, dtype=np.int32)).cast(pyarrow.string()),
        "ignored": pyarrow.array([[1]] * count),
    }
    pyarrow.parquet.write_table(pyarrow.table(columns), path, compression="zstd")
    raw = read_raw(path)
    assert len(raw) <= raw_table.MAX_ROWS
    assert "ignored" not in raw.columns
    assert raw.columns["D"][1] == 1 + raw.lines[1] - 1
    long_text = "x" * 1_000_000
    words = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 100_000), [long_text])
    table = pyarrow.table({"run": words, "N": np.ones(100_000), "loss": np.ones(100_000)})
    pyarrow.parquet.write_table(table, path)
    assert len(bounded(lambda: read_losses(path), 300)) == 100_000
