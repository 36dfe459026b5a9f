"""Finding what is missing: one query for each kind of it, in the order of patients.

Readings and scores are those that everybody may see, and drafts on a study that is read blindly are not counted: the
list tells nobody what a blind reading keeps from them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, exists, func, select, tuple_
from sqlalchemy.orm import Session

from annotation.registry.entries import RecordEntry, State
from annotation.registry.following import differing
from annotation.registry.quality import ARRIVAL, FOLLOW_UP, SIGNING, Lack, Shortfall, missing_of
from annotation.sight import NOBODY
from storage.blindness import may_see_lesion
from storage.cohorts.tables import SearchPatientRow, SearchReadingRow, SearchScoreRow, SearchStudyRow
from storage.draft_tables import DraftRow
from storage.ledger_tables import PatientRow, SeriesRow, StudyRow
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow
from storage.registry_records.batches import RecordBatches
from storage.registry_records.merging import with_contexts
from storage.registry_records.tables import RecordEntryRow, RecordTombstoneRow, RecordVersionRow
from storage.study_state_tables import StudyStateRow

AT_A_TIME = 200
Place = tuple[str, str]
"""Pseudonym and object: where a list of one kind goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of the list. `pseudonym` and `lack` restrict it; `after` is where it goes on."""

    now: datetime
    limit: int
    pseudonym: str | None = None
    lack: Lack | None = None
    after: tuple[Lack, Place] | None = None


def shortfalls(session: Session, asked: Asked) -> list[Shortfall]:
    """In the order of `Lack`, then of patients."""
    found: list[Shortfall] = []
    kinds = list(Lack)
    begin = kinds.index(asked.after[0]) if asked.after else 0
    for number, lack in enumerate(kinds):
        if number < begin or asked.lack not in (None, lack) or len(found) >= asked.limit:
            continue
        place = asked.after[1] if asked.after and number == begin else ("", "")
        some = _FINDERS[lack](_Search(session=session, asked=asked, after=place))
        found += islice(some, asked.limit - len(found))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One kind, from a place on."""

    session: Session
    asked: Asked
    after: Place

    def rows(self, wanted: Select[*tuple[Any, ...]], pseudonym: Any, identifier: Any) -> Iterator[Any]:
        """In the order of the two columns, from the place on, some at a time; without those whose record was erased."""
        restricted = wanted.where(pseudonym.not_in(select(RecordTombstoneRow.pseudonym)))
        after = self.after
        if self.asked.pseudonym is not None:
            restricted = restricted.where(pseudonym == self.asked.pseudonym)
        place = tuple_(pseudonym, identifier)
        while True:
            page = restricted.where(place > after).order_by(pseudonym, identifier).limit(AT_A_TIME)
            some = self.session.execute(page).all()
            yield from some
            if len(some) < AT_A_TIME:
                return
            after = (some[-1][0], some[-1][1])


def _presentation_missing(search: _Search) -> Iterator[Shortfall]:
    there = exists().where(
        RecordEntryRow.pseudonym == PatientRow.pseudonym,
        RecordEntryRow.form == "presentation",
        RecordEntryRow.key.is_not(None),
    )
    wanted = select(PatientRow.pseudonym, PatientRow.pseudonym.label("id"), PatientRow.first_stored_at).where(~there)
    for pseudonym, identifier, since in search.rows(wanted, PatientRow.pseudonym, PatientRow.pseudonym):
        yield Shortfall(lack=Lack.PRESENTATION_MISSING, pseudonym=pseudonym, object_id=identifier, since=since)


def _images_not_received(search: _Search) -> Iterator[Shortfall]:
    """The key of an announcement is its date and modality."""
    row = RecordEntryRow
    wanted = select(row.pseudonym, row.id, row.key, row.created_at).where(
        row.form == "imaging", row.key.is_not(None), row.created_at < search.asked.now - ARRIVAL
    )
    for pseudonym, identifier, key, since in search.rows(wanted, row.pseudonym, row.id):
        day, _between, modality = key.partition("|")
        if not _came(search.session, pseudonym, day, modality):
            yield Shortfall(
                lack=Lack.IMAGES_NOT_RECEIVED,
                pseudonym=pseudonym,
                object_id=identifier,
                since=since,
                detail=(modality,),
            )


