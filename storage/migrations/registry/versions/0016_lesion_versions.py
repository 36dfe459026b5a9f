"""A lesion goes from one version to the next, whoever writes; drafts that were left behind follow their lesion."""

from collections.abc import Sequence

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Two changes that were decided on the same version both make the same next one: the later of them is refused.
MESSAGE = "a lesion goes from one version to the next"
CONDITION = "NEW.version <> OLD.version + 1"
SQLITE_TRIGGER = f"""
    CREATE TRIGGER lesion_version_is_next BEFORE UPDATE ON lesion WHEN {CONDITION}
    BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END
"""
POSTGRESQL_FUNCTION = f"""
    CREATE FUNCTION refuse_lesion_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'restrict_violation';
    END $$
"""
POSTGRESQL_TRIGGER = f"""
    CREATE TRIGGER lesion_version_is_next BEFORE UPDATE ON lesion
    FOR EACH ROW WHEN ({CONDITION}) EXECUTE FUNCTION refuse_lesion_version()
"""

# Matching and splitting used to leave drafts where they were. One for which there is no place stays: its author has
# begun another of the lesion that goes on, and can look into this one and discard it.
FOLLOW_READINGS = """
    UPDATE draft SET lesion_id = (SELECT lesion_id FROM reading WHERE reading.id = draft.revises_reading_id)
    WHERE revises_reading_id IS NOT NULL
"""
FOLLOW_LESIONS = """
    UPDATE draft SET lesion_id = (SELECT merged_into FROM lesion WHERE lesion.id = draft.lesion_id)
    WHERE revises_reading_id IS NULL
    AND EXISTS (SELECT 1 FROM lesion WHERE lesion.id = draft.lesion_id AND merged_into IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM draft AS other
        JOIN lesion AS theirs ON theirs.id = other.lesion_id
        JOIN lesion AS mine ON mine.id = draft.lesion_id
        WHERE other.id <> draft.id AND other.revises_reading_id IS NULL AND other.author = draft.author
        AND other.study_instance_uid = draft.study_instance_uid
        AND COALESCE(theirs.merged_into, theirs.id) = mine.merged_into
        AND (theirs.merged_into IS NULL OR other.id < draft.id)
    )
"""


def upgrade() -> None:
    op.execute(FOLLOW_READINGS)
    op.execute(FOLLOW_LESIONS)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRESQL_FUNCTION)
        op.execute(POSTGRESQL_TRIGGER)
    else:
        op.execute(SQLITE_TRIGGER)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER lesion_version_is_next ON lesion")
        op.execute("DROP FUNCTION refuse_lesion_version()")
    else:
        op.execute("DROP TRIGGER lesion_version_is_next")
