"""Clinical records: entries of patients in versions that can only be added, and the imports that brought some."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0025"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
COUNTS = sa.text("key IS NOT NULL")

# An entry is erased whole, by deleting its row of `record_entry`: its versions go after it, and only then can go.
# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER record_version_is_final BEFORE UPDATE ON record_version
    BEGIN SELECT RAISE(ABORT, 'a version of a record is never changed'); END
    """,
    """
    CREATE TRIGGER record_version_is_kept BEFORE DELETE ON record_version
    WHEN EXISTS (SELECT 1 FROM record_entry WHERE id = OLD.entry_id)
    BEGIN SELECT RAISE(ABORT, 'a version of a record is never changed'); END
    """,
    """
    CREATE TRIGGER record_version_is_new BEFORE INSERT ON record_version
    WHEN EXISTS (
        SELECT 1 FROM record_version WHERE (entry_id = NEW.entry_id AND version = NEW.version) OR rowid = NEW.rowid
    )
    BEGIN SELECT RAISE(ABORT, 'a version of a record is never changed'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM record_entry WHERE id = OLD.entry_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a version of a record is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER record_version_is_final BEFORE UPDATE OR DELETE ON record_version
    FOR EACH ROW EXECUTE FUNCTION refuse_record_change()
    """,
)


def upgrade() -> None:
    create_import()
    create_entry()
    create_version()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("record_version", "record_entry", "record_import"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_record_change()")


def create_import() -> None:
    op.create_table(
        "record_import",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("format", sa.String(32), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(100), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_import"),
    )


def create_entry() -> None:
    op.create_table(
        "record_entry",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("form", sa.String(32), nullable=False),
        sa.Column("key", sa.String(120)),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("newest_final", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_entry"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_record_entry_pseudonym_patient"),
        sa.CheckConstraint("newest >= 1", name=op.f("ck_record_entry_newest_counts_from_one")),
    )
    op.create_index("ix_record_entry_pseudonym", "record_entry", ["pseudonym", "form", "created_at", "id"])
    op.create_index(
        "uq_record_entry_key",
        "record_entry",
        ["pseudonym", "form", "key"],
        unique=True,
        sqlite_where=COUNTS,
        postgresql_where=COUNTS,
    )


def create_version() -> None:
    op.create_table(
        "record_version",
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("content", DOCUMENT, nullable=False),
        sa.Column("context_version", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.String(36)),
        sa.Column("entered_by", sa.String(100), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "version", name="pk_record_version"),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["record_entry.id"], ondelete="CASCADE", name="fk_record_version_entry_id_record_entry"
        ),
        sa.ForeignKeyConstraint(["import_id"], ["record_import.id"], name="fk_record_version_import_id_record_import"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_record_version_version_counts_from_one")),
        sa.CheckConstraint("state IN ('draft', 'final', 'withdrawn')", name=op.f("ck_record_version_state_known")),
    )
