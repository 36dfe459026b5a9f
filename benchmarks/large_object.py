"""One object larger than memory: how much memory the node takes for it, and how long.

    python -m benchmarks.large_object [--megabytes 4096] [--folder DIR] [--orthanc]

A raw sender makes the pixels of a multi-frame CT while it sends them to a node of its own, on a home in DIR. Its answer
means durable; then the stored pixels are read from the outbox and compared. With --orthanc a real Orthanc gets the
object as well, and what it holds is compared.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dicom_node.segments import SUFFIX, Content, records_in
from tests.builders.large_objects import (
    FRAME_BYTES,
    MOST_FRAMES,
    LargeImage,
    connected,
    digest_of,
    memory_of,
    store,
    worker_of,
)
from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for
from tests.services.product import Product

NOWHERE = {
    "OSTEON_ORTHANC_URL": "http://127.0.0.1:9/",
    "OSTEON_ORTHANC_USER": "nobody",
    "OSTEON_ORTHANC_PASSWORD": "nothing",
}
ORTHANC_SECONDS = 900.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=4096, help="of pixels (default: as much as there can be)")
    parser.add_argument("--folder", type=Path, help="where the node's home is made")
    parser.add_argument("--orthanc", action="store_true", help="bring it to a real Orthanc as well")
    chosen = parser.parse_args()
    image = LargeImage(min((chosen.megabytes << 20) // FRAME_BYTES, MOST_FRAMES))
    print(f"{image.frames} frames, {image.pixel_bytes / 1e9:.2f} GB of pixels")
    with tempfile.TemporaryDirectory(dir=chosen.folder, prefix=".benchmark-") as folder:
        orthanc = OrthancServer(Path(folder) / "orthanc") if chosen.orthanc else None
        if orthanc is not None:
            (Path(folder) / "orthanc").mkdir()
            orthanc.start()
        settings = NOWHERE if orthanc is None else {"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}
        node = Product(Path(folder) / "home", settings=settings | {"OSTEON_WORKERS": "1"}, command="node")
        node.start()
        try:
            measure(node, image, orthanc)
        finally:
            node.stop()
            if orthanc is not None:
                orthanc.stop()


def measure(node: Product, image: LargeImage, orthanc: OrthancServer | None) -> None:
    """One object, from its first byte to where it ends."""
    assert node.process is not None
    process = worker_of(node.process.pid)
    before = memory_of(process)
    with connected(node.dicom_port, seconds=600) as peer:
        begin = time.perf_counter()
        answer = store(peer, image)
        seconds = time.perf_counter() - begin
    print(f"answer 0x{answer.status:04X} after {seconds:.1f} s, {image.pixel_bytes / 1e6 / seconds:.0f} MB/s")
    print(f"memory of the node at most: {memory_of(process) / 1e6:.0f} MB, {before / 1e6:.0f} MB before")
    if answer.status:
        sys.exit(1)
    say_same("in the outbox", outbox_pixels(node.home, image), image)
    if orthanc is None:
        return
    begin = time.perf_counter()
    client = orthanc.client()
    wait_for(lambda: any(client.instance_ids()), "Orthanc has it", ORTHANC_SECONDS)
    print(f"in Orthanc after {time.perf_counter() - begin:.1f} s more")
    print(f"memory of the node at most: {memory_of(process) / 1e6:.0f} MB")
    print(f"memory of Orthanc at most: {memory_of(orthanc.process_id) / 1e6:.0f} MB")
    say_same("in Orthanc", last(client.read(next(client.instance_ids())), image.pixel_bytes), image)


def outbox_pixels(home: Path, image: LargeImage) -> Iterator[bytes]:
    """The last bytes of what waits: nothing comes behind the pixels."""
    folder = home / "outbox" / "0" / "objects"
    (record,) = (record for path in folder.glob(f"*{SUFFIX}") for record in records_in(path))
    return last(iter(Content(folder, record)), image.pixel_bytes, record.content_size)


def last(pieces: Iterator[bytes], size: int, whole: int | None = None) -> Iterator[bytes]:
    """So many bytes from the end; of content whose size is not known, it is looked for in its header."""
    left = -1 if whole is None else whole - size
    for piece in pieces:
        if left < 0:
            left = piece.index(size.to_bytes(4, "little")) + 4
        yield piece[left:]
        left = max(left - len(piece), 0)


def say_same(where: str, pieces: Iterator[bytes], image: LargeImage) -> None:
    """Whether these are the pixels that were sent."""
    is_same = digest_of(pieces) == image.digest()
    print(f"{where}: {'the pixels that were sent' if is_same else 'OTHER PIXELS'}")
    if not is_same:
        sys.exit(1)


if __name__ == "__main__":
    main()
