"""A radiologist reads lesions by keys and large buttons: nothing is computed in the page, little has to be pressed."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.reading_page import ReadingPage, lesion_of, lesions_of, readings_of, record
from tests.browser.signing_in import sign_in
from tests.browser.site import CLINICIAN, READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OLD_STUDY

MOST_FOR_A_VERTEBRA, MOST_FOR_A_LONG_BONE = 12, 9


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """A registry of its own for each test: lesions are numbered from 1."""
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        yield running


def test_a_vertebral_lesion_is_read_from_sign_in_to_signature_by_keys_alone(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("401")
    page = watched.page
    sign_in(page, READER, at=f"/patients/{PSEUDONYM}/reading?study={OLD_STUDY}")
    reading = ReadingPage(page)
    expect(reading.panel.locator("#site")).to_be_focused()

    reading.press("T", "1", "1", "Enter")
    reading.current("lesion_type")
    reading.press("1")
    reading.current("alignment")
    reading.press("1")
    reading.current("vertebral_collapse.height_loss_percent")
    reading.press("4")
    reading.current("posterolateral")
    reading.press("3", "ArrowDown")
    reading.current("retropulsion")
    reading.press("2")
    reading.is_saved()
    sins = reading.card("sins")
    expect(sins.locator(".total")).to_contain_text("8–11")
    expect(sins).to_contain_text("potentially unstable")
    expect(sins).to_contain_text("the meeting knows")
    expect(reading.card("mirels")).to_have_count(0)
    assert serious_barriers(page) == []
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signed")

    assert reading.actions <= MOST_FOR_A_VERTEBRA
    with site.client(READER) as client:
        (lesion,) = lesions_of(client)
        (signed,) = readings_of(client, lesion["lesion_id"])
    assert signed["site"]["level"] == "T11"
    findings = {name: value for name, value in signed["findings"].items() if value is not None}
    assert findings == {
        "lesion_type": "lytic",
        "alignment": "normal",
        "vertebral_collapse": {"present": None, "height_loss_percent": 40, "body_involved_percent": None},
        "posterolateral": [{"structure": "pedicle", "side": "right"}],
        "retropulsion": False,
    }


def test_a_femoral_lesion_is_read_in_french_in_few_actions(site: Site, window: OpenWindow) -> None:
    reading = ReadingPage(window(language="fr", theme="dark").page).open(READER)
    expect(reading.panel.locator("#site")).to_be_focused()

    reading.press("s", "u", "g", "Enter")
    reading.current("lesion_type")
    reading.press("1")
    reading.current("cortical_involvement.category")
    reading.press("3")
    reading.current("pathological_fracture")
    reading.press("2")
    mirels = reading.card("mirels")
    expect(mirels.locator(".total")).to_contain_text("10–12")
    expect(mirels).to_contain_text("risque élevé")
    expect(mirels).to_contain_text("à la RCP de le dire")
    expect(reading.card("sins")).to_have_count(0)
    assert serious_barriers(reading.page) == []
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signée")

    assert reading.actions <= MOST_FOR_A_LONG_BONE
    with site.client(READER) as client:
        (lesion,) = lesions_of(client)
        (signed,) = readings_of(client, lesion["lesion_id"])
    assert lesion["site"]["name_fr"] == "fémur gauche, région sous-trochantérienne"
    assert signed["findings"]["cortical_involvement"]["category"] == "gt_2_3"
    assert signed["findings"]["pathological_fracture"] is False


TYPED: dict[str, dict[str, str | None]] = {
    "fr": {"D12": "vertèbre T12", "fémur prox G": "fémur, tête, à gauche", "cote 5 d": "côte 5, à droite"},
    "en": {"L femur": "left femur, head", "rib 5 l": "left rib 5", "Sternum": "sternum", "femur femoral": None},
}


@pytest.mark.parametrize("language", TYPED)
def test_a_place_is_found_by_what_people_type(window: OpenWindow, language: str) -> None:
    reading = ReadingPage(window(language=language).page).open(READER)
    options = reading.panel.get_by_role("option")
    for typed, first in TYPED[language].items():
        reading.panel.locator("#site").fill(typed)
        if first is None:
            expect(options).to_have_count(0)
            expect(reading.panel.get_by_role("status").filter(has_text="No such place")).to_be_visible()
        else:
            expect(options.first).to_have_text(first)


def test_what_the_prior_reading_says_is_carried_and_confirmed_before_it_is_signed(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        lesion = lesion_of(client, bone="vertebra", level="L3")
        record(client, lesion, {"lesion_type": "lytic", "alignment": "de_novo_deformity", "retropulsion": True})
    watched = window(language="en")
    watched.expect_error("409")
    reading = ReadingPage(watched.page).open(READER, study=NEW_STUDY)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    expect(reading.question("alignment")).to_contain_text("before: de novo deformity")

    reading.press("p")
    expect(reading.question("lesion_type")).to_have_class(re.compile("carried"))
    reading.press("Shift+P")
    expect(reading.panel.locator(".question.carried")).to_have_count(3)
    expect(reading.lesion("L1")).to_contain_text("carried over")
    expect(reading.card("sins")).to_contain_text("gives no points")
    reading.press("Control+Enter")
    expect(reading.panel.get_by_role("alert").filter(has_text="not confirmed")).to_contain_text("Alignment")
    reading.press("o")
    reading.current("alignment")
    reading.press("1")
    expect(reading.panel.locator(".question.carried")).to_have_count(1)
    reading.press("Shift+O")
    expect(reading.panel.locator(".question.carried")).to_have_count(0)
    reading.is_saved()
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signed")

    with site.client(READER) as client:
        signed = readings_of(client, lesion["lesion_id"])[-1]
    assert signed["study_instance_uid"] == NEW_STUDY
    assert signed["findings"]["lesion_type"] == "lytic"
    assert signed["findings"]["alignment"] == "normal"
    assert signed["findings"]["retropulsion"] is True


def test_an_answer_is_taken_back_and_made_again(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="vertebra", level="L3")
    reading = ReadingPage(window().page).open(READER)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.press("1")
    expect(reading.chosen("lesion_type")).to_contain_text("lytic")
    reading.press("3", "Control+z")
    expect(reading.chosen("alignment")).to_have_count(0)
    reading.press("Control+z")
    expect(reading.chosen("lesion_type")).to_have_count(0)
    reading.press("Control+Shift+Z")
    expect(reading.chosen("lesion_type")).to_contain_text("lytic")
    reading.is_saved()
    with site.client(READER) as client:
        (draft,) = client.get("/api/v1/drafts").json()["items"]
    assert (draft["findings"]["lesion_type"], draft["findings"]["alignment"]) == ("lytic", None)


def test_a_signed_reading_is_revised_with_a_reason(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion = lesion_of(client, bone="femur", region="shaft", side="right")
        first = record(client, lesion, {"lesion_type": "lytic"})
    reading = ReadingPage(window().page).open(READER)
    reading.lesion("L1").click()
    expect(reading.question("lesion_type").get_by_role("button").first).to_be_disabled()
    reading.panel.get_by_role("button", name="Revise").click()
    reading.current("cortical_involvement.category")
    reading.press("2")
    reading.press("Control+Enter")
    expect(reading.panel.locator("#reason")).to_be_focused()
    reading.page.keyboard.type("Seen again on the reformat.")
    reading.press("Control+Enter")
    expect(reading.panel.get_by_text("L1 is signed.")).to_be_visible()
    with site.client(READER) as client:
        (revised,) = readings_of(client, lesion["lesion_id"])
    assert (revised["reading_id"], revised["revision"]) == (first["reading_id"], 2)
    assert revised["reason"] == "Seen again on the reformat."


def test_no_score_is_offered_where_none_is_defined(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="rib", number=5, side="left")
    reading = ReadingPage(window().page).open(READER)
    reading.lesion("L1").click()
    expect(reading.panel.locator(".scores")).to_contain_text("No fracture or instability score")
    expect(reading.card("mirels")).to_have_count(0)


def test_who_may_not_write_reads_what_is_signed(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion = lesion_of(client, bone="vertebra", level="L3")
        record(client, lesion, {"lesion_type": "lytic", "alignment": "normal"})
    watched = window()
    watched.expect_error("403")
    reading = ReadingPage(watched.page).open(CLINICIAN)
    expect(reading.panel.get_by_role("button", name="Add")).to_have_count(0)
    reading.lesion("L1").click()
    expect(reading.chosen("alignment")).to_contain_text("normal")
    expect(reading.card("sins")).to_be_visible()
    expect(reading.panel.get_by_role("button", name="Revise")).to_have_count(0)
