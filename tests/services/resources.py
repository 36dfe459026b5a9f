"""What a process and its descendants hold: memory, threads, file descriptors, as the kernel counts them."""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.services.mortal import with_descendants

_STATUS = {"VmRSS": "rss_kib", "VmHWM": "peak_kib", "Threads": "threads"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Sums over the processes; of memory that they share, each counts its own."""

    processes: int
    rss_kib: int
    peak_kib: int
    threads: int
    descriptors: int

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def resources_of(process_id: int) -> Resources:
    """Of a process and all that it has started. Those that end meanwhile do not count."""
    totals = dict.fromkeys([*_STATUS.values(), "descriptors"], 0)
    counted = 0
    for one in with_descendants(process_id):
        folder = Path(f"/proc/{one}")
        with suppress(OSError):
            for name, number in _status(folder).items():
                totals[name] += number
            totals["descriptors"] += len(list((folder / "fd").iterdir()))
            counted += 1
    return Resources(processes=counted, **totals)


def _status(folder: Path) -> dict[str, int]:
    found = {}
    for line in (folder / "status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in _STATUS:
            found[_STATUS[key]] = int(value.split()[0])
    return found
