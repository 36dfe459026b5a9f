"""The node's events, counted for Prometheus.

Labels are bounded: callers by `Callers`, everything else by closed lists. No patient data, no UIDs.
"""

import time
from collections.abc import Mapping
from types import MappingProxyType

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from sqlalchemy.exc import SQLAlchemyError

from dicom_node.callers import Callers
from dicom_node.upper_layer.pdus import Rejection
from storage.errors import ImageStoreError, StorageError

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REJECTIONS: Mapping[tuple[int, int], str] = MappingProxyType(
    {
        (1, 1): "no_reason_given",
        (1, 2): "application_context",
        (1, 3): "calling_ae_title",
        (1, 7): "called_ae_title",
        (2, 1): "no_reason_given",
        (2, 2): "protocol_version",
        (3, 1): "temporary_congestion",
        (3, 2): "local_limit",
    }
)
"""Source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21)."""


class PrometheusMetrics:
    """Counts into `registry`, which is one process' own (a `metrics.Metrics`)."""

    def __init__(self, registry: CollectorRegistry, callers: Callers) -> None:
        self._callers = callers
        self._children: dict[tuple[str, str, str], Counter] = {}
        self._by_caller: dict[str, tuple[Counter, Histogram]] = {}
        self._connections = Counter(
            "osteon_connections_total", "Connections taken, whatever was asked for on them", registry=registry
        )
        self._opened = Counter("osteon_associations_opened_total", "Associations accepted", ["ae"], registry=registry)
        self._rejected = Counter(
            "osteon_associations_rejected_total",
            "Associations rejected, by the reason of PS3.8 Table 9-21",
            ["reason"],
            registry=registry,
        )
        self._ended = Counter(
            "osteon_associations_ended_total",
            "Associations that are over: released, aborted or lost",
            ["ae", "how"],
            registry=registry,
        )
        self._open = Gauge("osteon_associations_open", "Associations that are open", registry=registry)
        self._objects = Counter(
            "osteon_objects_total",
            "Objects by what became of them: stored, duplicates, quarantined or refused, and why",
            ["ae", "outcome", "reason"],
            registry=registry,
        )
        self._bytes = Counter(
            "osteon_received_bytes_total", "Bytes of the objects that came", ["ae"], registry=registry
        )
        self._seconds = Histogram(
            "osteon_answer_seconds",
            "Time from the last byte of an object to its answer",
            ["ae"],
            buckets=SECONDS,
            registry=registry,
        )
        self._last_stored = Gauge(
            "osteon_last_stored_time_seconds",
            "When an object was last answered with Success; 0: never since the start",
            registry=registry,
        )
        self._forwarded = Counter(
            "osteon_forwarded_objects_total", "Objects that Orthanc and the ledger have", registry=registry
        )
        self._forwarded_bytes = Counter(
            "osteon_forwarded_bytes_total", "Bytes of the objects that Orthanc and the ledger have", registry=registry
        )
        self._last_forwarded = Gauge(
            "osteon_last_forwarded_time_seconds",
            "When an object last went to Orthanc and the ledger; 0: never since the start",
            registry=registry,
        )
        self._failures = Counter(
            "osteon_forward_failures_total",
            "Times that forwarding had to wait: for orthanc, ledger, disk, or something unexpected",
            ["reason"],
            registry=registry,
        )
        self._set_aside = Counter(
            "osteon_forward_quarantined_total",
            "Acknowledged objects that went to quarantine instead of Orthanc",
            ["reason"],
            registry=registry,
        )
        self._reloads = Counter(
            "osteon_reloads_total",
            "Times the configuration was read again: done or failed",
            ["result"],
            registry=registry,
        )

    def connected(self) -> None:
        self._connections.inc()

    def association_opened(self, ae_title: str) -> None:
        self._opened.labels(self._callers.label(ae_title)).inc()
        self._open.inc()

    def association_rejected(self, why: Rejection | None) -> None:
        if why is not None:
            self._rejected.labels(REJECTIONS.get((why[1], why[2]), "no_reason_given")).inc()

    def association_ended(self, ae_title: str, how: str) -> None:
        self._ended.labels(self._callers.label(ae_title), how).inc()
        self._open.dec()

    def object_done(self, ae_title: str, outcome: str, reason: str, seconds: float, size: int) -> None:
        ae = self._callers.label(ae_title)
        child = self._children.get((ae, outcome, reason))
        if child is None:
            child = self._children[ae, outcome, reason] = self._objects.labels(ae, outcome, reason)
        child.inc()
        both = self._by_caller.get(ae)
        if both is None:
            both = self._by_caller[ae] = self._bytes.labels(ae), self._seconds.labels(ae)
        both[0].inc(size)
        both[1].observe(seconds)
        if not reason:
            self._last_stored.set(time.time())

    def forwarded(self, objects: int, size: int) -> None:
        if objects:
            self._forwarded.inc(objects)
            self._forwarded_bytes.inc(size)
            self._last_forwarded.set(time.time())

    def forwarding_failed(self, error: Exception) -> None:
        self._failures.labels(_what_failed(error)).inc()

    def set_aside(self, reason: str) -> None:
        self._set_aside.labels(reason).inc()

    def reloaded(self, *, is_done: bool) -> None:
        self._reloads.labels("done" if is_done else "failed").inc()


def _what_failed(error: Exception) -> str:
    if isinstance(error, ImageStoreError):
        return "orthanc"
    if isinstance(error, SQLAlchemyError | StorageError):
        return "ledger"
    return "disk" if isinstance(error, OSError) else "unexpected"
