"""The upper layer as PS3.7 and PS3.8 say: negotiation, any legal fragmentation, answers, and every way to end."""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import UID
from pynetdicom.pdu import A_ASSOCIATE_AC
from pynetdicom.pdu_items import UserInformationItem
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SCP_SCU_RoleSelectionNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)

from tests.builders.door import Parts, VaultInMemory, ct, parts_in
from tests.builders.peer import (
    ABORT,
    ANNOUNCED,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    C_CANCEL,
    C_ECHO,
    C_FIND,
    C_STORE,
    COMMAND,
    CT,
    DATA,
    EXPLICIT,
    IMPLICIT,
    LAST_COMMAND,
    LAST_DATA,
    MR,
    N_ACTION,
    RELEASE_RP,
    RESPONSE,
    STORAGE_COMMITMENT,
    VERIFICATION,
    KeepingDoor,
    Pdu,
    Peer,
    abort,
    associate_rq,
    command_set,
    cut,
    data_set_of,
    echo_rq,
    fragments,
    listening,
    message,
    p_data,
    pdv,
    plain_rq,
    release,
    store_rq,
    sums,
    tiny_ct,
    ui,
    us,
)
from tests.services.processes import wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
UID_OF_TINY = "1.2.3.4"
TINY = data_set_of(tiny_ct())
UNRECOGNISED_OPERATION = 0x0211
PROVIDER, UNEXPECTED, INVALID_VALUE = 2, 2, 6


@pytest.fixture
def peer(port: int) -> Iterator[Peer]:
    """With an association."""
    with Peer(port) as made:
        answer = made.associate()
        assert answer is not None
        assert answer.kind == ASSOCIATE_AC
        yield made


@pytest.fixture(scope="module")
def kept() -> KeepingDoor:
    return KeepingDoor()


