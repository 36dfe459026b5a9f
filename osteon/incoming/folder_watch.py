"""Sends what appears in a folder, and sees each file to its end.

One round looks for files that are whole, sends them by the code of `osteon send`, and ends each as soon as it is
answered. What fails for the moment stays where it is for the next round.
"""

import logging
import os
import threading
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from osteon.incoming.endings import Endings
from osteon.incoming.waiting import Look, Waiting
from osteon.transfer.delivery import Delivery
from osteon.transfer.destination import Destination
from osteon.transfer.errors import PeerError
from osteon.transfer.outgoing import Found, find
from osteon.transfer.send import Acknowledged, Manner, send_found

log = logging.getLogger("osteon.watch")

AT_ONCE = 1000
"""Files that one association is opened for."""

NOT_DICOM = "not a DICOM file (Part 10), or a DICOMDIR"


class AskedToStopError(Exception):
    """Between two objects."""


@dataclass(slots=True)
class Tally:
    """What became of the files of a round."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.failed or self.put_off)

    def __str__(self) -> str:
        return f"{self.sent} sent, {self.failed} failed, {self.put_off} put off"


class FolderWatch:
    """Watches one folder. `says_names`: log the files' names, which may hold those of patients."""

    def __init__(
        self,
        *,
        waiting: Waiting,
        endings: Endings,
        destination: Destination,
        manner: Manner,
        acknowledged: Acknowledged | None,
        stopping: threading.Event,
        says_names: bool = False,
    ) -> None:
        self._waiting = waiting
        self._endings = endings
        self._destination = destination
        self._manner = manner
        self._acknowledged = acknowledged
        self._stopping = stopping
        self._says_names = says_names
        self._sent_and_kept: dict[Path, Look] = {}

    def round(self) -> Tally:
        """Send what is whole now. Files that are put off are worth another round later."""
        tally = Tally()
        whole = iter(self._new())
        while batch := dict(islice(whole, AT_ONCE)):
            try:
                self._send(batch, tally)
            except AskedToStopError:
                break
            except PeerError as error:
                log.warning("%s; the files wait", error)
                tally.put_off += len(batch)
                break
            except OSError as error:  # its text names the file
                log.error("a file cannot be moved: %s", os.strerror(error.errno or 0))  # noqa: TRY400
                tally.put_off += len(batch)
                break
        if tally:
            log.info("%s", tally)
        return tally

    @property
    def is_unsettled(self) -> bool:
        """Whether files were there at the last round that are not dealt with."""
        return self._waiting.count > len(self._sent_and_kept)

    def _new(self) -> list[tuple[Path, Look]]:
        whole = self._waiting.whole()
        self._sent_and_kept = {path: look for path, look in self._sent_and_kept.items() if whole.get(path) == look}
        return [(path, look) for path, look in whole.items() if path not in self._sent_and_kept]

    def _send(self, batch: dict[Path, Look], tally: Tally) -> None:
        found = find(batch)
        for path in found.ignored:
            self._set_aside(path, batch[path], NOT_DICOM, tally)
        if self._acknowledged is not None:
            for outgoing in filter(self._acknowledged.has, found.files):
                self._sent_and_kept[outgoing.path] = batch[outgoing.path]
        todo = Found(files=found.files, ignored=(), unreadable=found.unreadable)
        send_found(
            todo,
            self._destination,
            manner=self._manner,
            progress=_EachInTurn(self, batch, tally),
            acknowledged=self._acknowledged,
        )
        for path in found.unreadable:
            self._set_aside(path, batch[path], "unreadable", tally)

    def end(self, delivery: Delivery, look: Look, tally: Tally) -> None:
        """Deal with one file that was answered, or could not be sent."""
        if delivery.succeeded:
            tally.sent += 1
            self._name("sent", delivery.path)
            self._endings.acknowledged(delivery.path, look)
            if self._acknowledged is not None:
                self._sent_and_kept[delivery.path] = look
        elif delivery.is_passing:
            tally.put_off += 1
        else:
            self._set_aside(delivery.path, look, delivery.reason, tally)
        if self._stopping.is_set():
            raise AskedToStopError

    def _set_aside(self, path: Path, look: Look, reason: str, tally: Tally) -> None:
        if self._endings.set_aside(path, look, reason):
            tally.failed += 1
            self._name("failed", path)

    def _name(self, what: str, path: Path) -> None:
        if self._says_names:
            log.info("%s: %s", what, path)


@dataclass(frozen=True, slots=True)
class _EachInTurn:
    """Ends each file as soon as its fate is known."""

    watch: FolderWatch
    batch: dict[Path, Look]
    tally: Tally

    def begin(self, files: int, size: int) -> None:
        """Nothing to prepare."""

    def delivered(self, delivery: Delivery) -> None:
        self.watch.end(delivery, self.batch[delivery.path], self.tally)
