"""The door: every object has one end, and that end is durable before the answer."""

import os
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from sqlalchemy.exc import OperationalError

from dicom_node.door import Outcome
from dicom_node.errors import RefusedError, TryAgainError, UnprocessableError
from dicom_node.known_studies import KnownStudies
from dicom_node.outbox import Outbox
from dicom_node.status import Reason, Status
from storage.ledger_records import QuarantinedObject, StudyContents
from storage.vault import VaultUnavailableError
from tests.builders.door import ASSOCIATION, RECEIVED_AT, Parts, arrival, ct, damage, entries, parts_in
from tests.builders.identities import Identity, found_in, identified
from tests.builders.real_files import packaged

WHO = Identity()
REFERENCE = pydicom.Dataset()
REFERENCE.ReferencedSOPInstanceUID = "1.2.250.1.9999.5"


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path)


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_received_object_waits_in_the_outbox_under_its_pseudonym(parts: Parts) -> None:
    assert parts.door.receive(arrival(ct())) is Outcome.STORED
    (place,) = parts.outbox.waiting()
    waiting = parts.outbox.open(place)
    dataset = pydicom.dcmread(BytesIO(bytes(waiting.file)))
    assert waiting.entry.pseudonym == dataset.PatientID
    assert waiting.entry.sop_instance_uid == dataset.SOPInstanceUID
    assert (waiting.entry.association_id, waiting.entry.received_at) == (ASSOCIATION, RECEIVED_AT)
    assert (waiting.entry.modality, waiting.entry.rows, waiting.entry.size) == ("CT", 128, len(waiting.file))


def test_one_patient_has_one_pseudonym_and_another_patient_another(parts: Parts) -> None:
    for number, uid in (("1", "1.1"), ("1", "1.2"), ("2", "2.1")):
        parts.door.receive(arrival(ct(PatientID=number, SOPInstanceUID=uid, StudyInstanceUID=f"9.{number}")))
    pseudonyms = [entry.pseudonym for entry in entries(parts.outbox)]
    assert pseudonyms[0] == pseudonyms[1] != pseudonyms[2]


def test_an_object_sent_again_changes_nothing(parts: Parts) -> None:
    parts.door.receive(arrival(ct()))
    before = everything_in(parts.folder)
    assert parts.door.receive(arrival(ct())) is Outcome.DUPLICATE
    assert everything_in(parts.folder) == before


def test_other_content_under_the_same_uid_is_a_conflict_kept_and_never_an_overwrite(parts: Parts) -> None:
    parts.door.receive(arrival(ct()))
    other = ct(KVP="80")
    with pytest.raises(UnprocessableError) as caught:
        parts.door.receive(arrival(other))
    assert caught.value.reason is Reason.CONFLICT
    (label,) = parts.quarantine.labels()
    assert parts.quarantine.open(label.quarantine_id) == other
    assert parts.outbox.depth() == 1


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"RetrieveAETitle": "OTHERPACS"}, id="what the archive says of itself"),
        pytest.param({"InstanceAvailability": "NEARLINE"}, id="where the archive keeps it"),
        pytest.param({"SpecificCharacterSet": None}, id="the character set's name"),
        pytest.param({"RequestAttributesSequence": [pydicom.Dataset()]}, id="an order, of which it says nothing"),
        pytest.param({"ReferencedStudySequence": [REFERENCE]}, id="what it refers to of its own"),
    ],
)
def test_what_a_pacs_changes_from_one_transfer_to_the_next_makes_no_conflict(
    parts: Parts, changes: dict[str, object]
) -> None:
    parts.door.receive(arrival(ct()))
    assert parts.door.receive(arrival(ct(**changes))) is Outcome.DUPLICATE


