"""Calculators without sign-in, and scores of stored readings completed by the meeting."""

import httpx
import pytest

from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS
from tests.integration.api.reading import FEMUR, FEMUR_FINDINGS, Json, open_lesion, pointers, record_reading

MIRELS, SINS = "/api/v1/scores/mirels", "/api/v1/scores/sins"
SHAPE = {
    "instrument",
    "version",
    "points",
    "total",
    "minimum",
    "maximum",
    "band",
    "category_decided",
    "suggestion",
    "suggestion_fr",
    "decisive_items",
    "could_decide",
    "flags",
    "reference",
}


@pytest.fixture
def femur_reading(client: httpx.Client, ledger: Ledger) -> Json:
    ledger.record(OBJECTS)
    return record_reading(client, open_lesion(client, FEMUR), findings=FEMUR_FINDINGS)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
class TestCalculators:
    def test_a_complete_mirels_needs_no_sign_in(self, anonymous: httpx.Client) -> None:
        items = {"site": "peritrochanteric", "size": "gt_2_3", "lesion_type": "lytic", "pain": "none"}
        answer = anonymous.post(MIRELS, json=items).json()
        assert set(answer) == SHAPE
        assert answer["points"] == {"site": 3, "size": 3, "lesion_type": 3, "pain": 1}
        assert (answer["total"], answer["minimum"], answer["maximum"]) == (10, 10, 10)
        assert (answer["band"], answer["category_decided"]) == ("high", True)
        assert answer["flags"] == ["no_pain_scored_as_mild"]

    def test_sins_without_pain_is_decided_all_the_same(self, anonymous: httpx.Client) -> None:
        items = {
            "location": "junctional",
            "lesion_type": "lytic",
            "alignment": "normal",
            "collapse": "lt_50",
            "posterolateral": "none",
        }
        answer = anonymous.post(SINS, json=items | {"pain": None}).json()
        assert set(answer) == SHAPE
        assert answer["flags"] == []
        assert (answer["minimum"], answer["maximum"], answer["total"]) == (7, 10, None)
        assert (answer["band"], answer["category_decided"]) == ("potentially_unstable", True)
        assert anonymous.post(SINS, json=items).json() == answer

    def test_a_level_stands_in_for_a_location(self, anonymous: httpx.Client) -> None:
        assert anonymous.post(SINS, json={"level": "T11"}).json()["points"]["location"] == 3

    def test_the_coccyx_has_no_sins(self, anonymous: httpx.Client) -> None:
        answer = anonymous.post(SINS, json={"level": "coccyx"})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert error["pointer"] == "#/level"
        assert error["detail"] == "SINS defines no location for the coccyx."
        assert len(error["allowed"]) == 30
        assert "coccyx" not in error["allowed"]

    def test_nothing_known_is_the_whole_range(self, anonymous: httpx.Client) -> None:
        mirels, sins = anonymous.post(MIRELS, json={}).json(), anonymous.post(SINS, json={}).json()
        assert (mirels["minimum"], mirels["maximum"]) == (4, 12)
        assert (sins["minimum"], sins["maximum"]) == (0, 18)
        assert (mirels["band"], mirels["suggestion"], sins["category_decided"]) == (None, None, False)

    @pytest.mark.parametrize(
        ("path", "items", "wrong", "allowed"),
        [
            (MIRELS, {"pain": "DUPONT"}, "#/pain", ["none", "mild", "moderate", "functional"]),
            (MIRELS, {"size": 2}, "#/size", ["lt_1_3", "from_1_3_to_2_3", "gt_2_3"]),
            (MIRELS, {"lesion_type": 3.0}, "#/lesion_type", ["blastic", "mixed", "lytic"]),
            (SINS, {"pain": "yes"}, "#/pain", ["mechanical", "non_mechanical", "none"]),
            (SINS, {"pain": True}, "#/pain", ["mechanical", "non_mechanical", "none"]),
            (SINS, {"level": "T11", "location": "rigid"}, "#/location", ["junctional"]),
        ],
    )
    def test_a_value_outside_the_table_names_the_item_and_what_is_allowed(
        self, anonymous: httpx.Client, path: str, items: Json, wrong: str, allowed: list[str]
    ) -> None:
        answer = anonymous.post(path, json=items)
        assert answer.status_code == 422
        assert pointers(answer) == [wrong]
        assert answer.json()["errors"][0]["allowed"] == allowed
        assert "DUPONT" not in answer.text

    @pytest.mark.parametrize("body", [[], "lytic", 3, None])
    def test_anything_but_named_items_is_refused(self, anonymous: httpx.Client, body: object) -> None:
        assert anonymous.post(MIRELS, json=body).status_code == 422

    @pytest.mark.parametrize(
        ("path", "name", "pointer"),
        [
            (MIRELS, "alignment", "#/alignment"),
            (MIRELS, "Pain_Score", "#/Pain_Score"),
            (SINS, "spinal_level", "#/spinal_level"),
            (SINS, "DUPONT JEAN", "#"),
            (SINS, "DUPONT^JEAN", "#"),
        ],
    )
    def test_an_item_that_the_score_does_not_have_is_named_with_those_it_has(
        self, anonymous: httpx.Client, path: str, name: str, pointer: str
    ) -> None:
        answer = anonymous.post(path, json={name: "DUPONT"})
        assert answer.status_code == 422
        assert pointers(answer) == [pointer]
        items = {
            MIRELS: ["site", "size", "lesion_type", "pain"],
            SINS: ["location", "pain", "lesion_type", "alignment", "collapse", "posterolateral", "level"],
        }
        assert answer.json()["errors"][0]["allowed"] == items[path]
        assert "DUPONT" not in answer.text

    def test_every_wrong_item_is_named_at_once(self, anonymous: httpx.Client) -> None:
        answer = anonymous.post(SINS, json={"pain": "yes", "retropulsion": True})
        assert pointers(answer) == ["#/pain", "#/retropulsion"]


