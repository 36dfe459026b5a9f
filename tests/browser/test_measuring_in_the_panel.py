"""What is drawn in the viewer is measured by the server and fills the form; a suggestion is the reader's to take."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.reading_page import ReadingPage, lesion_of
from tests.browser.site import READER, Site, running_site
from tests.builders import measurable
from tests.builders.measurable import CT_FRAME, CT_SERIES, CT_STUDY
from tests.builders.registry import OBJECTS

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


def test_six_clicks_on_a_vertebra_and_on_its_neighbour_give_the_loss_of_height(site: Site, window: OpenWindow) -> None:
    with site.client(READER) as client:
        lesion_of(client, bone="vertebra", level="L1")
    reading = ReadingPage(window(language="en").page).open(READER, study=CT_STUDY)
    reading.lesion("L1").click()
    reading.current("lesion_type")
    reading.press("m")
    guide = reading.panel.get_by_role("group", name="Heights by six clicks")
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
