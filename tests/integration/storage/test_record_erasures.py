"""Erasing a patient's clinical record: nothing of its values is left in any table, on both databases."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from annotation.audit import Action, AuditFilter, Kind
from annotation.meeting_context import MeetingContext
from annotation.meetings import planning
from annotation.meetings.errors import StaleMeetingError
from annotation.meetings.meeting import Meeting
from annotation.registry.dictionary import FORMS
from annotation.registry.errors import RecordErasedError
from annotation.registry.exchange import redcap_records
from annotation.registry.exchange.rows import ExportedEntry
from annotation.registry.record import Filled, enter, record_of
from lesion_model.clinical import ClinicalContext
from osteon.records.erasing import erase_patient
from osteon.records.exporting import export_records
from osteon.records.importing import Wanted, import_records
from osteon.records.people import Pseudonymous
from osteon.records.sources import Source
from storage.audit_log import AuditLog
from storage.errors import NotInCatalogueError
from storage.releases.records import Contents, ErasureReason, RecordOf, TableFormat
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.kept_records import IMPORTED, keep_records, set_locks
from tests.builders.ledger import PSEUDONYM
from tests.builders.records import DRAFT, EVERYTHING, ONE, OTHER
from tests.builders.release_place import Place, objects

NOW = datetime(2026, 2, 1, tzinfo=UTC)
LOCK = "2024-02-29"
BOTH = Contents(record=RecordOf.REGISTRY, lock=True, tables=(TableFormat.CSV, TableFormat.PARQUET))
TAKEN_OFF = "waits for the biopsy 4711"
OF_MEETINGS = {"2025-02-20", "2026-05-22", TAKEN_OFF}
"""The patient's own day of a session, the day of the next, and why they were taken off another."""
OF_ONE = [each for each in [*EVERYTHING, DRAFT] if each.pseudonym == ONE]


def said(value: Any) -> Iterator[str]:
    """Every word and number of a value of the record that is long enough to be found by."""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    yield from (str(each) for each in parts if len(str(each)) > 3)


def planted() -> set[str]:
    """What only the record of ONE says: values, also of an earlier version, and the days of what happened."""
    of_other = {
        word for each in EVERYTHING if each.pseudonym == OTHER for v in each.values.values() for word in said(v)
    }
    words = {word for each in OF_ONE for value in each.values.values() for word in said(value)} | {LOCK, "8140/6"}
    codes = {
        code for form in FORMS for variable in form.variables for code in variable.codes
    }  # the dictionary has them
    own = {word for word in words - codes if not any(word in each for each in of_other)}
    return {word for word in own if any(letter.isdigit() for letter in word)} | {"second line"} | OF_MEETINGS


def is_in(word: str, rows: str) -> bool:
    """As a word of its own: four digits in a row are in many a checksum."""
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", rows) is not None


def everything_in(engine: Engine) -> dict[str, str]:
    with engine.connect() as connection:
        return {
            table: json.dumps([list(row) for row in connection.execute(text(f'SELECT * FROM "{table}"'))], default=str)  # noqa: S608
            for table in inspect(engine).get_table_names()
        }


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    """A record that was revised, with the context of a meeting entered apart, a data lock, and a release of all."""
    made = Place(engine, tmp_path / "releases")
    made.fill(*(replace(each, pseudonym=ONE) if each.pseudonym == PSEUDONYM else each for each in objects()))
    before = [
        replace(each, values={**each.values, "histology": "8140/6"}) if "histology" in each.values else each
        for each in EVERYTHING
    ]
    keep_records(engine, tmp_path / "first.csv", [*before, DRAFT])
    keep_records(engine, tmp_path / "second.csv", EVERYTHING, update=True)
    set_locks(engine, {ONE: LOCK, OTHER: "2024-03-01"})
    plan_meetings(engine)
    return made


