"""What blind reading keeps from whom of the audit log over HTTP: `storage.blindness`, of its entries."""

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.selectable import Exists

from annotation.audit import Kind
from annotation.sight import Sight
from storage.audit_tables import AuditEntryRow
from storage.blindness import may_see_lesion, may_see_reading, takes_part
from storage.context_tables import ContextRow
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow, ReadingRow

Condition = ColumnElement[bool]


def may_see_entry(sight: Sight) -> Condition:
    """Of `AuditEntryRow` in the enclosing query.

    An entry is kept back while what it is about is, a draft on a study that is read blindly with it; and from those who
    take part in a blind reading, whatever the others of it do.
    """
    hidden = or_(
        _about(Kind.READING, ReadingRow.id, not_(may_see_reading(sight))),
        _about(Kind.LESION, LesionRow.id, not_(may_see_lesion(sight))),
        _about(Kind.CONTEXT, ContextRow.id, _of_hidden_lesion(sight)),
        and_(AuditEntryRow.kind == Kind.DRAFT.value, _blind_study()),
        _by_another_of_them(sight),
    )
    own = false() if sight.reader is None else AuditEntryRow.actor.is_not_distinct_from(sight.reader)
    return or_(not_(hidden), own)


def _about(kind: Kind, identifier: InstrumentedAttribute[str], hidden: Condition) -> Condition:
    return and_(
        AuditEntryRow.kind == kind.value,
        exists().where(identifier == AuditEntryRow.object_id, hidden).correlate(AuditEntryRow),
    )


def _of_hidden_lesion(sight: Sight) -> Condition:
    return exists(
        select(LesionRow.id).where(LesionRow.id == ContextRow.lesion_id, not_(may_see_lesion(sight)))
    ).correlate(ContextRow)


def _blind_study() -> Exists:
    return (
        exists()
        .where(AssignmentRow.blind, AssignmentRow.study_instance_uid == AuditEntryRow.study_instance_uid)
        .correlate(AuditEntryRow)
    )


def _by_another_of_them(sight: Sight) -> Exists:
    others = or_(
        AssignmentRow.first_reader == AuditEntryRow.actor,
        AssignmentRow.second_reader == AuditEntryRow.actor,
        AssignmentRow.adjudicator == AuditEntryRow.actor,
    )
    return exists().where(AssignmentRow.blind, takes_part(sight), others).correlate(AuditEntryRow)
