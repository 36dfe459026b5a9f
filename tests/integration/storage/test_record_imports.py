"""Imports of clinical records on both kinds of database: the registry's and the vault's side of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from annotation.meetings import planning
from annotation.meetings.meeting import MeetingState
from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.planning import Outcome
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.record import record_of
from annotation.registry.values import Value, Values
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
DAY = "2025-06-12"
"""Of the first of two presentations of ONE."""


def imported(
    engine: Engine, file: Path, entries: list[ExportedEntry], *, update: bool = False, blanks_withdraw: bool = False
) -> Report:
    with file.open("w", newline="") as out:
        redcap_records.write(out, entries)
    wanted = Wanted(by="tests", now=NOW, update=update, blanks_withdraw=blanks_withdraw)
    return import_records(Source(file, "redcap"), Pseudonymous(), engine, wanted)


def of_form(form: str, /, *left_out: str, **changes: Value) -> list[ExportedEntry]:
    """What ONE has of it, otherwise and with less."""
    return [
        replace(each, values={n: v for n, v in {**each.values, **changes}.items() if n not in left_out})
        for each in EVERYTHING
        if each.pseudonym == ONE and each.form == form and each.values.get("meeting_date", DAY) == DAY
    ]


def kept(engine: Engine, form: str) -> Values:
    final = record_of(ONE, SqlUnitOfWork(engine, write=False), drafts=False)
    (entry,) = (each for each in final if each.form_name == form and each.values.get("meeting_date", DAY) == DAY)
    return entry.values


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


def test_what_an_update_leaves_empty_stays_unless_it_is_to_be_withdrawn(engine: Engine, tmp_path: Path) -> None:
    imported(engine, tmp_path / "file.csv", ENTRIES)
    less = of_form("presentation", "histology", "bone_agent", "pain_nrs")
    assert imported(engine, tmp_path / "less.csv", less).outcomes == {Outcome.UNCHANGED: 1}

    other = of_form("presentation", "histology", "bone_agent", "pain_nrs", karnofsky="80")
    assert imported(engine, tmp_path / "other.csv", other, update=True).outcomes == {Outcome.CHANGED: 1}
    assert kept(engine, "presentation") == {**PRESENTATION, "karnofsky": "80"}

    assert imported(engine, tmp_path / "less.csv", less, update=True, blanks_withdraw=True).outcomes == {
        Outcome.CHANGED: 1
    }
    assert kept(engine, "presentation") == less[0].values


def test_an_update_that_contradicts_what_stays_is_refused_whole(engine: Engine, tmp_path: Path) -> None:
    imported(engine, tmp_path / "file.csv", ENTRIES)
    alive = of_form("patient", "death_date", "vital_source", vital_status="alive")
    report = imported(engine, tmp_path / "alive.csv", [*alive, *of_form("presentation", karnofsky="80")], update=True)

    assert [(each.column, each.reason) for each in report.findings.items] == [("vital_status", "contradiction")]
    assert (report.outcomes, report.import_id) == ({}, None)
    assert (kept(engine, "patient")["vital_status"], kept(engine, "presentation")["karnofsky"]) == ("dead", "70")
    assert not imported(engine, tmp_path / "alive.csv", alive, update=True, blanks_withdraw=True).refused


def test_the_decision_of_a_closed_session_stays_and_all_else_may_change(engine: Engine, tmp_path: Path) -> None:
    imported(engine, tmp_path / "file.csv", ENTRIES)
    by: dict[str, Any] = {"by": "c", "now": lambda: NOW, "uow": SqlUnitOfWork(engine, write=True)}
    held = planning.create(planning.Planned(held_on=date(2026, 2, 13)), **by)
    held = planning.add(held.id, held.version, ONE, date(2025, 6, 12), **by)
    closed = planning.Planned(held_on=date(2026, 2, 13), state=MeetingState.CLOSED)
    planning.revise(held.id, held.version, closed, **by)

    for change in ({"decision": ["surgery"]}, {"decision_rationale": "Otherwise."}):
        report = imported(engine, tmp_path / "file.csv", of_form("presentation", **change), update=True)
        assert [(each.column, each.reason) for each in report.findings.items] == [(*change, "closed")]
    assert kept(engine, "presentation") == PRESENTATION
    assert not imported(engine, tmp_path / "file.csv", of_form("presentation", karnofsky="80"), update=True).refused


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
