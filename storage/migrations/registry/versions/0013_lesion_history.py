"""Versions of lesions, and what happened to them in entries that can only be added."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# A lesion's entries go after it, when it is erased, and only then can go.
# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER lesion_event_is_final BEFORE UPDATE ON lesion_event
    BEGIN SELECT RAISE(ABORT, 'the history of a lesion is never changed'); END
    """,
    """
    CREATE TRIGGER lesion_event_is_kept BEFORE DELETE ON lesion_event
    WHEN EXISTS (SELECT 1 FROM lesion WHERE id = OLD.lesion_id)
    BEGIN SELECT RAISE(ABORT, 'the history of a lesion is never changed'); END
    """,
    """
    CREATE TRIGGER lesion_event_is_new BEFORE INSERT ON lesion_event
    WHEN EXISTS (
        SELECT 1 FROM lesion_event
        WHERE (lesion_id = NEW.lesion_id AND version = NEW.version) OR rowid = NEW.rowid
    )
    BEGIN SELECT RAISE(ABORT, 'the history of a lesion is never changed'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_lesion_history_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM lesion WHERE id = OLD.lesion_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the history of a lesion is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER lesion_event_is_final BEFORE UPDATE OR DELETE ON lesion_event
    FOR EACH ROW EXECUTE FUNCTION refuse_lesion_history_change()
    """,
)

# Both databases add a column with its own constraints, so that no table is rebuilt: readings refer to this one.
COLUMNS = {
    "version": "INTEGER NOT NULL DEFAULT 1 CONSTRAINT ck_lesion_version_counts_from_one CHECK (version >= 1)",
    "site_by": "VARCHAR(100)",
    "site_at": (
        "{instant} CONSTRAINT ck_lesion_site_corrected_by_somebody CHECK ((site_by IS NULL) = (site_at IS NULL))"
    ),
    "merged_into": (
        "VARCHAR(36) CONSTRAINT fk_lesion_merged_into REFERENCES lesion (id)"
        " CONSTRAINT ck_lesion_merged_into_another CHECK (merged_into <> id)"
    ),
    "resolved_on": "VARCHAR(64) CONSTRAINT fk_lesion_resolved_on REFERENCES study (study_instance_uid)",
}


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    instant = "TIMESTAMP WITH TIME ZONE" if on_postgresql else "DATETIME"
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE lesion ADD COLUMN {name} {kind.format(instant=instant)}")
    create_event()
    op.execute(
        "INSERT INTO lesion_event (lesion_id, version, what, recorded_by, recorded_at, details)"
        " SELECT id, 1, 'opened', created_by, created_at, '{}' FROM lesion"
    )
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_table("lesion_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_lesion_history_change()")
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE lesion DROP COLUMN {name}")


def create_event() -> None:
    op.create_table(
        "lesion_event",
        sa.Column("lesion_id", sa.String(36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("recorded_by", sa.String(100), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("study_instance_uid", sa.String(64)),
        sa.Column("other_lesion_id", sa.String(36)),
        sa.Column("details", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("lesion_id", "version", name="pk_lesion_event"),
        sa.ForeignKeyConstraint(["lesion_id"], ["lesion.id"], name="fk_lesion_event_lesion_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_lesion_event_study_instance_uid"
        ),
        sa.ForeignKeyConstraint(
            ["other_lesion_id"],
            ["lesion.id"],
            name="fk_lesion_event_other_lesion_id",
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_lesion_event_version_counts_from_one")),
        sa.CheckConstraint("what = 'opened' OR reason IS NOT NULL", name=op.f("ck_lesion_event_reason_for_changing")),
    )
