"""From an uploaded file to a C-STORE: what is passed on, and why something is not."""

import io
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    SecondaryCaptureImageStorage,
)
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from api.errors import MalformedUploadError
from osteon.relay import LOOKED_THROUGH, DoorIntake
from osteon.transfer.destination import Destination
from osteon.transfer.requestor import Route
from osteon.transfer.study_of import study_of
from tests.builders.receivers import receiving, write_object

NATIVE = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
TAKEN = ((CTImageStorage, NATIVE), (MRImageStorage, (ExplicitVRLittleEndian,)))
STUDY = "1.2.826.0.1.3680043.8.498.1"


def pieces(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def intake_to(destination: Destination) -> DoorIntake:
    return DoorIntake(Route(destination=destination, calling_ae_title="STOW-RS", timeout=10))


@contextmanager
def door(received: list[tuple[int, bytes]]) -> Iterator[DoorIntake]:
    """An intake, and what arrives behind it: the association's port and the data set."""

    def keep(event: Event) -> int:
        content = cast(C_STORE, event.request).DataSet
        assert content is not None
        assert event.assoc.requestor.ae_title == "STOW-RS"
        received.append((event.assoc.requestor.port, content.getvalue()))
        return 0

    with receiving(keep, TAKEN) as destination:
        yield intake_to(destination)


def body(content: bytes) -> bytes:
    return content[144 + int.from_bytes(content[140:144], "little") :]


def made(path: Path, *, study: str | None = STUDY, syntax: str = ExplicitVRLittleEndian, private: int = 0) -> bytes:
    """A file of a study, with so many bytes before the study is named, and another study named before it."""
    write_object(path)
    dataset = pydicom.dcmread(path)
    dataset.ReferencedStudySequence = Sequence([Dataset()])
    dataset.ReferencedStudySequence[0].StudyInstanceUID = "1.2.3.4"
    dataset.add_new(0x00090010, "LO", "OSTEON TEST")
    dataset.add_new(0x00091001, "OB", bytes(private))
    if study is None:
        del dataset.StudyInstanceUID
    else:
        dataset.StudyInstanceUID = study
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    buffer = io.BytesIO()
    pydicom.dcmwrite(
        buffer,
        dataset,
        implicit_vr=syntax == ImplicitVRLittleEndian,
        little_endian=syntax != ExplicitVRBigEndian,
        enforce_file_format=True,
    )
    return buffer.getvalue()


@pytest.mark.parametrize("size", [1, 7, 150, 1000, 1 << 20])
def test_a_file_in_pieces_of_any_size_arrives_whole(tmp_path: Path, size: int) -> None:
    content = write_object(tmp_path / "a", filling=bytes(1000)).read_bytes()
    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(None) as relay:
        fate = relay.store(pieces(content, size))
    meta = pydicom.dcmread(tmp_path / "a").file_meta
    assert (fate.status, fate.sop_class_uid, fate.sop_instance_uid) == (
        0,
        meta.MediaStorageSOPClassUID,
        meta.MediaStorageSOPInstanceUID,
    )
    assert [data for _, data in received] == [body(content)]


def test_objects_of_one_kind_share_an_association_and_others_get_their_own(tmp_path: Path) -> None:
    ct, mr = (
        write_object(tmp_path / "ct").read_bytes(),
        write_object(tmp_path / "mr", sop_class=MRImageStorage).read_bytes(),
    )
    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(None) as relay:
        assert [relay.store(iter([content])).status for content in (ct, ct, mr, mr)] == [0, 0, 0, 0]
    ports = [port for port, _ in received]
    assert ports[0] == ports[1] != ports[2] == ports[3]


@pytest.mark.parametrize(
    ("sop_class", "syntax", "reason"),
    [
        pytest.param(SecondaryCaptureImageStorage, ExplicitVRLittleEndian, 0x0122, id="SOP class not supported"),
        pytest.param(MRImageStorage, JPEG2000Lossless, 0xC122, id="transfer syntax not supported"),
    ],
)
def test_what_the_door_does_not_negotiate_fails_alone(tmp_path: Path, sop_class: str, syntax: str, reason: int) -> None:
    other = write_object(tmp_path / "other", sop_class=sop_class, syntax=syntax).read_bytes()
    ct = write_object(tmp_path / "ct").read_bytes()
    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(None) as relay:
        statuses = [relay.store(iter([content])).status for content in (other, ct, other)]
    assert statuses == [reason, 0, reason]


@pytest.mark.parametrize("content", [b"", b"x" * 1000, bytes(128) + b"DICM", bytes(128) + b"DICM" + b"\2\0" * 40_000])
def test_what_is_no_dicom_file_is_told_so(content: bytes) -> None:
    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(None) as relay:
        fate = relay.store(pieces(content, 1000))
    assert (fate.status, fate.sop_instance_uid, received) == (0xC000, None, [])


def test_a_door_that_is_not_there_is_out_of_resources_for_now(tmp_path: Path) -> None:
    content = write_object(tmp_path / "a").read_bytes()
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        nobody = Destination(ae_title="X", host="127.0.0.1", port=held.getsockname()[1])
        with intake_to(nobody).open(None) as relay:
            assert relay.store(iter([content])).status == 0xA700


def test_an_upload_that_breaks_off_leaves_nothing_at_the_door(tmp_path: Path) -> None:
    content = write_object(tmp_path / "a", filling=bytes(2_000_000)).read_bytes()
    whole = write_object(tmp_path / "b").read_bytes()
    received: list[tuple[int, bytes]] = []

    def broken() -> Iterator[bytes]:
        yield content[:1_500_000]
        raise MalformedUploadError("the body ends before its last boundary")

    with door(received) as intake, intake.open(None) as relay:
        with pytest.raises(MalformedUploadError):
            relay.store(broken())
        assert relay.store(iter([whole])).status == 0
    assert [data for _, data in received] == [body(whole)]


@pytest.mark.parametrize("private", [0, 100_000])
@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("size", [999, 1 << 16])
def test_objects_of_another_study_fail_and_those_of_this_one_arrive_whole(
    tmp_path: Path, syntax: str, private: int, size: int
) -> None:
    ours, other = (made(tmp_path / "a", study=study, syntax=syntax, private=private) for study in (STUDY, "1.2.3.4"))
    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(STUDY) as relay:
        assert relay.store(pieces(other, size)).status == 0xA901
        assert relay.store(pieces(ours, size)).status == 0
    assert [data for _, data in received] == [body(ours)]


@pytest.mark.parametrize(
    ("study", "private"),
    [pytest.param(None, 0, id="none"), pytest.param(STUDY, 3 * LOOKED_THROUGH, id="one too far behind")],
)
def test_an_object_whose_study_cannot_be_told_is_of_another_study(
    tmp_path: Path, study: str | None, private: int
) -> None:
    content = made(tmp_path / "a", study=study, private=private)
    asked = 0

    def counted() -> Iterator[bytes]:
        nonlocal asked
        for piece in pieces(content, 1 << 16):
            asked += len(piece)
            yield piece

    received: list[tuple[int, bytes]] = []
    with door(received) as intake, intake.open(STUDY) as relay:
        assert relay.store(counted()).status == 0xA901
    assert received == []
    assert asked <= 2 * LOOKED_THROUGH + (1 << 16)


@pytest.mark.parametrize("syntax", NATIVE)
def test_a_study_is_never_read_from_half_its_uid(tmp_path: Path, syntax: str) -> None:
    content = body(made(tmp_path / "a", syntax=syntax))
    told = {study_of(content[:size], syntax, is_whole=False) for size in range(len(content) + 1)}
    assert told <= {None, STUDY}
    assert study_of(content, syntax, is_whole=True) == STUDY
