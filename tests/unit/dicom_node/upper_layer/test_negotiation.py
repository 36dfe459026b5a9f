"""Whether an association is accepted and on what terms, as another implementation reads it."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_items import UserInformationItem
from pynetdicom.pdu_primitives import AsynchronousOperationsWindowNegotiation, SCP_SCU_RoleSelectionNegotiation
from pynetdicom.presentation import negotiate_as_acceptor

from dicom_node.contexts import accepted_contexts
from dicom_node.pseudonymisation.part10 import IMPLEMENTATION_CLASS_UID
from dicom_node.upper_layer.negotiation import Context, MalformedRequestError, Terms, accept, read_request
from tests.builders.peer import ANNOUNCED, ASSOCIATE_RQ, CT, EXPLICIT, IMPLICIT, MR, VERIFICATION, associate_rq, pdu

TERMS = Terms(ae_title="OSTEON", contexts=accepted_contexts(), maximum_length=ANNOUNCED)
JPEG_2000, BIG_ENDIAN, MPEG_4 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.102"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"


def accepted(pdu: bytes, terms: Terms = TERMS) -> tuple[Mapping[int, Context], A_ASSOCIATE_AC]:
    contexts, answer = accept(read_request(pdu, terms), terms)
    decoded = A_ASSOCIATE_AC()
    decoded.decode(answer)
    assert struct.unpack_from(">BxI", answer) == (2, len(answer) - 6)
    return contexts, decoded


def information(answer: A_ASSOCIATE_AC) -> UserInformationItem:
    assert answer.user_information is not None
    return answer.user_information


def test_a_request_tells_who_calls_whom_and_how_much_it_takes() -> None:
    request = read_request(associate_rq(calling="ARCHIVE", maximum=4096), TERMS)
    assert (request.calling_ae_title, request.called_ae_title, request.maximum_length) == ("ARCHIVE", "OSTEON", 4096)
    assert request.rejection is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"called": "OSTEO"}, (1, 1, 7)),
        ({"called": "osteon"}, (1, 1, 7)),
        ({"called": "OSTEON2"}, (1, 1, 7)),
        ({"application_context": "1.2.840.10008.3.1.1.2"}, (1, 1, 2)),
        ({"protocol_version": 0}, (1, 2, 2)),
        ({"protocol_version": 2}, (1, 2, 2)),
        ({"protocol_version": 3}, None),
        ({"protocol_version": 0xFFFF}, None),
    ],
)
def test_what_is_not_for_us_is_rejected(changes: dict[str, Any], why: tuple[int, int, int] | None) -> None:
    """PS3.8 Table 9-11: of the protocol version only bit 0 is tested; AE titles are compared with case."""
    assert read_request(associate_rq(**changes), TERMS).rejection == why


@pytest.mark.parametrize(("caller", "why"), [("PACS", None), ("OTHER", (1, 1, 3))])
def test_who_is_not_on_the_list_of_callers_is_rejected(caller: str, why: tuple[int, int, int] | None) -> None:
    terms = Terms(ae_title="OSTEON", contexts=accepted_contexts(), maximum_length=1, calling_ae_titles={"PACS"})
    assert read_request(associate_rq(calling=caller), terms).rejection == why


@pytest.mark.parametrize("padding", [b"OSTEON          ", b"  OSTEON        ", b"OSTEON\0\0\0\0\0\0\0\0\0\0"])
def test_spaces_around_an_ae_title_do_not_count(padding: bytes) -> None:
    """PS3.8 Table 9-11: leading and trailing spaces are not significant. Some senders pad with zeros."""
    request = bytearray(associate_rq())
    request[10:26] = padding
    assert read_request(bytes(request), TERMS).rejection is None


@pytest.mark.parametrize(
    ("proposed", "expected"),
    [
        pytest.param([IMPLICIT, EXPLICIT], EXPLICIT, id="what is easier for us, of several"),
        pytest.param([JPEG_2000], JPEG_2000, id="a compressed one alone"),
        pytest.param([MPEG_4, BIG_ENDIAN], BIG_ENDIAN, id="the one that is known"),
        pytest.param([MPEG_4], None, id="none that is known"),
    ],
)
def test_a_context_is_accepted_in_one_transfer_syntax(proposed: list[str], expected: str | None) -> None:
    contexts, answer = accepted(associate_rq({11: (CT, proposed)}))
    assert contexts == ({} if expected is None else {11: Context(CT, expected)})
    (item,) = answer.presentation_context
    assert item.presentation_context_id == 11
    assert item.result == (4 if expected is None else 0)
    assert expected is None or item.transfer_syntax == expected


def test_every_proposed_context_is_answered_one_by_one() -> None:
    proposed: dict[int, tuple[str, Sequence[str]]] = {
        1: (CT, [EXPLICIT]),
        3: (CT, [JPEG_2000]),
        5: (SECONDARY_CAPTURE, [EXPLICIT]),
        7: (VERIFICATION, [IMPLICIT]),
        9: (MR, ["1.2.3"]),
    }
    contexts, answer = accepted(associate_rq(proposed))
    assert contexts == {
        1: Context(CT, EXPLICIT),
        3: Context(CT, JPEG_2000),
        7: Context(VERIFICATION, IMPLICIT),
    }
    given_back = {item.presentation_context_id: item.result for item in answer.presentation_context}
    assert given_back == {1: 0, 3: 0, 5: 3, 7: 0, 9: 4}


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.integers(0, 127).map(lambda number: 2 * number + 1),
        st.tuples(
            st.sampled_from([CT, MR, VERIFICATION, SECONDARY_CAPTURE, "1.2.3", "1.2.840.10008.5.1.4.1.1.1"]),
            st.lists(st.sampled_from([EXPLICIT, IMPLICIT, MPEG_4, "2.25.7"]), min_size=1, max_size=4, unique=True),
        ),
        min_size=1,
        max_size=128,
    )
)
def test_what_is_proposed_is_answered_as_pynetdicom_answers_it(proposed: dict[int, tuple[str, list[str]]]) -> None:
    """Contexts of classes that we do not take are answered without it, and must not be told from the others."""
    request = associate_rq(proposed)
    asked = A_ASSOCIATE_RQ()
    asked.decode(request)
    expected, _ = negotiate_as_acceptor(
        asked.to_primitive().presentation_context_definition_list, list(accepted_contexts())
    )
    _, answer = accepted(request)
    assert [
        (item.presentation_context_id, item.result, item.transfer_syntax) for item in answer.presentation_context
    ] == [(context.context_id, context.result, context.transfer_syntax[0]) for context in expected]


def test_who_proposes_nothing_that_we_take_is_answered_all_the_same() -> None:
    contexts, answer = accepted(associate_rq({1: (SECONDARY_CAPTURE, [EXPLICIT]), 3: ("1.2.3", [IMPLICIT])}))
    assert not contexts
    assert {item.presentation_context_id: item.result for item in answer.presentation_context} == {1: 3, 3: 3}


def test_all_128_contexts_are_accepted() -> None:
    contexts, _ = accepted(associate_rq({number: (CT, [EXPLICIT]) for number in range(1, 256, 2)}))
    assert len(contexts) == 128


def test_the_answer_gives_titles_back_and_says_what_we_take_and_are() -> None:
    request = associate_rq(calling="ARCHIVE")
    _, answer = accept(read_request(request, TERMS), TERMS)
    assert answer[10:42] == request[10:42]
    _, decoded = accepted(request)
    assert decoded.application_context_name == "1.2.840.10008.3.1.1.1"
    found = information(decoded)
    assert (found.maximum_length, found.implementation_class_uid) == (ANNOUNCED, IMPLEMENTATION_CLASS_UID)
    assert (found.implementation_version_name or "").startswith("OSTEON_")


@pytest.mark.parametrize(("invoked", "performed"), [(0, 0), (1, 1), (8, 2)])
def test_several_operations_at_a_time_are_declined(invoked: int, performed: int) -> None:
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked, window.maximum_number_operations_performed = invoked, performed
    _, answer = accepted(associate_rq(items=[window]))
    back = information(answer).async_ops_window
    assert back is not None
    assert (back.maximum_number_operations_invoked, back.maximum_number_operations_performed) == (1, 1)


def test_who_does_not_ask_for_a_window_gets_none() -> None:
    """PS3.7 D.3.3.3: only what was proposed may be answered."""
    _, answer = accepted(associate_rq())
    assert information(answer).async_ops_window is None
    assert not information(answer).role_selection


@pytest.mark.parametrize(("scu", "scp"), [(True, False), (True, True)])
def test_a_sender_stays_a_sender_whatever_else_it_offers_to_be(scu: bool, scp: bool) -> None:
    item = SCP_SCU_RoleSelectionNegotiation()
    item.sop_class_uid, item.scu_role, item.scp_role = UID(CT), scu, scp
    contexts, answer = accepted(associate_rq(items=[item]))
    assert contexts[1] == Context(CT, EXPLICIT)
    for back in information(answer).role_selection.values():
        assert (back.scu_role, back.scp_role) == (1, 0)


@pytest.mark.parametrize("length", [0, 1, 68, 74, 80, 120, 200])
def test_a_request_cut_short_is_malformed_or_asks_for_less_but_breaks_nothing(length: int) -> None:
    whole = associate_rq()
    try:
        request = read_request(pdu(ASSOCIATE_RQ, whole[6 : 6 + length]), TERMS)
    except MalformedRequestError:
        return
    if request.rejection is None:
        accept(request, TERMS)


def items_of(request: bytes) -> list[bytes]:
    """The variable items of an A-ASSOCIATE-RQ (PS3.8 9.3.2)."""
    rest, found = request[74:], []
    while rest:
        length = 4 + int.from_bytes(rest[2:4], "big")
        found.append(rest[:length])
        rest = rest[length:]
    return found


def with_items(items: Sequence[bytes]) -> bytes:
    return pdu(ASSOCIATE_RQ, associate_rq()[6:74] + b"".join(items))


APPLICATION, CONTEXT, ECHO, USER = items_of(associate_rq())
NO_SYNTAXES = b"\x20\0" + (4).to_bytes(2, "big") + b"\1\0\0\0"
NO_TRANSFER_SYNTAX = CONTEXT[:2] + (8 + len(CT)).to_bytes(2, "big") + CONTEXT[4 : 12 + len(CT)]


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([APPLICATION, USER], id="no presentation context"),
        pytest.param([CONTEXT, USER], id="no application context"),
        pytest.param([APPLICATION, CONTEXT], id="no user information"),
        pytest.param([APPLICATION, CONTEXT, CONTEXT, USER], id="a context twice"),
        pytest.param([APPLICATION, CONTEXT, ECHO[:4] + CONTEXT[4:5] + ECHO[5:], USER], id="one id for two contexts"),
        pytest.param([APPLICATION, CONTEXT[:4] + b"\2" + CONTEXT[5:], USER], id="an even context id"),
        pytest.param([APPLICATION, CONTEXT[:4] + b"\0" + CONTEXT[5:], USER], id="context id 0"),
        pytest.param([APPLICATION, NO_SYNTAXES, USER], id="a context without syntaxes"),
        pytest.param([APPLICATION, NO_TRANSFER_SYNTAX, USER], id="a context without transfer syntaxes"),
        pytest.param([APPLICATION, CONTEXT, USER, USER], id="user information twice"),
        pytest.param([USER, CONTEXT, APPLICATION], id="another order"),
        pytest.param([b"\x99\0\0\2ab", APPLICATION, CONTEXT, USER], id="an unknown item"),
    ],
)
def test_a_strange_request_is_malformed_or_judged_but_breaks_nothing(items: list[bytes]) -> None:
    try:
        request = read_request(with_items(items), TERMS)
    except MalformedRequestError:
        return
    if request.rejection is None:
        _, answer = accept(request, TERMS)
        A_ASSOCIATE_AC().decode(answer)


def user_information(*more: bytes) -> bytes:
    content = USER[4:] + b"".join(more)
    return USER[:2] + len(content).to_bytes(2, "big") + content


def sub_item(kind: int, content: bytes) -> bytes:
    return bytes((kind, 0)) + len(content).to_bytes(2, "big") + content


@pytest.mark.parametrize("kind", [0x5A, 0x60, 0xFF])
def test_user_information_of_a_kind_that_is_not_known_is_ignored(kind: int) -> None:
    """PS3.8 D.2: an acceptor of an earlier edition ignores it, and does not reject the association for it."""
    contexts, _ = accepted(with_items([APPLICATION, CONTEXT, user_information(sub_item(kind, b"abcd"))]))
    assert contexts == {1: Context(CT, EXPLICIT)}


@pytest.mark.parametrize("name", [b"SCANNER\0", b"SCANNER_OF_17_BYTES", b"\xc9CHO", b"", b"A B  "])
def test_a_strange_name_of_the_senders_software_is_no_reason_to_turn_it_away(name: bytes) -> None:
    contexts, _ = accepted(with_items([APPLICATION, CONTEXT, user_information(sub_item(0x55, name))]))
    assert contexts == {1: Context(CT, EXPLICIT)}


def test_a_context_whose_name_is_no_uid_does_not_cost_the_others() -> None:
    long = sub_item(0x30, b"1.2" * 30) + sub_item(0x40, EXPLICIT.encode())
    strange = sub_item(0x20, b"\7\0\0\0" + long)
    contexts, _ = accepted(with_items([APPLICATION, CONTEXT, strange, USER]))
    assert contexts == {1: Context(CT, EXPLICIT)}


@pytest.mark.parametrize("abstract", [CT, SECONDARY_CAPTURE])
@pytest.mark.parametrize(
    "context",
    [
        pytest.param(b"\2\0\0\0{abstract}{transfer}", id="an even id"),
        pytest.param(b"\0\0\0\0{abstract}{transfer}", id="id 0"),
        pytest.param(b"\1\0\0\0{abstract}{other}{transfer}", id="an item of another kind"),
    ],
)
def test_a_context_that_breaks_the_rules_is_malformed_whether_we_take_its_class_or_not(
    context: bytes, abstract: str
) -> None:
    """PS3.8 9.3.2.2: ids are odd, and there are no other sub-items."""
    pieces = {
        b"{abstract}": sub_item(0x30, abstract.encode()),
        b"{other}": sub_item(0x41, b"1.2.3"),
        b"{transfer}": sub_item(0x40, EXPLICIT.encode()),
    }
    for name, piece in pieces.items():
        context = context.replace(name, piece)
    with pytest.raises(MalformedRequestError):
        read_request(with_items([APPLICATION, sub_item(0x20, context), USER]), TERMS)


def test_two_contexts_under_one_id_are_not_both_accepted() -> None:
    """PS3.8 7.1.1.13: an id is used once in a request. What came on it could be either."""
    both = [APPLICATION, CONTEXT, ECHO[:4] + CONTEXT[4:5] + ECHO[5:], USER]
    try:
        _, answer = accepted(with_items(both))
    except MalformedRequestError:
        return
    assert [item.result for item in answer.presentation_context].count(0) <= 1


SAMPLES = (associate_rq(), associate_rq({1: (CT, [EXPLICIT, IMPLICIT, JPEG_2000]), 3: (MR, [IMPLICIT])}))


@settings(max_examples=500, derandomize=True, deadline=None)
@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(6, 400), st.binary(min_size=1, max_size=4)), max_size=4)
)
def test_a_damaged_request_is_malformed_or_judged_but_breaks_nothing(
    sample: bytes, changes: list[tuple[int, bytes]]
) -> None:
    damaged = bytearray(sample)
    for at, new in changes:
        place = 6 + at % (len(sample) - 6)
        damaged[place : place + len(new)] = new
    try:
        request = read_request(bytes(damaged), TERMS)
    except MalformedRequestError:
        return
    if request.rejection is None:
        accept(request, TERMS)
