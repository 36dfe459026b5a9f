"""The ledger and the tokens."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    create_api_token()
    create_patient()
    create_study()
    create_series()
    create_instance()
    create_association()
    create_quarantined_object()


def downgrade() -> None:
    for table in (
        "quarantined_object",
        "association",
        "instance",
        "series",
        "study",
        "patient",
        "api_token",
    ):
        op.drop_table(table)


def create_api_token() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
        sa.UniqueConstraint("digest", name="uq_api_token_digest"),
    )
    op.create_index(
        "uq_api_token_label_of_open",
        "api_token",
        ["label"],
        unique=True,
        sqlite_where=sa.text("revoked_at IS NULL"),
        postgresql_where=sa.text("revoked_at IS NULL"),
    )


def create_patient() -> None:
    op.create_table(
        "patient",
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("patient_sex", sa.String(64)),
        sa.Column("first_stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name="pk_patient"),
    )


def create_study() -> None:
    op.create_table(
        "study",
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("pseudonym", sa.String(64), nullable=False),
        sa.Column("study_date", sa.Date()),
        sa.Column("first_stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("study_instance_uid", name="pk_study"),
        sa.ForeignKeyConstraint(["pseudonym"], ["patient.pseudonym"], name="fk_study_pseudonym"),
    )
    op.create_index(
        "ix_study_first_stored_at_study_instance_uid",
        "study",
        ["first_stored_at", "study_instance_uid"],
    )
    op.create_index(
        "ix_study_pseudonym_first_stored_at_study_instance_uid",
        "study",
        ["pseudonym", "first_stored_at", "study_instance_uid"],
    )


def create_series() -> None:
    op.create_table(
        "series",
        sa.Column("series_instance_uid", sa.String(64), nullable=False),
        sa.Column("study_instance_uid", sa.String(64), nullable=False),
        sa.Column("modality", sa.String(64)),
        sa.Column("series_number", sa.BigInteger()),
        sa.Column("frame_of_reference_uid", sa.String(64)),
        sa.PrimaryKeyConstraint("series_instance_uid", name="pk_series"),
        sa.ForeignKeyConstraint(
            ["study_instance_uid"], ["study.study_instance_uid"], name="fk_series_study_instance_uid"
        ),
    )
    op.create_index(
        "ix_series_study_instance_uid_series_instance_uid",
        "series",
        ["study_instance_uid", "series_instance_uid"],
    )
    op.create_index("ix_series_study_instance_uid_modality", "series", ["study_instance_uid", "modality"])


def create_instance() -> None:
    op.create_table(
        "instance",
        sa.Column("sop_instance_uid", sa.String(64), nullable=False),
        sa.Column("series_instance_uid", sa.String(64), nullable=False),
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("sop_class_uid", sa.String(64), nullable=False),
        sa.Column("transfer_syntax_uid", sa.String(64), nullable=False),
        sa.Column("instance_number", sa.BigInteger()),
        sa.Column("rows", sa.Integer()),
        sa.Column("columns", sa.Integer()),
        sa.Column("number_of_frames", sa.Integer()),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("source_digest", sa.String(128), nullable=False),
        sa.Column("orthanc_id", sa.String(64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sop_instance_uid", name="pk_instance"),
        sa.ForeignKeyConstraint(
            ["series_instance_uid"], ["series.series_instance_uid"], name="fk_instance_series_instance_uid"
        ),
        sa.UniqueConstraint("orthanc_id", name="uq_instance_orthanc_id"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_instance_size_not_negative")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_instance_sha256_is_hex")),
    )
    op.create_index("ix_instance_association_id", "instance", ["association_id"])
    op.create_index(
        "ix_instance_series_instance_uid_sop_instance_uid",
        "instance",
        ["series_instance_uid", "sop_instance_uid"],
    )


def create_association() -> None:
    op.create_table(
        "association",
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("calling_ae_title", sa.String(16), nullable=False),
        sa.Column("peer_address", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("stored", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("association_id", name="pk_association"),
        sa.CheckConstraint("outcome IN ('released', 'aborted', 'lost')", name=op.f("ck_association_outcome_known")),
        sa.CheckConstraint(
            "received >= 0 AND stored >= 0 AND duplicates >= 0 AND quarantined >= 0 AND refused >= 0",
            name=op.f("ck_association_counts_not_negative"),
        ),
    )


def create_quarantined_object() -> None:
    op.create_table(
        "quarantined_object",
        sa.Column("quarantine_id", sa.String(64), nullable=False),
        sa.Column("association_id", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("sop_class_uid", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("quarantine_id", name="pk_quarantined_object"),
    )
    op.create_index("ix_quarantined_object_association_id", "quarantined_object", ["association_id"])
