"""Answers all questions in all ways: `python -m demos.bayes.question_set`, some minutes."""

from __future__ import annotations

import sys

from demos.bayes.question_set.questions import bundled_questions
from demos.bayes.question_set.running import Setting, asking
from demos.bayes.question_set.shipped import FILE, write
from demos.frame.steps import result_of, showing
from models.registry import Registry
from models.work import Progress


def main() -> None:
    registry = Registry()

    def told(step: Progress) -> None:
        sys.stdout.write(f"\r{step.done} of {step.total}, {step.seconds:.0f} s ")
        sys.stdout.flush()

    setting = Setting(len(bundled_questions()))
    write(result_of(showing(asking(setting, registry), told)), FILE)
    registry.close()


if __name__ == "__main__":
    main()
