"""Real associations with the listener: what it negotiates, answers, and writes down of each."""

import socket
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.association import Association

from dicom_node.contexts import IMAGE_SOP_CLASSES, TRANSFER_SYNTAXES
from dicom_node.listener import Listener
from storage.ledger_records import AssociationSummary
from tests.builders.door import Parts, ct, parts_in
from tests.services.dcmtk import echoscu
from tests.services.processes import wait_for

CT = "1.2.840.10008.5.1.4.1.1.2"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
VERIFICATION = "1.2.840.10008.1.1"
EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path)


@pytest.fixture
def port(parts: Parts) -> Iterator[int]:
    listener = Listener(door=parts.door, journal=parts.journal, ae_title="OSTEON", host="127.0.0.1", port=0)
    yield listener.start()
    listener.stop()


def associate(port: int, *contexts: tuple[str, str], called: str = "OSTEON") -> Association:
    entity = AE(ae_title="PACS")
    for sop_class, syntax in contexts or ((CT, EXPLICIT),):
        entity.add_requested_context(sop_class, syntax)
    return entity.associate("127.0.0.1", port, ae_title=called)


def dataset(**changes: object) -> Dataset:
    return pydicom.dcmread(BytesIO(ct(**changes)))


def summaries(parts: Parts) -> list[AssociationSummary]:
    return [fact for _, fact in parts.journal.read() if isinstance(fact, AssociationSummary)]


def sums(summary: AssociationSummary) -> tuple[str, int, int, int, int, int]:
    counts = (summary.stored, summary.duplicates, summary.quarantined, summary.refused)
    return (summary.outcome, summary.received, *counts)


@pytest.mark.parametrize("sop_class", IMAGE_SOP_CLASSES, ids=lambda uid: uid.name)
def test_every_image_class_is_accepted_in_every_transfer_syntax(port: int, sop_class: str) -> None:
    association = associate(port, *((sop_class, syntax) for syntax in TRANSFER_SYNTAXES))
    accepted = {context.transfer_syntax[0] for context in association.accepted_contexts}
    association.release()
    assert accepted == set(TRANSFER_SYNTAXES)


def test_other_classes_are_refused_at_negotiation(port: int) -> None:
    association = associate(port, (SECONDARY_CAPTURE, EXPLICIT), (VERIFICATION, EXPLICIT))
    refused = [context.abstract_syntax for context in association.rejected_contexts]
    association.release()
    assert refused == [SECONDARY_CAPTURE]


def test_every_end_is_counted_and_written_down(port: int, parts: Parts) -> None:
    association = associate(port)
    answers = [
        association.send_c_store(dataset()).Status,
        association.send_c_store(dataset()).Status,
        association.send_c_store(dataset(SOPInstanceUID="1.2", PatientID="")).Status,
    ]
    association.release()
    assert answers == [0x0000, 0x0000, 0xC100]
    wait_for(lambda: bool(summaries(parts)), "the summary is written")
    assert [sums(summary) for summary in summaries(parts)] == [("released", 3, 1, 1, 1, 0)]


def test_the_reason_for_quarantine_is_in_the_error_comment(port: int) -> None:
    association = associate(port)
    answer = association.send_c_store(dataset(PatientID=""))
    association.release()
    assert answer.ErrorComment == "missing_patient_id"


def test_a_class_that_was_not_negotiated_for_its_context_is_refused(port: int, parts: Parts) -> None:
    association = associate(port)
    smuggled = dataset()
    smuggled.SOPClassUID = SECONDARY_CAPTURE
    association.accepted_contexts[0].abstract_syntax = SECONDARY_CAPTURE  # what a lying sender would do
    answer = association.send_c_store(smuggled)
    association.release()
    assert answer.Status in {0xA900, 0xC100}
    assert parts.outbox.depth() == 0


def test_an_abort_is_written_down_as_one(port: int, parts: Parts) -> None:
    association = associate(port)
    association.send_c_store(dataset())
    association.abort()
    wait_for(lambda: any(summary.outcome == "aborted" for summary in summaries(parts)), "the abort is written")
    assert {sums(summary)[1:] for summary in summaries(parts)} == {(1, 1, 0, 0, 0)}


def test_a_wrong_called_ae_title_is_rejected(port: int) -> None:
    answer = echoscu(port, called="SOMEONE")  # pynetdicom takes a rejection that comes at once for no connection
    assert "Called AE Title Not Recognized" in answer.stdout + answer.stderr


def test_probes_that_open_and_close_the_port_leave_it_usable(port: int) -> None:
    for _ in range(60):
        socket.create_connection(("127.0.0.1", port)).close()
    association = associate(port)
    established = association.is_established
    association.release()
    assert established
