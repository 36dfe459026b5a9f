"""C-STORE SCU: sends files as they are, streamed from disk, and accounts for each of them.

What fails for the moment is tried again after a pause, for as long as anything gets through.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from osteon.transfer.connection import Tls
from osteon.transfer.crew import Crew
from osteon.transfer.delivery import Delivery, Outcome, SendReport
from osteon.transfer.destination import Destination
from osteon.transfer.errors import NothingToSendError, PeerBusyError
from osteon.transfer.outgoing import Found, Outgoing, batches, find
from osteon.transfer.patience import Patience
from osteon.transfer.requestor import Route

CALLING_AE_TITLE = "OSTEON_SEND"
TIMEOUT_SECONDS = 60.0


class SendProgress(Protocol):
    """Told what is to come, then each delivery as it happens."""

    def begin(self, files: int, size: int) -> None: ...

    def delivered(self, delivery: Delivery) -> None: ...


class Acknowledged(Protocol):
    """Which files the peer has acknowledged, now or in an earlier run."""

    def has(self, outgoing: Outgoing) -> bool: ...

    def add(self, outgoing: Outgoing) -> None: ...


class Quiet:
    """No progress shown."""

    def begin(self, files: int, size: int) -> None:
        """Nothing to prepare."""

    def delivered(self, delivery: Delivery) -> None:
        """Nothing to show."""


class Forgetful:
    """No run before this one, and none after it."""

    def has(self, outgoing: Outgoing) -> bool:  # noqa: ARG002
        return False

    def add(self, outgoing: Outgoing) -> None:
        """Nothing to keep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to send: all but whom to and what."""

    calling_ae_title: str = CALLING_AE_TITLE
    timeout: float = TIMEOUT_SECONDS
    associations: int = 1
    attempts: int = 1
    """How often in a row nothing may get through before the rest is given up."""
    first_pause: float = 1.0
    """Seconds before the second attempt; the pauses double."""
    tls: Tls | None = None


def send(
    paths: Iterable[Path],
    destination: Destination,
    *,
    progress: SendProgress | None = None,
    calling_ae_title: str = CALLING_AE_TITLE,
    timeout: float = TIMEOUT_SECONDS,
) -> SendReport:
    """Send all DICOM files found under `paths`; files that fail are in the report, not raised."""
    manner = Manner(calling_ae_title=calling_ae_title, timeout=timeout)
    return send_found(find_some(paths), destination, manner=manner, progress=progress)


def find_some(paths: Iterable[Path]) -> Found:
    """What there is to send. Raises NothingToSendError."""
    found = find(paths)
    if not found.files and not found.unreadable:
        raise NothingToSendError(f"no DICOM file to send ({len(found.ignored)} other files)")
    return found


def send_found(
    found: Found,
    destination: Destination,
    *,
    manner: Manner,
    progress: SendProgress | None = None,
    acknowledged: Acknowledged | None = None,
) -> SendReport:
    """Send what a walk found. Raises PeerError only when nothing at all could be offered."""
    started = time.monotonic()
    progress, acknowledged = progress or Quiet(), acknowledged or Forgetful()
    files = {outgoing.path: outgoing for outgoing in found.files if not acknowledged.has(outgoing)}
    progress.begin(len(files), sum(outgoing.size for outgoing in files.values()))
    deliveries = [Delivery(path=path, size=0, outcome=Outcome.UNREADABLE) for path in found.unreadable]
    with closing(_in_rounds(tuple(files.values()), destination, manner)) as fates:
        for delivery in fates:
            if delivery.succeeded:
                acknowledged.add(files[delivery.path])
            deliveries.append(delivery)
            progress.delivered(delivery)
    place = {path: number for number, path in enumerate(files)}
    return SendReport(
        deliveries=tuple(sorted(deliveries, key=lambda delivery: place.get(delivery.path, -1))),
        ignored=found.ignored,
        acknowledged_earlier=len(found.files) - len(files),
        seconds=time.monotonic() - started,
    )


def _in_rounds(files: Sequence[Outgoing], destination: Destination, manner: Manner) -> Generator[Delivery]:
    """Each file's fate, once it is final."""
    patience = Patience(attempts=manner.attempts, first_pause=manner.first_pause)
    pauses = patience.pauses()
    sending = _Round(destination, manner)
    while True:
        passing: list[Delivery] = []
        got_through = False
        with closing(sending.deliveries(files)) as fates:
            for delivery in fates:
                if delivery.is_passing:
                    passing.append(delivery)
                    continue
                got_through = got_through or delivery.succeeded
                yield delivery
        if got_through:
            pauses = patience.pauses()
        pause = next(pauses, None) if passing else None
        if pause is None:
            sending.check()
            yield from passing
            return
        patience.wait(pause)
        left = {delivery.path for delivery in passing}
        files = [outgoing for outgoing in files if outgoing.path in left]


class _Round:
    """Every file offered once; remembers whether anything ever answered at the destination."""

    def __init__(self, destination: Destination, manner: Manner) -> None:
        self._route = Route(
            destination=destination,
            calling_ae_title=manner.calling_ae_title,
            timeout=manner.timeout,
            tls=manner.tls,
        )
        self._associations = manner.associations
        self._last: Crew | None = None
        self._has_opened = False

    def deliveries(self, files: Sequence[Outgoing]) -> Generator[Delivery]:
        """Raises PeerError when nobody was ever there; who is only busy may be asked again."""
        for batch in batches(files):
            self._last = crew = Crew(self._route, batch, self._associations)
            with closing(crew.deliveries()) as fates:
                for delivery in fates:
                    self._has_opened = self._has_opened or crew.opened
                    if not isinstance(crew.trouble, PeerBusyError):
                        self.check()
                    yield delivery

    def check(self) -> None:
        """Raises PeerError when no association was ever accepted."""
        if not self._has_opened and self._last is not None and self._last.trouble is not None:
            raise self._last.trouble
