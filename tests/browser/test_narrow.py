"""Every page on a window of 400 pixels: nothing has to be looked for sideways."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.workbench.pages import PAGES
from tests.browser.blind_study import furnish_blind
from tests.browser.conftest import OpenWindow
from tests.browser.furnished import FIRST, PATIENT, furnish, furnish_record, other_patient
from tests.browser.meeting_day import furnish_meeting
from tests.browser.signing_in import have_session
from tests.browser.site import CLINICIAN, JUDGE, KEEPER, READER, RESEARCHER, Site, running_site

NARROW = (400, 800)

ADDRESSES: tuple[tuple[str | None, str, str], ...] = (
    (None, "/sign-in", "#user-name"),
    (READER, "/", "tbody tr"),
    (CLINICIAN, "/", "tbody tr"),
    (READER, f"/patients/{PATIENT}", ".timeline svg"),
    (READER, f"/patients/{PATIENT}/reading?study={FIRST}", "osteon-lesion-panel .list-head"),
    (CLINICIAN, f"/patients/{PATIENT}/sheet", "osteon-skeleton svg"),
    (CLINICIAN, f"/patients/{PATIENT}/record?entry={{presentation}}", ".facts"),
    (CLINICIAN, f"/patients/{PATIENT}/record?new=biology", "osteon-record-form .field"),
    (CLINICIAN, "/data-quality", "tbody tr"),
    (CLINICIAN, "/meetings", ".sessions li"),
    (CLINICIAN, "/meetings/{meeting}", ".present osteon-skeleton svg"),
    (CLINICIAN, "/meetings/{meeting}?step=decide", "form.decision"),
    (CLINICIAN, "/meetings/{meeting}/projector", "article.screen osteon-skeleton svg"),
    (JUDGE, "/adjudication/{compared}", "osteon-adjudication .row"),
    (JUDGE, "/protocols", ".bar-of-states"),
    (JUDGE, "/protocols/{agreed}/agreement", ".kappa-plot"),
    (RESEARCHER, "/research", ".plot"),
    (RESEARCHER, "/research?view=releases", ".state.empty"),
    (KEEPER, "/custody", ".equation"),
    (KEEPER, "/custody?view=quarantine", "main table, main .state"),
    (KEEPER, "/custody?view=audit", "tbody tr"),
)
"""Who opens which page, and what is there when it is drawn."""

SIDEWAYS = """() => {
  const room = document.documentElement.clientWidth;
  const page = document.documentElement.scrollWidth - room;
  const wide = [...document.querySelectorAll('body *')]
    .filter((each) => each.getBoundingClientRect().right > room + 1 && each.getClientRects().length)
    .slice(0, 3).map((each) => `${each.tagName}.${each.className}`);
  return page > 0 ? [`${page} px too wide`, ...wide] : [];
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.client)
        yield running


def test_no_page_is_wider_than_a_window_of_400_pixels(window: OpenWindow, site: Site) -> None:
    named = furnish_blind(site.ledger, site.client)
    with site.client(CLINICIAN) as clinician:
        named["presentation"] = furnish_record(clinician)
    named["meeting"] = furnish_meeting(site.client, [other_patient(number) for number in range(6, 9)])
    watched = window(language="fr", size=NARROW)
    watched.expect_error("401")

    sideways = {
        address: _sideways(watched.page, who, address.format(**named), drawn) for who, address, drawn in ADDRESSES
    }

    assert {address: found for address, found in sideways.items() if found} == {}


def test_every_page_is_looked_at() -> None:
    named = [address.partition("?")[0] for _, address, _ in ADDRESSES]

    for pattern in PAGES:
        form = re.compile(re.sub(r"\{\w+\}", "[^/]+", pattern))
        assert any(form.fullmatch(each) for each in named), pattern


def _sideways(page: Page, who: str | None, address: str, drawn: str) -> list[str]:
    if who:
        have_session(page, who)
    page.goto(address)
    expect(page.locator(drawn).first).to_be_visible()
    found: list[str] = page.evaluate(SIDEWAYS)
    return found
