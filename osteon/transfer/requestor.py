"""An association as its requestor (PS3.8 9.2): one C-STORE after the other, each answered before the next.

A plain blocking conversation on one socket. pynetdicom's codec writes the request and reads what it is answered with.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RJ, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
)
from pynetdicom.presentation import build_context

from dicom_node.pseudonymisation.marks import VERSION
from dicom_node.pseudonymisation.part10 import IMPLEMENTATION_CLASS_UID
from dicom_node.upper_layer.commands import RESPONSE, CommandError, Field, Response, read_response, store_request
from dicom_node.upper_layer.pdus import PDV_HEADER, SHORTEST_PDU, Control, Kind, command_message
from dicom_node.upper_layer.wire import PDU_HEADER
from osteon.transfer.connection import Connection, Tls
from osteon.transfer.destination import Destination
from osteon.transfer.errors import ConnectionLostError, PeerBusyError, PeerError, PeerRejectedError

LARGEST_PDU = 131_072
"""Bytes of a PDU that we write or take."""

Proposal = tuple[str, str]
"""A SOP class and a transfer syntax."""

_LARGEST_ACCEPTANCE = 1 << 18
_LARGEST_COMMAND = 1 << 14
_WRITTEN_AT_ONCE = 1 << 18
_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1"
_TRANSIENT = 2
_LAST_MESSAGE_ID = 0xFFFF
_CONTROL_BYTES = 2
_RELEASE_RQ, _RELEASE_RP = struct.pack(">BxI4x", Kind.RELEASE_RQ, 4), struct.pack(">BxI4x", Kind.RELEASE_RP, 4)
_ABORT = struct.pack(">BxI4x", Kind.ABORT, 4)
"""By the service user."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Whom to call, and as whom."""

    destination: Destination
    calling_ae_title: str
    timeout: float
    """Seconds to wait for each answer."""
    tls: Tls | None = None


class Requestor:
    """An open association. One thread uses it; another may `interrupt` it."""

    def __init__(
        self, connection: Connection, accepted: Mapping[Proposal, int], most: int, results: Mapping[Proposal, int]
    ) -> None:
        self._connection = connection
        self._most = most
        self._message_id = 0
        self.accepted = accepted
        """Presentation context ids."""
        self.results = results
        """Why a proposal is not accepted (PS3.8 Table 9-18): 3 for the SOP class, 4 for the transfer syntax."""
        self.is_open = True

    @classmethod
    def open(cls, route: Route, proposals: Sequence[Proposal]) -> Self:
        """Associate, each proposal a presentation context of its own. Raises PeerError."""
        destination = route.destination
        connection = Connection(destination.host, destination.port, timeout=route.timeout, tls=route.tls)
        try:
            connection.write(_request(route, proposals))
            accepted, results, most = _acceptance(_answer(connection, destination), proposals)
        except ConnectionLostError:
            connection.close()
            raise PeerError(f"{destination.address} closed the connection: is it a DICOM node?") from None
        except BaseException:
            connection.close()
            raise
        return cls(connection, accepted, most, results)

    def store(self, proposal: Proposal, sop_instance_uid: str, data_set: Iterable[bytes]) -> Response:
        """Send an object whose presentation context is accepted. `data_set`: its bytes, in pieces of any size.

        Raises ConnectionLostError, and what `data_set` raises; the association is over then.
        """
        try:
            self._message_id = self._message_id % _LAST_MESSAGE_ID + 1
            context_id = self.accepted[proposal]
            command = store_request(self._message_id, proposal[0], sop_instance_uid)
            self._write(command_message(context_id, command, self._most), context_id, data_set)
            return self._response()
        except BaseException:
            self.abort()
            raise

    def release(self) -> None:
        """End in order. What was answered is answered: a peer that does not even say goodbye changes nothing."""
        with suppress(ConnectionLostError):
            if self.is_open:
                self._connection.write(_RELEASE_RQ)
                self._until(Kind.RELEASE_RP)
        self.is_open = False
        self._connection.close()

    def abort(self) -> None:
        """End at once, telling the peer; more than once is once."""
        if self.is_open:
            self.is_open = False
            with suppress(ConnectionLostError):
                self._connection.write(_ABORT)
            self._connection.close()

    def interrupt(self) -> None:
        """Have another thread's call fail and abort."""
        self._connection.interrupt()

    def _write(self, command: bytes, context_id: int, data_set: Iterable[bytes]) -> None:
        room = min(self._most or LARGEST_PDU, LARGEST_PDU) - PDV_HEADER.size
        out = bytearray(command)
        for fragment, is_last in _fragments(data_set, room - room % 2):
            out += PDU_HEADER.pack(Kind.P_DATA, len(fragment) + PDV_HEADER.size)
            out += PDV_HEADER.pack(len(fragment) + _CONTROL_BYTES, context_id, Control.LAST if is_last else 0)
            out += fragment
            if len(out) >= _WRITTEN_AT_ONCE or is_last:
                self._connection.write(out)
                out.clear()

    def _response(self) -> Response:
        command = bytearray()
        while True:
            body = self._until(Kind.P_DATA)
            while body:
                if len(body) < PDV_HEADER.size:
                    raise ConnectionLostError("the peer breaks the rules")
                item, _, control = PDV_HEADER.unpack_from(body)
                end = item + PDV_HEADER.size - _CONTROL_BYTES
                if not control & Control.COMMAND or item < _CONTROL_BYTES or end > len(body):
                    raise ConnectionLostError("the peer breaks the rules")
                command += body[PDV_HEADER.size : end]
                if len(command) > _LARGEST_COMMAND:
                    raise ConnectionLostError("the peer breaks the rules")
                body = body[end:]
                if control & Control.LAST:
                    return self._checked(bytes(command))

    def _checked(self, command: bytes) -> Response:
        try:
            response = read_response(command)
        except CommandError:
            raise ConnectionLostError("the peer breaks the rules") from None
        if (
            response.field != Field.C_STORE | RESPONSE
            or response.message_id != self._message_id
            or response.has_data_set
        ):
            raise ConnectionLostError("the peer answers something else")
        return response

    def _until(self, wanted: Kind) -> bytes:
        """The next PDU, which must be of this kind."""
        kind, length = PDU_HEADER.unpack(self._connection.read(PDU_HEADER.size))
        if kind == Kind.RELEASE_RQ:  # in the middle of it, or both at once (PS3.8 9.2, Sta7 and Sta10)
            self._connection.write(_RELEASE_RP)
        if kind != wanted or length > LARGEST_PDU:
            raise ConnectionLostError("the peer has ended the association")
        return self._connection.read(length)


