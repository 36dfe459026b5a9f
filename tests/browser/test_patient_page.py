"""One patient's page: the course over time, the lesions, and the ways from there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.furnished import COURSE, FOURTH, PATIENT, THIRD, WORSE, furnish
from tests.browser.signing_in import enter
from tests.browser.site import KEEPER, READER, Site, running_site
from tests.browser.watched import serious_barriers

AT = f"/patients/{PATIENT}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.client)
        yield running


def test_the_course_shows_examinations_by_days_and_a_score_for_each_reading(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at=AT)

    drawn = page.locator(".timeline svg")
    expect(drawn.locator(".examination .offset")).to_have_text([f"day {days}" for days, _ in COURSE.values()])
    expect(drawn.locator(".examination .modality")).to_have_text(["CT", "CT + PT", "CT", "MR"])
    # SINS of L3 (2 points) with a lytic lesion (2), some collapse (2), one side (1): 7, and pain from 0 to 3.
    # Then more than half collapsed (3), both sides (3), deformity (2): 12 to 15, which is potentially unstable or not.
    expect(drawn.locator(".lesion").nth(0).locator(".score text")).to_have_text(["7–10", "7–10", "12–15"])
    # Mirels: subtrochanteric (3), mixed (2), less than a third (1): 6 with pain 1 to 3; lytic (3), over two thirds (3).
    expect(drawn.locator(".lesion").nth(1).locator(".score text")).to_have_text(["7–9", "10–12"])
    assert (
        drawn.locator(".lesion").nth(0).locator("a").nth(2).get_attribute("aria-label") == "L1: SINS 12–15, band open"
    )
    places = [each.bounding_box() for each in drawn.locator(".knot").all()]
    xs = [box["x"] for box in places if box]
    assert (xs[2] - xs[0]) / (xs[3] - xs[0]) == pytest.approx(178 / 365, abs=0.005)


def test_lesions_are_listed_with_their_state_and_the_scores_of_the_meeting(window: OpenWindow) -> None:
    page = window(language="fr").page
    enter(page, READER, at=AT)

    rows = page.locator("tr.lesion")
    expect(rows).to_have_count(6)
    expect(rows.nth(0)).to_contain_text("vertèbre L3")
    expect(rows.nth(0)).to_contain_text("SINS 15")  # mechanical pain, 3 points, as the meeting entered it
    expect(rows.nth(0)).to_contain_text("instable")
    expect(rows.nth(3)).to_contain_text("disparue")
    expect(rows.nth(5)).to_contain_text("pas encore lue")
    expect(page.locator(".highest .total")).to_have_text(["15", "10–12"])
    assert rows.nth(0).locator("a.main").get_attribute("href") == f"{AT}/reading?study={THIRD}"


def test_everything_is_a_key_away(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at=AT)
    expect(page.locator("tr.lesion")).to_have_count(6)
    page.route("**/viewer?*", lambda route: route.fulfill(body="<title>viewer</title>", content_type="text/html"))

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tr.lesion").nth(1).locator("a.main")).to_be_focused()
    assert page.get_by_role("link", name="With prior").first.get_attribute("href") == (
        f"/viewer?StudyInstanceUIDs={FOURTH},{THIRD}"
    )
    page.keyboard.press("v")
    expect(page).to_have_url(f"/viewer?StudyInstanceUIDs={FOURTH}")


def test_a_reading_that_a_colleague_signs_appears_by_itself(window: OpenWindow, site: Site) -> None:
    page = window().page
    enter(page, READER, at=AT)
    course = page.locator(".timeline .lesion").nth(0).locator(".score text")
    expect(course).to_have_count(3)
    expect(page.locator("html")).to_have_attribute("data-live", "live")
    page.wait_for_function(
        "performance.getEntriesByType('resource').some((each) => each.name.includes('/events')) || true"
    )

    with site.client("second") as second:
        lesion = second.get(f"/api/v1{AT}/lesions").json()["items"][0]
        body = {"study_instance_uid": FOURTH, "findings": WORSE}
        answer = second.post(f"/api/v1/lesions/{lesion['lesion_id']}/readings", json=body)
        assert answer.status_code == 201, answer.text

    expect(course).to_have_count(4)


def test_a_custodian_sees_that_there_are_images_and_nothing_of_what_was_found(window: OpenWindow) -> None:
    page = window().page
    enter(page, KEEPER, at=AT)

    expect(page.locator("tbody tr")).to_have_count(4)
    assert page.locator("svg, tr.lesion, .highest, a[href^='/viewer']").count() == 0


def test_a_patient_that_is_not_there_is_said_to_be_not_there(window: OpenWindow) -> None:
    watched = window(language="fr")
    watched.expect_error("404")
    page = watched.page
    enter(page, READER, at="/patients/OST-NONE")

    expect(page.locator("main")).to_contain_text("Il n’y a pas de patient OST-NONE")
    page.get_by_role("link", name="Retour à la liste").click()
    expect(page).to_have_url("/")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_it_fits_and_keeps_nobody_out(window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, READER, at=AT)
    expect(page.locator(".timeline svg")).to_be_visible()

    assert serious_barriers(page) == []
    for width, height in ((1366, 768), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
