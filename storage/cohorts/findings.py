"""The search tables of lesions, readings and scores, written anew for a whole patient.

In them is what everybody may see: a reading that is blind, and a lesion that nobody may know of yet, are not there
until the blindness ends. A patient has few readings, and they change at the pace of people.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from annotation.cohorts.lesion_fields import INSTRUMENTS
from annotation.completion import known_of
from annotation.entities import Lesion, Reading
from annotation.meeting_context import MeetingContext
from annotation.ports import ReadingFilter
from annotation.scores import scored
from annotation.sight import NOBODY
from lesion_model.descriptions import DESCRIPTIONS
from storage.cohorts.findings_columns import (
    Columns,
    lesion_columns,
    patient_columns,
    reading_columns,
    score_columns,
)
from storage.cohorts.images import hold_patients, hold_studies
from storage.cohorts.lesionless import index_without_lesions
from storage.cohorts.tables import (
    INDEXED_AS_LENGTH,
    SearchLesionRow,
    SearchPatientRow,
    SearchReadingRow,
    SearchScoreRow,
)
from storage.contexts import SqlContexts
from storage.errors import StoredContextError, StoredLesionError, StoredReadingError
from storage.lesions import SqlLesions
from storage.protocol_tables import AssignmentRow, ProtocolRow
from storage.readings import SqlReadings

Numbered = SearchLesionRow | SearchReadingRow

_PAGE = 500
_UNUSED_BITS = 65  # of 128, so that a number has 63
_SHAPE = "1"
"""Of what is written here: another number makes every patient be indexed again."""


def indexed_as() -> str:
    """The shape of the rows and the versions of the instruments whose scores are in them."""
    said = " ".join((_SHAPE, *(f"{name} {DESCRIPTIONS[name].version}" for name in INSTRUMENTS)))
    return hashlib.sha256(said.encode()).hexdigest()[:INDEXED_AS_LENGTH]


def index_findings(session: Session, pseudonyms: Collection[str]) -> None:
    """Write what these patients' lesions, readings, scores and contexts are searched by, in this transaction.

    Of a patient of whom something stored cannot be read, nothing is found until it can be.
    """
    if not pseudonyms:
        return
    session.flush()
    numbers = hold_patients(session.connection(), pseudonyms)
    for pseudonym in sorted(set(pseudonyms) - index_without_lesions(session, numbers, indexed_as())):
        for table in (SearchScoreRow, SearchReadingRow, SearchLesionRow):
            session.execute(delete(table).where(table.patient_id == numbers[pseudonym]))
        try:
            found = _Patient(session, pseudonym, numbers[pseudonym])
        except (StoredReadingError, StoredLesionError, StoredContextError):
            values: Columns = {"indexed_as": None}
        else:
            found.write()
            values = {"indexed_as": indexed_as(), **found.columns}
        session.execute(update(SearchPatientRow).where(SearchPatientRow.pseudonym == pseudonym).values(values))


class _Patient:
    """What everybody may see of one patient."""

    def __init__(self, session: Session, pseudonym: str, number: int) -> None:
        self._session = session
        self._pseudonym = pseudonym
        self._number = number
        self._contexts: Sequence[MeetingContext] = SqlContexts(session, NOBODY).up_to(pseudonym, None)
        self._lesions = {lesion.id: lesion for lesion in _lesions(session, pseudonym)}
        self._readings = list(_readings(session, pseudonym))
        self._protocols = _protocols(session, pseudonym)
        self.columns = patient_columns(known_of((), self._contexts).clinical)

    def write(self) -> None:
        lesions = self._insert(SearchLesionRow, SearchLesionRow.lesion_uuid, self._lesion_rows())
        studies = hold_studies(
            self._session.connection(), {reading.study_instance_uid: self._pseudonym for reading in self._readings}
        )
        rows = {str(reading.id): self._reading_row(reading, lesions, studies) for reading in self._readings}
        numbers = self._insert(SearchReadingRow, SearchReadingRow.reading_uuid, list(rows.values()))
        scores: list[Columns] = []
        for reading in self._readings:
            row = rows[str(reading.id)]
            keys = {name: row[name] for name in ("patient_id", "study_id", "lesion_id")}
            keys["reading_id"] = numbers[str(reading.id)]
            known = known_of(self._same(reading.lesion_id), self._contexts)
            assessment = scored(self._lesions[reading.lesion_id], reading, known).assessment
            scores += [keys | score for score in score_columns(assessment)]
        if scores:
            self._session.execute(insert(SearchScoreRow), scores)

    def _lesion_rows(self) -> list[Columns]:
        return [
            {"patient_id": self._number}
            | lesion_columns(lesion, known_of(self._same(lesion.id), self._contexts).clinical)
            for lesion in self._lesions.values()
            if lesion.merged_into is None
        ]

    def _reading_row(
        self, reading: Reading, lesions: Mapping[str, int], studies: Mapping[str, Mapping[str, int]]
    ) -> Columns:
        counted = self._lesions[reading.lesion_id].merged_into
        lesion = reading.lesion_id if counted is None or counted not in self._lesions else counted
        return {
            **studies[reading.study_instance_uid],
            "lesion_id": lesions.get(str(lesion), _beside_all_rows(lesion)),
            **reading_columns(reading, self._protocol(reading)),
        }

    def _insert(
        self, table: type[Numbered], uuid: InstrumentedAttribute[str], rows: Sequence[Columns]
    ) -> dict[str, int]:
        """The number of each new row, by its UUID."""
        if not rows:
            return {}
        self._session.execute(insert(table), rows)
        return dict(self._session.execute(select(uuid, table.id).where(table.patient_id == self._number)).all())

    def _same(self, lesion_id: UUID) -> set[UUID]:
        return {lesion_id, *(each.id for each in self._lesions.values() if each.merged_into == lesion_id)}

    def _protocol(self, reading: Reading) -> str | None:
        return None if reading.assignment_id is None else self._protocols.get(str(reading.assignment_id))


def _beside_all_rows(lesion_id: UUID) -> int:
    """For a lesion that is not searched: a number that no row has, the same for all of its readings."""
    return -1 - (lesion_id.int >> _UNUSED_BITS)


def _lesions(session: Session, pseudonym: str) -> Iterator[Lesion]:
    stored, after = SqlLesions(session, NOBODY), 0
    while page := stored.of_patient(pseudonym, after=after, limit=_PAGE):
        yield from page
        after = page[-1].number


def _readings(session: Session, pseudonym: str) -> Iterator[Reading]:
    """A reading that may be seen makes its lesion seen."""
    stored, after = SqlReadings(session, NOBODY), None
    while page := stored.matching(ReadingFilter(pseudonym=pseudonym), after=after, limit=_PAGE):
        yield from page
        after = page[-1].id


def _protocols(session: Session, pseudonym: str) -> dict[str, str]:
    wanted = select(AssignmentRow.id, ProtocolRow.name).join(ProtocolRow, ProtocolRow.id == AssignmentRow.protocol_id)
    return dict(session.execute(wanted.where(AssignmentRow.pseudonym == pseudonym)).all())
