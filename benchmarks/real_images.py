"""Real images to make many of: CT, MR and PET of the shared data where it is present, else what pydicom brings."""

from tests.builders.many_objects import Template
from tests.builders.real_files import GE_CT, GE_PET, SHARED_DATA, TOSHIBA_MR, packaged

_SERIES = ((GE_CT, "693_UNCR.dcm"), (TOSHIBA_MR, "MR-SIEMENS-DICOM-WithOverlays.dcm"), (GE_PET, "MR_small.dcm"))


def ct_template() -> Template:
    """512 × 512, 536 kB."""
    return templates()[0]


def templates() -> tuple[Template, ...]:
    """CT (536 kB), MR (151 kB), PET (36 kB)."""
    found = []
    for series, instead in _SERIES:
        files = sorted((SHARED_DATA / series).glob("*.dcm"))
        found.append(Template(files[len(files) // 2] if files else packaged(instead)))
    return tuple(found)
