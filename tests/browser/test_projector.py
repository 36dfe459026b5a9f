"""A meeting on the wall: large, dark, on one screen; and who only looks decides nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.meeting_day import furnish_meeting, post
from tests.browser.signing_in import enter, have_session
from tests.browser.site import CLINICIAN, READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.meeting import PATIENT, furnish
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.reading import Json

WALL = (1920, 1080)
LEAST_PX = 22
"""Of text on a wall of 1920 by 1080: a fiftieth of its height."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.images, running.client)
        running.ledger.record([each for each in OBJECTS if each.pseudonym == OTHER_PSEUDONYM])
        yield running


def test_everything_on_the_wall_is_large_and_within_it_and_who_only_looks_decides_nothing(
    window: OpenWindow, site: Site
) -> None:
    meeting = furnish_meeting(site.client, [PATIENT, OTHER_PSEUDONYM])
    page = window(size=WALL).page
    enter(page, READER, at=f"/meetings/{meeting}")
    expect(page.locator(".present .points li")).to_have_count(7)
    expect(page.get_by_role("button", name="Decide")).to_have_count(0)
    expect(page.get_by_role("button", name="Close the meeting")).to_have_count(0)
    assert serious_barriers(page) == []

    page.get_by_role("link", name="Projector").click()
    screen = page.locator("article.screen")
    expect(screen.locator("osteon-skeleton svg").first).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(screen.locator("footer button")).to_have_count(0)
    sizes = screen.locator("h1, h2, p, b, span, figcaption, .box").evaluate_all(
        """all => all.filter((each) => each.textContent.trim() && each.getClientRects().length)
                     .map((each) => parseFloat(getComputedStyle(each).fontSize))"""
    )
    assert min(sizes) >= LEAST_PX
    assert page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]") == list(WALL)
    assert serious_barriers(page) == []


def test_the_wall_follows_the_other_desks_and_a_decision_that_came_too_late_stays_typed(
    window: OpenWindow, site: Site
) -> None:
    watched = window(size=WALL)
    watched.expect_error("412")
    page = watched.page
    screen, dialog = page.locator("article.screen"), page.get_by_role("dialog")
    with site.client(CLINICIAN) as other:
        session = f"meetings/{post(other, 'meetings', {'held_on': '2026-12-17'})['meeting_id']}"

        def change(path: str, body: Json, version: int, method: str = "POST") -> None:
            answer = other.request(method, f"/api/v1/{session}/{path}", json=body, headers={"If-Match": f'"{version}"'})
            assert answer.is_success, answer.text

        change("dossiers", {"pseudonym": PATIENT, "presented_on": "2025-06-26"}, 1)
        have_session(page, CLINICIAN)
        page.goto(f"/{session}/projector")
        expect(screen).to_contain_text("1 of 1")
        change("dossiers", {"pseudonym": OTHER_PSEUDONYM}, 2)
        page.keyboard.press("ArrowRight")
        expect(screen).to_contain_text("2 of 2")
        page.keyboard.press("ArrowLeft")
        expect(screen).to_contain_text(PATIENT)

        screen.get_by_role("button", name="Record the decision").press(" ")
        dialog.get_by_label("Cementoplasty").check()
        dialog.get_by_label("Reasons").fill("Fracture threatens.")
        change(f"dossiers/{PATIENT}/decision", {"decision": ["surgery"], "rationale": "Cord at risk."}, 0, "PUT")
        dialog.get_by_role("button", name="Record the decision").click()
        expect(dialog.locator(".trouble")).to_contain_text("Surgery · Cord at risk.")
        page.keyboard.press("Escape")
        expect(screen.locator(".decided .what")).to_have_text("Surgery")
        page.keyboard.press("d")
        expect(dialog.get_by_label("Reasons")).to_have_value("Fracture threatens.")
        expect(dialog.locator(".trouble")).to_contain_text("Surgery · Cord at risk.")
        dialog.get_by_role("button", name="Record the decision").click()
        expect(screen.locator(".decided .what")).to_have_text("Cementoplasty")

        change(f"dossiers/{PATIENT}/removal", {"reason": "Presented elsewhere."}, 3)
        page.keyboard.press("ArrowRight")
        expect(screen).to_contain_text(OTHER_PSEUDONYM)
        expect(screen).to_contain_text("1 of 1")
