"""What a release is made of: what was asked for, what it came to, who may have it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Self


class ReleaseState(Enum):
    """How far it is. Only what is ready has files to give, and it stays ready."""

    BUILDING = "building"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ReadingsChoice(Enum):
    """Which readings are in it: all that are signed, or only those that an adjudicator has decided on."""

    SIGNED = "signed"
    ADJUDICATED = "adjudicated"


class RecordOf(Enum):
    """Whose clinical records are in it: those of the patients of its images, or of everybody in the registry."""

    COHORT = "cohort"
    REGISTRY = "registry"


class FileKind(Enum):
    """What a file is. `BAG`: what makes a bag of the others (RFC 8493), and the manifest."""

    DICOM = "dicom"
    NIFTI = "nifti"
    SIDECAR = "sidecar"
    MASK = "mask"
    SR = "sr"
    TABLE = "table"
    TEXT = "text"
    BAG = "bag"


class TableFormat(Enum):
    """How tables are written."""

    CSV = "csv"
    PARQUET = "parquet"


class ErasureReason(Enum):
    """Why a patient was erased; a code, never a text about somebody."""

    OBJECTION = "objection"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    ERASURE_REQUEST = "erasure_request"
    INCLUDED_BY_MISTAKE = "included_by_mistake"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What is put into a release. `suv`: PET as SUVbw in NIfTI (else in its own unit).

    `record`: whose clinical records, as tables; `lock`: with the data lock that the custodian set.
    """

    dicom: bool = True
    nifti: bool = False
    suv: bool = False
    masks: bool = False
    sr: bool = False
    tables: tuple[TableFormat, ...] = (TableFormat.CSV,)
    record: RecordOf | None = None
    lock: bool = False

    def document(self) -> dict[str, Any]:
        return {
            "dicom": self.dicom,
            "nifti": self.nifti,
            "suv": self.suv,
            "masks": self.masks,
            "sr": self.sr,
            "tables": sorted(each.value for each in self.tables),
            "record": None if self.record is None else self.record.value,
            "lock": self.lock,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Releases that were begun before a choice was there have it not."""
        tables = tuple(TableFormat(each) for each in document["tables"])
        record = document.get("record")
        return cls(**{**document, "tables": tables, "record": None if record is None else RecordOf(record)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Of what a release is made with: software by package, scores and grades by instrument.

    `profile`: the name and digest of the one that was set when the release was begun. Objects that had come before may
    have been pseudonymised by another: each says in (0012,0063) by which.
    """

    software: Mapping[str, str]
    profile: str
    scores: Mapping[str, str]

    def document(self) -> dict[str, Any]:
        return {"software": dict(self.software), "profile": self.profile, "scores": dict(self.scores)}


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltWith:
    """Software and scores of the process that builds a release."""

    software: Mapping[str, str]
    scores: Mapping[str, str]

    def over(self, versions: Mapping[str, Any], *, is_begun: bool) -> dict[str, Any]:
        """What a release says of its versions from now on, instead of `versions`.

        `is_begun`: files were written by the software that was noted before, which goes on being named.
        """
        document = {**versions, "software": dict(self.software), "scores": dict(self.scores)}
        if is_begun and versions["software"] != document["software"]:
            document["earlier_software"] = [*versions.get("earlier_software", ()), versions["software"]]
        return document


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRelease:
    """What is asked for. `cohort`: name and version of the saved query, where it is one."""

    name: str
    query: Mapping[str, Any]
    contents: Contents
    readings: ReadingsChoice
    versions: Versions
    cohort: tuple[str, int] | None = None
    data_use: str | None = None
    previous: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A patient who was erased."""

    number: int
    pseudonym: str
    reason: str
    at: datetime
    manifest_sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """One release. `counts` is None until it is ready; `manifest_sha256` is of the manifest as it was then."""

    number: int
    name: str
    state: ReleaseState
    query: Mapping[str, Any]
    cohort: tuple[str, int] | None
    contents: Contents
    readings: ReadingsChoice
    data_use: str | None
    versions: Mapping[str, Any]
    previous: int | None
    created_at: datetime
    created_by: str
    job: str | None
    frozen_at: datetime | None
    failure: str | None
    ready_at: datetime | None
    counts: Mapping[str, Any] | None
    manifest_sha256: str | None
    tombstones: tuple[Tombstone, ...] = ()

    @property
    def current_manifest_sha256(self) -> str | None:
        """Of the manifest as it is now: since the last erasure, where there was one."""
        erased = [each.manifest_sha256 for each in self.tombstones if each.manifest_sha256 is not None]
        return erased[-1] if erased else self.manifest_sha256

    @property
    def erased(self) -> frozenset[str]:
        return frozenset(each.pseudonym for each in self.tombstones)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesChosen:
    """One series of a cohort."""

    series_instance_uid: str
    study_instance_uid: str
    pseudonym: str
    modality: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesInRelease(SeriesChosen):
    """One series of a release, and its session: days since the patient's first study."""

    session: str
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """One file of a release. `path` is relative to the bag; `size` in bytes, `sha256` in hex."""

    path: str
    kind: FileKind
    size: int
    sha256: str
    pseudonym: str | None = None
    study_instance_uid: str | None = None
    series_instance_uid: str | None = None
    sop_instance_uid: str | None = None
    orthanc_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """That somebody may have a release."""

    account: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenReading:
    """A reading as of one revision."""

    reading_id: str
    revision: int
