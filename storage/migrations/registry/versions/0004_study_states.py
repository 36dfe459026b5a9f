"""How complete each study is taken to be, and the history of that, which can only be added to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

STATES = "IN ('receiving', 'provisional', 'confirmed', 'revised')"

# A study's history goes with the row of `study_state`, and only then can go.
# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER study_transition_is_final BEFORE UPDATE ON study_transition
    BEGIN SELECT RAISE(ABORT, 'the history of a study is never changed'); END
    """,
    """
    CREATE TRIGGER study_transition_is_kept BEFORE DELETE ON study_transition
    WHEN EXISTS (SELECT 1 FROM study_state WHERE study_instance_uid = OLD.study_instance_uid)
    BEGIN SELECT RAISE(ABORT, 'the history of a study is never changed'); END
    """,
    """
    CREATE TRIGGER study_transition_is_new BEFORE INSERT ON study_transition
    WHEN EXISTS (
        SELECT 1 FROM study_transition
        WHERE (study_instance_uid = NEW.study_instance_uid AND version = NEW.version) OR rowid = NEW.rowid
    )
    BEGIN SELECT RAISE(ABORT, 'the history of a study is never changed'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_transition_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE'
            AND NOT EXISTS (SELECT 1 FROM study_state WHERE study_instance_uid = OLD.study_instance_uid) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'the history of a study is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER study_transition_is_final BEFORE UPDATE OR DELETE ON study_transition
    FOR EACH ROW EXECUTE FUNCTION refuse_transition_change()
    """,
)

# Of studies that are here already nobody knows more than that they are: at rest, not confirmed.
FIRST_STATES = """
    INSERT INTO study_state (study_instance_uid, state, since, revision, version, last_object_at, reason)
    SELECT study.study_instance_uid, 'provisional', study.first_stored_at, 1, 1,
        coalesce(max(instance.received_at), study.first_stored_at), 'recorded_before'
    FROM study
    LEFT JOIN series ON series.study_instance_uid = study.study_instance_uid
    LEFT JOIN instance ON instance.series_instance_uid = series.series_instance_uid
    GROUP BY study.study_instance_uid, study.first_stored_at
"""
FIRST_TRANSITIONS = """
    INSERT INTO study_transition
        (study_instance_uid, version, from_state, to_state, revision, at, reason, objects)
    SELECT study_state.study_instance_uid, 1, NULL, 'provisional', 1, study_state.since, 'recorded_before',
        (SELECT count(*) FROM instance JOIN series ON instance.series_instance_uid = series.series_instance_uid
         WHERE series.study_instance_uid = study_state.study_instance_uid)
    FROM study_state
"""


def upgrade() -> None:
    create_study_state()
    create_study_transition()
    op.execute(FIRST_STATES)
    op.execute(FIRST_TRANSITIONS)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in ("study_transition", "study_state"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_transition_change()")


def create_study_state() -> None:
    op.create_table(
        "study_state",
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("last_object_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("objects_expected", sa.Integer()),
        sa.Column("objects_confirmed", sa.Integer()),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("confirmed_with", sa.String(16)),
        sa.PrimaryKeyConstraint("study_instance_uid", name="pk_study_state"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["study.study_instance_uid"],
            name="fk_study_state_study_instance_uid",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(f"state {STATES}", name=op.f("ck_study_state_state_known")),
        sa.CheckConstraint("revision >= 1 AND version >= 1", name=op.f("ck_study_state_numbers_count_from_one")),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_with IS NULL)"
            " AND (confirmed_at IS NULL) = (objects_confirmed IS NULL)",
            name=op.f("ck_study_state_confirmation_complete"),
        ),
        sa.CheckConstraint(
            "state <> 'confirmed' OR (confirmed_at IS NOT NULL AND objects_expected IS NOT NULL AND reason IS NULL)",
            name=op.f("ck_study_state_confirmed_by_somebody"),
        ),
    )
    op.create_index("ix_study_state_state_study_instance_uid", "study_state", ["state", "study_instance_uid"])


def create_study_transition() -> None:
    op.create_table(
        "study_transition",
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_state", sa.String(16)),
        sa.Column("to_state", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(64)),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("objects_expected", sa.Integer()),
        sa.Column("asked", sa.String(16)),
        sa.PrimaryKeyConstraint("study_instance_uid", "version", name="pk_study_transition"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"],
            ["study_state.study_instance_uid"],
            name="fk_study_transition_study_instance_uid",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(f"from_state {STATES}", name=op.f("ck_study_transition_from_state_known")),
        sa.CheckConstraint(f"to_state {STATES}", name=op.f("ck_study_transition_to_state_known")),
    )
