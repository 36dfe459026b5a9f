"""Releases: what was chosen, their files, grants and tombstones; what is ready never changes."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)

FINAL = "a release that is ready never changes"
READY = "EXISTS (SELECT 1 FROM release WHERE number = {row}.release AND state = 'ready')"
LAST_ERASURE = "(SELECT coalesce(max(number), 0) FROM release_tombstone WHERE release = NEW.release)"
REPLACES = """EXISTS (
    SELECT 1 FROM release_file WHERE release = NEW.release AND path = NEW.path
    AND (from_erasure = NEW.from_erasure OR to_erasure IS NULL)
)"""
FILE_COLUMNS = (
    "release", "path", "from_erasure", "kind", "size", "sha256",
    "pseudonym", "study_instance_uid", "series_instance_uid", "sop_instance_uid", "orthanc_id",
)  # fmt: skip
NUMBERS = frozenset({"release", "from_erasure", "size"})


def _differs() -> str:
    return " OR ".join(
        f"NEW.{each} <> OLD.{each}" if each in NUMBERS else f"coalesce(NEW.{each}, '') <> coalesce(OLD.{each}, '')"
        for each in FILE_COLUMNS
    )


def _triggers() -> Iterable[tuple[str, str, str, str]]:
    """Name, event, table, and when it is refused."""
    yield "release_is_new", "INSERT", "release", "EXISTS (SELECT 1 FROM release WHERE number = NEW.number)"
    yield "release_is_final", "UPDATE", "release", "OLD.state = 'ready'"
    yield "release_is_kept", "DELETE", "release", "OLD.number IS NOT NULL"
    for table in ("release_series", "release_reading"):
        yield f"{table}_is_complete", "INSERT", table, READY.format(row="NEW")
        yield f"{table}_is_final", "UPDATE", table, f"{READY.format(row='OLD')} OR {READY.format(row='NEW')}"
        yield f"{table}_is_kept", "DELETE", table, READY.format(row="OLD")
    yield (
        "release_file_is_complete",
        "INSERT",
        "release_file",
        f"{READY.format(row='NEW')} AND (NEW.from_erasure = 0 OR NEW.from_erasure <> {LAST_ERASURE} OR {REPLACES})",
    )
    yield (
        "release_file_is_final",
        "UPDATE",
        "release_file",
        f"{READY.format(row='OLD')} AND (OLD.to_erasure IS NOT NULL OR NEW.to_erasure IS NULL"
        f" OR NEW.to_erasure <> {LAST_ERASURE} OR {_differs()})",
    )
    yield "release_file_is_kept", "DELETE", "release_file", READY.format(row="OLD")
    yield "release_tombstone_follows", "INSERT", "release_tombstone", f"NEW.number <> 1 + {LAST_ERASURE}"
    yield "release_tombstone_is_final", "UPDATE", "release_tombstone", "OLD.number IS NOT NULL"
    yield "release_tombstone_is_kept", "DELETE", "release_tombstone", "OLD.number IS NOT NULL"


def upgrade() -> None:
    create_release()
    create_series_and_readings()
    create_file()
    create_tombstone_and_grant()
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for name, event, table, condition in _triggers():
        if on_postgresql:
            create_postgresql_trigger(name, event, table, condition)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, '{FINAL}'); END"
            )


def downgrade() -> None:
    """The releases go; their files stay under the home folder."""
    for table in (
        "release_grant",
        "release_tombstone",
        "release_file",
        "release_reading",
        "release_series",
        "release",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name, *_ in _triggers():
            op.execute(f"DROP FUNCTION refuse_{name}()")


def create_release() -> None:
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("query", DOCUMENT, nullable=False),
        sa.Column("cohort_name", sa.String(100)),
        sa.Column("cohort_version", sa.Integer()),
        sa.Column("contents", DOCUMENT, nullable=False),
        sa.Column("readings", sa.String(32), nullable=False),
        sa.Column("data_use", sa.Text()),
        sa.Column("versions", DOCUMENT, nullable=False),
        sa.Column("previous", sa.Integer()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("created_by", sa.String(100), nullable=False),
        sa.Column("job", sa.String(64)),
        sa.Column("builder", sa.String(36)),
        sa.Column("frozen_at", INSTANT),
        sa.Column("built_to", DOCUMENT),
        sa.Column("failure", sa.String(500)),
        sa.Column("ready_at", INSTANT),
        sa.Column("counts", DOCUMENT),
        sa.Column("manifest_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("number", name="pk_release"),
        sa.ForeignKeyConstraint(["previous"], ["release.number"], name="fk_release_previous"),
        sa.CheckConstraint("number >= 1", name=op.f("ck_release_number_counts_from_one")),
        sa.CheckConstraint(
            "state IN ('building', 'ready', 'failed', 'cancelled')", name=op.f("ck_release_state_known")
        ),
        sa.CheckConstraint("readings IN ('signed', 'adjudicated')", name=op.f("ck_release_readings_known")),
        sa.CheckConstraint("(state = 'ready') = (ready_at IS NOT NULL)", name=op.f("ck_release_ready_when")),
        sa.CheckConstraint(
            "(state = 'ready') = (manifest_sha256 IS NOT NULL)", name=op.f("ck_release_ready_with_a_manifest")
        ),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)", name=op.f("ck_release_failed_why")),
        sa.CheckConstraint(
            "(cohort_name IS NULL) = (cohort_version IS NULL)", name=op.f("ck_release_cohort_with_version")
        ),
    )


def create_series_and_readings() -> None:
    op.create_table(
        "release_series",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("series_instance_uid", ordered_text(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", ordered_text(64), nullable=False),
        sa.Column("modality", sa.String(64)),
        sa.Column("session", ordered_text(32), nullable=False),
        sa.Column("refused", sa.String(500)),
        sa.PrimaryKeyConstraint("release", "series_instance_uid", name="pk_release_series"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_series_release"),
    )
    op.create_index(
        "ix_release_series_in_order", "release_series", ["release", "pseudonym", "session", "series_instance_uid"]
    )
    op.create_index("ix_release_series_release_study_instance_uid", "release_series", ["release", "study_instance_uid"])
    op.create_table(
        "release_reading",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("reading_id", ordered_text(36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("release", "reading_id", name="pk_release_reading"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_reading_release"),
    )
    op.create_index("ix_release_reading_release_pseudonym", "release_reading", ["release", "pseudonym"])
    op.create_index("ix_release_reading_reading_id", "release_reading", ["reading_id"])


def create_file() -> None:
    op.create_table(
        "release_file",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("path", ordered_text(400), nullable=False),
        sa.Column("from_erasure", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_erasure", sa.Integer()),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64)),
        sa.Column("study_instance_uid", sa.String(64)),
        sa.Column("series_instance_uid", sa.String(64)),
        sa.Column("sop_instance_uid", sa.String(64)),
        sa.Column("orthanc_id", sa.String(64)),
        sa.PrimaryKeyConstraint("release", "path", "from_erasure", name="pk_release_file"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_file_release"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_release_file_size_not_negative")),
        sa.CheckConstraint("to_erasure > from_erasure", name=op.f("ck_release_file_ends_after_it_begins")),
    )
    op.create_index("ix_release_file_of_kind", "release_file", ["release", "kind", "path"])
    op.create_index("ix_release_file_of_patient", "release_file", ["release", "pseudonym"])


def create_tombstone_and_grant() -> None:
    op.create_table(
        "release_tombstone",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("manifest_sha256", sa.String(64)),
        sa.PrimaryKeyConstraint("release", "number", name="pk_release_tombstone"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_tombstone_release"),
        sa.UniqueConstraint("release", "pseudonym", name="uq_release_tombstone_release_pseudonym"),
    )
    op.create_index("ix_release_tombstone_pseudonym", "release_tombstone", ["pseudonym"])
    op.create_table(
        "release_grant",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(100), nullable=False),
        sa.Column("granted_by", sa.String(100), nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("revoked_by", sa.String(100)),
        sa.PrimaryKeyConstraint("release", "account", name="pk_release_grant"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_grant_release"),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_release_grant_revoked_by_somebody")
        ),
    )
    op.create_index("ix_release_grant_account", "release_grant", ["account"])


def ordered_text(length: int) -> sa.types.TypeEngine[str]:
    """Sorts byte by byte on both databases."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def create_postgresql_trigger(name: str, event: str, table: str, condition: str) -> None:
    """A condition of a PostgreSQL trigger may hold no query, so its function asks."""
    row = "OLD" if event == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION refuse_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
        f" RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation'; END IF; RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_{name}()")
