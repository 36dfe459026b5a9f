"""Tables that cohorts are searched in, filled with what the ledger has; and saved queries."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import SchemaItem

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
# What may be unknown of each thing, by the kind of column.
ITEMS: Mapping[str, Mapping[str, str]] = {
    "search_patient": {
        "text": "sex primary_tumour mirels_pain sins_pain ecog frankel",
        "whole": "pain_intensity karnofsky vertebral_metastases extraspinal_bone_metastases metastases"
        " motor_deficit_days",
        "date": "diagnosed_on cord_compression_on systemic_line_started_on radiotherapy_at_site_on"
        " radionuclide_therapy_started_on antiresorptive_started_on",
        "yes_no": "visceral visceral_resectable visceral_treatable cord_compression motor_deficit",
        "number": "creatinine_clearance_ml_min life_expectancy_at_least_days life_expectancy_at_most_days",
    },
    "search_series": {
        "long_text": "modality body_part kernel tracer manufacturer model",
        "number": "slice_thickness_mm row_spacing_mm column_spacing_mm field_strength_t",
    },
    "search_lesion": {
        "text": "bone kind level region side transitional mirels_pain sins_pain",
        "whole": "rib_number pain_intensity",
        "yes_no": "resolved",
    },
    "search_reading": {
        "text": "lesion_type cortical_share cortical_denominator posterolateral alignment bilsky change_lysis"
        " change_soft_tissue change_sclerosis",
        "yes_no": "adjudicated cortical_breach collapse retropulsion medial_wall_deficient rim_deficient"
        " pathological_fracture soft_tissue new_lytic_lesion",
        "number": "cortical_destroyed_percent axial_cortical_mm circumferential_cortical_percent height_loss_percent"
        " body_involved_percent anterior_height_mm middle_height_mm posterior_height_mm canal_narrowing_percent"
        " cord_distance_mm long_axis_mm short_axis_mm soft_tissue_mm volume_cm3 mean_hu sd_hu minimum_hu maximum_hu",
    },
    "search_score": {"text": "band", "whole": "total minimum maximum", "yes_no": "decided"},
}
KINDS: Mapping[str, sa.types.TypeEngine[object]] = {
    "text": sa.String(32),
    "long_text": sa.String(64),
    "whole": sa.Integer(),
    "yes_no": sa.Boolean(),
    "number": sa.Double(),
    "date": sa.Date(),
}
INDEXES = {
    "search_patient": (("indexed_as",),),
    "search_study": (("pseudonym", "study_instance_uid"), ("patient_id",)),
    "search_series": (("study_id",),),
    "search_lesion": (("patient_id",),),
    "search_reading": (("patient_id",), ("study_id",), ("lesion_id",)),
    "search_score": (("reading_id",), ("patient_id",)),
}
TABLES = (
    "cohort",
    "search_score",
    "search_reading",
    "search_lesion",
    "search_series",
    "search_study",
    "search_patient",
)

SAVED = "a saved cohort is never changed"
SQLITE_TRIGGERS = (
    f"CREATE TRIGGER cohort_is_final BEFORE UPDATE ON cohort BEGIN SELECT RAISE(ABORT, '{SAVED}'); END",
    f"CREATE TRIGGER cohort_is_kept BEFORE DELETE ON cohort BEGIN SELECT RAISE(ABORT, '{SAVED}'); END",
    # SQLite replaces a row (INSERT OR REPLACE) without asking the other triggers, by its key or by its row number.
    f"""
    CREATE TRIGGER cohort_is_new BEFORE INSERT ON cohort
    WHEN EXISTS (SELECT 1 FROM cohort WHERE (name = NEW.name AND version = NEW.version) OR rowid = NEW.rowid)
    BEGIN SELECT RAISE(ABORT, '{SAVED}'); END
    """,  # noqa: S608  words of this module
)
POSTGRESQL_TRIGGERS = (
    f"""
    CREATE FUNCTION refuse_cohort_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '{SAVED}' USING ERRCODE = 'restrict_violation'; END $$
    """,
    """
    CREATE TRIGGER cohort_is_final BEFORE UPDATE OR DELETE ON cohort
    FOR EACH ROW EXECUTE FUNCTION refuse_cohort_change()
    """,
)

FILL = (
    """
    INSERT INTO search_patient (pseudonym, sex, studies, baseline)
    SELECT pseudonym, CASE WHEN patient_sex IN ('F', 'M', 'O') THEN patient_sex END,
        (SELECT count(*) FROM study WHERE study.pseudonym = patient.pseudonym),
        (SELECT min(study_date) FROM study WHERE study.pseudonym = patient.pseudonym)
    FROM patient
    """,
    """
    INSERT INTO search_study (study_instance_uid, patient_id, pseudonym, study_date, day, series, objects, bytes)
    SELECT study.study_instance_uid, search_patient.id, study.pseudonym, study.study_date, {day}, 0, 0, 0
    FROM study JOIN search_patient ON search_patient.pseudonym = study.pseudonym
    """,
    """
    INSERT INTO search_series (patient_id, study_id, series_instance_uid, modality, objects, bytes)
    SELECT search_study.patient_id, search_study.id, series.series_instance_uid, upper(series.modality),
        count(instance.sop_instance_uid), coalesce(sum(instance.size), 0)
    FROM series JOIN search_study ON search_study.study_instance_uid = series.study_instance_uid
    LEFT JOIN instance ON instance.series_instance_uid = series.series_instance_uid AND instance.lost_at IS NULL
    GROUP BY search_study.patient_id, search_study.id, series.series_instance_uid, series.modality
    """,
    """
    UPDATE search_study SET series = summed.series, objects = summed.objects, bytes = summed.bytes
    FROM (
        SELECT study_id, count(*) AS series, sum(objects) AS objects, sum(bytes) AS bytes
        FROM search_series GROUP BY study_id
    ) AS summed
    WHERE summed.study_id = search_study.id
    """,
)
DAY = {
    "sqlite": "CAST(julianday(study.study_date) - julianday(search_patient.baseline) AS INTEGER)",
    "postgresql": "study.study_date - search_patient.baseline",
}


def upgrade() -> None:
    create_tables()
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))
    database = op.get_bind().dialect.name
    for statement in FILL:
        op.execute(statement.format(day=DAY[database]))
    for statement in POSTGRESQL_TRIGGERS if database == "postgresql" else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_cohort_change()")


def create_tables() -> None:
    create_numbered(
        "search_patient",
        ("pseudonym", 64, "patient.pseudonym"),
        [
            sa.Column("baseline", sa.Date()),
            sa.Column("indexed_as", sa.String(32)),
            sa.Column("studies", sa.Integer(), server_default="0", nullable=False),
        ],
    )
    create_numbered(
        "search_study",
        ("study_instance_uid", 64, "study.study_instance_uid"),
        [
            *linked("search_study", "patient"),
            sa.Column("pseudonym", sa.String(64), nullable=False),
            sa.Column("study_date", sa.Date()),
            sa.Column("day", sa.Integer()),
            sa.Column("series", sa.Integer(), nullable=False),
            *sums(),
        ],
    )
    op.create_table(
        "search_series",
        *linked("search_series", "patient", "study"),
        sa.Column("series_instance_uid", sa.String(64), nullable=False),
        sa.Column("described", sa.Boolean(), server_default=sa.false(), nullable=False),
        *sums(),
        *items("search_series"),
        sa.PrimaryKeyConstraint("patient_id", "study_id", "series_instance_uid", name="pk_search_series"),
        *one_of("search_series", "series_instance_uid", "series.series_instance_uid"),
        sqlite_with_rowid=False,
    )
    create_numbered("search_lesion", ("lesion_uuid", 36, "lesion.id"), linked("search_lesion", "patient"))
    create_numbered(
        "search_reading",
        ("reading_uuid", 36, "reading.id"),
        [
            sa.Column("revision", sa.Integer(), nullable=False),
            *linked("search_reading", "patient", "study"),
            number("lesion_id"),
            sa.Column("protocol", sa.String(100)),
        ],
    )
    op.create_table(
        "search_score",
        sa.Column("instrument", sa.String(32), nullable=False),
        *linked("search_score", "reading"),
        *(number(name) for name in ("patient_id", "study_id", "lesion_id")),
        *items("search_score"),
        sa.PrimaryKeyConstraint("instrument", "reading_id", name="pk_search_score"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cohort",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query", DOCUMENT, nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name="pk_cohort"),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cohort_version_counts_from_one")),
    )


def create_numbered(table: str, unique: tuple[str, int, str], others: Iterable[SchemaItem]) -> None:
    """A table whose rows others refer to by their numbers."""
    name, length, target = unique
    op.create_table(
        table,
        sa.Column("id", NUMBER, nullable=False),
        sa.Column(name, sa.String(length), nullable=False),
        *others,
        *items(table),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        *one_of(table, name, target),
    )


def one_of(table: str, name: str, target: str) -> Iterator[SchemaItem]:
    """One row for each of the target, and gone with it."""
    yield sa.UniqueConstraint(name, name=f"uq_{table}_{name}")
    yield sa.ForeignKeyConstraint([name], [target], name=f"fk_{table}_{name}", ondelete="CASCADE")


def linked(table: str, *owners: str) -> Iterator[SchemaItem]:
    for owner in owners:
        column = f"{owner}_id"
        yield number(column)
        yield sa.ForeignKeyConstraint([column], [f"search_{owner}.id"], name=f"fk_{table}_{column}", ondelete="CASCADE")


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=False)


def sums() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in ("objects", "bytes")]


def items(table: str) -> Iterator[sa.Column[object]]:
    for kind, names in ITEMS.get(table, {}).items():
        for name in names.split():
            yield sa.Column(name, KINDS[kind])
