"""How complete a study is taken to be, beside what else cohorts ask of it: linked by UID it is slow to find."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FILL = """
    UPDATE search_study SET state =
        (SELECT state FROM study_state WHERE study_state.study_instance_uid = search_study.study_instance_uid)
"""


def upgrade() -> None:
    """Add a column, filled with what is known."""
    op.add_column("search_study", sa.Column("state", sa.String(16), nullable=True))
    op.execute(FILL)


def downgrade() -> None:
    """Remove it: everything in it is in `study_state`."""
    op.drop_column("search_study", "state")
