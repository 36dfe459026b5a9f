"""Meetings as pages: one journey from planning to the printed sheet."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.meeting_day import HELD_ON, PRESENTED_ON
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.meeting import PATIENT, furnish
from tests.builders.registry import OBJECTS, OTHER_PSEUDONYM

PRINTING_MS = 120_000
"""A busy machine is slow, and no failure."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.images, running.client)
        running.ledger.record([each for each in OBJECTS if each.pseudonym == OTHER_PSEUDONYM])
        yield running


def add(page: Page, pseudonym: str) -> None:
    page.get_by_label("Ajouter un patient").fill(pseudonym)
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.locator(f"li.chosen[data-patient={pseudonym}]")).to_be_visible()


def prepare(page: Page) -> None:
    page.get_by_role("button", name="Préparer").click()
    page.get_by_label("Jour de cette réunion dans le calendrier du patient").fill(PRESENTED_ON)
    page.get_by_role("button", name="Enregistrer le jour").click()
    form = page.locator("osteon-record-form")
    form.get_by_label("6. Anticoagulant ou antiagrégant").select_option("DOAC")
    page.locator("[data-save=final]").click()
    expect(page.locator(f"[data-patient={PATIENT}] .boxes i.said")).to_have_count(1)


def test_a_meeting_is_prepared_presented_decided_and_printed(window: OpenWindow, site: Site) -> None:
    watched = window(language="fr")
    watched.expect_error("422")
    page = watched.page
    enter(page, CLINICIAN, at="/meetings")

    page.get_by_role("button", name="Prévoir une réunion").click()
    page.get_by_label("Jour").fill(HELD_ON)
    page.get_by_label("Intitulé").fill("RCP os")
    page.get_by_role("button", name="Prévoir", exact=True).click()
    expect(page.locator("h1")).to_have_text("Réunion du 3 déc. 2026")

    add(page, OTHER_PSEUDONYM)
    add(page, PATIENT)
    page.locator(f"[data-patient={PATIENT}] .patient").press("Alt+ArrowUp")
    expect(page.locator(".patients li[data-patient]").first).to_have_attribute("data-patient", PATIENT)
    prepare(page)

    page.get_by_role("button", name="Commencer la réunion").click()
    expect(page.locator(".tools .chip")).to_have_text("tenue")
    page.get_by_role("link", name="Projection").click()
    screen = page.locator("article.screen")
    for part in (PATIENT, "SINS 7–10/18", "AOD", "1 sur 2", "non décidé"):
        expect(screen).to_contain_text(part)
    page.keyboard.press("ArrowRight")
    expect(screen).to_contain_text(OTHER_PSEUDONYM)
    page.keyboard.press("ArrowLeft")
    expect(screen).to_contain_text(PATIENT)

    page.keyboard.press("d")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Cimentoplastie").check()
    dialog.get_by_label("Justification").fill("Revu avec Mme Durand.")
    dialog.get_by_role("button", name="Enregistrer la décision").click()
    expect(dialog).to_contain_text("semble nommer quelqu’un")
    dialog.get_by_label("Justification").fill("Fracture menaçante.")
    dialog.get_by_role("button", name="Enregistrer la décision").click()
    expect(screen.locator(".decided .what")).to_have_text("Cimentoplastie")

    with site.client(CLINICIAN) as clinician:
        record = clinician.get(f"/api/v1/patients/{PATIENT}/record").json()["entries"]
    (presentation,) = [each for each in record if each["form"] == "presentation"]
    assert presentation["values"] == {
        "meeting_date": PRESENTED_ON,
        "decision": ["cementoplasty"],
        "decision_rationale": "Fracture menaçante.",
        "anticoagulant": "DOAC",
    }

    page.keyboard.press("Escape")
    page.get_by_role("button", name="Décider").click()
    page.get_by_role("button", name=re.compile("Prendre le")).click()
    expect(page.locator("#next-on")).to_have_value("2027-03-04")  # 91 days on
    link = str(page.get_by_role("link", name="Fiche imprimable").get_attribute("href"))
    printed = page.context.request.get(link, timeout=PRINTING_MS)
    assert printed.headers["content-type"] == "application/pdf"
    page.get_by_role("button", name="Clore la réunion").click()
    expect(page.get_by_role("button", name="Rouvrir")).to_be_visible()
    expect(page.locator(".dossier")).to_contain_text("Cette réunion est close.")
    assert serious_barriers(page) == []