@pytest.fixture(scope="module")
def keeping_port(kept: KeepingDoor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a listener takes everything in and keeps it as it came."""
    journal = parts_in(tmp_path_factory.mktemp("journal")).journal
    with listening(kept, journal) as port:
        yield port


@pytest.fixture
def keeping_peer(keeping_port: int, kept: KeepingDoor) -> Iterator[Peer]:
    kept.arrivals.clear()
    with Peer(keeping_port) as made:
        made.associate(associate_rq({1: (CT, (EXPLICIT,)), 3: (VERIFICATION, (IMPLICIT,)), 5: (CT, (IMPLICIT,))}))
        yield made
        made.release()


def acceptance(answer: Pdu | None) -> A_ASSOCIATE_AC:
    """As pynetdicom reads it."""
    assert answer is not None
    assert answer.kind == ASSOCIATE_AC
    decoded = A_ASSOCIATE_AC()
    decoded.decode(bytes((answer.kind, 0)) + len(answer.body).to_bytes(4, "big") + answer.body)
    return decoded


def information(answer: Pdu | None) -> UserInformationItem:
    found = acceptance(answer).user_information
    assert found is not None
    return found


def results(answer: Pdu | None) -> dict[int, int]:
    """Result by presentation context id (PS3.8 Table 9-18)."""
    contexts = acceptance(answer).presentation_context
    return {int(item.presentation_context_id or 0): int(item.result or 0) for item in contexts}


# Fragmentation


@pytest.fixture(scope="module")
def vault() -> VaultInMemory:
    return VaultInMemory()


@pytest.fixture(scope="module")
def small_file() -> bytes:
    return ct()


@pytest.fixture(scope="module")
def usual(vault: VaultInMemory, small_file: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What is stored of `small_file` when it is sent in the usual way."""
    parts = parts_in(tmp_path_factory.mktemp("usual"), vault=vault)
    with listening(parts.door, parts.journal) as port, Peer(port) as peer:
        peer.associate()
        assert peer.store(uid_of(small_file), data_set_of(small_file)).status == 0
    return the_stored_one(parts)


def uid_of(file: bytes) -> str:
    return file[132:].split(b"\2\0\3\0UI")[1][2:66].split(b"\2\0")[0].rstrip(b"\0").decode("ascii")


def the_stored_one(parts: Parts) -> bytes:
    (place,) = parts.outbox.waiting()
    return parts.outbox.open(place).file


Way = Callable[[bytes, bytes], list[bytes]]


def grouped(items: list[bytes], most: int = ANNOUNCED) -> list[bytes]:
    """As many PDVs in each PDU as it can hold."""
    pdus, current = [], b""
    for item in items:
        if len(current) + len(item) > most:
            pdus.append(p_data(current))
            current = b""
        current += item
    return [*pdus, p_data(current)]


WAYS: dict[str, Way] = {
    "PDUs of the announced maximum": lambda command, data: message(command, data, size=ANNOUNCED - 6),
    "PDUs of 4 kB": lambda command, data: message(command, data, size=4096 - 6),
    "two bytes in a PDU": lambda command, data: [b"".join(message(command, data, size=2))],
    "one byte in a PDU": lambda command, data: [b"".join(message(command, data, size=1))],
    "one byte in a PDV, thousands of them in a PDU": lambda command, data: grouped(
        fragments(command, 1, COMMAND) + fragments(data, 1, DATA)
    ),
    "command and data set in one PDU": lambda command, data: [p_data(pdv(command, LAST_COMMAND), pdv(data, LAST_DATA))],
    "the command's end and the data set's beginning in one PDU": lambda command, data: [
        p_data(pdv(command[:50], COMMAND)),
        p_data(pdv(command[50:], LAST_COMMAND), pdv(data[:1000], DATA)),
        p_data(pdv(data[1000:], LAST_DATA)),
    ],
    "an empty last PDV after each": lambda command, data: [
        p_data(pdv(command, COMMAND)),
        p_data(pdv(b"", LAST_COMMAND)),
        p_data(pdv(data, DATA)),
        p_data(pdv(b"", LAST_DATA)),
    ],
    "empty PDVs in between": lambda command, data: [
        p_data(pdv(b"", COMMAND), pdv(command, LAST_COMMAND), pdv(b"", DATA), pdv(data[:999], DATA), pdv(b"", DATA)),
        p_data(pdv(b"", DATA), pdv(data[999:], LAST_DATA)),
    ],
    "one large segment": lambda command, data: [b"".join(message(command, data))],
    "TCP segments of 7 bytes": lambda command, data: list(cut(b"".join(message(command, data)), 7)),
    "a header in two TCP segments": lambda command, data: [
        piece for one in message(command, data) for piece in (one[:5], one[5:11], one[11:])
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_any_fragmentation_gives_the_same_stored_object(
    way: str, usual: bytes, small_file: bytes, vault: VaultInMemory, tmp_path: Path
) -> None:
    parts = parts_in(tmp_path, vault=vault)
    with listening(parts.door, parts.journal) as port, Peer(port) as peer:
        peer.associate()
        peer.send(*WAYS[way](store_rq(uid_of(small_file)), data_set_of(small_file)))
        assert peer.reply().status == 0
        assert peer.release()
    assert the_stored_one(parts) == usual


def test_pdus_of_exactly_the_announced_maximum_are_taken(keeping_peer: Peer, kept: KeepingDoor) -> None:
    large = os.urandom(3 * (ANNOUNCED - 6) + 17)
    sent = message(store_rq("1.2"), large, size=ANNOUNCED - 6)
    assert [len(one) for one in sent] == [len(sent[0]), *[ANNOUNCED + 6] * 3, 6 + 6 + 17]
    keeping_peer.send(*sent)
    assert keeping_peer.reply().status == 0
    assert kept.data_sets() == [large]


def test_the_maximum_that_is_announced_is_the_one_that_holds(port: int) -> None:
    with Peer(port) as peer:
        assert information(peer.associate()).maximum_length == ANNOUNCED


def test_a_conversation_sent_byte_by_byte_is_understood(kept: KeepingDoor, keeping_port: int) -> None:
    kept.arrivals.clear()
    conversation = b"".join([associate_rq(), *message(store_rq(UID_OF_TINY), TINY, size=64), release()])
    with Peer(keeping_port) as peer:
        peer.send(*cut(conversation, 1))
        answer = peer.receive()
        assert answer is not None
        assert answer.kind == ASSOCIATE_AC
        assert peer.reply().status == 0
        assert peer.receive() == Pdu(RELEASE_RP, bytes(4))
    assert kept.data_sets() == [TINY]


@settings(
    max_examples=120, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_messages_cut_and_grouped_by_chance_arrive_whole_and_in_order(
    data: st.DataObject, keeping_peer: Peer, kept: KeepingDoor
) -> None:
    kept.arrivals.clear()
    sent = data.draw(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4), label="data sets")
    items: list[bytes] = []
    for number, content in enumerate(sent):
        for one, control in ((store_rq(f"1.{number}", number), COMMAND), (content, DATA)):
            items += cut_by_chance(data, one, control, data.draw(st.sampled_from((1, 5))) if control == COMMAND else 0)
    stream = b"".join(grouped_by_chance(data, fixed_contexts(items)))
    at = sorted(data.draw(st.sets(st.integers(0, len(stream)), max_size=8), label="TCP segments"))
    keeping_peer.send(*(stream[start:end] for start, end in zip([0, *at], [*at, len(stream)], strict=True)))
    answers = [keeping_peer.reply() for _ in sent]
    assert [(answer.status, answer.message_id) for answer in answers] == [(0, number) for number in range(len(sent))]
    assert kept.data_sets() == sent


def cut_by_chance(data: st.DataObject, content: bytes, control: int, context_id: int) -> list[bytes]:
    at = sorted(data.draw(st.lists(st.integers(0, len(content)), max_size=5), label="fragments"))
    bounds = list(zip([0, *at], [*at, len(content)], strict=True))
    return [
        pdv(content[start:end], control | (LAST_DATA if number == len(bounds) else 0), context_id)
        for number, (start, end) in enumerate(bounds, start=1)
    ]


def fixed_contexts(items: list[bytes]) -> list[bytes]:
    """Data sets come on the context of their command."""
    context_id, fixed = 1, []
    for item in items:
        context_id = item[4] or context_id
        fixed.append(item[:4] + bytes((context_id,)) + item[5:])
    return fixed


def grouped_by_chance(data: st.DataObject, items: list[bytes]) -> Iterator[bytes]:
    while items:
        count = data.draw(st.integers(1, len(items)), label="PDVs in a PDU")
        yield p_data(*items[:count])
        items = items[count:]


def test_the_end_of_one_object_and_the_next_ones_command_may_share_a_pdu(keeping_peer: Peer, kept: KeepingDoor) -> None:
    keeping_peer.send(
        p_data(pdv(store_rq("1.1", 1), LAST_COMMAND), pdv(b"abcd", DATA)),
        p_data(pdv(b"efgh", LAST_DATA), pdv(store_rq("1.2", 2), LAST_COMMAND), pdv(b"ijkl", LAST_DATA)),
    )
    assert [keeping_peer.reply().message_id for _ in range(2)] == [1, 2]
    assert kept.data_sets() == [b"abcdefgh", b"ijkl"]


def test_presentation_contexts_may_change_from_message_to_message(keeping_peer: Peer, kept: KeepingDoor) -> None:
    contexts = [1, 5, 1, 5, 5]
    for number, context_id in enumerate(contexts):
        answer = keeping_peer.store(f"1.{number}", b"\0\0", number, context_id)
        assert (answer.context_id, answer.message_id) == (context_id, number)
    syntaxes = [arrival.file[128:].split(b"\2\0\x10\0UI")[1][2:22].split(b"\2\0")[0] for arrival in kept.arrivals]
    assert [syntax.rstrip(b"\0").decode() for syntax in syntaxes] == [
        EXPLICIT if context_id == 1 else IMPLICIT for context_id in contexts
    ]


# Requests other than C-STORE


def test_an_echo_may_come_between_objects(keeping_peer: Peer, kept: KeepingDoor) -> None:
    for number in range(3):
        assert keeping_peer.store(f"1.{number}", b"\0\0").status == 0
        echo = keeping_peer.echo(message_id=100 + number)
        assert (echo.status, echo.field, echo.message_id) == (0, C_ECHO | RESPONSE, 100 + number)
        assert echo.text(0x0002) == VERIFICATION
    assert len(kept.arrivals) == 3


def test_a_cancel_is_not_answered(peer: Peer) -> None:
    cancel = command_set({0x0100: us(C_CANCEL), 0x0120: us(7), 0x0800: us(0x0101)})
    peer.send(p_data(pdv(cancel, LAST_COMMAND)))
    assert peer.echo(message_id=8).message_id == 8


@pytest.mark.parametrize("field", [C_FIND, N_ACTION, 0x0140, 0x0150, 0x1234])
@pytest.mark.parametrize("data_set", [None, b"\0\0\0\0"], ids=["without a data set", "with one"])
def test_an_operation_that_is_not_ours_is_answered_and_the_association_goes_on(
    peer: Peer, field: int, data_set: bytes | None
) -> None:
    if data_set is None:
        peer.send(p_data(pdv(plain_rq(field, 9), LAST_COMMAND, 3)))
    else:
        command = command_set({0x0002: ui(CT), 0x0100: us(field), 0x0110: us(9), 0x0800: us(0)})
        peer.send(p_data(pdv(command, LAST_COMMAND)), p_data(pdv(data_set, LAST_DATA)))
    answer = peer.reply()
    assert (answer.status, answer.field, answer.message_id) == (UNRECOGNISED_OPERATION, field | RESPONSE, 9)
    assert peer.store(UID_OF_TINY, TINY).status == 0


def test_a_response_to_nothing_is_not_answered(peer: Peer) -> None:
    """Two programs that answer each other's answers would do so for ever."""
    answer = command_set(
        {0x0002: ui(CT), 0x0100: us(C_STORE | RESPONSE), 0x0120: us(1), 0x0800: us(0x0101), 0x0900: us(0)}
    )
    peer.send(p_data(pdv(answer, LAST_COMMAND)), p_data(pdv(echo_rq(5), LAST_COMMAND, 3)))
    got = peer.receive()
    assert got is not None
    assert got.kind == ABORT or b"\x30\x80" in got.body, "the echo's answer comes first, or an abort"


def test_storage_commitment_without_its_context_is_a_breach_of_the_protocol(peer: Peer) -> None:
    command = command_set(
        {
            0x0003: ui(STORAGE_COMMITMENT),
            0x0100: us(N_ACTION),
            0x0110: us(1),
            0x0800: us(0),
            0x1001: ui("1.2.840.10008.1.20.1.1"),
            0x1008: us(1),
        }
    )
    peer.send(p_data(pdv(command, LAST_COMMAND, 9)))
    assert peer.receive() == Pdu(ABORT, bytes((0, 0, PROVIDER, INVALID_VALUE)))


# Negotiation


def role(sop_class: str, *, scu: bool, scp: bool) -> SCP_SCU_RoleSelectionNegotiation:
    item = SCP_SCU_RoleSelectionNegotiation()
    item.sop_class_uid, item.scu_role, item.scp_role = UID(sop_class), scu, scp
    return item


def extended() -> SOPClassExtendedNegotiation:
    item = SOPClassExtendedNegotiation()
    item.sop_class_uid, item.service_class_application_information = UID(CT), b"\2\0\3\0\1\0"
    return item


def identity() -> UserIdentityNegotiation:
    item = UserIdentityNegotiation()
    item.user_identity_type, item.primary_field, item.secondary_field = 2, b"nobody", b"secret"
    item.positive_response_requested = True
    return item


def window(invoked: int, performed: int) -> AsynchronousOperationsWindowNegotiation:
    item = AsynchronousOperationsWindowNegotiation()
    item.maximum_number_operations_invoked, item.maximum_number_operations_performed = invoked, performed
    return item


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([role(CT, scu=True, scp=False)], id="the usual role"),
        pytest.param([role(CT, scu=True, scp=True)], id="both roles"),
        pytest.param([role(MR, scu=True, scp=True)], id="a role for a class that is not proposed"),
        pytest.param([extended()], id="extended negotiation"),
        pytest.param([identity()], id="a user with a password who asks for an answer"),
        pytest.param([window(0, 0)], id="any number of operations at a time"),
        pytest.param([role(CT, scu=True, scp=True), extended(), identity(), window(5, 1)], id="all of them"),
    ],
)
def test_proposals_beyond_the_ordinary_are_borne_politely(port: int, items: list[object]) -> None:
    with Peer(port) as peer:
        answer = peer.associate(associate_rq(items=items))
        assert set(results(answer).values()) == {0}
        assert peer.store(UID_OF_TINY, TINY).status == 0
        assert peer.release()
    proposed_windows = [item for item in items if isinstance(item, AsynchronousOperationsWindowNegotiation)]
    window_back = information(answer).async_ops_window
    assert (window_back is not None) == bool(proposed_windows)
    if window_back is not None:
        back = (window_back.maximum_number_operations_invoked, window_back.maximum_number_operations_performed)
        assert back == (1, 1)
    for item in information(answer).role_selection.values():  # PS3.7 D.3.3.4: ours is to receive
        assert item.scp_role == 0


def test_who_wants_to_receive_only_gets_no_objects_and_no_complaint(port: int) -> None:
    with Peer(port) as peer:
        assert peer.associate(associate_rq(items=[role(CT, scu=False, scp=True)])) is not None
        assert peer.echo().status == 0
        assert peer.release()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"called": "SOMEONE"}, (1, 1, 7), id="called AE title not recognised"),
        pytest.param({"application_context": "1.2.3"}, (1, 1, 2), id="application context not supported"),
        pytest.param({"protocol_version": 2}, (1, 2, 2), id="protocol version not supported"),
    ],
)
def test_a_request_that_is_not_for_us_is_rejected_with_the_reason(
    port: int, parts: Parts, changes: dict[str, str], why: tuple[int, int, int]
) -> None:
    with Peer(port) as peer:
        assert peer.associate(associate_rq(**changes)) == Pdu(ASSOCIATE_RJ, bytes((0, *why)))  # type: ignore[arg-type]
        peer.socket.shutdown(socket.SHUT_WR)
        assert peer.receive() is None
    assert not sums(parts.journal)


