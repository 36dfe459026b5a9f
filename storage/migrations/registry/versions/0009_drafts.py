"""Drafts beside the readings; what is signed keeps its note, and the draft that it was made of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
NEW = sa.text("revises_reading_id IS NULL")
REVISING = sa.text("revises_reading_id IS NOT NULL")


def upgrade() -> None:
    create_draft()
    index_draft()
    op.execute("ALTER TABLE reading_revision ADD COLUMN note VARCHAR(2000)")
    op.execute("ALTER TABLE reading_revision ADD COLUMN draft_id VARCHAR(36)")
    op.create_index("uq_reading_revision_draft_id", "reading_revision", ["draft_id"], unique=True)


def downgrade() -> None:
    """The drafts go, and the notes of what was signed."""
    op.drop_index("uq_reading_revision_draft_id", "reading_revision")
    op.execute("ALTER TABLE reading_revision DROP COLUMN draft_id")
    op.execute("ALTER TABLE reading_revision DROP COLUMN note")
    op.drop_table("draft")


def create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("lesion_id", sa.String(36), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("author", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("findings", DOCUMENT, nullable=False),
        sa.Column("geometry", DOCUMENT),
        sa.Column("carried", DOCUMENT),
        sa.Column("carried_from_reading_id", sa.String(36)),
        sa.Column("carried_from_revision", sa.Integer()),
        sa.Column("revises_reading_id", sa.String(36)),
        sa.Column("revises_revision", sa.Integer()),
        sa.Column("note", sa.String(2000)),
        sa.Column("last_change", sa.String(64)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesion.id"], name="fk_draft_lesion_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_draft_study_instance_uid"
        ),
        sa.ForeignKeyConstraint(
            ["revises_reading_id"], ["reading.id"], name="fk_draft_revises_reading_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_draft_version_counts_from_one")),
        sa.CheckConstraint(
            "(revises_reading_id IS NULL) = (revises_revision IS NULL)", name=op.f("ck_draft_revises_one_revision")
        ),
        sa.CheckConstraint(
            "(carried IS NULL) = (carried_from_reading_id IS NULL)", name=op.f("ck_draft_carried_from_a_reading")
        ),
        sa.CheckConstraint(
            "(carried_from_reading_id IS NULL) = (carried_from_revision IS NULL)",
            name=op.f("ck_draft_carried_from_one_revision"),
        ),
    )


def index_draft() -> None:
    op.create_index("ix_draft_author_created_at_id", "draft", ["author", "created_at", "id"])
    for column in ("lesion_id", "study_instance_uid", "revises_reading_id"):
        op.create_index(f"ix_draft_{column}", "draft", [column])
    begun = ["author", "lesion_id", "study_instance_uid"]
    op.create_index("uq_draft_begun", "draft", begun, unique=True, sqlite_where=NEW, postgresql_where=NEW)
    revising = ["author", "revises_reading_id"]
    op.create_index(
        "uq_draft_revising", "draft", revising, unique=True, sqlite_where=REVISING, postgresql_where=REVISING
    )
