"""What blind reading keeps from the one who asks, beside what it keeps from everybody: that is in no search table."""

from sqlalchemy import ColumnElement, Select, exists, or_, select

from annotation.cohorts.fields import Scope
from annotation.sight import Sight
from storage.blindness import may_see_lesion, may_see_reading, takes_part
from storage.cohorts.tables import (
    SearchLesionRow,
    SearchPatientRow,
    SearchReadingRow,
    SearchScoreRow,
    SearchStudyRow,
)
from storage.protocol_tables import AssignmentRow
from storage.reading_tables import LesionRow, ReadingRow

Condition = ColumnElement[bool]


def hidden_from(sight: Sight, scope: Scope) -> Condition | None:
    """Of the search table of the enclosing query: what may be found; None when everything may.

    Only where the one who asks takes part in something blind is it looked up, thing by thing.
    """
    if sight.reader is None:
        return None
    match scope:
        case Scope.LESION:
            seen = select(LesionRow.id).where(LesionRow.id == SearchLesionRow.lesion_uuid, may_see_lesion(sight))
            return or_(
                SearchLesionRow.patient_id.not_in(_blind_patients(sight)), exists(seen.correlate(SearchLesionRow))
            )
        case Scope.READING:
            seen = _seen(sight).where(ReadingRow.id == SearchReadingRow.reading_uuid)
            return or_(
                SearchReadingRow.study_id.not_in(_blind_studies(sight)), exists(seen.correlate(SearchReadingRow))
            )
        case Scope.SCORE:
            seen = _seen(sight).join(SearchReadingRow, SearchReadingRow.reading_uuid == ReadingRow.id)
            of_it = seen.where(SearchReadingRow.id == SearchScoreRow.reading_id)
            return or_(SearchScoreRow.study_id.not_in(_blind_studies(sight)), exists(of_it.correlate(SearchScoreRow)))
    return None


def _seen(sight: Sight) -> Select[str]:
    return select(ReadingRow.id).where(may_see_reading(sight))


def _blind_studies(sight: Sight) -> Select[int]:
    joined = select(SearchStudyRow.id).join(
        AssignmentRow, AssignmentRow.study_instance_uid == SearchStudyRow.study_instance_uid
    )
    return joined.where(AssignmentRow.blind, takes_part(sight)).correlate(None)


def _blind_patients(sight: Sight) -> Select[int]:
    joined = select(SearchPatientRow.id).join(AssignmentRow, AssignmentRow.pseudonym == SearchPatientRow.pseudonym)
    return joined.where(AssignmentRow.blind, takes_part(sight)).correlate(None)
