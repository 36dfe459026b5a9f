"""Lesions and sites over HTTP."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import Engine, text

from storage.ledger import Ledger
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.reading import FEMUR, VERTEBRA, Json, items, open_lesion, pointers

LESIONS = f"/api/v1/patients/{PSEUDONYM}/lesions"

HUMERUS_REGIONS = [
    *("proximal", "proximal_epiphysis", "proximal_metaphysis"),
    "shaft",
    *("distal_metaphysis", "distal_epiphysis", "distal"),
]

# What is refused before anything is looked up is refused alike on every database.
ONCE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _images_have_arrived(ledger: Ledger) -> None:
    ledger.record(OBJECTS)


def test_a_lesion_is_opened_with_the_patients_next_label(client: httpx.Client) -> None:
    answer = client.post(LESIONS, json={"site": FEMUR})
    lesion = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/api/v1/lesions/{lesion['lesion_id']}"
    assert (lesion["label"], lesion["number"], lesion["pseudonym"]) == ("L1", 1, PSEUDONYM)
    assert lesion["created_by"] == "tests"
    assert lesion["site"] == {
        "bone": "femur",
        "level": None,
        "number": None,
        "region": "subtrochanteric",
        "side": "left",
        "transitional": None,
        "name_en": "left femur, subtrochanteric region",
        "name_fr": "fémur gauche, région sous-trochantérienne",
    }
    assert client.get(answer.headers["Location"]).json() == lesion
    assert open_lesion(client)["label"] == "L2"
    assert open_lesion(client, pseudonym=OTHER_PSEUDONYM)["label"] == "L1"


def test_a_transitional_vertebra_keeps_its_note_and_its_score_says_so(client: httpx.Client) -> None:
    lesion = open_lesion(client, {"bone": "vertebra", "level": "S1", "transitional": "lumbarised_s1"})
    assert lesion["site"]["transitional"] == "lumbarised_s1"
    assert lesion["site"]["name_fr"] == "vertèbre S1 (S1 lombalisée)"
    found = client.get(f"/api/v1/lesions/{lesion['lesion_id']}").json()
    assert found == lesion
    variants = {each["value"]: each for each in client.get("/api/v1/sites").json()["transitional"]}
    assert variants["lumbarised_s1"]["levels"] == ["L4", "L5", "S1", "S2"]
    assert variants["lumbarised_s1"]["name_fr"] == "S1 lombalisée"


def test_lesions_are_listed_in_pages(client: httpx.Client) -> None:
    opened = [open_lesion(client) for _ in range(5)]
    open_lesion(client, pseudonym=OTHER_PSEUDONYM)
    assert items(client, LESIONS, limit=2) == opened
    assert items(client, LESIONS, limit=5) == opened


@ONCE
@pytest.mark.parametrize(
    ("site", "wrong"),
    [
        pytest.param({"bone": "femur", "region": "shaft"}, ["#/site/side"], id="no side"),
        pytest.param({"bone": "femur"}, ["#/site/region", "#/site/side"], id="neither region nor side"),
        pytest.param(FEMUR | {"level": "L3"}, ["#/site/level"], id="a level on a femur"),
        pytest.param({"bone": "vertebra", "level": "L6"}, ["#/site/level"], id="no such level"),
        pytest.param({"bone": "rib", "number": "5", "side": "left"}, ["#/site/number"], id="a number as text"),
        pytest.param(FEMUR | {"transitional": "sacralised_l5"}, ["#/site/transitional"], id="a transitional femur"),
        pytest.param(VERTEBRA | {"transitional": "DUPONT"}, ["#/site/transitional"], id="no such variant"),
        pytest.param(VERTEBRA | {"remark": "DUPONT"}, ["#/site"], id="an unknown property"),
        pytest.param({}, ["#/site/bone"], id="nothing"),
    ],
)
def test_a_site_that_does_not_exist_is_refused_by_field(client: httpx.Client, site: Json, wrong: list[str]) -> None:
    answer = client.post(LESIONS, json={"site": site})
    assert answer.status_code == 422
    assert pointers(answer) == wrong
    assert "DUPONT" not in answer.text


@ONCE
def test_a_refusal_names_the_regions_that_the_bone_has(client: httpx.Client) -> None:
    answer = client.post(LESIONS, json={"site": {"bone": "humerus", "region": "neck", "side": "left"}})
    assert answer.json()["errors"][0]["allowed"] == HUMERUS_REGIONS


def test_an_unknown_patient_or_lesion_is_not_found(client: httpx.Client) -> None:
    unknown = "/api/v1/patients/OST-00000-00000/lesions"
    assert client.post(unknown, json={"site": VERTEBRA}).status_code == 404
    assert client.get(unknown).status_code == 404
    assert client.get(f"/api/v1/lesions/{uuid4()}").status_code == 404
    assert client.get(f"/api/v1/lesions/{uuid4()}/scores").status_code == 404


@ONCE
@pytest.mark.parametrize("cursor", ["", "L1", "WyJsZXNpb25zIl0", "WyJsZXNpb25zIiwiLTEiXQ", "WyJwYXRpZW50cyIsIjEiXQ"])
def test_a_cursor_of_something_else_is_refused(client: httpx.Client, cursor: str) -> None:
    assert client.get(LESIONS, params={"cursor": cursor}).status_code == 422


@ONCE
def test_the_skeleton_says_what_each_bone_needs(client: httpx.Client) -> None:
    skeleton = client.get("/api/v1/sites").json()
    bones = {each["bone"]["value"]: each for each in skeleton["bones"]}
    assert len(bones["vertebra"]["levels"]) == 31
    assert bones["rib"]["numbers"] == list(range(1, 13))
    assert [each["value"] for each in bones["humerus"]["regions"]] == HUMERUS_REGIONS
    assert (bones["femur"]["kind"], bones["femur"]["side"], bones["sternum"]["side"]) == (
        "long_bone",
        "required",
        "none",
    )
    assert skeleton["sides"][0]["code"] == {"scheme": "SCT", "value": "7771000", "meaning": "Left"}
    (l3,) = [each for each in bones["vertebra"]["levels"] if each["value"] == "L3"]
    assert l3 == {
        "value": "L3",
        "name_en": "L3 vertebra",
        "name_fr": "vertèbre L3",
        "code": {"scheme": "SCT", "value": "36470004", "meaning": "L3 vertebra"},
        "radlex": "RID29195",
    }


def test_a_damaged_lesion_is_the_servers_fault(client: httpx.Client, engine: Engine) -> None:
    lesion = open_lesion(client)
    with engine.begin() as connection:
        connection.execute(text("UPDATE lesion SET version = version + 1, side = 'left'"))

    for path in (f"/api/v1/lesions/{lesion['lesion_id']}", f"/api/v1/patients/{PSEUDONYM}/lesions"):
        answer = client.get(path)
        assert answer.status_code == 500
        assert answer.json()["detail"] == "a stored lesion is damaged"
