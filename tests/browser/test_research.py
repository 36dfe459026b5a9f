"""The researcher's page: a question put together with live counts, saved, released, and fetched."""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from annotation.cohorts.documents import query_from
from tests.browser.conftest import OpenWindow
from tests.browser.furnished import PATIENT, furnish
from tests.browser.signing_in import enter
from tests.browser.site import CLINICIAN, KEEPER, RESEARCHER, Site, running_site
from tests.browser.watched import serious_barriers
from tests.browser.worked import Worker, releasable
from tests.builders.ledger import stored_object

SIZES = ((1366, 768), (3840, 2160))
PATIENTS = 59
"""Of the furnished registry, and one whose images can be released."""

CT_SERIES = 41
"""38 of other patients, and 3 of the one with a course."""

THIN = {"field": "series.slice_thickness_mm", "op": "lte", "value": 1.25}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site"), migrated_sqlite) as running:
        furnish(running.ledger, running.client)
        images = [
            stored_object(
                pseudonym="OST-9ZZZZ-RELEA",
                study_instance_uid="2.25.8800",
                series_instance_uid="2.25.8801",
                sop_instance_uid=f"2.25.880{number}",
                modality="MR",
            )
            for number in range(2, 5)
        ]
        running.ledger.record(releasable(running, images))
        yield running


def expect_counts(page: Page, **counts: int) -> None:
    for name, count in counts.items():
        expect(page.locator(f"[data-count={name}]")).to_have_text(str(count))


def test_a_question_is_counted_and_drawn_while_it_is_put_together(window: OpenWindow) -> None:
    page = window().page
    enter(page, RESEARCHER, at="/research")
    expect_counts(page, patients=PATIENTS)

    page.get_by_role("button", name="+ Condition").click()
    page.get_by_role("textbox", name="Value").fill("pt")
    expect_counts(page, patients=1, studies=1, series=1)
    expect(page.locator(".preview tbody tr")).to_have_count(1)
    expect(page.locator(".preview a.main")).to_have_text(PATIENT)
    expect(page.get_by_role("list", name="Lesions by bone").get_by_role("listitem")).to_have_count(2)
    expect(page.get_by_role("list", name="SINS")).to_contain_text("potentially unstable")

    page.locator(".condition .not-button").click()
    expect_counts(page, patients=PATIENTS, series=62)
    page.locator(".condition").get_by_role("button", name="Remove").click()
    expect_counts(page, series=63)


def test_what_is_asked_of_one_and_the_same_thing_is_a_group(window: OpenWindow) -> None:
    page = window(language="fr").page
    enter(page, RESEARCHER, at="/research")
    page.get_by_role("button", name="fémur lytique").click()

    expect(page.locator(".group.some > .condition")).to_have_count(2)
    expect(page.locator(".group.some select").first).to_have_value("reading")
    expect_counts(page, patients=1, studies=1)
    page.locator(".group.some > legend select").select_option("lesion")
    expect_counts(page, studies=4)  # the femur's patient: some reading of the lesion is lytic, on whichever study


QUESTIONS: list[dict[str, Any]] = [
    {"all": [{"field": "series.modality", "op": "in", "value": ["CT", "MR"]}, {"any": [THIN, {"not": THIN}]}]},
    {"all": [{"not": {"all": [THIN, {"field": "study.day", "op": "range", "value": [None, 90]}]}}]},
    {"all": [{"some": "reading", "where": {"all": [THIN, THIN]}, "of": "patient"}]},
    {"all": [{"some": "score", "where": {"field": "score.decided", "op": "eq", "value": False}}]},
    {"any": [{"field": "series.tracer", "op": "exists", "value": False}, {"not": {"not": THIN}}]},
]

AS_GROUP = QUESTIONS[4] | {"any": [QUESTIONS[4]["any"][0], {"not": {"all": [{"not": THIN}]}}]}
"""Of twice not, the outer one is that of a group."""


def test_a_question_that_is_opened_and_saved_again_is_the_same(window: OpenWindow) -> None:
    page = window().page
    enter(page, RESEARCHER, at="/research")

    again = page.evaluate(
        """async (questions) => {
            const { loadCatalogue } = await import('/workbench/js/research/catalogue.js');
            const { toDocument, toTree } = await import('/workbench/js/research/tree.js');
            const catalogue = await loadCatalogue();
            return questions.map((each) => toDocument(toTree(each, catalogue), catalogue));
        }""",
        QUESTIONS,
    )

    assert [query_from(each) for each in again] == [query_from(each) for each in [*QUESTIONS[:4], AS_GROUP]]


