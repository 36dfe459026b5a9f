"""Clinical records over HTTP: entered, revised, withdrawn, and the facts that they share with the clinical context."""

from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from annotation.registry.dictionary import FORMS
from annotation.roles import Role
from storage.ledger import Ledger
from storage.tokens import Tokens
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS
from tests.integration.api.reading import Json, open_lesion, pointers, record_reading

RECORD = f"/api/v1/patients/{PSEUDONYM}/record"
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
MEETING: Json = {
    "meeting_date": "2025-06-12",
    "karnofsky": "70",
    "primary": "breast",
    "diagnosis_date": "2024-05",
    "decision": ["surgery", "radiotherapy"],
    "opioid_oxycodone": 40,
}
SAMPLE: Json = {"sample_date": "2025-06-10", "calcium": {"value": "9.2", "unit": "mg/dL"}, "albumin": 30}


@pytest.fixture
def token(engine: Engine) -> str:
    return Tokens(engine).create("tests", roles=[Role.RADIOLOGIST, Role.CLINICIAN])


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


def enter(client: httpx.Client, form: str, values: Json, **more: Any) -> Json:
    answer = client.post(f"{RECORD}/{form}", json={"values": values} | more)
    assert answer.status_code == 201, answer.text
    entered: Json = answer.json() | {"etag": answer.headers["ETag"]}
    return entered


def revise(client: httpx.Client, entry: Json, values: Json, **more: Any) -> httpx.Response:
    etag = more.pop("etag", entry["etag"])
    return client.put(
        f"/api/v1/record-entries/{entry['entry_id']}", json={"values": values} | more, headers={"If-Match": etag}
    )


