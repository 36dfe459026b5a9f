"""What the API can tell of the node from what the node measures: whether it works, its disk, its outbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from prometheus_client import Metric

SILENT_SECONDS = 30.0
"""A node that has not found itself working for as long counts as stopped."""

LONG_SECONDS = 600.0
"""An object that has waited for Orthanc for as long wants somebody to look."""

NodeCheck = Literal["ready", "stopped", "not seen here"]
DiskCheck = Literal["ready", "low", "full", "not seen here"]
OutboxCheck = Literal["ready", "waiting for long", "not seen here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """None: no node keeps its metrics in this home, or it does not run."""

    heartbeat_age_seconds: float | None
    disk_free_bytes: float | None
    disk_needed_bytes: float | None
    outbox_objects: float | None
    outbox_oldest_age_seconds: float | None

    @property
    def node(self) -> NodeCheck:
        if self.heartbeat_age_seconds is None:
            return "not seen here"
        return "stopped" if self.heartbeat_age_seconds > SILENT_SECONDS else "ready"

    @property
    def disk(self) -> DiskCheck:
        free, needed = self.disk_free_bytes, self.disk_needed_bytes
        if free is None or needed is None:
            return "not seen here"
        if free < needed:
            return "full"
        return "low" if free < 2 * needed else "ready"

    @property
    def outbox(self) -> OutboxCheck:
        if self.outbox_oldest_age_seconds is None:
            return "not seen here"
        return "waiting for long" if self.outbox_oldest_age_seconds > LONG_SECONDS else "ready"


def node_state(metrics: Iterable[Metric], now: float) -> NodeState:
    """`now`: seconds since the epoch."""
    values = _plain(metrics)
    heartbeat = values.get("osteon_node_heartbeat_time_seconds")
    return NodeState(
        heartbeat_age_seconds=None if heartbeat is None else round(max(0.0, now - heartbeat), 1),
        disk_free_bytes=values.get("osteon_disk_free_bytes"),
        disk_needed_bytes=values.get("osteon_disk_needed_bytes"),
        outbox_objects=values.get("osteon_outbox_objects"),
        outbox_oldest_age_seconds=values.get("osteon_outbox_oldest_age_seconds"),
    )


def _plain(metrics: Iterable[Metric]) -> Mapping[str, float]:
    """The gauges without labels."""
    return {
        sample.name: sample.value
        for metric in metrics
        if metric.type == "gauge"
        for sample in metric.samples
        if not sample.labels
    }