def test_what_cannot_be_asked_is_said_at_its_place(window: OpenWindow) -> None:
    watched = window()
    watched.expect_error("422")
    page = watched.page
    enter(page, RESEARCHER, at="/research")
    page.get_by_role("button", name="thin CT").click()
    expect_counts(page, patients=0)
    modality, thickness = (page.locator(".condition").nth(place).get_by_role("textbox") for place in (0, 1))

    thickness.fill("thin")
    expect(page.get_by_role("alert")).to_have_text("Condition 2: a number is wanted.")
    thickness.fill("")
    expect(page.get_by_role("alert")).to_have_count(0)
    expect_counts(page, series=CT_SERIES)  # a condition that is not filled in asks nothing
    modality.fill("C-T")
    expect(page.get_by_role("alert")).to_have_text("Condition 1: must be a code in capitals, of 1 to 16 characters")
    expect(page.locator(".preview")).to_contain_text("Correct the question first")


def test_a_question_is_saved_in_versions_and_opened_by_its_link(window: OpenWindow, site: Site) -> None:
    page = window().page
    enter(page, RESEARCHER, at="/research")
    page.get_by_role("button", name="SINS of 7 at least").click()
    page.locator("#cohort-name").fill("unstable")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".asking .said")).to_have_text("Saved as version 1 of unstable.")
    expect(page.locator(".further")).to_contain_text("unstable@1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".asking .said")).to_have_text("It is version 1 of unstable already.")

    page.locator(".group.some .value").last.fill("13")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".asking .said")).to_have_text("Saved as version 2 of unstable.")
    page.goto("/research?cohort=unstable@1")
    expect(page.locator(".group.some .value").last).to_have_value("7")
    with site.client(RESEARCHER) as client:
        saved = client.get("/api/v1/cohorts/unstable/versions/2").json()
    assert saved["where"]["all"][0]["where"]["all"][1] == {"field": "score.minimum", "op": "gte", "value": 13}


def test_a_release_is_made_followed_granted_and_downloaded(window: OpenWindow, site: Site, tmp_path: Path) -> None:
    with site.client(RESEARCHER) as client:
        assert client.post("/api/v1/cohorts", json={"name": "thin-mr", "where": THIN}).status_code == 201
    page = window().page
    enter(page, KEEPER, at="/custody?view=releases&release=thin-mr@1")
    page.locator("#release-name").fill("Thin MR")
    page.locator("#release-record").select_option("cohort")
    page.get_by_role("button", name="Build the release").click()

    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", "Waits for a worker…")
    worker = Worker(site)
    job = worker.take()
    worker.tell(job, 1, 4)
    expect(bar).to_have_attribute("aria-valuenow", "25")
    worker.finish(job)
    expect(page.locator(".release > header .chip")).to_have_text("ready")
    expect(page.locator(".facts")).to_contain_text("1 patient, 1 study, 1 series")
    expect(page.locator(".facts")).to_contain_text("clinical records of the patients of the cohort")
    expect(page.locator(".ways code")).to_have_text(f"osteon pull 1 release-1 --url {site.url}")
    page.locator("#grant-account").fill(RESEARCHER)
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.locator(".grants tbody tr")).to_contain_text(["Dr researcher"])
    assert serious_barriers(page) == []

    reader = window(language="fr").page
    enter(reader, RESEARCHER, at="/research?view=releases")
    expect(reader.locator(".release h2")).to_have_text("1 Thin MR")
    assert reader.locator(".grants").count() == 0
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Télécharger .tar").click()
    file = tmp_path / "release.tar"
    download.value.save_as(file)
    with tarfile.open(file) as bag:
        names = bag.getnames()
    assert sum(name.endswith(".dcm") for name in names) == 3
    assert any(name.endswith("manifest-sha256.txt") for name in names)

    # As it is told to somebody who reads one of its studies blindly.
    reader.route("**/api/v1/releases/1", lambda route: route.fulfill(json=route.fetch().json() | {"counts": None}))
    reader.reload()
    expect(reader.locator(".release")).to_contain_text("d’un examen que vous lisez en aveugle")
    expect(reader.get_by_role("link", name="Télécharger .tar")).to_have_count(0)
    expect(reader.locator(".facts")).to_be_visible()


def test_who_has_no_grant_sees_no_release(window: OpenWindow) -> None:
    page = window().page
    enter(page, CLINICIAN, at="/research?view=releases")

    expect(page.locator("main")).to_contain_text("No release is granted to you")


@pytest.mark.parametrize(("theme", "language"), [("light", "en"), ("dark", "fr")])
def test_it_fits_and_keeps_nobody_out(window: OpenWindow, theme: str, language: str) -> None:
    page = window(theme=theme, language=language).page
    enter(page, RESEARCHER, at="/research")
    page.locator(".examples button").nth(1).click()
    page.locator(".not-button").first.click()
    expect(page.locator(".plot").first).to_be_visible()

    assert serious_barriers(page) == []
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
