"""Storage commitment of the running node: a PACS stores, asks, and is told what a real Orthanc has."""

import signal
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from dicom_node.waiting import waiting_in
from tests.builders.commitment import NEVER_SENT_UID, SENT_UID, TRANSACTION_UID, Pacs, Told, information
from tests.builders.door import ct
from tests.builders.peer import CT
from tests.services.orthanc import OrthancServer
from tests.services.processes import end, wait_for
from tests.services.product import Product

OTHER_TRANSACTION_UID = "1.2.276.0.7230010.3.1.2.8323329.4711.2"


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[OrthancServer]:
    server = OrthancServer(tmp_path / "orthanc-home")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def node(tmp_path: Path, orthanc: OrthancServer) -> Iterator[Product]:
    settings = {"OSTEON_ORTHANC_URL": orthanc.url, "OSTEON_WORKERS": "2", **orthanc.environment()}
    running = Product(tmp_path / "home", settings=settings, command="node")
    running.start()
    yield running
    if running.process is not None:
        running.stop()


def requests_in(node: Product) -> list[Path]:
    return list((node.home / "commitment" / "requests").glob("*.sealed"))


def test_a_pacs_is_told_what_is_stored_also_after_the_node_was_killed(node: Product) -> None:
    pacs, unwilling = Pacs(), Pacs(answers=[0x0110])
    image = pydicom.dcmread(BytesIO(ct(SOPInstanceUID=SENT_UID)))
    association = pacs.associate(node.dicom_port)
    assert pacs.send(association, image) == 0
    assert pacs.ask(association, information((CT, SENT_UID), (CT, NEVER_SENT_UID))) == 0
    assert pacs.told() == Told(2, TRANSACTION_UID, [(CT, SENT_UID)], [(CT, NEVER_SENT_UID, 0x0112)])
    association.release()
    wait_for(lambda: requests_in(node) == [], "the request is forgotten")

    association = unwilling.associate(node.dicom_port)
    assert unwilling.ask(association, information((CT, SENT_UID), transaction_uid=OTHER_TRANSACTION_UID)) == 0
    association.abort()
    assert len(requests_in(node)) == 1
    said = node.output
    assert node.process is not None
    end(node.process, signal.SIGKILL)
    node.start()
    association = pacs.associate(node.dicom_port)
    assert pacs.told() == Told(1, OTHER_TRANSACTION_UID, [(CT, SENT_UID)], [])
    association.release()

    kept = b"".join(path.read_bytes() for path in (node.home / "commitment").rglob("*") if path.is_file())
    said += node.output
    for secret in (SENT_UID, NEVER_SENT_UID, TRANSACTION_UID, OTHER_TRANSACTION_UID):
        assert secret.encode() not in kept
        assert secret not in said
    assert "for storage commitment: 2 objects" in said


def test_what_one_worker_has_received_is_committed_by_another_once_orthanc_has_it(
    node: Product, orthanc: OrthancServer
) -> None:
    pacs = Pacs()
    asking, storing = pacs.associate(node.dicom_port), pacs.associate(node.dicom_port)
    orthanc.stop()
    assert pacs.send(storing, pydicom.dcmread(BytesIO(ct(SOPInstanceUID=SENT_UID)))) == 0
    waiting = {path.name for path in node.home.glob("outbox/*") if waiting_in(path / "objects")}
    assert pacs.ask(asking, information((CT, SENT_UID))) == 0
    wait_for(lambda: "for storage commitment: 1 objects" in node.output, "it is asked for")
    assert len(requests_in(node)) == 1
    orthanc.start()
    assert pacs.told() == Told(1, TRANSACTION_UID, [(CT, SENT_UID)], [])
    storing.release()
    asking.release()
    assert waiting == {"1"}, "the first association is the first worker's, the second the second's"
