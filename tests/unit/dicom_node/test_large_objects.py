"""Objects that are stored while they come: in the end the same as if they had been in memory."""

import os
import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_node import large_objects
from dicom_node.door import Arrival, Outcome
from dicom_node.errors import NodeError, TryAgainError, UnprocessableError
from dicom_node.large_objects import LargeObject, begin
from dicom_node.large_segment import RECEIVING, LargeSegment
from dicom_node.outbox import Outbox
from dicom_node.pseudonymisation.skeleton import native_pixels_in
from dicom_node.spool import Spool
from dicom_node.status import Reason
from tests.builders.door import RECEIVED_AT, Parts, VaultInMemory, arrival, ct, parts_in
from tests.builders.ends import End, end, everything_in
from tests.builders.identities import Identity, found_in, identified
from tests.builders.real_files import (
    CROPPED_CT,
    GE_CT,
    GE_PET,
    SHARED_DATA,
    TOSHIBA_MR,
    packaged_images,
)

FIRST = 300
"""Bytes that are collected before an object is offered."""

PIECE = 4099
WHO = Identity()


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path)


def offered(parts: Parts, came: Arrival, first: int = FIRST) -> tuple[LargeObject, int] | None:
    """The object once it is taken, and how much of it had come then."""
    while first < len(came.file):
        taken = begin(parts.door, replace(came, file=came.file[:first]))
        if taken is not None:
            return taken, first
        first *= 2
    return None


def streamed(parts: Parts, file: bytes, came: Arrival | None = None, first: int = FIRST, piece: int = PIECE) -> Outcome:
    """The end of an object that was offered after `first` bytes, or of twice as many, and so on."""
    found = offered(parts, came or arrival(file), first)
    assert found is not None, "nobody takes it"
    taken, begun = found
    for at in range(begun, len(file), piece):
        taken.write(memoryview(file)[at : at + piece])
    return taken.finish(RECEIVED_AT)


def both_ends(folder: Path, file: bytes, first: int = FIRST, piece: int = PIECE) -> tuple[End, End]:
    """In memory, and streamed; of one patient, whose pseudonym is the same."""
    vault = VaultInMemory()
    kept, large = parts_in(folder / "kept", vault=vault), parts_in(folder / "large", vault=vault)
    return (
        end(kept, lambda: kept.door.receive(arrival(file))),
        end(large, lambda: streamed(large, file, first=first, piece=piece)),
    )


def is_native(path: Path) -> bool:
    return native_pixels_in(path.read_bytes()) is not None


NATIVE = [path for path in packaged_images() if is_native(path)]
SHARED = [
    path
    for series in (GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT)
    for path in sorted((SHARED_DATA / series).glob("*.dcm"))[:6]
    if is_native(path)
]


def test_there_is_something_to_compare() -> None:
    assert len(NATIVE) >= 16
    assert {pydicom.dcmread(path, stop_before_pixels=True).Modality for path in NATIVE} >= {"CT", "MR"}


@pytest.mark.parametrize("path", [*NATIVE, *SHARED], ids=lambda path: path.stem)
def test_every_real_object_becomes_the_same_as_in_memory(tmp_path: Path, path: Path) -> None:
    kept, large = both_ends(tmp_path, path.read_bytes())
    assert large == kept


@pytest.mark.parametrize(
    "path", [path for path in packaged_images() if not is_native(path)], ids=lambda path: path.stem
)
def test_what_is_compressed_is_not_taken(parts: Parts, path: Path) -> None:
    file = path.read_bytes()
    assert offered(parts, arrival(file)) is None
    assert list(parts.outbox.waiting()) == []


def pixels_of(file: bytes) -> int:
    found = native_pixels_in(file)
    assert found is not None
    return found.start


@pytest.mark.parametrize("behind", [0, 1, 2, PIECE, -1])
def test_it_does_not_matter_where_the_header_ends(tmp_path: Path, behind: int) -> None:
    """At the very first byte of the pixels, behind it, or one byte before, when it has to come again."""
    file = ct()
    kept, large = both_ends(tmp_path, file, first=pixels_of(file) + behind)
    assert large == kept
    assert kept.said is Outcome.STORED


