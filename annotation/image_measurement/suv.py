"""Standardised uptake value by body weight (SUVbw), from what the header of a PET says.

SUV = activity concentration [Bq/ml] × body weight [g] / dose [Bq], the dose decayed from its administration to the
time that the pixels are corrected to (QIBA, "Computing SUV from DICOM"). What is not surely known is not guessed: the
refusal names the attribute.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from lesion_model.errors import FindingError, Problem

GRAMS = 1000.0
NEEDED_CORRECTIONS = ("ATTN", "DECY")
HEAVIEST_KG = 650.0
LIGHTEST_KG = 0.2
# An image later than this after the administration has its date or its time wrong; longest are tracers of 89Zr.
LONGEST_UPTAKE = timedelta(days=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PetScan:
    """Attributes as the header has them; None where it has none. Times are those of the scanner's clock.

    `series_at`: Series Date and Time; `acquired_at`: the earliest acquisition of the series; `vendor_at`: start of
    the scan in an attribute of GE or Siemens. `injected_at` is the administration, `injected_time_only` where the
    header has no date of it: then the date is that of the series.
    """

    units: str | None = None
    decay_correction: str | None = None
    corrected: frozenset[str] = frozenset()
    weight_kg: float | None = None
    dose_bq: float | None = None
    half_life_s: float | None = None
    series_at: datetime | None = None
    acquired_at: datetime | None = None
    vendor_at: datetime | None = None
    injected_at: datetime | None = None
    injected_time_only: bool = False


def suv_factor(scan: PetScan) -> float:
    """By what a value in Bq/ml is multiplied to be an SUVbw in g/ml.

    Raises `FindingError` naming every attribute that is missing or of no use.
    """
    problems = [*_kind_problems(scan), *_number_problems(scan)]
    if scan.decay_correction == "START":
        problems.extend(_time_problems(scan))
    if problems:
        raise FindingError(problems)
    assert scan.weight_kg is not None  # noqa: S101 - checked above
    assert scan.dose_bq is not None  # noqa: S101
    return scan.weight_kg * GRAMS / (scan.dose_bq * _decayed(scan))


def decay_seconds(scan: PetScan) -> float | None:
    """From the administration to the time that the pixels are corrected to; None where the header does not tell."""
    start, injected = _scan_start(scan), scan.injected_at
    if start is None or injected is None:
        return None
    if scan.injected_time_only and injected > start:
        injected -= timedelta(days=1)  # given before midnight, scanned after it
    return (start - injected).total_seconds()


def _decayed(scan: PetScan) -> float:
    """What is left of the dose. Pixels corrected to the administration (ADMIN) need all of it."""
    seconds = decay_seconds(scan)
    if scan.decay_correction == "ADMIN" or seconds is None or scan.half_life_s is None:
        return 1.0
    return float(2.0 ** (-seconds / scan.half_life_s))


def _scan_start(scan: PetScan) -> datetime | None:
    """A series that was written anew later carries the time of that; then only the maker's own attribute tells."""
    if scan.series_at is None:
        return scan.vendor_at
    if scan.acquired_at is None or scan.series_at <= scan.acquired_at:
        return scan.series_at
    return scan.vendor_at


def _kind_problems(scan: PetScan) -> Iterator[Problem]:
    if scan.units != "BQML":
        detail = "is missing" if scan.units is None else "the values are not in Bq/ml"
        yield Problem(field="Units", detail=detail, allowed=("BQML",))
    if scan.decay_correction not in ("START", "ADMIN"):
        detail = "is missing" if scan.decay_correction is None else "the values are not corrected for decay"
        yield Problem(field="DecayCorrection", detail=detail, allowed=("START", "ADMIN"))
    if missing := [code for code in NEEDED_CORRECTIONS if code not in scan.corrected]:
        yield Problem(field="CorrectedImage", detail=f"does not say {' and '.join(missing)}")


def _number_problems(scan: PetScan) -> Iterator[Problem]:
    if scan.weight_kg is None:
        yield Problem(field="PatientWeight", detail="is missing")
    elif not LIGHTEST_KG <= scan.weight_kg <= HEAVIEST_KG:
        yield Problem(field="PatientWeight", detail="is no weight of a person in kg")
    if scan.dose_bq is None:
        yield Problem(field="RadionuclideTotalDose", detail="is missing")
    elif not scan.dose_bq > 0:
        yield Problem(field="RadionuclideTotalDose", detail="must be above 0")
    if scan.decay_correction != "ADMIN" and (scan.half_life_s is None or not scan.half_life_s > 0):
        yield Problem(field="RadionuclideHalfLife", detail="is missing, or not above 0")


def _time_problems(scan: PetScan) -> Iterator[Problem]:
    if scan.injected_at is None:
        yield Problem(field="RadiopharmaceuticalStartTime", detail="is missing")
    if _scan_start(scan) is None:
        detail = "is missing" if scan.series_at is None else "is later than the acquisition: not the start of the scan"
        yield Problem(field="SeriesTime", detail=detail)
    seconds = decay_seconds(scan)
    if seconds is not None and not 0 <= seconds <= LONGEST_UPTAKE.total_seconds():
        yield Problem(field="RadiopharmaceuticalStartTime", detail="is not before the scan, or long before it")
