"""Lesions and readings, whose revisions can only be added."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# A reading is erased whole, by deleting its row of `reading`: its revisions go after it, and only then can go.
# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER reading_revision_is_final BEFORE UPDATE ON reading_revision
    BEGIN SELECT RAISE(ABORT, 'a revision of a reading is never changed'); END
    """,
    """
    CREATE TRIGGER reading_revision_is_kept BEFORE DELETE ON reading_revision
    WHEN EXISTS (SELECT 1 FROM reading WHERE id = OLD.reading_id)
    BEGIN SELECT RAISE(ABORT, 'a revision of a reading is never changed'); END
    """,
    """
    CREATE TRIGGER reading_revision_is_new BEFORE INSERT ON reading_revision
    WHEN EXISTS (
        SELECT 1 FROM reading_revision
        WHERE (reading_id = NEW.reading_id AND revision = NEW.revision) OR rowid = NEW.rowid
    )
    BEGIN SELECT RAISE(ABORT, 'a revision of a reading is never changed'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_revision_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM reading WHERE id = OLD.reading_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a revision of a reading is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER reading_revision_is_final BEFORE UPDATE OR DELETE ON reading_revision
    FOR EACH ROW EXECUTE FUNCTION refuse_revision_change()
    """,
)


def upgrade() -> None:
    create_lesion()
    create_reading()
    create_reading_revision()
    forbid_changing_revisions()


def downgrade() -> None:
    for table in ("reading_revision", "reading", "lesion"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_revision_change()")


def create_lesion() -> None:
    op.create_table(
        "lesion",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bone", sa.String(32), nullable=False),
        sa.Column("level", sa.String(32)),
        sa.Column("rib_number", sa.Integer()),
        sa.Column("region", sa.String(32)),
        sa.Column("side", sa.String(32)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lesion"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_lesion_pseudonym"),
        sa.UniqueConstraint("pseudonym", "number", name="uq_lesion_pseudonym_number"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_lesion_number_counts_from_one")),
        sa.CheckConstraint("(bone = 'vertebra') = (level IS NOT NULL)", name=op.f("ck_lesion_level_of_vertebra")),
        sa.CheckConstraint("(bone = 'rib') = (rib_number IS NOT NULL)", name=op.f("ck_lesion_number_of_rib")),
    )


def create_reading() -> None:
    op.create_table(
        "reading",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("lesion_id", sa.String(36), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesion.id"], name="fk_reading_lesion_id"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_reading_study_instance_uid"
        ),
    )
    op.create_index("ix_reading_created_at_id", "reading", ["created_at", "id"])
    op.create_index("ix_reading_lesion_id_created_at_id", "reading", ["lesion_id", "created_at", "id"])
    op.create_index(
        "ix_reading_study_instance_uid_created_at_id", "reading", ["study_instance_uid", "created_at", "id"]
    )


def create_reading_revision() -> None:
    op.create_table(
        "reading_revision",
        sa.Column("reading_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("findings", DOCUMENT, nullable=False),
        sa.Column("geometry", DOCUMENT),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.PrimaryKeyConstraint("reading_id", "revision", name="pk_reading_revision"),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["reading.id"], name="fk_reading_revision_reading_id", ondelete="CASCADE"
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_reading_revision_revision_counts_from_one")),
        sa.CheckConstraint("(revision = 1) = (reason IS NULL)", name=op.f("ck_reading_revision_reason_for_revising")),
    )


def forbid_changing_revisions() -> None:
    """Erasing a patient must stay possible."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)
