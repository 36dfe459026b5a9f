"""The true moment at which something was entered, and an answer without any."""

from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field


class _Marker:
    """Of a field that holds a true moment."""


_MARKER = _Marker()

TrueTime = Annotated[
    datetime | None,
    Field(description="The true moment, not moved. Null for who is no radiologist, clinician or custodian."),
    _MARKER,
]

Answer = TypeVar("Answer", bound=BaseModel)


def without_true_times(answer: Answer) -> Answer:
    """A copy in which every `TrueTime` is null, however deep it lies."""
    changed = {
        name: None if _MARKER in field.metadata else _inside(getattr(answer, name))
        for name, field in type(answer).model_fields.items()
    }
    return answer.model_copy(update=changed)


def _inside(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return without_true_times(value)
    if isinstance(value, list):
        return [_inside(each) for each in value]
    if isinstance(value, dict):
        return {key: _inside(each) for key, each in value.items()}
    return value
