"""The band of a score at the first meeting, from the scores of the release, where the meeting's own is not recorded."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from annotation.endpoints.records import Presentation, Registry
from annotation.endpoints.tables import BANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One score of one reading, decided; `studied` is the day of the images."""

    pseudonym: str
    instrument: str
    studied: date
    total: int
    band: str


def with_bands(registry: Registry, scores: Iterable[Scored]) -> Registry:
    """To each first meeting, of the last day of images up to it, the worst band of all lesions; never a later one."""
    of_patient: dict[str, list[Scored]] = defaultdict(list)
    for each in scores:
        of_patient[each.pseudonym].append(each)
    first: dict[str, date] = {}
    for meeting in registry.presentations:
        first[meeting.pseudonym] = min(meeting.meeting_date, first.get(meeting.pseudonym, meeting.meeting_date))
    return replace(
        registry,
        presentations=tuple(
            _completed(each, of_patient[each.pseudonym]) if each.meeting_date == first[each.pseudonym] else each
            for each in registry.presentations
        ),
    )


def _completed(meeting: Presentation, scores: Iterable[Scored]) -> Presentation:
    known = [each for each in scores if each.studied <= meeting.meeting_date]
    return replace(meeting, bands=dict(_worst(known)) | dict(meeting.bands))


def _worst(scores: list[Scored]) -> Iterator[tuple[str, str]]:
    for instrument, higher_is_worse in BANDS.items():
        own = [each for each in scores if each.instrument == instrument]
        if own:
            last = max(each.studied for each in own)
            sign = 1 if higher_is_worse else -1
            worst = max((each for each in own if each.studied == last), key=lambda each: (sign * each.total, each.band))
            yield instrument, worst.band
