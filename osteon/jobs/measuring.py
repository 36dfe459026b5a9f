"""What workers measure, for Prometheus: how the jobs stand, and how those ended that this process did."""

import time
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge

from osteon.jobs.worker import Ending
from storage.jobs.standing import JobStanding, Stuck

ROLE = "jobs"
LOOK_SECONDS = 5.0


class JobMetrics:
    """Give `ended` to the worker, and `refresh` to whoever writes the metrics down."""

    def __init__(
        self,
        registry: CollectorRegistry,
        standing: Callable[[], JobStanding],
        stuck: Callable[[], Stuck],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`standing`, `stuck`: ask the database; no more often than every few seconds."""
        self._standing = standing
        self._stuck_now = stuck
        self._clock = clock
        self._looked_at = float("-inf")
        self._jobs = Gauge("osteon_jobs", "Background jobs; state: waiting or running", ["state"], registry=registry)
        self._oldest = Gauge(
            "osteon_jobs_oldest_waiting_age_seconds",
            "How long the background job waits that could have been begun first",
            registry=registry,
        )
        self._stuck = Gauge(
            "osteon_jobs_stuck",
            "Background jobs that do not get on; why: unkept (left by a lost worker), unbegun, silent",
            ["why"],
            registry=registry,
        )
        self._ended = Counter(
            "osteon_jobs_ended_total",
            "Background jobs that a worker let go of; how: done, failed, cancelled, delayed, given_back or lost",
            ["kind", "how"],
            registry=registry,
        )

    def ended(self, kind: str, ending: Ending) -> None:
        self._ended.labels(kind, ending.value).inc()

    def refresh(self) -> None:
        """Raises what the database raises."""
        if self._clock() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = self._clock()
        standing, stuck = self._standing(), self._stuck_now()
        self._jobs.labels("waiting").set(standing.waiting)
        self._jobs.labels("running").set(standing.running)
        self._oldest.set(standing.oldest_waiting_seconds)
        self._stuck.labels("unkept").set(len(stuck.unkept))
        self._stuck.labels("unbegun").set(len(stuck.unbegun))
        self._stuck.labels("silent").set(len(stuck.silent))
