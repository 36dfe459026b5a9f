"""Protocols of reading, assignments of studies, tasks of readers, and the readings that are made under them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TASK_INDEXES = {
    "ix_reading_task_by_patient": ["pseudonym", "reader"],
    "ix_reading_task_by_day": ["study_day", "assignment_id", "reader", "state", "study_instance_uid"],
    "ix_reading_task_by_reader": ["reader", "study_day", "assignment_id", "state", "study_instance_uid"],
    "ix_reading_task_by_reader_state": ["reader", "state", "study_day", "assignment_id", "study_instance_uid"],
    "ix_reading_task_by_state": ["state", "study_day", "assignment_id", "reader"],
    "ix_reading_task_by_protocol": ["protocol_id", "study_day", "assignment_id", "reader", "state"],
    "ix_reading_task_by_protocol_state": ["protocol_id", "state", "study_day", "assignment_id", "reader"],
}

BLIND = "an assignment is blind until both readers have signed, and then no more"
SIGNED = "what was signed stays signed"
UNDER = "a reading is made under an assignment by one who has a task of it, and stays there"

BLIND_BROKEN = """(
    (NOT OLD.blind AND NEW.blind) OR (OLD.blind AND NOT NEW.blind AND EXISTS (
        SELECT 1 FROM reading_task WHERE assignment_id = NEW.id AND state IN ('unread', 'draft')
    ))
)"""
SIGNATURE_LOST = "OLD.state IN ('signed', 'adjudicated') AND NEW.state <> OLD.state"
NO_TASK = """NEW.assignment_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM reading_task
    WHERE assignment_id = NEW.assignment_id AND reader = NEW.assigned_reader
    AND state IN ('unread', 'draft', 'to_adjudicate')
)"""
MOVED = """(
    COALESCE(OLD.assignment_id, '') <> COALESCE(NEW.assignment_id, '')
    OR COALESCE(OLD.assigned_reader, '') <> COALESCE(NEW.assigned_reader, '')
)"""
# Name of the trigger: the event, the table, when it is refused, and what is then said.
TRIGGERS = {
    "assignment_blind_until_signed": ("UPDATE OF blind", "assignment", BLIND_BROKEN, BLIND),
    "reading_task_stays_signed": ("UPDATE OF state", "reading_task", SIGNATURE_LOST, SIGNED),
    "reading_under_a_task": ("INSERT", "reading", NO_TASK, UNDER),
    "reading_stays_under": ("UPDATE OF assignment_id, assigned_reader", "reading", MOVED, UNDER),
}


def upgrade() -> None:
    create_protocol()
    create_assignment()
    create_task()
    put_readings_under_assignments()
    op.create_index("ix_series_modality_study_instance_uid", "series", ["modality", "study_instance_uid"])
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (event, table, condition, message) in TRIGGERS.items():
        if on_postgresql:
            create_postgresql_trigger(name, event, table, condition, message)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (_, table, _, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}" if on_postgresql else f"DROP TRIGGER {name}")
        if on_postgresql:
            op.execute(f"DROP FUNCTION refuse_{name}()")
    op.drop_index("ix_series_modality_study_instance_uid", "series")
    op.drop_index("ix_reading_assignment_id", "reading")
    for column in ("decided_from", "assigned_reader", "assignment_id"):
        op.execute(f"ALTER TABLE reading DROP COLUMN {column}")
    for table in ("reading_task", "assignment", "reading_protocol"):
        op.drop_table(table)


def create_protocol() -> None:
    op.create_table(
        "reading_protocol",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("modalities", DOCUMENT, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reading_protocol"),
        sa.UniqueConstraint("name", name="uq_reading_protocol_name"),
        sa.CheckConstraint("kind IN ('single', 'double_blind')", name=op.f("ck_reading_protocol_kind_known")),
    )


def create_assignment() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("protocol_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("first_reader", sa.String(100), nullable=False),
        sa.Column("second_reader", sa.String(100)),
        sa.Column("adjudicator", sa.String(100)),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_assignment"),
        sa.ForeignKeyConstraint(["protocol_id"], ["reading_protocol.id"], name="fk_assignment_protocol_id"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_assignment_study_instance_uid"
        ),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_assignment_pseudonym"),
        sa.UniqueConstraint("protocol_id", "study_instance_uid", name="uq_assignment_protocol_id_study_instance_uid"),
        sa.CheckConstraint("kind IN ('single', 'double_blind')", name=op.f("ck_assignment_kind_known")),
        sa.CheckConstraint(
            "(kind = 'double_blind') = (second_reader IS NOT NULL)", name=op.f("ck_assignment_two_readers_when_blind")
        ),
        sa.CheckConstraint(
            "(kind = 'double_blind') = (adjudicator IS NOT NULL)", name=op.f("ck_assignment_adjudicator_when_blind")
        ),
        sa.CheckConstraint(
            "second_reader IS NULL OR second_reader <> first_reader", name=op.f("ck_assignment_readers_differ")
        ),
        sa.CheckConstraint(
            "adjudicator IS NULL OR (adjudicator <> first_reader AND adjudicator <> second_reader)",
            name=op.f("ck_assignment_adjudicator_is_no_reader"),
        ),
        sa.CheckConstraint("NOT blind OR kind = 'double_blind'", name=op.f("ck_assignment_blind_by_protocol")),
    )
    for name, column in (
        ("ix_assignment_blind_study", "study_instance_uid"),
        ("ix_assignment_blind_patient", "pseudonym"),
    ):
        op.create_index(
            name, "assignment", [column], sqlite_where=sa.text("blind = 1"), postgresql_where=sa.text("blind")
        )


def create_task() -> None:
    op.create_table(
        "reading_task",
        sa.Column("assignment_id", sa.String(36), nullable=False),
        sa.Column("reader", sa.String(100), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True)),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("protocol_id", sa.String(36), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("study_day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", "reader", name="pk_reading_task"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name="fk_reading_task_assignment_id"),
        sa.ForeignKeyConstraint(["protocol_id"], ["reading_protocol.id"], name="fk_reading_task_protocol_id"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_reading_task_study_instance_uid"
        ),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_reading_task_pseudonym"),
        sa.CheckConstraint("role IN ('reader', 'adjudicator')", name=op.f("ck_reading_task_role_known")),
        sa.CheckConstraint(
            "state IN ('unread', 'draft', 'signed', 'to_adjudicate', 'adjudicated')",
            name=op.f("ck_reading_task_state_known"),
        ),
        sa.CheckConstraint(
            "(role = 'adjudicator') = (state IN ('to_adjudicate', 'adjudicated'))",
            name=op.f("ck_reading_task_state_of_role"),
        ),
        sa.CheckConstraint(
            "(state IN ('signed', 'adjudicated')) = (signed_at IS NOT NULL)", name=op.f("ck_reading_task_signed_when")
        ),
        sa.CheckConstraint("block >= 0", name=op.f("ck_reading_task_block_not_negative")),
    )
    where = sa.text("state IN ('unread', 'draft')")
    op.create_index(
        "uq_reading_task_to_read",
        "reading_task",
        ["study_instance_uid", "reader"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )
    for name, columns in TASK_INDEXES.items():
        op.create_index(name, "reading_task", columns)


def put_readings_under_assignments() -> None:
    """Both databases add a column with its own check, so that no table is rebuilt: revisions refer to this one."""
    document = "JSONB" if op.get_bind().dialect.name == "postgresql" else "JSON"
    for column in (
        "assignment_id VARCHAR(36) CONSTRAINT fk_reading_assignment_id REFERENCES assignment (id)",
        "assigned_reader VARCHAR(100) CONSTRAINT ck_reading_assigned_to_whom"
        " CHECK ((assignment_id IS NULL) = (assigned_reader IS NULL))",
        f"decided_from {document} CONSTRAINT ck_reading_decided_under_what"
        " CHECK (decided_from IS NULL OR assignment_id IS NOT NULL)",
    ):
        op.execute(f"ALTER TABLE reading ADD COLUMN {column}")
    op.create_index("ix_reading_assignment_id", "reading", ["assignment_id"])


def create_postgresql_trigger(name: str, event: str, table: str, condition: str, message: str) -> None:
    """A condition of a PostgreSQL trigger may hold no query, so its function asks."""
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()")
