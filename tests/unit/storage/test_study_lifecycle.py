"""The life of a study: every state with every event, and any sequence of them."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.study_lifecycle import AT_REST, GROWING, STEPS, StudyEvent, StudyState, step

RECEIVING, PROVISIONAL, CONFIRMED, REVISED = (
    StudyState.RECEIVING,
    StudyState.PROVISIONAL,
    StudyState.CONFIRMED,
    StudyState.REVISED,
)
CAME, IDLE, AGREES, OTHERWISE, LOST = (
    StudyEvent.OBJECTS_CAME,
    StudyEvent.WENT_IDLE,
    StudyEvent.SOURCE_AGREES,
    StudyEvent.SOURCE_SAYS_OTHERWISE,
    StudyEvent.OBJECTS_LOST,
)

# One row a state, one column an event; "+" opens a new revision, None changes nothing.
WANTED: dict[StudyState | None, tuple[str | None, ...]] = {
    #            CAME         IDLE           AGREES       OTHERWISE      LOST
    None: ("receiving", None, None, None, None),
    RECEIVING: ("receiving", "provisional", None, None, None),
    PROVISIONAL: ("revised+", None, "confirmed", "provisional", "provisional"),
    CONFIRMED: ("revised+", None, None, None, "provisional"),
    REVISED: ("revised", "provisional", None, None, None),
}
EVENTS = (CAME, IDLE, AGREES, OTHERWISE, LOST)


@pytest.mark.parametrize(("state", "event"), list(product(WANTED, EVENTS)))
def test_every_event_in_every_state_leads_where_the_table_says(state: StudyState | None, event: StudyEvent) -> None:
    wanted = WANTED[state][EVENTS.index(event)]

    found = step(state, event)

    told = None if found is None else found.to.value + "+" * found.opens_revision
    assert told == wanted


def test_the_table_holds_no_state_or_event_that_this_test_does_not_know() -> None:
    assert set(WANTED) == {None, *StudyState}
    assert set(EVENTS) == set(StudyEvent)
    assert {key[0] for key in STEPS} <= set(WANTED)


def test_a_study_is_either_growing_or_at_rest() -> None:
    assert set(StudyState) == AT_REST | GROWING
    assert not AT_REST & GROWING


@given(st.lists(st.sampled_from(EVENTS), max_size=40))
def test_whatever_happens_a_confirmed_study_has_rested_and_its_source_has_agreed_since_the_last_object(
    events: list[StudyEvent],
) -> None:
    state: StudyState | None = None
    revision = 1
    since_last_object: list[StudyEvent] = []
    rests = 0
    for event in events:
        found = step(state, event)
        since_last_object = [] if event is CAME else [*since_last_object, event]
        if found is None:
            continue
        rests += found.to in AT_REST and state in GROWING
        state, revision = found.to, revision + found.opens_revision
        if state is CONFIRMED:
            assert IDLE in since_last_object
            assert AGREES in since_last_object[since_last_object.index(IDLE) :]
        assert revision <= rests + 1, "a revision is only opened after a rest"
    assert (state is None) == (CAME not in events)
    if events and events[-1] is CAME:
        assert state in GROWING


@given(st.lists(st.sampled_from(EVENTS), max_size=40), st.sampled_from(EVENTS))
def test_an_object_is_never_hidden_by_what_follows_it_but_rest(events: list[StudyEvent], late: StudyEvent) -> None:
    """Answers that were under way when an object came change nothing: they are about what was there before."""
    state: StudyState | None = None
    for event in [*events, CAME]:
        found = step(state, event)
        state = state if found is None else found.to

    found = step(state, late)

    assert found is None or late in {CAME, IDLE}
