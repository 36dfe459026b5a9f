"""Imports of clinical records on both kinds of database: the registry's and the vault's side of them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.planning import Outcome
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.record import record_of
from osteon.records.exporting import by_patient
from osteon.records.importing import Report, Wanted, import_records
from osteon.records.people import Pseudonymous
from osteon.records.sources import Source
from storage.identities import PatientIdentifier
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault
from storage.vault_audit import Action, Warrant
from storage.vault_custody import Custodian
from storage.vault_importing import ImportIdentities
from tests.builders.records import DRAFT, EVERYTHING, ONE, PRESENTATION
from tests.integration.storage.conftest import KEYS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
WHY = Warrant("tests", "first load")
ENTRIES = [*sorted(EVERYTHING, key=lambda each: each.pseudonym), DRAFT]
"""The patient with the draft comes last."""


def imported(engine: Engine, file: Path, entries: list[ExportedEntry], *, update: bool = False) -> Report:
    with file.open("w", newline="") as out:
        redcap_records.write(out, entries)
    source = Source(file, "redcap")
    return import_records(source, Pseudonymous(), engine, Wanted(by="tests", now=NOW, update=update))


def exported(engine: Engine) -> list[ExportedEntry]:
    with SqlUnitOfWork(engine, write=False) as uow:
        return list(by_patient(uow.record_batches, uow.record_batches.pseudonyms()))


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
        return found


def test_what_is_imported_is_there_whole_and_in_the_order_of_the_file(engine: Engine, tmp_path: Path) -> None:
    report = imported(engine, tmp_path / "file.csv", ENTRIES)
    assert (report.findings.items, report.outcomes) == ([], {Outcome.CREATED: len(ENTRIES)})
    found = exported(engine)
    assert sorted(found, key=repr) == sorted(ENTRIES, key=repr)
    assert [each.form for each in found if each.pseudonym == ONE] == [
        each.form for each in ENTRIES if each.pseudonym == ONE
    ]
    entries = record_of(ONE, SqlUnitOfWork(engine, write=False), drafts=True)
    presentation = next(each for each in entries if each.values.get("karnofsky"))
    assert presentation.values == PRESENTATION
    assert presentation.import_id == report.import_id


def test_an_import_that_comes_again_adds_a_version_only_where_something_changed(engine: Engine, tmp_path: Path) -> None:
    imported(engine, tmp_path / "file.csv", ENTRIES)
    assert imported(engine, tmp_path / "file.csv", ENTRIES).outcomes == {Outcome.UNCHANGED: len(ENTRIES)}
    changed = [
        ExportedEntry(pseudonym=each.pseudonym, form=each.form, values={**each.values, "karnofsky": "80"})
        if each.values.get("karnofsky")
        else each
        for each in ENTRIES
    ]
    assert imported(engine, tmp_path / "file.csv", changed).refused
    assert count(engine, "record_version") == len(ENTRIES)
    outcomes = imported(engine, tmp_path / "file.csv", changed, update=True).outcomes
    assert outcomes == {Outcome.UNCHANGED: len(ENTRIES) - 1, Outcome.CHANGED: 1}
    assert sorted(exported(engine), key=repr) == sorted(changed, key=repr)
    assert count(engine, "record_import") == 3


def test_an_import_whose_log_entry_fails_keeps_nothing(engine: Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO away"))
    with pytest.raises(Exception, match="audit_entry"):
        imported(engine, tmp_path / "file.csv", ENTRIES)
    assert [count(engine, table) for table in ("record_entry", "record_import", "clinical_context", "patient")] == [
        0
    ] * 4


def test_patients_of_a_file_are_found_or_made_together_and_it_is_on_record(vault_engine: Engine) -> None:
    vault, known = Vault(vault_engine, KEYS), PatientIdentifier("LYON", "8005551234")
    before = vault.identify(known)
    numbers = [known, *(PatientIdentifier("LYON", str(number)) for number in range(9000, 9600))]
    importing = ImportIdentities(vault_engine, KEYS)
    assert importing.known(numbers) == {known: before}

    found = importing.identify(numbers, WHY)

    assert found[known] == before
    assert len({each.pseudonym for each in found.values()}) == len(numbers)
    assert {vault.identify(number) for number in numbers[:5]} == {found[number] for number in numbers[:5]}
    assert importing.known(numbers) == found
    (entry,) = Custodian(vault_engine, KEYS).audit()
    assert (entry.action, entry.reason, set(entry.pseudonyms)) == (
        Action.IMPORT,
        "first load",
        {each.pseudonym for each in found.values()},
    )
