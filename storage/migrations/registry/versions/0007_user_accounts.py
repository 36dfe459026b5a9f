"""People who sign in: accounts, sessions, own tokens, attempts; and what each token may do."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Tokens made before there were roles keep what they could be used for.
ROLES_BEFORE = "radiologist clinician researcher"


TOKEN = sa.table("api_token", sa.column("roles"), sa.column("expires_at"), sa.column("revoked_at"))


def upgrade() -> None:
    op.execute("ALTER TABLE api_token ADD COLUMN roles VARCHAR(100) NOT NULL DEFAULT ''")
    op.execute(sa.update(TOKEN).values(roles=ROLES_BEFORE))
    op.execute(f"ALTER TABLE api_token ADD COLUMN expires_at {_instant()}")
    create_user_account()
    create_user_session()
    create_personal_token()
    create_sign_in_attempt()


def downgrade() -> None:
    """Tokens that had expired, or that had other roles, would open everything again: they are revoked."""
    restricted = sa.or_(TOKEN.c.expires_at.is_not(None), TOKEN.c.roles != ROLES_BEFORE)
    op.execute(
        sa.update(TOKEN).where(TOKEN.c.revoked_at.is_(None), restricted).values(revoked_at=sa.func.current_timestamp())
    )
    for table in ("sign_in_attempt", "personal_token", "user_session", "user_account"):
        op.drop_table(table)
    for column in ("expires_at", "roles"):
        op.execute(f"ALTER TABLE api_token DROP COLUMN {column}")


def _instant() -> str:
    return "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"


def create_user_account() -> None:
    op.create_table(
        "user_account",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("user_name", sa.String(100), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(255)),
        sa.Column("issuer", sa.String(255)),
        sa.Column("subject", sa.String(255)),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("user_name", name="uq_user_account_user_name"),
        sa.UniqueConstraint("label", name="uq_user_account_label"),
        sa.UniqueConstraint("issuer", "subject", name="uq_user_account_issuer_subject"),
        sa.CheckConstraint("(issuer IS NULL) = (subject IS NULL)", name=op.f("ck_user_account_identity_complete")),
        sa.CheckConstraint(
            "(password_hash IS NULL) = (issuer IS NOT NULL)", name=op.f("ck_user_account_one_way_to_sign_in")
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_user_account_revision_counts_from_one")),
    )


def create_user_session() -> None:
    op.create_table(
        "user_session",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_session"),
        sa.ForeignKeyConstraint(["account_id"], ["user_account.id"], name="fk_user_session_account_id"),
        sa.UniqueConstraint("digest", name="uq_user_session_digest"),
    )
    op.create_index("ix_user_session_account_id", "user_session", ["account_id"])
    op.create_index("ix_user_session_expires_at", "user_session", ["expires_at"])


def create_personal_token() -> None:
    op.create_table(
        "personal_token",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("roles", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_personal_token"),
        sa.ForeignKeyConstraint(["account_id"], ["user_account.id"], name="fk_personal_token_account_id"),
        sa.UniqueConstraint("digest", name="uq_personal_token_digest"),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_personal_token_expires_after_it_was_made")),
    )
    op.create_index("ix_personal_token_account_id", "personal_token", ["account_id"])
    op.create_index(
        "uq_personal_token_name_of_open",
        "personal_token",
        ["account_id", "name"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def create_sign_in_attempt() -> None:
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_attempt"),
    )
    op.create_index("ix_sign_in_attempt_key_at", "sign_in_attempt", ["key", "at"])
    op.create_index("ix_sign_in_attempt_at", "sign_in_attempt", ["at"])
