"""Numbers as people write them, and columns by their names."""

from __future__ import annotations

import math

import numpy as np
import pytest

from demos.scaling.cells import PETAFLOP_DAY, column_numbers, parse_number, unit_value
from demos.scaling.roles import KnownNames, guess_roles, normalise, size_in_name

NUMBERS = {
    "70M": 7e7,
    "70m": 7e7,
    "1.4B": 1.4e9,
    "1.4 b": 1.4e9,
    "2.5 T": 2.5e12,
    "3e9": 3e9,
    "3E+9": 3e9,
    "1,000,000": 1e6,
    "1,000.5": 1000.5,
    "1_000": 1000,
    "1 000 000": 1e6,
    "6.8亿": 6.8e8,
    "3万": 3e4,
    "1.2万亿": 1.2e12,
    "１２３": 123,
    "1.2×10^21": 1.2e21,
    "1.2 x 10^21": 1.2e21,
    "1.2 × 10²¹": 1.2e21,
    "124M params": 1.24e8,
    "10 billion": 1e10,
    "2 millions": 2e6,
    "1e21 FLOPs": 1e21,
    "3 EFLOPs": 3e18,
    "1.5 PF-days": 1.5 * PETAFLOP_DAY,
    "-3": -3,
    ".5": 0.5,
    " 7 ": 7,
}


@pytest.mark.parametrize("text", NUMBERS)
def test_a_number_is_read(text: str) -> None:
    assert parse_number(text) == pytest.approx(NUMBERS[text])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "=1+1",
        "=cmd|' /C calc'!A0",
        "1.2.3",
        "12,34",
        "5e",
        "e5",
        ".",
        "M",
        "-",
        "3 kg",
        "1e5e5",
        "0x10",
        "<b>3</b>",
        "9" * 70 + "M",
        "1×10^999",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_nan_and_infinity_are_not_finite() -> None:
    assert math.isnan(parse_number("nan") or 0)
    assert parse_number("inf") == math.inf
    assert parse_number("1e400") == math.inf


def test_a_unit_in_the_cell_wins_over_that_of_the_column() -> None:
    assert parse_number("70", 1e6) == 7e7
    assert parse_number("70M", 1e6) == 7e7
    assert parse_number("70K", 1e6) == 7e4
    assert parse_number("7 tokens", 1e9) == 7e9


def test_commas_are_decimal_in_a_whole_column_or_in_none() -> None:
    assert column_numbers(["3,5", "2,345"]).values.tolist() == [3.5, 2.345]
    assert column_numbers(["3,500", "2,345"]).values.tolist() == [3500, 2345]
    assert column_numbers(["2,345", "3,111"], semicolons=True).values.tolist() == [2.345, 3.111]
    assert column_numbers(["1.234,5", "2"]).text.tolist() == [True, False]
    found = column_numbers(["1", "", "x", "n/a"], 10.0)
    assert found.values[0] == 10
    assert found.empty.tolist() == [False, True, False, True]
    assert found.text.tolist() == [False, False, True, False]


def test_units() -> None:
    for text, value in (("M", 1e6), ("billions", 1e9), ("亿", 1e8), ("PFLOP", 1e15), ("×10⁹", 1e9)):
        assert unit_value(text) == value
    for text in ("exaflops", "EFLOPs", "10^18", "1e18"):
        assert unit_value(text) == 1e18
    assert unit_value("petaflop/s-days") == PETAFLOP_DAY
    assert unit_value("tokens") == 1
    assert unit_value("kg") is None
    assert unit_value("") is None


# --- columns --------------------------------------------------------------------------------------

HEADERS = [
    (["x", "y", "color", "Model Size", "Training FLOP", "hex_color", "loss"], "N3 C4 loss6"),
    (["run", "N", "D", "loss"], "run0 N1 D2 loss3"),
    (["params (M)", "tokens [B]", "val_loss", "train_loss"], "N0 D1 loss2"),
    (["模型", "参数量（亿）", "训练词元数（万亿）", "验证损失"], "run0 N1 D2 loss3"),
    (["参数规模", "算力", "训练损失", "步数"], "N0 C1 loss2 step3"),
    (
        ["n_params_millions", "batch_size", "consumed_tokens", "eval/loss", "learning_rate"],
        "N0 D2 loss3",
    ),
    (["Parameters", "Tokens per parameter", "FLOPs", "Test PPL"], "N0 C2 loss3"),
    (["model", "compute (PF-days)", "loss std", "Cross-entropy"], "run0 C1 loss3"),
    (["vocab_size", "hidden size", "params_M", "D"], "N2 D3"),
    (["Wall time", "Step", "Value"], "step1 loss2"),
    (["_step", "train/loss", "_runtime"], "step0 loss1"),
    (["numParams", "numTokens", "bpb"], "N0 D1 loss2"),
    (["total EFLOPs", "#params", "loss"], "C0 N1 loss2"),
    (["#1", "#2", "#3"], ""),
]


@pytest.mark.parametrize(("header", "expected"), HEADERS)
def test_roles_are_guessed_from_names(header: list[str], expected: str) -> None:
    roles = guess_roles({name: ["1.5", "2"] for name in header}).columns
    found = {f"{role}{header.index(name)}" for role, name in roles.items()}
    assert found == set(expected.split())


def test_a_column_of_text_is_no_column_of_numbers() -> None:
    columns = {"loss": ["cross-entropy", "mse"], "final loss": ["3.1", "2.9"], "N": ["a", "b"]}
    assert guess_roles(columns).columns == {"loss": "final loss"}
    assert guess_roles({"N": np.ones(2), "loss": np.ones(2)}).columns == {"N": "N", "loss": "loss"}


def test_units_of_headers() -> None:
    assert normalise("params (M)") == ("params", 1e6)
    assert normalise("Tokens [in billions]") == ("tokens", 1e9)
    assert normalise("n_params_B") == ("n params", 1e9)
    assert normalise("GFLOPs") == ("flops", 1e9)
    assert normalise("compute (PF-days)") == ("compute", PETAFLOP_DAY)
    assert normalise("loss (nats)") == ("loss", None)
    roles = guess_roles({"参数量（亿）": ["1"], "损失": ["2"]})
    assert roles.units == {"N": 1e8}
    assert guess_roles({"test perplexity": ["1"]}).loss_kind == "perplexity"


def test_headers_are_recognised_and_rows_are_not() -> None:
    known = KnownNames()
    for cell in ("loss", "params (m)", "val/loss", "gpt-1 - train/loss", "损失", "模型"):
        assert cell in known, cell
    for cell in ("70m", "1e9", "3.2", "gpt-model-a", "", "x"):
        assert cell not in known, cell


def test_sizes_in_names() -> None:
    for name, size in (
        ("gpt-124M", 1.24e8),
        ("pythia-1.4b-deduped", 1.4e9),
        ("190M-0.5xC", 1.9e8),
        ("lr3e-4", None),
        ("7B-on-1T", None),
        ("run12", None),
    ):
        assert size_in_name(name) == size
