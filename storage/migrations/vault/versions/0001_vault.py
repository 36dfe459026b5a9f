"""The vault: key check, persons, identifiers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "vault_key_check",
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_vault_key_check"),
    )
    op.create_table(
        "vault_person",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_vault_person"),
    )
    op.create_table(
        "vault_identifier",
        sa.Column("lookup", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["pseudonym"], ["vault_person.pseudonym"], name="fk_vault_identifier_pseudonym"),
        sa.PrimaryKeyConstraint("lookup", name="pk_vault_identifier"),
    )
    op.create_index("ix_vault_identifier_pseudonym", "vault_identifier", ["pseudonym"])


def downgrade() -> None:
    for table in ("vault_identifier", "vault_person", "vault_key_check"):
        op.drop_table(table)
