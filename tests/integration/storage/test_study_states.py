"""States of studies in the registry, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.exc import DBAPIError

from storage.database import migrate_registry, writing
from storage.ledger import Ledger
from storage.ledger_records import StoredObject
from storage.ledger_tables import InstanceRow, SeriesRow, StudyRow
from storage.study_lifecycle import Reason, StudyState
from storage.study_records import SourceAnswer, Standing
from storage.study_states import StudyStates
from tests.builders.ledger import SERIES_UID, STUDY_UID, stored_object
from tests.integration.storage.test_migrations import downgrade

OTHER_STUDY = "2.25.1002"
AGREES = SourceAnswer(ae_title="PACS", objects_expected=2)
FEWER = SourceAnswer(ae_title="PACS", objects_expected=5, reason=Reason.FEWER_THAN_SOURCE)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


@pytest.fixture
def states(engine: Engine) -> StudyStates:
    return StudyStates(engine)


def slices(*numbers: int, study: str = STUDY_UID) -> list[StoredObject]:
    return [
        stored_object(
            study_instance_uid=study,
            series_instance_uid=SERIES_UID if study == STUDY_UID else f"{study}.2",
            sop_instance_uid=f"{study}.{number}",
            received_at=stored_object().received_at + timedelta(seconds=number),
        )
        for number in numbers
    ]


def standing(states: StudyStates, study: str = STUDY_UID) -> Standing:
    return states.of([study])[study]


def settled(states: StudyStates) -> Standing:
    assert states.settle(STUDY_UID, standing(states).version)
    return standing(states)


def confirmed(states: StudyStates) -> Standing:
    assert states.answered(STUDY_UID, settled(states).version, AGREES)
    return standing(states)


def told(states: StudyStates) -> list[tuple[str | None, str, int, int]]:
    """From, to, revision and number of objects of each line of the history."""
    return [
        (None if line.before is None else line.before.value, line.after.value, line.revision, line.objects)
        for line in states.history(STUDY_UID)
    ]


def test_the_first_objects_of_a_study_open_it(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))

    found = standing(states)

    assert (found.state, found.revision, found.reason) == (StudyState.RECEIVING, 1, None)
    assert found.last_object_at == stored_object().received_at + timedelta(seconds=2)
    assert told(states) == [(None, "receiving", 1, 2)]
    assert states.growing() == {STUDY_UID: found.version}


def test_further_objects_raise_the_version_and_write_no_history(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1))
    before = standing(states)

    ledger.record(slices(2))

    after = standing(states)
    assert after.version > before.version
    assert (after.state, after.since, after.revision) == (before.state, before.since, 1)
    assert len(states.history(STUDY_UID)) == 1


def test_an_object_that_was_received_earlier_does_not_set_the_time_back(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(9))
    ledger.record(slices(3))

    assert standing(states).last_object_at == stored_object().received_at + timedelta(seconds=9)


def test_a_study_goes_through_its_whole_life(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    first = confirmed(states)
    ledger.record(slices(3))
    reopened = standing(states)
    settled(states)
    states.answered(STUDY_UID, standing(states).version, SourceAnswer(ae_title="PACS", objects_expected=3))

    assert (first.state, first.objects_expected, first.objects_confirmed) == (StudyState.CONFIRMED, 2, 2)
    assert first.confirmed_with == "PACS"
    assert (reopened.state, reopened.revision, reopened.objects_expected) == (StudyState.REVISED, 2, None)
    assert reopened.objects_confirmed == 2, "what was confirmed stays known"
    assert (standing(states).state, standing(states).objects_confirmed) == (StudyState.CONFIRMED, 3)
    assert told(states) == [
        (None, "receiving", 1, 2),
        ("receiving", "provisional", 1, 2),
        ("provisional", "confirmed", 1, 2),
        ("confirmed", "revised", 2, 3),
        ("revised", "provisional", 2, 3),
        ("provisional", "confirmed", 2, 3),
    ]


def test_recording_the_same_objects_again_is_no_arrival(ledger: Ledger, states: StudyStates) -> None:
    """As after every restart: what is in the outbox goes to the ledger again."""
    ledger.record(slices(1, 2))
    before = confirmed(states)

    ledger.record(slices(1, 2))

    assert standing(states) == before


def test_what_is_not_recorded_opens_nothing(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    before = confirmed(states)

    ledger.contradicted(slices(3))

    assert standing(states) == before


def test_objects_of_several_studies_open_each_of_them(ledger: Ledger, states: StudyStates) -> None:
    ledger.record([*slices(1), *slices(1, 2, study=OTHER_STUDY)])

    assert states.growing().keys() == {STUDY_UID, OTHER_STUDY}


def test_a_source_that_names_more_leaves_the_study_provisional_and_says_why(
    ledger: Ledger, states: StudyStates
) -> None:
    ledger.record(slices(1, 2))

    assert states.answered(STUDY_UID, settled(states).version, FEWER)

    found = standing(states)
    assert (found.state, found.reason, found.objects_expected) == (StudyState.PROVISIONAL, Reason.FEWER_THAN_SOURCE, 5)
    assert found.confirmed_at is None
    last = states.history(STUDY_UID)[-1]
    assert (last.reason, last.objects, last.objects_expected, last.asked) == (Reason.FEWER_THAN_SOURCE, 2, 5, "PACS")


def test_the_same_answer_again_writes_no_second_line_of_history(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    settled(states)
    for _ in range(3):
        assert states.answered(STUDY_UID, standing(states).version, FEWER)

    assert [line.after.value for line in states.history(STUDY_UID)] == ["receiving", "provisional", "provisional"]


def test_an_object_that_comes_while_the_source_is_asked_makes_the_answer_void(
    ledger: Ledger, states: StudyStates
) -> None:
    ledger.record(slices(1, 2))
    asked_at = settled(states).version
    ledger.record(slices(3))

    assert not states.answered(STUDY_UID, asked_at, AGREES)
    assert standing(states).state is StudyState.REVISED


def test_an_object_that_comes_before_the_study_is_settled_keeps_it_open(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1))
    seen = standing(states).version
    ledger.record(slices(2))

    assert not states.settle(STUDY_UID, seen)
    assert standing(states).state is StudyState.RECEIVING


def test_a_study_with_objects_on_their_way_is_kept_open(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1))
    seen = standing(states).version

    states.keep_open([STUDY_UID, "2.25.99"])

    assert not states.settle(STUDY_UID, seen)


def test_keeping_open_does_not_touch_a_study_at_rest(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    before = confirmed(states)

    states.keep_open([STUDY_UID])

    assert standing(states) == before


def test_of_many_that_settle_a_study_at_once_one_does(ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    version = standing(states).version
    together = threading.Barrier(8)

    def settle() -> bool:
        together.wait(timeout=20)
        return states.settle(STUDY_UID, version)

    with ThreadPoolExecutor(8) as pool:
        done = [future.result() for future in [pool.submit(settle) for _ in range(8)]]

    assert sorted(done) == [False] * 7 + [True]
    assert [line.after.value for line in states.history(STUDY_UID)] == ["receiving", "provisional"]


def test_nodes_that_record_one_new_study_at_once_open_it_once(ledger: Ledger, states: StudyStates) -> None:
    together = threading.Barrier(6)

    def record(number: int) -> None:
        together.wait(timeout=20)
        ledger.record([*slices(number), *slices(number, study=OTHER_STUDY)])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(record, range(6)))

    assert {uid: one.revision for uid, one in states.of([STUDY_UID, OTHER_STUDY]).items()} == {
        STUDY_UID: 1,
        OTHER_STUDY: 1,
    }
    assert len(states.history(STUDY_UID)) == 1
    assert sum(map(len, states.contents(STUDY_UID).values())) == 6


def test_a_study_is_never_confirmed_with_an_object_that_came_at_that_moment(
    ledger: Ledger, states: StudyStates
) -> None:
    ledger.record(slices(0))
    for number in range(1, 16):
        version = settled(states).version
        together = threading.Barrier(2)

        def record(number: int = number, together: threading.Barrier = together) -> None:
            together.wait(timeout=20)
            ledger.record(slices(number))

        def agree(version: int = version, together: threading.Barrier = together) -> None:
            together.wait(timeout=20)
            states.answered(STUDY_UID, version, AGREES)

        with ThreadPoolExecutor(2) as pool:
            for future in [pool.submit(record), pool.submit(agree)]:
                future.result()

        found = standing(states)
        assert (found.state, found.revision) == (StudyState.REVISED, number + 1)


@pytest.mark.parametrize("returns", ["it is sent again", "it is found again"])
def test_lost_objects_make_a_study_unsure_and_their_return_is_an_arrival(
    ledger: Ledger, states: StudyStates, returns: str
) -> None:
    ledger.record(slices(1, 2))
    confirmed(states)
    lost, kept = (item.sop_instance_uid for item in slices(1, 2))
    ledger.mark_lost([lost], stored_object().stored_at)
    unsure, here = standing(states), states.contents(STUDY_UID)
    if returns == "it is sent again":
        ledger.record(slices(1))
    else:
        ledger.mark_found([lost])

    assert (unsure.state, unsure.reason, unsure.revision) == (StudyState.PROVISIONAL, Reason.OBJECTS_LOST, 1)
    assert here == {SERIES_UID: frozenset({kept})}
    assert (standing(states).state, standing(states).revision) == (StudyState.REVISED, 2)
    assert sum(map(len, states.contents(STUDY_UID).values())) == 2


def test_studies_are_listed_by_state_with_the_objects_that_are_here(ledger: Ledger, states: StudyStates) -> None:
    ledger.record([*slices(1, 2), *slices(1, 2, 3, study=OTHER_STUDY)])
    settled(states)

    everything = {one.standing.study_instance_uid: (one.standing.state.value, one.objects) for one in states.listed()}
    provisional = [one.standing.study_instance_uid for one in states.listed(StudyState.PROVISIONAL)]

    assert everything == {STUDY_UID: ("provisional", 2), OTHER_STUDY: ("receiving", 3)}
    assert provisional == [STUDY_UID]
    assert list(states.listed(StudyState.CONFIRMED)) == []


def test_a_long_list_is_read_in_pieces_without_leaving_one_out(
    ledger: Ledger, states: StudyStates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.study_states.STREAM_SIZE", 3)
    ledger.record([item for number in range(10) for item in slices(1, study=f"2.25.5{number}")])

    found = [one.standing.study_instance_uid for one in states.listed()]

    assert found == [f"2.25.5{number}" for number in range(10)]


def test_the_history_cannot_be_altered(engine: Engine, ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    settled(states)
    before = states.history(STUDY_UID)

    for statement in (
        "UPDATE study_transition SET to_state = 'confirmed'",
        "DELETE FROM study_transition",
        "DELETE FROM study_transition WHERE to_state = 'provisional'",
    ):
        with pytest.raises(DBAPIError, match="never changed"), writing(engine).begin() as connection:
            connection.execute(text(statement))

    assert states.history(STUDY_UID) == before


def test_studies_of_before_there_were_states_are_at_rest_and_not_confirmed(
    engine: Engine, ledger: Ledger, states: StudyStates
) -> None:
    ledger.record([*slices(1, 2), *slices(7, study=OTHER_STUDY)])
    url = engine.url.render_as_string(hide_password=False)
    downgrade(url, "0003")
    migrate_registry(url)

    found = standing(states)
    assert (found.state, found.reason, found.revision) == (StudyState.PROVISIONAL, Reason.RECORDED_BEFORE, 1)
    assert found.last_object_at == stored_object().received_at + timedelta(seconds=2)
    assert told(states) == [(None, "provisional", 1, 2)]
    assert states.of([OTHER_STUDY])[OTHER_STUDY].state is StudyState.PROVISIONAL


def test_a_study_can_still_be_erased_with_its_history(engine: Engine, ledger: Ledger, states: StudyStates) -> None:
    ledger.record(slices(1, 2))
    settled(states)
    with writing(engine).begin() as connection:
        for row in (InstanceRow, SeriesRow, StudyRow):
            connection.execute(delete(row))

    assert states.of([STUDY_UID]) == {}
    assert states.history(STUDY_UID) == []


def test_a_state_that_is_confirmed_by_nobody_cannot_be_written(
    engine: Engine, ledger: Ledger, states: StudyStates
) -> None:
    ledger.record(slices(1))

    with pytest.raises(DBAPIError, match="confirmed_by_somebody"), writing(engine).begin() as connection:
        connection.execute(text("UPDATE study_state SET state = 'confirmed'"))
    assert standing(states).state is StudyState.RECEIVING
