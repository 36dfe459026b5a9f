"""Whether an association is accepted, and on what terms (PS3.8 7.1, PS3.7 Annex D), with pynetdicom's codec."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    AsynchronousOperationsWindowNegotiation,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
)
from pynetdicom.presentation import PresentationContext, negotiate_as_acceptor

from dicom_node.pseudonymisation.marks import VERSION
from dicom_node.pseudonymisation.part10 import IMPLEMENTATION_CLASS_UID
from dicom_node.uids import is_uid
from dicom_node.upper_layer.pdus import (
    APPLICATION_CONTEXT,
    CALLED_AE_TITLE,
    CALLING_AE_TITLE,
    PROTOCOL_VERSION,
    Rejection,
)

APPLICATION_CONTEXT_NAME = "1.2.840.10008.3.1.1.1"
_ACCEPTED = 0
_PROTOCOL_VERSION_1 = 1
_PADDING = " \0"
_TITLES = slice(10, 42)
"""Called and calling AE title in an A-ASSOCIATE-RQ (PS3.8 Table 9-11)."""

_FIXED_BYTES = 74
_USER_INFORMATION = 0x50
_NUMBERS = frozenset({0x51, 0x53})
"""Maximum length and asynchronous operations window (PS3.7 D.3.3)."""

_NUMBER_BYTES = 4
_ROLE_SELECTION = 0x54
_CONTEXT, _CONTEXT_HEADER, _ABSTRACT_SYNTAX = 0x20, 4, 0x30


class MalformedRequestError(Exception):
    """The bytes are no A-ASSOCIATE-RQ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an acceptor agrees to."""

    ae_title: str
    contexts: Sequence[PresentationContext]
    maximum_length: int
    """Of PDUs that it takes, in bytes."""
    calling_ae_titles: Collection[str] = ()
    """Who may call; empty: anybody."""


@dataclass(frozen=True, slots=True)
class Context:
    """An accepted presentation context."""

    abstract_syntax: str
    transfer_syntax: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a peer asks for."""

    calling_ae_title: str
    called_ae_title: str
    maximum_length: int
    """Of PDUs that it takes, in bytes; 0: any."""
    rejection: Rejection | None
    """Why it is not accepted."""
    primitive: A_ASSOCIATE = field(repr=False)


def read_request(pdu: bytes, terms: Terms) -> Request:
    """An A-ASSOCIATE-RQ, judged. Raises MalformedRequestError."""
    try:
        decoded = A_ASSOCIATE_RQ()
        decoded.decode(_understood(pdu))
        primitive = decoded.to_primitive()
        calling, called = primitive.calling_ae_title.strip(_PADDING), primitive.called_ae_title.strip(_PADDING)
        maximum = int(primitive.maximum_length_received or 0)
    except Exception as error:  # noqa: BLE001 - the boundary to hostile bytes: its decoder raises whatever it meets
        raise MalformedRequestError(type(error).__name__) from None
    return Request(
        calling_ae_title=calling,
        called_ae_title=called,
        maximum_length=maximum,
        rejection=_rejection(decoded, calling, called, terms),
        primitive=primitive,
    )


def _understood(pdu: bytes) -> bytes:
    """The request without what an acceptor ignores (PS3.7 D.2) and a strict decoder stumbles over.

    AE titles padded with zeros are padded with spaces; of the user information what we act on stays.
    """
    titles = pdu[_TITLES].replace(b"\0", b" ")
    items = []
    ids: set[int] = set()
    for kind, content in _items(pdu[_FIXED_BYTES:]):
        if kind == _USER_INFORMATION:
            items.append(_item(kind, _information(content)))
        elif kind != _CONTEXT:
            items.append(_item(kind, content))
        elif _is_context(content) and content[0] not in ids:
            items.append(_item(kind, content))
            ids.add(content[0])
    body = pdu[_TITLES.stop : _FIXED_BYTES] + b"".join(items)
    fixed = pdu[6 : _TITLES.start] + titles
    return pdu[:2] + (len(fixed) + len(body)).to_bytes(4, "big") + fixed + body


def _information(content: bytes) -> bytes:
    """Of the user information, the sub-items that we act on and that are what they should be."""
    return b"".join(_item(kind, value) for kind, value in _items(content) if _is_acted_on(kind, value))


