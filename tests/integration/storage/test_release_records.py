"""Clinical records in releases: final entries as they were frozen, who objected left out; on both databases."""

import csv
import importlib
import io
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from annotation.cohorts.filters import CohortQuery
from annotation.registry.entries import State
from annotation.registry.exchange.rows import ExportedEntry
from osteon.endpoints.reading import read_release
from storage.cohorts.store import CohortStore
from storage.releases.erasing import Eraser
from storage.releases.errors import EmptyCohortError
from storage.releases.record_columns import ENDPOINT_SHEETS, FORM_SHEETS
from storage.releases.records import Contents, ErasureReason, RecordOf, ReleaseRecord, TableFormat
from storage.releases.tables import ReleaseEntryRow, ReleaseLockRow
from tests.builders.kept_records import keep_records, set_locks
from tests.builders.ledger import PSEUDONYM
from tests.builders.records import DRAFT, EVERYTHING, ONE, OTHER
from tests.builders.registry import OTHER_PSEUDONYM
from tests.builders.release_place import Place, objects
from tests.builders.releases import Foreground, new_release

BOTH = (TableFormat.CSV, TableFormat.PARQUET)
OF_ALL = Contents(dicom=False, record=RecordOf.REGISTRY)
TEXT = "Lytic"
"""Of what somebody wrote in the record."""


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*(replace(each, pseudonym=ONE) if each.pseudonym == PSEUDONYM else each for each in objects()))
    keep_records(engine, tmp_path / "records.csv", [*EVERYTHING, DRAFT])
    return made


def in_parquet(place: Place, number: int, name: str) -> list[dict[str, Any]]:
    (file,) = [each for each in place.listed(number) if each.path == f"data/tables/{name}.parquet"]
    parquet = importlib.import_module("pyarrow.parquet")
    rows: list[dict[str, Any]] = parquet.read_table(io.BytesIO(place.bytes_of(number, file))).to_pylist()
    return rows


def tables(place: Place, number: int) -> dict[str, bytes]:
    return {each.path: place.bytes_of(number, each) for each in place.listed(number) if "tables/" in each.path}


def test_a_release_has_a_table_for_each_form_and_those_of_the_endpoints(place: Place, tmp_path: Path) -> None:
    number = place.built(contents=replace(OF_ALL, tables=BOTH)).number

    (row,) = [each for each in place.table(number, "record_biology") if each["pseudonym"] == ONE]
    assert (row["calcium_entered"], row["calcium_unit"]) == ("9.20", "mg/dL")
    assert Decimal(row["calcium"]) == pytest.approx(Decimal("2.2955"), abs=Decimal("0.0005"))  # 9.2 / 40.078 x 10
    assert row["calcium_corrected_computed"] == "2.34"  # 2.2955 + 0.02 x (40 - 38), Payne 1973
    assert row["crcl_cockcroft"] == ""  # nobody measured creatinine
    first = place.table(number, "record_presentation")[0]
    assert (first["presentation_no"], first["omeq"], first["karnofsky"], first["context_version"]) == (
        "1", "60.0", "70", "1",
    )  # fmt: skip
    assert (first["decision"], first["haematologic"], first["diagnosis_date"]) == ("radiotherapy;SBRT", "false", "2019")
    typed = in_parquet(place, number, "record_presentation")[0]
    assert (typed["meeting_date"], typed["pdl1_percent"], typed["haematologic"]) == (date(2025, 6, 12), 0.0, False)
    endpoints = read_release(place.unpack(number, tmp_path / "release")).tables
    assert [each["date"] for each in endpoints["events"]] == ["2025-08-01"]
    assert {each["pseudonym"] for each in endpoints["registry_patients"]} == {ONE, OTHER}
    manifest = place.manifest(number)
    assert (manifest["counts"]["record_patients"], manifest["counts"]["entries"]) == (2, len(EVERYTHING))
    assert len(manifest["entries"]) == len(EVERYTHING)


def test_every_column_is_explained_and_no_text_or_time_of_entry_is_given(place: Place) -> None:
    number = place.built(contents=OF_ALL).number

    given = tables(place, number)
    dictionary = json.loads(given["data/tables/data-dictionary.json"])["tables"]
    for sheet in (*FORM_SHEETS, *ENDPOINT_SHEETS):
        head = next(csv.reader(io.StringIO(given[f"data/tables/{sheet.name}.csv"].decode())))
        assert head == [each["name"] for each in dictionary[sheet.name]["columns"]]
    columns = {each["name"]: each for each in dictionary["record_biology"]["columns"]}
    assert "Payne" in columns["calcium_corrected_computed"]["formula"]
    assert columns["calcium"]["unit"] == "mmol/L"
    codes = {each["name"]: each for each in dictionary["record_patient"]["columns"]}["vital_status"]["codes"]
    assert codes["dead"] == {"en": "Dead", "fr": "Décédé"}
    everything = b"".join(given[path] for path in given if "record_" in path or "presentations" in path)
    assert TEXT.encode() not in everything
    assert b"2026-01-01" not in everything  # when it was imported: a true day


