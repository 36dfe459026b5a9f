"""Clinical records in a registry, brought there as an import brings them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert

from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.rows import ExportedEntry
from osteon.records.importing import Report, Wanted, import_records
from osteon.records.people import Pseudonymous
from osteon.records.sources import Source
from storage.registry_records.tables import RecordLockRow

IMPORTED = datetime(2026, 1, 1, tzinfo=UTC)


def keep_records(engine: Engine, file: Path, entries: Sequence[ExportedEntry], *, update: bool = False) -> Report:
    """`file` is written on the way. Fails where any of them is refused."""
    with file.open("w", newline="") as out:
        redcap_records.write(out, entries)
    wanted = Wanted(by="tests", now=IMPORTED, update=update)
    report = import_records(Source(file, "redcap"), Pseudonymous(), engine, wanted)
    assert not report.refused, report.findings.items
    return report


def set_locks(engine: Engine, locks: dict[str, str]) -> None:
    """The data lock of each patient, by pseudonym, as the registry's dates are."""
    rows = [{"pseudonym": each, "lock_date": datetime.fromisoformat(day).date()} for each, day in locks.items()]
    with engine.begin() as connection:
        connection.execute(insert(RecordLockRow), rows)
