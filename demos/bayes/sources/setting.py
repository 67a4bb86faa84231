"""What a language model is asked, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demos.frame.errors import InputProblem
from demos.frame.fields import check_known

MODES = ("raw", "chat")  # the text goes on; or it is a message, and the answer begins
MOST_TOKENS = 256
MOST_CHARACTERS = 20_000


@dataclass(frozen=True)
class Asked:
    """A model, a text, and how it is put to the model."""

    model: str
    text: str
    mode: str = "raw"


def check_asked(model: Any, text: Any, mode: Any) -> Asked:
    """Everything as an `Asked`; raises InputProblem. Whether there is such a model the registry
    says."""
    check_known(mode, MODES)
    return Asked(str(model), check_text(text), mode)


def check_text(text: Any) -> str:
    """A text without spaces around it; raises InputProblem for none and for a very long one."""
    stripped = str(text or "").strip()
    if not stripped:
        raise InputProblem("bayes.no_text")
    if len(stripped) > MOST_CHARACTERS:
        raise InputProblem("bayes.sources.too_long", most=f"{MOST_CHARACTERS:,}")
    return stripped
