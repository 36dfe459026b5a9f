"""What the running product measures, as a Prometheus would read it, while DCMTK sends."""

import re
import time
from pathlib import Path

import httpx
import pytest

from osteon.settings import default_workers
from tests.builders.door import ct
from tests.builders.identities import Identity, identified
from tests.builders.measured import Values, values_in
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product

UID = re.compile(r"\d+(\.\d+){4,}")


def metrics(product: Product) -> Values:
    return values_in(httpx.get(f"{product.url}/metrics", trust_env=False).text)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Two that are stored, one of nobody."""
    made = [ct(SOPInstanceUID="1.2.3.1"), ct(SOPInstanceUID="1.2.3.2"), ct(SOPInstanceUID="1.2.3.3", PatientID="")]
    paths = [tmp_path / f"{number}.dcm" for number in range(3)]
    for path, content in zip(paths, made, strict=True):
        path.write_bytes(identified(content, Identity()) if content != made[2] else content)
    return paths


def test_a_run_is_counted_from_the_door_to_orthanc(product: Product, files: list[Path]) -> None:
    before = time.time()
    assert storescu(product.dicom_port, files[:2]).returncode == 0
    storescu(product.dicom_port, [files[2]])
    storescu(product.dicom_port, [files[0]], called="SOMEONE")
    wait_for(lambda: metrics(product)("osteon_forwarded_objects_total") == 2, "both are forwarded and counted", 20)
    wait_for(lambda: metrics(product)("osteon_quarantine_objects", reason="missing_patient_id") == 1, "looked at", 20)
    seen = metrics(product)
    assert seen("osteon_objects_total", ae="PACS", outcome="stored") == 2
    assert seen("osteon_objects_total", ae="PACS", outcome="quarantined", reason="missing_patient_id") == 1
    assert seen("osteon_answer_seconds_count", ae="PACS") == 3
    assert (seen("osteon_received_bytes_total", ae="PACS") or 0) > 3 * 32_768  # CT_small: 128 × 128 × 2 bytes of pixels
    assert seen("osteon_associations_opened_total", ae="PACS") == 2
    assert seen("osteon_associations_ended_total", ae="PACS", how="released") == 2
    assert seen("osteon_associations_rejected_total", reason="called_ae_title") == 1
    assert seen("osteon_associations_open") == 0
    assert (seen("osteon_connections_total") or 0) >= 3
    assert seen("osteon_outbox_objects") == 0
    assert (seen("osteon_last_stored_time_seconds") or 0) >= before
    assert (seen("osteon_last_forwarded_time_seconds") or 0) >= before
    assert (seen("osteon_node_heartbeat_time_seconds") or 0) >= before
    assert (seen("osteon_node_working"), seen("osteon_node_processes")) == (1, default_workers())
    text = httpx.get(f"{product.url}/metrics", trust_env=False).text
    assert not UID.search(text)
    assert not any(word in text for word in Identity().texts())


def test_the_product_says_that_it_is_ready_and_why(product: Product) -> None:
    wait_for(lambda: httpx.get(f"{product.url}/health/ready", trust_env=False).is_success, "ready", 20)
    answer = httpx.get(f"{product.url}/health/ready", trust_env=False).json()
    assert answer["checks"]["node"] == "ready"
    assert answer["checks"]["database"] == answer["checks"]["image_store"] == "ready"
    assert answer["details"]["heartbeat_age_seconds"] < 10
    assert str(product.home) not in str(answer)
