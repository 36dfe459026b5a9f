"""Protocols in the registry: the contract, and what only a database can refuse."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.ledger import Ledger
from storage.unit_of_work import SqlUnitOfWork
from tests.builders.registry import OBJECTS, OLD_STUDY
from tests.unit.annotation.contract_protocols import (
    ANNE,
    BEN,
    OTHER,
    Eyes,
    ProtocolContract,
    eyes_of,
    given,
    made_protocol,
    opened,
    read,
    signed,
)


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


@pytest.fixture
def eyes(registry: Engine) -> Eyes:
    return eyes_of(lambda sight: SqlUnitOfWork(registry, write=True, sight=sight))


class TestSqlProtocols(ProtocolContract):
    pass


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE assignment SET blind = false", id="eyes opened before both have signed"),
        pytest.param(
            "UPDATE reading_task SET state = 'draft', signed_at = NULL WHERE reader = 'anne'", id="a signature gone"
        ),
        pytest.param("UPDATE reading SET assignment_id = NULL, assigned_reader = NULL", id="a reading taken out"),
        pytest.param("UPDATE reading SET assigned_reader = 'ben'", id="a reading given to another"),
        pytest.param("UPDATE assignment SET adjudicator = second_reader", id="a reader who adjudicates"),
        pytest.param("UPDATE assignment SET second_reader = NULL", id="one blind reader"),
        pytest.param("UPDATE assignment SET kind = 'single'", id="another kind"),
        pytest.param(
            "UPDATE reading_task SET state = 'to_adjudicate' WHERE reader = 'ben'", id="a reader to adjudicate"
        ),
        pytest.param("UPDATE reading_task SET state = 'signed' WHERE reader = 'ben'", id="signed at no time"),
    ],
)
def test_the_database_itself_keeps_a_blind_reading_blind(registry: Engine, eyes: Eyes, statement: str) -> None:
    common = opened(eyes, OTHER, minute=-1)
    (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
    read(eyes, ANNE, common)
    signed(eyes, assignment, ANNE)
    with pytest.raises(DBAPIError), registry.begin() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("reader", [ANNE, OTHER])
def test_the_database_itself_refuses_a_reading_of_one_who_has_nothing_to_read(
    registry: Engine, eyes: Eyes, reader: str
) -> None:
    common = opened(eyes, OTHER, minute=-1)
    (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
    read(eyes, BEN, common)
    signed(eyes, assignment, ANNE)
    forged = (
        "INSERT INTO reading (id, lesion_id, study_instance_uid, created_at, assignment_id, assigned_reader)"
        " SELECT 'x', lesion_id, study_instance_uid, created_at, assignment_id, :reader FROM reading"
    )
    with pytest.raises(DBAPIError), registry.begin() as connection:
        connection.execute(text(forged), {"reader": reader})


def test_the_database_itself_gives_a_reader_one_reading_of_a_study_at_a_time(registry: Engine, eyes: Eyes) -> None:
    given(eyes, made_protocol(eyes), OLD_STUDY)
    columns = "reader, role, state, block, protocol_id, study_instance_uid, pseudonym, study_day"
    second = (
        f"INSERT INTO reading_task (assignment_id, {columns})"  # noqa: S608  columns of this test
        f" SELECT 'other', {columns} FROM reading_task WHERE reader = 'anne'"
    )
    with pytest.raises(IntegrityError), registry.begin() as connection:
        connection.execute(text(second))
