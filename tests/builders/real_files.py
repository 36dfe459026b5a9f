"""Real DICOM files: those that come with pydicom, and the series of `../shared/data` where they are present."""

import importlib.util
import os
from functools import cache
from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from dicom_node.contexts import IMAGE_SOP_CLASSES

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED_DATA = Path(os.environ.get("OSTEON_TEST_DATA", REPOSITORY.parent / "shared" / "data"))

GE_CT = "ct_ge_CRLM-CT-1004/image"
GE_PET = "pt_ge_wholebody_STS_001/image"
TOSHIBA_MR = "mr_toshiba_ADC_CMB-CRC-MSB-06489"
CROPPED_CT = "petctmr_crop_STS_001/CT/dicom/image"


def series_files(name: str) -> list[Path]:
    """The files of one series of the shared data; the test is skipped where they are absent."""
    files = sorted((SHARED_DATA / name).glob("*.dcm"))
    if not files:
        pytest.skip(f"real series {name} is not here (set OSTEON_TEST_DATA to the folder that holds it)")
    return files


@cache
def packaged_images() -> tuple[Path, ...]:
    """Every CT, MR and PET image that pydicom and pydicom-data bring, whatever its transfer syntax."""
    folders = [_folder_of("pydicom") / "data" / "test_files", _folder_of("data_store") / "data"]
    return tuple(path for folder in folders for path in sorted(folder.glob("*.dcm")) if _is_accepted_image(path))


def packaged(name: str) -> Path:
    """One of them by its file name."""
    return next(path for path in packaged_images() if path.name == name)


def _is_accepted_image(path: Path) -> bool:
    try:
        dataset = pydicom.dcmread(path, specific_tags=["SOPClassUID", "Rows"], stop_before_pixels=True)
    except (InvalidDicomError, EOFError):
        return False
    return dataset.get("SOPClassUID") in IMAGE_SOP_CLASSES


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])
