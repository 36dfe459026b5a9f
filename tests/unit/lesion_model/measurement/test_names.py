"""The names of measurements are those of the findings, and their codes those of DICOM."""

import pytest
from pydicom.sr.codedict import codes

from lesion_model.findings import EpiduralExtension, ImagingFindings, MeasuredShare, VertebralCollapse, VertebralHeights
from lesion_model.measurement.names import MEASUREMENTS

NOT_A_FINDING = {"kyphosis_degrees"}  # the finding is the reader's judgement of the alignment


def test_every_name_is_that_of_a_finding() -> None:
    kinds = (EpiduralExtension, ImagingFindings, MeasuredShare, VertebralCollapse, VertebralHeights)
    fields = {field for kind in kinds for field in kind.__dataclass_fields__}
    assert set(MEASUREMENTS) - fields == NOT_A_FINDING


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_code_and_unit_is_in_the_dictionaries(name: str) -> None:
    measurement = MEASUREMENTS[name]
    units = {getattr(codes.UCUM, keyword).value for keyword in codes.UCUM.dir()}
    assert measurement.unit in units
    if measurement.concept is not None:
        dictionary = getattr(codes, measurement.concept.scheme)
        known = {(each.value, each.meaning) for each in (getattr(dictionary, word) for word in dictionary.dir())}
        assert (measurement.concept.code, measurement.concept.meaning) in known


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_the_unit_is_the_one_in_the_name(name: str) -> None:
    assert MEASUREMENTS[name].unit == {"mm": "mm", "percent": "%", "degrees": "deg"}[name.rsplit("_", 1)[1]]
