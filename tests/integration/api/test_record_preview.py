"""What a form comes to while it is filled in: the server's own arithmetic and rules, before anything is kept."""

from typing import Any

import httpx
import pytest

from tests.integration.api.reading import Json

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
SAMPLE: Json = {
    "sample_date": "2025-06-10",
    "calcium": {"value": "9.2", "unit": "mg/dL"},
    "albumin": 30,
    "creatinine": {"value": "1.0", "unit": "mg/dL"},
    "weight": 72,
}


def previewed(client: httpx.Client, form: str, values: Json, **more: Any) -> Json:
    answer = client.post(f"/api/v1/record/{form}/preview", json={"values": values} | more)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def test_numbers_are_converted_and_formulas_computed_of_what_is_typed(client: httpx.Client) -> None:
    found = previewed(client, "biology", SAMPLE, sex="M", birth_month="1965-05")
    assert found["faults"] == found["flags"] == []
    # 9.2 mg/dL x 10 / 40.078 g/mol
    assert found["converted"]["calcium"] == {"value": "2.2955", "unit": "mmol/L"}
    # 2.2955 + 0.02 x (40 - 30)
    assert found["computed"]["calcium_corrected_computed"]["value"] == "2.50"
    # (140 - 60) x 72 / (72 x 1.0), of a man of 60
    assert found["computed"]["crcl_cockcroft"]["value"] == "80.0"


def test_what_the_patient_s_own_form_would_tell_is_missing_without_it(client: httpx.Client) -> None:
    found = previewed(client, "biology", SAMPLE)
    assert found["computed"]["crcl_cockcroft"]["missing"] == ["birth_month", "sex"]


def test_a_number_in_the_wrong_unit_is_flagged_before_it_is_entered(client: httpx.Client) -> None:
    (flag,) = previewed(client, "biology", {"calcium": {"value": "9.2", "unit": "mmol/L"}})["flags"]
    assert (flag["variable"], flag["reason"], flag["looks_like"]) == ("calcium", "unit_mixed_up", "mg/dL")


def test_what_would_be_refused_says_why_and_repeats_nothing(client: httpx.Client) -> None:
    values = {"sample_date": "2999-01-01", "crp": "much", "Dupont": "1"}
    found = previewed(client, "biology", values)
    assert {(each["variable"], each["reason"]) for each in found["faults"]} == {
        ("", "unknown_variable"),
        ("crp", "not_a_number"),
        ("sample_date", "future"),
    }
    assert "Dupont" not in str(found)


def test_what_is_demanded_is_asked_for_once_the_form_is_complete(client: httpx.Client) -> None:
    assert previewed(client, "biology", {})["faults"] == []
    (fault,) = previewed(client, "biology", {}, complete=True)["faults"]
    assert (fault["variable"], fault["reason"]) == ("sample_date", "missing")


def test_opioids_are_added_up_while_they_are_typed(client: httpx.Client) -> None:
    found = previewed(client, "presentation", {"opioid_oxycodone": 40, "opioid_fentanyl_patch": "25"})
    # CDC 2022: 40 mg/day x 1.5 + 25 ug/h x 2.4
    assert found["computed"]["omeq"]["value"] == "120.0"


@pytest.mark.parametrize(("form", "body", "status"), [
    pytest.param("nothing", {"values": {}}, 404, id="a form that is not there"),
    pytest.param("biology", {"values": {}, "birth_month": "0000-13"}, 422, id="a month that is none"),
])  # fmt: skip
def test_what_cannot_be_looked_at_is_refused(client: httpx.Client, form: str, body: Json, status: int) -> None:
    assert client.post(f"/api/v1/record/{form}/preview", json=body).status_code == status
