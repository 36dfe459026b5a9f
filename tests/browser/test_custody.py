"""The custodian's page: the balance of what came in, what was set aside and why, and who saw what."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import ADMINISTRATOR, KEEPER, READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.browser.worked import KEPT, STUDY, busy_door
from tests.integration.api.test_custody import forge

SIZES = ((1366, 768), (3840, 2160))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        busy_door(running)
        yield running


def test_what_was_received_is_what_became_of_it(window: OpenWindow) -> None:
    page = window().page
    enter(page, KEEPER, at="/custody")

    expect(page.locator("[data-term=received]")).to_have_text("19")
    names = ("received", "stored", "duplicates", "quarantined", "refused")
    terms = {name: int(page.locator(f"[data-term={name}]").inner_text()) for name in names}
    assert terms == {"received": 19, "stored": 5, "duplicates": 2, "quarantined": 7, "refused": 5}
    verdicts = {
        "a-balanced": "balances",
        "a-missing": "2 on the way or missing",
        "a-broken": "balances",
        "a-open": "not closed yet",
    }
    for association, said in verdicts.items():
        expect(page.locator(f"[data-association={association}] td").last).to_have_text(said)
    expect(page.locator("[data-association=a-balanced]")).to_contain_text("3 in Orthanc, 7 in quarantine")
    expect(page.locator("main")).to_contain_text("3 × STRANGER 192.0.2.99")

    page.locator("#study-uid").fill(STUDY)
    page.get_by_role("button", name="Look").click()
    expect(page.locator("main")).to_contain_text("4 in Orthanc, 2 in quarantine")


def test_a_study_that_nobody_sent_is_said_to_be_unknown(window: OpenWindow) -> None:
    watched = window(language="fr")
    watched.expect_error("404")
    page = watched.page
    enter(page, KEEPER, at="/custody")
    page.locator("#study-uid").fill("2.25.404")
    page.get_by_role("button", name="Chercher").click()

    expect(page.get_by_text("Rien n’est connu d’un tel examen.")).to_be_visible()


def test_who_types_while_the_balance_is_on_its_way_goes_on_typing(window: OpenWindow) -> None:
    page = window().page
    held: list[Route] = []
    page.route("**/custody/associations*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks it
    enter(page, KEEPER, at="/custody")
    page.locator("#study-uid").focus()
    page.keyboard.type("1.2")
    expect(page.locator("#study-uid")).to_have_value("1.2")
    (on_its_way,) = held
    on_its_way.continue_()
    expect(page.locator("[data-term=received]")).to_have_text("19")

    page.keyboard.type(".3")

    expect(page.locator("#study-uid")).to_have_value("1.2.3")


def test_quarantine_tells_reasons_and_what_helps_and_conflicts_at_once(window: OpenWindow) -> None:
    page = window().page
    enter(page, KEEPER, at="/custody?view=quarantine")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(sum(KEPT.values()))
    expect(rows.filter(has_text="q-4")).to_contain_text("something identifying would be left ·")

    page.get_by_role("button", name="second person in a study").click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(STUDY)
    expect(page.locator("main")).to_contain_text("merge the patients if they are one")
    page.locator(".what-helps summary").click()
    expect(page.locator(".what-helps")).to_contain_text("osteon vault conflicts")
    assert "reason=study_conflict" in page.url
    page.locator("#filter-reason").select_option("")
    page.locator("#filter-decided").select_option("true")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("sent by mistake")


def test_the_audit_log_is_searched_and_verified(window: OpenWindow, site: Site) -> None:
    page = window().page
    enter(page, KEEPER, at="/custody?view=audit")
    expect(page.locator(".chip.ok").first).to_have_text("as it was written")
    page.locator("#filter-action").select_option("signed_in")
    page.locator("#filter-actor").fill("Dr keeper")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr").first).to_contain_text("signed in")
    page.locator("#filter-actor").fill("Dr nobody")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("main")).to_contain_text("Nothing in the log matches.")

    forge(site.engine)
    page.get_by_role("button", name="Verify again").click()
    expect(page.locator(".chip.danger").first).to_have_text("not as it was written")
    expect(page.locator("main")).to_contain_text("The first entry that does not fit is number 1.")


def test_the_page_is_for_those_who_answer_for_it(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at="/custody")
    expect(page.locator("main")).to_contain_text("This page is the custodian’s")
    assert page.locator("header nav a[href='/custody']").count() == 0

    chief = window().page
    enter(chief, ADMINISTRATOR, at="/")
    chief.locator("header nav a[href='/custody']").click()
    expect(chief.locator("[data-term=received]")).to_have_text("19")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_it_fits_and_keeps_nobody_out(window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, KEEPER, at="/custody")
    for view, ready in (("balance", ".equation"), ("quarantine", "tbody tr"), ("audit", "tbody tr")):
        page.locator(f"[data-view={view}]").click()
        expect(page.locator(ready).first).to_be_visible()
        assert serious_barriers(page) == []
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
