"""The change feed, on a unit of work in memory."""

from uuid import uuid4

import pytest

from annotation import changes
from annotation.audit import Action, Entry, Kind, Note
from annotation.ports import UnitOfWork
from tests.builders.registry import OBJECTS
from tests.unit.annotation.audit_contract import noted, view
from tests.unit.annotation.memory import MemoryUnitOfWork

BLIND = (Kind.READING, Kind.LESION, Kind.CONTEXT)


@pytest.fixture
def uow() -> MemoryUnitOfWork:
    return MemoryUnitOfWork(OBJECTS)


def made(kind: Kind | None = Kind.STUDY, action: Action = Action.CREATED) -> Note:
    return Note(action=action, kind=kind)


def numbers(seen: changes.Seen) -> list[int]:
    return [change.number for change in seen.changes]


def test_only_what_was_changed_of_a_patient_is_told(uow: MemoryUnitOfWork) -> None:
    noted(uow, view(), made(), made(Kind.TOKEN), made(None), made(Kind.PATIENT, Action.CHANGED), view())

    seen = changes.changes_after(0, uow=uow, limit=10)

    assert numbers(seen) == [2, 5]
    assert seen.after == changes.last_number(uow) == 6


def test_a_draft_is_told_to_nobody_before_it_is_signed(uow: MemoryUnitOfWork) -> None:
    noted(uow, made(Kind.DRAFT), made(Kind.DRAFT, Action.REMOVED), made(Kind.STUDY, Action.SIGNED))

    assert numbers(changes.changes_after(0, uow=uow, limit=10)) == [3]


def test_a_full_page_goes_on_after_its_last_change(uow: MemoryUnitOfWork) -> None:
    noted(uow, *[made()] * 3, view())

    first = changes.changes_after(0, uow=uow, limit=2)
    second = changes.changes_after(first.after, uow=uow, limit=2)

    assert (numbers(first), first.after) == ([1, 2], 2)
    assert (numbers(second), second.after) == ([3], 4)


def test_a_number_beyond_the_end_stays(uow: MemoryUnitOfWork) -> None:
    assert changes.changes_after(9, uow=uow, limit=2) == changes.Seen(changes=[], after=9)


def test_what_a_reader_may_not_see_is_passed_over_and_not_asked_for_again(
    uow: MemoryUnitOfWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_the_others(entry: Entry, uow: UnitOfWork) -> bool:  # noqa: ARG001
        return entry.actor == "reader one"

    monkeypatch.setattr(changes, "may_see", not_the_others)
    noted(uow, made(), by="reader one")
    noted(uow, made(), by="reader two")

    seen = changes.changes_after(0, uow=uow, limit=5)

    assert (numbers(seen), seen.after) == ([1], 2)


def test_what_is_not_there_for_the_one_who_asks_is_not_told(uow: MemoryUnitOfWork) -> None:
    hidden = [Note(action=Action.CREATED, kind=each, object_id=str(uuid4())) for each in BLIND]
    noted(uow, *hidden, *(made(each) for each in BLIND))

    assert numbers(changes.changes_after(0, uow=uow, limit=10)) == []
