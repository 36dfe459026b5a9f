"""Tables of a release as Parquet: the same rows as CSV, typed and explained, and without a patient who was erased.

pyarrow is a part of the product that is imported when Parquet is asked for; these tests fail where it is not installed.
"""

import csv
import importlib
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from storage.releases.erasing import Eraser
from storage.releases.errors import FormatMissingError
from storage.releases.records import Contents, ErasureReason, ReleaseState, TableFormat
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OTHER_PSEUDONYM, OTHER_STUDY
from tests.builders.release_place import Place, objects, read
from tests.builders.releases import Foreground, new_release

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
BOTH = Contents(dicom=False, tables=(TableFormat.CSV, TableFormat.PARQUET))
TABLES = ("patients", "studies", "series", "lesions", "readings", "scores", "measurements")


@pytest.fixture
def place(engine: Engine, tmp_path: Path) -> Place:
    made = Place(engine, tmp_path / "releases")
    made.fill(*objects())
    read(engine)
    read(engine, pseudonym=OTHER_PSEUDONYM, study_instance_uid=OTHER_STUDY, geometry=None)
    return made


def opened(place: Place, number: int, name: str) -> Any:
    (file,) = [each for each in place.listed(number) if each.path == f"data/tables/{name}.parquet"]
    parquet = importlib.import_module("pyarrow.parquet")
    return parquet.read_table(io.BytesIO(place.bytes_of(number, file)))


@pytest.mark.parametrize("name", TABLES)
def test_parquet_holds_the_rows_of_the_csv(place: Place, name: str) -> None:
    release = place.built(contents=BOTH)
    table = opened(place, release.number, name)

    def text_of(value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)

    rows = [{column: text_of(value) for column, value in row.items()} for row in table.to_pylist()]
    assert rows == place.table(release.number, name)
    assert rows


def test_columns_have_types_units_and_meanings(place: Place) -> None:
    release = place.built(contents=BOTH)
    schema = opened(place, release.number, "studies").schema

    assert {name: str(schema.field(name).type) for name in ("days_since_baseline", "study_date", "session")} == {
        "days_since_baseline": "int64",
        "study_date": "date32[day]",
        "session": "string",
    }
    assert schema.field("days_since_baseline").metadata[b"unit"] == b"d"
    assert schema.field("session").metadata[b"meaning_fr"].startswith(b"Session")


def test_an_erased_patient_is_in_no_row(place: Place) -> None:
    release = place.built(contents=BOTH)
    before = {name: opened(place, release.number, name) for name in TABLES}
    Eraser(place.engine, place.made).erase(release.number, OTHER_PSEUDONYM, ErasureReason.OBJECTION)

    for name in TABLES:
        left = opened(place, release.number, name)
        assert left.schema.equals(before[name].schema, check_metadata=True)
        assert left.to_pylist() == [row for row in before[name].to_pylist() if row["pseudonym"] == PSEUDONYM]
    files = place.listed(release.number)
    assert all(OTHER_PSEUDONYM.encode() not in place.bytes_of(1, each) for each in files if each.kind.value == "table")


def test_the_same_rows_give_the_same_bytes(place: Place) -> None:
    first, second = place.built(contents=BOTH), place.built(contents=BOTH)

    def digests(number: int) -> dict[str, str]:
        return {each.path: each.sha256 for each in place.listed(number) if each.path.endswith(".parquet")}

    assert digests(first.number) == digests(second.number)
    assert len(digests(1)) == len(TABLES)


def test_csv_reads_back_in_any_program(place: Place) -> None:
    release = place.built(contents=BOTH)
    (file,) = [each for each in place.listed(release.number) if each.path == "data/tables/scores.csv"]
    rows = list(csv.reader(io.StringIO(place.bytes_of(release.number, file).decode())))
    assert {len(row) for row in rows} == {len(rows[0])}


def test_without_pyarrow_parquet_is_refused_in_so_many_words(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def missing(name: str, package: str | None = None) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", missing)
    begun = place.store.begin(new_release(contents=BOTH))
    with pytest.raises(FormatMissingError, match="Parquet needs pyarrow"):
        place.builder().build(begun.number, Foreground())
    failed = place.store.get(begun.number)
    assert (failed.state, "pyarrow" in (failed.failure or "")) == (ReleaseState.FAILED, True)
