"""A multi-frame image of any size, whose pixels are made while it is sent, and a look at a process's memory."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pydicom
import xxhash
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from tests.builders.peer import (
    ANNOUNCED,
    EXPLICIT,
    IMPLICIT,
    LAST_COMMAND,
    Peer,
    Reply,
    associate_rq,
    data_set_of,
    p_data,
    pdv,
    store_rq,
)

ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
VERIFICATION = "1.2.840.10008.1.1"
CONTEXTS = {1: (ENHANCED_CT, (EXPLICIT,)), 3: (VERIFICATION, (IMPLICIT,))}
ROWS = 512
FRAME_BYTES = 2 * ROWS * ROWS
MOST_FRAMES = 0xFFFFFFFE // FRAME_BYTES
"""What a length of 32 bits allows: 4.29 GB."""

_DATA, _LAST = 0, 2
_PIECE = ANNOUNCED - 6
_PATTERN = random.Random(20_260_401).randbytes(_PIECE + (1 << 16))  # noqa: S311 - the same in every run


@dataclass(frozen=True, slots=True)
class LargeImage:
    """An enhanced CT of so many frames of 512 × 512."""

    frames: int
    instance_uid: str = "1.2.826.0.1.3680043.8.498.4096"
    patient_id: str = "4711"

    @property
    def pixel_bytes(self) -> int:
        return self.frames * FRAME_BYTES

    def head(self) -> bytes:
        """The data set as far as its pixels."""
        dataset = Dataset()
        dataset.SOPClassUID, dataset.SOPInstanceUID = ENHANCED_CT, self.instance_uid
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.826.0.1.1", "1.2.826.0.1.2"
        dataset.PatientName, dataset.PatientID, dataset.Modality = "Large^Object", self.patient_id, "CT"
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
        dataset.Rows = dataset.Columns = ROWS
        dataset.NumberOfFrames = self.frames
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
        dataset.PerFrameFunctionalGroupsSequence = Sequence(_position(number) for number in range(self.frames))
        dataset.PixelData = b"\0\0"
        dataset["PixelData"].VR = "OW"
        dataset.ensure_file_meta()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        buffer = BytesIO()
        pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
        return data_set_of(buffer.getvalue())[:-6] + self.pixel_bytes.to_bytes(4, "little")

    def pixels(self) -> Iterator[bytes]:
        """In pieces of what a PDU takes; no two alike for a while."""
        for number, at in enumerate(range(0, self.pixel_bytes, _PIECE)):
            first = number % (1 << 16)
            yield _PATTERN[first : first + min(_PIECE, self.pixel_bytes - at)]

    def digest(self) -> str:
        """XXH3-128 of the pixels."""
        return digest_of(self.pixels())


def _position(number: int) -> Dataset:
    plane, frame = Dataset(), Dataset()
    plane.ImagePositionPatient = [0, 0, number]
    frame.PlanePositionSequence = Sequence([plane])
    return frame


def digest_of(pieces: Iterator[bytes]) -> str:
    hashed = xxhash.xxh3_128()
    for piece in pieces:
        hashed.update(piece)
    return hashed.hexdigest()


def connected(port: int, seconds: float = 120.0) -> Peer:
    """A peer with an association."""
    peer = Peer(port, seconds=seconds)
    peer.associate(associate_rq(CONTEXTS))
    return peer


def send(peer: Peer, image: LargeImage, pieces: int | None = None) -> None:
    """C-STORE-RQ and data set. `pieces`: of the pixels, so many and no more."""
    head = image.head()
    peer.send(p_data(pdv(store_rq(image.instance_uid, class_uid=ENHANCED_CT), LAST_COMMAND)))
    for at in range(0, len(head), _PIECE):
        peer.send(p_data(pdv(head[at : at + _PIECE], _DATA)))
    left = image.pixel_bytes
    for number, piece in enumerate(image.pixels()):
        if number == pieces:
            return
        left -= len(piece)
        peer.send(p_data(pdv(piece, _DATA if left else _LAST)))


def store(peer: Peer, image: LargeImage) -> Reply:
    send(peer, image)
    return peer.reply()


def worker_of(node: int) -> int:
    """The one process of a node that serves associations, by the id of the process that was started."""
    (worker,) = Path(f"/proc/{node}/task/{node}/children").read_text().split()
    return int(worker)


def memory_of(process: int, what: str = "VmHWM") -> int:
    """Bytes of a process's memory, by their name in its status: VmRSS now, VmHWM at most so far."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) << 10
