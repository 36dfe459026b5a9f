"""Two blind readings side by side in the browser, and what counts of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.blind_study import BlindStudy, blind_study, read_by_both
from tests.browser.conftest import OpenWindow
from tests.browser.furnished import COLLAPSED, L3, PLAIN, RIB, T11, WORSE
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, JUDGE, READER, SECOND, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.registry import NEW_STUDY, OBJECTS


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """A registry of its own for each test: what is adjudicated stays so."""
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        yield running


@pytest.fixture
def blind(site: Site) -> BlindStudy:
    return blind_study(site)


def row(page: Page, name: str) -> Locator:
    return page.locator(f'osteon-adjudication [data-row="{name}"]')


def chosen(page: Page, name: str) -> Locator:
    return row(page, name).locator('.pick[aria-pressed="true"]')


def focused(page: Page, name: str) -> None:
    expect(row(page, name).locator(".pick:focus")).to_have_count(1)


def test_a_study_is_adjudicated_by_keys_alone(blind: BlindStudy, window: OpenWindow) -> None:
    read_by_both(blind)
    page = window().page
    enter(page, JUDGE, at=blind.page)

    expect(row(page, "lesion_type")).not_to_contain_text("differs")
    expect(row(page, "alignment")).to_contain_text("differs")
    expect(page.locator("[data-case='L2002']")).to_contain_text("seen by one")
    focused(page, "alignment")
    page.keyboard.press("ArrowRight")  # a new deformity: 2 points
    focused(page, "vertebral_collapse")
    page.keyboard.press("o")
    page.keyboard.press("4")  # 40 %: no more than half, 2 points
    expect(row(page, "vertebral_collapse").locator(".pick.other")).to_contain_text("40 %")
    row(page, "posterolateral").locator(".pick.first").focus()
    page.keyboard.press("ArrowLeft")  # one side: 1 point
    focused(page, "long_axis_mm")
    page.keyboard.press("ArrowLeft")
    focused(page, "geometry")
    # L3 is mobile (2), lytic (2), 2, 2 and 1 point; pain is open, from 0 to 3.
    expect(page.locator("osteon-score-card .total")).to_contain_text("9–12")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-case='L2002'][aria-current]")).to_have_count(1)
    page.keyboard.press("x")
    expect(page.locator(".foot .left")).to_have_text("Everything is decided")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("Decided by Dr judge")

    (decided,) = blind.comparison()["adjudicated"]
    findings = {name: value for name, value in decided["findings"].items() if value is not None}
    assert findings == COLLAPSED | {
        "alignment": "de_novo_deformity",
        "vertebral_collapse": {"present": None, "height_loss_percent": 40, "body_involved_percent": None},
        "long_axis_mm": 20,
    }
    assert (decided["lesion_label"], decided["geometry"]["points"][0]["x"]) == ("L1001", 13)
    assert len(decided["decided_from"]) == 2
    with blind.client_of(JUDGE) as client:
        lesions = client.get(f"/api/v1/patients/{decided['pseudonym']}/lesions").json()["items"]
    merged = {each["label"]: each["merged_into"] for each in lesions}
    assert merged["L2001"] == decided["lesion_id"]


def test_what_was_decided_outlives_the_window_and_is_taken_back_step_by_step(
    blind: BlindStudy, window: OpenWindow
) -> None:
    read_by_both(blind)
    page = window().page
    enter(page, JUDGE, at=blind.page)
    focused(page, "alignment")
    page.keyboard.press("ArrowLeft")
    focused(page, "vertebral_collapse")
    reason = page.locator("#match-reason")
    reason.fill("Seen on both, at one height.")

    other = page.context.new_page()
    page.close()
    other.goto(blind.page)

    expect(chosen(other, "alignment")).to_have_text("←normal")
    expect(other.locator("#match-reason")).to_have_value("Seen on both, at one height.")
    focused(other, "vertebral_collapse")
    other.keyboard.press("ArrowRight")
    expect(chosen(other, "vertebral_collapse")).to_have_count(1)
    other.keyboard.press("Control+z")
    expect(chosen(other, "vertebral_collapse")).to_have_count(0)
    other.keyboard.press("Control+y")
    expect(chosen(other, "vertebral_collapse")).to_contain_text("58 %")


def test_a_dead_network_keeps_what_is_decided_and_a_second_window_does_not_sign_again(
    blind: BlindStudy, window: OpenWindow
) -> None:
    read_by_both(blind)
    watched = window()
    watched.expect_error("net::ERR")
    watched.expect_error("409")
    page = watched.page
    enter(page, JUDGE, at=blind.page)
    focused(page, "alignment")
    late = page.context.new_page()
    late.goto(blind.page)
    for each in (page, late):
        focused(each, "alignment")
        each.keyboard.press("Shift+ArrowLeft")
        each.keyboard.press("c")
        expect(each.locator(".foot .left")).to_have_text("Everything is decided")

    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said [role=alert]")).to_contain_text("Not signed: the server cannot be reached")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("Decided by Dr judge")
    late.keyboard.press("Control+Enter")
    expect(late.locator(".said")).to_contain_text("Decided by Dr judge")

    assert {each["lesion_label"] for each in blind.comparison()["adjudicated"]} == {"L1001", "L2002"}
    assert late.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('osteon-unsaved/'))") == []


def test_lesions_at_two_places_are_joined_with_a_reason_of_ones_own(blind: BlindStudy, window: OpenWindow) -> None:
    blind.read(READER, L3, COLLAPSED)
    blind.read(SECOND, T11, COLLAPSED)
    blind.sign(READER, SECOND)
    page = window(language="fr").page
    enter(page, JUDGE, at=blind.page)

    page.locator("#join").select_option(label="L2001 · vertèbre T11")
    expect(page.locator(".case-head")).to_contain_text("Deux localisations")
    focused(page, "lesion")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#match-reason")).to_be_focused()
    expect(page.locator("#match-reason")).to_have_value("")
    page.keyboard.type("Le niveau était mal compté.")
    expect(page.locator(".foot .left")).to_have_text("Tout est décidé")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("Arbitré par Dr judge")

    (decided,) = blind.comparison()["adjudicated"]
    assert (decided["site"]["level"], len(decided["decided_from"])) == ("T11", 2)


def test_while_another_study_of_the_patient_is_read_blindly_the_refusal_says_what_to_do(
    site: Site, blind: BlindStudy, window: OpenWindow
) -> None:
    read_by_both(blind)
    blind_study(site, NEW_STUDY, "Another one")
    watched = window()
    watched.expect_error("409")
    page = watched.page
    enter(page, JUDGE, at=blind.page)
    focused(page, "alignment")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("c")
    page.keyboard.press("Control+Enter")

    expect(page.locator(".said [role=alert]")).to_contain_text("take the tick from")
    page.keyboard.press("k")
    page.locator("#match").uncheck()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("Decided by Dr judge")
    assert {each["lesion_label"] for each in blind.comparison()["adjudicated"]} == {"L1001", "L2002"}


def test_whoever_does_not_decide_looks_only(blind: BlindStudy, window: OpenWindow) -> None:
    blind.read(READER, L3, WORSE)
    blind.read(SECOND, RIB, PLAIN)
    blind.sign(READER, SECOND)
    page = window().page
    enter(page, READER, at=blind.page)

    expect(page.locator(".said")).to_contain_text("For looking only: Dr judge decides")
    assert page.locator(".pick:not(:disabled), .sign, #join, .verdict button").count() == 0

    other = window().page
    enter(other, CLINICIAN, at=blind.page)
    expect(other.locator("main")).to_contain_text("Your role does not open this")


def test_a_study_without_a_lesion_is_signed_as_one(blind: BlindStudy, window: OpenWindow) -> None:
    blind.sign(READER, SECOND)
    page = window().page
    enter(page, JUDGE, at=blind.page)

    expect(page.locator("main")).to_contain_text("Neither reader found a lesion")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".said")).to_contain_text("Decided by Dr judge")
    assert blind.comparison()["assignment"]["state"] == "adjudicated"


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "en")])
def test_it_fits_and_keeps_nobody_out(blind: BlindStudy, window: OpenWindow, theme: str, language: str) -> None:
    read_by_both(blind)
    page = window(theme=theme, language=language).page
    enter(page, JUDGE, at=blind.page)
    focused(page, "alignment")
    page.keyboard.press("o")
    expect(page.locator(".other-box:not([hidden])")).to_have_count(1)

    assert serious_barriers(page) == []
    for width, height in ((1366, 768), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
