"""Tables of the people who sign in: their accounts, sessions, own tokens, and attempts to sign in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from annotation.roles import Role
from storage.role_column import Roles
from storage.tables import Base, UtcDateTime

ID_LENGTH = 36
DIGEST_LENGTH = 64
NAME_LENGTH = 100
HASH_LENGTH = 255
CLAIM_LENGTH = 255


class AccountRow(Base):
    """One person. Never deleted: what they recorded carries their label, which nobody else gets.

    They sign in with a password that is kept here as a hash, or at an identity provider; never with both.
    """

    __tablename__ = "user_account"
    __table_args__ = (
        UniqueConstraint("issuer", "subject"),
        CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name="identity_complete"),
        CheckConstraint("(password_hash IS NULL) = (issuer IS NOT NULL)", name="one_way_to_sign_in"),
        CheckConstraint("revision >= 1", name="revision_counts_from_one"),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    user_name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    label: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(HASH_LENGTH))
    issuer: Mapped[str | None] = mapped_column(String(CLAIM_LENGTH))
    subject: Mapped[str | None] = mapped_column(String(CLAIM_LENGTH))
    roles: Mapped[frozenset[Role]] = mapped_column(Roles)
    revision: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SessionRow(Base):
    """One browser that is signed in, known by the digest of its secret."""

    __tablename__ = "user_session"
    __table_args__ = (Index(None, "account_id"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(AccountRow.id))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PersonalTokenRow(Base):
    """A token that a person made for a script of theirs; revoked, never deleted."""

    __tablename__ = "personal_token"
    __table_args__ = (
        Index(None, "account_id"),
        CheckConstraint("expires_at > created_at", name="expires_after_it_was_made"),
        Index(
            "uq_personal_token_name_of_open",
            "account_id",
            "name",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey(AccountRow.id))
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    digest: Mapped[str] = mapped_column(String(DIGEST_LENGTH), unique=True)
    roles: Mapped[frozenset[Role]] = mapped_column(Roles)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptRow(Base):
    """One attempt to sign in that did not succeed, or not yet. `key` is a digest of whom it counts against."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "key", "at"), Index(None, "at"))

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True)
    key: Mapped[str] = mapped_column(String(DIGEST_LENGTH))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
