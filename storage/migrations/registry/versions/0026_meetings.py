"""Sessions of the multidisciplinary meeting, and the patients on them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

PRESENT = sa.text("removed_at IS NULL")


def upgrade() -> None:
    create_meeting()
    create_dossier()


def downgrade() -> None:
    op.drop_table("meeting_dossier")
    op.drop_table("meeting")


def create_meeting() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("place", sa.String(100)),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_meeting"),
        sa.CheckConstraint("state IN ('planned', 'held', 'closed')", name=op.f("ck_meeting_state_known")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_meeting_version_counts_from_one")),
    )
    op.create_index("uq_meeting_day_title", "meeting", ["held_on", "title"], unique=True)


def create_dossier() -> None:
    op.create_table(
        "meeting_dossier",
        sa.Column("meeting_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("presented_on", sa.Date()),
        sa.Column("next_on", sa.Date()),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_by", sa.String(100)),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
        sa.Column("removed_because", sa.String(500)),
        sa.PrimaryKeyConstraint("meeting_id", "number", name="pk_meeting_dossier"),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name="fk_meeting_dossier_meeting_id_meeting", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_meeting_dossier_pseudonym_patient"),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_meeting_dossier_removed_by_somebody")
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_because IS NULL)", name=op.f("ck_meeting_dossier_removed_with_reason")
        ),
    )
    op.create_index(
        "uq_meeting_dossier_patient",
        "meeting_dossier",
        ["meeting_id", "pseudonym"],
        unique=True,
        sqlite_where=PRESENT,
        postgresql_where=PRESENT,
    )
    op.create_index("ix_meeting_dossier_pseudonym", "meeting_dossier", ["pseudonym"])
