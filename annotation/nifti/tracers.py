"""What the header of a PET says of its tracer, in BIDS's words (PET-BIDS: radiochemistry)."""

from typing import Any

from pydicom.dataset import Dataset

from annotation.nifti.attributes import Attributes
from annotation.nifti.damage import refusing_damage
from annotation.nifti.refusals import Reason
from annotation.nifti.sidecar import entries
from annotation.nifti.sidecar_fields import TRACER

TRACER_KEYWORDS = frozenset(field.keyword for field in TRACER)
CODES = {"TracerName": "RadiopharmaceuticalCodeSequence", "TracerRadionuclide": "RadionuclideCodeSequence"}
"""Where the header has a code, its meaning counts before free text."""


def tracer_fields(header: Dataset) -> dict[str, Any]:
    """Nothing where the header names several tracers: the pixels do not tell them apart.

    Raises RefusedSeriesError for a header that cannot be read.
    """
    with refusing_damage(Reason.UNREADABLE):
        tracers = list(header.get("RadiopharmaceuticalInformationSequence") or ())
        if len(tracers) != 1:
            return {}
        found = dict(entries(TRACER, Attributes.of(tracers[0], TRACER_KEYWORDS)))
        codes = {name: _meaning(tracers[0], keyword) for name, keyword in CODES.items()}
    if "InjectedRadioactivity" in found:
        found["InjectedRadioactivityUnits"] = "Bq"
    return found | {name: meaning for name, meaning in codes.items() if meaning}


def _meaning(tracer: Dataset, keyword: str) -> str:
    codes = list(tracer.get(keyword) or ())
    return str(codes[0].get("CodeMeaning") or "") if len(codes) == 1 else ""
