"""Where something was found is told by the element of the top level, in every encoding."""

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.pseudonymisation.syntax import syntax_of
from dicom_node.pseudonymisation.whereabouts import element_at
from tests.builders.datasets import plain_ct, written


@pytest.mark.parametrize("uid", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_byte_is_told_by_its_element_also_inside_a_sequence(uid: UID) -> None:
    dataset = plain_ct()
    dataset.SeriesDescription = "UNMISTAKABLE"
    item = Dataset()
    item.CodeMeaning = "NESTED-ONE"
    dataset.ProcedureCodeSequence = [item]
    file = written(dataset, uid)
    syntax = syntax_of(str(uid))
    assert syntax is not None
    start = read_frame(file).data_set

    assert element_at(file, start, syntax, file.index(b"UNMISTAKABLE") + 3) == " in (0008,103e)"
    assert element_at(file, start, syntax, file.index(b"NESTED-ONE")) == " in (0008,1032)"
    assert element_at(file, start, syntax, len(file) + 10) == ""


def test_bytes_that_are_no_data_set_have_no_elements() -> None:
    syntax = syntax_of(str(ExplicitVRLittleEndian))
    assert syntax is not None
    assert element_at(b"\1\2\3" * 10, 0, syntax, 20) == ""
