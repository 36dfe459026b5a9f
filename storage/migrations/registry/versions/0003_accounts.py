"""What became of quarantined objects, counts by reason and by study, rejected associations, and lost objects."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

QUARANTINED_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "study_instance_uid": sa.String(64),
    "sop_instance_uid": sa.String(64),
    "fate": sa.String(16),
    "fate_at": sa.DateTime(timezone=True),
    "fate_by": sa.String(500),
    "fate_reason": sa.String(500),
    "released_as": sa.String(64),
    "tried_at": sa.DateTime(timezone=True),
    "tried_reason": sa.String(64),
}
QUARANTINED_CHECKS = {
    "ck_quarantined_object_fate_known": "fate IN ('released', 'destroyed')",
    "ck_quarantined_object_fate_complete": (
        "(fate IS NULL) = (fate_at IS NULL) AND (fate IS NULL) = (fate_by IS NULL)"
        " AND (fate IS NULL) = (fate_reason IS NULL)"
    ),
    "ck_quarantined_object_released_as_what": ("(fate IS NOT NULL AND fate = 'released') = (released_as IS NOT NULL)"),
    "ck_quarantined_object_tried_complete": "(tried_at IS NULL) = (tried_reason IS NULL)",
}
QUARANTINED_INDEXES = {
    "ix_quarantined_object_study_instance_uid": "study_instance_uid",
    "ix_quarantined_object_sop_instance_uid": "sop_instance_uid",
}


def upgrade() -> None:
    widen_quarantined_object()
    op.add_column("instance", sa.Column("lost_at", sa.DateTime(timezone=True)))
    op.create_index("ix_association_opened_at", "association", ["opened_at"])
    create_association_reason()
    create_association_study()
    create_came_again()
    create_rejected_association()


def downgrade() -> None:
    for table in ("rejected_association", "came_again", "association_study", "association_reason"):
        op.drop_table(table)
    op.drop_index("ix_association_opened_at", "association")
    op.drop_column("instance", "lost_at")
    narrow_quarantined_object()


def widen_quarantined_object() -> None:
    with op.batch_alter_table("quarantined_object") as table:
        for name, kind in QUARANTINED_COLUMNS.items():
            table.add_column(sa.Column(name, kind))
        for name, condition in QUARANTINED_CHECKS.items():
            table.create_check_constraint(op.f(name), condition)
        for name, column_name in QUARANTINED_INDEXES.items():
            table.create_index(name, [column_name])


def narrow_quarantined_object() -> None:
    with op.batch_alter_table("quarantined_object") as table:
        for name in QUARANTINED_INDEXES:
            table.drop_index(name)
        for name in QUARANTINED_CHECKS:
            table.drop_constraint(op.f(name), type_="check")
        for name in QUARANTINED_COLUMNS:
            table.drop_column(name)


def create_association_reason() -> None:
    op.create_table(
        "association_reason",
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("association_id", "outcome", "reason", name="pk_association_reason"),
        sa.CheckConstraint(
            "outcome IN ('quarantined', 'quarantined_again', 'refused')",
            name=op.f("ck_association_reason_outcome_known"),
        ),
        sa.CheckConstraint("count >= 0", name=op.f("ck_association_reason_count_not_negative")),
    )


def create_association_study() -> None:
    op.create_table(
        "association_study",
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("quarantined_again", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("association_id", "study_instance_uid", name="pk_association_study"),
        sa.CheckConstraint(
            "stored >= 0 AND duplicates >= 0 AND quarantined >= quarantined_again AND quarantined_again >= 0"
            " AND refused >= 0",
            name=op.f("ck_association_study_counts_not_negative"),
        ),
    )
    op.create_index("ix_association_study_study_instance_uid", "association_study", ["study_instance_uid"])


def create_came_again() -> None:
    op.create_table(
        "came_again",
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("object_id", sa.String(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64)),
        sa.PrimaryKeyConstraint("association_id", "object_id", name="pk_came_again"),
    )
    op.create_index("ix_came_again_study_instance_uid", "came_again", ["study_instance_uid"])


def create_rejected_association() -> None:
    op.create_table(
        "rejected_association",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calling_ae_title", sa.String(16), nullable=False),
        sa.Column("peer_address", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("counted_by", sa.String(36), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "calling_ae_title", "peer_address", "reason", "counted_by", name="pk_rejected_association"
        ),
        sa.CheckConstraint("count >= 0", name=op.f("ck_rejected_association_count_not_negative")),
    )
