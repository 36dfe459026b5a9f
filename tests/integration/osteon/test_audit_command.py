"""`osteon audit` as the custodian uses it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, text

from osteon.cli import main
from osteon.settings import PREFIX, Settings, read_settings
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.unit.annotation.audit_contract import noted, view


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Two views a minute apart, by two readers, of two patients."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv(f"{PREFIX}HOME", str(tmp_path))
    url = read_settings().registry_database
    migrate_registry(url)
    engine = open_database(url)
    Ledger(engine).record(OBJECTS)
    uow = SqlUnitOfWork(engine, write=True)
    noted(uow, view())
    noted(uow, view(OTHER_PSEUDONYM), by="reader two", minute=1)
    yield engine
    engine.dispose()


def osteon(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def heads(answer: Result) -> str:
    return str(answer.stdout.splitlines()[-1])


@pytest.mark.usefixtures("registry")
def test_entries_are_shown_the_last_one_at_the_end() -> None:
    answer = osteon("audit", "list")

    assert answer.stdout.splitlines() == [
        f"       1  2031-07-01T09:30:00Z  reader one viewed patient {PSEUDONYM}",
        f"       2  2031-07-01T09:31:00Z  reader two viewed patient {OTHER_PSEUDONYM}",
    ]


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(
    "filters",
    [
        ["--patient", OTHER_PSEUDONYM],
        ["--actor", "reader two"],
        ["--since", "2031-07-01T09:31"],
        ["--limit", "1"],
        ["--action", "viewed", "--since", "2031-07-01T09:31:00", "--until", "2031-07-02"],
    ],
)
def test_entries_are_found_by(filters: list[str]) -> None:
    found = json.loads(osteon("audit", "list", "--json", *filters).stdout)

    assert [(entry["number"], entry["actor"], entry["action"]) for entry in found] == [(2, "reader two", "viewed")]


def test_a_whole_log_tells_its_head_which_can_be_expected_later(registry: Engine) -> None:
    first = osteon("audit", "verify")
    noted(SqlUnitOfWork(registry, write=True), view())
    second = osteon("audit", "verify", "--expect", heads(first))

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.startswith("2 entries, as they were written.")
    assert heads(second).startswith("3:")


def test_the_first_entry_that_does_not_fit_is_named(registry: Engine) -> None:
    kept = heads(osteon("audit", "verify"))
    with registry.begin() as connection:
        connection.execute(text("DROP TRIGGER audit_entry_is_final"))
        connection.execute(text("UPDATE audit_entry SET actor = 'nobody' WHERE number = 2"))

    broken = osteon("audit", "verify")
    told = json.loads(osteon("audit", "verify", "--json", "--expect", kept).stdout)

    assert (broken.exit_code, broken.stdout) == (1, "")
    assert broken.stderr == "the audit log is not as it was written: entry 2 was changed\n"
    assert (told["whole"], told["first_broken"]) == (False, 2)


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize("head", ["", "2", "x:" + "0" * 64, "2:" + "0" * 63])
def test_a_head_that_is_none_is_wrong_usage(head: str) -> None:
    assert osteon("audit", "verify", "--expect", head).exit_code == 2


@pytest.mark.usefixtures("registry")
def test_the_log_is_exported_one_resource_on_each_line_or_as_a_bundle(tmp_path: Path) -> None:
    lines, bundle = tmp_path / "audit.ndjson", tmp_path / "audit.json"

    assert osteon("audit", "export", "--fhir", lines).exit_code == 0
    assert osteon("audit", "export", "--fhir", bundle, "--actor", "reader one").stdout == "1 entries written\n"

    resources = [json.loads(line) for line in lines.read_text().splitlines()]
    assert [resource["id"] for resource in resources] == ["osteon-audit-2", "osteon-audit-1"]
    whole = json.loads(bundle.read_text())
    assert (whole["resourceType"], whole["type"]) == ("Bundle", "collection")
    assert whole["entry"] == [{"resource": resources[1]}]


@pytest.mark.usefixtures("registry")
def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    file = tmp_path / "kept.json"
    file.write_text("kept")

    assert osteon("audit", "export", "--fhir", file).exit_code == 1
    assert file.read_text() == "kept"


@pytest.mark.usefixtures("registry")
def test_a_token_made_on_the_command_line_is_noted_with_who_made_it() -> None:
    osteon("token", "create", "reader 3")

    (entry,) = json.loads(osteon("audit", "list", "--json", "--action", "created").stdout)
    assert (entry["kind"], entry["via"]) == ("token", "osteon token")
    assert entry["actor"]
