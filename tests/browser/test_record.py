"""A patient's clinical record on screen: filled in, looked at, revised, and never lost or overwritten."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import OpenWindow
from tests.browser.killable import KillableSite, killable_site
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, KEEPER, RESEARCHER, Site, running_site
from tests.browser.watched import Watched, serious_barriers, watched_page
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OBJECTS
from tests.integration.api.reading import Json

AT = f"/patients/{PSEUDONYM}/record"
RECORD = f"/api/v1/patients/{PSEUDONYM}/record"
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_SOCKET_NOT_CONNECTED")


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path, migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
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


def entered(site: Site, form: str, values: Json, **more: str) -> Json:
    with site.client(CLINICIAN) as client:
        answer = client.post(f"{RECORD}/{form}", json={"values": values} | more)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def recorded(site: Site, who: str = CLINICIAN) -> list[Json]:
    with site.client(who) as client:
        found: list[Json] = client.get(RECORD).json()["entries"]
    return found


def rows(page: Page, form: str) -> Locator:
    return page.locator(f"[data-form={form}] li")


def pick(page: Page, group: str, answer: str) -> None:
    page.get_by_role("group", name=group, exact=True).get_by_label(answer, exact=True).check()


def save(page: Page, wanted: str = "final") -> None:
    page.locator(f"[data-save={wanted}]").click()


def test_a_sample_is_entered_with_a_slip_of_units_mended_and_computed_with(site: Site, window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("422")
    page = watched.page
    enter(page, CLINICIAN, at=f"/patients/{PSEUDONYM}")
    page.get_by_role("link", name="Clinical record").click()
    expect(page.get_by_text("Nothing is entered yet")).to_be_visible()
    assert serious_barriers(page) == []

    page.keyboard.press("1")
    pick(page, "Sex", "Male")
    page.get_by_label("Month of birth").fill("1965-05")
    page.get_by_label("Month of birth").press("Control+Enter")
    expect(page.get_by_role("status").filter(has_text="Patient: saved, final.")).to_be_visible()
    expect(page.locator("[data-form=patient] .add")).to_have_count(0)

    page.keyboard.press("3")
    expect(page.get_by_label("Date of the sample")).to_be_focused()
    save(page)
    expect(page.locator("[data-variable=sample_date] .fault")).to_have_text("Must be given.")
    page.get_by_label("Date of the sample").fill("2025-06-10")
    page.get_by_label("Calcium, total", exact=True).fill("9.2")
    calcium = page.locator("[data-variable=calcium]")
    expect(calcium.locator(".flag")).to_contain_text("Plausible in mg/dL")
    calcium.get_by_role("button", name="It is mg/dL").click()
    page.get_by_label("Albumin", exact=True).fill("30")
    page.get_by_label("Creatinine", exact=True).fill("1.0")
    page.get_by_label("Unit of Creatinine").select_option("mg/dL")
    page.get_by_label("Weight", exact=True).fill("72")
    # (140 - 60) x 72 / (72 x 1.0), of a man of 60
    expect(page.locator("[data-computed=crcl_cockcroft]")).to_contain_text("80.0 mL/min")
    assert serious_barriers(page) == []
    save(page)

    detail = page.locator(".detail")
    expect(detail.locator("[data-variable=calcium]")).to_contain_text("9.2 mg/dL = 2.2955 mmol/L")
    expect(detail.locator("[data-computed=calcium_corrected_computed]")).to_contain_text("2.50 mmol/L")
    expect(rows(page, "biology")).to_contain_text("10 Jun 2025")
    (sample,) = [each for each in recorded(site) if each["form"] == "biology"]
    assert sample["values"]["calcium"] == {"value": "9.2", "unit": "mg/dL"}
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('osteon-unsaved'))") == []


def test_a_presentation_is_a_draft_then_final_then_revised_and_withdrawn(site: Site, window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("422")
    page = watched.page
    enter(page, CLINICIAN, at=AT)
    page.locator("[data-form=presentation] .add").click()
    page.get_by_label("Karnofsky, %").select_option("70")
    expect(page.locator(".saved")).to_have_text("Not saved yet")
    save(page, "draft")
    expect(rows(page, "presentation")).to_contain_text("draft")
    assert recorded(site, RESEARCHER) == []

    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Date of the meeting").fill("2025-06-12")
    page.get_by_label("Primary tumour").select_option("breast")
    reasons = page.get_by_label("Reasons for the decision")
    reasons.fill("As Mr Dupont wishes.")
    save(page)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("mark")).to_contain_text("Mr Dupont")
    assert serious_barriers(page) == []
    dialog.get_by_role("button", name="Correct the text").click()
    expect(reasons).to_be_focused()
    reasons.fill("Asked by Dr Rodin himself.")
    save(page)
    page.get_by_role("dialog").get_by_role("button", name="I looked: it names nobody").click()
    expect(page.locator(".detail-head .chip")).to_have_text("final")
    with site.client(CLINICIAN) as client:
        (context,) = client.get(f"/api/v1/patients/{PSEUDONYM}/clinical-contexts").json()["items"]
    assert (context["clinical"]["karnofsky"], context["clinical"]["primary_tumour"]) == ("70", "breast")
    expect(page.locator("[data-variable=karnofsky] .scores")).to_have_text("for scores")

    page.locator(".detail").focus()
    page.keyboard.press("e")
    page.get_by_label("Karnofsky, %").select_option("60")
    page.get_by_role("button", name="Save as new version").click()
    expect(page.locator(".detail [data-variable=karnofsky] dd")).to_have_text("60")
    page.keyboard.press("v")
    newest = page.locator("[data-version='3']")
    expect(newest.locator("del")).to_have_text("70")
    expect(newest.locator("ins")).to_have_text("60")
    expect(page.locator("[data-version='2'] .chip")).to_have_text("draft → final")
    assert serious_barriers(page) == []

    # What lasts is proposed for the next meeting, and said to be of the one before.
    page.keyboard.press("2")
    expect(page.get_by_label("Primary tumour")).to_have_value("breast")
    expect(page.locator("[data-variable=primary] .taken")).to_contain_text("12 Jun 2025")
    page.get_by_role("button", name="Close").click()
    page.locator("[data-form=presentation] .entry").click()
    page.get_by_role("button", name="Withdraw…").click()
    page.get_by_role("dialog").get_by_role("button", name="Withdraw", exact=True).click()
    expect(page.locator(".detail-head .chip")).to_have_text("withdrawn")
    expect(rows(page, "presentation")).to_have_count(0)
    assert recorded(site) == []


def test_two_windows_see_both_versions_and_nothing_is_overwritten(site: Site, window: OpenWindow) -> None:
    entry = entered(site, "treatment", {"treatment_type": "denosumab", "treatment_start": "2025-01-10"})
    watched = window()
    watched.expect_error("412")
    watched.expect_error("409")
    page = watched.page
    enter(page, CLINICIAN, at=f"{AT}?entry={entry['entry_id']}&edit=1")
    page.get_by_label("Site", exact=False).first.fill("L3")
    other = page.context.new_page()
    other.goto(f"{AT}?entry={entry['entry_id']}&edit=1")
    pick(other, "Dental check before", "Yes")
    save(other)
    expect(other.locator(".detail-head .chip")).to_have_text("final")

    save(page)
    expect(page.locator(".saved")).to_have_text("Not saved: changed elsewhere")
    page.get_by_role("button", name="Compare both").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody tr")).to_have_count(2)
    expect(dialog.locator("[data-item=treatment_dental_check]")).to_contain_text("Yes")
    assert serious_barriers(page) == []
    dialog.get_by_role("button", name="Save what is chosen").click()
    expect(page.locator(".detail-head .chip")).to_have_text("final")
    (merged,) = recorded(site)
    assert merged["version"] == 3
    assert merged["values"]["treatment_dental_check"] is True
    assert merged["values"]["treatment_site"] == "L3"

    # What is given up here leaves the version of the other window in sight.
    other.locator(".detail").focus()
    other.keyboard.press("e")
    pick(other, "Dental check before", "No")
    other.get_by_role("button", name="Discard").click()
    other.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(other.locator(".detail [data-variable=treatment_site]")).to_contain_text("L3")

    # What the record has already is shown beside, not entered a second time.
    page.locator("[data-form=treatment] .add").click()
    page.get_by_role("combobox", name="Treatment", exact=True).select_option("denosumab")
    page.get_by_label("Began on").fill("2025-01-10")
    page.get_by_label("Site", exact=False).first.fill("L3")
    page.get_by_label("Ended on").fill("2025-03-10")
    save(page)
    page.get_by_role("button", name="Compare both").click()
    page.get_by_role("dialog").get_by_role("button", name="Save what is chosen").click()
    expect(page.locator(".detail-head .chip")).to_have_text("final")
    (merged,) = recorded(site)
    assert (merged["version"], merged["values"]["treatment_end"]) == (4, "2025-03-10")
    assert merged["values"]["treatment_dental_check"] is True


def test_what_is_entered_while_the_server_is_away_is_kept_and_sent(
    site: Site, killable: KillableSite, killable_window: Watched
) -> None:
    page = killable_window.page
    enter(page, CLINICIAN, at=AT)
    page.locator("[data-form=imaging] .add").click()
    page.get_by_label("Date of the examination").fill("2025-06-01")
    pick(page, "Modality", "CT")
    killable.kill()
    save(page)
    expect(page.locator(".saved")).to_have_text("Not saved yet: the server is away")
    expect(page.get_by_role("alert")).to_contain_text("kept in this browser")
    killable.start()
    expect(page.locator(".detail-head .chip")).to_have_text("final")
    assert len(recorded(site)) == 1

    # The window goes, the server is away, and what was entered is there again, and sent.
    page.locator("[data-form=event] .add").click()
    page.get_by_role("combobox", name="Event", exact=True).select_option("SRE_fracture")
    page.get_by_label("Date", exact=True).fill("2025-05")
    killable.kill()
    save(page)
    expect(page.locator(".saved")).to_have_text("Not saved yet: the server is away")
    context = page.context
    page.close(run_before_unload=False)
    killable.start()
    again = context.new_page()
    again.goto(AT)
    expect(again.locator(".detail-head .chip")).to_have_text("final")
    (event,) = [each for each in recorded(site) if each["form"] == "event"]
    assert event["values"] == {"event_type": "SRE_fracture", "event_date": "2025-05"}

    # What nobody has asked to save waits for somebody to do so.
    again.locator("[data-form=event] .add").click()
    again.get_by_role("combobox", name="Event", exact=True).select_option("death")
    again.reload()
    expect(again.locator("[data-form=event] li.left")).to_contain_text("Not saved yet")
    expect(again.get_by_role("combobox", name="Event", exact=True)).to_have_value("death")
    again.get_by_role("button", name="Discard").click()
    again.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(again.locator("li.left")).to_have_count(0)
    assert again.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('osteon-unsaved'))") == []


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_others_look_and_it_fits(site: Site, window: OpenWindow, theme: str, language: str) -> None:
    entered(site, "biology", {"sample_date": "2025-06-10", "calcium": {"value": "9.2", "unit": "mmol/L"}})
    entered(site, "presentation", {"karnofsky": "70"}, state="draft")
    meeting = entered(site, "presentation", {"meeting_date": "2025-06-12", "opioid_oxycodone": 40})
    page = window(theme=theme, language=language).page
    enter(page, RESEARCHER, at=f"{AT}?entry={meeting['entry_id']}")
    # 40 mg/day x 1.5, CDC 2022
    expect(page.locator("[data-computed=omeq]")).to_contain_text(re.compile("60[.,]0 mg/(day|jour)"))
    assert rows(page, "presentation").count() == 1
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".detail .flag")).to_contain_text("mg/dL")
    assert page.locator("button.add, [data-save]").count() == 0
    assert serious_barriers(page) == []
    for width in (400, 1366):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_the_custodian_sees_no_record(window: OpenWindow) -> None:
    page = window().page
    enter(page, KEEPER, at=AT)
    expect(page.locator("main")).to_contain_text("Your role does not open them.")
