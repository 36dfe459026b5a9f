"""Foreign programs that the tests drive: found, or the test is skipped with the package's name."""

import os
import shutil
from typing import NoReturn

import pytest

PACKAGES = {
    "dciodvfy": "dicom3tools",
    "storescu": "dcmtk",
    "echoscu": "dcmtk",
    "dcmdump": "dcmtk",
    "dsrdump": "dcmtk",
    "storescp": "dcmtk",
    "dcm2niix": "dcm2niix",
    "Orthanc": "orthanc",
    "chromium": "chromium",
    "pdftotext": "poppler-utils",
}


def missing(what: str) -> NoReturn:
    """Skip the test and say what it lacks. In CI nothing of this may be lacking: there it fails."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def program(name: str) -> str:
    """Where a program is; the test is skipped where it is absent, and fails in CI (`make test` installs them)."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        missing(f"{name} is not installed (Debian package {PACKAGES[name]})")
    return found
