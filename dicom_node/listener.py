"""The DICOM listener: connections, each served by a thread of its own until it is over.

It takes them on a port of its own, or is given them by who does (`workers`).
"""

import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from dicom_node.access import Access, Visit
from dicom_node.commitment.desk import Desk
from dicom_node.contexts import accepted_contexts
from dicom_node.door import Door
from dicom_node.journal import Fact, Journal
from dicom_node.metrics import NOBODY, Metrics
from dicom_node.open_associations import OpenAssociation, OpenAssociations
from dicom_node.receiving import StoreService, frame_of
from dicom_node.rejections import Rejections
from dicom_node.sockets import listen_on
from dicom_node.tally import Count, Tallies, Tally, Told
from dicom_node.untraced import untraced
from dicom_node.upper_layer.association import AcceptedAssociation
from dicom_node.upper_layer.negotiation import Terms
from dicom_node.upper_layer.negotiator import Negotiator
from dicom_node.upper_layer.service import Limits
from dicom_node.upper_layer.tls_wire import TlsWire
from dicom_node.upper_layer.wire import Wire
from storage.ledger_records import AssociationSummary

log = logging.getLogger("osteon.listener")

NOT_ADMITTED, NO_TLS = "not_admitted", "no_tls"
"""Why a connection came to no association, among the reasons of rejected ones."""

PDU_BYTES = 131_072
_BACKLOG = 128
STOP_SECONDS = 10.0
_LAST_WORDS_SECONDS = 1.0
"""Of the time to stop, kept for telling those that do not come to an end."""

_PAUSE_SECONDS = 0.1


class PortTakenError(Exception):
    """Something else listens there; the message names the address."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A connection that is being served."""

    wire: Wire
    association: AcceptedAssociation
    thread: threading.Thread


