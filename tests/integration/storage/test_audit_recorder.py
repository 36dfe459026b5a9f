"""Entries written before answers go out: together, by whoever is there, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Event

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from annotation.audit import Action, AuditFilter, Kind, Note, Source
from storage.audit_log import AuditLog
from storage.audit_recorder import Asked, AuditRecorder
from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_IMAGE, NEW_STUDY, OBJECTS, START

AT_ONCE = 12
VIEWED = Note(action=Action.VIEWED)


@pytest.fixture
def registry(engine: Engine) -> Engine:
    Ledger(engine).record(OBJECTS)
    return engine


def asked(*candidates: tuple[Kind, str], note: Note = VIEWED) -> Asked:
    return Asked(note=note, candidates=candidates, by="reader", source=Source())


def recorded(registry: Engine, wanted: Asked) -> Note:
    AuditRecorder(registry).note(wanted)
    return AuditLog(registry).newest(AuditFilter(), limit=1)[0].note


def test_an_image_is_told_with_its_study_and_its_patient(registry: Engine) -> None:
    note = recorded(registry, asked((Kind.INSTANCE, NEW_IMAGE)))

    assert note == Note(
        action=Action.VIEWED,
        kind=Kind.INSTANCE,
        object_id=NEW_IMAGE,
        pseudonym=PSEUDONYM,
        study_instance_uid=NEW_STUDY,
    )


@pytest.mark.parametrize(
    "typed", ["DUPONT^JEAN", "", "2.25.9", "a\0b", "é", "x" * 65, "../../etc/passwd", "1' OR '1'='1"]
)
def test_what_is_no_identifier_of_ours_is_not_written_down(registry: Engine, typed: str) -> None:
    assert recorded(registry, asked((Kind.STUDY, typed), (Kind.PATIENT, typed), (Kind.LESION, typed))) == VIEWED


def test_the_most_particular_thing_that_is_there_is_named(registry: Engine) -> None:
    note = recorded(registry, asked((Kind.SERIES, "2.25.9"), (Kind.STUDY, NEW_STUDY), (Kind.PATIENT, PSEUDONYM)))

    assert (note.kind, note.object_id) == (Kind.STUDY, NEW_STUDY)


def test_those_who_come_while_one_is_written_are_written_together(registry: Engine) -> None:
    commits: list[int] = []
    event.listen(registry, "commit", lambda _: commits.append(1))

    def now() -> datetime:
        """The first one takes until all others wait."""
        if not commits:
            while recorder.waiting < AT_ONCE - 1:
                Event().wait(0.001)
        return START

    recorder = AuditRecorder(registry, now)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(recorder.note, [asked((Kind.PATIENT, PSEUDONYM))] * AT_ONCE))

    assert len(commits) == 2
    assert AuditLog(registry).verify().number == AT_ONCE


def test_everyone_in_a_batch_learns_that_it_could_not_be_written(registry: Engine) -> None:
    with registry.begin() as connection:
        connection.execute(text("ALTER TABLE audit_entry RENAME TO audit_hidden"))
    recorder, barrier = AuditRecorder(registry), Barrier(AT_ONCE)

    def fails(_: int) -> bool:
        barrier.wait(timeout=30)
        try:
            recorder.note(asked())
        except DBAPIError:
            return True
        return False

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert all(pool.map(fails, range(AT_ONCE)))

    with registry.begin() as connection:
        connection.execute(text("ALTER TABLE audit_hidden RENAME TO audit_entry"))
    recorder.note(asked())
    assert AuditLog(registry).verify().number == 1
