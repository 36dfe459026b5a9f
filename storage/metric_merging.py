"""What several processes measured, as one: counts are added up, states are taken together as each of them asks for."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from prometheus_client import Metric

_CREATED = "_created"


class Together(Enum):
    """How the states (gauges) of several processes make one."""

    SUM = "sum of the processes that live"
    MOST = "largest of the processes that live"
    LEAST = "smallest of the processes that live"
    NEWEST = "largest of all processes, also of those that are over"


TOGETHER: Mapping[str, Together] = MappingProxyType(
    {
        "osteon_associations_open": Together.SUM,
        "osteon_outbox_objects": Together.SUM,
        "osteon_outbox_bytes": Together.SUM,
        "osteon_outbox_oldest_age_seconds": Together.MOST,
        "osteon_disk_free_bytes": Together.LEAST,
        "osteon_disk_needed_bytes": Together.MOST,
        "osteon_quarantine_objects": Together.MOST,
        "osteon_quarantine_bytes": Together.MOST,
        "osteon_last_stored_time_seconds": Together.NEWEST,
        "osteon_last_forwarded_time_seconds": Together.NEWEST,
        "osteon_node_heartbeat_time_seconds": Together.NEWEST,
        "osteon_node_working": Together.LEAST,
        "osteon_node_processes": Together.SUM,
        "osteon_jobs": Together.MOST,
        "osteon_jobs_oldest_waiting_age_seconds": Together.MOST,
        "osteon_jobs_stuck": Together.MOST,
    }
)
"""Every gauge there is."""

_REDUCE: Mapping[Together, Callable[[Iterable[float]], float]] = MappingProxyType(
    {Together.SUM: sum, Together.MOST: max, Together.LEAST: min, Together.NEWEST: max}
)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one process measured. One that is over still counts, but has no state."""

    metrics: Iterable[Metric]
    lives: bool


_Sample = tuple[str, tuple[tuple[str, str], ...]]


def together(processes: Iterable[Measured]) -> list[Metric]:
    """The metrics of all processes as those of one."""
    shapes: dict[str, Metric] = {}
    values: dict[str, dict[_Sample, list[float]]] = {}
    for process in processes:
        for metric in process.metrics:
            if metric.name.endswith(_CREATED) or not (process.lives or _outlives(metric)):
                continue
            shapes.setdefault(metric.name, metric)
            collected = values.setdefault(metric.name, {})
            for sample in metric.samples:
                if not sample.name.endswith(_CREATED):
                    collected.setdefault((sample.name, tuple(sorted(sample.labels.items()))), []).append(sample.value)
    return [_one(shapes[name], collected) for name, collected in values.items()]


def _outlives(metric: Metric) -> bool:
    return metric.type != "gauge" or TOGETHER.get(metric.name) is Together.NEWEST


def _one(shape: Metric, values: Mapping[_Sample, list[float]]) -> Metric:
    how = TOGETHER.get(shape.name, Together.MOST) if shape.type == "gauge" else Together.SUM
    made = Metric(shape.name, shape.documentation, shape.type)
    for (name, labels), found in values.items():
        made.add_sample(name, dict(labels), _REDUCE[how](found))
    return made