@pytest.mark.parametrize("piece", [1, 2, 127, 1 << 20])
def test_nor_in_what_pieces_the_rest_comes(tmp_path: Path, piece: int) -> None:
    kept, large = both_ends(tmp_path, ct(), piece=piece)
    assert large == kept


def test_an_object_whose_pixels_have_all_come_is_not_taken(parts: Parts) -> None:
    file = with_behind(padding=b"\0" * 4000)
    begun = arrival(file[: pixels_of(file) + len(pydicom.dcmread(BytesIO(file)).PixelData)])
    assert begin(parts.door, begun) is None


def with_behind(*, padding: bytes = b"", names: bool = False) -> bytes:
    """A CT with elements behind its pixels."""
    dataset = pydicom.dcmread(BytesIO(ct()))
    if names:  # as in the private groups that vendors put there
        dataset.private_block(0x7FE1, "NOBODY KNOWS", create=True).add_new(0x01, "PN", "Elsewhere^Named")
        signed = Dataset()
        signed.MACIDNumber, signed.CertificateType = 1, "X509_1993_SIG"
        dataset.DigitalSignaturesSequence = Sequence([signed])
    if padding:
        dataset.add_new(0xFFFCFFFC, "OB", padding)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(with_behind(padding=b"\0" * 126), id="padding"),
        pytest.param(with_behind(padding=b"DOE^JANE" * 2), id="padding that is none"),
        pytest.param(with_behind(names=True, padding=b"\0" * 2), id="a private group, signatures and padding"),
    ],
)
def test_what_comes_behind_the_pixels_is_treated_as_in_memory(tmp_path: Path, file: bytes) -> None:
    kept, large = both_ends(tmp_path, file)
    assert large == kept
    assert kept.said is Outcome.STORED


def test_a_name_behind_the_pixels_is_looked_for_in_the_header(tmp_path: Path) -> None:
    """The header that is written last is another one than the one that was expected."""
    dataset = pydicom.dcmread(BytesIO(with_behind(names=True)))
    dataset.ImageComments = "Elsewhere"
    dataset.SeriesDescription = "Axial Elsewhere"
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    kept, large = both_ends(tmp_path, buffer.getvalue())
    assert large == kept


def test_too_much_behind_the_pixels_is_sent_back(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large_objects, "MOST_BEHIND", 100)
    with pytest.raises(TryAgainError, match="behind the pixels"):
        streamed(parts, with_behind(padding=b"\0" * 126))
    assert everything_in(parts.folder) == {}


# Quarantine

REFUSED_BY_ITS_HEAD = {
    "nobody": {"PatientID": ""},
    "burned in": {"BurnedInAnnotation": "YES"},
    "more rows than pixels": {"Rows": 129},
    "more frames than pixels": {"NumberOfFrames": 2},
    "fewer columns than pixels": {"Columns": 127},
}


@pytest.mark.parametrize("changes", REFUSED_BY_ITS_HEAD.values(), ids=REFUSED_BY_ITS_HEAD)
def test_what_its_head_condemns_is_quarantined_as_in_memory(tmp_path: Path, changes: dict[str, object]) -> None:
    file = ct(**changes)
    kept, large = both_ends(tmp_path, file)
    assert large == kept
    assert large.quarantined == (file,)


