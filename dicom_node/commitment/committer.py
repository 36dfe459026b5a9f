"""The committer: decides on what peers ask for, and reports to them, for as long as it takes.

A report goes out on the association on which it was asked for, if that is still open; else on one that we open to the
peer's known address; else on any that the peer opens, from the same host, with storage commitment among its contexts.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from dicom_node.commitment.ages import Ages
from dicom_node.commitment.calling import CallError
from dicom_node.commitment.failures import SOP_CLASS, SOP_INSTANCE
from dicom_node.commitment.lines import Line, Lines
from dicom_node.commitment.reports import Report
from dicom_node.commitment.requests import Request
from dicom_node.commitment.spool import DamagedRequestError, Spool, Ticket
from dicom_node.commitment.verdicts import Verdicts
from dicom_node.delays import Delays
from dicom_node.peers import PeerAddress
from dicom_node.upper_layer.notices import Notice
from storage.errors import StorageError

log = logging.getLogger("osteon.commitment")

POLL_SECONDS = 0.25
IDLE_SECONDS = 5.0
"""Between looks for what another process was asked for."""

STOP_SECONDS = 10.0
_WARNINGS = frozenset({0x0001, 0x0107, 0x0116})
_FAMILY, _WARNING_FAMILY = 0xF000, 0xB000

_ARCHIVE = object()
"""Ledger and Orthanc, among what is looked at again later."""

Item = TypeVar("Item")


class Judge(Protocol):
    """What decides (see `verdicts`)."""

    def __call__(self, request: Request, /) -> Verdicts: ...


class Call(Protocol):
    """What brings a report to a peer (see `calling`)."""

    def __call__(self, address: PeerAddress, called_ae_title: str, report: Report, /) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things are tried."""

    keep: timedelta = timedelta(days=7)
    """A report that does not reach its peer, counted from the request."""
    wait: timedelta = timedelta(hours=24)
    """Objects on their way to Orthanc, and a ledger or an Orthanc that does not answer."""
    others_first: timedelta = timedelta(0)
    """What another process was asked for is left to it for so long: its association may still be open."""
    first_look_seconds: float = 0.25
    longest_look_seconds: float = 60.0
    """Pauses between looking for objects that are on their way; each is twice the one before."""
    first_call_seconds: float = 10.0
    longest_call_seconds: float = 3600.0
    """Pauses between calls to a peer; likewise."""
    answer_seconds: float = 60.0
    """For the answer to a report on an association of the peer's."""


@dataclass(frozen=True, slots=True)
class _Posted:
    """A report that lies with an association of the peer's."""

    line: Line
    notice: Notice
    at: float


