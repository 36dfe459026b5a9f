"""A DICOM sender of our own on a raw socket: it sends any bytes, legal or not, and takes the answers apart itself.

Only the A-ASSOCIATE-RQ is pynetdicom's work; commands and P-DATA-TF are written here from PS3.7 6.3 and PS3.8 9.3.5.
`tiny_ct` is something to send; `KeepingDoor` is a door that keeps what comes in, as it came; `listening` is a
listener for the length of a test.
"""

import socket
import ssl
import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType, TracebackType
from typing import Any

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian
from pynetdicom.pdu import A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import A_ASSOCIATE, ImplementationClassUIDNotification, MaximumLengthNotification
from pynetdicom.presentation import build_context

from dicom_node.access import Access
from dicom_node.door import Arrival, Begun, Door, Outcome
from dicom_node.journal import Journal
from dicom_node.listener import Listener
from dicom_node.open_associations import OpenAssociations
from dicom_node.upper_layer.service import Limits
from storage.ledger_records import AssociationSummary

CT = "1.2.840.10008.5.1.4.1.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
VERIFICATION = "1.2.840.10008.1.1"
STORAGE_COMMITMENT = "1.2.840.10008.1.20.1"
EXPLICIT = "1.2.840.10008.1.2.1"
IMPLICIT = "1.2.840.10008.1.2"

ASSOCIATE_RQ, ASSOCIATE_AC, ASSOCIATE_RJ, P_DATA, RELEASE_RQ, RELEASE_RP, ABORT = range(1, 8)
DATA, COMMAND, LAST_DATA, LAST_COMMAND = range(4)
C_STORE, C_ECHO, C_FIND, C_CANCEL, N_ACTION = 0x0001, 0x0030, 0x0020, 0x0FFF, 0x0130
RESPONSE = 0x8000
NO_DATA_SET, WITH_DATA_SET = 0x0101, 0x0001

ANNOUNCED = 131_072
"""Bytes of a PDU that the listener announces."""

CONTEXTS: Mapping[int, tuple[str, Sequence[str]]] = MappingProxyType(
    {1: (CT, (EXPLICIT,)), 3: (VERIFICATION, (IMPLICIT,))}
)
_PDU, _PDV, _ELEMENT = struct.Struct(">BxI"), struct.Struct(">IBB"), struct.Struct("<HHI")


def associate_rq(
    contexts: Mapping[int, tuple[str, Sequence[str]]] = CONTEXTS,
    *,
    called: str = "OSTEON",
    calling: str = "PACS",
    maximum: int = 16_384,
    items: Sequence[Any] = (),
    application_context: str = "1.2.840.10008.3.1.1.1",
    protocol_version: int = 1,
) -> bytes:
    """A-ASSOCIATE-RQ. `contexts`: abstract syntax and transfer syntaxes by id; `items`: more user information."""
    primitive, longest, implementation = (
        A_ASSOCIATE(),
        MaximumLengthNotification(),
        ImplementationClassUIDNotification(),
    )
    primitive.application_context_name = UID(application_context)
    primitive.calling_ae_title, primitive.called_ae_title = calling, called
    proposed = []
    for number, (abstract_syntax, transfer_syntaxes) in contexts.items():
        context = build_context(abstract_syntax, list(transfer_syntaxes))
        context.context_id = number
        proposed.append(context)
    primitive.presentation_context_definition_list = proposed
    longest.maximum_length_received = maximum
    implementation.implementation_class_uid = UID("1.2.826.0.1.3680043.9.9999")
    primitive.user_information = [longest, implementation, *items]
    request = A_ASSOCIATE_RQ()
    request.from_primitive(primitive)
    request.protocol_version = protocol_version
    return request.encode()


def pdu(kind: int, body: bytes) -> bytes:
    return _PDU.pack(kind, len(body)) + body


def pdv(content: bytes, control: int, context_id: int = 1) -> bytes:
    """A Presentation Data Value item. `control`: DATA, COMMAND, LAST_DATA, LAST_COMMAND."""
    return _PDV.pack(len(content) + 2, context_id, control) + content


def p_data(*items: bytes) -> bytes:
    return pdu(P_DATA, b"".join(items))


def abort() -> bytes:
    """A-ABORT by the service user."""
    return pdu(ABORT, bytes(4))