def test_the_same_object_in_another_uncompressed_transfer_syntax_makes_no_conflict(parts: Parts) -> None:
    parts.door.receive(arrival(ct()))
    dataset = pydicom.dcmread(BytesIO(ct()))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, implicit_vr=True, little_endian=True)
    assert parts.door.receive(arrival(buffer.getvalue())) is Outcome.DUPLICATE


def with_dose(dose: str) -> bytes:
    """A CT is as good as a PET: what counts is the sequence."""
    tracer = pydicom.Dataset()
    tracer.RadionuclideTotalDose = dose
    return ct(RadiopharmaceuticalInformationSequence=[tracer])


def with_frames_at(*positions: int) -> bytes:
    frames = []
    for position in positions:
        plane, frame = pydicom.Dataset(), pydicom.Dataset()
        plane.ImagePositionPatient = [0, 0, position]
        frame.PlanePositionSequence = [plane]
        frames.append(frame)
    return ct(PerFrameFunctionalGroupsSequence=frames)


@pytest.mark.parametrize(
    ("first", "other"),
    [
        pytest.param(with_dose("3.7E8"), with_dose("3.6E8"), id="the dose of a tracer"),
        pytest.param(with_frames_at(0, 5), with_frames_at(0, 6), id="the position of a frame"),
        pytest.param(with_frames_at(0, 5), with_frames_at(5, 0), id="the order of frames"),
    ],
)
def test_other_content_of_a_sequence_under_the_same_uid_is_a_conflict(parts: Parts, first: bytes, other: bytes) -> None:
    parts.door.receive(arrival(first))
    assert parts.door.receive(arrival(first)) is Outcome.DUPLICATE
    with pytest.raises(UnprocessableError) as caught:
        parts.door.receive(arrival(other))
    assert caught.value.reason is Reason.CONFLICT
    (label,) = parts.quarantine.labels()
    assert parts.quarantine.open(label.quarantine_id) == other


def test_what_was_stored_when_sequences_did_not_count_is_compared_by_the_rest(tmp_path: Path) -> None:
    first = parts_in(tmp_path / "first")
    first.door.receive(arrival(with_dose("3.7E8")))
    (entry,) = entries(first.outbox)
    before = {entry.sop_instance_uid: entry.source_digest.partition(".")[0]}
    later = parts_in(tmp_path / "later", lambda _: StudyContents(entry.pseudonym, before), first.vault)
    assert later.door.receive(arrival(with_dose("3.7E8"))) is Outcome.DUPLICATE
    with pytest.raises(UnprocessableError, match="conflict"):
        later.door.receive(arrival(ct(KVP="80")))


def test_a_second_patient_in_one_study_is_quarantined_before_the_answer(parts: Parts) -> None:
    parts.door.receive(arrival(ct(SOPInstanceUID="1.1")))
    with pytest.raises(UnprocessableError) as caught:
        parts.door.receive(arrival(ct(SOPInstanceUID="1.2", PatientID="another")))
    assert caught.value.reason is Reason.STUDY_CONFLICT


def test_what_the_ledger_knows_of_a_study_is_known_before_the_answer(tmp_path: Path) -> None:
    first = parts_in(tmp_path / "first")
    first.door.receive(arrival(ct()))
    (entry,) = entries(first.outbox)
    contents = StudyContents(entry.pseudonym, {entry.sop_instance_uid: entry.source_digest})
    asked: list[str] = []

    def known(study_uid: str) -> StudyContents:
        asked.append(study_uid)
        return StudyContents("OST-22222-2222", dict(contents.digests)) if len(asked) > 1 else contents

    later = parts_in(tmp_path / "later", known, first.vault)
    assert later.door.receive(arrival(ct())) is Outcome.DUPLICATE
    with pytest.raises(UnprocessableError, match="conflict"):
        later.door.receive(arrival(ct(KVP="80")))
    assert asked == [entry.study_instance_uid]
    assert later.outbox.depth() == 0


