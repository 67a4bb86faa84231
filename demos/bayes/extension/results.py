"""What a run says: sentences, and its files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from demos.bayes.extension.drawing import way_name
from demos.bayes.extension.examples import EXAMPLES
from demos.bayes.extension.running import Spoken, Trace
from demos.frame.export import new_folder, write_csv
from demos.frame.strings import Language, say


def findings(trace: Trace, language: Language) -> list[str]:
    """What is to be noticed, in the order of importance."""
    said = [_window(trace, language)]
    if trace.setting.rule.pooling == "min_entropy":
        said += [_origin(each, language) for each in trace.spoken if each.way == "nbce"]
    said += _example(trace, language)
    if trace.setting.rule.variant == "any_row":
        empty = sum(t.chosen == 0 for each in trace.spoken for t in each.tokens)
        said.append(say("bayes.extension.says.any_row", language, count=empty))
    said.append(_speed(trace, language))
    return said


def _window(trace: Trace, language: Language) -> str:
    return say(
        "bayes.extension.says.cut" if trace.cut else "bayes.extension.says.fits",
        language,
        contexts=len(trace.setting.contexts),
        tokens=f"{trace.count:,}",
        window=f"{trace.window:,}",
        most=f"{trace.most:,}",
        cut=f"{trace.cut:,}",
    )


def _origin(spoken: Spoken, language: Language) -> str:
    """Which contexts NBCE's tokens come from, and how often it switched."""
    rows = [token.chosen or 0 for token in spoken.tokens]
    counts = Counter(rows).most_common()
    switches = sum(one != other for one, other in pairwise(rows))
    listed = say("bayes.comma", language).join(f"{row} ({count})" for row, count in counts)
    return say("bayes.extension.says.origin", language, rows=listed, switches=switches)


def _example(trace: Trace, language: Language) -> list[str]:
    """Of our own examples: why one fails, and whose answer holds the right words."""
    asked = trace.setting.contexts, trace.setting.question
    found = [(k, e) for k, e in EXAMPLES.items() if (e.contexts, e.question) == asked]
    if not found:
        return []
    (name, example), why = found[0], []
    if example.fails:
        why = [say(f"bayes.extension.says.example.{name}", language)]
    if example.holds is None:
        return why
    comma = say("bayes.comma", language)
    names: dict[bool, list[str]] = {True: [], False: []}
    for each in trace.spoken:
        names[example.holds.lower() in each.text.lower()].append(way_name(each, language))
    kind = "both" if names[True] and names[False] else "all" if names[True] else "none"
    return [
        *why,
        say(
            f"bayes.extension.says.holds.{kind}",
            language,
            words=example.holds,
            holders=comma.join(names[True]),
            others=comma.join(names[False]),
        ),
    ]


def _speed(trace: Trace, language: Language) -> str:
    rest = trace.seconds - trace.first
    pace = (trace.steps - 1) / rest if rest > 0 and trace.steps > 1 else 0.0
    return say(
        "bayes.extension.says.speed",
        language,
        first=f"{trace.first:.1f}",
        pace=f"{pace:.1f}",
        answers=len(trace.spoken),
    )


def settings_of(trace: Trace) -> dict[str, Any]:
    """The setting by the names of the endpoint's arguments."""
    setting = trace.setting
    return {
        "model": setting.model,
        "question": setting.question,
        "contexts": list(setting.contexts),
        "ways": list(setting.ways),
        **asdict(setting.rule),
        "window": trace.window,
        "model_window": trace.most,
        "context_tokens": trace.count,
        "finished": trace.done,
    }


def token_rows(trace: Trace) -> Iterator[dict[str, Any]]:
    """Every token of every answer."""
    for spoken in trace.spoken:
        for step, token in enumerate(spoken.tokens, start=1):
            yield {
                "way": spoken.way,
                "context": spoken.context,
                "step": step,
                "token": token.name,
                "token_id": token.id,
                "text": token.text,
                "chosen": token.chosen,
                "probability": token.probability,
                "entropies": list(token.entropies),
                "combined": _pairs(token.combined),
                "sources": [_pairs(source) for source in token.sources],
            }


def answer_rows(trace: Trace) -> list[dict[str, Any]]:
    """Every answer: its way, its text, whether it ended, what it has not read."""
    return [
        {
            "way": each.way,
            "context": each.context,
            "text": each.text,
            "ended": each.ended,
            "cut_tokens": each.cut,
        }
        for each in trace.spoken
    ]


def jsonl_file(trace: Trace) -> str:
    """The setting in the first line, then a line for every token."""
    path = new_folder() / "nbce-trace.jsonl"
    lines = [{"setting": settings_of(trace)}, *token_rows(trace)]
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    return str(path)


def csv_file(trace: Trace) -> str:
    """A row for every token, entropies of all sources in columns."""
    sources = len(trace.setting.contexts) + 1
    headers = ["way", "context", "step", "token", "text", "chosen", "probability"]
    rows = (
        [
            *(row[header] for header in headers),
            *(row["entropies"] or [None] * sources),
        ]
        for row in token_rows(trace)
    )
    return write_csv("nbce-trace", [*headers, *(f"entropy_{row}" for row in range(sources))], rows)


def _pairs(candidates: Any) -> list[list[Any]]:
    return [[name, p] for name, p in zip(candidates.names, candidates.probabilities, strict=True)]
