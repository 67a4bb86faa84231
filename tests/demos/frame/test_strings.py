import string
from types import SimpleNamespace

import gradio as gr
import pytest

from demos import DEMOS
from demos.frame.export import write_csv
from demos.frame.progress import duration
from demos.frame.strings import TEXTS, language_of, say, text


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages_name_the_same_values(key: str) -> None:
    english, chinese = TEXTS[key]
    assert english
    assert chinese
    if key.endswith("_text") or "$" in english:
        return  # formulas, never formatted
    names = [{n for _, n, _, _ in string.Formatter().parse(t) if n} for t in (english, chinese)]
    assert names[1] <= names[0]


def test_every_demo_has_a_title_and_a_summary() -> None:
    for demo in DEMOS:
        assert {f"{demo.key}.title", f"{demo.key}.summary"} <= TEXTS.keys()


def test_a_text_for_the_browser_is_refused_where_no_page_is_laid_out() -> None:
    with gr.Blocks():
        assert "cancel" in str(text("cancel"))
    with pytest.raises(RuntimeError, match="say"):
        text("cancel")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-US,en;q=0.9,zh;q=0.8", "en"),
        ("", "en"),
        ("fr", "en"),
    ],
)
def test_the_language_follows_the_request(header: str, language: str) -> None:
    request = SimpleNamespace(headers={"accept-language": header})
    assert language_of(request) == language  # type: ignore[arg-type]


def test_an_unknown_key_is_an_error_of_ours() -> None:
    with pytest.raises(KeyError):
        say("no.such.key", "en")


def test_csv_cells_are_never_formulas() -> None:
    path = write_csv("t", ["a", "=b"], [["=1+1", -2.5], ["@x", "中文"]])
    with open(path, encoding="utf-8-sig") as file:
        assert file.read() == "a,'=b\n'=1+1,-2.5\n'@x,中文\n"


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [
        (0.0, "1 ms", "1 毫秒"),
        (0.034, "34 ms", "34 毫秒"),
        (3.21, "3.2 s", "3.2 秒"),
        (45.2, "45 s", "45 秒"),
        (300.0, "5 min", "5 分钟"),
    ],
)
def test_times_as_people_say_them(seconds: float, english: str, chinese: str) -> None:
    assert duration(seconds, "en") == english
    assert duration(seconds, "zh") == chinese
