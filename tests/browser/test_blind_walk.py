"""A protocol from the first reader to the adjudicator in the browser: before both have signed no page holds a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blind_study import BlindStudy, blind_study
from tests.browser.conftest import OpenWindow
from tests.browser.furnished import L3, WORSE
from tests.browser.reading_page import ReadingPage
from tests.browser.signing_in import enter
from tests.browser.site import ADMINISTRATOR, JUDGE, READER, RESEARCHER, SECOND, Site, running_site
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS, OLD_STUDY
from tests.services.processes import wait_for

FIRST_NOTE = "Kestrel over the left pedicle"
FIRST_MARKS, SECOND_MARKS = ("Kestrel", "L1001"), ("L2001", "41.37")

LISTEN = """
window.heard = { texts: [], pending: 0 };
const real = window.fetch;
window.fetch = async (...asked) => {
  window.heard.pending += 1;
  try {
    const answer = await real(...asked);
    if (answer.url.includes('/api/')) window.heard.texts.push(await answer.clone().text());
    return answer;
  } finally {
    window.heard.pending -= 1;
  }
};
"""
SEEN = """() => {
  const inside = (root) => [root.innerHTML ?? '', ...[...root.querySelectorAll('*')].flatMap((each) => [
    each.value ?? '', ...(each.shadowRoot ? inside(each.shadowRoot) : [])])];
  return [...inside(document.documentElement), ...window.heard.texts, JSON.stringify({ ...localStorage })].join('\\n');
}"""
AT_REST = (
    "() => window.heard.pending === 0 && window.heard.texts.length > 0 && !document.querySelector('main .spinner')"
)


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        yield running


def addresses(blind: BlindStudy) -> dict[str, str]:
    return {
        "worklist": "/?reader=",
        "patient": f"/patients/{PSEUDONYM}",
        "reading": f"/patients/{PSEUDONYM}/reading?study={OLD_STUDY}",
        "adjudication": blind.page,
        "protocols": "/protocols",
        "agreement": f"/protocols/{blind.protocol_id}/agreement",
    }


def walked(page: Page, blind: BlindStudy, *names: str) -> str:
    """All that these pages (or all) show, and all that they were told, to whoever is signed in here."""
    texts = []
    for name, address in addresses(blind).items():
        if names and name not in names:
            continue
        page.goto(address)
        page.wait_for_function(AT_REST, polling=50)  # windows in the background are drawn rarely
        texts.append(page.evaluate(SEEN))
    return "\n".join(texts)


def entered(window: OpenWindow, user_name: str) -> Page:
    watched = window()
    for status in ("401", "403", "404", "409"):
        watched.expect_error(status)
    watched.page.context.add_init_script(LISTEN)
    enter(watched.page, user_name)
    return watched.page


def confirm_study(page: Page) -> None:
    page.get_by_role("button", name="Sign the study").click()
    page.locator("dialog[open] button.primary").click()


def sign_study(page: Page) -> None:
    confirm_study(page)
    expect(page.locator("osteon-study-task")).to_contain_text("study signed")


def test_readings_are_seen_by_nobody_else_until_both_are_signed(site: Site, window: OpenWindow) -> None:
    blind = blind_study(site)
    first = entered(window, READER)
    reading = ReadingPage(first).visit()
    reading.press("L", "3", "Enter")
    reading.current("lesion_type")
    reading.press("1")
    reading.panel.locator("#note").fill(FIRST_NOTE)
    reading.is_saved()
    confirm_study(first)
    expect(first.locator("osteon-study-task")).to_contain_text("a draft of yours on this study is open")
    reading.panel.locator("#note").focus()
    reading.press("Control+Enter")
    expect(reading.lesion("L1001")).to_contain_text("signed")
    sign_study(first)

    second, judge = entered(window, SECOND), entered(window, JUDGE)
    for page in (second, judge):
        assert_without(walked(page, blind), *FIRST_MARKS)
    for name in (ADMINISTRATOR, RESEARCHER):
        page = entered(window, name)
        assert_without(walked(page, blind, "patient", "protocols", "agreement"), *FIRST_MARKS)
        page.close()
    expect_not_yet(judge, blind)

    blind.read(SECOND, L3, WORSE | {"long_axis_mm": 41.37})
    for page in (first, judge):
        assert_without(walked(page, blind, "patient", "reading", "adjudication", "agreement"), *SECOND_MARKS)
    ReadingPage(second).visit()
    sign_study(second)

    def is_all_told() -> bool:
        told = walked(judge, blind, "adjudication")
        return all(each in told for each in (*FIRST_MARKS, *SECOND_MARKS))

    wait_for(is_all_told, "both readings are shown")
    judge.goto("/")
    expect(judge.locator(".next")).to_contain_text(PSEUDONYM)
    judge.keyboard.press("n")
    expect(judge).to_have_url(blind.page)
    expect(judge.locator("osteon-adjudication .notes")).to_contain_text(FIRST_NOTE)


def assert_without(text: str, *marks: str) -> None:
    assert [mark for mark in marks if mark in text] == []


def expect_not_yet(page: Page, blind: BlindStudy) -> None:
    page.goto(blind.page)
    expect(page.locator("main")).to_contain_text("Both readers have to sign first")


def test_a_study_without_a_lesion_is_signed_on_its_page(site: Site, window: OpenWindow) -> None:
    blind = blind_study(site)
    page = window(language="fr").page
    ReadingPage(page).open(SECOND)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Signer l’examen").click()
    expect(page.locator("dialog[open]")).to_contain_text("Votre lecture reste alors telle quelle")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Signer l’examen").click()
    page.locator("dialog[open] button.primary").click()

    expect(page.locator("osteon-study-task")).to_contain_text("examen signé")
    with site.client(SECOND) as client:
        (task,) = client.get("/api/v1/worklist", params={"reader": "me"}).json()["items"]
    assert (task["assignment_id"], task["state"]) == (blind.assignment_id, "signed")
