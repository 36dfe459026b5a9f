"""The audit log: entries that form a chain, and can only be added to its end."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers: by its number, or by what is unique.
SQLITE_TRIGGERS = (
    """
    CREATE TRIGGER audit_entry_is_final BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to, at its end'); END
    """,
    """
    CREATE TRIGGER audit_entry_is_kept BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to, at its end'); END
    """,
    """
    CREATE TRIGGER audit_entry_follows BEFORE INSERT ON audit_entry
    WHEN NEW.number <> 1 + coalesce((SELECT max(number) FROM audit_entry), 0)
        OR NEW.previous <> coalesce(
            (SELECT digest FROM audit_entry ORDER BY number DESC LIMIT 1),
            '0000000000000000000000000000000000000000000000000000000000000000')
        OR EXISTS (SELECT 1 FROM audit_entry WHERE digest = NEW.digest)
    BEGIN SELECT RAISE(ABORT, 'the audit log is only added to, at its end'); END
    """,
)
POSTGRESQL_TRIGGERS = (
    """
    CREATE FUNCTION refuse_registry_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit log is only added to, at its end' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_is_final BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_registry_audit_change()
    """,
    """
    CREATE FUNCTION check_audit_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE before_it audit_entry%ROWTYPE;
    BEGIN
        SELECT * INTO before_it FROM audit_entry ORDER BY number DESC LIMIT 1;
        IF NEW.number <> 1 + coalesce(before_it.number, 0)
            OR NEW.previous <> coalesce(
                before_it.digest, '0000000000000000000000000000000000000000000000000000000000000000') THEN
            RAISE EXCEPTION 'the audit log is only added to, at its end' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_follows BEFORE INSERT ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION check_audit_follows()
    """,
)


def upgrade() -> None:
    create_audit_entry()
    for columns in (["pseudonym", "number"], ["actor", "number"], ["action", "number"], ["at"]):
        op.create_index(op.f(f"ix_audit_entry_{'_'.join(columns)}"), "audit_entry", columns)
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_TRIGGERS if on_postgresql else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """The log goes with its table: export it before."""
    op.drop_table("audit_entry")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_registry_audit_change()")
        op.execute("DROP FUNCTION check_audit_follows()")


def create_audit_entry() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(100)),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32)),
        sa.Column("object_id", sa.String(64)),
        sa.Column("pseudonym", sa.String(64)),
        sa.Column("study_instance_uid", sa.String(64)),
        sa.Column("address", sa.String(64)),
        sa.Column("via", sa.String(200)),
        sa.Column("request_id", sa.String(64)),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_entry"),
        sa.UniqueConstraint("previous", name="uq_audit_entry_previous"),
        sa.UniqueConstraint("digest", name="uq_audit_entry_digest"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_audit_entry_numbers_count_from_one")),
    )
