"""Shapes of releases, their files, grants and differences."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Self
from urllib.parse import quote

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator

from annotation.text import is_text
from api.schemas.body import Body
from api.schemas.catalogue import INSTANCE_UID, PSEUDONYM, PSEUDONYM_PATTERN, SERIES_UID, SHA256, STUDY_UID
from storage.releases.comparing import Change, Difference
from storage.releases.errors import UnacceptableReleaseError
from storage.releases.records import (
    Contents,
    ErasureReason,
    FileKind,
    FileRecord,
    Grant,
    ReadingsChoice,
    RecordOf,
    ReleaseRecord,
    ReleaseState,
    TableFormat,
)

LONGEST_NAME, LONGEST_DATA_USE, MOST_DAYS = 100, 20_000, 3660
HIGHEST_NUMBER = 2**31 - 1
FILE = f"data/dicom/{PSEUDONYM}/D0000/{SERIES_UID}/{INSTANCE_UID}.dcm"
COUNTS = {
    "patients": 12, "studies": 30, "series": 96, "refused": 1, "readings": 40, "files": 31_204,
    "bytes": 16_321_001_244, "by_kind": {"dicom": {"files": 31_100, "bytes": 16_320_000_000}},
}  # fmt: skip

Number = Annotated[int, Path(ge=1, le=HIGHEST_NUMBER, examples=[12])]
Account = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME, examples=["c.martin"])]
FilePath = Annotated[str, Path(examples=[FILE])]
LARGEST_BUNDLE = 256


class ContentsBody(Body):
    """What is put into the release; at least one of them."""

    dicom: bool = True
    nifti: bool = Field(default=False, description="Volumes and sidecars; a series that is no volume is refused.")
    suv: bool = Field(default=False, description="PET volumes as SUVbw. Only with `nifti`.")
    masks: bool = Field(default=False, description="DICOM segmentations of the studies; with `nifti`, as masks too.")
    sr: bool = Field(
        default=False, description="Structured reports of the studies, and of each reading in the release."
    )
    tables: list[TableFormat] = Field(default_factory=lambda: [TableFormat.CSV], max_length=len(TableFormat))
    record: RecordOf | None = Field(
        default=None, description="Tables of clinical records: of the cohort's patients, or of the whole registry."
    )
    lock: bool = Field(default=False, description="Each patient's data lock, as the custodian has set it.")

    def to_domain(self) -> Contents:
        """Raises UnacceptableReleaseError."""
        if self.suv and not self.nifti:
            raise UnacceptableReleaseError("contents: suv needs nifti")
        if self.record is not None and not self.tables:
            raise UnacceptableReleaseError("contents: record needs tables")
        if self.lock and self.record is None:
            raise UnacceptableReleaseError("contents: lock needs record")
        chosen = Contents(
            dicom=self.dicom,
            nifti=self.nifti,
            suv=self.suv,
            masks=self.masks,
            sr=self.sr,
            tables=tuple(sorted(set(self.tables), key=lambda each: each.value)),
            record=self.record,
            lock=self.lock,
        )
        if not (chosen.dicom or chosen.nifti or chosen.masks or chosen.sr or chosen.tables):
            raise UnacceptableReleaseError("contents: choose at least one of dicom, nifti, masks, sr and tables")
        return chosen


class CohortRef(Body):
    """A saved query; without a version, its newest."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME, examples=["spine-ct"])
    version: int | None = Field(default=None, ge=1, examples=[3])


