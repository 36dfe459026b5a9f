"""Table of the audit log."""

from sqlalchemy import CheckConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from annotation.audit import (
    ACTOR_LENGTH,
    ADDRESS_LENGTH,
    ID_LENGTH,
    ROLES_LENGTH,
    VIA_LENGTH,
    WORD_LENGTH,
)
from storage.tables import PSEUDONYM_LENGTH, UID_LENGTH, Base

INSTANT_LENGTH = 27
DIGEST_LENGTH = 64


class AuditEntryRow(Base):
    """One entry: numbered without gaps, sealed with the seal before it; triggers refuse to change or delete it.

    Times are texts, so that what is sealed is what is kept, to the letter, on every database.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        CheckConstraint("number >= 1", name="numbers_count_from_one"),
        Index(None, "pseudonym", "number"),
        Index(None, "actor", "number"),
        Index(None, "action", "number"),
        Index(None, "at"),
    )

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[str] = mapped_column(String(INSTANT_LENGTH))
    actor: Mapped[str | None] = mapped_column(String(ACTOR_LENGTH))
    roles: Mapped[str] = mapped_column(String(ROLES_LENGTH))
    action: Mapped[str] = mapped_column(String(WORD_LENGTH))
    kind: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    object_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    pseudonym: Mapped[str | None] = mapped_column(String(PSEUDONYM_LENGTH))
    study_instance_uid: Mapped[str | None] = mapped_column(String(UID_LENGTH))
    address: Mapped[str | None] = mapped_column(String(ADDRESS_LENGTH))
    via: Mapped[str | None] = mapped_column(String(VIA_LENGTH))
    request_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    outcome: Mapped[str] = mapped_column(String(WORD_LENGTH))
    previous: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
