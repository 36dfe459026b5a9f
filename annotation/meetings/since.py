"""What happened to a patient since they were presented last: recurrences and other events of the record.

Counted as the endpoints count (spec E4): confirmed recurrences after the presentation before, up to and with this one;
each kind at most once a day. Before a first presentation none is counted: what happened is history.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from annotation.endpoints.records import RECURRENCES
from annotation.registry.forms.event import EVENT
from annotation.registry.partial_dates import span_of
from annotation.registry.values import Values
from lesion_model.labels import Label

_RECURRENCES = frozenset(each.value for each in RECURRENCES)
_TYPES = EVENT.by_name["event_type"].choices


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCount:
    """Events of one kind. Of a recurrence, `waiting` were not adjudicated or not conclusively, `excluded` were flares;
    other events are not adjudicated and all in `counted`."""

    kind: str
    label: Label
    recurrence: bool
    counted: int
    waiting: int = 0
    excluded: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Since:
    """`after` None: presented for the first time; `counts` are then of all that is known, `recurrences` is 0.

    `uncertain`: events known to the month or the year only, that may lie on either side.
    """

    after: date | None
    until: date
    number: int
    recurrences: int
    history: int
    waiting: int
    uncertain: int
    counts: tuple[EventCount, ...]


def since_last(events: Iterable[Values], presentations: Iterable[date], until: date) -> Since:
    """`presentations` of the patient, in any order, of which those before `until` are the earlier ones."""
    known = list(events)
    earlier = sorted({each for each in presentations if each < until})
    after = earlier[-1] if earlier else None
    counts = tuple(_counts(list(_once(known, after, until))))
    confirmed = sum(each.counted for each in counts if each.recurrence)
    before = _counts(list(_once(known, None, after or until)))
    return Since(
        after=after,
        until=until,
        number=len(earlier) + 1,
        recurrences=0 if after is None else confirmed,
        history=sum(each.counted for each in before if each.recurrence),
        waiting=sum(each.waiting for each in counts),
        uncertain=sum(1 for each in known if _is_uncertain(each, after, until)),
        counts=counts,
    )


def _once(events: Sequence[Values], after: date | None, until: date) -> Iterator[Values]:
    """Those that surely lie after the one day and not after the other; of several of a kind and day, one that counts
    more than the others."""
    within = [each for each in events if _lies(each, after, until)]
    by_day: dict[tuple[str, str], Values] = {}
    for each in sorted(within, key=_weight):
        by_day[str(each["event_type"]), str(each["event_date"])] = each
    yield from by_day.values()


def _counts(events: Sequence[Values]) -> Iterator[EventCount]:
    for kind in _TYPES:
        of_kind = Counter(str(each.get("adjudicated", "")) for each in events if each["event_type"] == kind.code)
        if not of_kind.total():
            continue
        recurrence = kind.code in _RECURRENCES
        confirmed, excluded = of_kind["confirmed"], of_kind["flare_excluded"]
        yield EventCount(
            kind=kind.code,
            label=kind.label,
            recurrence=recurrence,
            counted=confirmed if recurrence else of_kind.total(),
            waiting=of_kind.total() - confirmed - excluded if recurrence else 0,
            excluded=excluded if recurrence else 0,
        )


def _weight(event: Values) -> int:
    return {"confirmed": 2, "flare_excluded": 0}.get(str(event.get("adjudicated", "")), 1)


def _lies(event: Values, after: date | None, until: date) -> bool:
    span = span_of(str(event["event_date"]))
    return span.last <= until and (after is None or span.first > after)


def _is_uncertain(event: Values, after: date | None, until: date) -> bool:
    span = span_of(str(event["event_date"]))
    return any(edge is not None and span.first <= edge < span.last for edge in (after, until))
