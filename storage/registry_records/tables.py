"""Tables of clinical records: entries, their versions, imports, the data lock, and whose record was erased."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from annotation.registry.entries import KEY_LENGTH
from storage.ledger_tables import PatientRow
from storage.reading_tables import READER_LENGTH, UUID_LENGTH, Document
from storage.tables import Base, UtcDateTime

WORD_LENGTH = 32
DIGEST_LENGTH = 64
_COUNTS = text("key IS NOT NULL")


class RecordImportRow(Base):
    """One file that was imported whole: what it was, and what became of its rows."""

    __tablename__ = "record_import"

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    format: Mapped[str] = mapped_column(String(WORD_LENGTH))
    sha256: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    rows_read: Mapped[int]
    created: Mapped[int]
    changed: Mapped[int]
    unchanged: Mapped[int]
    imported_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecordEntryRow(Base):
    """One entry of a patient's record. `key` says what the final version that counts now is of.

    `newest` and `newest_final` are versions; they and `key` go on with each version that is added.
    """

    __tablename__ = "record_entry"
    __table_args__ = (
        Index("ix_record_entry_pseudonym", "pseudonym", "form", "created_at", "id"),
        Index(
            "uq_record_entry_key",
            "pseudonym",
            "form",
            "key",
            unique=True,
            sqlite_where=_COUNTS,
            postgresql_where=_COUNTS,
        ),
        CheckConstraint("newest >= 1", name="newest_counts_from_one"),
    )

    id: Mapped[str] = mapped_column(String(UUID_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym))
    form: Mapped[str] = mapped_column(String(WORD_LENGTH))
    key: Mapped[str | None] = mapped_column(String(KEY_LENGTH))
    newest: Mapped[int]
    newest_final: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecordVersionRow(Base):
    """One version of an entry; rows are added, never changed, and go only with the whole entry (triggers)."""

    __tablename__ = "record_version"
    __table_args__ = (
        CheckConstraint("version >= 1", name="version_counts_from_one"),
        CheckConstraint("state IN ('draft', 'final', 'withdrawn')", name="state_known"),
    )

    entry_id: Mapped[str] = mapped_column(ForeignKey(RecordEntryRow.id, ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(WORD_LENGTH))
    content: Mapped[dict[str, Any]] = mapped_column(Document)
    context_version: Mapped[int]
    import_id: Mapped[str | None] = mapped_column(ForeignKey(RecordImportRow.id))
    entered_by: Mapped[str] = mapped_column(String(READER_LENGTH))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RecordLockRow(Base):
    """The data lock that releases may ask for, moved by this patient's own number of days; the true day is not here."""

    __tablename__ = "record_lock"

    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym), primary_key=True)
    lock_date: Mapped[date]


class RecordTombstoneRow(Base):
    """A patient whose record was erased: there is none of them again, by hand or by an import (triggers)."""

    __tablename__ = "record_tombstone"

    pseudonym: Mapped[str] = mapped_column(ForeignKey(PatientRow.pseudonym), primary_key=True)
    reason: Mapped[str] = mapped_column(String(WORD_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(READER_LENGTH))
