"""The meeting sheet as a page: what is on it, in both languages, on paper in both themes, and as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.meeting import PATIENT, furnish

AT = f"/patients/{PATIENT}/sheet"
WORDS = {
    "en": ("Bone metastasis meeting sheet", "L3 vertebra", "potentially unstable", "Type of pain", "L4 sternum"),
    "fr": ("Fiche RCP de métastases osseuses", "vertèbre L3", "potentiellement instable", "Type de douleur", "L4"),
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.images, running.client)
        yield running


@pytest.mark.parametrize(("language", "theme"), [("en", "dark"), ("fr", "light")])
def test_the_sheet_shows_scores_what_is_missing_images_and_who_said_what(
    window: OpenWindow, language: str, theme: str
) -> None:
    title, name, band, missing, unread = WORDS[language]
    page = window(language=language, theme=theme).page
    enter(page, READER, at=AT)
    sheet = page.locator("article.sheet")

    expect(sheet.locator(".kicker")).to_have_text(title)
    row = sheet.locator("table.lesions tbody tr").nth(0)
    for part in (name, "SINS 7–10/18", band, missing, "SINS 4–11 → 7–10/18"):
        expect(row).to_contain_text(part)
    expect(sheet).to_contain_text(unread)
    expect(sheet.locator(".context caption").first).to_contain_text("Dr clinician")
    images = sheet.locator(".image img")
    expect(images).to_have_count(2)
    for image in images.all():
        image.scroll_into_view_if_needed()
        expect(image).to_have_js_property("naturalWidth", 640)
    expect(sheet.locator("osteon-skeleton .mark[role=button]")).to_have_count(3)
    assert serious_barriers(page) == []
    assert sheet.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(255, 255, 255)"


def test_a_mark_leads_to_its_lesion_and_another_language_changes_the_whole_sheet(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at=AT)

    page.locator("osteon-skeleton .mark[role=button]", has_text="2").click()
    expect(page.locator("section.lesion:focus h2")).to_have_text("L2 · left femur, subtrochanteric region")
    page.get_by_role("button", name="Français").click()
    expect(page.locator("section.lesion").nth(1).locator("h2")).to_have_text(
        "L2 · fémur gauche, région sous-trochantérienne"
    )


def test_printed_only_the_paper_is_left_and_the_file_is_a_click_away(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at=AT)
    expect(page.locator("article.sheet .lesion")).to_have_count(3)

    link = page.get_by_role("link", name="PDF").get_attribute("href")
    answer = page.context.request.get(str(link))
    assert answer.headers["content-type"] == "application/pdf"
    page.emulate_media(media="print")
    expect(page.locator("header.shell")).to_be_hidden()
    expect(page.locator(".tools")).to_be_hidden()
    expect(page.locator("osteon-skeleton .controls")).to_be_hidden()


def test_a_patient_who_is_not_there_is_said_to_be_unknown(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("404")
    enter(watched.page, READER, at="/patients/OST-2B8RT-XW4HD/sheet")

    expect(watched.page.locator(".state .big")).to_have_text("There is no patient OST-2B8RT-XW4HD.")
