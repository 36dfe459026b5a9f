"""What is typed on the page of a meeting outlives what happens beside it, and overwrites nothing unseen."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.meeting_day import furnish_meeting
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.meeting import PATIENT, furnish
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.reading import Json

REASONS = "Fracture threatens."
PLAN = "Third line planned."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.images, running.client)
        running.ledger.record([each for each in OBJECTS if each.pseudonym == OTHER_PSEUDONYM])
        yield running


def presentation(client: httpx.Client) -> Json:
    entries = client.get(f"/api/v1/patients/{PATIENT}/record").json()["entries"]
    found: Json = next(
        each for each in entries if each["form"] == "presentation" and each["values"]["meeting_date"] == "2025-06-12"
    )
    return found


def revise(client: httpx.Client, changes: Json) -> None:
    now = presentation(client)
    body = {"state": "final", "values": now["values"] | changes}
    answer = client.put(f"/api/v1/record-entries/{now['entry_id']}", json=body, headers={"If-Match": now["etag"]})
    assert answer.is_success, answer.text


def question_on_leaving(page: Page) -> str:
    """What the browser asks; it is answered with staying."""
    page.once("dialog", lambda asked: asked.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("link", name="Projector").click()
    return str(asked.value.type)


def close_meeting(page: Page) -> None:
    page.get_by_role("button", name="Begin the meeting").click()
    page.get_by_role("button", name="Close the meeting").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()


def expect_decision_typed(within: Page) -> None:
    expect(within.get_by_label("Cementoplasty")).to_be_checked()
    expect(within.get_by_label("Reasons")).to_have_value(REASONS)


def test_what_is_typed_outlives_other_acts_other_patients_and_what_others_record(
    window: OpenWindow, site: Site
) -> None:
    meeting = furnish_meeting(site.client, [PATIENT, OTHER_PSEUDONYM])
    watched = window(language="en")
    watched.expect_error("412")
    page = watched.page
    with site.client(CLINICIAN) as other:
        enter(page, CLINICIAN, at=f"/meetings/{meeting}?patient={PATIENT}&step=decide")

        page.get_by_label("Cementoplasty").check()
        page.get_by_label("Reasons").fill(REASONS)
        page.get_by_role("button", name="Take 4 Mar 2027").click()
        expect(page.locator(".page-said")).to_have_text("Kept.")
        expect_decision_typed(page)
        page.get_by_label("Cementoplasty").press("j")
        expect(page.locator(f"li.chosen[data-patient={OTHER_PSEUDONYM}]")).to_be_visible()
        page.keyboard.press("k")  # at once: the other patient is still on the way
        expect(page.locator(f"li.chosen[data-patient={PATIENT}]")).to_be_visible()
        expect_decision_typed(page)

        assert question_on_leaving(page) == "beforeunload"
        expect_decision_typed(page)

        revise(other, {"decision": ["surgery"], "decision_rationale": "Cord at risk."})
        page.get_by_role("button", name="Record the decision").click()
        expect(page.locator("form.decision .trouble")).to_contain_text("Cord at risk.")
        expect_decision_typed(page)
        assert presentation(other)["values"]["decision"] == ["surgery"]
        page.get_by_role("button", name="Record the decision").click()
        expect(page.locator(".page-said")).to_have_text("The decision is recorded.")
        assert presentation(other)["values"]["decision"] == ["cementoplasty"]

        page.get_by_role("button", name="Prepare").click()
        plan = page.locator("osteon-record-form").get_by_label("7. Overall prognosis and plan")
        plan.fill(PLAN)
        page.get_by_role("button", name=f"Move {OTHER_PSEUDONYM} up").click()
        expect(page.locator(".patients li[data-patient]").first).to_have_attribute("data-patient", OTHER_PSEUDONYM)
        expect(plan).to_have_value(PLAN)
        page.locator("osteon-record-form input[type=checkbox]").first.press("k")
        expect(page.locator(f"li.chosen[data-patient={OTHER_PSEUDONYM}]")).to_be_visible()
        page.keyboard.press("j")
        expect(plan).to_have_value(PLAN)

        revise(other, {"karnofsky": "60"})
        page.locator("[data-save=final]").click()
        expect(page.locator(".notice.danger")).to_contain_text("Nothing was overwritten.")
        expect(plan).to_have_value(PLAN)
        assert serious_barriers(page) == []
        page.get_by_role("button", name="Compare both").click()
        page.get_by_role("button", name="Save what is chosen").click()
        expect(page.locator(".page-said")).to_have_text("Kept.")
        kept = presentation(other)["values"]
        assert (kept["karnofsky"], kept["prognosis_and_plan"]) == ("60", PLAN)

        close_meeting(page)
        expect(page.locator(".prepare")).to_contain_text(PLAN)
        expect(page.locator("osteon-record-form")).to_have_count(0)