def plan_meetings(engine: Engine) -> None:
    """One session with both patients, whose days of it are known; one that ONE was taken off."""
    by: dict[str, Any] = {"by": "c", "now": lambda: NOW, "uow": SqlUnitOfWork(engine, write=True)}
    held = planning.create(planning.Planned(held_on=date(2026, 2, 13)), **by)
    for who, day in ((ONE, date(2025, 2, 20)), (OTHER, date(2025, 6, 1))):
        held = planning.add(held.id, held.version, who, day, **by)
    planning.set_days(held.id, held.version, ONE, date(2025, 2, 20), date(2026, 5, 22), **by)
    other = planning.create(planning.Planned(held_on=date(2026, 2, 6)), **by)
    other = planning.add(other.id, other.version, ONE, None, **by)
    planning.remove(other.id, other.version, ONE, TAKEN_OFF, checked=True, **by)


def meetings(engine: Engine) -> dict[date, Meeting]:
    with engine.connect() as connection:
        known = list(connection.scalars(text("SELECT id FROM meeting")))
    with SqlUnitOfWork(engine, write=False) as uow:
        return {each.held_on: each for each in (uow.meetings.get(UUID(one)) for one in known)}


def erase(place: Place, pseudonym: str = ONE) -> Any:
    return erase_patient(place.engine, place.made, pseudonym, ErasureReason.OBJECTION, by="keeper", now=NOW)


def test_nothing_of_the_values_is_left_in_any_table_or_file(place: Place, tmp_path: Path) -> None:
    release = place.built(contents=BOTH)
    before = everything_in(place.engine)
    words = planted()
    assert {"2025-06-12", "39.50", "N02AA05", "8140/6", "second line", LOCK} <= words
    for word in words:
        assert any(word in rows or json.dumps(word)[1:-1] in rows for rows in before.values()), word

    done = erase(place)

    assert (done.record.entries, done.record.contexts, done.releases) == (8, 1, (release.number,))
    after = everything_in(place.engine)
    assert {(table, word) for table, rows in after.items() for word in words if is_in(word, rows)} == set()
    left = record_of(OTHER, SqlUnitOfWork(place.engine, write=False), drafts=True)
    assert [each.form_name for each in left] == [each.form for each in EVERYTHING if each.pseudonym == OTHER]
    long_words = [word for word in words if len(word) > 4]  # four digits in a row are in many a file
    for file in sorted((tmp_path / "releases").rglob("*")):
        if file.is_file():
            assert [word for word in long_words if word.encode() in file.read_bytes()] == [], file.name
    if place.engine.dialect.name == "sqlite":
        place.engine.dispose()
        for file in tmp_path.glob("registry.sqlite*"):
            content = file.read_bytes()
            assert [word for word in long_words if word.encode() in content] == [], file.name


def test_sessions_go_on_without_the_patient_and_who_had_them_open_is_told(place: Place) -> None:
    before = meetings(place.engine)
    erase(place)
    after = meetings(place.engine)

    left = {each.held_on.day: (each.order, each.removed) for each in after.values()}
    assert left == {13: ((OTHER,), ()), 6: ((), ())}
    assert {day: each.version - before[day].version for day, each in after.items()} == dict.fromkeys(before, 1)
    held = before[date(2026, 2, 13)]
    by: dict[str, Any] = {"by": "c", "now": lambda: NOW, "uow": SqlUnitOfWork(place.engine, write=True)}
    with pytest.raises(StaleMeetingError):
        planning.arrange(held.id, held.version, (OTHER, ONE), **by)
    with pytest.raises(RecordErasedError):
        planning.add(held.id, held.version + 1, ONE, None, **by)
    assert meetings(place.engine) == after


def test_who_erased_whom_and_why_stays_and_what_is_searched_by_goes(place: Place) -> None:
    def searched() -> dict[str, Any]:
        wanted = text("SELECT * FROM search_patient WHERE pseudonym = :of")
        with place.engine.connect() as connection:
            return dict(connection.execute(wanted, {"of": ONE}).mappings().one())

    known = {name for name, value in searched().items() if value is not None}
    erase(place)
    left = {name for name, value in searched().items() if value is not None}

    assert {"karnofsky", "primary_tumour"} <= known - left
    entry = AuditLog(place.engine).newest(AuditFilter(pseudonym=ONE), limit=500)
    assert [each.actor for each in entry if (each.note.action, each.note.kind) == (Action.REMOVED, Kind.RECORD)] == [
        "keeper"
    ]
    with place.engine.connect() as connection:
        tombstone = connection.execute(text("SELECT pseudonym, reason, by FROM record_tombstone")).one()
    assert tuple(tombstone) == (ONE, "objection", "keeper")


