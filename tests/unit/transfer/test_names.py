"""Only well-formed names may become part of a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osteon.transfer.errors import AnswerError, UsageError
from osteon.transfer.names import Target, TargetKind, checked_pseudonym, checked_uid


def test_a_target_is_a_pseudonym_or_a_study() -> None:
    assert Target.parse("OST-7K3M9-QPXRC").kind is TargetKind.PATIENT
    assert Target.parse("2.25.123").kind is TargetKind.STUDY


@pytest.mark.parametrize("text", ["", "1.2.3", "2.25.01", "OST-1", "2.25.1/..", "ost-7k3m9-qpxrc", "2.25.1\n"])
def test_anything_else_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        Target.parse(text)


@given(st.text() | st.from_regex(r"[./\\0-9A-Z\n-]*") | st.none() | st.integers())
def test_no_accepted_name_leaves_its_folder(value: object) -> None:
    for check in (checked_uid, checked_pseudonym):
        try:
            name = check(value)
        except AnswerError:
            continue
        assert set(name) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.-")
        assert ".." not in name
