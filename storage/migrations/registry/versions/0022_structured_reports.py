"""Structured reports: one for each revision of a reading, and how far its writing to Orthanc has come."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "structured_report",
        sa.Column("reading_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("series_instance_uid", sa.String(64), nullable=False),
        sa.Column("sop_instance_uid", sa.String(64), nullable=False),
        sa.Column("orthanc_id", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True)),
        sa.Column("written_at", sa.DateTime(timezone=True)),
        sa.Column("failure", sa.String(64)),
        sa.PrimaryKeyConstraint("reading_id", "revision", name="pk_structured_report"),
        sa.ForeignKeyConstraint(
            ["reading_id", "revision"],
            ["reading_revision.reading_id", "reading_revision.revision"],
            ondelete="CASCADE",
            name="fk_structured_report_revision",
        ),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_structured_report_study_instance_uid_study"
        ),
        sa.UniqueConstraint("sop_instance_uid", name="uq_structured_report_sop_instance_uid"),
        sa.UniqueConstraint("orthanc_id", name="uq_structured_report_orthanc_id"),
        sa.CheckConstraint("state IN ('due', 'placing', 'written')", name="state_known"),
        sa.CheckConstraint("(state = 'written') = (written_at IS NOT NULL)", name="written_when"),
        sa.CheckConstraint("attempts >= 0", name="attempts_not_negative"),
    )
    for name, column, condition in (
        ("ix_structured_report_to_write", "not_before", "state <> 'written'"),
        ("ix_structured_report_in_store", "study_instance_uid", "state <> 'due'"),
    ):
        op.create_index(
            name,
            "structured_report",
            [column],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )


def downgrade() -> None:
    op.drop_table("structured_report")
