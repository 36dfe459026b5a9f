"""A pulled release opened by a program: what is handed out, and what is not."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from osteon.release import IncompleteReleaseError, Release
from osteon.transfer.errors import AnswerError, FolderError
from osteon.transfer.release_folder import FolderState, write_state
from osteon.transfer.release_verify import Verdict
from tests.integration.transfer.archive_server import TOKEN
from tests.integration.transfer.release_server import NUMBER, ReleaseArchive, serving_release

PSEUDONYM, STUDY, SERIES = "OST-AAAAA-BBBBB", "2.25.1001", "2.25.2001"
ABOUT = {
    "series_instance_uid": SERIES,
    "study_instance_uid": STUDY,
    "pseudonym": PSEUDONYM,
    "session": "D0000",
    "modality": "CT",
}


def listed(kind: str, path: str) -> dict[str, Any]:
    return {"path": path, "kind": kind, "series_instance_uid": SERIES}


def opened(folder: Path, *files: dict[str, Any]) -> Release:
    """As it is after a pull."""
    (folder / "release.json").write_text(json.dumps({"series": [ABOUT], "files": files}))
    write_state(folder, FolderState(release=NUMBER, complete=True))
    return Release(folder)


@pytest.mark.parametrize("kind", ["dicom", "nifti"])
@pytest.mark.parametrize("path", ["{outside}", "../outside.dcm", "data/../../outside.dcm", ".osteon-release.json"])
def test_a_manifest_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, kind: str, path: str) -> None:
    outside, folder = tmp_path / "outside.dcm", tmp_path / "bag"
    outside.write_bytes(b"not of the release")
    (folder / "data").mkdir(parents=True)
    release = opened(folder, listed(kind, path.format(outside=outside)))
    with pytest.raises(AnswerError, match="path"):
        list(release.series())


STORED = np.arange(60, dtype="<i2").reshape(3, 4, 5)
DICOM = f"data/dicom/{PSEUDONYM}/D0000/{SERIES}"


def slice_at(z: int) -> bytes:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = CTImageStorage, generate_uid()
    dataset.Modality, dataset.FrameOfReferenceUID = "CT", "2.25.7"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 4, 5, 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 1
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.RescaleSlope, dataset.RescaleIntercept = "2", "-1024"
    dataset.PixelSpacing, dataset.ImageOrientationPatient = ["0.7", "0.8"], ["1", "0", "0", "0", "1", "0"]
    dataset.ImagePositionPatient = ["-10", "-20", f"{30 + 2.5 * z}"]
    dataset.PixelData = STORED[z].tobytes()
    file = BytesIO()
    dataset.save_as(file, enforce_file_format=True)
    return file.getvalue()


@pytest.fixture
def served() -> Iterator[ReleaseArchive]:
    """Three slices and a table, and no volume of them."""
    archive = ReleaseArchive()
    for z in range(3):
        archive.files[f"{DICOM}/2.25.300{2 - z}.dcm"] = slice_at(z)
    archive.files["data/tables/scores.csv"] = b"reading_id,sins\nr1,9\n"
    archive.seal()
    with serving_release(archive):
        yield archive


def pulled(archive: ReleaseArchive, folder: Path, *only: str) -> Release:
    return Release.pull(NUMBER, folder, url=archive.url, token=TOKEN, only=only)


def test_a_series_without_a_volume_is_an_image_made_of_its_dicom_when_it_is_asked_for(
    served: ReleaseArchive, tmp_path: Path
) -> None:
    (series,) = pulled(served, tmp_path / "bag").series(modality="CT")
    assert (series.nifti, len(series.dicom), series.pseudonym) == (None, 3, PSEUDONYM)
    image = series.image()
    assert image.GetSize() == (5, 4, 3)
    assert image.GetSpacing() == pytest.approx((0.8, 0.7, 2.5), rel=1e-5)
    for z, row, column in np.ndindex(*STORED.shape):
        place = (-10 + 0.8 * column, -20 + 0.7 * row, 30 + 2.5 * z)
        assert image[image.TransformPhysicalPointToIndex(place)] == 2 * STORED[z, row, column] - 1024
    voxels, spacing = series.array()
    assert voxels.shape == (3, 4, 5)
    assert spacing == pytest.approx((0.8, 0.7, 2.5), rel=1e-5)

    series.dicom[1].unlink()  # nothing was kept of it
    with pytest.raises(FileNotFoundError):
        series.image()


def test_a_release_checks_itself_and_names_what_is_not_right(served: ReleaseArchive, tmp_path: Path) -> None:
    release = pulled(served, tmp_path / "bag")
    assert release.verify().passed
    damaged, missing = f"{DICOM}/2.25.3000.dcm", f"{DICOM}/2.25.3001.dcm"
    (tmp_path / "bag" / damaged).write_bytes(b"tampered")
    (tmp_path / "bag" / missing).unlink()
    found = release.verify()
    assert not found.passed
    assert found.wrong == ((damaged, Verdict.DAMAGED), (missing, Verdict.MISSING))


def test_a_part_is_opened_with_what_it_has(served: ReleaseArchive, tmp_path: Path) -> None:
    release = pulled(served, tmp_path / "bag", "kind=table")
    assert (list(release.series()), release.table("scores")) == ([], [{"reading_id": "r1", "sins": "9"}])
    assert release.verify().passed


def test_a_release_that_did_not_come_whole_is_not_opened(served: ReleaseArchive, tmp_path: Path) -> None:
    served.corrupt.add(f"{DICOM}/2.25.3000.dcm")
    with pytest.raises(IncompleteReleaseError, match="1 files could not be fetched"):
        pulled(served, tmp_path / "bag")
    with pytest.raises(FolderError, match="run it again"):
        Release(tmp_path / "bag")
    served.corrupt.clear()
    assert pulled(served, tmp_path / "bag").verify().passed
