"""The list of what is missing, over HTTP."""

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text

from annotation.registry.quality import ALSO_ASKED, SEVEN_POINTS, Lack, missing_of
from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY, OTHER_PSEUDONYM, OTHER_STUDY, UNDATED_STUDY
from tests.integration.api.drafting import begin
from tests.integration.api.reading import Json, open_lesion, record_reading

MISSING = "/api/v1/data-quality"
COMPLETE: Json = {
    "meeting_date": "2025-06-12",
    "circumstances": "pain",
    "pain": True,
    "drugs": ["N02AA05"],
    "prior_local_treatment": False,
    "bone_agent": "none",
    "anticoagulant": "none",
    "intent": "curative",
    "primary": "breast",
    "diagnosis_date": "2019",
    "karnofsky": "70",
    "question": "pain",
    "decision": ["surveillance"],
}


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


def enter(client: httpx.Client, form: str, values: Json, pseudonym: str = PSEUDONYM) -> Json:
    answer = client.post(f"/api/v1/patients/{pseudonym}/record/{form}", json={"values": values})
    assert answer.status_code == 201, answer.text
    entered: Json = answer.json()
    return entered


def missing(client: httpx.Client, kind: Lack, **asked: Any) -> list[tuple[str, str, list[str]]]:
    answer = client.get(MISSING, params={"kind": kind.value} | asked)
    assert answer.status_code == 200, answer.text
    return [(each["pseudonym"], each["object_id"], each["detail"]) for each in answer.json()["items"]]


def long_ago(engine: Engine) -> None:
    """What was entered so far becomes old; the versions themselves are never changed, so the triggers go."""
    old = "2020-01-01 00:00:00+00:00" if engine.dialect.name == "postgresql" else "2020-01-01 00:00:00.000000"
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE record_version DISABLE TRIGGER ALL"))
        else:
            connection.execute(text("DROP TRIGGER record_version_is_final"))
        for statement in (
            f"UPDATE record_entry SET created_at = '{old}'",  # noqa: S608
            f"UPDATE record_version SET entered_at = '{old}'",  # noqa: S608
            f"UPDATE draft SET created_at = '{old}'",  # noqa: S608
            f"UPDATE study SET first_stored_at = '{old}'",  # noqa: S608
        ):
            connection.execute(text(statement))


def test_a_patient_without_a_presentation_is_listed_until_there_is_one(client: httpx.Client) -> None:
    everybody = sorted((PSEUDONYM, OTHER_PSEUDONYM))
    assert [each[0] for each in missing(client, Lack.PRESENTATION_MISSING)] == everybody
    enter(client, "presentation", COMPLETE)
    assert [each[0] for each in missing(client, Lack.PRESENTATION_MISSING)] == [OTHER_PSEUDONYM]


def test_a_study_is_unread_until_a_reading_of_it_is_signed(client: httpx.Client) -> None:
    studies = {OLD_STUDY, NEW_STUDY, UNDATED_STUDY, OTHER_STUDY}
    assert {each[1] for each in missing(client, Lack.STUDY_UNREAD)} == studies
    record_reading(client, open_lesion(client))
    assert {each[1] for each in missing(client, Lack.STUDY_UNREAD)} == studies - {OLD_STUDY}


def test_announced_images_are_awaited_for_a_week_and_only_if_they_did_not_come(
    client: httpx.Client, engine: Engine
) -> None:
    came = {"imaging_date": "2025-03-05", "imaging_modality": "CT"}
    entry = enter(client, "imaging", came | {"imaging_modality": "MR"})
    enter(client, "imaging", came)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE study SET study_date = '2025-03-05' WHERE study_instance_uid = :study"), {"study": OLD_STUDY}
        )
        connection.execute(text("UPDATE series SET modality = 'CT'"))
    assert missing(client, Lack.IMAGES_NOT_RECEIVED) == []
    long_ago(engine)
    assert missing(client, Lack.IMAGES_NOT_RECEIVED) == [(PSEUDONYM, entry["entry_id"], ["MR"])]


def test_a_draft_that_nobody_signs_is_listed_after_a_week(client: httpx.Client, engine: Engine) -> None:
    draft = begin(client, open_lesion(client))
    assert missing(client, Lack.READING_UNSIGNED) == []
    long_ago(engine)
    assert missing(client, Lack.READING_UNSIGNED) == [(PSEUDONYM, draft["draft_id"], [])]


def test_scores_are_undecided_until_the_record_says_what_they_miss(client: httpx.Client) -> None:
    reading = record_reading(client, open_lesion(client))
    ((pseudonym, object_id, instruments),) = missing(client, Lack.SCORE_UNDECIDED)
    assert (pseudonym, object_id) == (PSEUDONYM, reading["reading_id"])
    assert "tokuhashi_revised" in instruments
    known = {"frankel": "E", "n_extraspinal_bone": 0, "n_vertebral_mets": 1, "visceral_mets": "none"}
    enter(client, "presentation", COMPLETE | known)
    remaining = [each[2] for each in missing(client, Lack.SCORE_UNDECIDED)]
    assert "tokuhashi_revised" not in (remaining[0] if remaining else [])


def test_the_newest_presentation_is_told_what_it_does_not_say(client: httpx.Client) -> None:
    enter(client, "presentation", {"meeting_date": "2024-06-12"})
    entry = enter(client, "presentation", {name: COMPLETE[name] for name in COMPLETE if name != "anticoagulant"})
    assert missing(client, Lack.PRESENTATION_INCOMPLETE) == [(PSEUDONYM, entry["entry_id"], ["anticoagulant"])]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_record_that_says_two_things_is_listed(client: httpx.Client) -> None:
    enter(client, "presentation", COMPLETE | {"meeting_date": "2024-06-12", "primary": "kidney"})
    entry = enter(client, "presentation", COMPLETE)
    assert missing(client, Lack.FACTS_DIFFER) == [(PSEUDONYM, entry["entry_id"], ["primary"])]


def test_follow_up_is_overdue_after_half_a_year_without_news_of_somebody_alive(
    client: httpx.Client, engine: Engine
) -> None:
    enter(client, "patient", {"vital_status": "dead", "death_date": "2025-09-01"}, OTHER_PSEUDONYM)
    enter(client, "patient", {"vital_status": "alive"})
    assert missing(client, Lack.FOLLOW_UP_OVERDUE) == []
    long_ago(engine)
    assert missing(client, Lack.FOLLOW_UP_OVERDUE) == [(PSEUDONYM, PSEUDONYM, [])]


def test_the_list_goes_on_from_page_to_page_without_a_gap(client: httpx.Client) -> None:
    record_reading(client, open_lesion(client))
    whole = client.get(MISSING).json()["items"]
    found, cursor = [], None
    while True:
        page = client.get(MISSING, params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == whole
    assert len(whole) >= 6
    assert client.get(MISSING, params={"patient": OTHER_PSEUDONYM}).json()["items"] == [
        each for each in whole if each["pseudonym"] == OTHER_PSEUDONYM
    ]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_cursor_of_another_list_is_refused(client: httpx.Client) -> None:
    other = client.get("/api/v1/studies", params={"limit": 1}).json()["next_cursor"]
    assert client.get(MISSING, params={"cursor": other}).status_code == 422


def test_of_each_of_the_seven_points_one_answer_is_enough() -> None:
    assert len(SEVEN_POINTS) == 7
    assert missing_of({}) == (*(point[0] for point in SEVEN_POINTS), *ALSO_ASKED)
    assert "intent" not in missing_of({"life_expectancy_min": 0})
