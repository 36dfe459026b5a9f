"""Tables of releases: what was chosen, which files it came to, who may have them, and whose were erased."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage.ledger_tables import CODE_LENGTH, ID_LENGTH, SHA256_HEX_LENGTH
from storage.reading_tables import NAME_LENGTH, READER_LENGTH, REASON_LENGTH, UUID_LENGTH, Document
from storage.tables import PSEUDONYM_LENGTH, UID_LENGTH, Base, UtcDateTime

PATH_LENGTH = 400
SESSION_LENGTH = 32


def ordered_text(length: int) -> Any:
    """Sorts byte by byte on both databases: the order of the files of a release is the same everywhere."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class ReleaseRow(Base):
    """One release. Once it is ready it never changes, and its number is never given again (triggers).

    `builder` names the run that may write: one that was taken over finds another name there. `built_to` is the last
    series whose files are all written: patient, session, series.
    """

    __tablename__ = "release"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_counts_from_one"),
        CheckConstraint("state IN ('building', 'ready', 'failed', 'cancelled')", name="state_known"),
        CheckConstraint("readings IN ('signed', 'adjudicated')", name="readings_known"),
        CheckConstraint("(state = 'ready') = (ready_at IS NOT NULL)", name="ready_when"),
        CheckConstraint("(state = 'ready') = (manifest_sha256 IS NOT NULL)", name="ready_with_a_manifest"),
        CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name="failed_why"),
        CheckConstraint("(cohort_name IS NULL) = (cohort_version IS NULL)", name="cohort_with_version"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(READER_LENGTH))
    state: Mapped[str] = mapped_column(String(NAME_LENGTH))
    query: Mapped[dict[str, Any]] = mapped_column(Document)
    cohort_name: Mapped[str | None] = mapped_column(String(READER_LENGTH))
    cohort_version: Mapped[int | None]
    contents: Mapped[dict[str, Any]] = mapped_column(Document)
    readings: Mapped[str] = mapped_column(String(NAME_LENGTH))
    data_use: Mapped[str | None] = mapped_column(Text)
    versions: Mapped[dict[str, Any]] = mapped_column(Document)
    previous: Mapped[int | None] = mapped_column(ForeignKey("release.number"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    job: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    builder: Mapped[str | None] = mapped_column(String(UUID_LENGTH))
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    built_to: Mapped[list[str] | None] = mapped_column(Document)
    failure: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counts: Mapped[dict[str, Any] | None] = mapped_column(Document)
    manifest_sha256: Mapped[str | None] = mapped_column(String(SHA256_HEX_LENGTH))


class ReleaseSeriesRow(Base):
    """One series that was chosen, and under which session its patient's study goes."""

    __tablename__ = "release_series"
    __table_args__ = (
        Index("ix_release_series_in_order", "release", "pseudonym", "session", "series_instance_uid"),
        Index(None, "release", "study_instance_uid"),
    )

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    series_instance_uid: Mapped[str] = mapped_column(ordered_text(UID_LENGTH), primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    pseudonym: Mapped[str] = mapped_column(ordered_text(PSEUDONYM_LENGTH))
    modality: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    session: Mapped[str] = mapped_column(ordered_text(SESSION_LENGTH))
    refused: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    """Why a part of what was asked for of it is not in the release."""


class ReleaseReadingRow(Base):
    """One reading, as of which revision."""

    __tablename__ = "release_reading"
    __table_args__ = (Index(None, "release", "pseudonym"), Index(None, "reading_id"))

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    # No foreign key: what was released stays listed, whatever becomes of it.
    reading_id: Mapped[str] = mapped_column(ordered_text(UUID_LENGTH), primary_key=True)
    revision: Mapped[int]
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH))
    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH))


class ReleaseEntryRow(Base):
    """One entry of a clinical record, as of which version, and of which version of its meeting's context (0: none)."""

    __tablename__ = "release_entry"
    __table_args__ = (Index(None, "release", "pseudonym"),)

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    # No foreign key: what was released stays listed, whatever becomes of it.
    entry_id: Mapped[str] = mapped_column(ordered_text(UUID_LENGTH), primary_key=True)
    version: Mapped[int]
    context_version: Mapped[int]
    pseudonym: Mapped[str] = mapped_column(ordered_text(PSEUDONYM_LENGTH))


class ReleaseLockRow(Base):
    """The data lock of one patient while the release is built; its tables have it afterwards, and nothing else."""

    __tablename__ = "release_lock"

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ordered_text(PSEUDONYM_LENGTH), primary_key=True)
    lock_date: Mapped[date]


class ReleaseFileRow(Base):
    """One file: in Orthanc when it has an `orthanc_id`, else made for this release and kept under its SHA-256.

    It is there from one erasure on (0: from the beginning) to before another one (null: still). Once the release is
    ready, only an erasure ends a file, and brings what replaces it (triggers).
    """

    __tablename__ = "release_file"
    __table_args__ = (
        Index("ix_release_file_of_kind", "release", "kind", "path"),
        Index("ix_release_file_of_patient", "release", "pseudonym"),
        CheckConstraint("size >= 0", name="size_not_negative"),
        CheckConstraint("to_erasure > from_erasure", name="ends_after_it_begins"),
    )

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    path: Mapped[str] = mapped_column(ordered_text(PATH_LENGTH), primary_key=True)
    from_erasure: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_erasure: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(NAME_LENGTH))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(SHA256_HEX_LENGTH))
    pseudonym: Mapped[str | None] = mapped_column(String(PSEUDONYM_LENGTH))
    study_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    series_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    sop_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    orthanc_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))


class ReleaseTombstoneRow(Base):
    """One patient who was erased from a release; `number` counts the erasures of this release from 1.

    `manifest_sha256`: of the manifest since then; none while the release is being built.
    """

    __tablename__ = "release_tombstone"
    __table_args__ = (UniqueConstraint("release", "pseudonym"), Index(None, "pseudonym"))

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH))
    reason: Mapped[str] = mapped_column(String(CODE_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(READER_LENGTH))
    manifest_sha256: Mapped[str | None] = mapped_column(String(SHA256_HEX_LENGTH))


class ReleaseLeftOutRow(Base):
    """One patient who is in no release from then on: of an erasure, also of one that found no release to erase from."""

    __tablename__ = "release_left_out"

    # No foreign key: who was released may be known here no more.
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), primary_key=True)
    reason: Mapped[str] = mapped_column(String(CODE_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(READER_LENGTH))


class ReleaseGrantRow(Base):
    """That somebody may have a release, until when. `account` is the name that is recorded with what they do."""

    __tablename__ = "release_grant"
    __table_args__ = (
        Index(None, "account"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked_by_somebody"),
    )

    release: Mapped[int] = mapped_column(ForeignKey(ReleaseRow.number), primary_key=True)
    account: Mapped[str] = mapped_column(String(READER_LENGTH), primary_key=True)
    granted_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(READER_LENGTH))
