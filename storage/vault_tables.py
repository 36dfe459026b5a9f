"""The vault's tables: a database of their own, which only the node opens."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from storage.revisions import Tree
from storage.tables import NAMING_CONVENTION, PSEUDONYM_LENGTH, UID_LENGTH, UtcDateTime

KEY_ID_LENGTH = 16
LOOKUP_LENGTH = 64

VAULT = Tree("vault", "vault_alembic_version")
"""With a table of versions of its own, so that vault and registry may share one PostgreSQL database."""


class VaultBase(DeclarativeBase):
    """Everything that could lead from a pseudonym back to a person."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class KeyCheckRow(VaultBase):
    """Slot 1 holds the key in use, by its id: tells a wrong key before it does harm, and only one can claim it."""

    __tablename__ = "vault_key_check"

    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonRow(VaultBase):
    """One person: the pseudonym, and sealed, the whole-day offset of all their dates.

    Of two that proved to be one person, one gives way: `merged_into` names the survivor, never a third in between.
    """

    __tablename__ = "vault_person"
    __table_args__ = (CheckConstraint("merged_into <> pseudonym", name="not_merged_into_itself"),)

    pseudonym: Mapped[str] = mapped_column(String(PSEUDONYM_LENGTH), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("vault_person.pseudonym"), index=True)


class IdentifierRow(VaultBase):
    """One hospital number of a person, found by its keyed HMAC; the number itself is sealed."""

    __tablename__ = "vault_identifier"

    lookup: Mapped[str] = mapped_column(String(LOOKUP_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey("vault_person.pseudonym"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StudyRow(VaultBase):
    """Whose study it is, by its pseudonymised UID. In conflict once another person's objects came in it."""

    __tablename__ = "vault_study"
    __table_args__ = (
        CheckConstraint("(in_conflict_since IS NULL) = (in_conflict_with IS NULL)", name="conflict_complete"),
    )

    study_instance_uid: Mapped[str] = mapped_column(String(UID_LENGTH), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(ForeignKey("vault_person.pseudonym"), index=True)
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    in_conflict_since: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    in_conflict_with: Mapped[str | None] = mapped_column(ForeignKey("vault_person.pseudonym"))


class PossibleDuplicateRow(VaultBase):
    """Two pseudonyms whose numbers came in one object: probably one person, for the custodian to decide."""

    __tablename__ = "vault_possible_duplicate"

    pseudonym: Mapped[str] = mapped_column(ForeignKey("vault_person.pseudonym"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("vault_person.pseudonym"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(VaultBase):
    """One act of the custodian, sealed, numbered without gaps and bound to the entry before it; never changed."""

    __tablename__ = "vault_audit"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str] = mapped_column(String(KEY_ID_LENGTH))
    version: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