def test_a_ledger_that_is_down_does_not_keep_objects_out(tmp_path: Path) -> None:
    def down(_: str) -> None:
        raise OperationalError("", {}, Exception())

    KnownStudies(down).make_ready()
    parts = parts_in(tmp_path, down)
    assert parts.door.receive(arrival(ct())) is Outcome.STORED


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        pytest.param(ct(PatientID=None), Reason.MISSING_PATIENT_ID, id="no patient number"),
        pytest.param(ct(SOPInstanceUID="../../etc/x"), Reason.INVALID_UID, id="a path for a UID"),
        pytest.param(ct(BurnedInAnnotation="YES"), Reason.BURNED_IN_ANNOTATION, id="text in the pixels"),
    ],
)
def test_what_cannot_be_handled_is_quarantined_encrypted_with_its_reason(
    parts: Parts, source: bytes, reason: Reason
) -> None:
    with pytest.raises(UnprocessableError) as caught:
        parts.door.receive(arrival(source))
    assert caught.value.status == Status.QUARANTINED
    (label,) = parts.quarantine.labels()
    assert label.reason is reason
    assert parts.quarantine.open(label.quarantine_id) == source
    assert parts.outbox.depth() == 0
    (_, fact), *_ = parts.journal.read()
    assert isinstance(fact, QuarantinedObject)
    assert (fact.quarantine_id, fact.reason) == (label.quarantine_id, reason.value)


def test_quarantine_holds_nothing_in_clear(parts: Parts) -> None:
    source = identified(packaged("CT_small.dcm").read_bytes(), WHO)
    dataset = pydicom.dcmread(BytesIO(source))
    dataset.BurnedInAnnotation = "YES"
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    with pytest.raises(UnprocessableError):
        parts.door.receive(arrival(buffer.getvalue()))
    assert found_in(everything_in(parts.folder), WHO) == []


def test_the_same_object_is_quarantined_once(parts: Parts) -> None:
    for _ in range(2):
        with pytest.raises(UnprocessableError):
            parts.door.receive(arrival(ct(PatientID=None)))
    assert len(list(parts.quarantine.labels())) == 1


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"sop_class_uid": "1.2.840.10008.5.1.4.1.1.4"}, id="another SOP class in the request"),
        pytest.param({"abstract_syntax": "1.2.840.10008.5.1.4.1.1.4"}, id="another one negotiated"),
        pytest.param({"sop_instance_uid": "1.2.3"}, id="another SOP Instance UID"),
    ],
)
def test_a_data_set_that_is_not_what_the_request_said_is_refused_and_not_kept(
    parts: Parts, said: dict[str, str]
) -> None:
    with pytest.raises(RefusedError) as caught:
        parts.door.receive(arrival(ct(), **said))
    assert caught.value.status == 0xA900
    assert parts.outbox.depth() == 0
    assert list(parts.quarantine.labels()) == []


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Exception], None]:
    """Make one system call fail."""

    def fail(name: str, error: Exception) -> None:
        def raise_it(*_: object) -> None:
            raise error

        monkeypatch.setattr(os, name, raise_it)

    return fail


@pytest.mark.parametrize("call", ["fsync", "fdatasync", "pwritev", "posix_fallocate"])
def test_an_outbox_that_cannot_keep_an_object_says_try_again_and_leaves_nothing(
    parts: Parts, call: str, failing: Callable[[str, Exception], None]
) -> None:
    failing(call, OSError(28, "No space left on device"))
    with pytest.raises(TryAgainError, match="ENOSPC") as caught:
        parts.door.receive(arrival(ct()))
    assert caught.value.status == 0xA700
    assert parts.outbox.depth() == 0


def test_a_quarantine_that_cannot_keep_an_object_says_try_again(
    parts: Parts, failing: Callable[[str, Exception], None]
) -> None:
    failing("fsync", OSError(28, "No space left on device"))
    with pytest.raises(TryAgainError):
        parts.door.receive(arrival(ct(PatientID=None)))


