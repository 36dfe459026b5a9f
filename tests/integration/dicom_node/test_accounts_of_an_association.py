"""What an association brought is counted by reason and study in the journal, with real peers."""

import errno
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE
from pynetdicom.association import Association

from dicom_node.open_associations import OpenAssociations
from dicom_node.uids import UidMap
from dicom_node.upper_layer.pdus import Kind
from dicom_node.upper_layer.wire import ClosedError, Wire
from storage.ledger_records import AssociationSummary, QuarantinedObject, RejectedAssociations
from tests.builders.door import KEYS, Parts, ct
from tests.builders.peer import listening
from tests.services.processes import wait_for

CT = "1.2.840.10008.5.1.4.1.1.2"


def associate(port: int, called: str = "OSTEON") -> Association:
    entity = AE(ae_title="PACS")
    entity.add_requested_context(CT, "1.2.840.10008.1.2.1")
    return entity.associate("127.0.0.1", port, ae_title=called)


def dataset(**changes: object) -> Dataset:
    return pydicom.dcmread(BytesIO(ct(**changes)))


@pytest.mark.usefixtures("quick_disk")
def test_reasons_and_studies_are_counted(port: int, parts: Parts) -> None:
    association = associate(port)
    for changes in ({}, {}, {"PatientID": "", "SOPInstanceUID": "1.2"}, {"PatientID": "", "SOPInstanceUID": "1.2"}):
        association.send_c_store(dataset(**changes))
    association.release()

    wait_for(lambda: any(isinstance(fact, AssociationSummary) for _, fact in parts.journal.read()), "the summary")
    facts = [fact for _, fact in parts.journal.read()]
    (summary,) = (fact for fact in facts if isinstance(fact, AssociationSummary))
    assert [(one.outcome, one.reason, one.count) for one in summary.reasons] == [
        ("quarantined", "missing_patient_id", 1),
        ("quarantined_again", "missing_patient_id", 1),
    ]
    (study,) = summary.studies
    assert study.study_instance_uid == UidMap(KEYS.derive("uid"))(str(dataset().StudyInstanceUID))
    assert (study.stored, study.duplicates, study.quarantined, study.quarantined_again) == (1, 1, 2, 1)
    set_aside = next(fact for fact in facts if isinstance(fact, QuarantinedObject))
    assert set_aside.study_instance_uid == study.study_instance_uid
    assert set_aside.sop_instance_uid == UidMap(KEYS.derive("uid"))("1.2")


@pytest.mark.usefixtures("quick_disk")
def test_an_object_whose_answer_cannot_be_written_is_counted(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored, and the peer, which was not told, will send it again."""

    def only_the_acceptance(wire: Wire, content: bytes, write: Callable[[Wire, bytes], None] = Wire.write) -> None:
        if content[0] != Kind.ASSOCIATE_AC:
            wire.close()
            raise ClosedError
        write(wire, content)

    monkeypatch.setattr(Wire, "write", only_the_acceptance)
    with listening(parts.door, parts.journal) as port:
        associate(port).send_c_store(dataset())
        wait_for(lambda: any(isinstance(fact, AssociationSummary) for _, fact in parts.journal.read()), "the summary")
    (summary,) = (fact for _, fact in parts.journal.read() if isinstance(fact, AssociationSummary))
    assert (summary.outcome, summary.received, summary.stored) == ("lost", 1, 1)


@pytest.mark.usefixtures("quick_disk")
def test_while_it_is_open_a_note_of_it_is_kept_that_a_kill_would_leave(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "open"
    with listening(parts.door, parts.journal, notes=OpenAssociations(folder)) as port:
        association = associate(port)
        before = OpenAssociations(folder).left
        association.send_c_store(dataset())
        (note,) = OpenAssociations(folder).left
        association.release()
        wait_for(lambda: list(folder.iterdir()) == [], "the note is removed")
    (summary,) = (fact for _, fact in parts.journal.read() if isinstance(fact, AssociationSummary))
    assert before == ()
    assert (note.association_id, note.opened_at) == (summary.association_id, summary.opened_at)
    assert (note.calling_ae_title, note.peer_address) == ("PACS", "127.0.0.1")


@pytest.mark.usefixtures("quick_disk")
def test_what_leaves_nothing_else_is_counted_beside_the_note_before_it_is_answered(
    parts: Parts, tmp_path: Path
) -> None:
    folder = tmp_path / "open"
    without_number = {"PatientID": "", "SOPInstanceUID": "1.2"}
    with listening(parts.door, parts.journal, notes=OpenAssociations(folder)) as port:
        association = associate(port)
        for changes in ({}, {}, {}, without_number, without_number):
            association.send_c_store(dataset(**changes))
        killed = OpenAssociations(folder)
        (note,) = killed.left
        counted = {(one.outcome, one.reason): one.count for one in killed.counted(note.association_id)}
        association.release()
        wait_for(lambda: list(folder.iterdir()) == [], "note and counts are removed")
    assert counted == {("duplicates", ""): 2, ("quarantined_again", "missing_patient_id"): 1}


@pytest.mark.usefixtures("quick_disk")
def test_the_note_stays_when_the_summary_cannot_be_written(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(parts.journal, "write", full)
    with listening(parts.door, parts.journal, notes=OpenAssociations(tmp_path / "open")) as port:
        association = associate(port)
        association.send_c_store(dataset())
        association.release()
    assert len(OpenAssociations(tmp_path / "open").left) == 1


def test_who_asks_for_another_node_is_counted_once_an_hour(port: int, parts: Parts) -> None:
    for _ in range(3):
        associate(port, called="SOMEONE")  # what pynetdicom makes of it depends on how quick the answer is

    wait_for(lambda: any(isinstance(fact, RejectedAssociations) for _, fact in parts.journal.read()), "the first")
    (rejected,) = (fact for _, fact in parts.journal.read() if isinstance(fact, RejectedAssociations))
    assert (rejected.calling_ae_title, rejected.peer_address, rejected.reason) == (
        "PACS",
        "127.0.0.1",
        "called_ae_title",
    )
