"""The registry's migrations, on both databases."""

import multiprocessing
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, inspect, text

from annotation.roles import Role
from storage import registry
from storage.database import migrate_registry, open_database, registry_head, registry_revision, writing
from storage.errors import DatabaseUrlError, MigrationError
from storage.ledger import Ledger
from storage.revisions import REGISTRY, Tree, head
from storage.tokens import Tokens
from storage.unit_of_work import SqlUnitOfWork
from storage.vault_tables import VAULT
from tests.builders.ledger import association_summary, quarantined_object, stored_object
from tests.builders.lesions import LUMBARISED_S1
from tests.builders.registry import OBJECTS, new_lesion, new_reading


def test_migrated_tables_are_those_that_the_code_wants(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        differences = compare_metadata(context, registry.metadata())

    assert differences == []


def test_check_constraints_are_those_that_the_code_wants(engine: Engine) -> None:
    wanted = {
        (table.name, constraint.name)
        for table in registry.metadata().sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }

    found = {
        (name, constraint["name"])
        for name in inspect(engine).get_table_names()
        for constraint in inspect(engine).get_check_constraints(name)
    }

    assert found == wanted


def test_a_new_database_has_no_revision_until_it_is_migrated(database_url: str) -> None:
    engine = open_database(database_url)
    before = registry_revision(engine)
    migrate_registry(database_url)
    after = registry_revision(engine)
    engine.dispose()

    assert before is None
    assert after == registry_head()


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    migrate_registry(database_url)
    migrate_registry(database_url)

    engine = open_database(database_url)
    assert registry_revision(engine) == registry_head()
    engine.dispose()


@pytest.mark.parametrize("tree", [REGISTRY, VAULT], ids=lambda tree: tree.name)
def test_the_revision_that_is_wanted_is_the_one_that_alembic_upgrades_to(tree: Tree) -> None:
    config = Config()
    config.set_main_option("script_location", str(tree.folder))

    assert ScriptDirectory.from_config(config).get_heads() == [head(tree)]


def test_a_database_that_is_up_to_date_is_found_so_without_alembic_and_while_another_writes(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    program = (
        "import sys; from storage.database import migrate_registry; migrate_registry(sys.argv[1]); print(*sys.modules)"
    )

    with writing(engine).begin() as other:
        other.execute(text("DELETE FROM patient"))
        done = subprocess.run(
            [sys.executable, "-c", program, url], capture_output=True, text=True, check=True, timeout=20
        )

    assert "sqlalchemy" in done.stdout.split()
    assert "alembic" not in done.stdout.split()


def migrate_together(start: Barrier, url: str) -> None:
    start.wait(timeout=60)
    migrate_registry(url)


def test_several_processes_may_migrate_at_once(database_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(3)
    processes = [context.Process(target=migrate_together, args=(start, database_url)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0, 0, 0]
    engine = open_database(database_url)
    assert registry_revision(engine) == registry_head()
    engine.dispose()


def test_a_database_of_a_newer_version_is_left_alone(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(MigrationError, match="not at a revision this version knows"):
        migrate_registry(engine.url.render_as_string(hide_password=False))

    assert registry_revision(engine) == "9999"


def test_a_migration_that_would_orphan_rows_is_refused_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'registry.sqlite'}"
    migrate_registry(url)
    downgrade(url, "0028")

    def orphan_a_study(config: Config, _revision: str) -> None:
        config.attributes["connection"].exec_driver_sql(
            "INSERT INTO study (study_instance_uid, pseudonym, first_stored_at) "
            "VALUES ('2.25.1', 'nobody', '2031-01-01')"
        )

    monkeypatch.setattr(command, "upgrade", orphan_a_study)
    with pytest.raises(MigrationError, match="nothing was changed"):
        migrate_registry(url)

    engine = open_database(url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM study")).scalar_one() == 0
    engine.dispose()


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("no url with secret", id="not a URL"),
        pytest.param("mysql://user:secret@host/db", id="another kind of database"),
        pytest.param("sqlite://", id="SQLite in memory"),
        pytest.param("sqlite:////no/such/secret/folder/db.sqlite", id="a folder that does not exist"),
    ],
)
def test_an_unusable_url_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUrlError) as refusal:
        open_database(url)

    assert "secret" not in str(refusal.value)


def test_sqlite_is_opened_strict_and_durable(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'registry.sqlite'}")
    with engine.connect() as connection:
        found = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    engine.dispose()

    assert found == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "busy_timeout": 30_000}


def test_many_may_open_a_new_sqlite_file_at_once(tmp_path: Path) -> None:
    engines = [open_database(f"sqlite:///{tmp_path / f'{number}.sqlite'}") for number in range(25) for _ in range(6)]
    together = threading.Barrier(6)

    def open_all(own: list[Engine]) -> list[object]:
        modes = []
        for engine in own:
            together.wait(timeout=20)
            with engine.connect() as connection:
                modes.append(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
            engine.dispose()
        return modes

    with ThreadPoolExecutor(6) as pool:
        modes = list(pool.map(open_all, [engines[number::6] for number in range(6)]))
    assert modes == [["wal"] * 25] * 6


@pytest.mark.parametrize("revision", ["0006", "0005", "0004", "0002", "0001"])
def test_a_registry_goes_back_to_an_earlier_revision_and_forth_again_with_its_rows(
    engine: Engine, revision: str
) -> None:
    Ledger(engine).record([stored_object()], [association_summary()], [quarantined_object()])
    before = Ledger(engine).counts()
    url = engine.url.render_as_string(hide_password=False)

    downgrade(url, revision)
    gone_back = registry_revision(engine)
    migrate_registry(url)

    assert gone_back == revision
    assert registry_revision(engine) == registry_head()
    assert Ledger(engine).counts() == before
    assert next(Ledger(engine).object_ids())[0] == stored_object().sop_instance_uid
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), registry.metadata()) == []


def test_lesions_and_their_readings_stay_when_the_transitional_note_goes_and_comes_back(engine: Engine) -> None:
    Ledger(engine).record(OBJECTS)
    lesion = new_lesion(site=LUMBARISED_S1)
    reading = new_reading(lesion_id=lesion.id)
    uow = SqlUnitOfWork(engine, write=True)
    with uow:
        uow.lesions.add(lesion)
        uow.readings.add(reading)
        uow.commit()
    url = engine.url.render_as_string(hide_password=False)

    downgrade(url, "0005")
    columns = {column["name"] for column in inspect(engine).get_columns("lesion")}
    migrate_registry(url)

    assert "transitional" not in columns
    with SqlUnitOfWork(engine, write=False) as again:
        assert again.lesions.get(lesion.id).site == replace(LUMBARISED_S1, transitional=None)
        assert again.readings.newest(reading.id) == reading


def test_tokens_from_before_there_were_roles_keep_theirs_and_narrower_ones_do_not_grow(engine: Engine) -> None:
    tokens = Tokens(engine)
    everything = tokens.create("reader", roles=[Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER])
    narrow = tokens.create("narrow", roles=[Role.CUSTODIAN])
    short = tokens.create("short", roles=[Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER], days=1)
    url = engine.url.render_as_string(hide_password=False)

    downgrade(url, "0006")
    migrate_registry(url)

    kept = tokens.check(everything)
    assert kept is not None
    assert kept.roles == {Role.RADIOLOGIST, Role.CLINICIAN, Role.RESEARCHER}
    assert tokens.check(narrow) is None
    assert tokens.check(short) is None


def downgrade(url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(REGISTRY.folder))
    other = open_database(url)
    with writing(other).begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    other.dispose()
