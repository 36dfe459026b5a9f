"""What a reader enters is never lost and never overwritten: a dead server, another window, a session that ends."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.killable import KillableSite, killable_site
from tests.browser.reading_page import Json, ReadingPage, lesion_of, lesions_of, readings_of, record
from tests.browser.signing_in import have_session
from tests.browser.site import READER, SECOND, Site, running_site
from tests.browser.watched import Watched, serious_barriers, watched_page
from tests.builders.accounts import PASSWORD
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import NEW_STUDY, OBJECTS

LEFT = "Object.keys(localStorage).filter((name) => name.startsWith('osteon-unsaved'))"
"""What the browser keeps of answers that the server does not have."""

AWAY = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_SOCKET_NOT_CONNECTED")


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        with running.client(READER) as client:
            lesion_of(client, bone="vertebra", level="L3")
        yield running


@pytest.fixture
def killable(site: Site) -> Iterator[KillableSite]:
    """The same registry, served by another process."""
    with killable_site(Path(str(site.engine.url.database))) as running:
        yield running


@pytest.fixture
def killable_window(browser: Browser, killable: KillableSite) -> Iterator[Watched]:
    with ExitStack() as opened:
        watched = opened.enter_context(watched_page(browser, killable.url, language="en"))
        for error in AWAY:
            watched.expect_error(error)
        yield watched


def opened(reading: ReadingPage) -> ReadingPage:
    reading.lesion("L1").click()
    reading.current("lesion_type")
    return reading


def drafts(site: Site) -> list[Json]:
    with site.client(READER) as client:
        found: list[Json] = client.get("/api/v1/drafts").json()["items"]
        return found


def test_a_server_killed_while_one_types_takes_nothing_and_neither_does_a_closed_window(
    site: Site, killable: KillableSite, killable_window: Watched
) -> None:
    reading = opened(ReadingPage(killable_window.page).open(READER))
    reading.press("1")
    reading.is_saved()

    killable.kill()
    reading.press("3")
    reading.panel.locator("#note").fill("Compared with the sagittal T1.")
    expect(reading.saved).to_have_text("Not saved yet")
    expect(reading.panel.get_by_role("alert").filter(has_text="kept in this browser")).to_be_visible()
    expect(reading.lesion("L1")).to_contain_text("not saved yet")
    expect(reading.chosen("alignment")).to_contain_text("subluxation")

    killable.start()
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["note"] == "Compared with the sagittal T1."
    assert draft["findings"]["lesion_type"] == "lytic"
    assert draft["findings"]["alignment"] == "subluxation_translation"

    killable.kill()
    reading.question("retropulsion").get_by_role("button", name="yes").click()
    expect(reading.saved).to_have_text("Not saved yet")
    context = reading.page.context
    reading.page.close(run_before_unload=False)
    killable.start()
    again = ReadingPage(context.new_page()).visit()
    again.is_saved()
    expect(again.chosen("retropulsion")).to_contain_text("yes")
    (draft,) = drafts(site)
    assert draft["findings"]["retropulsion"] is True
    assert again.page.evaluate(LEFT) == []


def test_a_lesion_that_is_left_unsaved_is_sent_while_another_is_open(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="sternum")
    watched = window(language="en")
    watched.expect_error("ERR_FAILED")
    reading = opened(ReadingPage(watched.page).open(READER))
    watched.page.route("**/api/v1/drafts/*", lambda route: route.abort())
    reading.press("1")
    expect(reading.saved).to_have_text("Not saved yet")
    reading.lesion("L2").click()
    reading.current("lesion_type")
    expect(reading.lesion("L1")).to_contain_text("not saved yet")
    watched.page.unroute("**/api/v1/drafts/*")
    expect(reading.lesion("L1")).to_contain_text("draft")
    (draft,) = drafts(site)
    assert draft["findings"]["lesion_type"] == "lytic"


def test_two_windows_are_shown_both_versions_and_nothing_is_overwritten(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("412")
    first = opened(ReadingPage(watched.page).open(READER))
    first.press("1")
    first.is_saved()
    second = ReadingPage(watched.page.context.new_page()).visit()
    second.lesion("L1").click()
    second.current("alignment")
    first.press("1")
    first.is_saved()

    second.press("2")
    dialog = second.panel.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(1)
    expect(dialog).to_contain_text("de novo deformity")
    expect(dialog).to_contain_text("normal")
    assert serious_barriers(second.page) == []
    (draft,) = drafts(site)
    assert draft["findings"]["alignment"] == "normal"

    dialog.get_by_role("button", name="Save what is chosen").click()
    second.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["alignment"] == "de_novo_deformity"
    assert draft["findings"]["lesion_type"] == "lytic"


def test_findings_that_are_copied_and_confirmed_before_the_draft_has_begun_are_in_what_is_signed(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        (lesion,) = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
        record(client, lesion, {"lesion_type": "lytic", "alignment": "de_novo_deformity"})
    watched = window(language="en")
    held: list[Route] = []
    watched.page.route("**/lesions/*/drafts", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    reading = opened(ReadingPage(watched.page).open(READER, study=NEW_STUDY))
    with watched.page.expect_request("**/lesions/*/drafts"):
        reading.press("Shift+P")
    reading.press("Shift+O")
    reading.panel.locator("#note").fill("As before.")
    expect(reading.panel.locator(".question.carried")).to_have_count(0)
    watched.page.unroute("**/lesions/*/drafts")  # what is held goes on
    reading.is_saved()
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signed")
    with site.client(READER) as client:
        signed = readings_of(client, lesion["lesion_id"])[-1]
    assert (signed["study_instance_uid"], signed["note"]) == (NEW_STUDY, "As before.")
    assert signed["findings"]["lesion_type"] == "lytic"
    assert signed["findings"]["alignment"] == "de_novo_deformity"


def test_a_session_that_ends_in_the_middle_asks_for_the_password_and_goes_on(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("401")
    reading = opened(ReadingPage(watched.page).open(READER))
    watched.page.context.clear_cookies()
    reading.press("1")
    again = watched.page.locator("dialog.sign-in")
    expect(again).to_be_visible()
    expect(reading.chosen("lesion_type")).to_contain_text("lytic")
    again.locator("input[type=password]").fill(PASSWORD)
    again.locator("button[type=submit]").click()
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["lesion_type"] == "lytic"


def test_a_note_that_seems_to_name_somebody_is_looked_at_first(site: Site, window: OpenWindow) -> None:
    watched = window(language="fr")
    watched.expect_error("422")
    reading = opened(ReadingPage(watched.page).open(READER))
    reading.panel.locator("#note").fill("Relu avec M. Durand.")
    expect(reading.saved).to_have_text("Note pas encore enregistrée")
    reading.panel.get_by_role("button", name="La relire").click()
    dialog = reading.panel.get_by_role("dialog")
    expect(dialog.locator("mark")).to_contain_text("M. Durand")
    assert serious_barriers(reading.page) == []
    dialog.get_by_role("button", name="Corriger").click()
    reading.question("lesion_type").get_by_role("button", name="lytique").click()
    expect(reading.saved).to_have_text("Note pas encore enregistrée")
    reading.panel.locator("#note").fill("Relu en réunion.")
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["note"] == "Relu en réunion."
    assert draft["findings"]["lesion_type"] == "lytic"


def test_what_the_server_refuses_is_said_at_its_question_and_can_be_taken_back(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("422")
    reading = opened(ReadingPage(watched.page).open(READER))
    reading.panel.locator("details[data-group=measured] summary").click()
    reading.question("long_axis_mm").get_by_role("textbox").fill("12")
    reading.is_saved()
    reading.question("short_axis_mm").get_by_role("textbox").fill("20")
    expect(reading.saved).to_have_text(re.compile("refused"))
    expect(reading.question("short_axis_mm").get_by_role("alert")).to_contain_text("long_axis_mm")
    reading.question("short_axis_mm").get_by_role("textbox").fill("8,5")
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["short_axis_mm"] == 8.5


def test_a_reading_is_signed_though_its_answer_was_lost(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("ERR_FAILED")
    reading = opened(ReadingPage(watched.page).open(READER))
    reading.press("1")
    reading.is_saved()
    lost: list[int] = []

    def lose(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    watched.page.route("**/sign", lose)
    reading.press("Control+Enter")
    expect(reading.panel.get_by_role("alert")).to_contain_text("cannot be reached")
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signed")
    assert lost == [201]
    with site.client(READER) as client:
        (lesion,) = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
        assert len(readings_of(client, lesion["lesion_id"])) == 1


def test_a_revision_that_a_colleague_made_meanwhile_is_seen_before_it_is_replaced(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        (lesion,) = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
        first = record(client, lesion, {"lesion_type": "lytic"})
    watched = window(language="en")
    watched.expect_error("412")
    reading = ReadingPage(watched.page).open(READER)
    reading.lesion("L1").click()
    reading.panel.get_by_role("button", name="Revise").click()
    reading.current("alignment")
    reading.press("1")
    with site.client(SECOND) as colleague:
        theirs = {"findings": {"lesion_type": "mixed", "retropulsion": True}, "reason": "Read again."}
        answer = colleague.put(f"/api/v1/readings/{first['reading_id']}", json=theirs, headers={"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text

    reading.panel.locator("#reason").fill("Alignment was missing.")
    reading.press("Control+Enter")
    dialog = reading.panel.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(3)
    dialog.get_by_role("button", name="Save what is chosen").click()
    reading.is_saved()
    reading.press("Control+Enter")
    expect(reading.panel.get_by_text("L1 is signed.")).to_be_visible()
    with site.client(READER) as client:
        (last,) = readings_of(client, lesion["lesion_id"])
    kept = {name: value for name, value in last["findings"].items() if value is not None}
    assert (last["revision"], kept) == (
        3,
        {"lesion_type": "mixed", "alignment": "normal", "retropulsion": True},
    )


def test_a_value_that_is_carried_over_waits_to_be_confirmed_also_after_it_was_taken_back(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        (lesion,) = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
        record(client, lesion, {"lesion_type": "lytic", "alignment": "de_novo_deformity"})
    reading = opened(ReadingPage(window(language="en").page).open(READER, study=NEW_STUDY))
    reading.press("Shift+P")
    carried = reading.panel.locator(".question.carried")
    expect(carried).to_have_count(2)
    reading.press("Control+z")
    expect(carried).to_have_count(0)
    reading.press("Control+y")
    expect(carried).to_have_count(2)

    reading.question("lesion_type").get_by_role("button", name="mixed").click()
    expect(carried).to_have_count(1)
    reading.press("Control+z")
    expect(carried).to_have_count(2)
    expect(reading.chosen("lesion_type")).to_contain_text("lytic")
    reading.is_saved()
    (draft,) = drafts(site)
    assert sorted(draft["carried"]) == ["alignment", "lesion_type"]


def test_an_answer_that_was_cleared_is_cleared_again_and_not_what_the_prior_reading_says(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        (lesion,) = client.get(f"/api/v1/patients/{PSEUDONYM}/lesions").json()["items"]
        record(client, lesion, {"lesion_type": "lytic"})
    reading = opened(ReadingPage(window(language="en").page).open(READER, study=NEW_STUDY))
    reading.question("lesion_type").get_by_role("button", name="blastic").click()
    reading.question("lesion_type").get_by_role("button", name="blastic").focus()
    reading.press("Backspace")
    expect(reading.chosen("lesion_type")).to_have_count(0)
    reading.press("Control+z")
    expect(reading.chosen("lesion_type")).to_contain_text("blastic")
    reading.press("Control+y")
    expect(reading.chosen("lesion_type")).to_have_count(0)


def test_a_part_of_an_answer_is_taken_back_before_the_server_has_answered(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    reading = opened(ReadingPage(watched.page).open(READER))
    held: list[Route] = []
    watched.page.route("**/lesions/*/drafts", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    reading.question("vertebral_collapse.height_loss_percent").get_by_role("textbox").fill("0")
    share = reading.question("vertebral_collapse.body_involved_percent").get_by_role("textbox")
    share.fill("60")
    reading.lesion("L1").press("Control+z")
    expect(share).to_have_value("")
    watched.page.unroute("**/lesions/*/drafts")
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["vertebral_collapse"]["height_loss_percent"] == 0
    assert draft["findings"]["vertebral_collapse"]["body_involved_percent"] is None


def test_what_is_entered_while_a_signature_is_under_way_is_not_taken_for_entered(window: OpenWindow) -> None:
    watched = window(language="en")
    reading = opened(ReadingPage(watched.page).open(READER))
    reading.press("1")
    reading.is_saved()
    held: list[Route] = []
    watched.page.route("**/sign", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    with watched.page.expect_request("**/sign"):
        reading.press("Control+Enter")
    reading.press("3")
    expect(reading.chosen("alignment")).to_have_count(0)
    watched.page.unroute("**/sign")  # what is held goes on
    expect(reading.lesion("L1")).to_contain_text("signed")
    assert watched.page.evaluate(LEFT) == []


def test_a_second_window_does_not_begin_anew_what_was_begun_or_signed_in_the_first(
    site: Site, window: OpenWindow
) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="sternum")
    watched = window(language="en")
    first = opened(ReadingPage(watched.page).open(READER))
    second = opened(ReadingPage(watched.page.context.new_page()).visit())
    first.press("1")
    first.is_saved()
    second.press("3")
    dialog = second.panel.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(1)
    (draft,) = drafts(site)
    assert draft["findings"]["lesion_type"] == "lytic"
    dialog.get_by_role("button", name="Save what is chosen").click()
    second.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["lesion_type"] == "blastic"

    second.lesion("L2").click()
    second.current("lesion_type")
    first.lesion("L2").click()
    first.current("lesion_type")
    first.press("1")
    first.press("Control+Enter")
    expect(first.lesion("L2")).to_contain_text("signed")
    second.press("3")
    expect(second.saved).to_have_text("Not saved: no longer a draft")
    second.panel.get_by_role("button", name="Show how it stands").click()
    expect(second.lesion("L2")).to_contain_text("signed")
    assert second.page.evaluate(LEFT) == []
    with site.client(READER) as client:
        signed = next(each for each in lesions_of(client) if each["label"] == "L2")
        (only,) = readings_of(client, signed["lesion_id"])
    assert only["findings"]["lesion_type"] == "lytic"


def test_nothing_is_recorded_in_the_name_of_whoever_signed_in_in_another_window(site: Site, window: OpenWindow) -> None:
    watched = window(language="en")
    watched.expect_error("403")
    reading = opened(ReadingPage(watched.page).open(READER))
    have_session(watched.page, SECOND)
    reading.press("1")
    expect(watched.page.locator("dialog.sign-in")).to_be_visible()
    for name in (READER, SECOND):
        with site.client(name) as client:
            assert client.get("/api/v1/drafts").json()["items"] == []
    again = watched.page.locator("dialog.sign-in")
    again.locator("input[type=password]").fill(PASSWORD)
    again.locator("button[type=submit]").click()
    reading.is_saved()
    (draft,) = drafts(site)
    assert draft["findings"]["lesion_type"] == "lytic"
