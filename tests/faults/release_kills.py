"""A pull that is interrupted again and again: client, API or Orthanc killed in its middle, and then gone on with."""

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import MappingProxyType

from tests.faults.release_site import ReleaseSite, begun_files, kill, until, whole_files
from tests.services.processes import wait_for

PULL_SECONDS = 120.0


@dataclass(slots=True)
class Interrupted:
    """What became of it."""

    kills: dict[str, int] = field(default_factory=dict)
    fetched_again: int = 0
    """Files that were there, whole, before an interruption, and are others at the end."""
    most_begun: int = 0
    """Files at an interruption that had begun to come since the one before it: these go on where they stopped."""


def _client(_site: ReleaseSite, pull: "Pull") -> None:
    pull.kill()


def _api(site: ReleaseSite, _pull: "Pull") -> None:
    site.api.kill()
    site.start_api()


def _orthanc(site: ReleaseSite, _pull: "Pull") -> None:
    site.orthanc.kill()
    site.orthanc.start()


VICTIMS: Mapping[str, Callable[[ReleaseSite, "Pull"], None]] = MappingProxyType(
    {"client": _client, "API": _api, "Orthanc": _orthanc}
)


class Pull:
    """Begins again whenever it has ended before it was complete."""

    def __init__(self, site: ReleaseSite, number: int, folder: Path, workers: int) -> None:
        self._begin: Callable[[], subprocess.Popen[bytes]] = lambda: site.pulling(number, folder, workers)
        self._process = self._begin()

    @property
    def is_complete(self) -> bool:
        return self._process.poll() == 0

    def has_come_to(self, folder: Path, count: int) -> bool:
        self.go_on()
        return self.is_complete or len(whole_files(folder)) >= count

    def go_on(self) -> None:
        if self._process.poll() not in {None, 0}:
            self._process = self._begin()

    def kill(self) -> None:
        kill(self._process)


def pulled_under_kills(
    site: ReleaseSite, number: int, folder: Path, victims: list[str], *, random: Random, workers: int = 2
) -> Interrupted:
    """Each victim is killed after some more files have come; until the pull is complete."""
    found = Interrupted()
    files = sum(path.startswith("data/") for path in site.listed(number))
    whole: dict[str, tuple[int, int]] = {}
    begun: frozenset[str] = frozenset()
    pull = Pull(site, number, folder, workers)
    for at, victim in enumerate(victims):
        lowest, highest = files * at // (len(victims) + 1), files * (at + 1) // (len(victims) + 1)
        target = random.randrange(lowest, max(highest, lowest + 1))
        until(lambda target=target: pull.has_come_to(folder, target))  # type: ignore[misc]
        VICTIMS[victim](site, pull)
        found.kills[victim] = found.kills.get(victim, 0) + 1
        now = whole_files(folder)
        found.fetched_again += sum(now.get(path) != known for path, known in whole.items())
        whole = now
        before, begun = begun, begun_files(folder)
        found.most_begun = max(found.most_begun, len(begun - before))
        pull.go_on()

    def is_complete() -> bool:
        pull.go_on()
        return pull.is_complete

    wait_for(is_complete, "the pull is complete", PULL_SECONDS)
    now = whole_files(folder)
    found.fetched_again += sum(now.get(path) != known for path, known in whole.items())
    return found