def test_nothing_comes_again_by_hand_by_import_or_by_sql(place: Place, tmp_path: Path) -> None:
    erase(place)

    with pytest.raises(RecordErasedError):
        enter(
            ONE,
            "patient",
            Filled(values={"sex": "F"}),
            by="c",
            now=lambda: NOW,
            uow=SqlUnitOfWork(place.engine, write=True),
        )
    context = MeetingContext(
        id=uuid4(), pseudonym=ONE, meeting_date=NOW.date(), lesion_id=None, version=1, clinical=ClinicalContext(),
        entered_by="c", entered_at=NOW,
    )  # fmt: skip
    with pytest.raises(RecordErasedError), SqlUnitOfWork(place.engine, write=True) as uow:
        uow.contexts.add(context)
    with (tmp_path / "again.csv").open("w", newline="") as out:
        redcap_records.write(out, EVERYTHING)
    report = import_records(
        Source(tmp_path / "again.csv", "redcap"), Pseudonymous(), place.engine, Wanted(by="tests", now=IMPORTED)
    )
    assert {(each.reason, each.column) for each in report.findings} == {("erased", "patient")}
    assert len(report.findings.items) == len([each for each in EVERYTHING if each.pseudonym == ONE])
    columns = "(id, pseudonym, form, newest, created_at)"
    row = f"('x', '{ONE}', 'patient', 1, '2026-01-01 00:00:00')"
    with pytest.raises(DBAPIError, match="was erased"), place.engine.begin() as connection:
        connection.execute(text(f"INSERT INTO record_entry {columns} VALUES {row}"))  # noqa: S608
    for statement in ("DELETE FROM record_tombstone", "UPDATE record_tombstone SET reason = 'x'"):
        with pytest.raises(DBAPIError, match="never taken back"), place.engine.begin() as connection:
            connection.execute(text(statement))


def test_exports_and_new_releases_are_without_the_patient(place: Place, tmp_path: Path) -> None:
    erase(place)
    for kind in ("csv", "endpoints"):
        with SqlUnitOfWork(place.engine, write=False) as uow:
            export_records(uow.record_batches, kind, tmp_path / kind, [ONE, OTHER])
        written = "".join(file.read_text() for file in (tmp_path / kind).iterdir())
        assert OTHER in written
        assert ONE not in written
    number = place.built(contents=BOTH).number
    assert {each["pseudonym"] for each in place.table(number, "registry_patients")} == {OTHER}
    assert ONE not in {each["pseudonym"] for each in place.table(number, "studies")}


def test_who_has_objected_is_exported_no_more_even_by_name(place: Place, tmp_path: Path) -> None:
    objection = ExportedEntry(pseudonym=ONE, form="patient", values={"opposition_recorded": True})
    keep_records(place.engine, tmp_path / "objection.csv", [objection], update=True)
    for number, patients in enumerate((None, [ONE, OTHER])):
        with SqlUnitOfWork(place.engine, write=False) as uow:
            export_records(uow.record_batches, "redcap", tmp_path / f"{number}.csv", patients)
        written = (tmp_path / f"{number}.csv").read_text()
        assert (OTHER in written, ONE in written) == (True, False)


def test_an_erasure_whose_log_entry_fails_erases_nothing(place: Place) -> None:
    before = everything_in(place.engine)["record_version"]
    with place.engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO away"))
    with pytest.raises(DBAPIError, match="audit_entry"):
        erase(place)
    after = everything_in(place.engine)
    assert (after["record_version"], after["record_tombstone"]) == (before, "[]")


def test_erasing_again_goes_on_with_the_releases_and_somebody_unknown_is_told(place: Place) -> None:
    erase(place)
    done = erase(place)
    assert (done.record, done.releases) == (None, ())
    with pytest.raises(NotInCatalogueError):
        erase(place, "OST-NOBODY")
