"""What a process and its descendants hold: memory, threads, file descriptors, as the kernel counts them."""

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
    each = [one for one in map(resources_of_one, with_descendants(process_id)) if one is not None]
    return Resources(
        processes=len(each),
        rss_kib=sum(one.rss_kib for one in each),
        peak_kib=sum(one.peak_kib for one in each),
        threads=sum(one.threads for one in each),
        descriptors=sum(one.descriptors for one in each),
    )


def resources_of_one(process_id: int) -> Resources | None:
    """Of one process; None when it has ended."""
    folder = Path(f"/proc/{process_id}")
    try:
        status = _status(folder)
        descriptors = len(list((folder / "fd").iterdir()))
        return Resources(processes=1, descriptors=descriptors, **{name: status[key] for key, name in _STATUS.items()})
    except (OSError, KeyError):  # a zombie has no memory
        return None


def _status(folder: Path) -> dict[str, int]:
    found = {}
    for line in (folder / "status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in _STATUS:
            found[key] = int(value.split()[0])
    return found
