"""Claims of objects that are on their way to Orthanc."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "claim",
        sa.Column("sop_instance_uid", sa.String(64), nullable=False),
        sa.Column("series_instance_uid", sa.String(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("source_digest", sa.String(128), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sop_instance_uid", name="pk_claim"),
    )
    op.create_index("ix_claim_series_instance_uid", "claim", ["series_instance_uid"])
    op.create_index("ix_claim_study_instance_uid", "claim", ["study_instance_uid"])


def downgrade() -> None:
    op.drop_table("claim")
