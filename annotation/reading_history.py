"""What each revision of a reading changed, as data and in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from uuid import UUID

from annotation.entities import Lesion, Reading
from annotation.finding_words import FIELDS, in_words
from annotation.ports import UnitOfWork
from lesion_model.findings import ImagingFindings
from lesion_model.labels import Label, label

_FINDINGS = tuple(field.name for field in fields(ImagingFindings))
_OTHERS = ("geometry", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that a revision changed; `words` is a sentence without its full stop."""

    field: str
    label: Label
    words: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One revision, what stood before it, and the differences; the first has none before it."""

    lesion: Lesion
    reading: Reading
    before: Reading | None
    differences: tuple[Difference, ...]


def history_of(reading_id: UUID, uow: UnitOfWork) -> Sequence[HistoryEntry]:
    """Every revision, the first one first. Raises ReadingNotFoundError."""
    with uow:
        revisions = uow.readings.history(reading_id)
        lesion = uow.lesions.get(revisions[0].lesion_id)
    first = HistoryEntry(lesion=lesion, reading=revisions[0], before=None, differences=())
    return [
        first,
        *(
            HistoryEntry(lesion=lesion, reading=after, before=before, differences=tuple(differences(before, after)))
            for before, after in pairwise(revisions)
        ),
    ]


def differences(before: Reading, after: Reading) -> Iterator[Difference]:
    """In the order of the findings, then place and note."""
    for field in _FINDINGS:
        yield from _difference(field, getattr(before.findings, field), getattr(after.findings, field))
    for field in _OTHERS:
        yield from _difference(field, getattr(before, field), getattr(after, field))


def _difference(field: str, before: object, after: object) -> Iterator[Difference]:
    if before == after:
        return
    title, old, new = FIELDS[field], in_words(field, before), in_words(field, after)
    words = label(
        f"{title.en[0].upper()}{title.en[1:]}: {old.en} → {new.en}",
        f"{title.fr[0].upper()}{title.fr[1:]} : {old.fr} → {new.fr}",
    )
    yield Difference(field=field, label=title, words=words)
