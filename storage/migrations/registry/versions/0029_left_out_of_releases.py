"""Who is left out of releases, also when no release has them yet; who was erased from any release so far is."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KEPT = "that a patient is left out of releases is never taken back"
TRIGGERS = (("release_left_out_is_final", "UPDATE"), ("release_left_out_is_kept", "DELETE"))
FILL = """
    INSERT INTO release_left_out (pseudonym, reason, at, "by")
    SELECT pseudonym, min(reason), min(at), min("by") FROM release_tombstone
    WHERE at = (SELECT min(at) FROM release_tombstone AS earlier WHERE earlier.pseudonym = release_tombstone.pseudonym)
    GROUP BY pseudonym
"""


def upgrade() -> None:
    """Add the table, filled with what the tombstones say."""
    op.create_table(
        "release_left_out",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_release_left_out"),
    )
    op.execute(FILL)
    for name, event in TRIGGERS:
        if op.get_bind().dialect.name == "postgresql":
            create_postgresql_trigger(name, event)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON release_left_out BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )


def downgrade() -> None:
    """Who was erased from a release is known by its tombstone; that others were to be left out is forgotten."""
    op.drop_table("release_left_out")
    if op.get_bind().dialect.name == "postgresql":
        for name, _event in TRIGGERS:
            op.execute(f"DROP FUNCTION refuse_{name}()")


def create_postgresql_trigger(name: str, event: str) -> None:
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'restrict_violation'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON release_left_out FOR EACH ROW EXECUTE FUNCTION refuse_{name}()"
    )
