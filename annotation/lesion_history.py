"""What happened to a lesion: one entry for each of its versions, never altered."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from annotation.entities import LONGEST_REASON
from annotation.errors import UnacceptableError
from annotation.text import LINE_BREAKS, is_text
from lesion_model.anatomy import Site
from lesion_model.errors import Problem


class Happening(Enum):
    """One kind of entry."""

    OPENED = "opened"
    SITE_CORRECTED = "site_corrected"
    MERGED = "merged"
    ABSORBED = "absorbed"
    SPLIT = "split"
    SPLIT_OFF = "split_off"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionEvent:
    """One entry; it made `version` of the lesion. Only opening a lesion needs no reason.

    `other_lesion_id`: merged into it, absorbed it, split it off, or was split off from it; `reading_ids` are the
    readings that moved. `study_instance_uid`: the study on which it was seen to be resolved.
    """

    lesion_id: UUID
    version: int
    what: Happening
    by: str
    at: datetime
    reason: str | None = None
    study_instance_uid: str | None = None
    other_lesion_id: UUID | None = None
    reading_ids: tuple[UUID, ...] = ()
    site_before: Site | None = None
    site_after: Site | None = None

    def __post_init__(self) -> None:
        if self.what is Happening.OPENED and self.reason is None:
            return
        if self.reason is None or not is_text(self.reason, LONGEST_REASON, also=LINE_BREAKS):
            detail = f"from 1 to {LONGEST_REASON} characters are needed, none of them a control character"
            raise UnacceptableError([Problem(field="reason", detail=detail)])
