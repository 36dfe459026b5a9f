"""The audit log in the registry: the contract, and what only a database can show."""
# ruff: noqa: S608  the statements are made of what stands in this file

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from annotation import lesions
from annotation.audit import Action, AuditFilter, Kind, Note, Source
from annotation.audit_chain import EMPTY, ChainBrokenError
from storage.audit_log import AuditLog
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3
from tests.builders.registry import OBJECTS, START, minutes
from tests.unit.annotation.audit_contract import AuditContract, noted, view

AT_ONCE, EACH = 6, 4
SOURCE = Source(roles=("radiologist", "custodian"), address="192.0.2.7", via="GET /x", request_id="abc")
COLUMNS = "at, actor, roles, action, kind, object_id, pseudonym, study_instance_uid, address, via, request_id, outcome"


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def uow(registry: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(registry, write=True)


class TestSqlAudit(AuditContract):
    pass


def log_of(registry: Engine, count: int = 5) -> None:
    uow = SqlUnitOfWork(registry, write=True, source=SOURCE)
    for minute in range(count):
        noted(uow, view(), minute=minute)


def behind_the_triggers(registry: Engine, statements: Sequence[str]) -> None:
    """As whoever owns the database can."""
    with registry.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            for name in ("is_final", "is_kept", "follows"):
                connection.execute(text(f"DROP TRIGGER audit_entry_{name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_where_it_came_from_is_kept(registry: Engine) -> None:
    log_of(registry, 1)

    (entry,) = AuditLog(registry).newest(AuditFilter(), limit=5)

    assert entry.source == SOURCE


def test_entries_of_many_at_once_form_one_chain(registry: Engine) -> None:
    barrier = Barrier(AT_ONCE)

    def write(_: int) -> None:
        uow = SqlUnitOfWork(registry, write=True)
        barrier.wait(timeout=30)
        for _ in range(EACH):
            lesions.open_lesion(PSEUDONYM, L3, by="reader", now=lambda: START, uow=uow)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(write, range(AT_ONCE)))

    assert AuditLog(registry).verify().number == AT_ONCE * EACH


def test_an_empty_log_is_whole(registry: Engine) -> None:
    assert AuditLog(registry).verify() == EMPTY


def test_a_head_that_was_kept_stays_in_the_chain(registry: Engine) -> None:
    log_of(registry, 2)
    kept = AuditLog(registry).verify()
    log_of(registry, 2)

    assert AuditLog(registry).verify(kept).number == 4


def test_the_whole_log_is_read_page_by_page(registry: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.audit_log._AT_ONCE", 2)
    log_of(registry, 5)

    assert [entry.number for entry in AuditLog(registry).every(AuditFilter())] == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'another'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE number = 2",
        *(
            f"INSERT INTO audit_entry (number, {COLUMNS}, previous, digest) "
            f"SELECT {number}, {COLUMNS}, {previous}, 'forged' FROM audit_entry WHERE number = 1"
            for number, previous in (("9", "digest"), ("3", "'elsewhere'"), ("2", "digest"), ("0", "previous"))
        ),
    ],
)
def test_the_database_refuses_what_is_not_an_addition_at_the_end(registry: Engine, statement: str) -> None:
    log_of(registry, 2)
    before = AuditLog(registry).verify()

    with pytest.raises(DBAPIError), registry.begin() as connection:
        connection.execute(text(statement))

    assert AuditLog(registry).verify() == before


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE audit_entry",
        f"INSERT INTO audit_entry (number, {COLUMNS}, previous, digest) "
        f"SELECT 3, {COLUMNS}, digest, digest FROM audit_entry WHERE number = 2",
    ],
)
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_refuses_to_empty_it_or_to_keep_a_seal_twice(registry: Engine, statement: str) -> None:
    log_of(registry, 2)

    with pytest.raises(DBAPIError), registry.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("replaced", ["2, {}, previous, digest", "3, {}, digest, digest"])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_refuses_to_replace_an_entry(registry: Engine, replaced: str) -> None:
    log_of(registry, 2)
    select = f"SELECT {replaced.format(COLUMNS)} FROM audit_entry WHERE number = 2"

    with pytest.raises(DBAPIError, match="only added to"), registry.begin() as connection:
        connection.execute(text(f"INSERT OR REPLACE INTO audit_entry (number, {COLUMNS}, previous, digest) {select}"))


@pytest.mark.parametrize(
    ("statements", "number"),
    [
        *(
            pytest.param([f"UPDATE audit_entry SET {column} = 'x' WHERE number = 3"], 3, id=f"{column} changed")
            for column in (*COLUMNS.split(", "), "digest", "previous")
        ),
        pytest.param(["UPDATE audit_entry SET kind = NULL WHERE number = 3"], 3, id="emptied"),
        pytest.param(["DELETE FROM audit_entry WHERE number = 3"], 3, id="deleted"),
        pytest.param(
            [
                "UPDATE audit_entry SET number = 99 WHERE number = 3",
                "UPDATE audit_entry SET number = 3 WHERE number = 4",
                "UPDATE audit_entry SET number = 4 WHERE number = 99",
            ],
            3,
            id="moved",
        ),
        pytest.param(
            [
                f"INSERT INTO audit_entry (number, {COLUMNS}, previous, digest) "
                f"SELECT 6, {COLUMNS}, digest, 'forged' FROM audit_entry WHERE number = 5"
            ],
            6,
            id="added",
        ),
    ],
)
def test_whatever_was_done_to_the_table_is_found_where_it_was_done(
    registry: Engine, statements: list[str], number: int
) -> None:
    log_of(registry)
    behind_the_triggers(registry, statements)

    with pytest.raises(ChainBrokenError) as broken:
        AuditLog(registry).verify()
    assert broken.value.number == number


def test_an_end_that_was_cut_off_is_found_by_a_head_that_was_kept(registry: Engine) -> None:
    log_of(registry)
    kept = AuditLog(registry).verify()
    behind_the_triggers(registry, ["DELETE FROM audit_entry WHERE number > 3"])

    assert AuditLog(registry).verify().number == 3
    with pytest.raises(ChainBrokenError, match="entry 4 is missing, and was there before"):
        AuditLog(registry).verify(kept)


def test_a_change_whose_entry_cannot_be_written_is_not_made(registry: Engine) -> None:
    with registry.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO audit_hidden"))

    with pytest.raises(DBAPIError):
        lesions.open_lesion(PSEUDONYM, L3, by="reader", now=lambda: START, uow=SqlUnitOfWork(registry, write=True))

    assert lesions.lesions_of_patient(PSEUDONYM, SqlUnitOfWork(registry, write=False), limit=1) == []


def test_a_long_text_is_cut_before_it_is_sealed(registry: Engine) -> None:
    uow = SqlUnitOfWork(registry, write=True, source=Source(address="a" * 500, via="v" * 500, roles=("r" * 500,)))
    noted(uow, Note(action=Action.VIEWED, kind=Kind.PATIENT), by="n" * 500)

    assert AuditLog(registry).verify().number == 1
    (entry,) = AuditLog(registry).newest(AuditFilter(since=minutes(0)), limit=1)
    assert (len(entry.actor or ""), len(entry.source.address or "")) == (100, 64)