def test_scores_of_a_reading_are_completed_by_the_meeting(client: httpx.Client, femur_reading: Json) -> None:
    path = f"/api/v1/readings/{femur_reading['reading_id']}/scores"
    assert client.get(path).json() == femur_reading["scores"]
    completed = client.get(path, params={"mirels_pain": "functional"}).json()["mirels"]
    assert (completed["total"], completed["band"]) == (11, "high")
    refused = client.get(path, params={"mirels_pain": "mechanical"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "mirels_pain"


def test_scores_of_a_lesion_are_those_of_its_newest_study(client: httpx.Client, femur_reading: Json) -> None:
    path = f"/api/v1/lesions/{femur_reading['lesion_id']}/scores"
    assert client.get(path).json() == femur_reading["scores"]
    lesion = {"lesion_id": femur_reading["lesion_id"]}
    later = {"study_instance_uid": NEW_STUDY, "geometry": None}
    fractured = record_reading(client, lesion, findings={"pathological_fracture": True}, **later)
    assert client.get(path).json() == fractured["scores"]
    assert "completed" in fractured["scores"]["mirels"]["not_applicable"]


def test_a_lesion_that_nobody_read_has_no_scores(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(OBJECTS)
    answer = client.get(f"/api/v1/lesions/{open_lesion(client)['lesion_id']}/scores")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "this lesion has no reading yet"


def test_scores_of_a_patient_take_the_highest_lesion_of_each_bone_and_the_highest_vertebra(
    client: httpx.Client, femur_reading: Json
) -> None:
    small = {"lesion_type": "blastic", "cortical_involvement": {"category": "lt_1_3"}, "pathological_fracture": False}
    record_reading(client, open_lesion(client, FEMUR), findings=small, geometry=None)
    other_side = open_lesion(client, {**FEMUR, "side": "right"})
    record_reading(client, other_side, findings=small, geometry=None)
    stable = {
        "lesion_type": "blastic",
        "alignment": "normal",
        "vertebral_collapse": {"present": False, "body_involved_percent": 10},
        "posterolateral": [],
    }
    record_reading(client, open_lesion(client, {"bone": "vertebra", "level": "T5"}), findings=stable, geometry=None)
    lytic = open_lesion(client, {"bone": "vertebra", "level": "L1"})
    record_reading(client, lytic, findings=stable | {"lesion_type": "lytic"}, geometry=None)
    unread = open_lesion(client, {"bone": "sternum"})

    answer = client.get(f"/api/v1/patients/{PSEUDONYM}/scores").json()

    assert [each["lesion"]["number"] for each in answer["lesions"]] == [1, 2, 3, 4, 5]
    assert [each["lesion_id"] for each in answer["unread"]] == [unread["lesion_id"]]
    bones = {(each["bone"], each["side"]): each["mirels"] for each in answer["bones"]}
    own = femur_reading["scores"]["mirels"]
    side = FEMUR["side"]
    assert (bones["femur", side]["minimum"], bones["femur", side]["maximum"]) == (own["minimum"], own["maximum"])
    assert bones["femur", side]["lesions"] == [femur_reading["lesion_id"]]
    assert bones["femur", "right"]["lesions"] == [other_side["lesion_id"]]
    assert (answer["sins"]["minimum"], answer["sins"]["maximum"]) == (5, 8)  # L1: 3 + 2, and pain from 0 to 3
    assert answer["sins"]["band"] is None


def test_a_patient_without_lesions_has_no_highest_score(client: httpx.Client, ledger: Ledger) -> None:
    ledger.record(OBJECTS)
    answer = client.get(f"/api/v1/patients/{PSEUDONYM}/scores").json()
    assert answer == {"lesions": [], "unread": [], "bones": [], "sins": None}


def test_there_are_no_scores_of_a_patient_of_whom_nothing_came(client: httpx.Client) -> None:
    assert client.get(f"/api/v1/patients/{PSEUDONYM}/scores").status_code == 404
