"""Facts that several entries of a record tell: a presentation takes them from where they were entered first."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

from annotation.registry.values import Value, Values, day_of

FOLLOWED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "systemic_line_start": frozenset({"systemic"}),
        "bone_agent_start": frozenset({"zoledronate", "denosumab"}),
    }
)
"""Dates that a presentation asks for, and the treatments that they are of."""

LASTING = ("primary", "diagnosis_date")
"""What does not change from one presentation to the next, unless it was wrong."""


def followed(presentation: Values, treatments: Iterable[Values]) -> dict[str, Value]:
    """Dates that the presentation leaves open and a treatment of that day tells: the newest one that had begun."""
    meeting, every = day_of(presentation.get("meeting_date")), list(treatments)
    found: dict[str, Value] = {}
    for name, kinds in FOLLOWED.items():
        starts = [] if meeting is None else _starts(every, kinds, meeting)
        if name not in presentation and starts:
            found[name] = max(starts).isoformat()
    return found


def differing(presentation: Values, others: Sequence[Values], treatments: Iterable[Values]) -> tuple[str, ...]:
    """Variables of which the record says two things."""
    meeting, every = day_of(presentation.get("meeting_date")), list(treatments)
    dates = [
        name
        for name, kinds in FOLLOWED.items()
        if meeting is not None
        and name in presentation
        and (starts := _starts(every, kinds, meeting))
        and day_of(presentation[name]) not in starts
    ]
    facts = [name for name in LASTING if len({str(each[name]) for each in others if name in each}) > 1]
    return (*dates, *facts)


def _starts(treatments: Iterable[Values], kinds: frozenset[str], meeting: date) -> list[date]:
    """Of treatments that had begun and not ended."""
    found = []
    for each in treatments:
        start, end = day_of(each.get("treatment_start")), day_of(each.get("treatment_end"))
        is_one = each.get("treatment_type") in kinds
        if is_one and start is not None and start <= meeting and (end is None or end >= meeting):
            found.append(start)
    return found