class ReleaseBody(Body):
    """A new release of a query, or of a saved one."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Spine CT", "query": {}, "contents": {"nifti": True}, "readings": "adjudicated"},
                {"name": "Spine CT", "cohort": {"name": "spine-ct"}, "readings": "signed"},
            ]
        }
    )

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    query: dict[str, Any] | None = Field(default=None, description="As for POST /api/v1/cohorts/counts.")
    cohort: CohortRef | None = None
    contents: ContentsBody = Field(default_factory=ContentsBody)
    readings: ReadingsChoice = ReadingsChoice.SIGNED
    data_use: str | None = Field(
        default=None, min_length=1, max_length=LONGEST_DATA_USE, description="Markdown; null: the text of the registry."
    )
    previous: int | None = Field(
        default=None, ge=1, le=HIGHEST_NUMBER, description="Which one it follows; null: the last one of this name."
    )

    def check(self) -> None:
        """Raises UnacceptableReleaseError."""
        if (self.query is None) == (self.cohort is None):
            raise UnacceptableReleaseError("give either query or cohort")
        if not is_text(self.name, LONGEST_NAME):
            raise UnacceptableReleaseError(f"name: 1 to {LONGEST_NAME} characters, none of them a control character")
        if self.data_use is not None and not is_text(self.data_use, LONGEST_DATA_USE, also="\n\t"):
            raise UnacceptableReleaseError("data_use: holds a control character")


class TombstoneOut(BaseModel):
    """A patient who was erased from the release."""

    pseudonym: str = Field(examples=[PSEUDONYM])
    reason: ErasureReason
    at: datetime


class CohortOut(BaseModel):
    """Of what query it is; `name` and `version` where that was saved."""

    name: str | None = Field(examples=["spine-ct"])
    version: int | None = Field(examples=[3])
    query: dict[str, Any]


VERSIONS = (
    "Software and scores of who built it (`earlier_software`: of those who had built a part before), and the profile"
    " that was set when it was begun; by which profile an object was pseudonymised, it says itself in (0012,0063)."
)


class ReleaseOut(BaseModel):
    """One release; once it is ready, only tombstones are added."""

    number: int = Field(examples=[12])
    name: str = Field(examples=["Spine CT"])
    state: ReleaseState
    cohort: CohortOut
    contents: dict[str, Any] = Field(examples=[Contents().document()])
    readings: ReadingsChoice
    versions: dict[str, Any] = Field(description=VERSIONS)
    previous: int | None = Field(examples=[11])
    created_at: datetime
    created_by: str = Field(examples=["data manager"])
    job: str | None = Field(description="Which job builds it.")
    ready_at: datetime | None
    failure: str | None = Field(description="Why it failed, and what to do.")
    counts: dict[str, Any] | None = Field(
        examples=[COUNTS], description="As it was when it became ready; null for who reads a study of it blindly."
    )
    manifest_sha256: str | None = Field(examples=[SHA256], description="As it is: an erasure changes it.")
    original_manifest_sha256: str | None = Field(examples=[SHA256], description="As it was when it became ready.")
    tombstones: list[TombstoneOut]

    @classmethod
    def of(cls, found: ReleaseRecord) -> Self:
        name, version = found.cohort or (None, None)
        return cls(
            number=found.number,
            name=found.name,
            state=found.state,
            cohort=CohortOut(name=name, version=version, query=dict(found.query)),
            contents=found.contents.document(),
            readings=found.readings,
            versions=dict(found.versions),
            previous=found.previous,
            created_at=found.created_at,
            created_by=found.created_by,
            job=found.job,
            ready_at=found.ready_at,
            failure=found.failure,
            counts=None if found.counts is None else dict(found.counts),
            manifest_sha256=found.current_manifest_sha256,
            original_manifest_sha256=found.manifest_sha256,
            tombstones=[
                TombstoneOut(pseudonym=each.pseudonym, reason=ErasureReason(each.reason), at=each.at)
                for each in found.tombstones
            ],
        )


class BegunOut(BaseModel):
    """A release that is being built, and the job that does it."""

    number: int = Field(examples=[12])
    job: str | None = Field(examples=["6fb3c3f2-6a51-4e39-9f2c-7d7d0b3b0a4e"])


class BundleIn(Body):
    """Paths of files, each once, in the order in which they are wanted."""

    paths: list[str] = Field(min_length=1, max_length=LARGEST_BUNDLE, examples=[[FILE]])

    @field_validator("paths")
    @classmethod
    def _each_once(cls, paths: list[str]) -> list[str]:
        if len(set(paths)) != len(paths) or any(not path.isprintable() for path in paths):
            raise ValueError("each path of a file once")
        return paths


class ReleaseFileOut(BaseModel):
    """One file; `url` is relative to the server. Kind `bag`: the manifest, and what makes a bag of the others."""

    path: str = Field(examples=[FILE])
    kind: FileKind
    size: int = Field(examples=[526_336])
    sha256: str = Field(examples=[SHA256])
    pseudonym: str | None = Field(examples=[PSEUDONYM])
    study_instance_uid: str | None = Field(examples=[STUDY_UID])
    series_instance_uid: str | None = Field(examples=[SERIES_UID])
    sop_instance_uid: str | None = Field(examples=[INSTANCE_UID])
    url: str = Field(examples=[f"/api/v1/releases/12/files/{FILE}"])

    @classmethod
    def of(cls, number: int, file: FileRecord) -> Self:
        return cls(
            path=file.path,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            pseudonym=file.pseudonym,
            study_instance_uid=file.study_instance_uid,
            series_instance_uid=file.series_instance_uid,
            sop_instance_uid=file.sop_instance_uid,
            url=f"/api/v1/releases/{number}/files/{quote(file.path)}",
        )


class GrantBody(Body):
    """Until when: a moment, or so many days from now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"days": 90}, {"expires_at": "2032-01-31T00:00:00Z"}]})

    days: int | None = Field(default=None, ge=1, le=MOST_DAYS)
    expires_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.days is None) == (self.expires_at is None):
            raise ValueError("give either days or expires_at")
        return self

    def until(self, now: datetime) -> datetime:
        """UTC."""
        if self.expires_at is not None:
            return self.expires_at.astimezone(UTC)
        return now + timedelta(days=self.days or 0)


