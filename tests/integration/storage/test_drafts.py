"""Drafts in the database: the contract, and what only a database can show."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from annotation.draft import RevisionOf
from storage.errors import StoredDraftError
from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.registry import OBJECTS, new_draft, new_reading
from tests.unit.annotation.contract import kept_lesion
from tests.unit.annotation.draft_contract import DraftContract, kept_draft

AT_ONCE = 8


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def uow(registry: Engine) -> SqlUnitOfWork:
    return SqlUnitOfWork(registry, write=True)


class TestSqlDrafts(DraftContract):
    pass


def test_of_saves_made_at_once_one_is_kept(registry: Engine, uow: SqlUnitOfWork) -> None:
    draft = kept_draft(uow, new_draft(kept_lesion(uow).id))
    barrier = Barrier(AT_ONCE)

    def save(number: int) -> bool:
        mine = SqlUnitOfWork(registry, write=True, in_turn=False)
        barrier.wait(timeout=30)
        with mine:
            kept = mine.drafts.replace(replace(draft, version=2, note=f"by {number}"))
            mine.commit()
            return kept

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = list(pool.map(save, range(AT_ONCE)))
    assert kept.count(True) == 1
    with uow:
        assert uow.drafts.get(draft.id, draft.author).note == f"by {kept.index(True)}"


def test_the_database_itself_keeps_one_draft_of_an_author_lesion_and_study(uow: SqlUnitOfWork) -> None:
    draft = kept_draft(uow, new_draft(kept_lesion(uow).id))
    kept_draft(uow, new_draft(draft.lesion_id, author="reader two"))
    with pytest.raises(IntegrityError), uow:
        uow.drafts.add(new_draft(draft.lesion_id))


def test_the_database_itself_keeps_one_draft_of_an_author_and_a_revised_reading(uow: SqlUnitOfWork) -> None:
    reading = new_reading(kept_lesion(uow).id)
    with uow:
        uow.readings.add(reading)
        uow.drafts.add(new_draft(reading.lesion_id, revises=RevisionOf(reading_id=reading.id, revision=1)))
        uow.commit()
    with pytest.raises(IntegrityError), uow:
        uow.drafts.add(new_draft(reading.lesion_id, revises=RevisionOf(reading_id=reading.id, revision=2)))


def test_the_database_itself_lets_a_draft_be_signed_once(uow: SqlUnitOfWork) -> None:
    first = new_reading(kept_lesion(uow).id)
    draft = new_draft(first.lesion_id)
    with uow:
        uow.readings.add(replace(first, draft_id=draft.id))
        uow.commit()
    with pytest.raises(IntegrityError), uow:
        uow.readings.add(new_reading(first.lesion_id, draft_id=draft.id))


@pytest.mark.parametrize(
    "change",
    ["version = 0", "revises_revision = 1", "carried_from_revision = 1", "carried = '[\"lesion_type\"]'"],
)
def test_the_database_itself_refuses_half_a_reference(registry: Engine, uow: SqlUnitOfWork, change: str) -> None:
    kept_draft(uow, new_draft(kept_lesion(uow).id))
    with pytest.raises(IntegrityError), registry.begin() as connection:
        connection.execute(text(f"UPDATE draft SET {change}"))  # noqa: S608  a literal of this test


def test_erasing_a_patient_takes_the_drafts(registry: Engine, uow: SqlUnitOfWork) -> None:
    kept_draft(uow, new_draft(kept_lesion(uow).id))
    with registry.begin() as connection:
        connection.execute(text("DELETE FROM lesion"))
        assert connection.execute(text("SELECT count(*) FROM draft")).scalar_one() == 0


def test_a_damaged_draft_is_reported_as_such_and_not_repeated(registry: Engine, uow: SqlUnitOfWork) -> None:
    draft = kept_draft(uow, new_draft(kept_lesion(uow).id))
    with registry.begin() as connection:
        connection.execute(text('UPDATE draft SET findings = \'{"lesion_type": "secret"}\''))
    with pytest.raises(StoredDraftError) as report, uow:
        uow.drafts.get(draft.id, draft.author)
    assert "secret" not in str(report.value)