@pytest.mark.parametrize("changes", REFUSED_BY_ITS_HEAD.values(), ids=REFUSED_BY_ITS_HEAD)
def test_and_nothing_of_it_is_ever_on_disk_in_clear(
    parts: Parts, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dicom_node.spool.CHUNK_BYTES", 1000)
    dataset = pydicom.dcmread(BytesIO(identified(ct(), WHO)))
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    file = buffer.getvalue()
    found = offered(parts, arrival(file))
    assert found is not None
    taken, begun = found
    for at in range(begun, len(file), PIECE):
        taken.write(memoryview(file)[at : at + PIECE])
        assert everything_in(parts.folder) == {}, "what waits has no name"
        assert all(file[place : place + 32] not in content for content in written() for place in (begun, at))
    with pytest.raises(UnprocessableError):
        taken.finish(RECEIVED_AT)
    (sealed,) = (parts.folder / "quarantine").iterdir()
    content = sealed.read_bytes()
    assert not found_in(content, WHO)
    assert file[-64:] not in content


def written() -> Iterator[bytes]:
    """What the open files of this process hold that have no name any more."""
    for link in Path("/proc/self/fd").iterdir():
        try:
            if ".part (deleted)" in str(link.readlink()):
                yield link.read_bytes()
        except OSError:
            continue


def test_the_pixels_come_out_of_the_spool_as_they_were(tmp_path: Path) -> None:
    content = os.urandom(3_500_000)
    spool = Spool(tmp_path, len(content))
    for at in range(0, len(content), 77_777):
        spool.write(content[at : at + 77_777])
    assert (len(spool), b"".join(spool), b"".join(spool)) == (len(content), content, content)
    spool.discard()


def test_what_was_damaged_while_it_waited_is_not_taken_for_content(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 3 << 20)
    spool.write(bytes(3 << 20))
    descriptor = spool._file.fileno()  # noqa: SLF001
    os.pwrite(descriptor, bytes((os.pread(descriptor, 1, 1_500_000)[0] ^ 1,)), 1_500_000)
    with pytest.raises(OSError, match="damaged"):
        b"".join(spool)
    spool.discard()


@pytest.mark.parametrize("cut", [1, 2, 200, 20_000])
def test_an_object_that_is_cut_off_is_quarantined_with_its_pixels(tmp_path: Path, cut: int) -> None:
    file = ct()[:-cut]
    kept, large = both_ends(tmp_path, file)
    assert large == kept
    assert large.quarantined == (file,)
    assert str(large.said).find(Reason.UNREADABLE.value) > 0
    assert list((tmp_path / "large" / "objects").iterdir()) == []


def test_what_is_wrong_behind_the_pixels_is_found_at_the_end(tmp_path: Path) -> None:
    file = ct() + struct.pack("<HH2sH", 0x0010, 0x0010, b"PN", 4) + b"Doe^"
    kept, large = both_ends(tmp_path, file)
    assert large == kept
    assert large.quarantined == (file,)


def test_another_class_than_announced_is_refused_and_nothing_kept(parts: Parts) -> None:
    file = ct()
    with pytest.raises(NodeError, match="SOP Class"):
        streamed(parts, file, arrival(file, sop_class_uid="1.2.840.10008.5.1.4.1.1.4"))
    assert everything_in(parts.folder) == {}


# What was here before


def test_the_same_object_again_is_a_duplicate_whichever_way_it_comes(parts: Parts) -> None:
    file = ct()
    assert streamed(parts, file) is Outcome.STORED
    before = everything_in(parts.folder)
    assert streamed(parts, file) is Outcome.DUPLICATE
    assert streamed(parts, file, arrival(file, association_id="another")) is Outcome.DUPLICATE
    assert parts.door.receive(arrival(file)) is Outcome.DUPLICATE
    assert everything_in(parts.folder) == before


def test_and_when_the_first_came_in_memory(parts: Parts) -> None:
    assert parts.door.receive(arrival(ct())) is Outcome.STORED
    assert streamed(parts, ct()) is Outcome.DUPLICATE


@pytest.mark.parametrize("association", ["the same", "another"])
def test_other_pixels_under_the_same_uid_are_a_conflict_and_are_kept(parts: Parts, association: str) -> None:
    file = ct()
    last = pixels_of(file) + 128 * 128 * 2 - 1
    other = file[:last] + bytes((file[last] ^ 1,)) + file[last + 1 :]
    came = arrival(file, association_id="the same")
    streamed(parts, file, came)
    with pytest.raises(UnprocessableError) as caught:
        streamed(parts, other, replace(came, file=other, association_id=association))
    assert caught.value.reason is Reason.CONFLICT
    assert [parts.quarantine.open(label.quarantine_id) for label in parts.quarantine.labels()] == [other]
    assert parts.outbox.depth() == 1


def test_two_at_the_same_time_do_not_disturb_each_other(parts: Parts) -> None:
    files = [ct(SOPInstanceUID=f"1.{number}", InstanceNumber=number) for number in range(3)]
    found = [offered(parts, arrival(file)) for file in [*files, files[0]]]
    for file, one in zip([*files, files[0]], found, strict=True):
        assert one is not None
        one[0].write(memoryview(file)[one[1] :])
    ends = [one[0].finish(RECEIVED_AT) for one in found if one is not None]
    assert ends == [Outcome.STORED, Outcome.STORED, Outcome.STORED, Outcome.DUPLICATE]
    assert parts.outbox.depth() == 3


# What goes wrong


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999, 1.0])
def test_of_an_object_that_is_broken_off_nothing_stays(parts: Parts, share: float) -> None:
    file = ct()
    found = offered(parts, arrival(file))
    assert found is not None
    taken, begun = found
    taken.write(memoryview(file)[begun : begun + int(share * (len(file) - begun))])
    assert [Path(name).suffix for name in everything_in(parts.folder)] == [RECEIVING]
    taken.abort()
    taken.abort()
    assert everything_in(parts.folder) == {}
    assert streamed(parts, file) is Outcome.STORED


