"""Real images in a real Orthanc behind the API, and the viewer on them: what tests of the viewer begin with."""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pydicom
from playwright.sync_api import Page, Route
from pydicom.uid import BasicTextSRStorage, ExplicitVRLittleEndian, generate_uid

from annotation.roles import Role
from api.app import create_app
from api.dicomweb.archive import Archive
from api.sign_in import sign_in_parts
from api.workbench.files import workbench_folder
from osteon.ohif.unpacking import is_installed
from storage.database import open_database
from storage.ledger import Ledger
from storage.orthanc import Orthanc, instance_id
from storage.orthanc_dicomweb import OrthancDicomWeb
from tests.builders.accounts import PASSWORD, add_account, cheap_passwords
from tests.builders.ledger import stored_object
from tests.builders.programs import missing
from tests.services.http import serving
from tests.services.orthanc import OrthancServer

READER = "reader"
OHIF = workbench_folder() / "ohif"

RECORDING_PANEL = """
customElements.define('osteon-lesion-panel', class extends HTMLElement {
  given = [];
  addGeometry(geometry) { this.given.push(geometry); }
});
"""
"""In the place of the lesion panel: keeps what it is given. The panel's own tests are elsewhere."""

DRAWN = """
() => {
  const small = document.createElement('canvas');
  small.width = small.height = 64;
  const context = small.getContext('2d', { willReadFrequently: true });
  return [...document.querySelectorAll('canvas.cornerstone-canvas')].map((canvas) => {
    context.clearRect(0, 0, 64, 64);
    context.drawImage(canvas, 0, 0, 64, 64);
    const pixels = context.getImageData(0, 0, 64, 64).data;
    let sum = 0;
    for (let i = 0; i < pixels.length; i += 4) sum += pixels[i];
    return sum / 4096;
  });
}
"""
"""Mean brightness (0 to 255) of each canvas: nought where nothing is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewedSite:
    """A running API in front of Orthanc."""

    url: str
    orthanc: Orthanc
    ledger: Ledger

    def store(self, files: Iterable[pydicom.Dataset], pseudonym: str) -> None:
        """Into Orthanc and into the ledger, as the node leaves them."""
        stored = []
        for dataset in files:
            dataset.PatientID = dataset.PatientName = pseudonym
            uids = (str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID), str(dataset.SOPInstanceUID))
            orthanc_id = instance_id(pseudonym, *uids)
            self.orthanc.store(_bytes_of(dataset), orthanc_id)
            stored.append(
                stored_object(
                    pseudonym=pseudonym,
                    study_instance_uid=uids[0],
                    series_instance_uid=uids[1],
                    sop_instance_uid=uids[2],
                    sop_class_uid=str(dataset.SOPClassUID),
                    transfer_syntax_uid=str(dataset.file_meta.TransferSyntaxUID),
                    modality=str(dataset.Modality),
                    frame_of_reference_uid=dataset.get("FrameOfReferenceUID"),
                    rows=dataset.get("Rows"),
                    columns=dataset.get("Columns"),
                    study_date=date.fromisoformat(str(dataset.StudyDate)),
                    orthanc_id=orthanc_id,
                )
            )
        self.ledger.record(objects=stored)


@contextmanager
def viewed_site(folder: Path, migrated: Path) -> Iterator[ViewedSite]:
    """With one radiologist. Skipped, with the reason, where the viewer or Orthanc is not set up."""
    if not is_installed(OHIF):
        missing("the viewer is not set up (make viewer)")
    server = OrthancServer(folder)
    server.start()
    file = folder / "registry.sqlite"
    shutil.copyfile(migrated, file)
    engine = open_database(f"sqlite:///{file}")
    way_in = sign_in_parts(engine, passwords=cheap_passwords())
    add_account(way_in.accounts, READER, Role.RADIOLOGIST)
    user, password = server.environment().values()
    archive = Archive(OrthancDicomWeb(server.url, "/dicom-web", user, password), 16)
    try:
        with serving(create_app(engine=engine, images=server.client(), archive=archive, sign_in=way_in)) as url:
            yield ViewedSite(url=url, orthanc=server.client(), ledger=Ledger(engine))
    finally:
        engine.dispose()
        server.stop()


def open_viewer(page: Page, *studies: str, viewports: int = 0, query: str = "") -> None:
    """Signed in, with a panel that records; waits until so many viewports have an image, if any are expected."""
    page.context.route("**/workbench/components/osteon-lesion-panel.js", _give_recording_panel)
    answer = page.context.request.post("/api/v1/sign-in", data={"user_name": READER, "password": PASSWORD})
    assert answer.ok, answer.text()
    page.goto(f"/viewer?StudyInstanceUIDs={','.join(studies)}{query}", wait_until="commit")
    if viewports:
        drawn = (
            f"(count) => {{ const all = ({DRAWN})(); return all.length === count && all.every((each) => each > 1); }}"
        )
        page.wait_for_function(drawn, arg=viewports, timeout=60_000)


def brightness(page: Page) -> list[float]:
    found: list[float] = page.evaluate(DRAWN)
    return found


def sr_without_content(study: str) -> pydicom.Dataset:
    """A report: an object of a study that has no image in it."""
    report = pydicom.Dataset()
    report.file_meta = pydicom.dataset.FileMetaDataset()
    report.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    report.SOPClassUID = report.file_meta.MediaStorageSOPClassUID = BasicTextSRStorage
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    report.StudyInstanceUID = study
    report.SeriesInstanceUID = generate_uid()
    report.Modality = "SR"
    report.StudyDate = "20310405"
    report.StudyTime = "120000"
    return report


def _give_recording_panel(route: Route) -> None:
    route.fulfill(content_type="text/javascript", body=RECORDING_PANEL)


def _bytes_of(dataset: pydicom.Dataset) -> bytes:
    file = pydicom.filebase.DicomBytesIO()
    pydicom.dcmwrite(file, dataset, enforce_file_format=True)
    return bytes(file.getvalue())