def contexts(client: httpx.Client) -> list[Json]:
    found: list[Json] = client.get(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts").json()["items"]
    return found


def test_an_entry_is_kept_as_entered_and_converted(client: httpx.Client) -> None:
    entered = enter(client, "biology", SAMPLE)
    assert entered["values"] == SAMPLE | {"albumin": {"value": "30", "unit": "g/L"}}
    assert entered["converted"]["calcium"] == {"value": "2.2955", "unit": "mmol/L"}
    (kept,) = client.get(RECORD).json()["entries"]
    # 2.2955 + 0.02 x (40 - 30)
    assert kept["computed"]["calcium_corrected_computed"]["value"] == "2.50"
    assert kept["computed"]["crcl_cockcroft"]["missing"] == ["creatinine", "weight", "birth_month", "sex"]


def test_a_fact_that_scores_need_is_the_fact_of_the_clinical_context(client: httpx.Client) -> None:
    entered = enter(client, "presentation", MEETING)
    assert entered["values"] == MEETING | {"decision": ["radiotherapy", "surgery"], "opioid_oxycodone": "40"}
    (context,) = contexts(client)
    assert (context["clinical"]["karnofsky"], context["clinical"]["primary_tumour"]) == ("70", "breast")
    assert context["clinical"]["diagnosed_on"] is None  # known to the month only

    changed = {"clinical": context["clinical"] | {"karnofsky": "80"}}
    path = f"/api/v1/clinical-contexts/{context['context_id']}"
    assert client.put(path, json=changed, headers={"If-Match": '"1"'}).status_code == 200
    newest = client.get(f"/api/v1/record-entries/{entered['entry_id']}")
    assert newest.json()["values"]["karnofsky"] == "80"
    assert revise(client, entered, MEETING).status_code == 412
    assert revise(client, entered, MEETING | {"karnofsky": "50"}, etag=newest.headers["ETag"]).status_code == 200
    assert [each["clinical"]["karnofsky"] for each in contexts(client)] == ["50"]
    versions = client.get(f"/api/v1/record-entries/{entered['entry_id']}/revisions").json()["items"]
    assert [each["values"]["karnofsky"] for each in versions] == ["70", "50"]


@ONCE
def test_what_is_entered_in_the_record_completes_the_scores(client: httpx.Client) -> None:
    lesion = open_lesion(client)
    record_reading(client, lesion)
    enter(client, "presentation", MEETING)
    scores = client.get(f"/api/v1/lesions/{lesion['lesion_id']}/scores", params={"meeting_date": "2025-06-12"}).json()
    assert scores["tokuhashi_revised"]["supplied"]["primary"]["source"] == "clinical_context"


@ONCE
def test_the_start_of_a_treatment_is_entered_once(client: httpx.Client) -> None:
    enter(client, "treatment", {"treatment_type": "denosumab", "treatment_start": "2025-01-10"})
    entered = enter(client, "presentation", MEETING)
    assert entered["values"]["bone_agent_start"] == "2025-01-10"
    assert contexts(client)[0]["clinical"]["antiresorptive_started_on"] == "2025-01-10"


def test_a_draft_counts_nowhere_and_is_seen_by_who_fills_in(client: httpx.Client, url: str, engine: Engine) -> None:
    draft = enter(client, "presentation", {"karnofsky": "70"}, state="draft")
    headers = {"Authorization": f"Bearer {Tokens(engine).create('reader', roles=[Role.RESEARCHER])}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as researcher:
        assert researcher.get(f"/api/v1/record-entries/{draft['entry_id']}").status_code == 404
        assert researcher.get(RECORD).json()["entries"] == []
        assert contexts(client) == []
        assert revise(client, draft, MEETING).status_code == 200
        (seen,) = researcher.get(RECORD).json()["entries"]
    assert (seen["version"], seen["values"]["karnofsky"]) == (2, "70")
    assert seen["computed"]["omeq"]["value"] == "60.0"
    assert seen["computed"]["presentation_no"]["value"] == "1"


def test_a_draft_of_a_revision_leaves_what_was_final(client: httpx.Client) -> None:
    entry = enter(client, "biology", SAMPLE)
    draft = revise(client, entry, SAMPLE | {"crp": 12}, state="draft")
    assert draft.status_code == 200
    assert draft.headers["ETag"] != entry["etag"]
    assert revise(client, entry, SAMPLE).status_code == 412


@ONCE
def test_a_presentation_that_is_withdrawn_says_nothing_any_more(client: httpx.Client) -> None:
    entry = enter(client, "presentation", MEETING)
    withdrawn = revise(client, entry, {}, state="withdrawn")
    assert withdrawn.json()["values"]["karnofsky"] == "70"
    assert client.get(RECORD).json()["entries"] == []
    assert contexts(client)[0]["clinical"]["karnofsky"] is None
    again = revise(client, entry, MEETING, etag=withdrawn.headers["ETag"])
    assert (again.status_code, contexts(client)[0]["clinical"]["karnofsky"]) == (200, "70")
    assert revise(client, entry, {}, state="withdrawn", etag=again.headers["ETag"]).status_code == 200
    assert enter(client, "presentation", MEETING)["version"] == 1


def test_one_thing_is_entered_once(client: httpx.Client) -> None:
    first = enter(client, "biology", SAMPLE)
    again = client.post(f"{RECORD}/biology", json={"values": SAMPLE})
    assert (again.status_code, first["entry_id"] in again.json()["detail"]) == (409, True)
    other = enter(client, "biology", SAMPLE | {"sample_date": "2025-06-11"})
    assert revise(client, other, SAMPLE).status_code == 409


@ONCE
@pytest.mark.parametrize(
    ("form", "values", "expected"),
    [
        ("biology", {"sample_date": "2999-01-01"}, "#/values/sample_date"),
        ("biology", {"sample_date": "2025-06-10", "calcium": {"value": "2", "unit": "mg"}}, "#/values/calcium"),
        ("event", {"event_type": "death"}, "#/values/event_date"),
        ("patient", {"sex": "W"}, "#/values/sex"),
        ("patient", {"Mme Dupont": "F"}, "#/values"),
        ("presentation", MEETING | {"n_vertebral_mets": 3, "n_all_mets": 1}, "#/values"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(client: httpx.Client, form: str, values: Json, expected: str) -> None:
    answer = client.post(f"{RECORD}/{form}", json={"values": values})
    assert (answer.status_code, pointers(answer)) == (422, [expected])
    assert "Dupont" not in answer.text


def test_dates_across_the_forms_of_a_patient_are_compared(client: httpx.Client) -> None:
    enter(client, "presentation", MEETING)
    answer = client.post(f"{RECORD}/patient", json={"values": {"vital_status": "dead", "death_date": "2023"}})
    assert answer.status_code == 422
    assert "after the death" in answer.text


@ONCE
def test_text_that_may_name_a_patient_is_kept_once_it_was_checked(client: httpx.Client) -> None:
    named = MEETING | {"decision_rationale": "Vu avec Mme Durand"}
    answer = client.post(f"{RECORD}/presentation", json={"values": named})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:osteon:problem:identifying-text")
    assert answer.json()["identifying"][0]["pointer"] == "#/values/decision_rationale"
    enter(client, "presentation", named, text_checked=True)


@ONCE
def test_the_meeting_of_a_presentation_stays_the_same(client: httpx.Client) -> None:
    entry = enter(client, "presentation", MEETING)
    answer = revise(client, entry, MEETING | {"meeting_date": "2025-06-13"})
    assert (answer.status_code, pointers(answer)) == (422, ["#/values/meeting_date"])


@ONCE
def test_what_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.post(f"{RECORD}/pathology", json={"values": {}}).status_code == 404
    assert client.get("/api/v1/patients/OST-00000-00000/record").status_code == 404


@ONCE
def test_the_dictionary_describes_every_form_in_both_languages(client: httpx.Client) -> None:
    described = client.get("/api/v1/record/dictionary").json()
    assert [form["name"] for form in described["forms"]] == [form.name for form in FORMS]
    calcium = next(
        each
        for form in described["forms"]
        for group in form["groups"]
        for each in group["variables"]
        if each["name"] == "calcium"
    )
    assert (calcium["unit"], calcium["units"]) == ("mmol/L", ["mmol/L", "mg/dL", "mg/L"])
    assert calcium["label"] == {"en": "Calcium, total", "fr": "Calcium total"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE record_version SET entered_by = 'someone else'",
        "DELETE FROM record_version",
    ],
)
def test_the_database_itself_refuses_to_change_a_version(client: httpx.Client, engine: Engine, statement: str) -> None:
    enter(client, "biology", SAMPLE)
    with pytest.raises(DBAPIError, match="never changed"), engine.begin() as connection:
        connection.execute(text(statement))


@ONCE
def test_a_change_that_cannot_be_noted_is_not_made(client: httpx.Client, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("CREATE TRIGGER no_more BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END")
        )
    answer = client.post(f"{RECORD}/presentation", json={"values": MEETING})
    assert answer.status_code >= 500
    with engine.connect() as connection:
        for table in ("record_entry", "record_version", "clinical_context"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0  # noqa: S608
