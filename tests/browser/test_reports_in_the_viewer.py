"""A drawing that was signed comes back in the viewer: OHIF makes a measurement of the report again (it hydrates it)."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pydicom
import pytest
from playwright.sync_api import Browser, Page, Route

from annotation.structured_report.document import as_file, document
from lesion_model.geometry import Geometry, Point
from tests.browser.viewing import ViewedSite, open_viewer, viewed_site
from tests.browser.watched import watched_page
from tests.builders.real_files import GE_CT, series_files
from tests.builders.reports import source

PSEUDONYM = "OST-CT"
HOLD = "preRegistration({ servicesManager }) {"
"""In our extension: where OHIF hands over what a test needs to ask it something."""

HYDRATED = """
async () => {
  const { servicesManager, extensionManager, commandsManager } = window.ohifManagers;
  const { displaySetService, measurementService } = servicesManager.services;
  const report = displaySetService.getActiveDisplaySets().find(({ Modality }) => Modality === 'SR');
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


@pytest.fixture(scope="module")
def viewed(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[ViewedSite]:
    with viewed_site(tmp_path_factory.mktemp("reports"), migrated_sqlite) as site:
        yield site


def line_on(image: pydicom.Dataset) -> tuple[Point, ...]:
    """Between the middles of two pixels of an axial image, in mm, LPS."""
    x, y, z = (float(each) for each in image.ImagePositionPatient)
    row, column = (float(each) for each in image.PixelSpacing)
    return tuple(Point(x=x + across * column, y=y + down * row, z=z) for across, down in ((200, 220), (260, 250)))


def report_of(image: pydicom.Dataset, points: tuple[Point, ...]) -> pydicom.Dataset:
    made = source()
    geometry = Geometry(points=points, sop_instance_uid=str(image.SOPInstanceUID))
    reading = replace(made.reading, study_instance_uid=str(image.StudyInstanceUID), geometry=geometry)
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


def test_a_line_of_a_signed_reading_is_a_measurement_again_where_it_was_drawn(
    browser: Browser, viewed: ViewedSite
) -> None:
    images = [pydicom.dcmread(file) for file in series_files(GE_CT)]
    image = images[20]
    points = line_on(image)
    viewed.store([*images, report_of(image, points)], PSEUDONYM)
    with watched_page(browser, viewed.url) as watched:
        keep_managers(watched.page)
        open_viewer(watched.page, str(image.StudyInstanceUID), viewports=3)
        (found,) = hydrated(watched.page)
    assert (found["toolName"], found["SOPInstanceUID"]) == ("Length", str(image.SOPInstanceUID))
    assert found["referenceSeriesUID"] == str(image.SeriesInstanceUID)
    for point, wanted in zip(found["points"], points, strict=True):
        assert point == pytest.approx([wanted.x, wanted.y, wanted.z], abs=0.01)


def hydrated(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(HYDRATED)
    return found
