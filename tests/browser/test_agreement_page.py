"""How far two blind readers agree, as a page: what the API computes, drawn, and nothing computed anew."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.blind_study import BlindStudy, blind_study, twelve_read_by_both
from tests.browser.conftest import OpenWindow
from tests.browser.signing_in import enter
from tests.browser.site import ADMINISTRATOR, CLINICIAN, READER, RESEARCHER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.builders.registry import NEW_STUDY, OBJECTS
from tests.integration.api.reading import Json


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        running.ledger.record(OBJECTS)
        yield running


@pytest.fixture(scope="module")
def blind(site: Site) -> BlindStudy:
    """Twelve vertebrae that both have read, and one that the second reader alone has."""
    blind = blind_study(site)
    twelve_read_by_both(blind)
    return blind


@pytest.fixture(scope="module")
def unfinished(site: Site, blind: BlindStudy) -> BlindStudy:
    """Read by nobody yet, on another study."""
    assert blind.assignment_id
    return blind_study(site, NEW_STUDY, "Not begun")


def at(blind: BlindStudy, item: str | None = None) -> str:
    return f"/protocols/{blind.protocol_id}/agreement" + (f"?item={item}" if item else "")


def answered(blind: BlindStudy, name: str) -> Json:
    with blind.client_of(RESEARCHER) as client:
        items = client.get(f"/api/v1{at(blind)}").json()["items"]
    found: Json = next(each for each in items if each["item"] == name)
    return found


def test_a_kappa_stands_beside_its_interval_and_the_published_series(blind: BlindStudy, window: OpenWindow) -> None:
    page = window().page
    enter(page, RESEARCHER, at=at(blind))

    row = page.locator("tr[data-item='sins.lesion_type']")
    # By hand: 9 of 12 agree (4 lytic, 2 mixed, 3 blastic), by chance (6*4 + 3*4 + 3*4)/144 = 1/3: kappa is 0.625.
    expect(row).to_contain_text("0.63 (0.27 – 0.98)")
    expect(row).to_contain_text("substantial")
    expect(row.locator(".kappa-plot .published")).to_have_count(2)  # Fourney 0.244, Campos 0.21
    assert "published 0.244; 0.21" in str(row.locator(".kappa-plot").get_attribute("aria-label"))
    expect(page.locator(".agreement-head")).to_contain_text("12 lesions read by both · 1 seen by one only")
    # Everybody says "normal": there is no kappa, and the page says why.
    expect(page.locator("tr[data-item='alignment']")).to_contain_text("Every answer is the same")


def test_an_item_is_looked_at_closely_and_stays_in_the_address(blind: BlindStudy, window: OpenWindow) -> None:
    page = window(language="fr").page
    enter(page, RESEARCHER, at=at(blind, "lesion_type"))

    detail = page.locator(".detail")
    expect(detail.locator(".confusion .cell")).to_have_count(9)
    cells = detail.locator(".confusion tbody tr").evaluate_all(
        "rows => rows.map((row) => [...row.querySelectorAll('.cell')].map((cell) => Number(cell.textContent)))"
    )
    assert cells == answered(blind, "lesion_type")["confusion"]["table"] == [[4, 2, 0], [0, 2, 1], [0, 0, 3]]
    expect(detail.locator(".confusion thead th")).to_have_text(["lytique", "mixte", "condensante", "Somme"])
    expect(detail.locator(".cell.same")).to_have_count(3)

    page.locator("tr[data-item='lesion_type'] button").focus()
    page.keyboard.press("k")
    expect(page).not_to_have_url(at(blind, "lesion_type"))
    page.keyboard.press("j")
    expect(page.locator("tr.chosen")).to_have_attribute("data-item", "lesion_type")
    page.get_by_role("button", name="pondération quadratique").click()
    expect(page.locator("tr[data-item='sins.lesion_type'] .published")).to_have_count(0)  # both series are unweighted


def test_the_plot_of_differences_has_bias_limits_and_points_to_go_to(blind: BlindStudy, window: OpenWindow) -> None:
    page = window().page
    enter(page, RESEARCHER, at=at(blind, "long_axis_mm"))

    plot = page.locator(".bland-altman")
    expect(plot.locator(".point")).to_have_count(12)
    # Differences: -1, 1, -1, 0, -1, -2, 1, -1, -1, -1, 1, -3: their mean is -8/12, their SD 1.2309.
    assert plot.locator(".level-value").all_text_contents() == ["-0.7", "1.7", "-3.1"]
    expect(plot.locator(".band")).to_have_count(3)
    expect(page.locator(".detail")).to_contain_text("ICC(2,1)")
    plot.locator(".point").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".point-said")).to_have_text("mean 13.5, difference 1 mm")
    page.locator(".point").last.hover()
    expect(page.locator(".point-said")).to_have_text("mean 31.5, difference -3 mm")


def test_the_figures_are_taken_away_as_csv_and_json(blind: BlindStudy, window: OpenWindow, tmp_path: Path) -> None:
    page = window().page
    enter(page, RESEARCHER, at=at(blind))

    saved = {name: _saved(page, name, tmp_path) for name in ("CSV", "JSON")}

    rows = list(csv.DictReader(saved["CSV"].splitlines()))
    (plain,) = [each for each in rows if each["item"] == "sins.lesion_type" and each["weights"] == "none"]
    assert float(plain["value"]) == pytest.approx(0.625)
    assert (plain["cases"], plain["statistic"]) == ("12", "kappa (cohen)")
    (bias,) = [each for each in rows if each["item"] == "long_axis_mm" and each["statistic"] == "bias"]
    assert float(bias["value"]) == pytest.approx(-8 / 12)
    with blind.client_of(RESEARCHER) as client:
        assert json.loads(saved["JSON"]) == client.get(f"/api/v1{at(blind)}").json()


def _saved(page: Page, name: str, folder: Path) -> str:
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    download.value.save_as(folder / name)
    return (folder / name).read_text()


def test_nothing_to_compare_is_said_and_so_is_what_agreement_is_not_for(
    blind: BlindStudy, unfinished: BlindStudy, window: OpenWindow
) -> None:
    watched = window(language="fr")
    for status in ("404", "409", "403"):
        watched.expect_error(status)
    page = watched.page
    enter(page, RESEARCHER, at=at(unfinished))
    expect(page.locator("main")).to_contain_text("Rien à comparer encore")

    with blind.client_of(READER) as client:
        single = client.post("/api/v1/protocols", json={"name": "Routine", "kind": "single"}).json()["protocol_id"]
    page.goto(f"/protocols/{single}/agreement")
    expect(page.locator("main")).to_contain_text("Un lecteur seul ne concorde avec personne")
    page.goto("/protocols/00000000-0000-0000-0000-000000000000/agreement")
    expect(page.locator("main")).to_contain_text("Ce protocole n’existe pas")
    enter(page, CLINICIAN, at=at(blind))
    expect(page.locator("main [role=alert]")).to_be_visible()


def test_protocols_are_listed_with_how_far_they_have_come(unfinished: BlindStudy, window: OpenWindow) -> None:
    page = window().page
    enter(page, READER, at="/")
    page.get_by_role("link", name="Protocols", exact=True).click()

    rows = page.locator("tbody tr")
    expect(rows.filter(has_text="Spine CT, two blind readers").locator(".progress")).to_contain_text(
        "2 signed · 1 to adjudicate"
    )
    # Whoever takes part sees nothing of the other reader's task.
    expect(rows.filter(has_text="Not begun").locator(".progress")).to_have_text("1 unread")
    page.keyboard.press("j")
    expect(rows.first.locator("a.main")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Nothing to compare yet")  # "Not begun" is the first by its name

    for name in (RESEARCHER, ADMINISTRATOR):
        other = window().page
        enter(other, name, at="/protocols")
        expect(other.locator("tbody tr").filter(has_text="Not begun")).to_have_count(1)
        expect(other.locator(".progress")).to_have_count(0)
    assert unfinished.protocol_id


@pytest.mark.parametrize(("theme", "language"), [("light", "fr"), ("dark", "en")])
def test_they_fit_and_keep_nobody_out(blind: BlindStudy, window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, READER, at=at(blind, "long_axis_mm"))
    expect(page.locator(".bland-altman")).to_be_visible()
    _fits(page)
    page.locator("tr[data-item='lesion_type'] button").click()
    expect(page.locator(".confusion")).to_be_visible()
    _fits(page)
    page.goto("/protocols")
    expect(page.locator(".bar-of-states").first).to_be_visible()
    _fits(page)


def _fits(page: Page) -> None:
    assert serious_barriers(page) == []
    for width, height in ((3840, 2160), (1366, 768)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