class Committer:
    """One thread."""

    def __init__(
        self,
        *,
        spool: Spool,
        lines: Lines,
        judge: Judge,
        call: Call,
        address_of: Callable[[str], PeerAddress | None],
        patience: Patience | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` tells the age of requests, over restarts; `clock` that since the start, and the pauses."""
        self._spool = spool
        self._lines = lines
        self._judge = judge
        self._call_peer = call
        self._address_of = address_of
        self._patience = patience or Patience()
        self._ages = Ages(now, clock)
        self._clock = clock
        limits = self._patience
        self._looks = Delays(limits.first_look_seconds, limits.longest_look_seconds, clock)
        self._calls = Delays(limits.first_call_seconds, limits.longest_call_seconds, clock)
        self._posted: dict[str, _Posted] = {}
        self._spent: dict[str, set[str]] = {}
        """Associations, by ticket, on which its report did not succeed."""
        self._perhaps_taken: set[str] = set()
        """Tickets whose report went out, and no answer came: the peer may know nothing of it any more."""
        self._called_at: dict[str, float] = {}
        self._answers: SimpleQueue[tuple[str, Line, int | None]] = SimpleQueue()
        self._callers: SimpleQueue[str] = SimpleQueue()
        self._wake = threading.Event()
        self._stopping = False
        # A daemon: a silent peer must not hold up the end of the process; the spool bears it.
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Finish the report in hand, within limits, and end; the rest waits in the spool for the next start."""
        self._stopping = True
        self._wake.set()
        self._thread.join(STOP_SECONDS)
        self._spool.close()

    def peer_called(self, calling_ae_title: str) -> None:
        """A peer has opened an association, or asked for something: what waits for it is tried now. Any thread."""
        self._callers.put(calling_ae_title)
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            try:
                self.work_once()
                pause = POLL_SECONDS if self._spool.tickets() else IDLE_SECONDS
            except OSError as error:  # out of file descriptors, perhaps: somebody will give one back
                log.warning("requests wait: %s", type(error).__name__)
                pause = POLL_SECONDS
            self._wake.wait(pause)
            self._wake.clear()

    def work_once(self) -> None:
        """One pass over what waits. Raises OSError when it cannot be seen what that is."""
        self._take_callers()
        self._take_answers()
        tickets = self._spool.tickets()
        self._ages.keep(tickets)
        for ticket in tickets:
            if self._stopping:
                return
            try:
                self._work_on(ticket)
            except Exception as error:  # noqa: BLE001 - the thread must outlive whatever it meets, and say so
                log.error("request %s failed: %s", ticket.name, type(error).__name__)  # noqa: TRY400
                self._looks.delay(ticket.name)

    def _work_on(self, ticket: Ticket) -> None:
        if self._ages.is_over(ticket, self._patience.keep):
            if not self._spool.claim(ticket.name):
                return
            log.error("the report on %s never reached %s and is given up", ticket.name, ticket.calling_ae_title)
            self._forget(ticket.name)
            return
        if ticket.name in self._posted:
            self._take_back_if_late(ticket)
            return
        route = self._claimed_route(ticket)
        if route is None or not self._looks.is_due(ticket.name):
            return
        report = self._report(ticket)
        if report is None:
            if self._spool.is_crowded():
                self._spool.release(ticket.name)
            return
        if isinstance(route, Line):
            self._post(ticket, route, report)
        else:
            self._call(ticket, route, report)

    def _claimed_route(self, ticket: Ticket) -> Line | PeerAddress | None:
        """Where this process can send the report now, and no other does; without a way, others may have one.

        What is not due stays claimed as long as there is room, so that it is answered where it was asked for.
        """
        if self._spool.is_crowded() and not self._looks.is_due(ticket.name):
            self._spool.release(ticket.name)
            return None
        if not ticket.association_id and self._ages.age(ticket) < self._patience.others_first:
            return None
        route = self._route(ticket)
        if route is None:
            self._spool.release(ticket.name)
        return route if route is not None and self._spool.claim(ticket.name) else None

    def _route(self, ticket: Ticket) -> Line | PeerAddress | None:
        """Where the report can go now; None: nowhere, for the time being."""
        spent = self._spent.get(ticket.name, ())
        own = self._lines.of_association(ticket.association_id)
        if own is not None and own.association_id not in spent:
            return own
        address = self._address_of(ticket.calling_ae_title)
        if address is not None and self._calls.is_due(ticket.calling_ae_title):
            return address
        others = self._lines.of_peer(ticket.calling_ae_title, ticket.peer_address)
        return next((line for line in others if line.association_id not in spent), None)

    def _report(self, ticket: Ticket) -> Report | None:
        """What is to be told; None when something is still on its way, or the request cannot be read."""
        try:
            request = self._spool.open(ticket.name)
        except DamagedRequestError:
            self._spool.put_aside(ticket.name)
            return None
        verdicts = self._verdicts(request)
        if verdicts.waiting and not self._ages.is_over(ticket, self._patience.wait):
            self._looks.delay(ticket.name)
            return None
        return Report(request.transaction_uid, verdicts.without_waiting())

    def _verdicts(self, request: Request) -> Verdicts:
        """Those of now; while ledger or Orthanc do not answer, all waits, and they are not asked for each request."""
        if self._looks.is_due(_ARCHIVE):
            try:
                verdicts = self._judge(request)
            except (SQLAlchemyError, StorageError) as error:
                seconds = self._looks.delay(_ARCHIVE)
                log.warning("decisions wait %.0f s: %s", seconds, type(error).__name__)
            else:
                self._looks.forget(_ARCHIVE)
                return verdicts
        return Verdicts(waiting=list(request.references))

    def _post(self, ticket: Ticket, line: Line, report: Report) -> None:
        notice = Notice(
            sop_class_uid=SOP_CLASS,
            sop_instance_uid=SOP_INSTANCE,
            event_type=report.event_type,
            information=report.information,
            answered=lambda status: self._answered(ticket.name, line, status),
        )
        self._posted[ticket.name] = _Posted(line, notice, self._clock())
        if not line.notices.put(notice):
            del self._posted[ticket.name]

    def _call(self, ticket: Ticket, address: PeerAddress, report: Report) -> None:
        self._called_at[ticket.calling_ae_title] = self._clock()
        try:
            status = self._call_peer(address, ticket.calling_ae_title, report)
        except CallError as error:
            if error.is_sent:
                self._perhaps_taken.add(ticket.name)
            seconds = self._calls.delay(ticket.calling_ae_title)
            log.warning("%s is called again in %.0f s: %s", ticket.calling_ae_title, seconds, error)
            return
        if self._is_settled(ticket.name, status):
            self._calls.forget(ticket.calling_ae_title)
        else:
            self._calls.delay(ticket.calling_ae_title)

    def _is_settled(self, name: str, status: int) -> bool:
        """Whether the peer has taken the report; then it is forgotten."""
        if status == 0 or status in _WARNINGS or status & _FAMILY == _WARNING_FAMILY:
            log.info("the report on %s is delivered", name)
            self._forget(name)
            return True
        log.warning("the report on %s is answered 0x%04X", name, status)
        if name not in self._perhaps_taken:
            return False
        self._forget(name)
        return True

    def _answered(self, name: str, line: Line, status: int | None) -> None:
        """Called by the thread that serves the association."""
        self._answers.put((name, line, status))
        self._wake.set()

    def _take_answers(self) -> None:
        for name, line, status in _all_of(self._answers):
            posted = self._posted.get(name)
            if posted is not None and posted.line is line:
                del self._posted[name]
            if status is None or not self._is_settled(name, status):
                self._note_spent(name, line)

    def _take_back_if_late(self, ticket: Ticket) -> None:
        """A peer that sends without a pause, or does not answer, gets its report elsewhere, if there is a way."""
        posted = self._posted[ticket.name]
        if self._clock() - posted.at < self._patience.answer_seconds:
            return
        posted.line.notices.withdraw(posted.notice)
        del self._posted[ticket.name]
        if self._address_of(ticket.calling_ae_title) is not None:
            self._note_spent(ticket.name, posted.line)

    def _note_spent(self, name: str, line: Line) -> None:
        before = self._spent.get(name, set())
        still_open = {spent for spent in before if self._lines.of_association(spent) is not None}
        self._spent[name] = still_open | {line.association_id}

    def _take_callers(self) -> None:
        callers = set(_all_of(self._callers))
        if not callers:
            return
        for title in callers:
            last = self._called_at.get(title)
            if last is None or self._clock() - last >= self._patience.first_call_seconds:
                self._calls.forget(title)
        for ticket in self._spool.tickets():
            if ticket.calling_ae_title in callers:
                self._looks.forget(ticket.name)

    def _forget(self, name: str) -> None:
        self._spool.remove(name)
        self._looks.forget(name)
        self._posted.pop(name, None)
        self._spent.pop(name, None)
        self._perhaps_taken.discard(name)


def _all_of(queue: "SimpleQueue[Item]") -> list[Item]:
    found: list[Item] = []
    while True:
        try:
            found.append(queue.get_nowait())
        except Empty:
            return found
