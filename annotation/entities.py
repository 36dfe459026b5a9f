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
FIRST_REVISION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One metastasis of one patient; it keeps its number across examinations."""

    id: UUID
    pseudonym: str
    number: int
    site: Site
    created_at: datetime
    created_by: str

    @property
    def label(self) -> str:
        """The name that people use: L1, L2, … of this patient."""
        return f"L{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One revision of what one reader found on one lesion at one examination; it is never altered.

    All revisions share `id`, `lesion_id` and `study_instance_uid`. `reason` says why the earlier one was
    replaced; only the first has none. `geometry` is None when nothing was drawn. `assignment_id`: the assignment that
    it was made under, and so its protocol. `decided_from`: the blind readings that an adjudicated one was made from.
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
    assignment_id: UUID | None = None
    decided_from: tuple[UUID, ...] = ()

    def __post_init__(self) -> None:
        if (self.revision == FIRST_REVISION) != (self.reason is None):
            detail = "every revision but the first says why it was made"
            raise UnacceptableError([Problem(field="reason", detail=detail)])
        if self.reason is not None and not is_text(self.reason, LONGEST_REASON, also=LINE_BREAKS):
            detail = f"from 1 to {LONGEST_REASON} characters are needed, none of them a control character"
            raise UnacceptableError([Problem(field="reason", detail=detail)])
