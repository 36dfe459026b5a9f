"""Bringing a report to a peer on an association of our own, as its requestor in the SCP role (PS3.7 D.3.3.4)."""

import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_role, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import decode
from pynetdicom.presentation import build_context

from dicom_node.commitment.failures import SOP_CLASS, SOP_INSTANCE
from dicom_node.commitment.reports import Report
from dicom_node.peers import PeerAddress

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 30.0


_REACTOR_SECONDS = 0.005
"""A few beats of pynetdicom's reactor, 1 ms each."""


class CallError(Exception):
    """The report did not get there; the message says why, in words that may be logged."""

    def __init__(self, reason: str, *, is_sent: bool = False) -> None:
        """`is_sent`: the peer may have taken it all the same, and only its answer is missing."""
        super().__init__(reason)
        self.is_sent = is_sent


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls peers under our AE title."""

    ae_title: str
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    def __call__(self, address: PeerAddress, called_ae_title: str, report: Report) -> int:
        """Send one report; the status that the peer answers. Raises CallError."""
        association = self._associate(address, called_ae_title)
        try:
            return _send(association, report)
        finally:
            if association.is_established:
                association.release()

    def _associate(self, address: PeerAddress, called_ae_title: str) -> Association:
        entity = AE(ae_title=self.ae_title)
        entity.connection_timeout = self.connect_seconds
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = self.answer_seconds
        association = entity.associate(
            address.host,
            address.port,
            contexts=[build_context(SOP_CLASS, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])],
            ae_title=called_ae_title,
            ext_neg=[build_role(SOP_CLASS, scp_role=True)],
            evt_handlers=[(evt.EVT_CONN_OPEN, _at_once)],
        )
        if association.is_established:
            return association
        if association.is_rejected:
            raise CallError("it rejects the association")
        if association.rejected_contexts:
            raise CallError("it does not take storage commitment results")
        raise CallError("no association")


def _at_once(event: evt.Event) -> None:
    """No Nagle's algorithm, which waits for the peer's delayed acknowledgement."""
    transport = event.assoc.dul.socket
    if transport is not None and transport.socket is not None:
        with suppress(OSError):  # already closed
            transport.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _send(association: Association, report: Report) -> int:
    syntax = association.accepted_contexts[0].transfer_syntax[0]
    _settle(association)
    try:
        answer, _ = association.send_n_event_report(
            _data_set(report, syntax), report.event_type, UID(SOP_CLASS), UID(SOP_INSTANCE)
        )
    except (RuntimeError, ValueError) as error:  # the association ended meanwhile
        raise CallError(type(error).__name__, is_sent=True) from None
    status = answer.get("Status")
    if status is None:
        raise CallError("no answer", is_sent=True)
    return int(status)


def _settle(association: Association) -> None:
    """Let pynetdicom's reactor come to rest before something is sent: it may take a quick answer for itself."""
    association._reactor_checkpoint.clear()  # noqa: SLF001 - what sending does itself, a few beats earlier
    time.sleep(_REACTOR_SECONDS)


def _data_set(report: Report, syntax: UID) -> Dataset:
    return decode(BytesIO(report.information(syntax)), syntax.is_implicit_VR, True)