def _is_acted_on(kind: int, value: bytes) -> bool:
    if kind == _ROLE_SELECTION:
        length = int.from_bytes(value[:2], "big")
        return len(value) == length + 4 and is_uid(_text(value[2 : 2 + length]))
    return kind in _NUMBERS and len(value) == _NUMBER_BYTES


def _is_context(content: bytes) -> bool:
    """Whether a presentation context proposes one abstract syntax in transfer syntaxes, all of them UIDs."""
    syntaxes = list(_items(content[_CONTEXT_HEADER:]))
    abstract = [value for kind, value in syntaxes if kind == _ABSTRACT_SYNTAX]
    are_uids = all(is_uid(_text(value)) for kind, value in syntaxes)
    return len(abstract) == 1 and len(syntaxes) > 1 and are_uids


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(_PADDING)


def _items(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of the items of a PDU. Raises ValueError when one is cut off."""
    position = 0
    while position < len(content):
        end = position + 4 + int.from_bytes(content[position + 2 : position + 4], "big")
        if position + 4 > len(content) or end > len(content):
            raise ValueError("an item is cut off")
        yield content[position], content[position + 4 : end]
        position = end


def _item(kind: int, content: bytes) -> bytes:
    return bytes((kind, 0)) + len(content).to_bytes(2, "big") + content


def accept(request: Request, terms: Terms) -> tuple[Mapping[int, Context], bytes]:
    """The presentation contexts that hold by their ids, and the A-ASSOCIATE-AC that says so.

    Raises MalformedRequestError.
    """
    try:
        return _accept(request, terms)
    except Exception as error:  # noqa: BLE001 - as above: what was decoded may still be no request
        raise MalformedRequestError(type(error).__name__) from None


def _accept(request: Request, terms: Terms) -> tuple[Mapping[int, Context], bytes]:
    asked = request.primitive
    roles = {
        UID(str(item.sop_class_uid)): (item.scu_role, item.scp_role)
        for item in asked.user_information
        if isinstance(item, SCP_SCU_RoleSelectionNegotiation)
    }
    results, role_items = negotiate_as_acceptor(
        asked.presentation_context_definition_list, list(terms.contexts), roles or None
    )
    contexts = {
        int(result.context_id or 0): Context(str(result.abstract_syntax), str(result.transfer_syntax[0]))
        for result in results
        if result.result == _ACCEPTED
    }
    return contexts, _acceptance(request, terms, results, role_items)


def _rejection(decoded: A_ASSOCIATE_RQ, calling: str, called: str, terms: Terms) -> Rejection | None:
    if not int(decoded.protocol_version) & _PROTOCOL_VERSION_1:
        return PROTOCOL_VERSION
    if str(decoded.application_context_name) != APPLICATION_CONTEXT_NAME:
        return APPLICATION_CONTEXT
    if called != terms.ae_title:
        return CALLED_AE_TITLE
    if terms.calling_ae_titles and calling not in terms.calling_ae_titles:
        return CALLING_AE_TITLE
    return None


def _acceptance(
    request: Request,
    terms: Terms,
    results: list[PresentationContext],
    role_items: list[SCP_SCU_RoleSelectionNegotiation],
) -> bytes:
    asked, primitive = request.primitive, A_ASSOCIATE()
    primitive.application_context_name = UID(APPLICATION_CONTEXT_NAME)
    primitive.calling_ae_title = asked.calling_ae_title
    primitive.called_ae_title = asked.called_ae_title
    primitive.result, primitive.result_source = 0, 1
    primitive.presentation_context_definition_results_list = results
    maximum, implementation, version = (
        MaximumLengthNotification(),
        ImplementationClassUIDNotification(),
        ImplementationVersionNameNotification(),
    )
    maximum.maximum_length_received = terms.maximum_length
    implementation.implementation_class_uid = UID(IMPLEMENTATION_CLASS_UID)
    version.implementation_version_name = f"OSTEON_{VERSION}"[:16]
    primitive.user_information = [maximum, implementation, version, *_one_at_a_time(asked), *role_items]
    pdu = A_ASSOCIATE_AC()
    pdu.from_primitive(primitive)
    return pdu.encode()


def _one_at_a_time(asked: A_ASSOCIATE) -> list[AsynchronousOperationsWindowNegotiation]:
    """Who offers several operations at a time is told that there is one (PS3.7 D.3.3.3)."""
    if not any(isinstance(item, AsynchronousOperationsWindowNegotiation) for item in asked.user_information):
        return []
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = window.maximum_number_operations_performed = 1
    return [window]