def open_port(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTakenError."""
    try:
        return listen_on(host, port, _BACKLOG)
    except OSError as error:
        raise PortTakenError(f"DICOM port {port} on {host}: {os.strerror(error.errno or 0)}") from None


class Listener:
    """Serves associations for one AE title until it is stopped."""

    def __init__(
        self,
        *,
        door: Door,
        journal: Journal,
        ae_title: str,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        on_end: Callable[[], None] = lambda: None,
        access: Access | None = None,
        tls: ssl.SSLContext | None = None,
        desk: Desk | None = None,
        metrics: Metrics = NOBODY,
        notes: OpenAssociations | None = None,
    ) -> None:
        """`host`, `port`: for `start`, which who is given connections does not need.

        `notes`: where the associations that are open are noted.

        `on_end`: told when a connection is over.
        """
        self._on_end = on_end
        self._metrics = metrics
        self._door = door
        self._desk = desk
        self._journal = journal
        self._address = (host, port)
        self._limits = limits or Limits()
        self._access = access or Access()
        self._tls = tls
        self._notes = notes
        self._tallies = Tallies(self._note, self._begun, self._answering)
        self._rejections = Rejections(self._write)
        contexts = accepted_contexts(with_commitment=desk is not None)
        self._negotiator = Negotiator(Terms(ae_title=ae_title, contexts=contexts, maximum_length=PDU_BYTES))
        self._open: dict[int, _Open] = {}
        self._lock = threading.Lock()
        self._stopping = False
        self._socket: socket.socket | None = None
        self._waker = os.pipe()
        """A pipe that is written to once, when it stops: whoever waits for a request then wakes."""
        self._thread = threading.Thread(target=self._accept, name="listener", daemon=True)

    def start(self) -> int:
        """Listen; returns the port (useful when 0, any free one, was asked for). Raises PortTakenError."""
        self._socket = open_port(*self._address)
        self._thread.start()
        return int(self._socket.getsockname()[1])

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def open_connections(self) -> int:
        with self._lock:
            return len(self._open)

    @property
    def is_busy(self) -> bool:
        """Whether a request is coming or being handled on any of them."""
        with self._lock:
            return any(one.association.is_busy for one in self._open.values())

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take no new association; answer the request in hand of each that is open, then abort it.

        What has not ended within `seconds`, all together, is aborted as it is. What was acknowledged is durable.
        """
        if self._stopping:
            return
        deadline = time.monotonic() + seconds
        self._stopping = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._thread.join(seconds)
            self._socket.close()
        with self._lock:
            being_served = list(self._open.values())
        for one in being_served:
            one.association.finish()
        os.write(self._waker[1], b"\0")
        late = _still_served(being_served, deadline - min(_LAST_WORDS_SECONDS, seconds / 2))
        for one in late:
            one.association.cut()
        if left := _still_served(late, deadline):
            log.warning("%d associations did not end in time", len(left))
        else:
            for descriptor in self._waker:
                os.close(descriptor)
        self._rejections.flush()
        self._access.stop()

    def serve_with(self, door: Door) -> None:
        """Associations that begin from now on go through this door; those that are open keep theirs."""
        self._door = door

    def speak_by(self, tls: ssl.SSLContext) -> None:
        """Connections that come from now on are secured by this; those that are open go on as they began."""
        self._tls = tls

    def _accept(self) -> None:
        listening = self._socket
        while listening is not None and not self._stopping:
            try:
                connection, address = listening.accept()
            except OSError as error:
                if not self._stopping:  # out of file descriptors, perhaps: somebody will give one back
                    log.warning("a connection could not be taken: %s", type(error).__name__)
                    time.sleep(_PAUSE_SECONDS)
                continue
            self.take(connection, str(address[0]))

    def take(self, connection: socket.socket, address: str) -> None:
        """Serve a connection that came from `address`, if anybody may call from there."""
        self._metrics.connected()
        visit = self._access.admit(address)
        if visit is None:
            connection.close()
            self._rejections.note("", address, NOT_ADMITTED)
            self._on_end()
            return
        waker = self._waker[0]
        wire = Wire(connection, waker) if self._tls is None else TlsWire(connection, self._tls, waker)
        visit.served_by(wire)
        service = StoreService(
            self._door, self._tallies, visit.address, visit=visit, desk=self._desk, metrics=self._metrics
        )
        association = AcceptedAssociation(
            wire,
            self._negotiator,
            self._limits,
            service,
            take_large=service.take_large,
            prefix=frame_of,
            begin=service.begin,
        )
        thread = threading.Thread(target=self._serve, args=(wire, association, visit), name="association", daemon=True)
        with self._lock:
            self._open[id(wire)] = _Open(wire, association, thread)
        try:
            thread.start()
        except RuntimeError as error:
            log.warning("a connection could not be served: %s", type(error).__name__)
            with self._lock:
                del self._open[id(wire)]
            wire.close()
            visit.left()
            self._on_end()

    def _serve(self, wire: Wire, association: AcceptedAssociation, visit: Visit) -> None:
        try:
            association.run()
            self._metrics.association_rejected(association.rejection)
            if association.rejection is not None:
                self._rejections.note(association.calling_ae_title, visit.address, association.rejection)
        except Exception as error:  # noqa: BLE001 - the boundary of a thread: one peer must not end more than itself
            log.error("an association failed: %s", type(error).__name__)  # noqa: TRY400 - a traceback may hold values
        finally:
            wire.close()
            visit.left()
            if wire.problem:
                self._rejections.note("", visit.address, NO_TLS)
            with self._lock:
                self._open.pop(id(wire), None)
            self._on_end()

    def _begun(self, tally: Tally) -> None:
        if self._notes is None:
            return
        try:
            self._notes.note(
                OpenAssociation(
                    association_id=tally.association_id,
                    calling_ae_title=tally.calling_ae_title,
                    peer_address=tally.peer_address,
                    opened_at=tally.opened_at,
                )
            )
        except OSError as error:  # its objects are not held up: only a kill would make the note wanted
            log.error("association %s is not noted: %s", tally.association_id, type(error).__name__)  # noqa: TRY400

    def _answering(self, tally: Tally, count: Count, told: Told) -> None:
        kind = untraced(count, told)
        if self._notes is None or kind is None:
            return
        try:
            self._notes.count(tally.association_id, kind)
        except OSError as error:  # as above
            log.error("an object of association %s is not noted: %s", tally.association_id, type(error).__name__)  # noqa: TRY400

    def _note(self, summary: AssociationSummary) -> None:
        told = {"association": summary.association_id, "calling_ae": summary.calling_ae_title}
        log.info(
            "association %s %s, %s received", summary.association_id, summary.outcome, summary.received, extra=told
        )
        if self._write(summary) and self._notes is not None:
            with suppress(OSError):  # then it is found to be summed up when it is looked at
                self._notes.forget(summary.association_id)

    def _write(self, fact: Fact) -> bool:
        """Whether it is in the journal."""
        try:
            self._journal.write(fact)
        except OSError as error:
            log.error("journal: %s", type(error).__name__)  # noqa: TRY400
            return False
        return True


def _still_served(those: list[_Open], until: float) -> list[_Open]:
    """Wait for all of them, until then; those that are not over."""
    for one in those:
        one.thread.join(max(0.0, until - time.monotonic()))
    return [one for one in those if one.thread.is_alive()]
