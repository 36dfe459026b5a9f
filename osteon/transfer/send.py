"""C-STORE SCU: sends files as they are, streamed from disk, and accounts for each of them."""

import re
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, _config, evt
from pynetdicom.association import Association
from pynetdicom.presentation import build_context
from pynetdicom.status import code_to_category

from osteon.transfer.damage import DAMAGED
from osteon.transfer.delivery import Delivery, Outcome, SendReport
from osteon.transfer.destination import Destination
from osteon.transfer.errors import NothingToSendError, PeerError, PeerRejectedError
from osteon.transfer.outgoing import Found, Outgoing, batches, find

CALLING_AE_TITLE = "OSTEON_SEND"
TIMEOUT_SECONDS = 60.0
LARGEST_PDU = 131072
QUICKACK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""Linux has it."""

_TWO_BEATS = 0.002
"""Seconds: pynetdicom's reactor looks around every millisecond."""

_WORDS_ONLY = re.compile(r"[^\w .,:;/()=-]")


class SendProgress(Protocol):
    """Told what is to come, then each delivery as it happens."""

    def begin(self, files: int, size: int) -> None: ...

    def delivered(self, delivery: Delivery) -> None: ...


class Quiet:
    """No progress shown."""

    def begin(self, files: int, size: int) -> None:
        """Nothing to prepare."""

    def delivered(self, delivery: Delivery) -> None:
        """Nothing to show."""


@dataclass(slots=True)
class _Peer:
    """One way to the destination; remembers whether anything ever answered there."""

    destination: Destination
    calling_ae_title: str
    timeout: float
    connected: bool = field(default=False, init=False)

    def on_connection(self, event: evt.Event) -> None:
        """Switch Nagle's algorithm off: meeting the peer's delayed ACKs it costs 40 ms per object."""
        self.connected = True
        _set_tcp(event, socket.TCP_NODELAY)

    def on_data(self, event: evt.Event) -> None:
        """Acknowledge at once, or the peer's Nagle holds its answer back; the kernel forgets this each time."""
        if QUICKACK is not None:
            _set_tcp(event, QUICKACK)


def _set_tcp(event: evt.Event, option: int) -> None:
    transport = event.assoc.dul.socket
    if transport is not None and transport.socket is not None:
        with suppress(OSError):  # already closed
            transport.socket.setsockopt(socket.IPPROTO_TCP, option, 1)


def send(
    paths: Iterable[Path],
    destination: Destination,
    *,
    progress: SendProgress | None = None,
    calling_ae_title: str = CALLING_AE_TITLE,
    timeout: float = TIMEOUT_SECONDS,
) -> SendReport:
    """Send all DICOM files found under `paths`; files that fail are in the report, not raised."""
    found = find(paths)
    if not found.files and not found.unreadable:
        raise NothingToSendError(f"no DICOM file to send ({len(found.ignored)} other files)")
    return send_found(
        found, destination, progress=progress or Quiet(), calling_ae_title=calling_ae_title, timeout=timeout
    )


def send_found(
    found: Found, destination: Destination, *, progress: SendProgress, calling_ae_title: str, timeout: float
) -> SendReport:
    """Send what a walk found. Raises PeerError only when nothing at all could be offered."""
    started = time.monotonic()
    _config.STORE_SEND_CHUNKED_DATASET = True  # pynetdicom has this switch per process only
    peer = _Peer(destination, calling_ae_title, timeout)
    progress.begin(len(found.files), sum(outgoing.size for outgoing in found.files))
    deliveries = [Delivery(path=path, size=0, outcome=Outcome.UNREADABLE) for path in found.unreadable]
    for batch in batches(found.files):
        for delivery in _send_batch(batch, peer, first=not deliveries):
            deliveries.append(delivery)
            progress.delivered(delivery)
    return SendReport(deliveries=tuple(deliveries), ignored=found.ignored, seconds=time.monotonic() - started)


