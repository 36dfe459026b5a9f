"""Associations that were open when their node ended."""

from collections.abc import Sequence

from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NAME = "ck_association_outcome_known"
BEFORE = "outcome IN ('released', 'aborted', 'lost')"
AFTER = "outcome IN ('released', 'aborted', 'lost', 'node_ended')"


def upgrade() -> None:
    know_outcomes(AFTER)


def downgrade() -> None:
    op.execute("UPDATE association SET outcome = 'lost' WHERE outcome = 'node_ended'")
    know_outcomes(BEFORE)


def know_outcomes(condition: str) -> None:
    with op.batch_alter_table("association") as table:
        table.drop_constraint(op.f(NAME), type_="check")
        table.create_check_constraint(op.f(NAME), condition)
