"""What the outbox knows of one pseudonymised object: enough to make its ledger row without opening the file."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

import xxhash
from pydicom.uid import ExplicitVRBigEndian

from dicom_node.pseudonymisation.facts import Facts
from dicom_node.series_facts import series_facts
from storage.ledger_records import StoredObject, check_kept
from storage.ledger_tables import SHA256_HEX_LENGTH
from storage.orthanc import instance_id
from storage.series_facts import SeriesFacts

LONGEST_TEXT = 64
LARGEST_NUMBER = 2**31 - 1
"""What the ledger's columns hold."""

NOT_HASHED = "0" * SHA256_HEX_LENGTH
"""Of a row that is only looked at: the forwarder computes the hash when it has read the file anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One object on its way to Orthanc; all identifiers are pseudonymised."""

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
    checksum: str
    """Of the file as it was written (`checksum_of`)."""
    source_digest: str
    received_at: datetime
    series_facts: SeriesFacts | None = None
    """None in entries from before they were read."""

    @property
    def orthanc_id(self) -> str:
        return instance_id(self.pseudonym, self.study_instance_uid, self.series_instance_uid, self.sop_instance_uid)

    def stored(self, at: datetime, sha256: str = NOT_HASHED) -> StoredObject:
        """The ledger's row, once Orthanc has the object. `sha256`: of the file, in hex."""
        content = self._content()
        del content["checksum"]
        return StoredObject(**content, sha256=sha256, orthanc_id=self.orthanc_id, stored_at=at)

    def check_kept(self) -> None:
        """Whether the ledger can hold what is known of it; the rest is of our own making. Raises ValueError."""
        check_kept(self._content())

    def to_json(self) -> bytes:
        content = self._content()
        if self.series_facts is not None:
            content["series_facts"] = self.series_facts.known()
        return _JSON.encode(content).encode("ascii")

    def _content(self) -> dict[str, Any]:
        """As `asdict`, which copies every value and takes longer than all the rest."""
        return {name: getattr(self, name) for name in _NAMES}

    @classmethod
    def from_json(cls, text: bytes) -> "Entry":
        """Raises ValueError, KeyError or TypeError when `text` was not made by `to_json`."""
        content: dict[str, Any] = json.loads(text)
        study_date = content["study_date"]
        content["study_date"] = None if study_date is None else date.fromisoformat(study_date)
        content["received_at"] = datetime.fromisoformat(content["received_at"])
        told = content.get("series_facts")
        content["series_facts"] = None if told is None else SeriesFacts.of(told)
        return cls(**content)


_NAMES = tuple(field.name for field in fields(Entry))
_JSON = json.JSONEncoder(default=str)


def checksum_of(parts: Iterable[bytes | memoryview]) -> str:
    """XXH3-128 in hex: whether a file on disk is the one that was written, at a twentieth of the cost of SHA-256."""
    checksum = xxhash.xxh3_128()
    for part in parts:
        checksum.update(part)
    return checksum.hexdigest()


def header_facts(facts: Facts, transfer_syntax_uid: str) -> dict[str, Any]:
    """The facts of a pseudonymised header that the ledger keeps; None for what is absent or unreadable."""
    order: Literal["little", "big"] = "big" if transfer_syntax_uid == ExplicitVRBigEndian else "little"
    return {
        "study_instance_uid": facts.text(0x0020000D),
        "series_instance_uid": facts.text(0x0020000E),
        "sop_instance_uid": facts.text(0x00080018),
        "sop_class_uid": facts.text(0x00080016),
        "transfer_syntax_uid": transfer_syntax_uid,
        "modality": _text(facts, 0x00080060),
        "study_date": _date(facts),
        "patient_sex": _text(facts, 0x00100040),
        "series_number": _number(facts, 0x00200011),
        "instance_number": _number(facts, 0x00200013),
        "frame_of_reference_uid": _text(facts, 0x00200052),
        "rows": facts.number(0x00280010, order),
        "columns": facts.number(0x00280011, order),
        "number_of_frames": _number(facts, 0x00280008),
        "series_facts": series_facts(facts),
    }


def _text(facts: Facts, tag: int) -> str | None:
    """A short text; what is longer than any value of its kind, or holds control characters, is not one."""
    text = facts.text(tag)
    return text if 0 < len(text) <= LONGEST_TEXT and text.isprintable() else None


def _number(facts: Facts, tag: int) -> int | None:
    try:
        number = int(facts.text(tag))
    except ValueError:
        return None
    return number if abs(number) <= LARGEST_NUMBER else None


def _date(facts: Facts) -> date | None:
    try:
        return date.fromisoformat(facts.text(0x00080020))
    except ValueError:
        return None
