"""What the changes of the act of reading say of themselves, in their own transaction, just before it is committed."""

from annotation.audit import Action, Kind, Note
from annotation.draft import Draft
from annotation.entities import Lesion, Reading
from annotation.meeting_context import MeetingContext
from annotation.meetings.meeting import Meeting
from annotation.protocols import Assignment, ReadingProtocol
from annotation.registry.entries import RecordEntry


def of_lesion(action: Action, lesion: Lesion, study_instance_uid: str | None = None) -> Note:
    return Note(
        action=action,
        kind=Kind.LESION,
        object_id=str(lesion.id),
        pseudonym=lesion.pseudonym,
        study_instance_uid=study_instance_uid,
    )


def of_reading(action: Action, lesion: Lesion, reading: Reading) -> Note:
    return Note(
        action=action,
        kind=Kind.READING,
        object_id=str(reading.id),
        pseudonym=lesion.pseudonym,
        study_instance_uid=reading.study_instance_uid,
    )


def of_draft(action: Action, lesion: Lesion, draft: Draft) -> Note:
    return Note(
        action=action,
        kind=Kind.DRAFT,
        object_id=str(draft.id),
        pseudonym=lesion.pseudonym,
        study_instance_uid=draft.study_instance_uid,
    )


def of_context(action: Action, context: MeetingContext) -> Note:
    return Note(action=action, kind=Kind.CONTEXT, object_id=str(context.id), pseudonym=context.pseudonym)


def of_record(action: Action, entry: RecordEntry) -> Note:
    return Note(action=action, kind=Kind.RECORD, object_id=str(entry.id), pseudonym=entry.pseudonym)


def of_protocol(action: Action, protocol: ReadingProtocol) -> Note:
    return Note(action=action, kind=Kind.PROTOCOL, object_id=str(protocol.id))


def of_assignment(action: Action, assignment: Assignment) -> Note:
    return Note(
        action=action,
        kind=Kind.ASSIGNMENT,
        object_id=str(assignment.id),
        pseudonym=assignment.pseudonym,
        study_instance_uid=assignment.study_instance_uid,
    )


def of_meeting(action: Action, meeting: Meeting, pseudonym: str | None = None) -> Note:
    """`pseudonym`: of the patient whose place on it was changed."""
    return Note(action=action, kind=Kind.MEETING, object_id=str(meeting.id), pseudonym=pseudonym)
