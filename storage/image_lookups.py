"""Look-ups in the ledger that a reading needs, inside the reading's own transaction."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotation.ports import ImageReference
from storage.ledger_tables import InstanceRow, PatientRow, SeriesRow, StudyRow


class SqlImages:
    """Satisfies `annotation.ports.Images`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_patient(self, pseudonym: str) -> bool:
        return self._session.get(PatientRow, pseudonym) is not None

    def patient_of_study(self, study_instance_uid: str) -> str | None:
        wanted = select(StudyRow.pseudonym).where(StudyRow.study_instance_uid == study_instance_uid)
        return self._session.scalar(wanted)

    def image(self, sop_instance_uid: str) -> ImageReference | None:
        wanted = (
            select(SeriesRow)
            .join(InstanceRow, InstanceRow.series_instance_uid == SeriesRow.series_instance_uid)
            .where(InstanceRow.sop_instance_uid == sop_instance_uid)
        )
        series = self._session.scalar(wanted)
        if series is None:
            return None
        return ImageReference(
            study_instance_uid=series.study_instance_uid,
            frame_of_reference_uid=series.frame_of_reference_uid,
        )

    def frames_of_reference(self, study_instance_uid: str) -> frozenset[str]:
        wanted = select(SeriesRow.frame_of_reference_uid).where(SeriesRow.study_instance_uid == study_instance_uid)
        return frozenset(uid for uid in self._session.scalars(wanted) if uid is not None)
