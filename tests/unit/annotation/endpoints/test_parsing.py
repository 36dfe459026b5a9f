"""Cells into rows: what cannot be understood is told with its place, and its row is not used."""

from datetime import date

import pytest

from annotation.endpoints.bands import Scored, with_bands
from annotation.endpoints.parsing import parsed
from annotation.endpoints.problems import Reason
from annotation.endpoints.records import Adjudication, Event, EventType, VitalStatus

PATIENT = {"pseudonym": "P1", "vital_status": "alive", "last_alive_date": "2021-03-04"}
MEETING = {"pseudonym": "P1", "meeting_date": "2020-02-29"}


def test_rows_are_read_with_their_types_and_numbers() -> None:
    found = parsed(
        {
            "registry_patients": [PATIENT | {"birth_month": "1950-07", "opposition_recorded": "true"}],
            "cancers": [{"pseudonym": "P1", "primary": "unknown", "diagnosis_date": "2019", "brain_mets": "false"}],
            "presentations": [MEETING, MEETING | {"karnofsky": "70", "decision": "SBRT; surgery;SBRT", "ecog": ""}],
            "biology": [MEETING | {"albumin": "38.5"}],
            "events": [{"pseudonym": "P1", "type": "SRE_RT", "date": "2020-05-06", "adjudicated": "confirmed"}],
        }
    )
    assert found.problems == ()
    (patient,), (cancer,) = found.registry.patients, found.registry.cancers
    assert (patient.birth_month, patient.vital_status) == (date(1950, 7, 1), VitalStatus.ALIVE)
    assert patient.opposition_recorded
    assert (cancer.primary, cancer.diagnosed_from) == ("unidentified", date(2019, 1, 1))
    assert cancer.described["brain_mets"] == "no"
    second = found.registry.presentations[1]
    assert (second.row, second.decision) == (3, ("SBRT", "surgery"))
    assert (second.described["karnofsky"], second.described["ecog"], second.described["albumin"]) == (70, None, 38.5)
    assert found.registry.events == (
        Event(
            row=2,
            pseudonym="P1",
            type=EventType.RADIOTHERAPY,
            date=date(2020, 5, 6),
            adjudicated=Adjudication.CONFIRMED,
        ),
    )


@pytest.mark.parametrize(
    ("table", "cells", "column", "reason"),
    [
        ("registry_patients", {"death_date": "2021-02-30"}, "death_date", Reason.NOT_A_DATE),
        ("registry_patients", {"death_date": "20210203"}, "death_date", Reason.NOT_A_DATE),
        ("registry_patients", {"birth_month": "1950"}, "birth_month", Reason.NOT_A_DATE),
        ("registry_patients", {"vital_status": "well"}, "vital_status", Reason.UNKNOWN_CODE),
        ("registry_patients", {"opposition_recorded": "perhaps"}, "opposition_recorded", Reason.NOT_YES_OR_NO),
        ("registry_patients", {"pseudonym": " "}, "pseudonym", Reason.NO_PSEUDONYM),
        ("cancers", {"primary": "elbow"}, "primary", Reason.UNKNOWN_CODE),
        ("cancers", {"diagnosis_date": "2019-13"}, "diagnosis_date", Reason.NOT_A_DATE),
        ("cancers", {"n_all_mets": "-1"}, "n_all_mets", Reason.NOT_A_NUMBER),
        ("cancers", {"n_all_mets": "nan"}, "n_all_mets", Reason.NOT_A_NUMBER),
        ("presentations", {"meeting_date": ""}, "meeting_date", Reason.MISSING_VALUE),
        ("presentations", {"meeting_date": "2020-01-01", "karnofsky": "700"}, "karnofsky", Reason.NOT_A_NUMBER),
        ("presentations", {"meeting_date": "2020-01-01", "decision": "SBRT;magic"}, "decision", Reason.UNKNOWN_CODE),
        ("events", {"type": "fall", "date": "2020-01-01"}, "type", Reason.UNKNOWN_CODE),
        ("events", {"type": "death"}, "date", Reason.MISSING_VALUE),
    ],
)
def test_a_cell_that_cannot_be_understood_is_told_with_its_place(
    table: str, cells: dict[str, str], column: str, reason: Reason
) -> None:
    (found,) = parsed({table: [{"pseudonym": "P1"} | cells]}).problems
    place = found.place
    assert (place.table, place.row, place.column, found.reason) == (table, 2, column, reason)
    assert reason.refuses


def test_a_month_without_a_day_is_taken_for_its_middle_and_flagged() -> None:
    found = parsed({"events": [{"pseudonym": "P1", "type": "SRE_RT", "date": "2020-05"}]})
    assert found.registry.events[0].date == date(2020, 5, 15)
    (flagged,) = found.problems
    assert (flagged.place.column, flagged.reason, flagged.reason.refuses) == ("date", Reason.NO_DAY, False)


def test_the_band_at_the_first_meeting_is_the_worst_of_the_last_images_up_to_it() -> None:
    def scored(instrument: str, studied: str, total: int, band: str) -> Scored:
        return Scored(
            pseudonym="P1", instrument=instrument, studied=date.fromisoformat(studied), total=total, band=band
        )

    registry = parsed({"presentations": [MEETING, MEETING | {"meeting_date": "2021-02-28"}]}).registry
    scores = [
        scored("sins", "2020-02-01", 16, "unstable"),
        scored("sins", "2020-02-20", 5, "stable"),
        scored("sins", "2020-02-20", 9, "potentially unstable"),
        scored("sins", "2020-03-01", 17, "unstable"),
        scored("tokuhashi_revised", "2020-02-20", 12, "a year or more"),
        scored("tokuhashi_revised", "2020-02-20", 4, "less than six months"),
    ]
    first, second = with_bands(registry, scores).presentations
    # A low SINS is good, a low Tokuhashi is not.
    assert first.bands == {"sins": "potentially unstable", "tokuhashi_revised": "less than six months"}
    assert second.bands == {}


def test_what_the_meeting_recorded_of_a_score_comes_first() -> None:
    registry = parsed({"presentations": [MEETING | {"sins_band": "stable"}]}).registry
    score = Scored(pseudonym="P1", instrument="sins", studied=date(2020, 1, 1), total=18, band="unstable")
    assert with_bands(registry, [score]).presentations[0].bands == {"sins": "stable"}