def _came(session: Session, pseudonym: str, day: str, modality: str) -> bool:
    on = datetime.fromisoformat(day).date()
    wanted = (
        select(StudyRow.study_instance_uid)
        .join(SeriesRow, SeriesRow.study_instance_uid == StudyRow.study_instance_uid)
        .where(StudyRow.pseudonym == pseudonym, StudyRow.study_date == on, SeriesRow.modality == modality)
    )
    return session.execute(wanted.limit(1)).first() is not None


def _images_incomplete(search: _Search) -> Iterator[Shortfall]:
    """The source named more objects than are here, or some were lost."""
    state = StudyStateRow
    wanted = (
        select(StudyRow.pseudonym, StudyRow.study_instance_uid, state.since, state.reason)
        .join(state, state.study_instance_uid == StudyRow.study_instance_uid)
        .where(state.state == "provisional", state.objects_expected.is_not(None) | (state.reason == "objects_lost"))
    )
    for pseudonym, study, since, reason in search.rows(wanted, StudyRow.pseudonym, StudyRow.study_instance_uid):
        yield Shortfall(
            lack=Lack.IMAGES_INCOMPLETE,
            pseudonym=pseudonym,
            object_id=study,
            since=since,
            detail=() if reason is None else (reason,),
        )


def _study_unread(search: _Search) -> Iterator[Shortfall]:
    read = exists().where(
        SearchStudyRow.study_instance_uid == StudyRow.study_instance_uid, SearchReadingRow.study_id == SearchStudyRow.id
    )
    wanted = select(StudyRow.pseudonym, StudyRow.study_instance_uid, StudyRow.first_stored_at).where(~read)
    for pseudonym, study, since in search.rows(wanted, StudyRow.pseudonym, StudyRow.study_instance_uid):
        yield Shortfall(lack=Lack.STUDY_UNREAD, pseudonym=pseudonym, object_id=study, since=since)


def _reading_unsigned(search: _Search) -> Iterator[Shortfall]:
    blind = exists().where(AssignmentRow.blind, AssignmentRow.study_instance_uid == DraftRow.study_instance_uid)
    wanted = (
        select(LesionRow.pseudonym, DraftRow.id, DraftRow.created_at)
        .join(DraftRow, DraftRow.lesion_id == LesionRow.id)
        .where(~blind, may_see_lesion(NOBODY), DraftRow.created_at < search.asked.now - SIGNING)
    )
    for pseudonym, identifier, since in search.rows(wanted, LesionRow.pseudonym, DraftRow.id):
        yield Shortfall(lack=Lack.READING_UNSIGNED, pseudonym=pseudonym, object_id=identifier, since=since)


def _score_undecided(search: _Search) -> Iterator[Shortfall]:
    """The instruments of one reading together."""
    row, of, whose = SearchScoreRow, SearchReadingRow, SearchPatientRow
    wanted = (
        select(whose.pseudonym, of.reading_uuid, of.id)
        .join(of, of.patient_id == whose.id)
        .where(exists().where(row.reading_id == of.id, row.decided.is_(False)))
    )
    for pseudonym, reading, number in search.rows(wanted, whose.pseudonym, of.reading_uuid):
        undecided = select(row.instrument).where(row.reading_id == number, row.decided.is_(False))
        names = tuple(search.session.scalars(undecided.order_by(row.instrument)))
        yield Shortfall(lack=Lack.SCORE_UNDECIDED, pseudonym=pseudonym, object_id=reading, detail=names)


def _presentation_incomplete(search: _Search) -> Iterator[Shortfall]:
    """The newest presentation of each patient: what was left open earlier is past."""
    for newest, _entries in _newest_presentations(search):
        lacking = missing_of(newest.values)
        if lacking:
            yield _of_presentation(Lack.PRESENTATION_INCOMPLETE, newest, lacking)


