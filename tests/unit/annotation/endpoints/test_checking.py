"""Dates that cannot be, and rows that are there twice: each is told with its place."""

from dataclasses import replace

import pytest

from annotation.endpoints.checking import problems
from annotation.endpoints.problems import Reason
from annotation.endpoints.records import Cancer, EventType, Registry, VitalStatus
from tests.unit.annotation.endpoints.builders import ALONE, day, dead_on, event, registry

LUNG = Cancer(row=5, pseudonym=ALONE, primary="lung_nsclc", diagnosed_from=day(-100))


def found(made: Registry) -> list[tuple[str, int, str, Reason]]:
    return [(each.place.table, each.place.row, each.place.column, each.reason) for each in problems(made)]


def test_tables_that_agree_have_no_problems() -> None:
    made = registry(
        events=[event(50, date_prev_negative=day(20))], meetings=[0, 90], cancer=LUNG, birth_month=day(-20000)
    )
    assert found(made) == []


@pytest.mark.parametrize(
    ("made", "place"),
    [
        pytest.param(
            registry(**dead_on(-1)),
            ("registry_patients", 2, "death_date", Reason.BEFORE_FIRST_MEETING),
            id="death before the meeting",
        ),
        pytest.param(
            registry(meetings=[0, 90], **dead_on(80)),
            ("presentations", 3, "meeting_date", Reason.AFTER_DEATH),
            id="presented after death",
        ),
        pytest.param(
            registry(events=[event(81)], **dead_on(80)),
            ("events", 2, "date", Reason.AFTER_DEATH),
            id="event after death",
        ),
        pytest.param(
            registry(**{**dead_on(80), "last_alive_date": day(81)}),
            ("registry_patients", 2, "last_alive_date", Reason.AFTER_DEATH),
            id="news after death",
        ),
        pytest.param(
            registry(**{**dead_on(80), "last_bone_imaging_date": day(81)}),
            ("registry_patients", 2, "last_bone_imaging_date", Reason.AFTER_DEATH),
            id="images after death",
        ),
        pytest.param(
            registry(**{**dead_on(80), "vital_status": VitalStatus.ALIVE}),
            ("registry_patients", 2, "vital_status", Reason.CONTRADICTS_STATUS),
            id="alive with a date of death",
        ),
        pytest.param(
            registry(events=[event(70, EventType.DEATH)], **dead_on(80)),
            ("events", 2, "date", Reason.OTHER_DEATH_DATE),
            id="two dates of death",
        ),
        pytest.param(
            registry(cancer=replace(LUNG, diagnosed_from=day(1))),
            ("presentations", 2, "meeting_date", Reason.BEFORE_DIAGNOSIS),
            id="meeting before diagnosis",
        ),
        pytest.param(
            registry(birth_month=day(1)), ("presentations", 2, "meeting_date", Reason.BEFORE_BIRTH), id="unborn"
        ),
        pytest.param(
            registry(birth_month=day(-50000)), ("registry_patients", 2, "birth_month", Reason.TOO_OLD), id="too old"
        ),
        pytest.param(
            registry(events=[event(50, date_prev_negative=day(50))]),
            ("events", 2, "date_prev_negative", Reason.NOT_AFTER_NEGATIVE),
            id="negative and positive on one day",
        ),
        pytest.param(
            registry(meetings=[0, 0]), ("presentations", 3, "meeting_date", Reason.TWICE), id="two meetings of one day"
        ),
        pytest.param(
            registry(events=[event(50, pseudonym="P2")]),
            ("events", 2, "pseudonym", Reason.NO_SUCH_PATIENT),
            id="an event of nobody",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(made: Registry, place: tuple[str, int, str, Reason]) -> None:
    assert found(made) == [place]
    assert place[3].refuses


def test_death_before_diagnosis_is_refused() -> None:
    made = registry(cancer=replace(LUNG, diagnosed_from=day(90)), **dead_on(80))
    assert ("registry_patients", 2, "death_date", Reason.BEFORE_DIAGNOSIS) in found(made)


def test_a_patient_who_is_there_twice_is_refused_in_both_rows() -> None:
    made = registry()
    twice = replace(made, patients=(*made.patients, replace(made.patients[0], row=3)))
    assert [each[1:] for each in found(twice)] == [(2, "pseudonym", Reason.TWICE), (3, "pseudonym", Reason.TWICE)]


@pytest.mark.parametrize(
    ("made", "place"),
    [
        pytest.param(registry(events=[event(-9)]), ("events", 2, "date", Reason.HISTORY), id="before the meeting"),
        pytest.param(
            registry(events=[event(0)]), ("events", 2, "date", Reason.HISTORY), id="on the day of the meeting"
        ),
        pytest.param(
            registry(events=[event(9), event(9, row=3)]), ("events", 3, "date", Reason.SAME_EVENT), id="the same again"
        ),
        pytest.param(
            registry(meetings=[90, 0]),
            ("presentations", 2, "presentation_no", Reason.WRONG_ORDER),
            id="numbers against dates",
        ),
        pytest.param(
            registry(meetings=[0, 90], last_alive_date=day(80)),
            ("registry_patients", 2, "last_alive_date", Reason.SEEN_LATER),
            id="seen after the last news",
        ),
        pytest.param(
            registry(vital_status=VitalStatus.DEAD),
            ("registry_patients", 2, "death_date", Reason.DEATH_WITHOUT_DATE),
            id="dead, nobody knows since when",
        ),
    ],
)
def test_what_can_be_lived_with_is_flagged_with_its_place(made: Registry, place: tuple[str, int, str, Reason]) -> None:
    assert found(made) == [place]
    assert not place[3].refuses


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(each.words.en and each.words.fr for each in Reason)