def test_a_disk_that_is_nearly_full_takes_no_more_into_quarantine(tmp_path: Path) -> None:
    parts = parts_in(tmp_path, outbox=Outbox(tmp_path / "objects", reserve_bytes=1 << 60))
    with pytest.raises(TryAgainError, match="ENOSPC") as caught:
        parts.door.receive(arrival(ct(PatientID=None)))
    assert caught.value.status == 0xA700
    assert (list(parts.quarantine.labels()), list(parts.journal.read())) == ([], [])


def test_a_disk_with_little_room_slows_down_who_sends_what_is_quarantined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    found = os.statvfs(tmp_path)
    reserve = int(found.f_bavail * found.f_frsize * 0.7)
    parts = parts_in(tmp_path, outbox=Outbox(tmp_path / "objects", reserve_bytes=reserve))
    with pytest.raises(UnprocessableError):
        parts.door.receive(arrival(ct(PatientID=None)))
    assert len(pauses) == 1
    assert len(list(parts.quarantine.labels())) == 1


def test_a_vault_that_is_down_says_try_again_and_quarantines_nothing(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise VaultUnavailableError("down")

    monkeypatch.setattr(parts.door, "_pseudonymise", down)
    with pytest.raises(TryAgainError):
        parts.door.receive(arrival(ct()))
    assert list(parts.quarantine.labels()) == []


def test_any_unexpected_error_quarantines_and_tells_its_type_only(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError(WHO.family_name)

    monkeypatch.setattr(parts.door, "_pseudonymise", broken)
    with pytest.raises(UnprocessableError, match="ZeroDivisionError") as caught:
        parts.door.receive(arrival(ct()))
    assert WHO.family_name not in str(caught.value)
    (label,) = parts.quarantine.labels()
    assert label.reason is Reason.UNEXPECTED_ERROR


def test_what_a_crash_left_half_written_was_never_there(tmp_path: Path) -> None:
    parts = parts_in(tmp_path)
    parts.door.receive(arrival(ct(SOPInstanceUID="1.1")))
    parts.door.receive(arrival(ct(SOPInstanceUID="1.2")))
    whole = entries(parts.outbox)[0]
    damage(tmp_path, list(parts.outbox.waiting())[1])
    assert [entry.sop_instance_uid for entry in entries(parts_in(tmp_path).outbox)] == [whole.sop_instance_uid]


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        pytest.param({"SeriesNumber": "99999999999"}, "series_number", None, id="a number beyond 32 bits"),
        pytest.param({"Modality": "CT"}, "modality", "CT", id="a usual modality"),
        pytest.param({"Modality": "C" * 80}, "modality", None, id="a modality longer than its column"),
        pytest.param({"StudyDate": "99991399"}, "study_date", None, id="a date that does not exist"),
    ],
)
def test_what_the_ledger_cannot_hold_is_left_out_instead_of_blocking_it(
    parts: Parts, changes: dict[str, object], column: str, kept: object
) -> None:
    parts.door.receive(arrival(ct(**changes)))
    (entry,) = entries(parts.outbox)
    assert getattr(entry, column) == kept


def test_a_re_send_heals_an_outbox_entry_that_was_damaged(parts: Parts) -> None:
    parts.door.receive(arrival(ct(), association_id="one"))
    (place,) = parts.outbox.waiting()
    damage(parts.folder, place)
    assert parts.door.receive(arrival(ct(), association_id="two")) is Outcome.STORED
    assert len(entries(parts.outbox)) == 1


def test_a_quarantined_object_whose_fact_was_lost_gets_one_when_it_is_sent_again(parts: Parts) -> None:
    for _ in range(2):
        with pytest.raises(UnprocessableError):
            parts.door.receive(arrival(ct(PatientID=None)))
        facts = [path for path, _ in parts.journal.read()]
        assert facts
        for path in facts:
            parts.journal.remove(path)
