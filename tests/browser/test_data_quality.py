"""What is missing, as a list on screen: counted, narrowed down, and each line mended where it leads."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, KEEPER, READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS, OTHER_PSEUDONYM
from tests.integration.api.test_data_quality import COMPLETE

AT = "/data-quality"


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """Of one patient the presentation lacks the performance status, of the other there is none."""
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        values = {name: value for name, value in COMPLETE.items() if name != "karnofsky"}
        with running.client(CLINICIAN) as client:
            answer = client.post(f"/api/v1/patients/{PSEUDONYM}/record/presentation", json={"values": values})
            assert answer.status_code == 201, answer.text
        yield running


def test_a_line_leads_to_where_it_is_mended_and_is_gone_then(window: OpenWindow) -> None:
    page = window().page
    enter(page, CLINICIAN)
    page.locator("header nav").get_by_role("link", name="To complete").click()
    # Four studies, all unread; one presentation is incomplete, one missing.
    expect(page.locator("[data-kind=study_unread] .count")).to_have_text("4")
    expect(page.locator("[data-kind=''] .count")).to_have_text("6")
    expect(page.locator("tbody tr")).to_have_count(6)
    assert serious_barriers(page) == []

    page.locator("[data-kind=presentation_incomplete]").click()
    line = page.locator("tbody tr")
    expect(line).to_have_count(1)
    expect(line).to_contain_text("Karnofsky, %")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Karnofsky, %")).to_be_focused()
    page.get_by_label("Karnofsky, %").select_option("80")
    page.get_by_role("button", name="Save as new version").click()
    expect(page.locator(".detail-head .chip")).to_have_text("final")

    page.goto(f"{AT}?kind=presentation_incomplete")
    expect(page.get_by_text("Nothing of this is missing")).to_be_visible()
    expect(page.locator("[data-kind=presentation_incomplete] .count")).to_have_text("0")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("tbody tr")).to_have_count(5)
    page.locator("[data-kind=presentation_missing]").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody a.main").click()
    expect(page.get_by_role("heading", name="New: Presentation to the meeting")).to_be_visible()


def test_one_patient_alone_and_who_may_not_mend_it_looks(window: OpenWindow) -> None:
    page = window(language="fr").page
    enter(page, READER, at=AT)
    page.keyboard.press("/")
    page.keyboard.type(OTHER_PSEUDONYM.lower())
    page.keyboard.press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("[data-kind=''] .count")).to_have_text("2")
    assert page.url.endswith(f"?patient={OTHER_PSEUDONYM}")
    expect(page.locator("tbody a.main").first).to_have_text("Voir")
    page.get_by_role("button", name="Tous les patients").click()
    unread = page.locator(f"tbody a.main[href$='{NEW_STUDY}']")
    expect(unread).to_have_text("Lire")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_it_fits_and_keeps_nobody_out(window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, CLINICIAN, at=AT)
    expect(page.locator("tbody tr")).to_have_count(6)
    for width in (1366, 400):
        page.set_viewport_size({"width": width, "height": 768})
        assert serious_barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_it_is_not_for_the_custodian(window: OpenWindow) -> None:
    page = window().page
    enter(page, KEEPER, at=AT)
    expect(page.locator("main")).to_contain_text("Your role does not open it.")
