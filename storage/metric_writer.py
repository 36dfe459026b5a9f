"""Writing a process' metrics to the folder, every second, in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry

from storage.metric_files import MetricFiles

log = logging.getLogger("osteon.metrics")

EVERY_SECONDS = 1.0
STOP_SECONDS = 2.0
"""For a writing that is under way; a disk that hangs must not hold up the end."""


class MetricWriter:
    """Runs between `start` and `stop`. Make it in the process that it is for: threads do not survive a fork."""

    def __init__(
        self, files: MetricFiles, role: str, registry: CollectorRegistry, refresh: Callable[[], None] = lambda: None
    ) -> None:
        """`refresh` is called before each writing: it looks at states that nobody tells of."""
        self._files = files
        self._role = role
        self._registry = registry
        self._refresh = refresh
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
        self._failure: str | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        self._write()
        self._thread.start()

    def stop(self) -> None:
        """Write once more: what was counted stays, until processes of this role are started anew."""
        self._stopping.set()
        self._thread.join(STOP_SECONDS)
        if not self._thread.is_alive():
            self._write(is_last=True)

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            self._write()

    def _write(self, *, is_last: bool = False) -> None:
        """Whatever goes wrong is said once, and must not harm the work that is measured."""
        failure = None
        try:
            self._refresh()
            self._files.write(self._role, self._registry, is_last=is_last)
        except Exception as error:  # noqa: BLE001 - the boundary of a thread
            failure = type(error).__name__
        if failure is not None and failure != self._failure:
            log.warning("metrics cannot be written: %s", failure)
        self._failure = failure
