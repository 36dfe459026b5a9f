"""Objects that the ledger could not keep are refused when they are made, by the name of the field."""

from typing import Any

import pytest

from tests.builders.ledger import stored_object

BIG = 2**63


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pseudonym", "P" * 65),
        ("pseudonym", ""),
        ("study_instance_uid", "2" * 65),
        ("series_instance_uid", ""),
        ("sop_instance_uid", "2.25.\0"),
        ("modality", "C\0T"),
        ("modality", "M" * 65),
        ("patient_sex", "\ud800"),
        ("frame_of_reference_uid", "2" * 65),
        ("association_id", "a" * 65),
        ("source_digest", "f" * 129),
        ("orthanc_id", "a" * 65),
        ("sha256", "f" * 63),
        ("sha256", "f" * 65),
        ("size", -1),
        ("size", BIG),
        ("series_number", BIG + 1),
        ("instance_number", -BIG - 1),
        ("rows", 2**31 + 1),
        ("columns", -(2**31) - 1),
        ("number_of_frames", 2**31 + 1),
    ],
)
def test_a_value_that_the_ledger_cannot_keep_is_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{field}: ") as refusal:
        stored_object(**{field: value})
    assert not value or str(value) not in str(refusal.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("pseudonym", "P" * 64),
        ("modality", None),
        ("modality", ""),
        ("size", 0),
        ("size", BIG - 1),
        ("instance_number", -BIG),
        ("number_of_frames", 2**31 - 1),
    ],
)
def test_the_largest_and_the_least_are_kept(field: str, value: Any) -> None:
    assert getattr(stored_object(**{field: value}), field) == value
