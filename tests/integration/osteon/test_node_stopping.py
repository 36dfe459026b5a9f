"""`osteon node` told to end: in time, with exit code 0, and with everything it acknowledged."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dicom_node.waiting import waiting_in
from tests.builders.door import ct
from tests.builders.peer import Pdu, Peer, data_set_of, message, store_rq
from tests.builders.programs import program
from tests.services.dcmtk import storescu
from tests.services.lone_node import lone_node, metrics_of
from tests.services.processes import end, wait_for
from tests.services.product import Product

STOP_SECONDS = 2.0
SLACK_SECONDS = 4.0
"""For a Python that ends on a busy machine."""

OBJECTS = 1000
UID = "1.3.6.1.4.1.5962.1.1.1.1.1.20040119072730.12322"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Product]:
    made = lone_node(tmp_path / "home", STOP_SECONDS=str(STOP_SECONDS))
    made.start()
    yield made
    if made.process is not None:
        made.stop()


def waiting(node: Product) -> int:
    return sum(map(waiting_in, node.home.glob("outbox/*/objects")))


def study(folder: Path, objects: int = OBJECTS) -> list[Path]:
    """Objects that differ by their UIDs."""
    source = ct()
    paths = [folder / f"{number}.dcm" for number in range(objects)]
    for number, path in enumerate(paths):
        other = f"{UID[:-4]}{number:04}"
        path.write_bytes(source.replace(UID.encode(), other.encode()))
    return paths


def test_what_dcmtk_was_told_is_stored_is_durable_when_a_transfer_is_ended_in_its_middle(
    node: Product, tmp_path: Path
) -> None:
    files = study(tmp_path)
    command = [program("storescu"), "-v", "-aet", "PACS", "-aec", "OSTEON", "127.0.0.1", str(node.dicom_port)]
    sender = subprocess.Popen([*command, *map(str, files)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    hanging = Peer(node.dicom_port)
    hanging.associate()
    hanging.send(*message(store_rq(UID), data_set_of(ct()))[:2])
    wait_for(lambda: waiting(node) >= 10, "some are stored")

    began = time.monotonic()
    assert node.process is not None
    code = end(node.process, signal.SIGTERM)
    took = time.monotonic() - began
    node.process = None
    output = sender.communicate(timeout=30)[0]

    assert code == 0, node.output
    assert took < STOP_SECONDS + SLACK_SECONDS
    acknowledged = output.count("Received Store Response (Success)")
    assert 10 <= acknowledged < len(files), "it was ended in the middle"
    assert acknowledged <= waiting(node) <= acknowledged + 1  # one may be durable whose answer was lost on its way
    assert "Peer aborted Association" in output
    assert hanging.receive() == Pdu(7, bytes((0, 0, 2, 0)))
    hanging.close()
    assert metrics_of(node)("osteon_associations_ended_total", how="aborted") == 2


def test_an_orthanc_that_never_answers_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        node = lone_node(tmp_path / "home", STOP_SECONDS=str(STOP_SECONDS))
        node.settings["OSTEON_ORTHANC_URL"] = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        node.start()
        (file,) = study(tmp_path, 1)
        assert storescu(node.dicom_port, [file]).returncode == 0
        connection = silent.accept()[0]  # the forwarder has come
        wait_for(lambda: waiting(node) == 1, "it waits")
        began = time.monotonic()
        assert node.process is not None
        assert end(node.process, signal.SIGTERM) == 0
        assert time.monotonic() - began < STOP_SECONDS + SLACK_SECONDS
        connection.close()
    assert waiting(node) == 1
