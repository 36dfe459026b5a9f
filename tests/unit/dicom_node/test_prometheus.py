"""The node's events as Prometheus counts them: bounded labels, nothing of patients, quick."""

import time
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from sqlalchemy.exc import OperationalError

from dicom_node.callers import MOST_UNKNOWN, OTHER, Callers
from dicom_node.prometheus import PrometheusMetrics
from dicom_node.quarantine import Circumstances
from dicom_node.states import NodeStates
from dicom_node.status import Reason
from dicom_node.upper_layer.pdus import (
    APPLICATION_CONTEXT,
    CALLED_AE_TITLE,
    CALLING_AE_TITLE,
    LOCAL_LIMIT,
    PROTOCOL_VERSION,
    Rejection,
)
from storage.errors import ImageStoreUnavailableError, LedgerConflictError
from storage.metric_merging import TOGETHER
from tests.builders.door import ASSOCIATION, RECEIVED_AT, arrival, ct, parts_in
from tests.builders.measured import Values, values_in


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def values(registry: CollectorRegistry) -> Values:
    return values_in(generate_latest(registry).decode())


def done(metrics: PrometheusMetrics, ae_title: str, outcome: str = "stored", reason: str = "") -> None:
    metrics.object_done(ae_title, outcome, reason, 0.003, 1000)


def test_objects_are_counted_by_caller_outcome_and_reason(registry: CollectorRegistry) -> None:
    metrics = PrometheusMetrics(registry, Callers())
    done(metrics, "PACS")
    done(metrics, "PACS", "quarantined", "residue")
    done(metrics, "CT", "refused", "out_of_resources")
    counted = values(registry)
    assert counted("osteon_objects_total", ae="PACS", outcome="stored", reason="") == 1
    assert counted("osteon_objects_total", ae="PACS", outcome="quarantined", reason="residue") == 1
    assert counted("osteon_objects_total", ae="CT", outcome="refused", reason="out_of_resources") == 1
    assert counted("osteon_received_bytes_total", ae="PACS") == 2000
    assert counted("osteon_answer_seconds_bucket", ae="PACS", le="0.0025") == 0
    assert counted("osteon_answer_seconds_bucket", ae="PACS", le="0.005") == 2
    assert time.time() - (counted("osteon_last_stored_time_seconds") or 0) < 60


def test_whoever_calls_itself_anything_makes_a_bounded_number_of_labels(registry: CollectorRegistry) -> None:
    metrics = PrometheusMetrics(registry, Callers(["KNOWN"]))
    for number in range(1000):
        done(metrics, f"X{number}")
    done(metrics, "KNOWN")
    names = values(registry).labels("osteon_objects_total", "ae")
    assert len(names) == MOST_UNKNOWN + 2
    assert {"KNOWN", OTHER, "X0"} <= names
    assert values(registry)("osteon_objects_total", ae=OTHER) == 1000 - MOST_UNKNOWN


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("PACS 1-A", "PACS 1-A"),
        ('x"} 1\nevil 1', "x__ 1_evil 1"),
        ("\x00\x1b[31m", "___31m"),
        ("Hôpital", "H_pital"),
        ("", "_"),
        ("seventeen letters", "seventeen letter"),
    ],
)
def test_the_text_of_an_ae_title_is_harmless(title: str, label: str) -> None:
    assert Callers().label(title) == label


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        (APPLICATION_CONTEXT, "application_context"),
        (CALLING_AE_TITLE, "calling_ae_title"),
        (CALLED_AE_TITLE, "called_ae_title"),
        (PROTOCOL_VERSION, "protocol_version"),
        (LOCAL_LIMIT, "local_limit"),
        (Rejection((2, 3, 1)), "temporary_congestion"),
        (Rejection((1, 1, 1)), "no_reason_given"),
    ],
)
def test_rejections_are_counted_by_the_reason_of_the_standard(
    registry: CollectorRegistry, why: Rejection, reason: str
) -> None:
    metrics = PrometheusMetrics(registry, Callers())
    metrics.association_rejected(why)
    metrics.association_rejected(None)
    assert values(registry)("osteon_associations_rejected_total") == 1
    assert values(registry)("osteon_associations_rejected_total", reason=reason) == 1


