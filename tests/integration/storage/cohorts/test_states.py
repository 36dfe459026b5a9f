"""Cohorts of studies by how complete they are taken to be, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, text

from annotation.cohorts.documents import query_from
from storage.cohorts.reindex import CohortIndex
from storage.cohorts.store import CohortStore
from storage.database import migrate_registry, writing
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.study_lifecycle import StudyState
from storage.study_records import SourceAnswer
from storage.study_states import StudyStates
from tests.builders.ledger import STUDY_UID, stored_object
from tests.integration.storage.test_migrations import downgrade

AGREES = SourceAnswer(ae_title="PACS", objects_expected=1)
LATE = stored_object(sop_instance_uid="2.25.39")


def states_found(engine: Engine) -> list[str]:
    """Of the one study: every state in which a cohort finds it."""
    store = CohortStore(engine)
    return [
        state.value
        for state in StudyState
        if store.counts(query_from({"field": "study.state", "value": state.value})).studies
    ]


def settle(engine: Engine) -> None:
    states = StudyStates(engine)
    assert states.settle(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version)


def test_a_study_is_found_by_the_state_that_it_is_in_through_its_whole_life(engine: Engine) -> None:
    ledger, states = Ledger(engine), StudyStates(engine)

    ledger.record([stored_object()])
    assert states_found(engine) == ["receiving"]
    settle(engine)
    assert states_found(engine) == ["provisional"]
    assert states.answered(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version, AGREES)
    assert states_found(engine) == ["confirmed"]
    ledger.record([LATE])
    assert states_found(engine) == ["revised"]
    settle(engine)
    ledger.mark_found([LATE.sop_instance_uid])
    assert states_found(engine) == ["revised"]
    settle(engine)
    states.answered(STUDY_UID, states.of([STUDY_UID])[STUDY_UID].version, AGREES)
    ledger.mark_lost([LATE.sop_instance_uid], LATE.received_at)
    assert states_found(engine) == ["provisional"]


def test_states_are_made_again_from_those_that_the_studies_have(engine: Engine) -> None:
    Ledger(engine).record([stored_object()])
    with writing(engine).begin() as connection:
        connection.execute(text("UPDATE search_study SET state = 'confirmed'"))

    CohortIndex(engine).recount()

    assert states_found(engine) == ["receiving"]


def test_studies_of_before_are_found_by_their_state(engine: Engine) -> None:
    Ledger(engine).record([stored_object()])
    settle(engine)

    url = engine.url.render_as_string(hide_password=False)
    downgrade(url, "0025")
    migrate_registry(url)

    assert states_found(engine) == ["provisional"]


def test_states_that_change_while_everything_is_made_again_wait_for_nobody_crosswise(engine: Engine) -> None:
    objects = [
        stored_object(study_instance_uid=f"2.25.1{n}", series_instance_uid=f"2.25.2{n}", sop_instance_uid=f"2.25.3{n}")
        for n in range(6)
    ]
    ledger, states, index = Ledger(engine), StudyStates(engine), CohortIndex(engine)
    ledger.record(objects)
    studies = [item.study_instance_uid for item in objects]
    start = threading.Barrier(3)

    def each_again() -> None:
        start.wait()
        for _ in range(4):
            index.recount()

    def settled(uids: list[str]) -> None:
        start.wait()
        for uid in uids:
            assert states.settle(uid, states.of([uid])[uid].version)

    with ThreadPoolExecutor(3) as pool:
        work = [pool.submit(each_again), pool.submit(settled, studies[:3]), pool.submit(settled, studies[:2:-1])]
        for one in work:
            one.result(timeout=60)

    found = CohortStore(engine).counts(query_from({"field": "study.state", "value": "provisional"}))
    assert found.studies == len(studies)


def test_objects_that_reopen_studies_of_the_same_people_at_once_wait_for_nobody_crosswise(engine: Engine) -> None:
    ledger, states = Ledger(engine), StudyStates(engine)
    people = ("OST-AAAAA-AAAAA", "OST-BBBBB-BBBBB")
    start = threading.Barrier(2)

    def came(worker: int, again: int) -> list[StoredObject]:
        """Of each person; of one of them to a study that is settled, of the other to a new one."""
        found = []
        for person, pseudonym in enumerate(people):
            study = f"2.25.1{worker}{person}" if person == worker else f"2.25.1{worker}{person}{again}"
            uids = {"study_instance_uid": study, "series_instance_uid": f"{study}.1"}
            found.append(stored_object(pseudonym=pseudonym, **uids, sop_instance_uid=f"{study}.1.{again}"))
        return found

    def record(worker: int) -> None:
        for again in range(1, 16):
            start.wait(timeout=30)
            ledger.record(came(worker, again))
            reopened = f"2.25.1{worker}{worker}"
            assert states.settle(reopened, states.of([reopened])[reopened].version)

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(record, worker) for worker in (0, 1)]:
            one.result(timeout=60)
