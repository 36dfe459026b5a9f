"""What an administrator sees of the running product while DCMTK sends: metrics, health, logs. Never an identity."""

import json
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from osteon.settings import default_workers
from tests.builders.door import ct
from tests.builders.identities import Identity, identified
from tests.builders.measured import Values, values_in
from tests.builders.peer import Peer, data_set_of
from tests.builders.programs import program
from tests.services.dcmtk import storescu
from tests.services.processes import wait_for
from tests.services.product import Product

UID = re.compile(r"\d+(\.\d+){4,}")

WORKERS = default_workers()


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One that logs as much as it can."""
    program("Orthanc")
    running = Product(
        tmp_path_factory.mktemp("watched") / "home", settings={"OSTEON_LOG": "json", "OSTEON_LOG_LEVEL": "DEBUG"}
    )
    running.start()
    yield running
    running.stop()


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
    assert (seen("osteon_node_working"), seen("osteon_node_processes")) == (1, WORKERS)
    text = httpx.get(f"{product.url}/metrics", trust_env=False).text
    assert not UID.search(text)
    assert not any(word in text for word in Identity().texts())


def test_a_hangup_has_the_node_read_its_configuration_again(product: Product) -> None:
    assert product.process is not None
    before = metrics(product)("osteon_reloads_total", result="done") or 0
    product.process.send_signal(signal.SIGHUP)
    wait_for(lambda: metrics(product)("osteon_reloads_total", result="done") == before + WORKERS, "it is passed on", 20)
    assert product.process.poll() is None
    assert product.osteon("reload").returncode == 0
    assert metrics(product)("osteon_reloads_total", result="done") == before + 2 * WORKERS
    assert values_in(product.osteon("metrics").stdout)("osteon_reloads_total", result="done") == before + 2 * WORKERS


def test_the_product_says_that_it_is_ready_and_why(product: Product) -> None:
    wait_for(lambda: httpx.get(f"{product.url}/health/ready", trust_env=False).is_success, "ready", 20)
    answer = httpx.get(f"{product.url}/health/ready", trust_env=False).json()
    assert answer["checks"]["node"] == "ready"
    assert answer["checks"]["database"] == answer["checks"]["image_store"] == "ready"
    assert answer["details"]["heartbeat_age_seconds"] < 10
    assert str(product.home) not in str(answer)


WHO = Identity(number="ZV5528811903", accession="ACC-77K2001-13")


def test_no_log_metric_or_health_answer_of_a_run_names_anybody(product: Product, tmp_path: Path) -> None:
    """Objects that are stored, quarantined for several reasons and broken; requests that carry names and a token."""
    uids = {
        "StudyInstanceUID": "1.2.826.7741.1",
        "SeriesInstanceUID": "1.2.826.7741.2",
        "SOPInstanceUID": "1.2.826.7741.3",
    }
    whole = identified(ct(**uids), WHO)
    nobody = identified(ct(**(uids | {"SOPInstanceUID": "1.2.826.7741.4"})), WHO).replace(
        WHO.number.encode(), b" " * len(WHO.number)
    )
    conflict = identified(ct(**uids, SliceThickness="7.5"), WHO)
    for number, content in enumerate((whole, nobody, conflict)):
        path = tmp_path / f"{number}.dcm"
        path.write_bytes(content)
        storescu(product.dicom_port, [path])
    with Peer(product.dicom_port) as peer:
        peer.associate()
        data_set = data_set_of(whole)
        peer.store("1.2.826.7741.5", data_set)  # announces another one
        peer.store("1.2.826.7741.3", data_set[: len(data_set) // 2])
        peer.store("1.2.826.7741.3", data_set[:300] + b"\xff" * 100 + data_set[400:])
    with product.api() as api:
        api.get(f"patients/{WHO.number}", params={"name": WHO.family_name})
        api.get(f"studies/{uids['StudyInstanceUID']}", params={"token": product.token})
        api.get(f"nowhere/{WHO.family_name}", headers={"User-Agent": WHO.given_name, "Referer": WHO.physician})
        api.post(f"patients/{WHO.number}/lesions", json={"side": WHO.family_name, "remark": WHO.remark})

    def written(name: str) -> str:
        return (product.home / "log" / f"{name}.log").read_text()

    wait_for(
        lambda: "POST /api/v1/patients/{pseudonym}/lesions 4" in written("api"), "the last request is written down", 10
    )
    wait_for(lambda: written("node").count(" lost, 3 received") == 1, "the last association is written down", 10)
    texts = {path.name: path.read_text("utf-8", "replace") for path in (product.home / "log").iterdir()}
    texts["output"] = product.output.replace(product.token, "")  # shown to who starts it, on purpose
    texts["metrics"] = httpx.get(f"{product.url}/metrics", trust_env=False).text
    texts["ready"] = httpx.get(f"{product.url}/health/ready", trust_env=False).text
    secrets = (*WHO.texts(), *uids.values(), product.token)
    assert [
        (name, secret) for name, text in texts.items() for secret in secrets if secret.lower() in text.lower()
    ] == []

    lines = [json.loads(line) for name in ("node", "api") for line in written(name).splitlines()]
    messages = "\n".join(line["message"] for line in lines)
    assert all(word in messages for word in ("unreadable", "missing_patient_id", "conflict", "UID of request and data"))
    of_associations = [line for line in lines if "association" in line]
    assert {line["calling_ae"] for line in of_associations} == {"PACS"}
    assert all(line["association"] in line["message"] for line in of_associations)