def _facts_differ(search: _Search) -> Iterator[Shortfall]:
    for newest, entries in _newest_presentations(search):
        presentations = [each.values for each in entries if each.form_name == "presentation"]
        treatments = [each.values for each in entries if each.form_name == "treatment"]
        names = differing(newest.values, presentations, treatments)
        if names:
            yield _of_presentation(Lack.FACTS_DIFFER, newest, names)


def _newest_presentations(search: _Search) -> Iterator[tuple[RecordEntry, list[RecordEntry]]]:
    """With all entries of the patient."""
    for pseudonym in _with_entries(search, "presentation"):
        found = list(with_contexts(RecordBatches(search.session), [pseudonym]))
        presentations = [each for each in found if each.form_name == "presentation"]
        yield max(presentations, key=lambda each: str(each.values["meeting_date"])), found


def _of_presentation(lack: Lack, entry: RecordEntry, detail: tuple[str, ...]) -> Shortfall:
    return Shortfall(
        lack=lack, pseudonym=entry.pseudonym, object_id=str(entry.id), since=entry.entered_at, detail=detail
    )


def _follow_up_overdue(search: _Search) -> Iterator[Shortfall]:
    """Nothing was entered and no image came for half a year."""
    for pseudonym in _with_entries(search, None):
        last = _last_heard(search.session, pseudonym)
        if last < search.asked.now - FOLLOW_UP and not _is_dead(search.session, pseudonym):
            yield Shortfall(lack=Lack.FOLLOW_UP_OVERDUE, pseudonym=pseudonym, object_id=pseudonym, since=last)


def _with_entries(search: _Search, form: str | None) -> Iterator[str]:
    """Each patient once; the place goes on after the patient, whatever the object."""
    row = RecordEntryRow
    wanted = select(row.pseudonym, row.pseudonym.label("id")).where(row.key.is_not(None)).distinct()
    if form is not None:
        wanted = wanted.where(row.form == form)
    if search.after[0]:
        wanted = wanted.where(row.pseudonym > search.after[0])
    begin = _Search(session=search.session, asked=search.asked, after=("", ""))
    for pseudonym, _same in begin.rows(wanted, row.pseudonym, row.pseudonym):
        yield pseudonym


def _last_heard(session: Session, pseudonym: str) -> datetime:
    entered = (
        select(func.max(RecordVersionRow.entered_at))
        .join(RecordEntryRow, RecordEntryRow.id == RecordVersionRow.entry_id)
        .where(RecordEntryRow.pseudonym == pseudonym)
    )
    arrived = select(func.max(StudyRow.first_stored_at)).where(StudyRow.pseudonym == pseudonym)
    times = [session.scalar(entered), session.scalar(arrived)]
    return max(each for each in times if each is not None)


def _is_dead(session: Session, pseudonym: str) -> bool:
    wanted = (
        select(RecordVersionRow.content, RecordEntryRow.form)
        .join(RecordEntryRow, RecordEntryRow.id == RecordVersionRow.entry_id)
        .where(
            RecordEntryRow.pseudonym == pseudonym,
            RecordEntryRow.form.in_(("patient", "event")),
            RecordVersionRow.version == RecordEntryRow.newest_final,
            RecordVersionRow.state == State.FINAL.value,
        )
    )
    return any(
        content.get("vital_status") == "dead" or "death_date" in content or content.get("event_type") == "death"
        for content, _form in session.execute(wanted)
    )


_FINDERS: Mapping[Lack, Callable[[_Search], Iterator[Shortfall]]] = MappingProxyType(
    {
        Lack.PRESENTATION_MISSING: _presentation_missing,
        Lack.IMAGES_NOT_RECEIVED: _images_not_received,
        Lack.IMAGES_INCOMPLETE: _images_incomplete,
        Lack.STUDY_UNREAD: _study_unread,
        Lack.READING_UNSIGNED: _reading_unsigned,
        Lack.SCORE_UNDECIDED: _score_undecided,
        Lack.PRESENTATION_INCOMPLETE: _presentation_incomplete,
        Lack.FACTS_DIFFER: _facts_differ,
        Lack.FOLLOW_UP_OVERDUE: _follow_up_overdue,
    }
)
