"""What was drawn and signed comes back in the viewer: OHIF makes a measurement of the report again (it hydrates it)."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pydicom
import pytest
from playwright.sync_api import Browser, Page, Route

from annotation.structured_report.document import as_file, document
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry, Point
from tests.browser.viewing import ViewedSite, open_viewer, viewed_site
from tests.browser.watched import watched_page
from tests.builders.lesions import lytic_findings
from tests.builders.real_files import GE_CT, series_files
from tests.builders.reports import source

PSEUDONYM = "OST-CT"
HOLD = "preRegistration({ servicesManager }) {"
"""In our extension: where OHIF hands over what a test needs to ask it something."""

HYDRATED = """
async (uid) => {
  const { servicesManager, extensionManager, commandsManager } = window.ohifManagers;
  const { displaySetService, measurementService } = servicesManager.services;
  const report = displaySetService.getActiveDisplaySets().find(({ instance }) => instance?.SOPInstanceUID === uid);
  await report.load();
  let load;
  globalThis.rspackChunk.push([['a test'], {}, (require) => { load = require; }]);
  const { $F: hydrateStructuredReport } = load(81107);
  hydrateStructuredReport({ servicesManager, extensionManager, commandsManager }, report.displaySetInstanceUID);
  return measurementService.getMeasurements().map(({ toolName, points, SOPInstanceUID, referenceSeriesUID }) =>
    ({ toolName, points: points.map((each) => [...each]), SOPInstanceUID, referenceSeriesUID }));
}
"""
"""By OHIF's own function, which no command calls without a question to the user."""

HANDED_OVER = """() => new Promise((resolve) => setTimeout(resolve, 500))
  .then(() => document.querySelector('osteon-lesion-panel').given)"""
"""To the panel, within twice the time in which a drawing is handed over."""


SHAPES = {
    "Probe": ((200, 220),),
    "Length": ((200, 220), (260, 250)),
    "Bidirectional": ((200, 220), (260, 220), (230, 210), (230, 230)),
    "PlanarFreehandROI": ((200, 220), (260, 220), (260, 250), (230, 270), (200, 250)),
}
"""OHIF's tools, and the middles of pixels (columns, rows) that are drawn: two axes at right angles, an outline."""

TWO_AXES = 4


@dataclass(frozen=True, slots=True)
class Read:
    """A real CT with a report for each shape."""

    site: ViewedSite
    image: pydicom.Dataset
    reports: dict[str, pydicom.Dataset]


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Read]:
    images = [pydicom.dcmread(file) for file in series_files(GE_CT)]
    image = images[20]
    reports = {
        tool: report_of(image, UUID(int=number), points_of(image, drawn))
        for number, (tool, drawn) in enumerate(SHAPES.items(), 1)
    }
    with viewed_site(tmp_path_factory.mktemp("reports"), migrated_sqlite) as site:
        site.store([*images, *reports.values()], PSEUDONYM)
        yield Read(site, image, reports)


def points_of(image: pydicom.Dataset, drawn: Sequence[tuple[int, int]]) -> tuple[Point, ...]:
    """On an axial image, in mm, LPS."""
    x, y, z = (float(each) for each in image.ImagePositionPatient)
    row, column = (float(each) for each in image.PixelSpacing)
    return tuple(Point(x=x + across * column, y=y + down * row, z=z) for across, down in drawn)


def with_axes(points: tuple[Point, ...]) -> ImagingFindings:
    """Four points are two axes where the reading says that they are as long."""
    long, short = (Decimal(f"{math.dist((a.x, a.y, a.z), (b.x, b.y, b.z)):.2f}") for a, b in (points[:2], points[2:]))
    return replace(lytic_findings(), long_axis_mm=long, short_axis_mm=short)


def report_of(image: pydicom.Dataset, reading_id: UUID, points: tuple[Point, ...]) -> pydicom.Dataset:
    made = source(with_axes(points) if len(points) == TWO_AXES else None)
    geometry = Geometry(points=points, sop_instance_uid=str(image.SOPInstanceUID))
    reading = replace(made.reading, id=reading_id, study_instance_uid=str(image.StudyInstanceUID), geometry=geometry)
    header = pydicom.Dataset(image)
    header.PatientID = header.PatientName = PSEUDONYM
    of_image = replace(made, image=header, reading=reading, lesion=replace(made.lesion, pseudonym=PSEUDONYM))
    return pydicom.dcmread(BytesIO(as_file(document(of_image))))


def keep_managers(page: Page) -> None:
    def give(route: Route) -> None:
        answer = route.fetch()
        held = HOLD.replace("servicesManager }", "servicesManager, extensionManager, commandsManager }")
        keep = "window.ohifManagers = { servicesManager, extensionManager, commandsManager };"
        assert HOLD in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(HOLD, held + keep))

    page.context.route("**/ext/osteon-extension.js", give)


@pytest.mark.parametrize("tool", SHAPES)
def test_what_was_drawn_for_a_signed_reading_is_a_measurement_again_where_it_was_drawn(
    browser: Browser, read: Read, tool: str
) -> None:
    with watched_page(browser, read.site.url) as watched:
        keep_managers(watched.page)
        open_viewer(watched.page, str(read.image.StudyInstanceUID), viewports=3)
        (found,) = watched.page.evaluate(HYDRATED, str(read.reports[tool].SOPInstanceUID))
        assert watched.page.evaluate(HANDED_OVER) == [], "the reader has not drawn it"
    assert (found["toolName"], found["SOPInstanceUID"]) == (tool, str(read.image.SOPInstanceUID))
    assert found["referenceSeriesUID"] == str(read.image.SeriesInstanceUID)
    wanted = {(round(each.x, 2), round(each.y, 2), round(each.z, 2)) for each in points_of(read.image, SHAPES[tool])}
    assert {tuple(round(each, 2) + 0.0 for each in point) for point in found["points"]} == wanted