def test_a_later_protocol_version_beside_ours_is_accepted(port: int) -> None:
    with Peer(port) as peer:
        accepted = acceptance(peer.associate(associate_rq(protocol_version=0b11)))
        assert accepted.protocol_version & 1


def test_what_is_not_supported_is_refused_context_by_context(port: int) -> None:
    proposed = {1: (CT, (EXPLICIT,)), 7: (SECONDARY_CAPTURE, (EXPLICIT,)), 255: (MR, ("1.2.3",))}
    with Peer(port) as peer:
        assert results(peer.associate(associate_rq(proposed))) == {1: 0, 7: 3, 255: 4}
        assert peer.store(UID_OF_TINY, TINY).status == 0


@pytest.mark.parametrize("end", ["release", "abort"])
def test_an_association_without_any_context_stands_until_it_is_ended(port: int, parts: Parts, end: str) -> None:
    with Peer(port) as peer:
        assert results(peer.associate(associate_rq({1: (SECONDARY_CAPTURE, (EXPLICIT,))}))) == {1: 3}
        if end == "release":
            assert peer.release()
        else:
            peer.send(abort())
            assert peer.receive() is None
    wait_for(lambda: bool(sums(parts.journal)), "the summary is written")
    assert sums(parts.journal) == {(f"{end}{'d' if end == 'release' else 'ed'}", 0, 0, 0, 0, 0): 1}