def test_what_a_killed_process_left_half_written_is_removed_at_start(parts: Parts) -> None:
    found = offered(parts, arrival(ct()))
    assert found is not None
    later = Outbox(parts.folder / "objects", reserve_bytes=0)
    assert (list(later.waiting()), everything_in(parts.folder)) == ([], {})


def test_a_stored_one_is_found_again_at_start(parts: Parts) -> None:
    streamed(parts, ct())
    (place,) = parts.outbox.waiting()
    file = parts.outbox.open(place).file
    later = Outbox(parts.folder / "objects", reserve_bytes=0)
    (found,) = later.waiting()
    assert (found, later.open(found).file, later.entry(found)) == (place, file, parts.outbox.entry(place))


def test_once_it_went_to_orthanc_its_segment_is_removed(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "objects", reserve_bytes=0, grace_seconds=0)
    parts = parts_in(tmp_path, outbox=outbox)
    streamed(parts, ct())
    outbox.remove(next(outbox.waiting()))
    outbox.tidy()
    assert everything_in(tmp_path) == {}


def test_a_disk_without_room_is_said_before_anything_is_written(tmp_path: Path) -> None:
    parts = parts_in(tmp_path, outbox=Outbox(tmp_path / "objects", reserve_bytes=1 << 60))
    for file in (ct(), ct(PatientID="")):
        with pytest.raises(TryAgainError):
            streamed(parts, file)
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize("call", ["pwritev", "fdatasync", "rename"])
def test_a_disk_that_fails_half_way_leaves_nothing(parts: Parts, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    file = ct()
    with monkeypatch.context() as patched:
        found = offered(parts, arrival(file))
        assert found is not None
        patched.setattr(os, call, fails)
        found[0].write(memoryview(file)[found[1] :])
        with pytest.raises(TryAgainError):
            found[0].finish(RECEIVED_AT)
    assert everything_in(parts.folder) == {}
    assert streamed(parts, file) is Outcome.STORED


def test_a_header_that_outgrows_its_room_is_quarantined(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LargeSegment, "takes", lambda *_: False)
    with pytest.raises(UnprocessableError):
        streamed(parts, ct())
    assert [parts.quarantine.open(label.quarantine_id) for label in parts.quarantine.labels()] == [ct()]


def test_a_large_waiting_object_is_read_piece_by_piece(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "objects", reserve_bytes=0, in_memory_bytes=1000)
    parts = parts_in(tmp_path, outbox=outbox)
    streamed(parts, ct())
    waiting = outbox.open(next(outbox.waiting()))
    assert not isinstance(waiting.content, bytes)
    assert b"".join(waiting.content) == b"".join(waiting.content) == waiting.file
    assert len(waiting.content) == waiting.entry.size
