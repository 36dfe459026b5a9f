"""Whether an association is accepted, and on what terms (PS3.8 7.1, PS3.7 Annex D), with pynetdicom's codec."""

from collections.abc import Collection, Mapping, Sequence
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
from dicom_node.upper_layer.pdus import (
    APPLICATION_CONTEXT,
    CALLED_AE_TITLE,
    CALLING_AE_TITLE,
    PROTOCOL_VERSION,
    Rejection,
)
from dicom_node.upper_layer.proposals import PADDING, Unsupported, sifted, with_refusals

APPLICATION_CONTEXT_NAME = "1.2.840.10008.3.1.1.1"
_ACCEPTED = 0
_PROTOCOL_VERSION_1 = 1


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
    unsupported: Sequence[Unsupported] = ()
    """Proposed presentation contexts that are not in it: what we know nothing of need not be decoded."""


def read_request(pdu: bytes, terms: Terms) -> Request:
    """An A-ASSOCIATE-RQ, judged. Raises MalformedRequestError."""
    try:
        understood, unsupported = sifted(pdu, {str(context.abstract_syntax) for context in terms.contexts})
        decoded = A_ASSOCIATE_RQ()
        decoded.decode(understood)
        primitive = decoded.to_primitive()
        calling, called = primitive.calling_ae_title.strip(PADDING), primitive.called_ae_title.strip(PADDING)
        maximum = int(primitive.maximum_length_received or 0)
    except Exception as error:  # noqa: BLE001 - the boundary to hostile bytes: its decoder raises whatever it meets
        raise MalformedRequestError(type(error).__name__) from None
    return Request(
        calling_ae_title=calling,
        called_ae_title=called,
        maximum_length=maximum,
        rejection=_rejection(decoded, calling, called, terms),
        primitive=primitive,
        unsupported=unsupported,
    )


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
    return contexts, with_refusals(_acceptance(request, terms, results, role_items), request.unsupported)


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