class GrantOut(BaseModel):
    """That somebody may have the release. `account` is the name that is recorded with what they do."""

    model_config = ConfigDict(from_attributes=True)

    account: str = Field(examples=["Dr C. Martin"])
    granted_by: str = Field(examples=["data manager"])
    granted_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls.model_validate(grant)


class GrantsOut(BaseModel):
    """Every grant, those that are over included."""

    items: list[GrantOut]


class ErasureBody(Body):
    """Who is to be erased, and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"pseudonym": PSEUDONYM, "reason": "objection"}]})

    pseudonym: str = Field(pattern=PSEUDONYM_PATTERN)
    reason: ErasureReason


class ErasedOut(BaseModel):
    """From which releases a patient was erased now."""

    releases: list[int] = Field(examples=[[3, 12]])


class ChangeOut(BaseModel):
    """How many, and the first of them."""

    count: int = Field(examples=[2])
    first: list[str]

    @classmethod
    def of(cls, change: Change) -> Self:
        return cls(count=change.count, first=list(change.first))


class RevisedOut(BaseModel):
    """A reading that both have, as of different revisions."""

    model_config = ConfigDict(from_attributes=True)

    reading_id: str
    before: int = Field(examples=[1])
    after: int = Field(examples=[2])


class VersionOut(BaseModel):
    """What was made with something else."""

    name: str = Field(examples=["scores.sins"])
    before: str | None = Field(examples=["2010"])
    after: str | None


class DifferenceOut(BaseModel):
    """What `after` has that `before` has not, and the reverse; files by path, without those of the bag itself."""

    before: int = Field(examples=[11])
    after: int = Field(examples=[12])
    patients_added: ChangeOut
    patients_removed: ChangeOut
    series_added: ChangeOut
    series_removed: ChangeOut
    files_added: ChangeOut
    files_removed: ChangeOut
    files_changed: ChangeOut
    readings_added: ChangeOut
    readings_removed: ChangeOut
    readings_revised: int
    revised: list[RevisedOut]
    versions: list[VersionOut]

    @classmethod
    def of(cls, found: Difference) -> Self:
        changes: Mapping[str, ChangeOut] = {
            name: ChangeOut.of(getattr(found, name))
            for name in cls.model_fields
            if name.endswith(("_added", "_removed", "_changed"))
        }
        return cls(
            before=found.before,
            after=found.after,
            readings_revised=found.readings_revised,
            revised=[RevisedOut.model_validate(each) for each in found.revised],
            versions=[VersionOut(name=name, before=old, after=new) for name, old, new in found.versions],
            **changes,
        )
