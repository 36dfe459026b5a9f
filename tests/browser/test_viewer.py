"""The viewer with real images: what it draws, what it hands on, and what it says when it cannot."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pydicom
import pytest
from playwright.sync_api import Browser, Page, expect
from pydicom.encaps import encapsulate
from pydicom.uid import UID, generate_uid

from tests.browser.conftest import CHROMIUM
from tests.browser.viewing import DRAWN, ViewedSite, brightness, open_viewer, sr_without_content, viewed_site
from tests.browser.watched import Watched, watched_page
from tests.builders.accounts import PASSWORD
from tests.builders.real_files import CROPPED_CT, GE_CT, packaged, series_files

CROPPED_PET = "petctmr_crop_STS_001/PET/dicom/image"
CROPPED_MR = "petctmr_crop_STS_001/MR_T1/dicom/image"
JPEG_XL = UID("1.2.840.10008.1.2.4.110")
SLICES_ONLY = "&hangingProtocolId=osteon-plain"
VIEWS = """cornerstone.getEnabledElements().map(({ viewport }) => ({
  id: viewport.id, type: viewport.type, focus: viewport.getCamera().focalPoint,
  window: viewport.getProperties().voiRange,
  image: viewport.getCurrentImageId?.() ?? null,
  scale: 2 * viewport.getCamera().parallelScale / viewport.element.clientHeight,
}))"""

HEIGHTS = f"""Object.fromEntries({VIEWS}.map(({{ id, image }}) =>
  [id, cornerstone.metaData.get('imagePlaneModule', image).imagePositionPatient[2]]))"""
"""Of the slice that each viewport shows, in mm towards the head."""
FOLLOWED = f"([before, way]) => {{ const all = {HEIGHTS}; return Math.abs(all.prior - before) > way - 2 && all; }}"

Open = Callable[..., Watched]


@pytest.fixture(scope="module")
def viewed(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[ViewedSite]:
    with viewed_site(tmp_path_factory.mktemp("viewed"), migrated_sqlite) as site:
        yield site


@pytest.fixture(scope="module")
def ct(viewed: ViewedSite) -> str:
    """The study of a real CT of the trunk, 41 slices of 5 mm."""
    return _stored(viewed, series_files(GE_CT), "OST-CT")


@pytest.fixture(scope="module")
def pet_ct(viewed: ViewedSite) -> str:
    """A PET and a CT of one real examination, around a thigh."""
    return _stored(viewed, [*series_files(CROPPED_CT), *series_files(CROPPED_PET)], "OST-PET")


@pytest.fixture
def window(browser: Browser, viewed: ViewedSite) -> Iterator[Open]:
    with ExitStack() as opened:
        yield lambda **wishes: opened.enter_context(watched_page(browser, viewed.url, **wishes))


def _stored(viewed: ViewedSite, files: list[Path], pseudonym: str) -> str:
    datasets = [pydicom.dcmread(file) for file in files]
    viewed.store(datasets, pseudonym)
    return str(datasets[0].StudyInstanceUID)


def views(page: Page) -> dict[str, dict[str, Any]]:
    """What each viewport shows, by its name."""
    return {each["id"]: each for each in page.evaluate(VIEWS)}


def draw_length(page: Page, viewport: int) -> float:
    """A line of 80 by 30 pixels across the middle of a viewport. Returns its length in pixels."""
    element = page.locator(".cornerstone-viewport-element").nth(viewport)
    box = element.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)  # the first click on a viewport only makes it the active one
    pressed = page.evaluate("performance.now()")
    page.locator('[data-cy="MeasurementTools-split-button-primary"]').click()
    # Cornerstone takes a second press within 400 ms for a double click.
    page.wait_for_function("(pressed) => performance.now() > pressed + 500", arg=pressed)
    page.mouse.move(x - 40, y - 15)
    page.mouse.down()
    page.mouse.move(x, y, steps=3)
    page.mouse.move(x + 40, y + 15, steps=3)
    page.mouse.up()
    return math.hypot(80, 30)


def scroll_down(page: Page, slices: int) -> None:
    """So many presses of a key in the current study, each waited for."""
    for _ in range(slices):
        before = views(page)["current"]["image"]
        page.keyboard.press("ArrowDown")
        page.wait_for_function(f"(before) => {VIEWS}.every(({{ image }}) => image !== before)", arg=before)


def given_to_panel(page: Page) -> dict[str, Any]:
    panel = "document.querySelector('osteon-lesion-panel')"
    page.wait_for_function(f"() => {panel}?.given.length > 0")
    given: dict[str, Any] = page.evaluate(f"{panel}.given.at(-1)")
    return given


def measured(page: Page, given: dict[str, Any]) -> dict[str, Any]:
    """What the API computes of it."""
    token = page.context.request.get("/api/v1/me").json()["csrf_token"]
    place = ("points", "sop_instance_uid", "frame_of_reference_uid", "plane_normal")
    body = {name: given[name] for name in ("kind", "study_instance_uid", "series_instance_uid")}
    answer = page.context.request.post(
        "/api/v1/measurements",
        data=body | {"geometry": {name: given[name] for name in place}},
        headers={"X-CSRF-Token": token},
    )
    assert answer.ok, answer.text()
    computed: dict[str, Any] = answer.json()
    return computed


def test_a_real_ct_opens_in_a_layout_for_the_spine_and_is_measured_where_it_is_reformatted(
    window: Open, ct: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page = window().page
    began = time.monotonic()
    open_viewer(page, ct, viewports=3)
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nviewer: 41 slices of CT in three planes after {took:.1f} s")  # noqa: T201 - measured, not asserted

    shown = views(page)
    assert list(shown) == ["sagittal-ct", "axial-ct", "coronal-ct"]
    # Level 400, width 1800 (PS3.3 C.11.2.1.2.1).
    assert all(each["window"] == {"lower": -500, "upper": 1299} for each in shown.values())
    assert page.locator("osteon-lesion-panel").get_attribute("study") == ct
    assert page.locator("osteon-lesion-panel").get_attribute("patient") == "OST-CT"

    pixels = draw_length(page, 1)
    given = given_to_panel(page)
    assert (given["kind"], given["sop_instance_uid"]) == ("length", None)
    assert [abs(given["plane_normal"][axis]) for axis in "xyz"] == [0, 0, 1]
    (length,) = measured(page, given)["values"]
    assert length["value"] == pytest.approx(pixels * views(page)["axial-ct"]["scale"], abs=0.5)

    target = {"x": 20.0, "y": -15.0, "z": shown["axial-ct"]["focus"][2] + 25}
    page.evaluate(
        """(detail) => document.querySelector('osteon-lesion-panel')
             .dispatchEvent(new CustomEvent('osteon-jump', { detail }))""",
        {"frame_of_reference_uid": given["frame_of_reference_uid"], "point": target},
    )
    moved = views(page)
    assert moved["sagittal-ct"]["focus"][0] == pytest.approx(target["x"], abs=0.5)
    assert moved["coronal-ct"]["focus"][1] == pytest.approx(target["y"], abs=0.5)
    assert moved["axial-ct"]["focus"][2] == pytest.approx(target["z"], abs=0.5)


def test_keys_change_the_window_and_a_length_on_a_stored_slice_names_it(window: Open, ct: str) -> None:
    page = window().page
    open_viewer(page, ct, viewports=1, query=SLICES_ONLY)
    page.locator(".cornerstone-viewport-element").click()
    (bone,) = brightness(page)

    page.keyboard.press("t")
    # Muscle and liver, nearly black in the bone window, turn bright.
    page.wait_for_function(f"(least) => ({DRAWN})()[0] > least", arg=1.3 * bone)
    assert views(page)["slices"]["window"] == {"lower": -160, "upper": 239}
    page.keyboard.press("b")
    page.wait_for_function(f"(most) => ({DRAWN})()[0] < most", arg=1.1 * bone)
    assert views(page)["slices"]["window"] == {"lower": -500, "upper": 1299}

    pixels = draw_length(page, 0)
    given = given_to_panel(page)
    assert given["sop_instance_uid"] in views(page)["slices"]["image"]
    (length,) = measured(page, given)["values"]
    assert length["value"] == pytest.approx(pixels * views(page)["slices"]["scale"], abs=0.5)


def test_pet_and_ct_are_fused_and_shown_as_suv(window: Open, pet_ct: str) -> None:
    page = window(language="fr").page
    open_viewer(page, pet_ct, viewports=5)

    shown = views(page)
    assert set(shown) == {"axial-ct", "axial-ct-pet", "coronal-pet-mip", "sagittal-ct", "sagittal-ct-pet"}
    # SUV 0 to 10; activities of this examination are thousands of Bq/ml.
    assert shown["coronal-pet-mip"]["window"] == {"lower": 0, "upper": 9}
    expect(page.get_by_text("Recherche, n’est pas un dispositif médical")).to_be_visible()
    expect(page.get_by_text("Lésions")).to_be_visible()


def test_prior_and_current_are_side_by_side_and_scroll_by_the_same_way(window: Open, ct: str, pet_ct: str) -> None:
    page = window().page
    open_viewer(page, ct, pet_ct, viewports=2)
    page.locator(".cornerstone-viewport-element").nth(0).click()

    before = page.evaluate(HEIGHTS)
    scroll_down(page, 4)
    together = page.wait_for_function(FOLLOWED, arg=[before["prior"], 20]).json_value()
    page.keyboard.press("l")
    scroll_down(page, 2)
    apart = page.evaluate(HEIGHTS)

    # Slices of 5 mm, and of 3.27 mm: to the nearest.
    assert abs(together["current"] - before["current"]) == 20
    assert abs(together["prior"] - before["prior"]) == pytest.approx(20, abs=3.27 / 2)
    assert abs(apart["current"] - together["current"]) == 10
    assert apart["prior"] == together["prior"]


def test_t1_and_stir_of_a_spine_are_side_by_side(window: Open, viewed: ViewedSite) -> None:
    study = generate_uid()
    for number, name in enumerate(("AX T2", "SAG STIR", "SAG T1"), 1):
        series = generate_uid()
        slices = [pydicom.dcmread(file) for file in series_files(CROPPED_MR)[20:23]]
        for each in slices:
            each.StudyInstanceUID, each.SeriesInstanceUID, each.SeriesNumber = study, series, number
            each.SOPInstanceUID, each.SeriesDescription = generate_uid(), name
        viewed.store(slices, "OST-MR")

    page = window().page
    open_viewer(page, study, viewports=2)

    named = "(image) => cornerstone.metaData.get('instance', image).SeriesDescription"
    shown = views(page)
    names = [page.evaluate(named, shown[name]["image"]) for name in ("t1", "stir")]
    assert names == ["SAG T1", "SAG STIR"]


def test_compressed_images_are_drawn(window: Open, viewed: ViewedSite) -> None:
    study = generate_uid()
    for name, files in {"T1": "MR_small_jp2klossless.dcm", "STIR": "MR_small_jpeg_ls_lossless.dcm"}.items():
        image = pydicom.dcmread(packaged(files))
        image.StudyInstanceUID, image.SeriesInstanceUID, image.SeriesDescription = study, generate_uid(), name
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        viewed.store([image], "OST-PACKED")

    page = window().page
    open_viewer(page, study, viewports=2)

    jpeg_2000, jpeg_ls = brightness(page)
    assert jpeg_2000 == pytest.approx(jpeg_ls, abs=1)  # the same image, both without loss


def test_an_image_in_a_compression_that_cannot_be_read_is_said_so(window: Open, viewed: ViewedSite) -> None:
    image = pydicom.dcmread(packaged("CT_small.dcm"))
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.file_meta.TransferSyntaxUID = JPEG_XL
    image.PixelData = encapsulate([b"\xff\x0a no picture "])
    image["PixelData"].VR = "OB"
    viewed.store([image], "OST-ODD")
    watched = window()
    watched.expect_error("")

    open_viewer(watched.page, str(image.StudyInstanceUID))

    expect(watched.page.get_by_text("An image cannot be shown")).to_be_visible(timeout=60_000)
    expect(watched.page.get_by_text("It is compressed in a way that cannot be read here")).to_be_visible()


def test_a_study_without_images_is_said_so_in_the_readers_language(window: Open, viewed: ViewedSite) -> None:
    report = sr_without_content(generate_uid())
    viewed.store([report], "OST-SR")
    page = window(language="fr").page

    open_viewer(page, str(report.StudyInstanceUID))

    expect(page.get_by_role("heading", level=1)).to_have_text("Cet examen n’a pas d’images")
    expect(page.get_by_role("link", name="Lire sans les images")).to_have_attribute(
        "href", f"/patients/OST-SR/reading?study={report.StudyInstanceUID}"
    )


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ("/viewer?StudyInstanceUIDs=1.2.3.4", "There is no such study"),
        ("/viewer?StudyInstanceUIDs=../../x", "No study was named"),
        ("/viewer", "No study was named"),
    ],
)
def test_a_study_that_is_not_there_is_said_so(window: Open, address: str, title: str) -> None:
    page = window().page
    page.context.request.post("/api/v1/sign-in", data={"user_name": "reader", "password": PASSWORD})

    page.goto(address)

    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    expect(page.get_by_role("link", name="Back to the list")).to_have_attribute("href", "/")


def test_whoever_is_not_signed_in_is_sent_there_and_back(window: Open, ct: str) -> None:
    watched = window()
    watched.expect_error("401")

    watched.page.goto(f"/viewer?StudyInstanceUIDs={ct}")

    expect(watched.page).to_have_url(f"/sign-in?next=%2Fviewer%3FStudyInstanceUIDs%3D{ct}")


def test_a_browser_without_webgl_is_told_what_it_lacks(browser: Browser, viewed: ViewedSite, ct: str) -> None:
    flags = ["--no-sandbox", "--disable-gpu", "--disable-3d-apis", "--disable-background-networking"]
    plain = browser.browser_type.launch(executable_path=CHROMIUM, args=flags)
    try:
        with watched_page(plain, viewed.url) as watched:
            open_viewer(watched.page, ct)
            expect(watched.page.get_by_role("heading", level=1)).to_have_text("This browser cannot draw the images")
            expect(watched.page.get_by_role("link", name="Read without images")).to_be_visible()
    finally:
        plain.close()


LAYOUT = """async (given) => {
  const { layoutFor } = await import('/ext/layouts.js');
  const base = { numImageFrames: 60, isReconstructable: true, StudyInstanceUID: '1', SeriesDescription: '' };
  return layoutFor(given.map((each) => ({ ...base, ...each })), ['1', '2']);
}"""


@pytest.mark.parametrize(
    ("series", "layout"),
    [
        pytest.param([{"Modality": "CT"}], "osteon-spine-ct", id="CT of whatever"),
        pytest.param([{"Modality": "CT", "SeriesDescription": "FEMUR G OS"}], "osteon-long-bone-ct", id="femur"),
        pytest.param(
            [{"Modality": "CT", "instance": {"BodyPartExamined": "HUMERUS"}}], "osteon-long-bone-ct", id="arm"
        ),
        pytest.param(
            [{"Modality": "CT"}, {"Modality": "CT", "SeriesDescription": "FEMUR"}], "osteon-spine-ct", id="both"
        ),
        pytest.param([{"Modality": "CT", "isReconstructable": False}], "osteon-plain", id="slices with gaps"),
        pytest.param([{"Modality": "CT", "numImageFrames": 5000}], "osteon-plain", id="too many for a volume"),
        pytest.param([{"Modality": "CT"}, {"Modality": "PT"}], "osteon-pet-ct", id="PET/CT"),
        pytest.param([{"Modality": "PT"}], "osteon-plain", id="PET alone"),
        pytest.param([{"Modality": "MR"}, {"Modality": "MR"}], "osteon-spine-mr", id="MR"),
        pytest.param([{"Modality": "CT"}, {"Modality": "CT", "StudyInstanceUID": "2"}], "osteon-compare", id="prior"),
        pytest.param(
            [{"Modality": "CT"}, {"Modality": "SR", "StudyInstanceUID": "2", "numImageFrames": 0}],
            "osteon-spine-ct",
            id="prior without images",
        ),
    ],
)
def test_the_layout_follows_from_what_the_study_holds(layouts: Page, series: list[dict[str, Any]], layout: str) -> None:
    assert layouts.evaluate(LAYOUT, series) == layout


@pytest.mark.parametrize(
    ("series", "slices"),
    [
        pytest.param([{"Modality": "CT", "numImageFrames": 5000}], 5000, id="too many for planes"),
        pytest.param([{"Modality": "CT", "numImageFrames": 5000}, {"Modality": "CT"}], 0, id="a thicker series, too"),
        pytest.param([{"Modality": "CT", "numImageFrames": 5000, "isReconstructable": False}], 0, id="with gaps"),
    ],
)
def test_it_is_said_when_a_series_is_too_long_for_planes(
    layouts: Page, series: list[dict[str, Any]], slices: int
) -> None:
    assert layouts.evaluate(LAYOUT.replace("layoutFor", "tooManySlices"), series) == slices


@pytest.fixture(scope="module")
def layouts(browser: Browser, viewed: ViewedSite) -> Iterator[Page]:
    with watched_page(browser, viewed.url) as watched:
        watched.page.goto("/sign-in")
        yield watched.page
