"""Orthanc goes away and comes back: nothing that was acknowledged is lost, over a restart of the node too."""

import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pydicom
import pytest

from dicom_node.waiting import waiting_in
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
    settings = {"OSTEON_ORTHANC_URL": orthanc.url, "OSTEON_WORKERS": "2", **orthanc.environment()}
    running = Product(tmp_path / "home", settings=settings, command="node")
    running.start()
    yield running
    if running.process is not None:
        running.stop()


def in_outbox(node: Product) -> int:
    return sum(map(waiting_in, node.home.glob("outbox/*/objects")))


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


def test_what_orthanc_forgot_when_its_host_lost_power_goes_to_it_again(
    node: Product, orthanc: OrthancServer, tmp_path: Path
) -> None:
    files = write_sample_study(tmp_path / "study")[:40]
    assert storescu(node.dicom_port, files[:20]).returncode == 0
    wait_for(lambda: in_ledger(node) == 20, "the first half is in the ledger")
    orthanc.stop()
    shutil.copytree(tmp_path / "orthanc-home", tmp_path / "synced")
    orthanc.start()
    assert storescu(node.dicom_port, files[20:]).returncode == 0
    wait_for(lambda: in_ledger(node) == 40 and in_outbox(node) == 0, "all is delivered")

    os.kill(orthanc.process_id, signal.SIGKILL)
    orthanc.stop()
    shutil.rmtree(tmp_path / "orthanc-home")
    shutil.copytree(tmp_path / "synced", tmp_path / "orthanc-home")
    orthanc.start()
    assert len(list(orthanc.client().instance_ids())) < 40

    wait_for(lambda: len(list(orthanc.client().instance_ids())) == 40, "what it forgot is there again", 60)
    assert "are not there any more, and go again" in node.output


def workers_of(node: Product) -> list[int]:
    """Process ids."""
    assert node.process is not None
    children = Path(f"/proc/{node.process.pid}/task/{node.process.pid}/children").read_text()
    return sorted(map(int, children.split()))


def send_four_ways(node: Product, files: list[Path]) -> list[int]:
    """Exit codes of four senders at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda first: storescu(node.dicom_port, files[first::4]).returncode, range(4)))


def test_a_worker_killed_in_the_middle_of_four_associations_costs_a_second_try_and_nothing_else(
    node: Product, tmp_path: Path
) -> None:
    files = write_sample_study(tmp_path / "study")
    assert len(workers_of(node)) == 2
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send_four_ways, node, files)
        wait_for(lambda: in_outbox(node) + in_ledger(node) > 20, "some have come")
        os.kill(workers_of(node)[0], signal.SIGKILL)
        codes = sending.result()
    assert 0 in codes  # the other worker's senders noticed nothing
    wait_for(lambda: send_four_ways(node, files) == [0, 0, 0, 0], "all are taken")
    wait_for(lambda: in_ledger(node) == len(files) and in_outbox(node) == 0, "everything is in the ledger")
    assert "started again" in node.output


def test_what_waits_in_the_outboxes_of_more_workers_goes_to_orthanc_when_there_are_fewer(
    node: Product, orthanc: OrthancServer, tmp_path: Path
) -> None:
    files = write_sample_study(tmp_path / "study")[:80]
    orthanc.stop()
    assert send_four_ways(node, files) == [0, 0, 0, 0]
    assert all(waiting_in(node.home / "outbox" / str(number) / "objects") for number in (0, 1))

    node.stop()
    node.settings["OSTEON_WORKERS"] = "1"
    orthanc.start()
    node.start()
    wait_for(lambda: in_ledger(node) == len(files) and in_outbox(node) == 0, "everything is in the ledger")


def test_a_node_that_was_killed_can_be_started_again_at_once(node: Product) -> None:
    process = node.process
    assert process is not None
    process.kill()
    process.wait()
    node.start()
    assert node.stop() == 0


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