def test_what_is_revised_later_leaves_the_release_as_it_was(place: Place, tmp_path: Path) -> None:
    begun = place.store.begin(new_release(contents=OF_ALL))

    class Interrupted(Foreground):
        def progress(self, done: int, total: int, message: str) -> None:
            """Between freezing and the tables."""
            super().progress(done, total, message)
            if [each[2] for each in self.said].count("writing series") == 1 and message == "writing series":
                changed = [
                    replace(each, values={**each.values, "karnofsky": "30"})
                    for each in EVERYTHING
                    if each.values.get("karnofsky")
                ]
                keep_records(place.engine, tmp_path / "changed.csv", changed, update=True)

    place.builder().build(begun.number, Interrupted())

    before = place.table(begun.number, "record_presentation")[0]
    assert (before["karnofsky"], before["version"], before["context_version"]) == ("70", "1", "1")
    after = place.table(place.built(contents=OF_ALL).number, "record_presentation")[0]
    assert (after["karnofsky"], after["version"], after["context_version"]) == ("30", "2", "2")
    (first,) = [each for each in place.manifest(begun.number)["entries"] if each["id"] == before["entry_id"]]
    assert first == {"id": before["entry_id"], "version": 1, "context_version": 1}


def test_records_are_those_of_the_cohorts_patients_unless_those_of_the_registry_are_wanted(place: Place) -> None:
    of_cohort = place.built(contents=Contents(record=RecordOf.COHORT)).number
    assert [each["pseudonym"] for each in place.table(of_cohort, "record_patient")] == [ONE]
    nobody = {"pseudonyms": ["OST-NOBODY"]}
    of_all = place.built(contents=OF_ALL, query=nobody).number
    assert {each["pseudonym"] for each in place.table(of_all, "record_patient")} == {ONE, OTHER}
    assert place.table(of_all, "series") == []
    with pytest.raises(EmptyCohortError):
        place.built(contents=Contents(record=RecordOf.COHORT), query=nobody)


def test_who_has_objected_is_in_no_new_release(place: Place, tmp_path: Path) -> None:
    objections = [
        ExportedEntry(pseudonym=each, form="patient", values={"opposition_recorded": True}) for each in (ONE, OTHER)
    ]
    before = place.built(contents=OF_ALL)
    keep_records(place.engine, tmp_path / "objections.csv", objections, update=True)

    assert {each.pseudonym for each in CohortStore(place.engine).series_of(CohortQuery())} == {OTHER_PSEUDONYM}
    after = place.built(contents=replace(OF_ALL, dicom=True)).number

    assert place.table(after, "registry_patients") == []
    assert {each["pseudonym"] for each in place.table(after, "studies")} == {OTHER_PSEUDONYM}
    assert OTHER in {each["pseudonym"] for each in place.table(before.number, "registry_patients")}


def test_the_lock_is_each_patients_own_and_nothing_of_it_stays_in_the_registry(place: Place) -> None:
    set_locks(place.engine, {ONE: "2025-12-31"})

    number = place.built(contents=replace(OF_ALL, lock=True)).number

    assert [(row["pseudonym"], row["lock_date"]) for row in place.table(number, "registry_patients")] == [
        (ONE, "2025-12-31")
    ]
    with place.engine.connect() as connection:
        assert connection.scalars(select(ReleaseLockRow.lock_date)).all() == []
    without = place.built(contents=OF_ALL).number
    assert {row["lock_date"] for row in place.table(without, "registry_patients")} == {""}


def test_a_patient_who_is_erased_is_in_no_table_of_a_release_that_was_ready(place: Place) -> None:
    release: ReleaseRecord = place.built(contents=replace(OF_ALL, tables=BOTH))
    before, entries = tables(place, release.number), place.manifest(release.number)["entries"]

    assert Eraser(place.engine, place.made).erase_everywhere(ONE, ErasureReason.OBJECTION) == [release.number]

    after = tables(place, release.number)
    assert [each["pseudonym"] for each in place.table(release.number, "record_patient")] == [OTHER]
    assert not any(ONE.encode() in content for path, content in after.items())
    assert sorted(after) == sorted(before)
    of_other = [
        each["entry_id"] for name in ("patient", "biology") for each in place.table(release.number, f"record_{name}")
    ]
    assert place.manifest(release.number)["entries"] == [each for each in entries if each["id"] in of_other]


def test_the_entries_of_a_release_that_is_ready_never_change(place: Place) -> None:
    place.built(contents=OF_ALL)
    for statement in ("UPDATE release_entry SET version = 9", "DELETE FROM release_entry"):
        with pytest.raises(DBAPIError, match="never changes"), place.engine.begin() as connection:
            connection.execute(text(statement))


def test_drafts_and_what_was_withdrawn_are_not_in_it(place: Place) -> None:
    number = place.built(contents=OF_ALL).number
    assert [each["imaging_modality"] for each in place.table(number, "record_imaging")] == ["CT"]
    with place.engine.connect() as connection:
        assert len(connection.scalars(select(ReleaseEntryRow.entry_id)).all()) == len(EVERYTHING)
    assert DRAFT.state is State.DRAFT
