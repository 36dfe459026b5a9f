"""A session: its patients, their order, and the two calendars."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from annotation.errors import UnacceptableError
from annotation.meetings.calendars import KnownDay, differs, presented_on
from annotation.meetings.errors import DossierExistsError, DossierNotFoundError, MeetingClosedError
from annotation.meetings.meeting import Dossier, Meeting, MeetingState, Removal

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)
ANNA, BORIS, CELIA = "OST-7K3M9-QPXRC", "OST-2B8RT-XW4HD", "OST-8CAMD-EH645"
GONE = Removal(reason="presented elsewhere", by="tests", at=NOW)


def of(pseudonym: str) -> Dossier:
    return Dossier(pseudonym=pseudonym, added_by="tests", added_at=NOW)


MEETING = Meeting(
    id=UUID(int=1),
    held_on=date(2026, 6, 12),
    created_by="tests",
    created_at=NOW,
    dossiers=(of(ANNA), of(BORIS), of(CELIA)),
)


def test_patients_are_presented_in_the_order_that_was_given() -> None:
    arranged = MEETING.with_order([CELIA, ANNA, BORIS])
    assert (arranged.order, arranged.version) == ((CELIA, ANNA, BORIS), 2)


@pytest.mark.parametrize(
    "order",
    [
        [ANNA, BORIS],
        [ANNA, BORIS, BORIS],
        [ANNA, BORIS, CELIA, CELIA],
        [ANNA, BORIS, CELIA, "OST-00000-00000"],
    ],
)
def test_an_order_names_every_patient_once(order: list[str]) -> None:
    with pytest.raises(UnacceptableError):
        MEETING.with_order(order)


def test_who_is_taken_off_is_kept_with_the_reason_and_may_come_back() -> None:
    without = MEETING.without(BORIS, GONE)
    assert without.order == (ANNA, CELIA)
    assert [(each.pseudonym, each.removal) for each in without.removed] == [(BORIS, GONE)]
    assert without.with_added(of(BORIS)).order == (ANNA, CELIA, BORIS)


def test_a_patient_is_on_a_session_once() -> None:
    with pytest.raises(DossierExistsError):
        MEETING.with_added(of(BORIS))
    with pytest.raises(DossierNotFoundError):
        MEETING.without("OST-00000-00000", GONE)


def test_a_closed_session_is_opened_again_before_it_is_changed() -> None:
    def state(meeting: Meeting, wanted: MeetingState) -> Meeting:
        return meeting.revised(held_on=meeting.held_on, title=meeting.title, place=meeting.place, state=wanted)

    closed = state(MEETING, MeetingState.CLOSED)
    for change in (
        lambda: closed.with_order([CELIA, ANNA, BORIS]),
        lambda: closed.without(ANNA, GONE),
        lambda: closed.with_added(of("OST-00000-00000")),
        lambda: closed.revised(held_on=date(2026, 6, 19), title=None, place=None, state=MeetingState.HELD),
        closed.check_decides,
    ):
        with pytest.raises(MeetingClosedError):
            change()
    assert state(closed, MeetingState.HELD).with_order([CELIA, ANNA, BORIS]).order[0] == CELIA


@pytest.mark.parametrize(
    "changes",
    [{"title": "x" * 101}, {"title": " "}, {"place": "a\nb"}, {"held_on": date(1, 1, 1)}],
    ids=["a long title", "an empty title", "two lines", "a day of nobody's life"],
)
def test_what_a_session_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(UnacceptableError):
        replace(MEETING, **changes)  # type: ignore[arg-type]


def test_the_day_in_the_calendar_of_a_patient_follows_from_an_earlier_session() -> None:
    # 12 June to 11 September 2026 is 18 + 31 + 31 + 11 = 91 days; 91 days after 3 March 2025 is 2 June 2025.
    known = [KnownDay(held_on=date(2026, 6, 12), presented_on=date(2025, 3, 3))]
    assert presented_on(date(2026, 9, 11), known) == date(2025, 6, 2)
    assert presented_on(date(2026, 9, 11), []) is None
    assert not differs(date(2026, 9, 11), date(2025, 6, 2), known)
    assert differs(date(2026, 9, 11), date(2025, 6, 3), known)
    assert not differs(date(2026, 9, 11), date(2025, 6, 3), [])
