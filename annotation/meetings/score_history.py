"""How the scores of a lesion went since the last presentation, each as it stood on its day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from annotation.completion import known_of
from annotation.entities import Lesion, Reading
from annotation.meeting_context import MeetingContext
from annotation.meeting_sheet.score_lines import OF_A_LESION, ScoreLine, line_of
from annotation.meeting_sheet.sheet import MeetingSheet, readings_by_lesion
from annotation.ports import UnitOfWork
from annotation.scores import scored

MOST_DAYS = 6
"""The newest of them."""

DayOf = Callable[[str], date | None]
"""The day of a study, in the calendar of the patient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One score of one lesion as it stood on a day: of what was read and what meetings knew by then."""

    on: date
    lesion_id: UUID
    line: ScoreLine


def score_history(
    sheet: MeetingSheet, after: date | None, until: date | None, day_of: DayOf, uow: UnitOfWork
) -> tuple[Moment, ...]:
    """At the last presentation, at each later study and at this one; days on which nothing changed are left out."""
    with uow:
        readings = readings_by_lesion(sheet.pseudonym, uow)
        same = {
            each.lesion.id: {each.lesion.id, *(other.id for other in uow.lesions.absorbed_by(each.lesion.id))}
            for each in sheet.lesions
        }
        days = _days(sheet, after, until)
        contexts = {day: uow.contexts.up_to(sheet.pseudonym, day) for day in days}
    found: list[Moment] = []
    for each in sheet.lesions:
        own = [*readings.get(each.lesion.id, ()), each.reading]
        dated = [(day, reading) for reading in own if (day := day_of(reading.study_instance_uid)) is not None]
        found += _of_lesion(each.lesion, dated, same[each.lesion.id], contexts)
    return tuple(found)


def _days(sheet: MeetingSheet, after: date | None, until: date | None) -> list[date]:
    studies = {stage.study.date for each in sheet.lesions for stage in each.stages}
    between = {
        day for day in studies if day is not None and (after is None or day > after) and (until is None or day <= until)
    }
    return sorted(between | {day for day in (after, until) if day is not None})[-MOST_DAYS:]


def _of_lesion(
    lesion: Lesion,
    readings: Sequence[tuple[date, Reading]],
    same: set[UUID],
    contexts: Mapping[date, Sequence[MeetingContext]],
) -> Iterator[Moment]:
    shown: dict[str, tuple[str | None, object]] = {}
    for day, known in contexts.items():
        reading = _newest(readings, day)
        if reading is None:
            continue
        then = scored(lesion, reading, known_of(same, known))
        for name in OF_A_LESION:
            line = line_of(name, then)
            if line is not None and shown.get(name) != (line.amount, line.meaning):
                shown[name] = (line.amount, line.meaning)
                yield Moment(on=day, lesion_id=lesion.id, line=line)


def _newest(readings: Sequence[tuple[date, Reading]], day: date) -> Reading | None:
    """Of several of one day, the last given."""
    until = [(on, place) for place, (on, _reading) in enumerate(readings) if on <= day]
    return readings[max(until)[1]][1] if until else None
