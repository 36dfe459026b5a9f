"""`osteon registry erase`: a patient's record goes, and the command says how much of it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from annotation.registry.exchange import redcap_records
from osteon.cli import main
from osteon.settings import PREFIX, Settings, read_settings
from storage import overwriting
from storage.database import open_database
from tests.builders.deleted import reading_still
from tests.builders.records import EVERYTHING, ONE


def osteon_registry(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["registry", *map(str, arguments)])


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of records that were imported."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path / "home"))
    read_settings().home.mkdir(parents=True)
    with (tmp_path / "records.csv").open("w", newline="") as out:
        redcap_records.write(out, EVERYTHING)
    assert osteon_registry(*load(tmp_path / "records.csv")).exit_code == 0
    return tmp_path / "records.csv"


def load(records: Path) -> tuple[object, ...]:
    return ("import", records, "--format", "redcap", "--pseudonymous")


def test_a_record_is_erased_once_and_its_rows_are_refused_from_then_on(
    registry: Path,
) -> None:
    refused = osteon_registry("erase", ONE, "--reason", "objection")  # nobody said yes
    assert refused.exit_code == 1
    done = osteon_registry("erase", ONE, "--reason", "objection", "--yes")
    assert (done.exit_code, done.output) == (0, "erased: 7 entries, 1 contexts\nerased from releases: none\n")
    again = osteon_registry("erase", ONE, "--reason", "objection", "--yes")
    assert (again.exit_code, again.output.splitlines()[0]) == (0, "the record had been erased before")

    assert osteon_registry("erase", "OST-NOBODY", "--reason", "objection", "--yes").exit_code == 2
    report = osteon_registry(*load(registry))
    assert report.exit_code == 5
    assert "row 4, patient" in report.output
    assert "take their rows out of the file" in report.output


@pytest.mark.usefixtures("registry")
def test_what_is_left_on_the_disk_while_somebody_reads_is_said_and_goes_with_the_same_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overwriting, "TRIES_FOR_S", 0)
    erase = ("erase", ONE, "--reason", "objection", "--yes")
    database = open_database(read_settings().registry_database)
    with reading_still(database, "record_version"):
        done = osteon_registry(*erase)
    assert done.exit_code == 0
    assert "not done yet: rows that were erased remain in the file" in done.output
    assert "not done yet" not in osteon_registry(*erase).output
    database.dispose()
