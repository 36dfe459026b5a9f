"""What `osteon node` leaves in the folder of metrics, from start to start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders.real_files import packaged
from tests.services.dcmtk import storescu
from tests.services.lone_node import lone_node, metrics_of
from tests.services.processes import wait_for
from tests.services.product import Product


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Product]:
    made = lone_node(tmp_path / "home")
    made.start()
    yield made
    if made.process is not None:
        made.stop()


def test_a_restart_counts_anew_and_leaves_no_files_of_earlier_processes(node: Product) -> None:
    assert storescu(node.dicom_port, [packaged("CT_small.dcm")]).returncode == 0
    wait_for(lambda: (metrics_of(node)("osteon_forward_failures_total", reason="orthanc") or 0) > 0, "Orthanc is away")
    folder = node.home / "metrics"
    first = {path.name for path in folder.iterdir()}

    node.stop()
    ended = metrics_of(node)
    assert ended("osteon_objects_total", outcome="stored") == 1
    assert ended("osteon_outbox_objects") is None
    assert ended("osteon_node_processes") is None

    node.start()
    wait_for(lambda: metrics_of(node)("osteon_outbox_objects") == 1, "what waits is seen again")
    assert not first & {path.name for path in folder.iterdir()}
    assert metrics_of(node)("osteon_objects_total") is None
