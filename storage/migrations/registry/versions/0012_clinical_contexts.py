"""What is known of a patient for a meeting, in versions that can only be added."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
OF_THE_PATIENT = sa.text("lesion_id IS NULL")

# A context is erased whole, by deleting its row of `clinical_context`: its versions go after it, and only then can go.
# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER clinical_context_version_is_final BEFORE UPDATE ON clinical_context_version
    BEGIN SELECT RAISE(ABORT, 'a version of a clinical context is never changed'); END
    """,
    """
    CREATE TRIGGER clinical_context_version_is_kept BEFORE DELETE ON clinical_context_version
    WHEN EXISTS (SELECT 1 FROM clinical_context WHERE id = OLD.context_id)
    BEGIN SELECT RAISE(ABORT, 'a version of a clinical context is never changed'); END
    """,
    """
    CREATE TRIGGER clinical_context_version_is_new BEFORE INSERT ON clinical_context_version
    WHEN EXISTS (
        SELECT 1 FROM clinical_context_version
        WHERE (context_id = NEW.context_id AND version = NEW.version) OR rowid = NEW.rowid
    )
    BEGIN SELECT RAISE(ABORT, 'a version of a clinical context is never changed'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_context_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM clinical_context WHERE id = OLD.context_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a version of a clinical context is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER clinical_context_version_is_final BEFORE UPDATE OR DELETE ON clinical_context_version
    FOR EACH ROW EXECUTE FUNCTION refuse_context_change()
    """,
)


def upgrade() -> None:
    create_context()
    create_version()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("clinical_context_version", "clinical_context"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_context_change()")


def create_context() -> None:
    op.create_table(
        "clinical_context",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("lesion_id", sa.String(36)),
        sa.Column("meeting_date", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clinical_context"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_clinical_context_pseudonym"),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesion.id"], name="fk_clinical_context_lesion_id"),
    )
    op.create_index(
        "ix_clinical_context_pseudonym_created_at_id", "clinical_context", ["pseudonym", "created_at", "id"]
    )
    op.create_index(
        "uq_clinical_context_of_patient",
        "clinical_context",
        ["pseudonym", "meeting_date"],
        unique=True,
        sqlite_where=OF_THE_PATIENT,
        postgresql_where=OF_THE_PATIENT,
    )
    op.create_index("uq_clinical_context_of_lesion", "clinical_context", ["lesion_id", "meeting_date"], unique=True)


def create_version() -> None:
    op.create_table(
        "clinical_context_version",
        sa.Column("context_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("clinical", DOCUMENT, nullable=False),
        sa.Column("entered_by", sa.String(100), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("context_id", "version", name="pk_clinical_context_version"),
        sa.ForeignKeyConstraint(
            ["context_id"],
            ["clinical_context.id"],
            name="fk_clinical_context_version_context_id",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_clinical_context_version_version_counts_from_one")),
    )
