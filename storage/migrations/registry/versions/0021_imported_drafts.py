"""Which imported object a draft was made of."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0021"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

READING = "ck_draft_carried_from_a_reading"
SOMEWHERE = "ck_draft_carried_from_somewhere"


def upgrade() -> None:
    with op.batch_alter_table("draft") as table:
        table.add_column(sa.Column("imported_from", sa.String(64)))
        table.drop_constraint(op.f(READING), type_="check")
        table.create_check_constraint(op.f(READING), "carried IS NOT NULL OR carried_from_reading_id IS NULL")
        table.create_check_constraint(
            op.f(SOMEWHERE), "carried IS NULL OR carried_from_reading_id IS NOT NULL OR imported_from IS NOT NULL"
        )


def downgrade() -> None:
    """What was imported and not confirmed is lost; drafts that earlier versions could have made are kept."""
    op.execute("DELETE FROM draft WHERE carried IS NOT NULL AND carried_from_reading_id IS NULL")
    with op.batch_alter_table("draft") as table:
        table.drop_constraint(op.f(SOMEWHERE), type_="check")
        table.drop_constraint(op.f(READING), type_="check")
        table.create_check_constraint(op.f(READING), "(carried IS NULL) = (carried_from_reading_id IS NULL)")
        table.drop_column("imported_from")
