"""Lesions over time in the registry: the contract, and what only a database can show."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from annotation import lesions
from annotation.draft import RevisionOf
from annotation.entities import Lesion
from annotation.lesion_changes import correct_site, lesion_history, merge
from annotation.lesion_errors import StaleLesionError
from annotation.lesion_history import Happening
from annotation.lesion_versions import Change
from storage.database import migrate_registry, open_database, writing
from storage.errors import StoredLesionError
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, SUBTROCHANTERIC
from tests.builders.registry import OBJECTS, START, minutes, new_draft, new_reading
from tests.integration.storage.test_migrations import downgrade
from tests.unit.annotation.draft_contract import kept_draft
from tests.unit.annotation.lesion_contract import LesionsOverTimeContract

AT_ONCE = 4
NEXT_VERSION = "a lesion goes from one version to the next"
NEVER_CHANGED = "the history of a lesion is never changed"
COLUMNS = "lesion_id, version, what, recorded_by, recorded_at, reason, details"


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def uow(registry: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(registry, write=True)


class TestSqlLesionsOverTime(LesionsOverTimeContract):
    pass


def opened(uow: SqlUnitOfWork) -> Lesion:
    return lesions.open_lesion(PSEUDONYM, L3, by="reader one", now=lambda: START, uow=uow)


def corrected(uow: SqlUnitOfWork) -> Lesion:
    change = Change(by="reader two", now=lambda: minutes(1), reason="Elsewhere.", expected_version=1)
    return correct_site(opened(uow).id, SUBTROCHANTERIC, change, uow)


def entries(registry: Engine) -> int:
    with registry.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM lesion_event")).scalar_one()
        return found


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE lesion_event SET recorded_by = 'someone else'", id="changed"),
        pytest.param("DELETE FROM lesion_event", id="all deleted"),
        pytest.param("DELETE FROM lesion_event WHERE version = 2", id="the newest deleted"),
    ],
)
def test_the_database_itself_refuses_to_change_a_history(registry: Engine, uow: SqlUnitOfWork, statement: str) -> None:
    corrected(uow)
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(statement))
    assert entries(registry) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(f"{COLUMNS}) SELECT lesion_id, 1, what, 'forger', recorded_at, reason, details", id="by key"),
        pytest.param(
            f"rowid, {COLUMNS}) SELECT rowid, lesion_id, 9, what, 'forger', recorded_at, 'x', details", id="by row"
        ),
    ],
)
def test_sqlite_refuses_to_replace_an_entry(registry: Engine, uow: SqlUnitOfWork, columns: str) -> None:
    corrected(uow)
    forgery = f"INSERT OR REPLACE INTO lesion_event ({columns} FROM lesion_event LIMIT 1"
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(forgery))
    assert entries(registry) == 2


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("merged_into = id", id="merged into itself"),
        pytest.param("merged_into = 'nobody'", id="merged into none"),
        pytest.param("site_by = NULL", id="corrected by nobody"),
        pytest.param("resolved_on = '2.25.9'", id="resolved on no study"),
    ],
)
def test_the_database_itself_refuses_a_state_that_cannot_be(registry: Engine, uow: SqlUnitOfWork, change: str) -> None:
    corrected(uow)
    with pytest.raises(IntegrityError), registry.begin() as connection:
        connection.execute(text(f"UPDATE lesion SET version = version + 1, {change}"))  # noqa: S608  a literal of this test


@pytest.mark.parametrize("version", ["version", "version + 2", "version - 1", "0"])
def test_the_database_itself_lets_a_lesion_go_to_the_next_version_only(
    registry: Engine, uow: SqlUnitOfWork, version: str
) -> None:
    lesion = corrected(uow)
    forged = f"UPDATE lesion SET side = 'right', version = {version}"  # noqa: S608  a literal of this test
    with pytest.raises(DBAPIError, match=NEXT_VERSION), registry.begin() as connection:
        connection.execute(text(forged))
    assert lesions.lesion(lesion.id, uow) == lesion


def test_of_changes_that_were_decided_on_one_version_one_is_kept(registry: Engine, uow: SqlUnitOfWork) -> None:
    lesion = opened(uow)
    barrier = Barrier(AT_ONCE)

    def change(number: int) -> bool:
        """On a connection of its own, without a turn of ours: only the database stands between them."""
        engine = open_database(registry.url.render_as_string(hide_password=False))
        mine = SqlUnitOfWork(engine, write=True, in_turn=False)
        barrier.wait(timeout=30)
        try:
            with mine:
                mine.lesions.update(replace(lesion, version=2, site_by=f"reader {number}", site_at=minutes(number)))
                mine.commit()
        except StaleLesionError:
            return False
        finally:
            engine.dispose()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = list(pool.map(change, range(AT_ONCE)))
    assert kept.count(True) == 1
    assert lesions.lesion(lesion.id, uow).site_by == f"reader {kept.index(True)}"


def test_two_statements_on_one_version_do_not_both_pass_whatever_writes_them(
    registry: Engine, uow: SqlUnitOfWork
) -> None:
    opened(uow)
    barrier = Barrier(2)

    def write(side: str) -> bool:
        barrier.wait(timeout=30)
        try:
            with writing(registry).begin() as connection:
                connection.execute(text(f"UPDATE lesion SET version = 2, side = '{side}'"))  # noqa: S608  of this test
        except DBAPIError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(write, ("left", "right"))) == [False, True]


def test_drafts_that_were_left_behind_follow_their_lesion(registry: Engine, uow: SqlUnitOfWork) -> None:
    survivor, duplicate = opened(uow), opened(uow)
    change = Change(by="reader two", now=lambda: minutes(1), reason="The same.", expected_version=1)
    reading = new_reading(duplicate.id)
    with uow:
        uow.readings.add(reading)
        uow.commit()
    merge(survivor.id, duplicate.id, change, uow)
    revises = RevisionOf(reading_id=reading.id, revision=1)
    left = [kept_draft(uow, new_draft(duplicate.id)), kept_draft(uow, new_draft(duplicate.id, revises=revises))]
    twice = kept_draft(uow, new_draft(duplicate.id, author="reader two"))
    kept_draft(uow, new_draft(survivor.id, author="reader two"))
    url = registry.url.render_as_string(hide_password=False)
    downgrade(url, "0014")
    migrate_registry(url)
    with uow:
        found = [uow.drafts.get(each.id, each.author) for each in (*left, twice)]
    assert [each.lesion_id for each in found] == [survivor.id, survivor.id, duplicate.id]


def test_the_database_itself_asks_for_a_reason(registry: Engine, uow: SqlUnitOfWork) -> None:
    forged = (
        "INSERT INTO lesion_event (lesion_id, version, what, recorded_by, recorded_at, details) "
        "SELECT id, 2, 'merged', 'x', created_at, '{}' FROM lesion"
    )
    opened(uow)
    with pytest.raises(IntegrityError), registry.begin() as connection:
        connection.execute(text(forged))


def test_erasing_a_patients_lesions_takes_their_history(registry: Engine, uow: SqlUnitOfWork) -> None:
    survivor, duplicate = opened(uow), opened(uow)
    change = Change(by="reader two", now=lambda: minutes(1), reason="The same.", expected_version=1)
    merge(survivor.id, duplicate.id, change, uow)
    with registry.begin() as connection:
        connection.execute(text("DELETE FROM lesion"))
    assert entries(registry) == 0


def test_lesions_from_before_there_was_a_history_get_their_first_entry(registry: Engine, uow: SqlUnitOfWork) -> None:
    lesion = opened(uow)
    url = registry.url.render_as_string(hide_password=False)
    downgrade(url, "0012")
    migrate_registry(url)
    (first,) = lesion_history(lesion.id, uow)
    assert (first.version, first.what, first.by, first.at) == (1, Happening.OPENED, "reader one", START)
    assert lesions.lesion(lesion.id, uow) == lesion


def test_a_damaged_entry_is_reported_as_such_and_not_repeated(registry: Engine, uow: SqlUnitOfWork) -> None:
    lesion = opened(uow)
    forged = (
        "INSERT INTO lesion_event (lesion_id, version, what, recorded_by, recorded_at, reason, details) "
        "VALUES (:id, 2, 'secret', 'x', '2031-07-01 09:30:00', 'x', '{}')"
    )
    with registry.begin() as connection:
        connection.execute(text(forged), {"id": str(lesion.id)})
    with pytest.raises(StoredLesionError) as report:
        lesion_history(lesion.id, uow)
    assert "secret" not in str(report.value)
