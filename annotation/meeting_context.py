"""What clinicians tell of a patient for one meeting, kept in versions."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from annotation.errors import UnacceptableError
from lesion_model.checks import date_problems
from lesion_model.clinical import ClinicalContext
from lesion_model.errors import Problem

FIRST_VERSION = 1

# What is said of one lesion; everything else is said of the patient.
PAIN_ITEMS = ("mirels_pain", "sins_pain", "pain_intensity")
RADIOTHERAPY_AT_SITE = "radiotherapy_at_site_on"
LESION_ITEMS = (*PAIN_ITEMS, RADIOTHERAPY_AT_SITE)
ITEMS = tuple(field.name for field in fields(ClinicalContext))


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingContext:
    """One version of what is known for one meeting; it is never altered.

    All versions share `id`, `pseudonym`, `meeting_date` and `lesion_id`. The date is the registry's, moved like all
    dates of this patient. `lesion_id` is None for what is said of the patient as a whole; of one lesion only its
    pain and its radiotherapy are said.
    """

    id: UUID
    pseudonym: str
    meeting_date: date
    lesion_id: UUID | None
    version: int
    clinical: ClinicalContext
    entered_by: str
    entered_at: datetime

    def __post_init__(self) -> None:
        problems = list(date_problems("meeting_date", self.meeting_date))
        if self.lesion_id is not None:
            problems += [
                Problem(field=f"clinical.{item}", detail="is said of the patient, not of one lesion")
                for item in self.known
                if item not in LESION_ITEMS
            ]
        if problems:
            raise UnacceptableError(problems)

    @property
    def known(self) -> tuple[str, ...]:
        """The items that are known, by name. None at all: it was withdrawn, and says nothing."""
        return tuple(item for item in ITEMS if getattr(self.clinical, item) is not None)
