"""Persons that were merged, whose study is whose, and the custodian's audit log, which can only be added to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

SQLITE_TRIGGER = """
CREATE TRIGGER vault_audit_no_{act} BEFORE {act} ON vault_audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never changed or removed'); END
"""
POSTGRESQL_FUNCTION = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an entry of the audit log is never changed or removed' USING ERRCODE = 'restrict_violation';
END $$
"""
POSTGRESQL_TRIGGER = """
CREATE TRIGGER vault_audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON vault_audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""


def upgrade() -> None:
    add_merged_into()
    create_study()
    create_possible_duplicate()
    create_audit()
    forbid_changing_audit()


def downgrade() -> None:
    for table in ("vault_audit", "vault_possible_duplicate", "vault_study"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
    with op.batch_alter_table("vault_person") as person:
        person.drop_index("ix_vault_person_merged_into")
        person.drop_constraint(op.f("ck_vault_person_not_merged_into_itself"), type_="check")
        person.drop_constraint("fk_vault_person_merged_into", type_="foreignkey")
        person.drop_column("merged_into")


def add_merged_into() -> None:
    with op.batch_alter_table("vault_person") as person:
        person.add_column(sa.Column("merged_into", sa.String(64)))
        person.create_foreign_key("fk_vault_person_merged_into", "vault_person", ["merged_into"], ["pseudonym"])
        person.create_check_constraint(op.f("ck_vault_person_not_merged_into_itself"), "merged_into <> pseudonym")
        person.create_index("ix_vault_person_merged_into", ["merged_into"])


def create_study() -> None:
    op.create_table(
        "vault_study",
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_conflict_since", sa.DateTime(timezone=True)),
        sa.Column("in_conflict_with", sa.String(64)),
        sa.PrimaryKeyConstraint("study_instance_uid", name="pk_vault_study"),
        sa.ForeignKeyConstraint(["pseudonym"], ["vault_person.pseudonym"], name="fk_vault_study_pseudonym"),
        sa.ForeignKeyConstraint(
            ["in_conflict_with"], ["vault_person.pseudonym"], name="fk_vault_study_in_conflict_with"
        ),
        sa.CheckConstraint(
            "(in_conflict_since IS NULL) = (in_conflict_with IS NULL)",
            name=op.f("ck_vault_study_conflict_complete"),
        ),
    )
    op.create_index("ix_vault_study_pseudonym", "vault_study", ["pseudonym"])
    op.create_index("ix_vault_study_in_conflict_since", "vault_study", ["in_conflict_since"])


def create_possible_duplicate() -> None:
    op.create_table(
        "vault_possible_duplicate",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("other", sa.String(64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", "other", name="pk_vault_possible_duplicate"),
        sa.ForeignKeyConstraint(
            ["pseudonym"], ["vault_person.pseudonym"], name="fk_vault_possible_duplicate_pseudonym"
        ),
        sa.ForeignKeyConstraint(["other"], ["vault_person.pseudonym"], name="fk_vault_possible_duplicate_other"),
    )


def create_audit() -> None:
    op.create_table(
        "vault_audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_vault_audit"),
    )


def forbid_changing_audit() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)
    else:
        for act in ("UPDATE", "DELETE"):
            op.execute(SQLITE_TRIGGER.format(act=act))
