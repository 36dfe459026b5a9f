"""A note on a vertebra whose number is disputable."""

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Both databases add a column with its own check, so that no table is rebuilt: readings refer to this one."""
    op.execute(
        "ALTER TABLE lesion ADD COLUMN transitional VARCHAR(32)"
        " CONSTRAINT ck_lesion_transitional_of_vertebra CHECK (transitional IS NULL OR level IS NOT NULL)"
    )


def downgrade() -> None:
    """The check goes with its column."""
    op.execute("ALTER TABLE lesion DROP COLUMN transitional")
