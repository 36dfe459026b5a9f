"""The JSON file beside a NIfTI file: what the pseudonymised images say of how they were made.

Only attributes that the images have, with one value for the whole series: what differs from image to image (the tube
current of a modulated CT) is left out. Never a date or a time of day.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from annotation.nifti.attributes import Attributes, Value, finite
from annotation.nifti.frames import Mark
from annotation.nifti.sidecar_fields import BY_MODALITY, Field, Kind
from annotation.nifti.stack import Stack

Sidecar = dict[str, Any]
UNITS = {"BQML": "Bq/mL", "GML": "g/mL", "CNTS": "counts", "PROPCNTS": "counts", "CPS": "counts/s", "NONE": "arbitrary"}
"""DICOM's units of PET (PS3.3 C.8.9.1.1.3) as BIDS writes units; others stay as they are."""
SUV_UNITS = "g/mL"
SOFTWARE = "Osteon"
VOLUME_FIELDS = {
    Mark.TEMPORAL_POSITION: "TemporalPosition",
    Mark.B_VALUE: "DiffusionBValue",
    Mark.ACQUISITION: "AcquisitionNumber",
    Mark.FRAME_REFERENCE_TIME: "FrameReferenceTime",
    Mark.TRIGGER_TIME: "TriggerTime",
}
"""A list with one value for each volume; times in seconds."""
TIMES = frozenset({Mark.FRAME_REFERENCE_TIME, Mark.TRIGGER_TIME})


def sidecar_of(stack: Stack, tracer: Mapping[str, Any], *, suv_factor: float | None) -> Sidecar:
    """`tracer`: what the header of a PET tells of it; `suv_factor` where the values are SUVs."""
    common = _common(stack)
    modality = common.text("Modality")
    made = dict(entries(BY_MODALITY[modality], common))
    if modality == "PT":
        made |= _units(common, suv_factor) | dict(tracer)
    if stack.separated_by is not None:
        made |= _volumes(stack, stack.separated_by)
    return made | {"SeriesInstanceUID": common.text("SeriesInstanceUID"), "ConversionSoftware": SOFTWARE}


def entries(fields: Iterable[Field], attributes: Attributes) -> Iterator[tuple[str, Any]]:
    """Name and value of each field that the attributes have."""
    for field in fields:
        values = attributes.values.get(field.keyword, ())
        if values and (value := _value(field, values)) is not None:
            yield field.name, value


def as_json(sidecar: Sidecar) -> str:
    return json.dumps(sidecar, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _common(stack: Stack) -> Attributes:
    """What is the same in all frames."""
    first, *others = (frame.about.values for frame in stack.frames)
    same = {keyword: value for keyword, value in first.items() if all(other.get(keyword) == value for other in others)}
    return Attributes(values=same)


def _value(field: Field, values: tuple[Value, ...]) -> Any:
    if field.kind in (Kind.TEXT, Kind.TEXTS):
        words = [str(value) for value in values]
        if field.kind is Kind.TEXTS and field.name == "ImageType":
            return words
        return words[0] if len(words) == 1 else words
    numbers = [_scaled(number, field.factor) for number in finite(values)]
    if not numbers:
        return None
    return numbers if field.kind is Kind.NUMBERS or len(numbers) > 1 else numbers[0]


def _scaled(number: float, factor: float) -> float | int:
    """Without the last digits that a factor leaves; whole numbers without a point."""
    scaled = float(f"{number * factor:.12g}")
    return int(scaled) if scaled.is_integer() and abs(scaled) < 1e15 else scaled  # noqa: PLR2004


def _units(common: Attributes, suv_factor: float | None) -> Sidecar:
    if suv_factor is not None:
        return {"Units": SUV_UNITS, "SUVType": "BW", "SUVFactor": suv_factor}
    units = common.text("Units")
    return {"Units": UNITS.get(units, units)} if units else {}


def _volumes(stack: Stack, mark: Mark) -> Sidecar:
    values = [finite(volume[0].marks[mark])[0] for volume in stack.volumes]
    factor = 1e-3 if mark in TIMES else 1.0
    return {VOLUME_FIELDS[mark]: [_scaled(value, factor) for value in values]}
