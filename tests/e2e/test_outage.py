"""Orthanc goes away and comes back: nothing that was acknowledged is lost, over a restart of the node too."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from dicom_node.outbox import waiting_in
from osteon.sample.study import write_sample_study
from storage.database import open_database
from storage.ledger import Ledger
from tests.services.dcmtk import storescu
from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for, with_environment
from tests.services.product import Product


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[OrthancServer]:
    server = OrthancServer(tmp_path / "orthanc-home")
    yield server
    server.stop()


@pytest.fixture
def node(tmp_path: Path, orthanc: OrthancServer) -> Iterator[Product]:
    orthanc.start()
    settings = {"OSTEON_ORTHANC_URL": orthanc.url, **orthanc.environment()}
    running = Product(tmp_path / "home", settings=settings, command="node")
    running.start()
    yield running
    if running.process is not None:
        running.stop()


def in_outbox(node: Product) -> int:
    return waiting_in(node.home / "outbox" / "objects")


def in_ledger(node: Product) -> int:
    engine = open_database(f"sqlite:///{node.home / 'registry.sqlite'}")
    try:
        return Ledger(engine).counts().objects
    finally:
        engine.dispose()


def test_orthanc_stopped_in_the_middle_of_a_study_and_the_node_restarted_lose_nothing(
    node: Product, orthanc: OrthancServer, tmp_path: Path
) -> None:
    files = write_sample_study(tmp_path / "study")
    first, second = files[:50], files[50:]

    assert storescu(node.dicom_port, first).returncode == 0
    orthanc.stop()
    assert storescu(node.dicom_port, second).returncode == 0
    assert in_outbox(node) >= len(second) - 32  # a batch may have been under way

    node.stop()
    waiting = in_outbox(node)
    assert waiting > 0
    node.start()
    assert in_outbox(node) == waiting

    orthanc.start()
    wait_for(lambda: in_outbox(node) == 0, "the outbox is empty")
    assert in_ledger(node) == len(files)
    client = orthanc.client()
    kept = {pydicom.dcmread(_file(client.read(name), tmp_path)).SOPInstanceUID for name in client.instance_ids()}
    assert len(kept) == len(files)


def _file(chunks: Iterator[bytes], folder: Path) -> Path:
    path = folder / "kept.dcm"
    path.write_bytes(b"".join(chunks))
    return path


def test_under_serve_an_orthanc_that_is_killed_is_started_again_and_gets_everything(
    fresh_product: Product, tmp_path: Path
) -> None:
    fresh_product.start()
    files = write_sample_study(tmp_path / "study")
    assert storescu(fresh_product.dicom_port, files[:70]).returncode == 0
    (orthanc,) = [
        number
        for number in with_environment("OSTEON_HOME", str(fresh_product.home))
        if b"Orthanc\0" in Path(f"/proc/{number}/cmdline").read_bytes()
    ]
    os.kill(orthanc, signal.SIGKILL)
    assert storescu(fresh_product.dicom_port, files[70:]).returncode == 0
    wait_for(lambda: in_ledger(fresh_product) == len(files), "everything is in Orthanc and the ledger")
    assert "orthanc ended" in fresh_product.output
    assert "started again" in fresh_product.output