def test_associations_open_and_end(registry: CollectorRegistry) -> None:
    metrics = PrometheusMetrics(registry, Callers())
    metrics.association_opened("PACS")
    metrics.association_opened("PACS")
    metrics.association_ended("PACS", "released")
    counted = values(registry)
    assert counted("osteon_associations_open") == 1
    assert counted("osteon_associations_opened_total", ae="PACS") == 2
    assert counted("osteon_associations_ended_total", ae="PACS", how="released") == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ImageStoreUnavailableError("Orthanc does not answer"), "orthanc"),
        (OperationalError("SELECT", {}, Exception()), "ledger"),
        (LedgerConflictError("…", ["2.25.1"]), "ledger"),
        (OSError(5, "…"), "disk"),
        (RuntimeError("…"), "unexpected"),
    ],
)
def test_failures_of_forwarding_are_counted_by_what_failed(
    registry: CollectorRegistry, error: Exception, reason: str
) -> None:
    PrometheusMetrics(registry, Callers()).forwarding_failed(error)
    assert values(registry)("osteon_forward_failures_total", reason=reason) == 1


def test_the_state_of_outbox_disk_and_quarantine_is_looked_at(registry: CollectorRegistry, tmp_path: Path) -> None:
    parts = parts_in(tmp_path)
    now = RECEIVED_AT + timedelta(seconds=90)
    clock = [now.timestamp()]
    states = NodeStates(
        registry, outbox=parts.outbox, quarantine=parts.quarantine, works=lambda: True, clock=lambda: clock[0]
    )
    states.refresh()
    assert values(registry)("osteon_outbox_oldest_age_seconds") == 0

    parts.door.receive(arrival(ct()))
    came = Circumstances(association_id=ASSOCIATION, sop_class_uid="1.2", received_at=RECEIVED_AT)
    first = parts.quarantine.put(b"12345", came, Reason.RESIDUE)
    parts.quarantine.put(b"123", came, Reason.RESIDUE)
    clock[0] += 11
    states.refresh()
    seen = values(registry)
    (entry,) = (parts.outbox.entry(place) for place in parts.outbox.waiting())
    assert seen("osteon_outbox_objects") == 1
    assert seen("osteon_outbox_bytes") == entry.size
    assert seen("osteon_outbox_oldest_age_seconds") == 101
    assert seen("osteon_quarantine_objects", reason="residue") == 2
    assert seen("osteon_quarantine_bytes", reason="residue") == 8
    assert (seen("osteon_disk_free_bytes") or 0) > 0
    assert seen("osteon_node_heartbeat_time_seconds") == clock[0]

    (tmp_path / "quarantine" / f"{first.quarantine_id}.sealed").unlink()
    clock[0] += 11
    states.refresh()
    assert values(registry)("osteon_quarantine_objects", reason="residue") == 1


def test_a_node_of_which_a_part_has_ended_has_no_heartbeat(registry: CollectorRegistry, tmp_path: Path) -> None:
    parts = parts_in(tmp_path)
    NodeStates(registry, outbox=parts.outbox, quarantine=parts.quarantine, works=lambda: False).refresh()
    seen = values(registry)
    assert (seen("osteon_node_working"), seen("osteon_node_heartbeat_time_seconds")) == (0, 0)


def test_it_is_said_of_every_state_how_several_processes_make_one(registry: CollectorRegistry, tmp_path: Path) -> None:
    parts = parts_in(tmp_path)
    PrometheusMetrics(registry, Callers())
    NodeStates(registry, outbox=parts.outbox, quarantine=parts.quarantine, works=lambda: True)
    gauges = {metric.name for metric in registry.collect() if metric.type == "gauge"}
    of_jobs = {name for name in TOGETHER if name.startswith("osteon_jobs")}  # tests/unit/osteon/test_operations_page.py
    assert gauges == set(TOGETHER) - of_jobs
