"""`osteon registry lock`: the data lock by each patient's own days, and the true day in the vault's log alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, inspect, text

from osteon.cli import main
from osteon.settings import PREFIX, Settings, read_settings
from osteon.vault_access import open_custody, open_vault
from storage.database import open_database
from storage.identities import PatientIdentifier
from storage.vault_audit import Action

LOCK = date(2025, 12, 31)
NUMBERS = ("8005551234", "8005559876")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path / "home"))
    settings = read_settings()
    settings.vault_folder.mkdir(parents=True)
    open_vault(settings)
    file = tmp_path / "patients.csv"
    file.write_text("form,patient,sex\n" + "".join(f"patient,{number},F\n" for number in NUMBERS))
    done = osteon_registry("import", file, "--format", "csv", "--issuer", "LYON", "--reason", "first load")
    assert done.exit_code == 0, done.output
    return settings


@pytest.fixture
def registry(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings.registry_database)
    yield engine
    engine.dispose()


def osteon_registry(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["registry", *map(str, arguments)])


def locks(registry: Engine) -> dict[str, str]:
    with registry.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(text("SELECT pseudonym, lock_date FROM record_lock"))}


def test_each_patients_lock_is_moved_by_their_own_days_and_the_true_day_is_in_the_vaults_log_alone(
    settings: Settings, registry: Engine
) -> None:
    done = osteon_registry("lock", LOCK.isoformat(), "--reason", "yearly analysis")
    assert done.exit_code == 0, done.output

    _, vault = open_vault(settings)
    persons = [vault.identify(PatientIdentifier("LYON", number)) for number in NUMBERS]
    expected = {each.pseudonym: (LOCK + timedelta(each.date_offset_days)).isoformat() for each in persons}
    assert locks(registry) == expected
    entry = next(each for each in open_custody(settings).audit() if each.action is Action.LOCK)
    assert (entry.reason, set(entry.pseudonyms)) == ("data lock 2025-12-31: yearly analysis", set(expected))
    with registry.connect() as connection:
        for table in inspect(registry).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert LOCK.isoformat() not in repr(rows), table


def test_a_new_lock_takes_the_place_of_the_last_one_and_can_be_taken_away(
    settings: Settings,  # noqa: ARG001
    registry: Engine,
) -> None:
    osteon_registry("lock", "2024-12-31", "--reason", "yearly analysis")
    before = locks(registry)
    osteon_registry("lock", LOCK.isoformat(), "--reason", "yearly analysis")
    after = {pseudonym: date.fromisoformat(day) - timedelta(365) for pseudonym, day in locks(registry).items()}
    assert {pseudonym: day.isoformat() for pseudonym, day in after.items()} == before
    assert osteon_registry("lock", "--clear").exit_code == 0
    assert locks(registry) == {}
    assert osteon_registry("lock", "2024-12-31").exit_code == 2  # no reason
    assert osteon_registry("lock").exit_code == 2
