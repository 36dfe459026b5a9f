"""A patient's CT beside the one before, in the viewer: linked by place, and what was found then copied with one key.

The pair is a phantom, of one patient at two dates, in slices of different thickness.
"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pydicom import Dataset
from pydicom.uid import generate_uid

from osteon.sample.spine import spine_volume
from osteon.sample.study import SampleSeries, image
from tests.browser.reading_page import Json, ReadingPage
from tests.browser.signing_in import have_session
from tests.browser.viewing import DRAWN, READER, ViewedSite, viewed_site
from tests.browser.watched import watched_page

BEFORE, NOW = date(2031, 1, 6), date(2031, 7, 3)
THICK, THIN = 5.0, 4.0
"""mm between slices, then and now."""

FOUND: Json = {
    "lesion_type": "lytic",
    "alignment": "normal",
    "vertebral_collapse": {"present": True, "height_loss_percent": 25},
}
HEIGHTS = """() => Object.fromEntries(cornerstone.getEnabledElements().map(({ viewport }) => [viewport.id,
  cornerstone.metaData.get('imagePlaneModule', viewport.getCurrentImageId()).imagePositionPatient[2]]))"""
AT_REST = f"""() => {{
  const shown = JSON.stringify(({HEIGHTS})()), now = performance.now();
  if (window.shownBefore !== shown) {{ window.shownBefore = shown; window.shownSince = now; }}
  return now - window.shownSince > 1000;
}}"""
ONLY_THE_PRIOR_STILL_COMES = """async () => {
  const of = (id) => cornerstone.getEnabledElements().map(({ viewport }) => viewport).find((each) => each.id === id);
  const [current, prior] = [of('current'), of('prior')];
  await Promise.all(current.getImageIds().map((id) => cornerstone.imageLoader.loadAndCacheImage(id)));
  for (const id of prior.getImageIds().filter((each) => each !== prior.getCurrentImageId())) {
    if (cornerstone.cache.isLoaded(id)) cornerstone.cache.removeImageLoadObject(id, { force: true });
  }
  return current;
}"""
FIVE_AT_ONCE = f"""async () => {{
  const current = await ({ONLY_THE_PRIOR_STILL_COMES})();
  for (let step = 1; step <= 5; step++) await current.setImageIdIndex(current.getCurrentImageIdIndex() + 1);
}}"""
"""As a wheel is turned: slices of the current study follow each other faster than those of the prior come."""
PRIOR_SHOWS_A_SLICE = """() => {
  const { element } = cornerstone.getEnabledElements().map(({ viewport }) => viewport).find(({ id }) => id === 'prior');
  window.priorShowedASlice = false;
  const note = () => { window.priorShowedASlice = true; };
  element.addEventListener(cornerstone.Enums.Events.STACK_NEW_IMAGE, note, { once: true });
}"""
BOTH_DRAWN = f"() => {{ const all = ({DRAWN})(); return all.length === 2 && all.every((each) => each > 1); }}"


@pytest.fixture(scope="module")
def viewed(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[ViewedSite]:
    with viewed_site(tmp_path_factory.mktemp("viewed"), migrated_sqlite) as site:
        yield site


def examination(day: date, thickness: float) -> list[Dataset]:
    """The spine of the phantom on that day."""
    slices = round(200 / thickness)
    volume = spine_volume(spacing=(thickness, 2.7, 2.7), shape=(slices, 88, 88))
    series = SampleSeries(
        name=f"spine {day}",
        number=2,
        description="RACHIS LOMBAIRE",
        body_part="LSPINE",
        laterality=None,
        kernel="BONE",
        window=((350, 1800), (40, 400)),
        volume=volume,
        exposure=(800, 310),
    )
    study, of_series, frame = generate_uid(), generate_uid(), generate_uid()
    return [_on(image(series, number), day, study, of_series, frame) for number in range(1, slices + 1)]


def test_a_prior_is_scrolled_with_the_current_study_however_fast_and_its_findings_are_copied_with_one_key(
    browser: Browser, viewed: ViewedSite
) -> None:
    then, now, patient = examination(BEFORE, THICK), examination(NOW, THIN), f"OST-PAIR-{uuid4().hex[:8].upper()}"
    viewed.store([*then, *now], patient)
    with watched_page(browser, viewed.url, language="en") as watched:
        page = watched.page
        have_session(page, READER)
        lesion = _posted(page, f"patients/{patient}/lesions", {"site": {"bone": "vertebra", "level": "L3"}})
        body = {"study_instance_uid": str(then[0].StudyInstanceUID), "findings": FOUND}
        _posted(page, f"lesions/{lesion['lesion_id']}/readings", body)

        page.goto(f"/patients/{patient}")
        page.get_by_role("link", name=re.compile("prior", re.IGNORECASE)).first.click()
        page.wait_for_function(BOTH_DRAWN, timeout=60_000)
        _scrolled_together(page)
        _scrolled_together_faster_than_slices_come(page)
        _shown_where_it_is(page, now[30])
        _shown_where_it_is_when_a_slice_of_the_prior_comes_late(page, str(then[0].StudyInstanceUID), now[20])
        _copied(page, str(now[0].StudyInstanceUID), lesion["lesion_id"])


def _scrolled_together(page: Page) -> None:
    page.locator(".cornerstone-viewport-element").first.click()
    _step_down(page, 5)  # the link is made of what both show at first, and takes hold with the first steps
    page.wait_for_function(AT_REST, timeout=60_000)
    before = page.evaluate(HEIGHTS)
    _step_down(page, 5)
    way = 5 * THIN
    page.wait_for_function(f"([from, way]) => Math.abs(({HEIGHTS})().prior - from) === way", arg=[before["prior"], way])
    after = page.evaluate(HEIGHTS)
    assert after["prior"] - before["prior"] == after["current"] - before["current"]


def _scrolled_together_faster_than_slices_come(page: Page) -> None:
    before = page.evaluate(HEIGHTS)
    page.evaluate(FIVE_AT_ONCE)
    page.wait_for_function(AT_REST, timeout=60_000)
    after = page.evaluate(HEIGHTS)
    assert abs(after["current"] - before["current"]) == 5 * THIN
    assert after["prior"] - before["prior"] == after["current"] - before["current"]


def _shown_where_it_is(page: Page, image: Dataset) -> None:
    """A place on a stored slice is shown on it; the prior, at which the reader has just been, stays."""
    prior = page.locator(".cornerstone-viewport-element").nth(1)
    prior.click()
    before = page.evaluate(HEIGHTS)
    assert before["current"] != image.ImagePositionPatient[2]
    _jump(page, image)
    page.wait_for_function(AT_REST, timeout=60_000)
    assert page.evaluate(HEIGHTS) == {"current": image.ImagePositionPatient[2], "prior": before["prior"]}
    page.locator(".cornerstone-viewport-element").first.click()


def _shown_where_it_is_when_a_slice_of_the_prior_comes_late(page: Page, prior_study: str, image: Dataset) -> None:
    """What the prior was asked for by the link comes when the reader has turned to the prior: it does not lead."""
    page.evaluate(f"async () => {{ await ({ONLY_THE_PRIOR_STILL_COMES})(); }}")
    held = list[Route]()
    of_the_prior = re.compile(re.escape(f"/{prior_study}/"))
    page.route(of_the_prior, lambda route: held.append(route))  # noqa: PLW0108 - playwright writes to what it is given
    with page.expect_request(of_the_prior):
        _step_down(page, 3)  # of 4 mm over slices of 5: the last asks again for a slice that is on its way
    page.locator(".cornerstone-viewport-element").nth(1).click()
    _jump(page, image)
    page.evaluate(PRIOR_SHOWS_A_SLICE)
    for route in held:
        route.continue_()
    page.unroute(of_the_prior)
    page.wait_for_function("() => window.priorShowedASlice")
    page.wait_for_function(AT_REST, timeout=60_000)
    assert page.evaluate(HEIGHTS)["current"] == image.ImagePositionPatient[2]
    page.locator(".cornerstone-viewport-element").first.click()


def _jump(page: Page, image: Dataset) -> None:
    point = dict(zip("xyz", map(float, image.ImagePositionPatient), strict=True))
    place = {"study_instance_uid": image.StudyInstanceUID, "sop_instance_uid": image.SOPInstanceUID, "point": point}
    page.locator("osteon-lesion-panel").evaluate(
        "(panel, detail) => panel.dispatchEvent(new CustomEvent('osteon-jump', { detail }))", place
    )
    page.wait_for_function(f"(z) => ({HEIGHTS})().current === z", arg=point["z"])


def _step_down(page: Page, steps: int) -> None:
    start = page.evaluate(HEIGHTS)["current"]
    for step in range(1, steps + 1):
        page.keyboard.press("ArrowDown")
        moved = f"([from, way]) => Math.abs(({HEIGHTS})().current - from) === way"
        page.wait_for_function(moved, arg=[start, step * THIN])


def _copied(page: Page, study: str, lesion_id: str) -> None:
    reading = ReadingPage(page)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    expect(reading.question("lesion_type")).to_contain_text("before: lytic")
    expect(reading.question("vertebral_collapse.height_loss_percent")).to_contain_text("25")
    reading.press("Shift+P")
    expect(reading.lesion("L1")).to_contain_text("carried over")
    expect(reading.chosen("lesion_type")).to_contain_text("lytic")
    reading.press("Shift+O")
    expect(reading.panel.locator(".question.carried")).to_have_count(0)
    reading.is_saved()
    reading.press("Control+Enter")
    expect(reading.lesion("L1")).to_contain_text("signed")
    signed = page.context.request.get(f"/api/v1/lesions/{lesion_id}/readings").json()["items"][-1]
    assert signed["study_instance_uid"] == study
    assert {name: signed["findings"][name] for name in ("lesion_type", "alignment")} == {
        "lesion_type": "lytic",
        "alignment": "normal",
    }
    assert signed["findings"]["vertebral_collapse"]["height_loss_percent"] == 25


def _on(dataset: Dataset, day: date, study: str, series: str, frame: str) -> Dataset:
    dataset.StudyDate = dataset.SeriesDate = dataset.AcquisitionDate = f"{day:%Y%m%d}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.FrameOfReferenceUID = study, series, frame
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return dataset


def _posted(page: Page, path: str, body: Json) -> Json:
    token = page.context.request.get("/api/v1/me").json()["csrf_token"]
    answer = page.context.request.post(f"/api/v1/{path}", data=body, headers={"X-CSRF-Token": token})
    assert answer.ok, answer.text()
    made: Json = answer.json()
    return made
