"""What a field holds at first for a visitor whose browser asks for Chinese.

Pages are sent to everybody alike, so both values are in them: the page's script (`page.js`) puts
the Chinese one in before Gradio lays the page out. It is the field's first value from then on: a
reload brings back what differs from it, and nothing else.
"""

from __future__ import annotations

from typing import Any, TypeVar

from gradio.components import Component
from pydantic import BaseModel

from demos.frame.strings import Language

FieldT = TypeVar("FieldT", bound=Component)

_DECLARED = "chinese_first_value"


def in_chinese(field: FieldT, value: object) -> FieldT:
    """Declare what a field holds at first in Chinese; in English it is its `value`.

    Args:
        field: an input with an `elem_id`.
        value: as the field's own `value` is written.

    Returns:
        The field.
    """
    laid_out = field.postprocess(value)
    setattr(
        field, _DECLARED, laid_out.model_dump() if isinstance(laid_out, BaseModel) else laid_out
    )
    return field


def chinese_values(fields: list[Any]) -> dict[str, Any]:
    """What was declared of these fields by element id, as a page's configuration holds values."""
    declared = ((field.elem_id, getattr(field, _DECLARED, None)) for field in fields)
    return {str(elem_id): value for elem_id, value in declared if value is not None}


def first_value(field: Component, language: Language) -> Any:
    """What a field holds at first in a language, as a page's configuration holds values."""
    chinese = getattr(field, _DECLARED, None)
    return chinese if language == "zh" and chinese is not None else field.value  # type: ignore[attr-defined]
