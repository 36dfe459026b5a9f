"""What is drawn in the viewer is measured by the server and fills the form; a suggestion is the reader's to take."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import OpenWindow
from tests.browser.reading_page import ReadingPage, lesion_of, lesions_of
from tests.browser.site import READER, Site, running_site
from tests.browser.watched import Watched
from tests.builders import measurable
from tests.builders.measurable import CT_FRAME, CT_SERIES, CT_STUDY
from tests.builders.registry import NEW_STUDY, OBJECTS

LONG = "long_axis_mm"
HEALTHY, LYTIC = 300, 20
IMAGE = f"{CT_SERIES}.5"
Z = 8.0
"""Of the image, in mm."""


@pytest.fixture
def site(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Site]:
    """A CT of bone with a lytic square, from column 40 to 60, on every slice."""
    voxels = np.full((45, 96, 96), HEALTHY, dtype=np.int16)
    voxels[:, 40:61, 40:61] = LYTIC
    with running_site(tmp_path, migrated_sqlite) as running:
        rows = measurable.keep(
            measurable.ct_series(voxels), lambda file, name: running.images.files.update({name: file})
        )
        running.ledger.record([*OBJECTS, *rows])
        yield running


def drawn(kind: str, *points: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {
        "uid": f"{kind}-{points[0]}",
        "kind": kind,
        "points": [{"x": x, "y": y, "z": Z} for x, y in points],
        "study_instance_uid": CT_STUDY,
        "series_instance_uid": CT_SERIES,
        "sop_instance_uid": IMAGE,
        "frame_of_reference_uid": CT_FRAME,
    } | more


def clicks(*heights: float, lower: float) -> list[dict[str, Any]]:
    """Six clicks on a body on a sagittal plane through the lesion: front, middle and back, the upper endplate first."""
    sagittal = {"sop_instance_uid": None, "plane_normal": {"x": 1, "y": 0, "z": 0}}
    tops = [(30 + 10 * at, lower + height) for at, height in enumerate(heights)]
    bottoms = [(y, lower) for y, _ in tops]
    return [
        drawn("points", (y, z), points=[{"x": 50, "y": y, "z": z}], **sagittal) | {"uid": f"click {y} {z}"}
        for y, z in (*tops, *bottoms)
    ]


def six_clicks(site: Site, window: OpenWindow) -> tuple[ReadingPage, Locator]:
    """A vertebra whose clicks are waited for, and the guide that asks for them."""
    with site.client(READER) as client:
        lesion_of(client, bone="vertebra", level="L1")
    reading = ReadingPage(window(language="en").page).open(READER, study=CT_STUDY)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.press("m")
    return reading, reading.panel.get_by_role("group", name="Heights by six clicks")


def test_six_clicks_on_a_vertebra_and_on_its_neighbour_give_the_loss_of_height(site: Site, window: OpenWindow) -> None:
    reading, guide = six_clicks(site, window)
    expect(guide).to_contain_text("L1: click the upper endplate, in front (1/6)")
    reading.draw(*clicks(15, 18, 25, lower=50))
    guide.get_by_role("button", name="+ L2").click()
    reading.draw(*clicks(25, 25, 25, lower=12))
    guide.get_by_role("button", name="Measure").click()

    expect(reading.question("vertebral_heights.anterior_mm").get_by_role("textbox")).to_have_value("15")
    loss = reading.question("vertebral_collapse.height_loss_percent")
    expect(loss.get_by_role("textbox")).to_have_value("40")
    expect(loss).to_contain_text("measured")
    reading.is_saved()
    with site.client(READER) as client:
        (draft,) = client.get("/api/v1/drafts").json()["items"]
    assert draft["findings"]["vertebral_collapse"]["height_loss_percent"] == 40
    assert draft["geometry"]["frame_of_reference_uid"] == CT_FRAME
    assert (len(draft["geometry"]["points"]), draft["geometry"]["shape"]) == (6, None)


def test_the_density_of_a_lesion_suggests_its_type_and_sets_nothing(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="femur", region="shaft", side="left")
    reading = ReadingPage(window(language="fr").page).open(READER, study=CT_STUDY)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.draw(drawn("ellipse", (44, 50), (56, 50), (50, 45), (50, 55)))
    reading.panel.locator("details[data-group=measured] summary").click()
    reading.panel.get_by_role("button", name="Comparer à l’os normal").click()
    reading.draw(drawn("ellipse", (74, 80), (86, 80), (80, 75), (80, 85)))
    suggested = reading.panel.locator(".suggested")
    expect(suggested).to_contain_text("Proposition")
    expect(suggested).to_contain_text("lytique")
    expect(reading.chosen("lesion_type")).to_have_count(0)
    suggested.get_by_role("button", name="La retenir").click()
    expect(reading.chosen("lesion_type")).to_contain_text("lytique")
    reading.is_saved()
    with site.client(READER) as client:
        (draft,) = client.get("/api/v1/drafts").json()["items"]
    assert (draft["geometry"]["shape"], draft["geometry"]["sop_instance_uid"]) == ("ellipse", IMAGE)


def test_what_is_drawn_before_a_lesion_is_open_begins_one(window: OpenWindow) -> None:
    reading = ReadingPage(window(language="en").page).open(READER, study=CT_STUDY)
    expect(reading.panel.locator("#site")).to_be_focused()
    reading.draw(drawn("bidirectional", (40, 50), (60, 50), (50, 45), (50, 55)))
    reading.panel.locator("#site").fill("L femur shaft")
    reading.press("Enter")
    reading.panel.locator("details[data-group=measured] summary").click()
    expect(reading.question("long_axis_mm").get_by_role("textbox")).to_have_value("20")
    expect(reading.question("short_axis_mm").get_by_role("textbox")).to_have_value("10")
    expect(reading.question("long_axis_mm")).to_contain_text("measured")


def bidirectional(length: float, *, uid: str = "axes", at: float = 40, **more: Any) -> dict[str, Any]:
    middle = at + length / 2
    return drawn("bidirectional", (at, 50), (at + length, 50), (middle, 45), (middle, 55), uid=uid, **more)


def drafts(site: Site) -> dict[str, dict[str, Any]]:
    """By the label of the lesion."""
    with site.client(READER) as client:
        labels = {each["lesion_id"]: each["label"] for each in lesions_of(client)}
        return {labels[each["lesion_id"]]: each for each in client.get("/api/v1/drafts").json()["items"]}


@pytest.fixture
def watched(window: OpenWindow) -> Watched:
    return window(language="en")


@pytest.fixture
def reading(site: Site, watched: Watched) -> ReadingPage:
    """Two lesions of long bones, the first one open, its measurements in sight."""
    with site.client(READER) as client:
        for side in ("left", "right"):
            lesion_of(client, bone="femur", region="shaft", side=side)
    page = ReadingPage(watched.page).open(READER, study=CT_STUDY)
    page.lesion("L1").click()
    page.current("lesion_type")
    return page


def test_what_is_measured_slowly_is_of_the_lesion_that_it_was_drawn_for(site: Site, reading: ReadingPage) -> None:
    held: list[Route] = []
    reading.page.route("**/measurements", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    with reading.page.expect_request("**/measurements"):
        reading.panel.evaluate("(panel, drawing) => { panel.addGeometry(drawing); }", bidirectional(20))
    reading.lesion("L2").click()
    expect(reading.panel.locator(".head h2")).to_contain_text("L2")
    reading.page.unroute("**/measurements")  # what is held goes on
    expect(reading.lesion("L1")).to_contain_text("draft")
    reading.panel.locator("details[data-group=measured] summary").click()
    expect(reading.question(LONG).get_by_role("textbox")).to_have_value("")
    expect(reading.panel.locator(".measured")).to_have_count(0)
    found = drafts(site)
    assert list(found) == ["L1"]
    assert found["L1"]["findings"][LONG] == 20


def test_the_shape_that_was_drawn_last_counts_and_gives_the_place(site: Site, reading: ReadingPage) -> None:
    held: list[Route] = []
    reading.page.route("**/measurements", lambda route: held.append(route))  # noqa: PLW0108  a built-in is no handler
    for length in (20, 35):
        reading.panel.evaluate("(panel, drawing) => { panel.addGeometry(drawing); }", bidirectional(length))
    reading.page.unroute("**/measurements")
    reading.panel.locator("details[data-group=measured] summary").click()
    box = reading.question(LONG).get_by_role("textbox")
    expect(box).to_have_value("35")
    reading.draw(bidirectional(50))
    expect(box).to_have_value("50")
    reading.is_saved()
    assert drafts(site)["L1"]["geometry"]["points"][1]["x"] == 90

    reading.draw(bidirectional(16, uid="another"))
    expect(box).to_have_value("16")
    reading.is_saved()
    assert drafts(site)["L1"]["geometry"]["points"][1]["x"] == 90, "the place stays where it was drawn first"

    reading.panel.evaluate("(panel) => panel.removeGeometry('axes')")
    reading.draw(bidirectional(24, uid="in its stead"))
    expect(box).to_have_value("24")
    reading.is_saved()
    assert drafts(site)["L1"]["geometry"]["points"][1]["x"] == 64

    reading.panel.get_by_role("button", name="Place anew").click()
    reading.draw(bidirectional(12, uid="the place", at=20))
    expect(box).to_have_value("12")
    reading.is_saved()
    assert drafts(site)["L1"]["geometry"]["points"][1]["x"] == 32


def test_what_is_drawn_on_another_examination_is_no_part_of_this_reading(site: Site, reading: ReadingPage) -> None:
    reading.draw(bidirectional(20) | {"study_instance_uid": NEW_STUDY})
    expect(reading.panel.get_by_role("alert")).to_contain_text("drawn on another examination")
    reading.draw(bidirectional(30, uid="here"))
    reading.is_saved()
    assert drafts(site)["L1"]["findings"][LONG] == 30


def test_a_drawing_that_waits_for_a_place_is_not_measured_for_another_lesion(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="femur", region="shaft", side="left")
    reading = ReadingPage(window(language="en").page).open(READER, study=CT_STUDY)
    reading.draw(bidirectional(20))
    expect(reading.panel.locator("#site")).to_be_focused()
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.press("n")
    reading.panel.locator("#site").fill("R femur shaft")
    reading.press("Enter")
    reading.current("lesion_type")
    reading.press("1")
    reading.is_saved()
    (draft,) = drafts(site).values()
    assert (draft["findings"]["lesion_type"], draft["findings"][LONG], draft["geometry"]) == ("lytic", None, None)


def test_a_click_on_a_vertebra_that_is_moved_is_measured_where_it_is(site: Site, window: OpenWindow) -> None:
    reading, guide = six_clicks(site, window)
    points = clicks(15, 18, 25, lower=50)
    reading.draw(*points)
    reading.panel.evaluate("(panel, uid) => panel.removeGeometry(uid)", points[1]["uid"])
    expect(guide).to_contain_text("the upper endplate, in the middle (2/6)")
    higher = points[1] | {"uid": "clicked anew", "points": [{"x": 50, "y": 40, "z": 70}]}
    reading.draw(higher)
    guide.get_by_role("button", name="Measure").click()
    middle = reading.question("vertebral_heights.middle_mm").get_by_role("textbox")
    expect(middle).to_have_value("20")
    reading.draw(higher | {"points": [{"x": 50, "y": 40, "z": 72}]})
    expect(middle).to_have_value("22")


def test_numbers_and_place_that_were_measured_outlive_a_conflict(
    site: Site, watched: Watched, reading: ReadingPage
) -> None:
    watched.expect_error("412")
    reading.press("1")
    reading.is_saved()
    draft = drafts(site)["L1"]
    with site.client(READER) as client:
        match = {"If-Match": f'"{draft["version"]}"'}
        saved = client.patch(f"/api/v1/drafts/{draft['draft_id']}", json={"note": "Seen twice."}, headers=match)
        assert saved.is_success, saved.text
    reading.draw(drawn("ellipse", (44, 50), (56, 50), (50, 45), (50, 55)))
    dialog = reading.panel.get_by_role("dialog")
    expect(dialog).to_contain_text("Density")
    expect(dialog).to_contain_text("Place on the images")
    dialog.get_by_role("button", name="Save what is chosen").click()
    reading.is_saved()
    draft = drafts(site)["L1"]
    assert draft["note"] == "Seen twice."
    assert draft["findings"]["hounsfield"]["mean_hu"] == LYTIC
    assert draft["geometry"]["shape"] == "ellipse"
    assert [each["finding"] for each in draft["findings"]["sources"]] == ["hounsfield"]
