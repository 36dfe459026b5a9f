"""Computing on a Dask cluster: its workers need this version of Osteon, and what the items name, files for example.

Dask is an extra (`pip install osteon[dask]`), and imported only when there is a scheduler.
"""

import importlib
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from storage.jobs.computing import (
    ComputingUnavailableError,
    Item,
    ItemLostError,
    Result,
    nothing_meanwhile,
    unnamed,
)

CONNECT_SECONDS = 10.0
LOOK_SECONDS = 1.0
AHEAD = 2
"""Items for each thread of the cluster that may be computed before the one whose turn it is."""


class DaskMissingError(Exception):
    """Install the extra; the message says how."""


class DaskCluster:
    """Satisfies `storage.jobs.computing.Computing`. Connects for each `map`, and leaves nothing behind."""

    def __init__(self, scheduler: str) -> None:
        """`scheduler`: its address, such as `tcp://10.0.0.5:8786`. Raises DaskMissingError."""
        try:
            self._dask = importlib.import_module("distributed")
        except ImportError:
            raise DaskMissingError("OSTEON_DASK_SCHEDULER needs Dask: pip install 'osteon[dask]'") from None
        self._scheduler = scheduler

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        name: Callable[[Item], str | None] = unnamed,
        meanwhile: Callable[[], None] = nothing_meanwhile,
    ) -> Iterator[Result]:
        """See `Computing`. How often an item is begun again is the scheduler's `allowed-failures`."""
        with self._connected() as client:
            waiting: deque[tuple[int, Any, Any]] = deque()
            source, run = iter(enumerate(items)), uuid.uuid4().hex
            while True:
                while len(waiting) < self._room(client) and (found := next(source, None)) is not None:
                    index, item = found
                    future = client.submit(function, item, key=f"osteon-{run}-{index}", pure=False)
                    waiting.append((index, item, future))
                if not waiting:
                    return
                index, item, future = waiting.popleft()
                yield self._result(future, lambda: name(item) or f"item {index + 1}", meanwhile)  # noqa: B023

    def _connected(self) -> Any:
        try:
            return self._dask.Client(self._scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError):
            raise ComputingUnavailableError("the Dask scheduler does not answer") from None

    def _room(self, client: Any) -> int:
        threads: int = sum(client.nthreads().values())
        return max(1, threads) * AHEAD

    def _result(self, future: Any, name: Callable[[], str], meanwhile: Callable[[], None]) -> Any:
        try:
            while True:
                try:
                    return future.result(timeout=LOOK_SECONDS)
                except TimeoutError:
                    if future.done():  # in the meantime, or the error is the function's own: this tells which
                        return future.result()
                    meanwhile()
        except CancelledError:
            raise ComputingUnavailableError("the Dask scheduler was lost") from None
        except self._dask.scheduler.KilledWorker as error:
            raise ItemLostError(name(), error.allowed_failures + 1) from None
