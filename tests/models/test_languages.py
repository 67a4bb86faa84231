"""Languages of texts by their letters, and the models that read them."""

from __future__ import annotations

import time

import pytest

from models.catalog import CATALOG, ModelCard, ModelKind
from models.languages import languages_of, readers, reads, unread

ENGLISH = CATALOG["cosent-bi"]
CROSS = CATALOG["cosent-cross"]
CHINESE = CATALOG["bge-small-zh-v1.5"]
MULTILINGUAL = CATALOG["multilingual-e5-small"]


def card(key: str, kind: ModelKind, *languages: str, embedded: bool = True) -> ModelCard:
    sources = ENGLISH.sources if embedded else CHINESE.sources
    return ModelCard(key, kind, key, sources, languages, "MIT", 1, 1.0)


@pytest.mark.parametrize(
    ("text", "languages"),
    [
        ("The cat is asleep on the sofa.", "en"),
        ("Où est la bibliothèque ?", "en"),  # Latin letters are not told apart
        ("那只猫在沙发上睡着了。", "zh"),
        ("臺灣的圖書館", "zh"),
        ("𠀀𠀁𠀂", "zh"),  # beyond the basic plane
        ("你好", "zh"),
        ("用 GPU 训练一个 BERT 模型很快", "zh"),
        ("What does 你好 mean in plain English?", "en"),
        ("I love 北京烤鸭 and 天坛", "en zh"),
        ("猫がソファーで寝ている。", "ja"),
        ("東京都立図書館はどこですか", "ja"),
        ("고양이가 소파에서 자고 있다", "ko"),
        ("Кошка спит на диване.", "other"),
        ("القطة نائمة", "other"),
        ("α-amino acids are small", "en"),
        ("Привет means hello, всем привет", "en other"),
        ("", ""),
        ("猫", ""),  # one character: Chinese or Japanese
        ("OK", ""),
        ("12 + 30 = 42 🙂 ……", ""),
        ("3.14、2.72", ""),
    ],
)
def test_letters_tell_the_language(text: str, languages: str) -> None:
    assert languages_of(text) == set(languages.split())


def test_punctuation_of_another_script_does_not_count() -> None:
    assert languages_of("Wait… “really”？！") == {"en"}
    assert languages_of("等等……（真的？）123") == {"zh"}


def test_ten_thousand_pairs_take_no_time() -> None:
    texts = ["那只猫在沙发上睡着了，谁也没有把它叫醒。", "The cat is asleep on the sofa."] * 10_000
    started = time.perf_counter()
    found = unread(texts, [ENGLISH, CROSS])
    assert time.perf_counter() - started < 3
    assert found is not None
    assert found.texts == 10_000


def test_which_models_read_what() -> None:
    assert reads(ENGLISH, {"en"})
    assert not reads(ENGLISH, {"zh"})
    assert not reads(ENGLISH, {"en", "zh"})
    assert reads(MULTILINGUAL, {"ja", "other"})
    assert not reads(CHINESE, {"ja"})
    assert not reads(CHINESE, {"en"})
    assert reads(ENGLISH, ())
    assert reads(card("a hub id", "bi-encoder"), {"zh"})  # says nothing of its languages


def test_what_is_not_read_is_counted() -> None:
    assert unread(["one two three", "四五六"], [MULTILINGUAL]) is None
    assert unread(["one two three"], [ENGLISH]) is None
    assert unread(["42"], [ENGLISH, CHINESE]) is None
    found = unread(["one two three", "", "四五六", "七八九", "42"], [ENGLISH, CROSS])
    assert found is not None
    assert (found.texts, found.total, found.languages) == (2, 4, ("zh",))
    assert [each.key for each in found.models] == ["cosent-bi", "cosent-cross"]
    assert found.by_all


def test_what_one_of_several_reads_is_told_apart() -> None:
    found = unread(["四五六七"], [ENGLISH, MULTILINGUAL])
    assert found is not None
    assert [each.key for each in found.models] == ["cosent-bi"]
    assert not found.by_all
    found = unread(["four five six", "四五六七"], [ENGLISH, CHINESE])  # each reads one of them
    assert found is not None
    assert found.languages == ("en", "zh")
    assert not found.by_all


def test_the_languages_named_are_those_that_are_not_read() -> None:
    found = unread(["I love 北京烤鸭 and 天坛"], [ENGLISH])
    assert found is not None
    assert found.languages == ("zh",)


def test_models_to_take_instead_are_of_the_same_kinds() -> None:
    cards = [
        card("far", "bi-encoder", "zh", embedded=False),
        card("english", "bi-encoder", "en"),
        card("base", "bi-encoder", "multilingual"),
        card("trained", "bi-encoder", "zh", "en"),
        card("cross", "cross-encoder", "zh", "en"),
    ]

    def keys(*args: object) -> list[str]:
        return [each.key for each in readers(cards, *args)]  # type: ignore[arg-type]

    assert keys(("zh",), ("bi-encoder", "cross-encoder")) == ["base", "cross"]
    assert keys(("zh",), ("cross-encoder", "bi-encoder"), ("trained",)) == ["cross", "trained"]
    assert keys(("ja",), ("bi-encoder", "cross-encoder"), ("trained",)) == ["base"]
    assert keys(("ja",), ("cross-encoder",)) == ["base"]  # of another kind
    assert [each.key for each in readers(cards[:2], ("zh",), ("bi-encoder",))] == ["far"]
    assert readers(cards[1:2], ("zh",), ("bi-encoder",)) == ()
