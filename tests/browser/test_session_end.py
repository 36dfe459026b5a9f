"""The session ends over the images, in the middle of a reading: said, signed in again in place, nothing lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.reading_page import ReadingPage
from tests.browser.signing_in import have_session
from tests.browser.viewing import READER, ViewedSite, viewed_site
from tests.browser.watched import Watched, serious_barriers, watched_page
from tests.builders.accounts import OTHER_PASSWORD, PASSWORD
from tests.builders.real_files import GE_CT, series_files

PATIENT = "OST-CT"
FIRST_HALF = 20
"""Slices that arrive before the session ends, of 41."""

STACK = "cornerstone.getEnabledElements()[0]?.viewport"
MIDDLES = """() => {
  const { dimensions: [columns, rows], imageIds } = cornerstone.cache.getVolumes()[0];
  const images = imageIds.map((id) => cornerstone.cache.getImage(id));
  return images.map((image) => image?.voxelManager.getAtIJK(columns / 2, rows / 2, 0) ?? null).sort((a, b) => a - b);
}"""
"""What is in the middle of each slice of the volume, in HU. A slice that is missing is filled from its neighbours."""


@pytest.fixture(scope="module")
def viewed(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[ViewedSite]:
    with viewed_site(tmp_path_factory.mktemp("viewed"), migrated_sqlite) as site:
        yield site


@pytest.fixture(scope="module")
def files(viewed: ViewedSite) -> list[pydicom.Dataset]:
    """Of one study, a real CT of the trunk."""
    files: list[pydicom.Dataset] = [pydicom.dcmread(file) for file in series_files(GE_CT)]
    viewed.store(files, PATIENT)
    return files


@pytest.fixture
def window(browser: Browser, viewed: ViewedSite) -> Iterator[Watched]:
    with watched_page(browser, viewed.url, language="en") as watched:
        watched.expect_error("401")
        watched.expect_error("XMLHttpRequest")  # OHIF's word for it
        yield watched


def test_a_session_that_ends_over_the_images_is_taken_up_in_place_and_nothing_is_lost(
    window: Watched, files: list[pydicom.Dataset]
) -> None:
    study = str(files[0].StudyInstanceUID)
    page = window.page
    have_session(page, READER)
    _change(page, f"patients/{PATIENT}/lesions", {"site": {"bone": "vertebra", "level": "T11"}})
    let_through: list[Route] = []

    def first_half(route: Route) -> None:
        if len(let_through) < FIRST_HALF:
            let_through.append(route)
            route.continue_()

    page.route("**/frames/*", first_half)
    page.goto(f"/viewer?StudyInstanceUIDs={study}", wait_until="commit")
    reading = ReadingPage(page)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.press("1")
    reading.is_saved()
    page.wait_for_function(f"() => new Set(({MIDDLES})()).size > 1")

    _change(page, "sign-out", None)
    reading.current("alignment")
    reading.press("3")
    again = page.locator("dialog.sign-in")
    expect(again).to_be_visible()
    with page.expect_response(lambda answer: "/frames/" in answer.url and answer.status == 401):
        page.unroute("**/frames/*")  # those that are held go on
    expect(again).to_have_count(1)
    expect(again).to_contain_text("Nothing that you entered is lost")
    expect(again.locator("#user-name")).to_have_value(READER)
    expect(reading.chosen("alignment")).to_contain_text("subluxation")
    assert reading.saved.get_attribute("data-state") != "saved"
    assert [each for each in serious_barriers(page) if "sign-in" in each] == []
    again.locator("input[type=password]").fill(OTHER_PASSWORD)
    page.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_have_text("User name or password is wrong.")
    again.locator("input[type=password]").fill(PASSWORD)
    again.locator("input[type=password]").press("Enter")

    expect(again).to_have_count(0)
    reading.is_saved()
    (draft,) = page.context.request.get("/api/v1/drafts").json()["items"]
    assert (draft["findings"]["lesion_type"], draft["findings"]["alignment"]) == ("lytic", "subluxation_translation")
    assert page.url.endswith(f"/viewer?StudyInstanceUIDs={study}")
    there = sorted(_middle(each) for each in files)
    page.wait_for_function(f"(there) => JSON.stringify(({MIDDLES})()) === JSON.stringify(there)", arg=there)


def test_a_slice_that_is_scrolled_to_when_the_session_has_ended_is_shown_after_signing_in(
    window: Watched, files: list[pydicom.Dataset]
) -> None:
    page = window.page
    have_session(page, READER)
    let_through: list[Route] = []

    def first(route: Route) -> None:
        if not let_through:
            let_through.append(route)
            route.continue_()

    page.route("**/frames/*", first)
    query = f"StudyInstanceUIDs={files[0].StudyInstanceUID}&hangingProtocolId=osteon-plain"
    page.goto(f"/viewer?{query}", wait_until="commit")
    page.wait_for_function(f"() => window.cornerstone && {STACK}?.getCornerstoneImage?.()")
    before = page.evaluate(f"{STACK}.getCornerstoneImage().imageId")

    _change(page, "sign-out", None)
    page.locator(".cornerstone-viewport-element").click()
    page.keyboard.press("ArrowDown")
    page.wait_for_function(f"() => {STACK}.getTargetImageIdIndex() === 1")
    page.unroute("**/frames/*")
    again = page.locator("dialog.sign-in")
    again.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(again).to_have_count(0)
    wanted = page.evaluate(f"{STACK}.getImageIds()[1]")
    assert wanted != before
    page.wait_for_function(f"(wanted) => {STACK}.getCornerstoneImage().imageId === wanted", arg=wanted)
    assert page.evaluate(f"{STACK}.getProperties().voiRange") == {"lower": -500, "upper": 1299}  # bone, as before


def _middle(image: pydicom.Dataset) -> int:
    rows, columns = image.pixel_array.shape
    stored = int(image.pixel_array[rows // 2, columns // 2])
    return int(stored * image.RescaleSlope + image.RescaleIntercept)


def _change(page: Page, path: str, body: Any) -> None:
    """As another window of the same browser does."""
    token = page.context.request.get("/api/v1/me").json()["csrf_token"]
    answer = page.context.request.post(f"/api/v1/{path}", data=body, headers={"X-CSRF-Token": token})
    assert answer.ok, answer.text()
