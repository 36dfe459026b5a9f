"""A reading that is being made: it changes until it is signed, and only its author sees it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from annotation.entities import LONGEST_NOTE, Lesion, check_text
from lesion_model.findings import Finding, ImagingFindings
from lesion_model.geometry import Geometry

FIRST_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionOf:
    """One revision of a signed reading."""

    reading_id: UUID
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What one reader has entered so far of one lesion at one examination.

    `revises` is the signed revision that it will replace, None for a new reading. `carried` are findings that were
    copied from an earlier reading, or from the imported object `imported_from` (its UID), and that nobody has confirmed
    on this examination. `last_change` is the digest of
    the change that made this version, so that the same change sent twice is made once.
    """

    id: UUID
    lesion_id: UUID
    study_instance_uid: str
    author: str
    version: int
    findings: ImagingFindings
    geometry: Geometry | None
    created_at: datetime
    updated_at: datetime
    carried: frozenset[Finding] = frozenset()
    carried_from: RevisionOf | None = None
    imported_from: str | None = None
    revises: RevisionOf | None = None
    note: str | None = None
    last_change: str | None = None

    def __post_init__(self) -> None:
        check_text("note", self.note, LONGEST_NOTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionDraft:
    """A draft together with the lesion it is about."""

    lesion: Lesion
    draft: Draft
