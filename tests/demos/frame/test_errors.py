"""The sentences of errors, in both languages."""

import ast
import pickle
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import models
from demos.frame.errors import sentence_for
from demos.frame.strings import SENTENCES_ZH
from models import errors
from models.errors import InputError, MemoryBudgetError, ModelError, ModelUnavailableError

CLASSES = {
    name
    for name, value in vars(errors).items()
    if isinstance(value, type) and issubclass(value, ModelError)
} | {"Sentence"}
FOLDER = Path(models.__file__).parent
FILES = sorted({*FOLDER.rglob("*.py")} - {FOLDER / "sentences.py", FOLDER / "errors.py"})
UNAVAILABLE = ModelUnavailableError(
    "“{key}” cannot be loaded here: {reasons}.",
    key="m",
    reasons=(
        ModelUnavailableError("the package {package} is not installed", package="p"),
        ModelUnavailableError("the download of {repo} broke off", repo="a/b"),
    ),
)


def constructions() -> Iterator[tuple[str, ast.Call]]:
    """Every call that makes a sentence on the ground floor, and where it stands."""
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", None))
                if name in CLASSES:
                    yield f"{file.name}:{node.lineno}", node


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_every_sentence_is_a_template_with_a_translation() -> None:
    used = set()
    for place, call in constructions():
        template = call.args[0]
        assert isinstance(template, ast.Constant), f"{place}: the template is not written out"
        assert template.value in SENTENCES_ZH, f"{place}: no Chinese for {template.value}"
        assert {keyword.arg for keyword in call.keywords} == fields(template.value), place
        used.add(template.value)
    assert used == set(SENTENCES_ZH)


@pytest.mark.parametrize("english", SENTENCES_ZH)
def test_both_languages_have_the_same_fields(english: str) -> None:
    assert fields(SENTENCES_ZH[english]) == fields(english)


def test_reasons_are_said_in_the_language_of_the_sentence() -> None:
    assert sentence_for(UNAVAILABLE, "en") == (
        "“m” cannot be loaded here: the package p is not installed; the download of a/b broke off."
    )
    assert sentence_for(UNAVAILABLE, "zh") == (
        "这里无法加载「m」：未安装软件包 p；a/b 的下载中断了。"
    )


def test_numbers_are_formatted_in_both_languages() -> None:
    template = next(t for t in SENTENCES_ZH if "{need:" in t)
    error = MemoryBudgetError(template, key="m", need=1234.5, budget=99.9)
    assert "needs 1,234 MB" in sentence_for(error, "en")
    assert "需要 1,234 MB" in sentence_for(error, "zh")


def test_a_sentence_without_a_translation_stays_english() -> None:
    assert sentence_for(ModelError("No {what} here.", what="luck"), "zh") == "No luck here."


def test_an_error_comes_whole_from_another_process() -> None:
    back = pickle.loads(pickle.dumps(UNAVAILABLE))
    assert type(back) is ModelUnavailableError
    assert back.template == UNAVAILABLE.template
    assert back.values["key"] == "m"
    for language in ("en", "zh"):
        assert sentence_for(back, language) == sentence_for(UNAVAILABLE, language)  # type: ignore[arg-type]


def test_braces_in_a_value_are_text() -> None:
    error = InputError(
        "A text is needed where {kind} “{text}” stands.", kind="dict", text="{'kind': {0}}"
    )
    assert str(error) == "A text is needed where dict “{'kind': {0}}” stands."
    assert sentence_for(error, "zh") == "这里需要文本，得到的却是 dict「{'kind': {0}}」。"
    assert str(ModelError("{reason}", reason=error)) == str(error)
