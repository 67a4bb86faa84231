"""Where points come from, which count, and what is answered about them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demos.frame.errors import InputProblem
from demos.frame.steps import result_of
from demos.scaling.answers import Answers, Question, columns_for, default_law, takes_x
from demos.scaling.sources import Bundled, Chosen, Limits, Mapped, Simulated, Tables, Uploaded
from tests.demos.scaling.answered import ISOFLOP, REGISTRY, answered

ROWS = "\n".join(f"{10 ** (7 + i / 4):.4g},{10 ** (9 + j / 3):.4g},{3 - (i + j) / 10}"
                 for i in range(4) for j in range(4))  # fmt: skip


def file(folder: Path, text: str, name: str = "runs.csv") -> Uploaded:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return Uploaded((str(path),))


def test_sources_are_read_once_and_made_again_when_forgotten(tmp_path: Path) -> None:
    tables, source = Tables(), file(tmp_path, f"N,D,loss\n{ROWS}\n")
    table = tables.table(source)
    assert tables.table(source) is table
    assert len(table) == 16
    np.testing.assert_array_equal(Tables().table(source).columns["N"], table.columns["N"])
    Path(source.paths[0]).unlink()
    assert tables.table(source) is table  # still in memory
    with pytest.raises(InputProblem) as problem:
        Tables().table(source)
    assert problem.value.key == "scaling.desk.gone"


def test_several_files_are_a_run_each(tmp_path: Path) -> None:
    parts = [file(tmp_path, f"N,D,loss\n{ROWS}\n", f"run{i}.csv").paths[0] for i in range(3)]
    table = Tables().table(Uploaded(tuple(parts)))
    assert table.runs is not None
    assert set(table.runs) == {"run0", "run1", "run2"}
    with pytest.raises(InputProblem) as problem:
        Tables().raw(Uploaded(tuple(parts) * 40))
    assert problem.value.key == "scaling.desk.too_many_files"


def test_a_mapping_and_a_unit_are_followed(tmp_path: Path) -> None:
    source = file(tmp_path, f"a,b,c\n{ROWS}\n")
    with pytest.raises(InputProblem):
        Tables().table(source)
    mapped = Mapped((("D", "b"), ("N", "a"), ("loss", "c")), (("N", 1e6),))
    table = Tables().table(replace(source, mapped=mapped))
    assert table.columns["N"][0] == pytest.approx(1e13)
    assert hash(replace(source, mapped=mapped))


def test_limits_and_hands_leave_points_out() -> None:
    tables = Tables()
    points = tables.points(replace(ISOFLOP, limits=(Limits("N", 1e9, None),), left_out=(0, 999)))
    column = points.table.columns["N"]
    np.testing.assert_array_equal(points.kept, (column >= 1e9) & (np.arange(len(column)) != 0))
    assert len(points.used) == points.kept.sum()
    with pytest.raises(InputProblem) as problem:
        tables.points(replace(ISOFLOP, limits=(Limits("loss", 9.0, None),)))
    assert problem.value.key.endswith(("nothing_kept", "nothing_left"))


def test_a_law_gets_its_columns_or_says_what_is_missing() -> None:
    points = Tables().points(ISOFLOP)
    assert default_law(points)[0] == "chinchilla"
    assert set(columns_for(points, "kaplan")) == {"N", "D", "loss"}
    assert set(columns_for(points, "power", "C")) == {"x", "loss"}
    assert takes_x("quanta")
    assert not takes_x("tied")
    for law, x in (("power", ""), ("power", "loss"), ("best", "")):
        with pytest.raises(InputProblem):
            columns_for(points, law, x)


def test_points_that_cannot_carry_a_law_are_refused() -> None:
    few = replace(ISOFLOP, left_out=tuple(range(4, 72)))
    with pytest.raises(InputProblem) as problem:
        columns_for(Tables().points(few), "chinchilla")
    assert problem.value.key == "scaling.check.too_few_points"


def test_an_answer_is_kept_and_its_progress_rises() -> None:
    answers = Answers(REGISTRY, Tables())
    question = Question(Chosen(Bundled("outlier")), "chinchilla", replicas=200)
    steps, shares, names = answers.answering(question), [], []
    try:
        while True:
            stage = next(steps)
            shares.append(round(stage.progress.share, 9))
            names.append(stage.name)
    except StopIteration as stop:
        answer = stop.value
    assert shares == sorted(shares)
    assert list(dict.fromkeys(names)) == ["fit", "bootstrap", "outliers"]
    assert answers.kept(question) is answer
    assert result_of(answers.answering(question)) is answer
    assert answer.outliers.rows  # the run that diverged


def test_the_example_with_all_runs_on_a_ray_is_refused() -> None:
    assert answered("one-ray").verdict.status == "refused"
    assert answered().verdict.status != "refused"


def test_runs_of_a_published_law_are_drawn_alike() -> None:
    tables = Tables()
    one = tables.table(Simulated("hoffmann-2022", 4, 5, 0.01, 3))
    assert len(one) == 20
    two = Tables().table(Simulated("hoffmann-2022", 4, 5, 0.01, 3))
    np.testing.assert_array_equal(one.columns["loss"], two.columns["loss"])


@pytest.mark.slow
def test_fifty_thousand_rows_are_answered_with_fewer_replicas(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    n, d = np.exp(rng.uniform(17, 23, 50_000)), np.exp(rng.uniform(20, 27, 50_000))
    loss = (1.8 + 478 / n**0.35 + 2143 / d**0.37) * np.exp(0.01 * rng.standard_normal(50_000))
    rows = "\n".join(f"{a:.6g},{b:.6g},{c:.6g}" for a, b, c in zip(n, d, loss, strict=True))
    source = file(tmp_path, f"N,D,loss\n{rows}\n")
    answer = result_of(Answers(REGISTRY, Tables()).answering(Question(Chosen(source), "tied")))
    assert len(answer.points.table) == 50_000
    assert len(answer.replicas) == 200
    assert answer.fit.parameters["E"] == pytest.approx(1.8, abs=0.02)
