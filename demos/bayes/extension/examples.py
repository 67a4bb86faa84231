"""Examples: where NBCE helps, and where it cannot."""

from __future__ import annotations

from dataclasses import dataclass

from demos.bayes.passages import bundled


@dataclass(frozen=True)
class Example:
    """Contexts, a question, and what a right answer holds.

    Attributes:
        holds: words that are in a right answer; None where no words tell.
        fails: whether it is here to show a failure.
    """

    contexts: tuple[str, ...]
    question: str
    holds: str | None = None
    fails: bool = True


_NO_DATE = (
    "The {} files hold no date for the harbour: the answer to the question is “I cannot answer”."
)
EXAMPLES: dict[str, Example] = {
    "passages": Example(bundled(), "In which year did work in the quarry end?", "1958", False),
    "chapters": Example(
        (
            "Chapter 1. Mia puts the silver key into the red box and goes to school.",
            "Chapter 2. At noon her brother takes the silver key out of the red box and hides it in"
            " the clock.",
            "Chapter 3. In the evening their mother finds the silver key in the clock and hangs it"
            " on the kitchen door.",
        ),
        "Where is the silver key in the end?",
        "kitchen door",
    ),
    "coupled": Example(
        (
            "What is known of the number x: x is greater than 1.",
            "What is known of the number x: x is less than 0.",
        ),
        "Which number can x be?",
    ),
    "cannot": Example(
        (
            _NO_DATE.format("old"),
            "Cleo's grandfather carried stones for the harbour, which was built in 1867 and opened"
            " by the mayor.",
            _NO_DATE.format("new"),
        ),
        "When was the harbour built? If there is no date, say: I cannot answer.",
        "1867",
    ),
}
