"""DCMTK's image archive: a foreign PACS that takes objects in and answers C-FIND."""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders.programs import program
from tests.services.dcmtk import storescu
from tests.services.processes import answers, free_port, wait_for

AE_TITLE = "PACS"
CONFIGURATION = """
NetworkTCPPort  = {port}
MaxPDUSize      = 16384
MaxAssociations = 16
HostTable BEGIN
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
{title} {folder} RW (100, 1024mb) ANY
AETable END
"""


@dataclass(frozen=True, slots=True)
class Archive:
    """A running one."""

    port: int

    def store(self, paths: Iterable[Path], *options: str) -> None:
        sent = storescu(self.port, paths, *options, called=AE_TITLE)
        assert sent.returncode == 0, sent.stdout + sent.stderr


@contextmanager
def archive(folder: Path) -> Iterator[Archive]:
    """Start an empty archive in `folder`, which must exist; it is ended by its process id."""
    port = free_port()
    images = folder / "images"
    images.mkdir()
    configuration = folder / "dcmqrscp.cfg"
    configuration.write_text(CONFIGURATION.format(port=port, title=AE_TITLE, folder=images))
    with (folder / "dcmqrscp.log").open("wb") as log:
        process = subprocess.Popen(
            [program("dcmqrscp"), "-c", str(configuration)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
        try:
            wait_for(lambda: answers(port) or process.poll() is not None, "dcmqrscp answers", 20)
            assert process.poll() is None, (folder / "dcmqrscp.log").read_text()
            yield Archive(port)
        finally:
            process.terminate()
            process.wait(20)
