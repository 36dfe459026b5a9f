"""Memory of a node: with many idle associations, and while it receives one very large object.

    python -m benchmarks.memory [--associations 200] [--mebibytes 1024] [--no-large] [--json FILE]

Resident memory of the node's processes, as the kernel counts it: each by itself, and all together. The large object is
an Enhanced CT of 512 × 512 frames, made while it is sent. Its peak is the highest sum of the processes' peaks; Orthanc
is away, so that forwarding does not count (--with-orthanc: it does).
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.uid import UID, EnhancedCTImageStorage

from benchmarks.latency import node
from tests.builders.broken_files import EXPLICIT as WRITTEN
from tests.builders.broken_files import PIXEL_DATA, taken
from tests.builders.peer import (
    ASSOCIATE_AC,
    COMMAND,
    DATA,
    EXPLICIT,
    LAST_DATA,
    Peer,
    associate_rq,
    fragments,
    p_data,
    pdv,
    store_rq,
)
from tests.builders.real_files import REPOSITORY, packaged
from tests.services.mortal import with_descendants
from tests.services.resources import resources_of_one

ROWS = COLUMNS = 512
FRAME_BYTES = ROWS * COLUMNS * 2
PIECE = 131_072 - 6
ANSWER_SECONDS = 900.0
LARGE_UID = "1.2.826.0.1.3680043.8.498.77"
KIB_PER_MIB = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """In MiB."""

    largest_process: float
    all_processes: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--associations", type=int, default=200)
    parser.add_argument("--mebibytes", type=int, default=1024, help="of the large object")
    parser.add_argument("--no-large", action="store_true")
    parser.add_argument("--with-orthanc", action="store_true")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory(dir=REPOSITORY, prefix=".benchmark-") as folder:
        found |= idle(Path(folder) / "idle", chosen.associations)
        if not chosen.no_large:
            found |= large(Path(folder) / "large", chosen.mebibytes, with_orthanc=chosen.with_orthanc)
    for name, value in found.items():
        print(f"{name:48} {said(value)}")
    if chosen.json:
        text = {name: asdict(value) if isinstance(value, Memory) else value for name, value in found.items()}
        chosen.json.write_text(json.dumps(text, indent=1) + "\n")


def idle(folder: Path, associations: int) -> dict[str, object]:
    """Open associations, send nothing on them."""
    folder.mkdir()
    with ExitStack() as stack:
        running = stack.enter_context(node(folder, with_orthanc=False))
        before = memory_of(running.process_id)
        accepted = 0
        for _ in range(associations):
            peer = stack.enter_context(Peer(running.port))
            answer = peer.associate()
            accepted += answer is not None and answer.kind == ASSOCIATE_AC
        during = memory_of(running.process_id)
    return {
        "node without associations": before,
        f"{associations} associations asked for, accepted": accepted,
        "with these, idle": during,
    }


def large(folder: Path, mebibytes: int, *, with_orthanc: bool) -> dict[str, object]:
    """Send one object of that size."""
    folder.mkdir()
    with node(folder, with_orthanc=with_orthanc) as running, Peer(running.port, seconds=ANSWER_SECONDS) as peer:
        peer.associate(associate_rq({1: (EnhancedCTImageStorage, (EXPLICIT,))}))
        before = memory_of(running.process_id, peak=True)
        begin = time.perf_counter()
        for piece in pdus_of_large(mebibytes):
            peer.socket.sendall(piece)
        sent = time.perf_counter()
        status = peer.reply().status
        answered = time.perf_counter()
        during = memory_of(running.process_id, peak=True)
    return {
        f"peak before an object of {mebibytes} MiB": before,
        "answer to it": f"0x{status:04X}",
        "seconds until it was sent": round(sent - begin, 1),
        "seconds from its last byte to its answer": round(answered - sent, 1),
        "peak while it was received": during,
    }


def pdus_of_large(mebibytes: int) -> Iterator[bytes]:
    frames = max(1, (mebibytes << 20) // FRAME_BYTES)
    command = store_rq(LARGE_UID, class_uid=EnhancedCTImageStorage)
    yield from (p_data(item) for item in fragments(command, PIECE, COMMAND))
    yield from (p_data(item) for item in fragments(head_of_large(frames), PIECE, DATA)[:-1])
    head = head_of_large(frames)
    yield p_data(pdv(head[len(head) - len(head) % PIECE :], DATA))
    left, zeros = frames * FRAME_BYTES, p_data(pdv(bytes(PIECE), DATA))
    while left > PIECE:
        yield zeros
        left -= PIECE
    yield p_data(pdv(bytes(left), LAST_DATA))


def head_of_large(frames: int) -> bytes:
    """The data set as far as the length of its Pixel Data."""
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UID(EnhancedCTImageStorage)
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = UID(LARGE_UID)
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames, ROWS, COLUMNS
    del dataset[0xFFFCFFFC]
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    whole = taken(buffer.getvalue())
    pixels = frames * FRAME_BYTES
    return whole.body[: whole.spot(PIXEL_DATA).start] + WRITTEN.element(PIXEL_DATA, "OW", b"", pixels)


def memory_of(process_id: int, *, peak: bool = False) -> Memory:
    """Now, or at the peak so far."""
    each = [resources_of_one(one) for one in with_descendants(process_id)]
    sizes = [(one.peak_kib if peak else one.rss_kib) / KIB_PER_MIB for one in each if one is not None]
    return Memory(round(max(sizes), 1), round(sum(sizes), 1))


def said(value: object) -> str:
    if isinstance(value, Memory):
        return f"{value.largest_process:.0f} MiB (all processes: {value.all_processes:.0f})"
    return str(value)


if __name__ == "__main__":
    main()
