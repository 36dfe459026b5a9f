"""Lesions, which belong to a patient, and readings, which say what was seen of one on one study."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from annotation.errors import UnacceptableError
from annotation.text import LINE_BREAKS, is_text
from lesion_model.anatomy import Site
from lesion_model.errors import Problem
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry

LONGEST_REASON = 500
LONGEST_NOTE = 2000
FIRST_REVISION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One metastasis of one patient; it keeps its number across examinations.

    `site_by` and `site_at` are None while the site is as it was when the lesion was opened. `merged_into` is the
    lesion that goes on in its place; `resolved_on` is the study on which it was seen no more.
    """

    id: UUID
    pseudonym: str
    number: int
    site: Site
    created_at: datetime
    created_by: str
    version: int = 1
    site_by: str | None = None
    site_at: datetime | None = None
    merged_into: UUID | None = None
    resolved_on: str | None = None

    @property
    def label(self) -> str:
        """The name that people use: L1, L2, … of this patient."""
        return f"L{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One revision of what one reader found on one lesion at one examination; it is never altered.

    All revisions share `id`, `lesion_id` and `study_instance_uid`. `reason` says why the earlier one was
    replaced; only the first has none. `geometry` is None when nothing was drawn. `draft_id` is the draft that was
    signed; None when it was recorded at once. `assignment_id`: the assignment that it was made under, and so its
    protocol. `decided_from`: the blind readings that an adjudicated one was made from.
    """

    id: UUID
    lesion_id: UUID
    study_instance_uid: str
    revision: int
    findings: ImagingFindings
    geometry: Geometry | None
    recorded_by: str
    recorded_at: datetime
    reason: str | None = None
    note: str | None = None
    draft_id: UUID | None = None
    assignment_id: UUID | None = None
    decided_from: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        if (self.revision == FIRST_REVISION) != (self.reason is None):
            detail = "every revision but the first says why it was made"
            raise UnacceptableError([Problem(field="reason", detail=detail)])
        check_text("reason", self.reason, LONGEST_REASON)
        check_text("note", self.note, LONGEST_NOTE)


def check_text(field: str, text: str | None, longest: int) -> None:
    """Raise `UnacceptableError` for a text that cannot be kept."""
    if text is not None and not is_text(text, longest, also=LINE_BREAKS):
        detail = f"from 1 to {longest} characters are needed, none of them a control character"
        raise UnacceptableError([Problem(field=field, detail=detail)])
