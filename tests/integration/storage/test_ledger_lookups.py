"""Single objects in the ledger, on both databases."""

from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.ledger_lookups import LOOKUP_SIZE, StoredInstance, stored_instances
from tests.builders.ledger import CT_IMAGE_STORAGE, INSTANCE_UID, stored_object


def test_what_is_recorded_is_found_with_its_class_and_where_it_is(engine: Engine) -> None:
    one = stored_object()
    Ledger(engine).record(objects=[one])
    assert stored_instances(engine, [INSTANCE_UID, "2.25.404"]) == {
        INSTANCE_UID: StoredInstance(CT_IMAGE_STORAGE, one.orthanc_id)
    }


def test_more_are_asked_for_than_one_statement_takes(engine: Engine) -> None:
    Ledger(engine).record(objects=[stored_object()])
    many = [f"2.25.9{number}" for number in range(2 * LOOKUP_SIZE + 1)]
    assert set(stored_instances(engine, [*many, INSTANCE_UID])) == {INSTANCE_UID}


def test_nothing_is_asked_for_without_harm(engine: Engine) -> None:
    assert stored_instances(engine, []) == {}