def _fragments(pieces: Iterable[bytes], room: int) -> Iterator[tuple[bytes | memoryview, bool]]:
    """Pieces of at most `room` bytes, an even number but in the last, and whether one is the last: there always is."""
    rest = b""
    for piece in pieces:
        content = memoryview(rest + piece if rest else piece)
        end = max(len(content) - 1, 0) // room * room  # something is kept: nobody knows whether more will come
        for at in range(0, end, room):
            yield content[at : at + room], False
        rest = bytes(content[end:])
    yield rest, True


def _request(route: Route, proposals: Sequence[Proposal]) -> bytes:
    primitive = A_ASSOCIATE()
    primitive.application_context_name = UID(_APPLICATION_CONTEXT)
    primitive.calling_ae_title = route.calling_ae_title
    primitive.called_ae_title = route.destination.ae_title
    contexts = [build_context(UID(sop_class), UID(syntax)) for sop_class, syntax in proposals]
    for number, context in enumerate(contexts):
        context.context_id = 2 * number + 1
    primitive.presentation_context_definition_list = contexts
    maximum, implementation, version = (
        MaximumLengthNotification(),
        ImplementationClassUIDNotification(),
        ImplementationVersionNameNotification(),
    )
    maximum.maximum_length_received = LARGEST_PDU
    implementation.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    version.implementation_version_name = f"OSTEON_{VERSION}"[:16]
    primitive.user_information = [maximum, implementation, version]
    pdu = A_ASSOCIATE_RQ()
    pdu.from_primitive(primitive)
    return pdu.encode()


def _answer(connection: Connection, destination: Destination) -> bytes:
    """The A-ASSOCIATE-AC. Raises PeerRejectedError, ConnectionLostError."""
    kind, length = PDU_HEADER.unpack(connection.read(PDU_HEADER.size))
    if kind not in {Kind.ASSOCIATE_AC, Kind.ASSOCIATE_RJ} or length > _LARGEST_ACCEPTANCE:
        raise ConnectionLostError("the peer does not answer the request")
    pdu = PDU_HEADER.pack(kind, length) + connection.read(length)
    if kind == Kind.ASSOCIATE_RJ:
        raise _rejection(pdu, destination)
    return pdu


def _acceptance(
    pdu: bytes, proposals: Sequence[Proposal]
) -> tuple[Mapping[Proposal, int], Mapping[Proposal, int], int]:
    """Which proposals hold, what became of each, and the largest PDU that the peer takes (0: any)."""
    try:
        decoded = A_ASSOCIATE_AC()
        decoded.decode(pdu)
        primitive = decoded.to_primitive()
        most = int(primitive.maximum_length_received or 0)
        answers = {context.context_id: context for context in primitive.presentation_context_definition_results_list}
        by_proposal = {
            proposal: answers[number]
            for number, proposal in zip(range(1, 2 * len(proposals), 2), proposals, strict=True)
            if number in answers
        }
        results = {proposal: int(context.result or 0) for proposal, context in by_proposal.items()}
        accepted = {
            proposal: int(context.context_id or 0)
            for proposal, context in by_proposal.items()
            if context.result == 0 and str(context.transfer_syntax[0]) == proposal[1]
        }
    except Exception as error:  # noqa: BLE001 - the boundary to foreign bytes: their decoder raises whatever it meets
        raise ConnectionLostError(type(error).__name__) from None
    if 0 < most < SHORTEST_PDU:
        raise ConnectionLostError("PDUs as short as that carry nothing")
    return MappingProxyType(accepted), MappingProxyType(results), most


def _rejection(pdu: bytes, destination: Destination) -> PeerRejectedError:
    try:
        decoded = A_ASSOCIATE_RJ()
        decoded.decode(pdu)
        result, reason = int(decoded.result or 0), decoded.reason_str
    except Exception:  # noqa: BLE001 - as above
        result, reason = 0, "without a known reason"
    kind = PeerBusyError if result == _TRANSIENT else PeerRejectedError
    return kind(f"{destination} rejected the association: {reason}")
