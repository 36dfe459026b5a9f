"""Services that are killed outright (SIGKILL) and started again with what they left behind."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.services.orthanc import OrthancServer
from tests.services.processes import wait_for
from tests.services.product import Product

GONE_SECONDS = 10.0


class MortalOrthanc(OrthancServer):
    """A real Orthanc that can be killed."""

    @property
    def port(self) -> int:
        return self._settings.orthanc_http_port

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def process_id(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None


@dataclass(slots=True)
class MortalProduct(Product):
    """A part of the product that can be killed, with the processes that it has started."""

    def processes(self) -> list[int]:
        """Its own id and those of its descendants."""
        assert self.process is not None
        return with_descendants(self.process.pid)

    def kill(self) -> None:
        """All of them at once."""
        self._kill(self.processes())

    def kill_one(self, random: Random) -> None:
        """One of them, by chance; when it was the first, what is left must end by itself."""
        assert self.process is not None
        everyone = self.processes()
        victim = random.choice(everyone)
        self._kill([victim], everyone if victim == self.process.pid else [victim])

    def _kill(self, victims: list[int], gone: list[int] | None = None) -> None:
        assert self.process is not None
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
        if self.process.pid in victims:
            self.process.wait()
            self.process = None
        wait_for(lambda: not any(map(is_alive, gone or victims)), "the killed processes are gone", GONE_SECONDS)


def with_descendants(process_id: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                parents.setdefault(_parent_of(folder), []).append(int(folder.name))
    found = [process_id]
    for one in found:
        found += parents.get(one, [])
    return found


def is_alive(process_id: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return _stat(Path(f"/proc/{process_id}"))[0] != "Z"
    except OSError:
        return False


def _parent_of(folder: Path) -> int:
    return int(_stat(folder)[1])


def _stat(folder: Path) -> list[str]:
    """What follows the name, which may hold anything, in /proc/PID/stat: state, parent, …"""
    return (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
