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


class AssociationRow(Base):
    """One closed association and what became of the objects it carried."""

    __tablename__ = "association"
    __table_args__ = (
        CheckConstraint("outcome IN ('released', 'aborted', 'lost')", name="outcome_known"),
        CheckConstraint(
            "received >= 0 AND stored >= 0 AND duplicates >= 0 AND quarantined >= 0 AND refused >= 0",
            name="counts_not_negative",
        ),
    )

    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    calling_ae_title: Mapped[str] = mapped_column(String(16))
    peer_address: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str] = mapped_column(String(16))
    received: Mapped[int]
    stored: Mapped[int]
    duplicates: Mapped[int]
    quarantined: Mapped[int]
    refused: Mapped[int]


class QuarantinedRow(Base):
    """One object that was set aside, and the reason code; its bytes are encrypted elsewhere."""

    __tablename__ = "quarantined_object"

    quarantine_id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    association_id: Mapped[str] = mapped_column(String(ID_LENGTH), index=True)
    reason: Mapped[str] = mapped_column(String(64))
    sop_class_uid: Mapped[str] = mapped_column(String(UID_LENGTH))
    size: Mapped[int] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
