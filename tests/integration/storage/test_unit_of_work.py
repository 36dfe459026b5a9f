"""The registry's unit of work: the contract, and what only a database can show."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, Event
from uuid import UUID

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from annotation import lesions, readings
from annotation.errors import StaleRevisionError
from lesion_model.findings import ImagingFindings
from storage.errors import StoredLesionError, StoredReadingError
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, lytic_findings
from tests.builders.registry import OBJECTS, OLD_STUDY, START, new_lesion
from tests.unit.annotation.contract import UnitOfWorkContract, kept_lesion

AT_ONCE = 8


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def uow(registry: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(registry, write=True)


class TestSqlUnitOfWork(UnitOfWorkContract):
    pass


def kept_reading(uow: SqlUnitOfWork) -> readings.LesionReading:
    lesion = kept_lesion(uow)
    return readings.record_reading(
        lesion.id, OLD_STUDY, lytic_findings(), None, by="reader one", now=lambda: START, uow=uow
    )


def twice_revised(uow: SqlUnitOfWork) -> None:
    first = kept_reading(uow).reading
    readings.revise_reading(
        first.id, 1, ImagingFindings(), None, reason="Again.", by="reader", now=lambda: START, uow=uow
    )


def count(registry: Engine, table: str) -> int:
    with registry.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
        return found


def insert_revision(registry: Engine, reading_id: UUID, *, findings: str, reason: str) -> None:
    statement = (
        "INSERT INTO reading_revision (reading_id, revision, findings, recorded_by, recorded_at, reason) "
        "VALUES (:id, 2, :findings, 'x', '2031-07-01 09:30:00', :reason)"
    )
    with registry.begin() as connection:
        connection.execute(text(statement), {"id": str(reading_id), "findings": findings, "reason": reason})


def test_lesions_opened_at_once_get_numbers_of_their_own(registry: Engine) -> None:
    barrier = Barrier(AT_ONCE)

    def open_one(_: int) -> int:
        barrier.wait(timeout=30)
        uow = SqlUnitOfWork(registry, write=True)
        return lesions.open_lesion(PSEUDONYM, L3, by="reader", now=lambda: START, uow=uow).number

    with ThreadPoolExecutor(AT_ONCE) as pool:
        numbers = list(pool.map(open_one, range(AT_ONCE)))
    assert sorted(numbers) == list(range(1, AT_ONCE + 1))


def test_of_revisions_made_at_once_one_is_kept_and_the_others_hear_of_it(registry: Engine, uow: SqlUnitOfWork) -> None:
    reading = kept_reading(uow).reading
    barrier = Barrier(AT_ONCE)

    def revise(_: int) -> str:
        mine = SqlUnitOfWork(registry, write=True)
        barrier.wait(timeout=30)
        try:
            readings.revise_reading(
                reading.id, 1, ImagingFindings(), None, reason="Again.", by="reader", now=lambda: START, uow=mine
            )
        except StaleRevisionError as error:
            return f"stale, now {error.newest}"
        return "kept"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(revise, range(AT_ONCE)))
    assert sorted(outcomes) == ["kept", *["stale, now 2"] * (AT_ONCE - 1)]
    assert len(readings.history(reading.id, uow)) == 2


def test_the_database_itself_numbers_a_lesion_once(uow: SqlUnitOfWork) -> None:
    kept_lesion(uow)
    with pytest.raises(IntegrityError), uow:
        uow.lesions.add(new_lesion(number=1))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("number = 0", id="number nought"),
        pytest.param("level = NULL", id="a vertebra without level"),
        pytest.param("bone = 'femur'", id="a femur with a level"),
        pytest.param("rib_number = 3", id="a vertebra with a rib's number"),
        pytest.param("bone = 'sternum', level = NULL, transitional = 'sacralised_l5'", id="a transitional sternum"),
    ],
)
def test_the_database_itself_refuses_a_site_that_does_not_exist(
    registry: Engine, uow: SqlUnitOfWork, change: str
) -> None:
    kept_lesion(uow)
    with pytest.raises(IntegrityError), registry.begin() as connection:
        connection.execute(text(f"UPDATE lesion SET version = version + 1, {change}"))  # noqa: S608  a literal of this test


def test_a_reading_is_dated_when_its_turn_has_come_so_that_no_list_goes_past_it(
    registry: Engine, uow: SqlUnitOfWork
) -> None:
    lesion = kept_lesion(uow)
    first_is_dated, second_is_kept = Event(), Event()
    kept_too_early = []

    def record(now: Callable[[], datetime]) -> readings.LesionReading:
        mine = SqlUnitOfWork(registry, write=True)
        return readings.record_reading(lesion.id, OLD_STUDY, lytic_findings(), None, by="r", now=now, uow=mine)

    def dated_then_slow() -> datetime:
        moment = datetime.now(UTC)
        first_is_dated.set()
        kept_too_early.append(second_is_kept.wait(0.5))
        return moment

    def second() -> readings.LesionReading:
        assert first_is_dated.wait(20)
        kept = record(lambda: datetime.now(UTC))
        second_is_kept.set()
        return kept

    with ThreadPoolExecutor(2) as pool:
        late = pool.submit(second)
        early = record(dated_then_slow)
    assert kept_too_early == [False]
    assert early.reading.recorded_at < late.result().reading.recorded_at


def test_a_unit_of_work_that_cannot_begin_leaves_no_connection_behind(registry: Engine) -> None:
    def fail(*_: object) -> None:
        raise LookupError("no")

    event.listen(registry, "before_cursor_execute", fail)
    for _ in range(registry.pool.size() + 1):  # type: ignore[attr-defined]
        with pytest.raises(LookupError), SqlUnitOfWork(registry, write=True):
            pass
    event.remove(registry, "before_cursor_execute", fail)
    assert registry.pool.checkedout() == 0  # type: ignore[attr-defined]


NEVER_CHANGED = "a revision of a reading is never changed"
FORGED = "reading_id, revision, findings, recorded_by, recorded_at, reason"


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE reading_revision SET recorded_by = 'someone else'", id="changed"),
        pytest.param("DELETE FROM reading_revision", id="all deleted"),
        pytest.param("DELETE FROM reading_revision WHERE revision = 1", id="the first deleted"),
        pytest.param("DELETE FROM reading_revision WHERE revision = 2", id="the newest deleted"),
    ],
)
def test_the_database_itself_refuses_to_change_a_revision(registry: Engine, uow: SqlUnitOfWork, statement: str) -> None:
    twice_revised(uow)
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(statement))
    assert count(registry, "reading_revision") == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(f"{FORGED}) SELECT reading_id, 1, findings, 'forger', recorded_at, NULL", id="by key"),
        pytest.param(
            f"rowid, {FORGED}) SELECT rowid, reading_id, 9, findings, 'forger', recorded_at, 'x'", id="by row"
        ),
    ],
)
def test_sqlite_refuses_to_replace_a_revision(registry: Engine, uow: SqlUnitOfWork, columns: str) -> None:
    twice_revised(uow)
    forgery = f"INSERT OR REPLACE INTO reading_revision ({columns} FROM reading_revision WHERE revision = 1"
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(forgery))
    assert count(registry, "reading_revision") == 2


def test_erasing_a_patient_takes_readings_with_all_their_revisions(registry: Engine, uow: SqlUnitOfWork) -> None:
    twice_revised(uow)
    with registry.begin() as connection:
        connection.execute(text("DELETE FROM reading"))
        connection.execute(text("DELETE FROM lesion"))
    assert count(registry, "reading_revision") == 0


def test_a_damaged_reading_is_reported_as_such_and_not_repeated(registry: Engine, uow: SqlUnitOfWork) -> None:
    reading = kept_reading(uow).reading
    document = '{"lesion_type": "secret"}'
    insert_revision(registry, reading.id, findings=document, reason="Seen again.")
    with pytest.raises(StoredReadingError) as report, uow:
        uow.readings.newest(reading.id)
    assert "secret" not in str(report.value)


def test_a_reading_whose_reason_is_damaged_is_reported_as_such(registry: Engine, uow: SqlUnitOfWork) -> None:
    reading = kept_reading(uow).reading
    insert_revision(registry, reading.id, findings="{}", reason="secret \x1b")
    with pytest.raises(StoredReadingError) as report, uow:
        uow.readings.newest(reading.id)
    assert "secret" not in str(report.value)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param("side = 'left'", id="a side that the bone has not"),
        pytest.param("level = 'secret'", id="a level that does not exist"),
        pytest.param("bone = 'secret', level = NULL", id="a bone that does not exist"),
    ],
)
def test_a_damaged_lesion_is_reported_as_such_and_not_repeated(
    registry: Engine, uow: SqlUnitOfWork, change: str
) -> None:
    lesion = kept_lesion(uow)
    with registry.begin() as connection:
        connection.execute(text(f"UPDATE lesion SET version = version + 1, {change}"))  # noqa: S608  a literal of this test
    with pytest.raises(StoredLesionError) as report, uow:
        uow.lesions.get(lesion.id)
    assert "secret" not in str(report.value)
    with pytest.raises(StoredLesionError), uow:
        uow.lesions.of_patient(PSEUDONYM, after=0, limit=5)


def test_a_unit_of_work_is_used_inside_with(registry: Engine) -> None:
    with pytest.raises(RuntimeError, match="inside `with`"):
        SqlUnitOfWork(registry, write=False).commit()
