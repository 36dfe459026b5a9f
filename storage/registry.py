"""Every table of the registry, in one metadata: for migrations and the test that compares them."""

from sqlalchemy import MetaData

from storage import (
    account_tables,
    audit_tables,
    context_tables,
    draft_tables,
    ledger_tables,
    lesion_history_tables,
    meeting_tables,
    protocol_tables,
    reading_tables,
    report_tables,
    study_state_tables,
    token_tables,
)
from storage.cohorts import tables as cohort_tables
from storage.jobs import tables as job_tables
from storage.registry_records import tables as record_tables
from storage.releases import tables as release_tables
from storage.tables import Base

TABLE_MODULES = (
    account_tables,
    audit_tables,
    cohort_tables,
    context_tables,
    draft_tables,
    job_tables,
    ledger_tables,
    lesion_history_tables,
    meeting_tables,
    protocol_tables,
    reading_tables,
    record_tables,
    release_tables,
    report_tables,
    study_state_tables,
    token_tables,
)


def metadata() -> MetaData:
    """The tables as the code wants them; each module above has registered its own by being imported."""
    return Base.metadata
