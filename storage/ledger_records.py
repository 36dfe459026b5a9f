"""What is written into the ledger and read from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from sqlalchemy import BigInteger, Integer, String

from storage.ledger_tables import SHA256_HEX_LENGTH, InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.series_facts import SeriesFacts

UNKNOWN_DIGEST = "unknown"
"""The source digest of an object that was found in Orthanc: what it was made from cannot be seen any more.

When it is sent again, the files are compared, and the row takes over what the new one knows.
"""

FOUND_IN_ORTHANC = "found-in-orthanc"
"""Stands for the association of an object that was found there without a row of the ledger."""

NODE_ENDED = "node_ended"
"""How an association ended whose process ended while it was open: counted from what is there, as far as that tells."""

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIG_INTEGER = 2**63 - 1

_UNKEPT = re.compile(r"[\x00\ud800-\udfff]")


class Limit(Protocol):
    """What a column can keep."""

    def problem(self, value: object) -> str | None:
        """What is wrong with a value, without repeating it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLimit:
    least: int
    most: int
    optional: bool

    def problem(self, value: object) -> str | None:
        if value is None:
            return None if self.optional else "is missing"
        if not isinstance(value, str):
            return "is not text"
        if not self.least <= len(value) <= self.most:
            return f"has not {self.least} to {self.most} characters"
        return "holds NUL or half a character" if _UNKEPT.search(value) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberLimit:
    least: int
    most: int
    optional: bool

    def problem(self, value: object) -> str | None:
        if value is None:
            return None if self.optional else "is missing"
        if not isinstance(value, int):
            return "is not a whole number"
        return None if self.least <= value <= self.most else f"is not from {self.least} to {self.most}"


def _limits() -> Iterator[tuple[str, Limit]]:
    """As the tables have them, so that the two cannot differ."""
    for row in (PatientRow, StudyRow, SeriesRow, InstanceRow):
        for column in row.__table__.columns:
            optional = bool(column.nullable)
            match column.type:
                case String(length=int(length)):
                    yield column.name, TextLimit(least=0 if optional else 1, most=length, optional=optional)
                case BigInteger():
                    yield (
                        column.name,
                        NumberLimit(least=-LARGEST_BIG_INTEGER - 1, most=LARGEST_BIG_INTEGER, optional=optional),
                    )
                case Integer():
                    yield column.name, NumberLimit(least=-LARGEST_INTEGER - 1, most=LARGEST_INTEGER, optional=optional)


_LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        **dict(_limits()),
        "size": NumberLimit(least=0, most=LARGEST_BIG_INTEGER, optional=False),
        "sha256": TextLimit(least=SHA256_HEX_LENGTH, most=SHA256_HEX_LENGTH, optional=False),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One object as Orthanc keeps it. All identifiers are pseudonymised; `study_date` is already shifted.

    `size` (bytes) and `sha256` (hex) are those of the Part 10 file; `source_digest` is the keyed digest of
    the received data set, equal for a re-send and different for a conflict.
    """

    association_id: str
    pseudonym: str
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    modality: str | None
    study_date: date | None
    patient_sex: str | None
    series_number: int | None
    instance_number: int | None
    frame_of_reference_uid: str | None
    rows: int | None
    columns: int | None
    number_of_frames: int | None
    size: int
    sha256: str
    source_digest: str
    orthanc_id: str
    received_at: datetime
    stored_at: datetime
    series_facts: SeriesFacts | None = None
    """What it says of its series; None when it was not looked at for that."""

    def __post_init__(self) -> None:
        """Raises ValueError for what the ledger could not keep; the field is named, its value is not."""
        check_kept({field: getattr(self, field) for field in _LIMITS})


def check_kept(values: Mapping[str, object]) -> None:
    """Whether the ledger can keep these fields of an object; others do not count. Raises ValueError."""
    for field, value in values.items():
        limit = _LIMITS.get(field)
        problem = limit.problem(value) if limit is not None else None
        if problem:
            raise ValueError(f"{field}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCount:
    """How many objects of an association were refused, quarantined or quarantined_again for one reason."""

    outcome: str
    reason: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCount:
    """What became of the objects of one study that an association carried.

    Of the quarantined, `quarantined_again` lay in quarantine for the same reason before.
    """

    study_instance_uid: str
    stored: int
    duplicates: int
    quarantined: int
    quarantined_again: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationSummary:
    """One closed association. `outcome` is released, aborted, lost or node_ended."""

    association_id: str
    calling_ae_title: str
    peer_address: str
    opened_at: datetime
    closed_at: datetime
    outcome: str
    received: int
    stored: int
    duplicates: int
    quarantined: int
    refused: int
    reasons: tuple[ReasonCount, ...] = ()
    studies: tuple[StudyCount, ...] = ()
    """Of the objects whose study could be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedObject:
    """One object set aside; `reason` is a code, never a text taken from the object. UIDs are pseudonymised."""

    quarantine_id: str
    association_id: str
    reason: str
    sop_class_uid: str
    size: int
    received_at: datetime
    study_instance_uid: str | None = None
    sop_instance_uid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedAssociations:
    """How many associations of one caller were rejected for one reason in one hour, as counted by one process."""

    hour: datetime
    calling_ae_title: str
    peer_address: str
    reason: str
    counted_by: str
    count: int


LedgerFact = AssociationSummary | QuarantinedObject | RejectedAssociations
"""What the door writes into its journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectPlace:
    """Where an object belongs, for whoever looks for it."""

    sop_instance_uid: str
    orthanc_id: str
    sha256: str
    association_id: str
    received_at: datetime
    study_instance_uid: str
    lost_at: datetime | None


@dataclass(frozen=True, slots=True)
class StudyContents:
    """What the ledger has of one study: whose it is, and the source digest of each object by SOPInstanceUID."""

    pseudonym: str
    digests: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCounts:
    """How many rows of each kind."""

    patients: int
    studies: int
    series: int
    objects: int
    quarantined: int
