"""Clinical records in releases, the data lock, and the tombstones of records that were erased."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

FINAL = "a release that is ready never changes"
ERASED = "the record of this patient was erased"
KEPT = "that a record was erased is never taken back"
READY = "EXISTS (SELECT 1 FROM release WHERE number = {row}.release AND state = 'ready')"
TOMBSTONE = "EXISTS (SELECT 1 FROM record_tombstone WHERE pseudonym = NEW.pseudonym)"
TABLES = ("release_lock", "release_entry", "record_tombstone", "record_lock")


def _triggers() -> Iterator[tuple[str, str, str, str, str]]:
    """Name, event, table, when it is refused, and why."""
    yield "release_entry_is_complete", "INSERT", "release_entry", READY.format(row="NEW"), FINAL
    either = f"{READY.format(row='OLD')} OR {READY.format(row='NEW')}"
    yield "release_entry_is_final", "UPDATE", "release_entry", either, FINAL
    yield "release_entry_is_kept", "DELETE", "release_entry", READY.format(row="OLD"), FINAL
    yield "release_lock_is_complete", "INSERT", "release_lock", READY.format(row="NEW"), FINAL
    for table in ("record_entry", "clinical_context"):
        yield f"{table}_is_not_erased", "INSERT", table, TOMBSTONE, ERASED
    yield "record_tombstone_is_final", "UPDATE", "record_tombstone", "OLD.pseudonym IS NOT NULL", KEPT
    yield "record_tombstone_is_kept", "DELETE", "record_tombstone", "OLD.pseudonym IS NOT NULL", KEPT


def upgrade() -> None:
    create_tables_of_records()
    create_tables_of_releases()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, event, table, condition, why in _triggers():
        if on_postgresql:
            create_postgresql_trigger(name, event, table, condition, why)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
            )


def downgrade() -> None:
    """What was erased stays erased; that it was is forgotten."""
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, _event, table, *_ in _triggers():
        op.execute(f"DROP TRIGGER {name} ON {table}" if on_postgresql else f"DROP TRIGGER {name}")
        if on_postgresql:
            op.execute(f"DROP FUNCTION refuse_{name}()")
    for table in TABLES:
        op.drop_table(table)


def create_tables_of_records() -> None:
    op.create_table(
        "record_lock",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("lock_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_record_lock"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_record_lock_pseudonym_patient"),
    )
    op.create_table(
        "record_tombstone",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_record_tombstone"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_record_tombstone_pseudonym_patient"),
    )


def create_tables_of_releases() -> None:
    op.create_table(
        "release_entry",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("entry_id", ordered_text(36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("context_version", sa.Integer(), nullable=False),
        sa.Column("pseudonym", ordered_text(64), nullable=False),
        sa.PrimaryKeyConstraint("release", "entry_id", name="pk_release_entry"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_entry_release"),
    )
    op.create_index("ix_release_entry_release_pseudonym", "release_entry", ["release", "pseudonym"])
    op.create_table(
        "release_lock",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("pseudonym", ordered_text(64), nullable=False),
        sa.Column("lock_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("release", "pseudonym", name="pk_release_lock"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_lock_release"),
    )


def ordered_text(length: int) -> sa.types.TypeEngine[str]:
    """Sorts byte by byte on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def create_postgresql_trigger(name: str, event: str, table: str, condition: str, why: str) -> None:
    """A condition of a PostgreSQL trigger may hold no query, so its function asks.

    Whoever erases holds the patient's row: what is to be added of them waits, and then finds the tombstone.
    """
    row = "OLD" if event == "DELETE" else "NEW"
    wait = "PERFORM 1 FROM patient WHERE pseudonym = NEW.pseudonym FOR KEY SHARE; " if why == ERASED else ""
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {wait}IF {condition} THEN"
        f" RAISE EXCEPTION '{why}' USING ERRCODE = 'restrict_violation'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()")