def _send_batch(batch: Sequence[Outgoing], peer: _Peer, *, first: bool) -> Iterator[Delivery]:
    """One association. Interrupted, it aborts: a release would wait for the object under way."""
    try:
        association = _associate(batch, peer)
    except PeerError as error:
        if first:
            raise
        yield from (_failed(outgoing, Outcome.LOST, str(error)) for outgoing in batch)
        return
    finished = False
    try:
        for outgoing in batch:
            yield _deliver(outgoing, association)
        finished = True
    finally:
        if association.is_established:
            if finished:
                association.release()
            else:
                association.abort()


def _associate(batch: Sequence[Outgoing], peer: _Peer) -> Association:
    entity = AE(ae_title=peer.calling_ae_title)
    entity.maximum_pdu_size = LARGEST_PDU
    entity.connection_timeout = entity.acse_timeout = peer.timeout
    entity.dimse_timeout = entity.network_timeout = peer.timeout
    contexts = [build_context(UID(sop), UID(syntax)) for sop, syntax in dict.fromkeys(o.context for o in batch)]
    destination = peer.destination
    association = entity.associate(
        destination.host,
        destination.port,
        contexts=contexts,
        ae_title=destination.ae_title,
        max_pdu=LARGEST_PDU,
        evt_handlers=[
            (evt.EVT_CONN_OPEN, peer.on_connection),
            (evt.EVT_DATA_SENT, peer.on_data),
            (evt.EVT_DATA_RECV, peer.on_data),
        ],
    )
    if not association.is_established and not association.rejected_contexts:
        raise _reason_for_no_association(association, peer)
    return association


def _reason_for_no_association(association: Association, peer: _Peer) -> PeerError:
    answer = association.acceptor.primitive
    if association.is_rejected and answer is not None:
        return PeerRejectedError(f"{peer.destination} rejected the association: {answer.reason_str}")
    if not peer.connected:
        return PeerError(f"cannot connect to {peer.destination.address} (refused, unreachable or too slow)")
    return PeerError(f"{peer.destination.address} closed the connection: is it a DICOM node?")


def _deliver(outgoing: Outgoing, association: Association) -> Delivery:
    if not any(_matches(outgoing, context) for context in association.accepted_contexts):
        names = f"{UID(outgoing.sop_class_uid).name}, {UID(outgoing.transfer_syntax_uid).name}"
        return _failed(outgoing, Outcome.NOT_ACCEPTED, names)
    if not association.is_established:
        return _failed(outgoing, Outcome.LOST)
    _settle(association)
    try:
        answer = association.send_c_store(outgoing.path)
    except DAMAGED:  # since it was looked at
        return _failed(outgoing, Outcome.UNREADABLE)
    except RuntimeError:  # the association ended between the check and the call
        return _failed(outgoing, Outcome.LOST)
    finally:
        association._reactor_checkpoint.set()  # noqa: SLF001 - as after every send, whatever became of it
    return _answered(outgoing, answer)


def _settle(association: Association) -> None:
    """Make sure that pynetdicom's reactor rests before something is sent.

    It may have passed its checkpoint just before `send_c_store` closes it, and then takes a quick answer for itself:
    the call waits for its time-out and aborts (seen 3 times in 16,000).
    """
    association._reactor_checkpoint.clear()  # noqa: SLF001 - what `send_c_store` does itself, two beats earlier
    time.sleep(_TWO_BEATS)


def _matches(outgoing: Outgoing, context: object) -> bool:
    accepted = (getattr(context, "abstract_syntax", None), *getattr(context, "transfer_syntax", ()))
    return accepted == outgoing.context


def _answered(outgoing: Outgoing, answer: Dataset) -> Delivery:
    status = answer.get("Status")
    if status is None:
        return _failed(outgoing, Outcome.LOST)
    outcome = {"Success": Outcome.STORED, "Warning": Outcome.STORED_WITH_WARNING}
    return Delivery(
        path=outgoing.path,
        size=outgoing.size,
        outcome=outcome.get(code_to_category(status), Outcome.REFUSED),
        status=status,
        comment=_WORDS_ONLY.sub("?", str(answer.get("ErrorComment", ""))),
    )


def _failed(outgoing: Outgoing, outcome: Outcome, comment: str = "") -> Delivery:
    return Delivery(path=outgoing.path, size=outgoing.size, outcome=outcome, comment=comment)
