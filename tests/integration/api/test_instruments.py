"""Forms drawn from `GET /instruments` are taken by the calculators that it names."""

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from lesion_model.descriptions import DESCRIPTIONS
from lesion_model.instruments import CALCULATORS
from storage.database import open_database
from tests.builders.images import FakeImages
from tests.integration.api.conftest import PATIENCE_SECONDS
from tests.services.http import serving

INSTRUMENTS = "/api/v1/instruments"
NAMES = tuple(DESCRIPTIONS)

Json = dict[str, Any]


@pytest.fixture(scope="module")
def anonymous(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One API for all: what calculates keeps nothing."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("calculators"))
    registry = open_database(f"sqlite:///{file}")
    with (
        serving(create_app(engine=registry, images=FakeImages())) as address,
        httpx.Client(base_url=address, timeout=PATIENCE_SECONDS) as client,
    ):
        yield client
    registry.dispose()


def described(client: httpx.Client, name: str) -> Json:
    answer = client.get(f"{INSTRUMENTS}/{name}")
    assert answer.status_code == 200
    found: Json = answer.json()
    return found


def words(node: Any) -> list[Json]:
    if isinstance(node, dict):
        here = [node] if set(node) == {"en", "fr"} else []
        return here + [each for value in node.values() for each in words(value)]
    return [each for value in node for each in words(value)] if isinstance(node, list) else []


def entries(item: Json) -> list[Any]:
    """What a form drawn from this item can send."""
    match item["kind"]:
        case "choice":
            return [value["value"] for value in item["values"]]
        case "yes_no":
            return [True, False]
        case "number":
            return [float(item["minimum"]), float(item["maximum"]), item["maximum"]]
        case "whole":
            return [int(item["minimum"]), int(item["maximum"])]
        case _:
            return [item["minimum"], item["maximum"], "2024-02-29"]


def wrong_entries(item: Json) -> list[Any]:
    match item["kind"]:
        case "choice":
            return ["no such value", 3, 3.0, True, ["lytic"]]
        case "yes_no":
            return ["yes", 1, 0.0]
        case "number":
            return [True, "many", float(item["maximum"]) + 1]
        case "whole":
            return [True, 1.5, int(item["maximum"]) + 1]
        case _:
            return ["29/02/2024", "2023-02-29", 20240229]


def test_the_list_needs_no_sign_in_and_holds_every_instrument(anonymous: httpx.Client) -> None:
    listed = anonymous.get(INSTRUMENTS).json()["instruments"]
    assert [each["name"] for each in listed] == list(NAMES)
    assert [each["name"] for each in listed if each["kind"] == "score"] == list(CALCULATORS)


def test_the_list_says_what_flags_mean(anonymous: httpx.Client) -> None:
    words = {each["name"]: each["label"] for each in anonymous.get(INSTRUMENTS).json()["flags"]}
    (flag,) = anonymous.post("/api/v1/scores/mirels", json={"pain": "none"}).json()["flags"]
    assert words[flag]["en"].startswith("The paper has no level for no pain")


@pytest.mark.parametrize("name", NAMES)
def test_every_value_that_a_form_offers_is_taken(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    for item in form["items"]:
        for value in entries(item):
            answer = anonymous.post(form["calculator"], json={item["name"]: value})
            if name == "sins" and value == "coccyx":
                assert answer.status_code == 422
                continue
            assert answer.status_code == 200, (item["name"], value, answer.text)
            assert answer.json()["instrument"] == name


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_value_is_refused_naming_the_item_and_what_is_allowed(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    for item in form["items"]:
        for value in wrong_entries(item):
            answer = anonymous.post(form["calculator"], json={item["name"]: value})
            assert answer.status_code == 422, (item["name"], value)
            (error,) = answer.json()["errors"]
            assert error["pointer"] == f"#/{item['name']}"
            assert error["allowed"]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_item_is_refused_naming_those_that_there_are(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    answer = anonymous.post(form["calculator"], json={"no_such_item": "x"})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "#/no_such_item"
    assert set(error["allowed"]) == {item["name"] for item in form["items"]}


@pytest.mark.parametrize("name", NAMES)
def test_everything_on_screen_has_words_in_both_languages(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    found = words(form)
    assert len(found) >= 2 + len(form["items"]) + len(form["outcomes"])
    assert all(each["en"].strip() and each["fr"].strip() for each in found)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_to_nothing_known_is_open_and_says_what_is_missing(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    answer = anonymous.post(form["calculator"], json={}).json()
    if form["kind"] == "score":
        assert (answer["minimum"], answer["maximum"]) == (form["minimum"], form["maximum"])
        assert answer["band"] is None
    else:
        assert answer["answer"] is None
        assert set(answer["facts_missing"]) == {item["name"] for item in form["items"]}
        assert set(answer["possible"]) == {outcome["name"] for outcome in form["outcomes"]}


@pytest.mark.parametrize("name", NAMES)
def test_results_name_outcomes_that_are_described(anonymous: httpx.Client, name: str) -> None:
    form = described(anonymous, name)
    outcomes = {outcome["name"]: outcome for outcome in form["outcomes"]}
    assert len(outcomes) >= 2
    if form["kind"] == "score":
        edges = sorted((outcome["minimum"], outcome["maximum"]) for outcome in outcomes.values())
        assert edges[0][0] == form["minimum"]
        assert edges[-1][1] == form["maximum"]
        assert all(low == before + 1 for (_, before), (low, _) in itertools.pairwise(edges))


def test_no_instrument_of_another_name(anonymous: httpx.Client) -> None:
    answer = anonymous.get(f"{INSTRUMENTS}/DUPONT")
    assert answer.status_code == 404
    assert "DUPONT" not in answer.text


def test_a_tumour_named_for_tomita_stands_in_for_its_growth(anonymous: httpx.Client) -> None:
    (item,) = [each for each in described(anonymous, "tomita")["items"] if each["name"] == "primary_tumour"]
    assert item["stands_in_for"] == "growth"


def test_the_form_of_a_reading_has_words_for_all_that_it_asks(anonymous: httpx.Client) -> None:
    form = anonymous.get(INSTRUMENTS).json()["findings"]
    assert [question["path"] for question in form[:2]] == [["lesion_type"], ["cortical_involvement", "category"]]
    for question in form:
        found = words(question)
        assert len(found) >= 1 + len(question["options"])
        assert all(each["en"].strip() and each["fr"].strip() for each in found)
        assert (question["takes"] == "number") == (question["unit"] is not None)
