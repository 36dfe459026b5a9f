"""What is known of a patient at the data lock: days, states, and who is left out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from annotation.endpoints.checking import dossiers
from annotation.endpoints.follow_up import FROM_THE_START, LeftOut, cohort
from annotation.endpoints.records import Adjudication, EventType, Imaging, Presentation, Registry, VitalStatus
from annotation.endpoints.study import deaths, first_recurrences, midpoints, watched
from tests.unit.annotation.endpoints.builders import ALONE, LOCK, cohort_of, day, dead_on, event, followed, registry

LOCK_DAY = (LOCK - day(0)).days


def test_who_is_alive_is_censored_on_the_day_of_the_last_news() -> None:
    one = followed(registry(last_alive_date=day(300)))
    assert (one.last_alive, one.status) == (300, VitalStatus.ALIVE)


def test_news_from_after_the_lock_are_news_of_the_lock() -> None:
    assert followed(registry(last_alive_date=LOCK + timedelta(days=90))).last_alive == LOCK_DAY


def test_who_dies_after_the_lock_is_alive() -> None:
    one = followed(registry(**dead_on(LOCK_DAY + 1)))
    assert (one.status, one.last_alive) == (VitalStatus.ALIVE, LOCK_DAY)


def test_who_dies_on_the_day_of_the_lock_is_dead() -> None:
    assert followed(registry(**dead_on(LOCK_DAY))).dead


def test_a_lock_that_is_moved_with_the_patients_dates_is_the_one_that_counts() -> None:
    one = followed(registry(events=[event(90), event(110)], lock_date=day(100)))
    assert (one.last_alive, one.recurrences) == (100, (90,))
    assert cohort_of(registry(lock_date=day(-1))).left_out == {LeftOut.PRESENTED_LATER: 1}


def test_a_death_told_as_an_event_is_a_death() -> None:
    made = registry(events=[event(80, EventType.DEATH)], vital_status=VitalStatus.DEAD, last_alive_date=None)
    assert (followed(made).dead, followed(made).last_alive) == (True, 80)


def test_a_presentation_is_news_of_the_patient() -> None:
    assert followed(registry(meetings=[0, 200], last_alive_date=day(100))).last_alive == 200


def test_rows_dated_after_the_lock_change_nothing() -> None:
    before = registry(events=[event(100)], imaged=[90], last_alive_date=day(150))
    after = Registry(
        patients=before.patients,
        presentations=(*before.presentations, Presentation(row=9, pseudonym=ALONE, meeting_date=day(LOCK_DAY + 1))),
        events=(*before.events, event(LOCK_DAY + 5, row=9)),
        imaging=(*before.imaging, Imaging(pseudonym=ALONE, date=day(LOCK_DAY + 5))),
    )
    one, other = followed(before), followed(after)
    assert replace(one, dossier=other.dossier) == other


def test_only_confirmed_events_after_the_first_meeting_are_recurrences() -> None:
    made = registry(
        events=[
            event(-30),
            event(0),
            event(50, adjudicated=Adjudication.FLARE),
            event(60, adjudicated=Adjudication.INCONCLUSIVE),
            event(70, adjudicated=None),
            event(80, EventType.FRACTURE),
            event(90, EventType.LOCAL_RECURRENCE),
            event(95, EventType.PROGRESSION),
            event(99),
        ]
    )
    one = followed(made)
    assert one.recurrences == (90, 95, 99)
    assert one.history == 2
    assert cohort_of(made).not_confirmed == {"flare_excluded": 1, "inconclusive": 1, "not_adjudicated": 1}


def test_which_events_are_recurrences_can_be_chosen() -> None:
    made = registry(events=[event(90, EventType.PROGRESSION), event(99)])
    (one,) = cohort(dossiers(made), LOCK, recurrences=[EventType.NEW_BONE_LESION]).followed
    assert one.recurrences == (99,)


def test_the_same_event_of_the_same_day_counts_once() -> None:
    made = registry(events=[event(90), event(90, row=3), event(90, EventType.LOCAL_RECURRENCE, row=4)])
    assert followed(made).recurrences == (90, 90)


def test_who_lives_without_recurrence_is_censored_at_the_last_images_and_not_at_the_last_visit() -> None:
    (spell,) = first_recurrences([followed(registry(imaged=[100, 200], last_alive_date=day(700)))])
    assert (spell.exit, spell.outcome) == (200, 0)


@pytest.mark.parametrize(
    ("given", "until"),
    [
        pytest.param({"last_bone_imaging_date": day(250)}, 250, id="the patient's own date"),
        pytest.param({"last_bone_imaging_date": day(5000)}, LOCK_DAY, id="which is later than the lock"),
        pytest.param({"events": [event(150, adjudicated=Adjudication.FLARE)]}, 150, id="a flare was seen on images"),
        pytest.param({}, 0, id="no images at all"),
    ],
)
def test_the_last_images_are_the_latest_of_what_is_known(given: dict[str, object], until: int) -> None:
    (spell,) = first_recurrences([followed(registry(**given))])  # type: ignore[arg-type]
    assert spell.exit == until


def test_death_without_recurrence_competes_and_death_after_one_does_not() -> None:
    died = followed(registry(imaged=[100], **dead_on(400)))
    recurred = followed(registry(events=[event(300)], **dead_on(400)))
    assert [(each.exit, each.outcome) for each in first_recurrences([died, recurred])] == [(400, 2), (300, 1)]
    assert [(each.exit, each.outcome) for each in deaths([died, recurred])] == [(400, 1), (400, 1)]


def test_a_recurrence_on_the_day_of_death_came_first() -> None:
    one = followed(registry(events=[event(400)], **dead_on(400)))
    assert [(each.exit, each.outcome) for each in first_recurrences([one])] == [(400, 1)]


def test_a_death_long_after_the_last_images_is_censored_there_in_the_sensitivity_analysis() -> None:
    near, far = (followed(registry(imaged=[100], **dead_on(100 + gap))) for gap in (183, 184))
    assert [(each.exit, each.outcome) for each in watched([near, far])] == [(283, 2), (100, 0)]


def test_a_midpoint_lies_between_the_last_negative_day_and_the_day_it_was_seen() -> None:
    made = registry(events=[event(300, date_prev_negative=day(201))])
    assert [each.exit for each in midpoints([followed(made)])] == [250.5]
    assert [each.exit for each in midpoints([followed(registry(events=[event(300)]))])] == [300]
    before_meeting = registry(events=[event(300, date_prev_negative=day(-100))])
    assert [each.exit for each in midpoints([followed(before_meeting)])] == [150]


def test_who_is_enrolled_after_the_meeting_enters_late() -> None:
    assert followed(registry(enrolment_date=day(40))).entry == 40
    assert followed(registry(enrolment_date=day(-3))).entry == FROM_THE_START
    recurred = followed(registry(enrolment_date=day(40), events=[event(30)]))
    assert first_recurrences([recurred]) == []
    assert len(deaths([recurred])) == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"opposition_recorded": True}, LeftOut.OPPOSITION),
        ({"meetings": []}, LeftOut.NEVER_PRESENTED),
        ({"meetings": [LOCK_DAY + 1]}, LeftOut.PRESENTED_LATER),
        ({"vital_status": VitalStatus.DEAD, "last_alive_date": None}, LeftOut.DEATH_WITHOUT_DATE),
        ({"enrolment_date": day(LOCK_DAY)}, LeftOut.ENROLLED_LATER),
    ],
)
def test_who_is_left_out_is_counted_with_the_reason(given: dict[str, object], why: LeftOut) -> None:
    found = cohort_of(registry(**given))  # type: ignore[arg-type]
    assert not found.followed
    assert found.left_out == {why: 1}


def test_faulty_patients_can_be_left_out() -> None:
    assert cohort(dossiers(registry()), LOCK, faulty=[ALONE]).left_out == {LeftOut.FAULTY: 1}


@pytest.mark.parametrize(("last", "status"), [(300, VitalStatus.LOST), (LOCK_DAY, VitalStatus.ALIVE)])
def test_who_was_seen_at_the_lock_is_not_lost(last: int, status: VitalStatus) -> None:
    assert followed(registry(vital_status=VitalStatus.LOST, last_alive_date=day(last))).status is status