def release() -> bytes:
    return pdu(RELEASE_RQ, bytes(4))


def command_set(elements: Mapping[int, bytes]) -> bytes:
    """A command set of these elements of group 0000, and its length."""
    body = b"".join(_ELEMENT.pack(0, number, len(value)) + value for number, value in sorted(elements.items()))
    return _ELEMENT.pack(0, 0, 4) + struct.pack("<I", len(body)) + body


def us(number: int) -> bytes:
    return struct.pack("<H", number)


def ui(uid: str) -> bytes:
    return uid.encode("ascii") + b"\0" * (len(uid) % 2)


def store_rq(instance_uid: str, message_id: int = 1, class_uid: str = CT) -> bytes:
    """The command set of a C-STORE-RQ (PS3.7 9.3.1.1)."""
    return command_set(
        {
            0x0002: ui(class_uid),
            0x0100: us(C_STORE),
            0x0110: us(message_id),
            0x0700: us(0),
            0x0800: us(WITH_DATA_SET),
            0x1000: ui(instance_uid),
        }
    )


def echo_rq(message_id: int = 1) -> bytes:
    return plain_rq(C_ECHO, message_id)


def plain_rq(field: int, message_id: int = 1, class_uid: str = VERIFICATION) -> bytes:
    """A request without a data set."""
    return command_set({0x0002: ui(class_uid), 0x0100: us(field), 0x0110: us(message_id), 0x0800: us(NO_DATA_SET)})


def cut(content: bytes, size: int) -> Iterator[bytes]:
    """`content` in pieces of `size` bytes."""
    return (content[at : at + size] for at in range(0, len(content), size))


def fragments(content: bytes, size: int, control: int, context_id: int = 1) -> list[bytes]:
    """PDVs of at most `size` bytes; the last says that it is. `control`: DATA or COMMAND."""
    pieces = list(cut(content, size))
    return [
        pdv(piece, control | (LAST_DATA if number == len(pieces) else 0), context_id)
        for number, piece in enumerate(pieces, start=1)
    ]


def message(command: bytes, data_set: bytes, context_id: int = 1, size: int = 16_378) -> list[bytes]:
    """A request and its data set as most senders send them: PDUs of one PDV each."""
    return [
        p_data(item)
        for item in (*fragments(command, size, COMMAND, context_id), *fragments(data_set, size, DATA, context_id))
    ]


def data_set_of(file: bytes) -> bytes:
    """What follows the file meta information (PS3.10 7.1)."""
    (length,) = struct.unpack_from("<I", file, 128 + 4 + 8)
    return file[128 + 4 + 12 + length :]


@dataclass(frozen=True, slots=True)
class Pdu:
    """A PDU that came."""

    kind: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """A DIMSE response that came."""

    context_id: int
    elements: Mapping[int, bytes]
    pdu_lengths: tuple[int, ...]
    fragment_lengths: tuple[int, ...]

    @property
    def status(self) -> int:
        return self._number(0x0900)

    @property
    def field(self) -> int:
        return self._number(0x0100)

    @property
    def message_id(self) -> int:
        """Message ID Being Responded To."""
        return self._number(0x0120)

    def text(self, element: int) -> str:
        return self.elements[element].decode("ascii").rstrip("\0 ")

    def _number(self, element: int) -> int:
        number: int = struct.unpack("<H", self.elements[element])[0]
        return number


