"""What the question set says: tables, sentences, a file."""

from __future__ import annotations

from demos.bayes.contexts import Way
from demos.bayes.question_set.running import Outcome
from demos.bayes.question_set.scoring import Mean, mean
from demos.frame.export import write_csv
from demos.frame.strings import Language, say

MEASURES = ("exact", "f1", "holds")


def way_name(way: Way, language: Language) -> str:
    """What a way is called; "alone" is the right passage's here."""
    key = "bayes.questions.right" if way == "alone" else f"bayes.extension.way.{way}"
    return say(key, language)


def means_table(outcome: Outcome, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row for every way."""
    headers = [say("bayes.questions.column.way", language)]
    headers += [say(f"bayes.questions.measure.{name}", language) for name in MEASURES]
    rows = []
    for way in outcome.setting.ways:
        means = outcome.means(way)
        shown = [_shown(getattr(means, name)) for name in MEASURES]
        rows.append([way_name(way, language), *shown])
    return headers, rows


def answers_table(outcome: Outcome, language: Language) -> tuple[list[str], list[list[str]]]:
    """Headers and a row for every question: the right answer and what every way said."""
    ways = outcome.setting.ways
    headers = [
        say("bayes.questions.column.question", language),
        say("bayes.questions.column.answer", language),
        *(way_name(way, language) for way in ways),
    ]
    rows = [
        [
            f"{each.question.text} ({each.question.passage})",
            each.question.answer,
            *(("✓ " if each.score(way).holds else "") + each.said[way] for way in ways),
        ]
        for each in outcome.answered
    ]
    return headers, rows


def findings(outcome: Outcome, language: Language) -> list[str]:
    """What the numbers carry, and what not."""
    said = [
        say(
            "bayes.questions.says.made",
            language,
            questions=len(outcome.answered),
            model=outcome.setting.model,
            seconds=f"{outcome.seconds:.0f}",
        )
    ]
    ways = outcome.setting.ways
    if "nbce" in ways:
        said += [_against(outcome, way, language) for way in ways if way != "nbce"]
    return said


def _against(outcome: Outcome, way: Way, language: Language) -> str:
    """NBCE's F1 less another's on the same questions, and whether that is told from nothing."""
    gaps = [each.score("nbce").f1 - each.score(way).f1 for each in outcome.answered]
    gap = mean(gaps)
    told = gap.low > 0 or gap.high < 0
    return say(
        "bayes.questions.says.told" if told else "bayes.questions.says.not_told",
        language,
        way=way_name(way, language),
        gap=f"{gap.value:+.3f}",
        low=f"{gap.low:+.3f}",
        high=f"{gap.high:+.3f}",
    )


def answers_file(outcome: Outcome) -> str:
    """A row for every question and way."""
    headers = ["question", "passage", "answer", "way", "said", *MEASURES]
    rows = (
        [
            *(each.question.text, each.question.passage, each.question.answer, way),
            each.said[way],
            *(getattr(each.score(way), name) for name in MEASURES),
        ]
        for each in outcome.answered
        for way in outcome.setting.ways
    )
    return write_csv("nbce-questions", headers, rows)


def _shown(found: Mean) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"
