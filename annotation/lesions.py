"""Opening lesions on a patient, and finding them again."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from annotation import audit_notes
from annotation.audit import Action
from annotation.entities import Lesion
from annotation.errors import PatientNotFoundError
from annotation.lesion_history import Happening, LesionEvent
from annotation.ports import Clock, UnitOfWork
from lesion_model.anatomy import Site


def open_lesion(pseudonym: str, site: Site, *, by: str, now: Clock, uow: UnitOfWork) -> Lesion:
    """Give this patient's next lesion its number; a blind reader's is in a block of their own.

    Raises PatientNotFoundError.
    """
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        lesion = Lesion(
            id=uuid4(),
            pseudonym=pseudonym,
            number=uow.lesions.next_number(pseudonym, uow.assignments.block(pseudonym, by)),
            site=site,
            created_at=now(),
            created_by=by,
        )
        uow.lesions.add(lesion)
        uow.lesion_history.add(
            LesionEvent(
                lesion_id=lesion.id,
                version=lesion.version,
                what=Happening.OPENED,
                by=by,
                at=lesion.created_at,
            )
        )
        uow.audit.note(audit_notes.of_lesion(Action.CREATED, lesion), by=by, at=lesion.created_at)
        uow.commit()
    return lesion


def lesion(lesion_id: UUID, uow: UnitOfWork) -> Lesion:
    """One lesion. Raises LesionNotFoundError."""
    with uow:
        return uow.lesions.get(lesion_id)


def lesions_of_patient(pseudonym: str, uow: UnitOfWork, *, after: int = 0, limit: int) -> Sequence[Lesion]:
    """By number, from the first above `after`. Raises PatientNotFoundError."""
    with uow:
        if not uow.images.has_patient(pseudonym):
            raise PatientNotFoundError
        return uow.lesions.of_patient(pseudonym, after=after, limit=limit)
