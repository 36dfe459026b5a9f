"""Dummy values are what their VR allows (PS3.5 Table 6.2-1)."""

import pytest
from pydicom.config import RAISE
from pydicom.valuerep import DA, DT, TM, validate_value

from dicom_node.pseudonymisation.dummies import CODE, dummy_value

TEXT_VRS = ("AE", "AS", "CS", "DA", "DS", "DT", "IS", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT")
WIDTHS = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "AT": 4, "OF": 4, "OL": 4, "FD": 8, "OD": 8, "SV": 8, "UV": 8}


@pytest.mark.parametrize("vr", TEXT_VRS)
def test_a_dummy_text_is_valid_and_of_even_length(vr: str) -> None:
    value = dummy_value(vr)
    assert value is not None
    assert len(value) % 2 == 0
    validate_value(vr, value.decode("ascii").strip(" "), RAISE)


def test_dummy_dates_and_times_exist() -> None:
    values = {vr: (dummy_value(vr) or b"").decode("ascii") for vr in ("DA", "DT", "TM")}
    assert DA(values["DA"]) is not None
    assert DT(values["DT"]) is not None
    assert TM(values["TM"]) is not None


@pytest.mark.parametrize(("vr", "width"), WIDTHS.items())
def test_a_dummy_number_is_one_zero_of_its_width(vr: str, width: int) -> None:
    assert dummy_value(vr) == bytes(width)


@pytest.mark.parametrize("vr", ["SQ", "UI", "XX", ""])
def test_there_is_no_dummy_for_sequences_uids_and_unknown_vrs(vr: str) -> None:
    assert dummy_value(vr) is None


def test_the_dummy_code_fits_into_a_coded_entry() -> None:
    value, scheme, meaning = CODE
    assert max(len(value), len(scheme)) <= 16
    assert len(meaning) <= 64
