"""Clinical contexts in the registry: the contract, and what only a database can show."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.errors import StoredContextError
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.contexts import EVERYTHING_KNOWN, new_context
from tests.builders.registry import OBJECTS
from tests.unit.annotation.context_contract import OWN_PAIN, ContextsContract, keep
from tests.unit.annotation.contract import kept_lesion

NEVER_CHANGED = "a version of a clinical context is never changed"
COLUMNS = "context_id, version, clinical, entered_by, entered_at"


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def uow(registry: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(registry, write=True)


class TestSqlContexts(ContextsContract):
    pass


def twice_entered(uow: SqlUnitOfWork) -> None:
    first = new_context()
    keep(uow, first, new_context(id=first.id, version=2, clinical=EVERYTHING_KNOWN))


def versions(registry: Engine) -> int:
    with registry.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM clinical_context_version")).scalar_one()
        return found


def test_the_database_itself_keeps_one_context_of_a_meeting(uow: SqlUnitOfWork) -> None:
    lesion = kept_lesion(uow)
    keep(uow, new_context(), new_context(lesion_id=lesion.id, clinical=OWN_PAIN))
    with pytest.raises(IntegrityError):
        keep(uow, new_context())
    with pytest.raises(IntegrityError):
        keep(uow, new_context(lesion_id=lesion.id, clinical=OWN_PAIN))


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE clinical_context_version SET entered_by = 'someone else'", id="changed"),
        pytest.param("DELETE FROM clinical_context_version", id="all deleted"),
        pytest.param("DELETE FROM clinical_context_version WHERE version = 2", id="the newest deleted"),
    ],
)
def test_the_database_itself_refuses_to_change_a_version(registry: Engine, uow: SqlUnitOfWork, statement: str) -> None:
    twice_entered(uow)
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(statement))
    assert versions(registry) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "columns",
    [
        pytest.param(f"{COLUMNS}) SELECT context_id, 1, clinical, 'forger', entered_at", id="by key"),
        pytest.param(f"rowid, {COLUMNS}) SELECT rowid, context_id, 9, clinical, 'forger', entered_at", id="by row"),
    ],
)
def test_sqlite_refuses_to_replace_a_version(registry: Engine, uow: SqlUnitOfWork, columns: str) -> None:
    twice_entered(uow)
    forgery = f"INSERT OR REPLACE INTO clinical_context_version ({columns} FROM clinical_context_version LIMIT 1"
    with pytest.raises(DBAPIError, match=NEVER_CHANGED), registry.begin() as connection:
        connection.execute(text(forgery))
    assert versions(registry) == 2


def test_erasing_a_context_takes_all_its_versions(registry: Engine, uow: SqlUnitOfWork) -> None:
    twice_entered(uow)
    with registry.begin() as connection:
        connection.execute(text("DELETE FROM clinical_context"))
    assert versions(registry) == 0


def test_a_damaged_context_is_reported_as_such_and_not_repeated(registry: Engine, uow: SqlUnitOfWork) -> None:
    context = new_context()
    keep(uow, context)
    forged = (
        "INSERT INTO clinical_context_version (context_id, version, clinical, entered_by, entered_at) "
        "VALUES (:id, 2, :document, 'x', '2031-07-01 09:30:00')"
    )
    with registry.begin() as connection:
        connection.execute(text(forged), {"id": str(context.id), "document": '{"karnofsky": "secret"}'})
    with pytest.raises(StoredContextError) as report, uow:
        uow.contexts.newest(context.id)
    assert "secret" not in str(report.value)