@pytest.mark.parametrize("context_id", [0, 1, 2, 255])
def test_nothing_can_be_sent_on_a_context_that_was_refused_or_never_proposed(
    port: int, parts: Parts, context_id: int
) -> None:
    with Peer(port) as peer:
        peer.associate(associate_rq({1: (SECONDARY_CAPTURE, (EXPLICIT,))}))
        peer.send(p_data(pdv(echo_rq(), LAST_COMMAND, context_id)))
        assert peer.receive() == Pdu(ABORT, bytes((0, 0, PROVIDER, INVALID_VALUE)))
    assert parts.outbox.depth() == 0


# Answers


@pytest.mark.parametrize("message_id", [0, 1, 0x7FFF, 0xFFFF])
def test_an_answer_names_the_request_and_the_object(peer: Peer, message_id: int) -> None:
    answer = peer.store(UID_OF_TINY, TINY, message_id)
    assert (answer.field, answer.message_id, answer.context_id) == (C_STORE | RESPONSE, message_id, 1)
    assert (answer.text(0x0002), answer.text(0x1000)) == (CT, UID_OF_TINY)
    assert answer.elements[0x0800] == us(0x0101)


@pytest.mark.parametrize("maximum", [0, 8, 10, 26, 64, 4096, 16_384, 0xFFFF_FFFF])
def test_answers_keep_to_the_length_that_the_peer_takes(port: int, maximum: int) -> None:
    with Peer(port) as peer:
        peer.associate(associate_rq(maximum=maximum))
        answer = peer.store(UID_OF_TINY, TINY)
    assert answer.status == 0
    assert answer.text(0x1000) == UID_OF_TINY
    assert maximum == 0 or max(answer.pdu_lengths) <= maximum
    assert (len(answer.pdu_lengths) > 1) == (0 < maximum < 128)


