"""The start page: what there is to read, what is next, and how one gets to it without a mouse."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.furnished import L3, PATIENT, SIGNED, TO_ADJUDICATE, UNREAD, furnish, other_patient, other_study
from tests.browser.signing_in import enter
from tests.browser.site import ADMINISTRATOR, CLINICIAN, JUDGE, KEEPER, READER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.accounts import PASSWORD

SIZES = ((1366, 768), (3840, 2160))
PAGE = 50


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.client)
        yield running


def count(page: Page, state: str) -> str | None:
    return page.locator(f".tabs [data-state='{state}'] .count").text_content()


def overflow(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return found


def test_the_worklist_tells_what_waits_and_what_is_next(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER)

    rows = page.locator("tbody tr")
    expect(rows).to_have_count(PAGE)
    states = ("", "to_adjudicate", "draft", "unread", "signed", "adjudicated")
    assert [count(page, state) for state in states] == ["57", str(TO_ADJUDICATE), "1", str(UNREAD), str(SIGNED), "0"]
    expect(rows.nth(0)).to_contain_text("To adjudicate")
    expect(rows.nth(1)).to_contain_text("In progress")
    expect(page.locator(".next")).to_contain_text(f"To finish{other_patient(4)}")
    assert page.locator(".next a").get_attribute("href") == f"/viewer?StudyInstanceUIDs={other_study(4)}"

    pages: list[str] = []
    page.on("request", lambda request: pages.append(request.url) if "cursor=" in request.url else None)
    page.locator("button.more").evaluate("(more) => { more.click(); more.click(); }")
    expect(rows).to_have_count(57)
    assert len(pages) == 1


def test_a_late_answer_does_not_say_of_one_filter_what_holds_for_another(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)
    held: list[Route] = []
    page.route("**/worklist/counts?*modality=PT*", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    with page.expect_request("**/worklist/counts?*modality=PT*"):
        page.locator("select[name=modality]").select_option("PT")
    with page.expect_response("**/worklist/counts?*modality=CT*"):
        page.locator("select[name=modality]").select_option("CT")
    expect(page.locator(".list")).to_have_attribute("aria-busy", "false")
    shown = count(page, "")
    with page.expect_response("**/worklist/counts?*modality=PT*"):
        page.unroute("**/worklist/counts?*modality=PT*")  # what is held goes on
    page.evaluate("() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))")
    assert shown != "0"
    assert count(page, "") == shown


def test_the_list_is_walked_through_and_opened_with_the_keyboard(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)

    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tbody tr").nth(1).locator("a.main")).to_be_focused()
    page.locator("tbody tr").nth(PAGE - 1).locator("a.main").focus()
    page.keyboard.press("j")
    expect(page.locator("tbody tr")).to_have_count(57)
    expect(page.locator("tbody tr").nth(PAGE).locator("a.main")).to_be_focused()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("What is next to read")
    page.keyboard.press("Escape")
    page.route("**/viewer?*", lambda route: route.fulfill(body="<title>viewer</title>", content_type="text/html"))
    page.keyboard.press("n")
    expect(page).to_have_url(f"/viewer?StudyInstanceUIDs={other_study(4)}")


def test_filters_are_in_the_address_and_survive_coming_back(window: OpenWindow) -> None:
    page = window().page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)

    page.locator("[data-state=unread]").click()
    page.locator("#filter-protocol_id").select_option("Spine CT, two blind readers")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator(".tabs [data-state=''] .count")).to_have_text("2")
    page.locator("#filter-modality").select_option("MR")
    expect(page.locator(".list")).to_contain_text("Nothing matches these filters")
    page.locator("#filter-modality").select_option("CT")
    page.locator("tbody tr").nth(1).locator("a.code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(other_patient(2))
    page.go_back()

    expect(page.locator("tbody tr")).to_have_count(2)
    assert "state=unread" in page.url
    assert "modality=CT" in page.url


def test_a_pseudonym_is_searched_in_the_list_and_then_in_the_registry(window: OpenWindow) -> None:
    watched = window(language="fr")
    watched.expect_error("404")
    page = watched.page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)

    page.keyboard.press("/")
    page.keyboard.type("xw0a")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("#search").fill("OST-2B8RT-NONE")
    page.keyboard.press("Enter")
    expect(page.locator(".search-said")).to_have_text("Il n’y a pas de patient OST-2B8RT-NONE.")
    page.locator("#search").fill(PATIENT)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(PATIENT)


def test_what_others_do_is_seen_without_asking_for_it(window: OpenWindow, site: Site) -> None:
    page = window().page
    enter(page, JUDGE, at="/?reader=&state=signed")
    expect(page.locator(".live")).to_have_text("live")
    before = 2 * SIGNED  # the reader's, and one each of those whose readings wait to be adjudicated
    expect(page.locator("tbody tr")).to_have_count(before)

    with site.client(READER) as reader:
        task = reader.get("/api/v1/worklist", params={"state": "unread", "reader": "me", "limit": 500}).json()["items"]
        last = next(each for each in task if each["kind"] == "single")
        reader.post(f"/api/v1/assignments/{last['assignment_id']}/complete")
        reader.post(f"/api/v1/patients/{last['pseudonym']}/lesions", json={"site": L3})

    expect(page.locator("tbody tr")).to_have_count(before + 1)
    expect(page.get_by_role("cell", name=last["pseudonym"], exact=True)).to_be_visible()


def test_a_session_that_ends_is_taken_up_on_top_of_the_page(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("401")
    page = watched.page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)
    page.keyboard.press("/")
    page.keyboard.type("XW")

    page.context.clear_cookies()
    page.locator("[data-state=to_adjudicate]").click()
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    assert serious_barriers(page) == []
    expect(dialog.locator("#user-name")).to_have_value(READER)
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(page.locator("tbody tr")).to_have_count(TO_ADJUDICATE)
    expect(page.locator("#search")).to_have_value("XW")


def test_a_server_that_is_away_is_told_and_asked_again(window: OpenWindow) -> None:
    watched = window(language="fr")
    watched.expect_error("ERR_INTERNET_DISCONNECTED")
    page = watched.page
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)

    page.context.set_offline(True)
    page.locator("[data-state=signed]").click()
    expect(page.get_by_role("alert")).to_contain_text("Le serveur est injoignable")
    page.context.set_offline(False)
    page.get_by_role("button", name="Réessayer").click()

    expect(page.locator("tbody tr .chip.ok").first).to_be_visible()
    expect(page.get_by_role("alert")).to_be_hidden()


def test_what_did_not_come_is_not_told_as_nothing_and_is_asked_for_at_the_next_look(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("net::ERR_FAILED")
    page = watched.page
    page.route("**/api/v1/protocols*", lambda route: route.abort(), times=1)
    page.route("**/api/v1/worklist/next*", lambda route: route.abort(), times=1)
    enter(page, READER)
    expect(page.locator("tbody tr")).to_have_count(PAGE)
    protocol = page.locator("#filter-protocol_id option", has_text="Spine CT, two blind readers")
    expect(protocol).to_have_count(0)
    expect(page.locator(".next")).to_have_text("…")

    page.locator("[data-state=unread]").click()

    expect(protocol).to_have_count(1)
    expect(page.locator(".next")).to_contain_text("To finish")


@pytest.mark.parametrize(
    ("who", "said"),
    [
        pytest.param(CLINICIAN, "View", id="a clinician sees studies and their images"),
        pytest.param(KEEPER, "OST-", id="a custodian sees studies"),
        pytest.param(ADMINISTRATOR, "Nothing to see here for your role", id="an administrator sees nothing"),
    ],
)
def test_who_does_not_read_sees_what_their_role_opens(window: OpenWindow, who: str, said: str) -> None:
    page = window().page
    enter(page, who)

    expect(page.locator("main")).to_contain_text(said)
    assert page.locator(".tabs").count() == 0
    assert page.locator("a[href^='/viewer']").count() == (PAGE if who == CLINICIAN else 0)


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_it_fits_and_keeps_nobody_out(window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, READER, at="/?state=signed")
    expect(page.locator("tbody .chip.ok").first).to_be_visible()

    assert serious_barriers(page) == []
    page.goto("/?view=studies&modality=PT")
    expect(page.locator("tbody tr")).to_have_count(1)
    assert serious_barriers(page) == []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) == 0
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.querySelector('header.shell').scrollWidth") <= 400
