"""The outcome that comes with the app: all questions, all ways, the default rule."""

from __future__ import annotations

import functools
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from demos.bayes.answers import Rule
from demos.bayes.question_set.questions import Question
from demos.bayes.question_set.running import Answered, Outcome, Setting

FILE = Path(__file__).parent / "shipped.json"


@functools.cache
def read_shipped() -> Outcome:
    """As `python -m demos.bayes.question_set` wrote it."""
    return outcome_from(json.loads(FILE.read_text(encoding="utf-8")))


def write(outcome: Outcome, path: Path) -> None:
    """An outcome as JSON; `outcome_from` reads it."""
    found: dict[str, Any] = {
        "setting": asdict(outcome.setting),
        "seconds": round(outcome.seconds, 1),
        "answered": [asdict(each) for each in outcome.answered],
    }
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def outcome_from(found: dict[str, Any]) -> Outcome:
    """What `write` wrote."""
    setting = dict(found["setting"])
    rule = Rule(**setting.pop("rule"))
    ways = tuple(setting.pop("ways"))
    answered = tuple(
        Answered(Question(**each["question"]), each["said"]) for each in found["answered"]
    )
    return Outcome(Setting(**setting, rule=rule, ways=ways), answered, found["seconds"])