@pytest.mark.parametrize("maximum", [9, 11, 4097])
def test_fragments_are_of_even_length(port: int, maximum: int) -> None:
    """PS3.8 E.1: each fragment shall consist of an even number of bytes."""
    with Peer(port) as peer:
        peer.associate(associate_rq(maximum=maximum))
        answer = peer.store(UID_OF_TINY, TINY)
    assert [length for length in answer.fragment_lengths if length % 2] == []
    assert max(answer.pdu_lengths) <= maximum


@pytest.mark.parametrize("maximum", [1, 5, 6, 7])
def test_a_peer_that_takes_no_pdu_at_all_is_told_so(port: int, maximum: int) -> None:
    """A fragment of two bytes needs eight; waiting for an answer that never comes is no answer."""
    with Peer(port, seconds=3) as peer:
        first = peer.associate(associate_rq(maximum=maximum))
        assert first is not None
        if first.kind == ASSOCIATE_AC:
            peer.send(*message(store_rq(UID_OF_TINY), TINY))
            second = peer.receive()
            assert second is not None, "closed without a word"
            assert second.kind == ABORT
        else:
            assert first.kind in {ASSOCIATE_RJ, ABORT}


# Ends


def test_a_release_in_the_middle_of_an_object_stores_nothing_of_it(peer: Peer, parts: Parts) -> None:
    peer.send(p_data(pdv(store_rq(UID_OF_TINY), LAST_COMMAND)), p_data(pdv(TINY[:50], DATA)))
    assert peer.release()
    peer.close()
    wait_for(lambda: bool(sums(parts.journal)), "the summary is written")
    assert sums(parts.journal) == {("released", 0, 0, 0, 0, 0): 1}
    assert parts.outbox.depth() == 0


