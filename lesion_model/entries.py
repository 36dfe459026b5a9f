"""One rule or grade as its catalogue describes it: enough to draw a form from it and to check it against its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lesion_model.answers import Answer
from lesion_model.facts import Fact
from lesion_model.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """A rule or a grade; each is its own.

    `answers` names every answer it can give, and `suggestions` those that suggest something. `points` are
    what it looks at one by one, if it does. `conventions` are ours, where the source is silent or unclear.
    `decide` takes facts by name, any of them missing or None, and raises `ItemsError` for what they cannot be.
    """

    name: str
    version: str
    title: Label
    purpose: Label
    facts: tuple[Fact, ...]
    decide: Callable[[Mapping[str, object]], Answer]
    answers: Mapping[str, Label]
    reference: str
    suggestions: Mapping[str, Label] = field(default_factory=dict)
    points: Mapping[str, Label] = field(default_factory=dict)
    conventions: tuple[Label, ...] = ()
