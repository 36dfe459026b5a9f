"""Tables of the ledger: what came through the door, and where it is."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables import PSEUDONYM_LENGTH, UID_LENGTH, Base, UtcDateTime

SHA256_HEX_LENGTH = 64
ID_LENGTH = 64
CODE_LENGTH = 64


class PatientRow(Base):
    """One pseudonym that at least one object came under."""

    __tablename__ = "patient"

    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), primary_key=True)
    patient_sex: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    first_stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudyRow(Base):
    """One study of one patient; lists go by arrival, newest first."""

    __tablename__ = "study"
    __table_args__ = (
        Index(None, "first_stored_at", "study_instance_uid"),
        Index(None, "pseudonym", "first_stored_at", "study_instance_uid"),
    )

    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    study_date: Mapped[date | None]
    first_stored_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SeriesRow(Base):
    """One series of one study."""

    __tablename__ = "series"
    __table_args__ = (
        Index(None, "study_instance_uid", "series_instance_uid"),
        Index(None, "study_instance_uid", "modality"),
        Index(None, "modality", "study_instance_uid"),
    )

    series_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True)
    study_instance_uid: Mapped[str] = mapped_column(ForeignKey(StudyRow.study_instance_uid))
    modality: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
    series_number: Mapped[int | None] = mapped_column(BigInteger)
    frame_of_reference_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH))


class InstanceRow(Base):
    """One object, kept in Orthanc as a Part 10 file of `size` bytes."""

    __tablename__ = "instance"
    __table_args__ = (
        Index(None, "series_instance_uid", "sop_instance_uid"),
        CheckConstraint("size >= 0", name="size_not_negative"),
        CheckConstraint(f"length(sha256) = {SHA256_HEX_LENGTH}", name="sha256_is_hex"),
    )

    sop_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True)
    series_instance_uid: Mapped[str] = mapped_column(ForeignKey(SeriesRow.series_instance_uid))
    # No foreign key: an association is summed up when it closes, after its first objects are stored.
    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    sop_class_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    transfer_syntax_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    instance_number: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int | None]
    columns: Mapped[int | None]
    number_of_frames: Mapped[int | None]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(SHA256_HEX_LENGTH))
    source_digest: Mapped[str] = mapped_column(String(128))
    orthanc_id: Mapped[str] = mapped_column(String(ID_LENGTH), unique=True)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Found in neither Orthanc nor an outbox: it is no longer taken for stored, and heals when it is sent again.
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClaimRow(Base):
    """One object on its way to Orthanc: nobody else may bring what contradicts it (`storage.ledger_claims`)."""

    __tablename__ = "claim"

    sop_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True)
    series_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), index=True)
    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), index=True)
    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH))
    source_digest: Mapped[str] = mapped_column(String(128))
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AssociationRow(Base):
    """One closed association and what became of the objects it carried."""

    __tablename__ = "association"
    __table_args__ = (
        CheckConstraint("outcome IN ('released', 'aborted', 'lost', 'node_ended')", name="outcome_known"),
        CheckConstraint(
            "received >= 0 AND stored >= 0 AND duplicates >= 0 AND quarantined >= 0 AND refused >= 0",
            name="counts_not_negative",
        ),
    )

    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    calling_ae_title: Mapped[str] = mapped_column(String(16))
    peer_address: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    received: Mapped[int]
    stored: Mapped[int]
    duplicates: Mapped[int]
    quarantined: Mapped[int]
    refused: Mapped[int]


class AssociationReasonRow(Base):
    """How many objects of an association were set aside or refused for one reason.

    `quarantined_again`: the same object already lay in quarantine for the same reason.
    """

    __tablename__ = "association_reason"
    __table_args__ = (
        CheckConstraint("outcome IN ('quarantined', 'quarantined_again', 'refused')", name="outcome_known"),
        CheckConstraint("count >= 0", name="count_not_negative"),
    )

    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    count: Mapped[int]


class AssociationStudyRow(Base):
    """What became of the objects of one study that an association carried, where their study could be read."""

    __tablename__ = "association_study"
    __table_args__ = (
        CheckConstraint(
            "stored >= 0 AND duplicates >= 0 AND quarantined >= quarantined_again AND quarantined_again >= 0"
            " AND refused >= 0",
            name="counts_not_negative",
        ),
    )

    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    # No foreign key: nothing of the study may be stored.
    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True, index=True)
    stored: Mapped[int]
    duplicates: Mapped[int]
    quarantined: Mapped[int]
    quarantined_again: Mapped[int]
    refused: Mapped[int]


class CameAgainRow(Base):
    """One object that an association brought although it was there under another one's name.

    Two associations may send the same object at the same moment. Both count it as stored; it is there once.
    """

    __tablename__ = "came_again"

    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    """A SOPInstanceUID or a quarantine id."""
    study_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH), index=True)


class RejectedAssociationRow(Base):
    """How many associations of one caller were rejected for one reason in one hour, counted by one process.

    What a process counts only grows, so that its count may be written down twice.
    """

    __tablename__ = "rejected_association"
    __table_args__ = (CheckConstraint("count >= 0", name="count_not_negative"),)

    hour: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    calling_ae_title: Mapped[str] = mapped_column(String(16), primary_key=True)
    peer_address: Mapped[str] = mapped_column(String(64), primary_key=True)
    reason: Mapped[str] = mapped_column(String(CODE_LENGTH), primary_key=True)
    counted_by: Mapped[str] = mapped_column(String(36), primary_key=True)
    count: Mapped[int]


class QuarantinedRow(Base):
    """One object that was set aside, and the reason code; its bytes are encrypted elsewhere.

    Its fate is written down once a custodian has decided it. What failed again at a release stays, and the reason
    of that attempt is kept.
    """

    __tablename__ = "quarantined_object"
    __table_args__ = (
        CheckConstraint("fate IN ('released', 'destroyed')", name="fate_known"),
        CheckConstraint(
            "(fate IS NULL) = (fate_at IS NULL) AND (fate IS NULL) = (fate_by IS NULL)"
            " AND (fate IS NULL) = (fate_reason IS NULL)",
            name="fate_complete",
        ),
        CheckConstraint(
            "(fate IS NOT NULL AND fate = 'released') = (released_as IS NOT NULL)", name="released_as_what"
        ),
        CheckConstraint("(tried_at IS NULL) = (tried_reason IS NULL)", name="tried_complete"),
    )

    quarantine_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    reason: Mapped[str] = mapped_column(String(64))
    sop_class_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    size: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Pseudonymised, where the object's own could be read.
    study_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH), index=True)
    sop_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH), index=True)
    fate: Mapped[str | None] = mapped_column(String(16))
    fate_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fate_by: Mapped[str | None] = mapped_column(String(500))
    fate_reason: Mapped[str | None] = mapped_column(String(500))
    released_as: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    """The pseudonymised SOPInstanceUID that it became."""
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tried_reason: Mapped[str | None] = mapped_column(String(CODE_LENGTH))
