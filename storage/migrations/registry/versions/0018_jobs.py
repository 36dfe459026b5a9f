"""Background jobs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
CHECKS = {
    "state_known": "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')",
    "lease_while_running": "(state = 'running') = (lease_until IS NOT NULL)",
    "run_by_somebody": "state <> 'running' OR (worker IS NOT NULL AND fence >= 1)",
    "ended_when": "(state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)",
    "problem_of_failed": "(state = 'failed') = (problem IS NOT NULL)",
    "result_of_done": "(state = 'done') = (result IS NOT NULL)",
    "tries_counted": "tries >= 0 AND tries <= fence AND tries <= most_tries",
    "cancelled_by_somebody": "(cancel_asked_at IS NULL) = (cancel_asked_by IS NULL)",
    "progress_not_negative": "progress_done >= 0 AND progress_total >= 0",
}
# Name of the trigger: when a change is refused, and what is then said.
TRIGGERS = {
    "job_ended_stays": ("OLD.ended_at IS NOT NULL", "a job that has ended is never changed"),
    "job_fence_rises": ("NEW.fence < OLD.fence", "the fence of a job only rises"),
}


def upgrade() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("most_tries", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(100)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True)),
        sa.Column("progress_done", sa.BigInteger()),
        sa.Column("progress_total", sa.BigInteger()),
        sa.Column("progress_message", sa.String(200)),
        sa.Column("progress_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_asked_at", sa.DateTime(timezone=True)),
        sa.Column("cancel_asked_by", sa.String(100)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("result", DOCUMENT),
        sa.Column("problem", DOCUMENT),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_job_{name}")) for name, condition in CHECKS.items()),
    )
    op.create_index("ix_job_to_take", "job", ["state", "not_before"])
    op.create_index("ix_job_by_time", "job", ["created_at", "id"])
    op.create_index("ix_job_by_person", "job", ["created_by", "created_at", "id"])
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (condition, message) in TRIGGERS.items():
        if on_postgresql:
            create_postgresql_trigger(name, condition, message)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE UPDATE ON job WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )


def downgrade() -> None:
    op.drop_table("job")
    if op.get_bind().dialect.name == "postgresql":
        for name in TRIGGERS:
            op.execute(f"DROP FUNCTION refuse_{name}()")


def create_postgresql_trigger(name: str, condition: str, message: str) -> None:
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON job FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION refuse_{name}()"
    )
