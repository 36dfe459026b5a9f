"""A power cut, simulated: what is done to the files of a folder is noted, and the folder made anew as it would be left.

Durable is what a finished sync covers: of a file, what was written before the sync began; of the folder, the names it
had then. The rest survives or not, block by block. After a failed sync the kernel holds unwritten blocks for clean: no
later sync makes them durable.
"""

import os
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from random import Random
from typing import Any

import pytest

BLOCK = 4096
EIO = 5


class Kind(Enum):
    """What was done."""

    CREATED = "created"
    SIZED = "sized"
    WRITTEN = "written"
    SYNC_BEGUN = "sync begun"
    SYNCED = "synced"
    SYNC_FAILED = "sync failed"
    REMOVED = "removed"
    RENAMED = "renamed"
    NOTED = "noted"
    """Something that the test wants to remember, in its place among the rest."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done to a file, or to the folder (an empty name)."""

    kind: Kind
    name: str
    offset: int = 0
    content: bytes = field(default=b"", repr=False)
    other: str = ""
    """The new name, or the note."""
    begun: int = -1
    """Of a sync that ended: the position of its beginning."""


class Recorder:
    """Watches one folder. The calls are done as well, but for the syncs when these are not `real`."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, *, real: bool = False, failing_syncs: Collection[int] = ()
    ) -> None:
        """`failing_syncs`: which calls of fdatasync fail, counted from 0."""
        self.events: list[Event] = []
        self._folder = folder
        self._names: dict[int, str] = {}
        self._lock = threading.Lock()
        self._is_real = real
        self._failing = failing_syncs
        self._syncs = 0
        calls: dict[str, Callable[..., Any]] = {
            "open": self._open,
            "close": self._close,
            "posix_fallocate": self._fallocate,
            "pwrite": self._pwrite,
            "pwritev": self._pwritev,
            "fdatasync": self._fdatasync,
            "fsync": self._fsync,
            "unlink": self._unlink,
            "rename": self._rename,
        }
        self._os = {name: getattr(os, name) for name in calls}
        for name, call in calls.items():
            monkeypatch.setattr(os, name, call)

    def note(self, text: str) -> None:
        self._add(Event(Kind.NOTED, "", other=text))

    def _add(self, event: Event) -> int:
        with self._lock:
            self.events.append(event)
            return len(self.events) - 1

    def _name(self, path: Any) -> str | None:
        """Within the folder; empty for the folder itself."""
        if isinstance(path, int):
            return self._names.get(path)
        found = Path(os.fsdecode(path))
        if found == self._folder:
            return ""
        return found.name if found.parent == self._folder else None

    def _open(self, path: Any, flags: int, *more: Any, **named: Any) -> int:
        descriptor: int = self._os["open"](path, flags, *more, **named)
        name = self._name(path)
        if name is not None:
            self._names[descriptor] = name
            if flags & os.O_CREAT:
                self._add(Event(Kind.CREATED, name))
        return descriptor

    def _close(self, descriptor: int) -> None:
        self._names.pop(descriptor, None)
        self._os["close"](descriptor)

    def _fallocate(self, descriptor: int, offset: int, size: int) -> None:
        self._os["posix_fallocate"](descriptor, offset, size)
        self._add_to(descriptor, Kind.SIZED, offset + size, b"")

    def _pwrite(self, descriptor: int, content: bytes, offset: int) -> int:
        count: int = self._os["pwrite"](descriptor, content, offset)
        self._add_to(descriptor, Kind.WRITTEN, offset, bytes(content)[:count])
        return count

    def _pwritev(self, descriptor: int, pieces: Sequence[Any], offset: int) -> int:
        count: int = self._os["pwritev"](descriptor, pieces, offset)
        self._add_to(descriptor, Kind.WRITTEN, offset, b"".join(pieces)[:count])
        return count

    def _add_to(self, descriptor: int, kind: Kind, offset: int, content: bytes) -> None:
        name = self._names.get(descriptor)
        if name is not None:
            self._add(Event(kind, name, offset, content))

    def _fdatasync(self, descriptor: int) -> None:
        with self._lock:
            is_failing = self._syncs in self._failing
            self._syncs += 1
        self._sync("fdatasync", descriptor, is_failing=is_failing)

    def _fsync(self, descriptor: int) -> None:
        self._sync("fsync", descriptor, is_failing=False)

    def _sync(self, call: str, descriptor: int, *, is_failing: bool) -> None:
        name = self._names.get(descriptor)
        if name is None:
            self._os[call](descriptor)
            return
        begun = self._add(Event(Kind.SYNC_BEGUN, name))
        if is_failing:
            self._add(Event(Kind.SYNC_FAILED, name, begun=begun))
            raise OSError(EIO, "Input/output error")
        if self._is_real:
            self._os[call](descriptor)
        self._add(Event(Kind.SYNCED, name, begun=begun))

    def _unlink(self, path: Any, *more: Any, **named: Any) -> None:
        self._os["unlink"](path, *more, **named)
        name = self._name(path)
        if name:
            self._add(Event(Kind.REMOVED, name))

    def _rename(self, source: Any, target: Any, *more: Any, **named: Any) -> None:
        self._os["rename"](source, target, *more, **named)
        name, new = self._name(source), self._name(target)
        if name and new:
            self._add(Event(Kind.RENAMED, name, other=new))


@dataclass(frozen=True, slots=True)
class Survival:
    """What is left of that which no sync covers."""

    share: float
    """0: nothing, 1: everything."""
    block: int = BLOCK
    """Bytes that survive together."""
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - a seed that can be told

    def __call__(self) -> bool:
        return self.share == 1 or self.random.random() < self.share


@dataclass(slots=True)
class _File:
    """Events by their position."""

    size: int = 0
    is_size_durable: bool = False
    durable: list[Event] = field(default_factory=list)
    volatile: dict[int, Event] = field(default_factory=dict)
    doomed: list[Event] = field(default_factory=list)


def after_cut(events: Sequence[Event], folder: Path, survival: Survival) -> None:
    """Fill an empty folder with what is found when the power went after these events."""
    files: dict[str, _File] = {}
    names: dict[int, Event] = {}
    durable_names: list[Event] = []
    for position, event in enumerate(events):
        if event.kind in {Kind.CREATED, Kind.REMOVED, Kind.RENAMED}:
            names[position] = event
            if event.kind is Kind.CREATED:
                files[event.name] = _File()
            elif event.kind is Kind.RENAMED:
                files[event.other] = files[event.name]
        elif event.kind in {Kind.SYNCED, Kind.SYNC_FAILED} and not event.name:
            durable_names += [names.pop(at) for at in sorted(names) if at < event.begun]
        elif event.name:
            _apply(files[event.name], position, event)
    surviving = durable_names + _first(list(names.values()), survival)
    for name, content in _named(surviving, files).items():
        _write(folder / name, content, survival)


def _apply(file: _File, position: int, event: Event) -> None:
    if event.kind is Kind.SIZED:
        file.size = event.offset
    elif event.kind is Kind.WRITTEN:
        file.volatile[position] = event
    elif event.kind is Kind.SYNCED:
        file.durable += [file.volatile.pop(at) for at in sorted(file.volatile) if at < event.begun]
        file.is_size_durable = True
    elif event.kind is Kind.SYNC_FAILED:
        file.doomed += [file.volatile.pop(at) for at in sorted(file.volatile) if at < event.begun]


def _first(pending: list[Event], survival: Survival) -> list[Event]:
    """A journalling file system keeps the order of names."""
    count = 0
    while count < len(pending) and survival():
        count += 1
    return pending[:count]


def _named(events: Sequence[Event], files: dict[str, _File]) -> dict[str, _File]:
    found: dict[str, _File] = {}
    for event in events:
        if event.kind is Kind.CREATED:
            found[event.name] = files[event.name]
        elif event.kind is Kind.REMOVED:
            found.pop(event.name, None)
        elif event.name in found:
            found[event.other] = found.pop(event.name)
    return found


def _write(path: Path, file: _File, survival: Survival) -> None:
    size = file.size if file.is_size_durable or survival() else 0
    lost = bytearray(size)
    _lay(lost, file.durable)
    kept = bytearray(lost)
    uncertain = [*file.doomed, *file.volatile.values()]
    _lay(kept, uncertain)
    for at in _touched(uncertain, survival.block):
        if survival():
            lost[at : at + survival.block] = kept[at : at + survival.block]
    with path.open("wb") as output:  # blocks of zeros become holes
        for at in range(0, size, BLOCK):
            block = lost[at : at + BLOCK]
            if any(block):
                output.seek(at)
                output.write(block)
        output.truncate(size)


def _lay(content: bytearray, events: Sequence[Event]) -> None:
    for event in events:
        if event.offset < len(content):
            content[event.offset : event.offset + len(event.content)] = event.content


def _touched(events: Sequence[Event], block: int) -> list[int]:
    """Where the blocks begin that were written to."""
    found: set[int] = set()
    for event in events:
        first = event.offset - event.offset % block
        found.update(range(first, event.offset + len(event.content), block))
    return sorted(found)