def test_an_abort_after_any_pdu_is_written_down_as_one_and_leaves_nothing(port: int, parts: Parts) -> None:
    pdus = message(store_rq(UID_OF_TINY), TINY, size=24)

    def aborted_after(count: int) -> Pdu | None:
        with Peer(port) as peer:
            peer.associate()
            peer.send(*pdus[:count], abort())
            return peer.receive()

    with ThreadPoolExecutor(8) as pool:  # each ends only after the node has said goodbye
        assert set(pool.map(aborted_after, range(len(pdus)))) == {None}
    wait_for(lambda: sums(parts.journal).total() == len(pdus), "the summaries are written")
    assert set(sums(parts.journal)) == {("aborted", 0, 0, 0, 0, 0)}
    assert parts.outbox.depth() == 0
    with Peer(port) as peer:
        peer.associate()
        assert peer.store(UID_OF_TINY, TINY).status == 0
        peer.send(abort())
        assert peer.receive() is None
    wait_for(lambda: ("aborted", 1, 1, 0, 0, 0) in sums(parts.journal), "the summary is written")


def test_an_abort_before_the_association_is_not_answered_and_not_written_down(port: int, parts: Parts) -> None:
    """PS3.8 Table 9-10, Sta2 and A-ABORT: close the connection (AA-2)."""
    with Peer(port) as peer:
        peer.send(abort())
        assert peer.receive() is None
    assert not sums(parts.journal)


def test_a_connection_lost_at_any_byte_leaves_nothing_half_done(port: int, parts: Parts) -> None:
    request = associate_rq()
    conversation = request + b"".join(message(store_rq(UID_OF_TINY), TINY, size=64))
    for length in range(len(conversation)):
        with Peer(port) as peer:
            peer.send(conversation[:length])
            if length % 2:
                peer.reset()
                continue
            peer.socket.shutdown(socket.SHUT_WR)
            while peer.receive() is not None:
                pass
    with Peer(port) as peer:
        peer.associate()
        assert peer.store(UID_OF_TINY, TINY).status == 0
        assert peer.release()
    begun = range(len(request), len(conversation))  # a reset may come before the connection was taken at all
    wait_for(lambda: ("released", 1, 1, 0, 0, 0) in sums(parts.journal), "the last summary is written")
    wait_for(
        lambda: sums(parts.journal).total() > sum(length % 2 == 0 for length in begun), "the summaries are written"
    )
    assert set(sums(parts.journal)) == {("lost", 0, 0, 0, 0, 0), ("released", 1, 1, 0, 0, 0)}
    assert sums(parts.journal)["lost", 0, 0, 0, 0, 0] <= len(begun)
    assert parts.outbox.depth() == 1
    assert list(parts.quarantine.labels()) == []


def test_a_connection_lost_after_the_last_byte_is_written_down_with_its_object(port: int, parts: Parts) -> None:
    with Peer(port) as peer:
        peer.associate()
        peer.send(*message(store_rq(UID_OF_TINY), TINY))
    wait_for(lambda: bool(sums(parts.journal)), "the summary is written")
    assert sums(parts.journal) == {("lost", 1, 1, 0, 0, 0): 1}
    assert parts.outbox.depth() == 1


def test_the_acceptor_leaves_closing_to_who_released(peer: Peer) -> None:
    """PS3.8 9.2, Sta13: it waits a moment for the requestor to close."""
    assert peer.release()
    peer.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        peer.socket.recv(1)
