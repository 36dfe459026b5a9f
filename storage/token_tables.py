"""Table of the tokens that open the API."""

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from annotation.roles import Role
from storage.role_column import Roles
from storage.tables import Base, UtcDateTime

LABEL_LENGTH = 100


class TokenRow(Base):
    """One token, known by its digest only: who reads this table cannot sign in with it."""

    __tablename__ = "api_token"
    # A reading is signed with its reader's label: two people must not have the same.
    __table_args__ = (
        Index(
            "uq_api_token_label_of_open",
            "label",
            unique=True,
            sqlite_where=text("revoked_at IS NULL"),
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    label: Mapped[str] = mapped_column(String(LABEL_LENGTH))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    roles: Mapped[frozenset[Role]] = mapped_column(Roles, server_default=text("''"))
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