class Peer:
    """One connection. Sends at once (TCP_NODELAY); waits for an answer, but not for ever."""

    def __init__(self, port: int, host: str = "127.0.0.1", seconds: float = 15.0, *, source: str | None = None) -> None:
        """`source`: the address that it comes from."""
        self.socket = socket.create_connection((host, port), seconds, (source, 0) if source else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def send(self, *pieces: bytes) -> None:
        """Each piece in a call of its own."""
        for piece in pieces:
            self.socket.sendall(piece)

    def receive(self) -> Pdu | None:
        """The next PDU; None when the connection is closed instead."""
        head = self._read(_PDU.size)
        if head is None:
            return None
        kind, length = _PDU.unpack(head)
        body = self._read(length)
        return None if body is None else Pdu(kind, body)

    def associate(self, request: bytes | None = None) -> Pdu | None:
        self.send(associate_rq() if request is None else request)
        return self.receive()

    def reply(self) -> Reply:
        """The next DIMSE response. Fails when something else comes."""
        command, pdus, pieces = b"", [], []
        while True:
            got = self.receive()
            assert got is not None, "closed instead of an answer"
            assert got.kind == P_DATA, f"a PDU of type {got.kind} instead of an answer: {got.body.hex()}"
            pdus.append(len(got.body))
            length, context_id, control = _PDV.unpack_from(got.body)
            assert length + 4 == len(got.body), "one PDV in a PDU"
            pieces.append(length - 2)
            command += got.body[_PDV.size :]
            if control == LAST_COMMAND:
                return Reply(context_id, elements_of(command), tuple(pdus), tuple(pieces))
            assert control == COMMAND

    def store(self, instance_uid: str, data_set: bytes, message_id: int = 1, context_id: int = 1) -> Reply:
        """C-STORE in the usual way."""
        self.send(*message(store_rq(instance_uid, message_id), data_set, context_id))
        return self.reply()

    def echo(self, message_id: int = 1, context_id: int = 3) -> Reply:
        self.send(p_data(pdv(echo_rq(message_id), LAST_COMMAND, context_id)))
        return self.reply()

    def release(self) -> bool:
        """Whether the answer is A-RELEASE-RP."""
        self.send(release())
        got = self.receive()
        return got == Pdu(RELEASE_RP, bytes(4))

    def close(self) -> None:
        self.socket.close()

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _read(self, size: int) -> bytes | None:
        content = b""
        while len(content) < size:
            piece = self.socket.recv(size - len(content))
            if not piece:
                return None
            content += piece
        return content


def elements_of(command: bytes) -> dict[int, bytes]:
    """A command set taken apart. Fails when it is not legal: order, group, even lengths and group length."""
    values: dict[int, bytes] = {}
    position = 0
    while position < len(command):
        group, number, length = _ELEMENT.unpack_from(command, position)
        position += _ELEMENT.size + length
        assert group == 0
        assert length % 2 == 0
        assert position <= len(command)
        assert number > max(values, default=-1), "elements in ascending order"
        values[number] = command[position - length : position]
    assert struct.unpack("<I", values.pop(0)) == (len(command) - 12,)
    return values


def tiny_ct(instance_uid: str = "1.2.3.4") -> bytes:
    """A CT of four pixels as a file."""
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = CT, instance_uid
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.3"
    dataset.PatientID, dataset.Modality = "123", "CT"
    dataset.Rows = dataset.Columns = 2
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, 16, 15
    dataset.PixelData = bytes(range(8))
    dataset["PixelData"].VR = "OW"
    dataset.ensure_file_meta()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


class KeepingDoor(Door):
    """Takes everything in and keeps it as it came."""

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []

    def begin(self, arrival: Arrival) -> Begun | None:  # noqa: ARG002 - a door's signature
        """Nothing can be said of an object before all of it has come."""
        return None

    def receive(self, arrival: Arrival, begun: Begun | None = None) -> Outcome:  # noqa: ARG002 - a door's signature
        self.arrivals.append(arrival)
        return Outcome.STORED

    def data_sets(self) -> list[bytes]:
        return [data_set_of(arrival.file) for arrival in self.arrivals]


STOP_SECONDS = 3.0


@contextmanager
def listening(
    door: Door,
    journal: Journal,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    *,
    access: Access | None = None,
    tls: ssl.SSLContext | None = None,
    notes: OpenAssociations | None = None,
) -> Iterator[int]:
    """The port of a listener."""
    listener = Listener(
        door=door,
        journal=journal,
        ae_title="OSTEON",
        host=host,
        port=0,
        limits=limits,
        access=access,
        tls=tls,
        notes=notes,
    )
    port = listener.start()
    try:
        yield port
    finally:
        listener.stop(STOP_SECONDS)


def sums(journal: Journal) -> Counter[tuple[str, int, int, int, int, int]]:
    """How many associations ended how, with how many objects received, stored, duplicate, quarantined and refused."""
    return Counter(
        (fact.outcome, fact.received, fact.stored, fact.duplicates, fact.quarantined, fact.refused)
        for _, fact in journal.read()
        if isinstance(fact, AssociationSummary)
    )
