"""What the SUV of a PET is computed from, as the header of one of its images has it."""

from collections.abc import Sequence
from datetime import datetime

from pydicom.dataset import Dataset

from annotation.image_measurement.suv import PetScan
from annotation.nifti.header_values import moment, number

# Start of the scan in attributes of the makers: GE's scan date and time, Siemens' time of decay correction.
VENDORS = ((0x0009, "GEMS_PETD_01", 0x0D), (0x0071, "SIEMENS MED PT", 0x22))
DATE_DIGITS = 8


def pet_scan(dataset: Dataset, acquired: Sequence[datetime | None]) -> PetScan:
    """`acquired`: when each image of the series was acquired; the earliest counts."""
    tracers = dataset.get("RadiopharmaceuticalInformationSequence") or ()
    tracer = next(iter(tracers)) if len(tracers) == 1 else Dataset()
    whole = _date_time(tracer.get("RadiopharmaceuticalStartDateTime"))
    by_time = moment(dataset.get("SeriesDate"), tracer.get("RadiopharmaceuticalStartTime"))
    known = [each for each in acquired if each is not None]
    return PetScan(
        units=dataset.get("Units") or None,
        decay_correction=dataset.get("DecayCorrection") or None,
        corrected=frozenset(_texts(dataset.get("CorrectedImage"))),
        weight_kg=number(dataset, "PatientWeight"),
        dose_bq=number(tracer, "RadionuclideTotalDose"),
        half_life_s=number(tracer, "RadionuclideHalfLife"),
        series_at=moment(dataset.get("SeriesDate"), dataset.get("SeriesTime")),
        acquired_at=min(known, default=None),
        vendor_at=_vendors_own(dataset),
        injected_at=whole or by_time,
        injected_time_only=whole is None,
    )


def _vendors_own(dataset: Dataset) -> datetime | None:
    for group, creator, element in VENDORS:
        try:
            value = dataset.private_block(group, creator)[element].value
        except KeyError:
            continue
        text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
        if (found := _date_time(text.strip(" \0"))) is not None:
            return found
    return None


def _date_time(value: object) -> datetime | None:
    """DICOM's DT, as the clock of the scanner had it: an offset from UTC is left aside."""
    text = str(value or "").partition("+")[0].partition("-")[0].strip()
    return moment(text[:DATE_DIGITS], text[DATE_DIGITS:]) if len(text) > DATE_DIGITS else None


def _texts(value: object) -> Sequence[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(str(each) for each in value)  # type: ignore[attr-defined]
