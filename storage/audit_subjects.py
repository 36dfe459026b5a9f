"""Whose thing something is: what an entry of the audit log says beside the identifier that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Select, String, cast, null, select
from sqlalchemy.sql.elements import SQLCoreOperations

from annotation.audit import Kind
from storage.account_tables import AccountRow, PersonalTokenRow
from storage.cohorts.tables import CohortRow
from storage.context_tables import ContextRow
from storage.draft_tables import DraftRow
from storage.jobs.tables import JobRow
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.meeting_tables import MeetingRow
from storage.protocol_tables import AssignmentRow, ProtocolRow
from storage.reading_tables import LesionRow, ReadingRow
from storage.registry_records.tables import RecordEntryRow
from storage.releases.tables import ReleaseRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The patient and, where it is of one, the study."""

    pseudonym: str | None = None
    study_instance_uid: str | None = None


def subject(connection: Connection, kind: Kind, object_id: str) -> Subject | None:
    """None when there is no such thing, or none of this kind can be asked for."""
    if kind not in _BY_KIND:
        return None
    query, key = _BY_KIND[kind]
    found = connection.execute(query.where(key == object_id)).one_or_none()
    return None if found is None else Subject(pseudonym=found[0], study_instance_uid=found[1])


_UID = StudyRow.study_instance_uid
_OF_STUDY = select(StudyRow.pseudonym, _UID)
_OF_SERIES = _OF_STUDY.join(SeriesRow, SeriesRow.study_instance_uid == _UID)

_BY_KIND: Mapping[Kind, tuple[Select[*tuple[Any, ...]], SQLCoreOperations[str]]] = MappingProxyType(
    {
        Kind.PATIENT: (select(PatientRow.pseudonym, null()), PatientRow.pseudonym),
        Kind.STUDY: (_OF_STUDY, _UID),
        Kind.SERIES: (_OF_SERIES, SeriesRow.series_instance_uid),
        Kind.INSTANCE: (
            _OF_SERIES.join(InstanceRow, InstanceRow.series_instance_uid == SeriesRow.series_instance_uid),
            InstanceRow.sop_instance_uid,
        ),
        Kind.LESION: (select(LesionRow.pseudonym, null()), LesionRow.id),
        Kind.READING: (
            select(LesionRow.pseudonym, ReadingRow.study_instance_uid).join(
                ReadingRow, ReadingRow.lesion_id == LesionRow.id
            ),
            ReadingRow.id,
        ),
        Kind.DRAFT: (
            select(LesionRow.pseudonym, DraftRow.study_instance_uid).join(DraftRow, DraftRow.lesion_id == LesionRow.id),
            DraftRow.id,
        ),
        Kind.CONTEXT: (select(ContextRow.pseudonym, null()), ContextRow.id),
        Kind.RECORD: (select(RecordEntryRow.pseudonym, null()), RecordEntryRow.id),
        Kind.MEETING: (select(null(), null()).select_from(MeetingRow), MeetingRow.id),
        Kind.PROTOCOL: (select(null(), null()).select_from(ProtocolRow), ProtocolRow.id),
        Kind.ASSIGNMENT: (select(AssignmentRow.pseudonym, AssignmentRow.study_instance_uid), AssignmentRow.id),
        Kind.ACCOUNT: (select(null(), null()).select_from(AccountRow), AccountRow.id),
        Kind.COHORT: (select(null(), null()).select_from(CohortRow).where(CohortRow.version == 1), CohortRow.name),
        Kind.RELEASE: (select(null(), null()).select_from(ReleaseRow), cast(ReleaseRow.number, String)),
        Kind.TOKEN: (select(null(), null()).select_from(PersonalTokenRow), PersonalTokenRow.id),
        Kind.JOB: (select(null(), null()).select_from(JobRow), JobRow.id),
    }
)
