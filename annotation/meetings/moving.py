"""A day on which a patient was presented, or is prepared for it, is not moved away from what was entered of it."""

from datetime import date

from annotation.errors import UnacceptableError
from annotation.meetings.ports import MeetingUnitOfWork
from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.values import day_of
from lesion_model.assess_lesion import NOTHING_KNOWN
from lesion_model.errors import Problem


def check_moves(field: str, pseudonym: str, day: date, uow: MeetingUnitOfWork) -> None:
    """Raises UnacceptableError, on `field`, when something is of that day in the patient's own calendar."""
    if _is_presented(pseudonym, day, uow):
        detail = "stays the same: there is a presentation of that day, or a draft of one; withdraw it first"
    elif _is_known(pseudonym, day, uow):
        detail = (
            "stays the same: there is a clinical context of that day; enter it for the other day and empty this one"
        )
    else:
        return
    raise UnacceptableError([Problem(field=field, detail=f"{detail}, or take the patient off")])


def _is_presented(pseudonym: str, day: date, uow: MeetingUnitOfWork) -> bool:
    """By what is in force, and by a draft that is to replace it or is the first."""
    return any(
        each.form_name == PRESENTATION.name and day_of(each.values.get("meeting_date")) == day
        for drafts in (False, True)
        for each in uow.records.of_patient(pseudonym, drafts=drafts)
    )


def _is_known(pseudonym: str, day: date, uow: MeetingUnitOfWork) -> bool:
    """Of the patient or of one lesion; a context stays for ever, and one that says nothing holds nobody back."""
    return any(
        each.meeting_date == day and each.clinical != NOTHING_KNOWN for each in uow.contexts.up_to(pseudonym, day)
    )
