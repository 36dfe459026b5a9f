"""The report as pydicom reads it."""

import pytest
from pydicom.dataset import Dataset

from dicom_node.commitment.failures import Failure
from dicom_node.commitment.reports import Report
from dicom_node.commitment.requests import Reference
from dicom_node.commitment.verdicts import Verdicts
from tests.builders.commitment import NEVER_SENT_UID, SENT_UID, TRANSACTION_UID, read_back
from tests.builders.peer import CT, EXPLICIT, IMPLICIT, MR

STORED, MISSING = Reference(CT, SENT_UID), Reference(MR, NEVER_SENT_UID)


def items(report: Dataset, keyword: str) -> list[list[object]]:
    return [[element.value for element in item] for item in report[keyword].value]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_when_all_are_committed_there_is_no_sequence_of_failures(syntax: str) -> None:
    report = Report(TRANSACTION_UID, Verdicts(committed=[STORED, MISSING]))
    content = read_back(report.information(syntax), syntax)
    assert report.event_type == 1
    assert [element.keyword for element in content] == ["TransactionUID", "ReferencedSOPSequence"]
    assert content.TransactionUID == TRANSACTION_UID
    assert items(content, "ReferencedSOPSequence") == [[CT, SENT_UID], [MR, NEVER_SENT_UID]]


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_failures_come_with_their_reasons_in_ascending_order_of_tags(syntax: str) -> None:
    failed = [(MISSING, Failure.NO_SUCH_OBJECT_INSTANCE)]
    report = Report(TRANSACTION_UID, Verdicts(committed=[STORED], failed=failed))
    content = read_back(report.information(syntax), syntax)
    assert report.event_type == 2
    assert list(content.keys()) == sorted(content.keys())
    assert items(content, "ReferencedSOPSequence") == [[CT, SENT_UID]]
    (item,) = content.FailedSOPSequence
    assert (item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID) == (MR, NEVER_SENT_UID)
    assert item.FailureReason == 0x0112


def test_without_a_success_there_is_no_sequence_of_them() -> None:
    report = Report(TRANSACTION_UID, Verdicts(failed=[(MISSING, Failure.PROCESSING_FAILURE)]))
    content = read_back(report.information(EXPLICIT), EXPLICIT)
    assert [element.keyword for element in content] == ["TransactionUID", "FailedSOPSequence"]
