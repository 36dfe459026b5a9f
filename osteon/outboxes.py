"""Where the outboxes of one home are: each worker of the node has one, and there may be some of earlier workers."""

from pathlib import Path

OBJECTS, JOURNAL = "objects", "journal"


def outbox_of(home: Path, worker: int) -> Path:
    """The folder of one worker, by its number."""
    return home / "outbox" / str(worker)


def outboxes_in(home: Path) -> list[Path]:
    """Every folder that holds an outbox, whoever writes to it."""
    return sorted(found.parent for found in (home / "outbox").rglob(OBJECTS) if found.is_dir())


def left_over(home: Path, workers: int) -> list[Path]:
    """Outboxes that none of so many workers has: there were more of them before, or another version."""
    own = {outbox_of(home, number) for number in range(workers)}
    return [folder for folder in outboxes_in(home) if folder not in own]
