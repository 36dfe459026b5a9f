"""The folder of a home in which every process keeps what it measures, for whoever answers `/metrics`.

One file a process, in Prometheus' text format, written anew every second: what a process counted outlives it, a process
that is killed loses a second at most, and no process waits for another.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from storage.metric_merging import Measured, together

SUFFIX = ".prom"
STALE_SECONDS = 15.0
"""A file that was not written for as long is that of a process that is over."""


class _Given:
    """Metrics as Prometheus' own collectors offer them."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def text_of(metrics: list[Metric]) -> bytes:
    """In Prometheus' text format."""
    return generate_latest(_Given(metrics))


class MetricFiles:
    """The folder. `role` names a kind of process: node, api."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._clock = clock

    def clean(self, role: str) -> None:
        """Forget what earlier processes of a kind left. Once, before the first of them writes. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in (*self._folder.glob(f"{role}-*{SUFFIX}"), *self._folder.glob(f".{role}-*{SUFFIX}")):
            path.unlink(missing_ok=True)

    def write(self, role: str, registry: CollectorRegistry, *, is_last: bool = False) -> None:
        """What this process has measured so far. `is_last`: it ends, and has no state any more. Raises OSError."""
        name = f"{role}-{os.getpid()}{SUFFIX}"
        draft = self._folder / f".{name}"
        draft.write_bytes(generate_latest(registry))
        if is_last:
            os.utime(draft, (0, 0))
        draft.replace(self._folder / name)

    def ended(self, role: str, process: int) -> None:
        """A process has ended without a last word: what it counted stays, of its state nothing."""
        with suppress(OSError):  # it had not written anything; or it counts as one that lives for a while longer
            os.utime(self._folder / f"{role}-{process}{SUFFIX}", (0, 0))

    def read(self) -> list[Metric]:
        """The metrics of all processes as one."""
        return together(self._measured(None))

    def with_own(self, role: str, registry: CollectorRegistry) -> list[Metric]:
        """The same, with this process' own as they are now."""
        return together([*self._measured(role), Measured(list(registry.collect()), lives=True)])

    def _measured(self, but: str | None) -> Iterator[Measured]:
        own = None if but is None else f"{but}-{os.getpid()}{SUFFIX}"
        for path in sorted(self._folder.glob(f"[!.]*{SUFFIX}")):
            if path.name == own:
                continue
            with suppress(OSError, ValueError):  # it was just removed, or is no file of ours
                age = self._clock() - path.stat().st_mtime
                metrics = list(text_string_to_metric_families(path.read_text("utf-8")))
                yield Measured(metrics, lives=age < STALE_SECONDS)
