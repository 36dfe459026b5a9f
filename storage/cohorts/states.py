"""How complete studies are taken to be, in the search tables: kept up in the transactions that change it."""

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from storage.cohorts.tables import SearchPatientRow, SearchStudyRow
from storage.study_state_tables import StudyStateRow
from storage.upserts import in_pieces

STATE_OF_STUDY = (
    select(StudyStateRow.state)
    .where(StudyStateRow.study_instance_uid == SearchStudyRow.study_instance_uid)
    .correlate(SearchStudyRow)
    .scalar_subquery()
)
"""As the row has it that says so, of the search table's study in the enclosing statement."""


def note_states(connection: Connection, study_instance_uids: Collection[str]) -> None:
    """These may have changed, in this transaction. A study that is not searched yet gets its state when it is.

    Rows of `StudyStateRow` are held before those of patients, as where objects are recorded: nobody waits crosswise.
    """
    for some in in_pieces(study_instance_uids):
        of_these = SearchStudyRow.study_instance_uid.in_(some)
        held = select(SearchPatientRow.pseudonym).where(
            SearchPatientRow.id.in_(select(SearchStudyRow.patient_id).where(of_these))
        )
        connection.execute(held.order_by(SearchPatientRow.pseudonym).with_for_update())
        connection.execute(update(SearchStudyRow).where(of_these).values(state=STATE_OF_STUDY))
