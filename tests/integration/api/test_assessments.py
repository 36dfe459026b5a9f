"""Every instrument at once for a lesion that is described and not stored."""

from typing import Any

import httpx
import pytest

from tests.integration.api.reading import pointers

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

PATH = "/api/v1/assessments"
Json = dict[str, Any]

VERTEBRA: Json = {
    "site": {"bone": "vertebra", "level": "L1"},
    "findings": {
        "lesion_type": "lytic",
        "alignment": "normal",
        "vertebral_collapse": {"present": True, "height_loss_percent": 50},
        "posterolateral": [{"structure": "pedicle", "side": "left"}],
    },
    "clinical": {
        "sins_pain": "mechanical",
        "karnofsky": "90",
        "frankel": "E",
        "primary_tumour": "kidney",
        "visceral": {"present": False},
        "vertebral_metastases": 1,
        "extraspinal_bone_metastases": 0,
        "cord_compression": False,
    },
}


def test_a_vertebra_gets_every_score_that_applies_to_it(anonymous: httpx.Client) -> None:
    answer = anonymous.post(PATH, json=VERTEBRA).json()
    assert answer["sins"]["total"] == 3 + 3 + 2 + 0 + 2 + 1
    assert answer["sins"]["flags"] == ["boundary"]
    assert answer["tokuhashi_revised"]["total"] == 2 + 2 + 2 + 2 + 3 + 2
    assert answer["tomita"]["total"] == 2 + 0 + 1
    assert "long bones" in answer["mirels"]["not_applicable"]
    assert "cord compression" in answer["rades"]["not_applicable"]
    assert answer["concordance"]["discordant"] is False
    assert set(answer["concordance"]["explanation"]) == {"en", "fr"}


def test_what_is_unknown_stays_open_and_says_what_would_decide(anonymous: httpx.Client) -> None:
    clinical = VERTEBRA["clinical"] | {"sins_pain": None}
    findings = VERTEBRA["findings"] | {"lesion_type": None}
    answer = anonymous.post(PATH, json=VERTEBRA | {"findings": findings, "clinical": clinical}).json()
    assert (answer["sins"]["minimum"], answer["sins"]["maximum"]) == (6, 11)
    assert answer["sins"]["could_decide"] == ["pain", "lesion_type"]
    assert answer["recist_bone"]["answer"] is None
    assert "lesion_type" in answer["recist_bone"]["facts_missing"]


def test_a_site_alone_is_enough(anonymous: httpx.Client) -> None:
    answer = anonymous.post(PATH, json={"site": {"bone": "femur", "region": "shaft", "side": "left"}}).json()
    assert (answer["mirels"]["minimum"], answer["mirels"]["maximum"]) == (5, 11)
    assert "spine" in answer["sins"]["not_applicable"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"clinical": {"karnofsky": 70}}, "#/clinical/karnofsky"),
        ({"clinical": {"karnofsky": "75"}}, "#/clinical/karnofsky"),
        ({"clinical": {"metastases": 1, "vertebral_metastases": 2}}, "#/clinical/metastases"),
        ({"clinical": {"visceral": {"present": False, "treatable": True}}}, "#/clinical/visceral/treatable"),
        ({"clinical": {"vertebral_metastases": 1.5}}, "#/clinical/vertebral_metastases"),
        ({"clinical": {"life_expectancy": {}}}, "#/clinical/life_expectancy"),
        ({"findings": {"cortical_involvement": {"category": "gt_2_3"}}}, "#/findings/cortical_involvement"),
        ({"site": {"bone": "vertebra"}}, "#/site/level"),
    ],
)
def test_what_cannot_be_is_refused_and_located(anonymous: httpx.Client, changes: Json, pointer: str) -> None:
    answer = anonymous.post(PATH, json=VERTEBRA | changes)
    assert answer.status_code == 422
    assert all(each.startswith(pointer) for each in pointers(answer))
