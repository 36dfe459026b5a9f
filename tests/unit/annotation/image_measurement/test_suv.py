"""SUVbw by its closed formula, and every reason for which it is not given."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from annotation.image_measurement.suv import PetScan, decay_seconds, suv_factor
from lesion_model.errors import FindingError

# The shared whole-body PET: GE Discovery ST, fluorine-18.
SCAN = PetScan(
    units="BQML",
    decay_correction="START",
    corrected=frozenset({"DECY", "ATTN", "SCAT"}),
    weight_kg=71.0,
    dose_bq=388_777_472.0,
    half_life_s=6588.0,
    series_at=datetime(2000, 9, 7, 11, 20, 11),  # noqa: DTZ001 - a scanner's clock
    acquired_at=datetime(2000, 9, 7, 11, 20, 11),  # noqa: DTZ001
    injected_at=datetime(2000, 9, 7, 10, 35, 0),  # noqa: DTZ001
    injected_time_only=True,
)
LATER = datetime(2000, 9, 7, 11, 44, 39)  # noqa: DTZ001


def test_the_factor_is_the_closed_formula() -> None:
    # 71,000 g by what is left of 388.777 MBq after 45 min 11 s = 2711 s.
    assert decay_seconds(SCAN) == 2711
    assert suv_factor(SCAN) == pytest.approx(71_000 / (388_777_472 * 0.5 ** (2711 / 6588)), rel=1e-12)


def test_one_half_life_doubles_it() -> None:
    assert SCAN.injected_at is not None
    fresh = replace(SCAN, series_at=SCAN.injected_at, acquired_at=SCAN.injected_at)
    later = SCAN.injected_at + timedelta(seconds=6588)
    old = replace(SCAN, series_at=later, acquired_at=later)

    assert suv_factor(fresh) == pytest.approx(71_000 / 388_777_472)
    assert suv_factor(old) == pytest.approx(2 * suv_factor(fresh))


def test_pixels_corrected_to_the_administration_need_the_whole_dose() -> None:
    admin = replace(SCAN, decay_correction="ADMIN", half_life_s=None, injected_at=None, series_at=None)

    assert suv_factor(admin) == pytest.approx(71_000 / 388_777_472)


def test_an_administration_before_midnight_is_on_the_day_before() -> None:
    midnight = replace(
        SCAN,
        series_at=datetime(2021, 1, 1, 0, 29, 58),  # noqa: DTZ001
        acquired_at=None,
        injected_at=datetime(2021, 1, 1, 23, 31, 7),  # noqa: DTZ001
    )

    assert decay_seconds(midnight) == 58 * 60 + 51


def test_a_series_written_later_counts_from_the_makers_own_start() -> None:
    rewritten = replace(SCAN, series_at=LATER, vendor_at=SCAN.series_at)

    assert suv_factor(rewritten) == suv_factor(SCAN)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"units": None}, "Units"),
        ({"units": "GML"}, "Units"),
        ({"units": "CNTS"}, "Units"),
        ({"decay_correction": None}, "DecayCorrection"),
        ({"decay_correction": "NONE"}, "DecayCorrection"),
        ({"corrected": frozenset({"DECY"})}, "CorrectedImage"),
        ({"corrected": frozenset({"ATTN"})}, "CorrectedImage"),
        ({"weight_kg": None}, "PatientWeight"),
        ({"weight_kg": 0.0}, "PatientWeight"),
        ({"weight_kg": 71_000.0}, "PatientWeight"),
        ({"dose_bq": None}, "RadionuclideTotalDose"),
        ({"dose_bq": 0.0}, "RadionuclideTotalDose"),
        ({"half_life_s": None}, "RadionuclideHalfLife"),
        ({"injected_at": None}, "RadiopharmaceuticalStartTime"),
        ({"injected_at": LATER, "injected_time_only": False}, "RadiopharmaceuticalStartTime"),
        ({"series_at": None}, "SeriesTime"),
        ({"series_at": LATER}, "SeriesTime"),
    ],
)
def test_what_is_missing_or_of_no_use_is_named(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(FindingError) as refused:
        suv_factor(replace(SCAN, **changes))

    assert [problem.field for problem in refused.value.problems] == [named]
