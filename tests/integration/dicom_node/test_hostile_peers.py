"""Peers that break the rules, say nothing, or come in crowds: each hurts itself only, and is told why."""

import gc
import logging
import os
import resource
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.upper_layer_fuzz import complaints, conversation, converse, overhear
from dicom_node import access, rejections, tally
from dicom_node.door import Arrival, Begun, Outcome
from dicom_node.listener import Listener
from dicom_node.upper_layer import association
from dicom_node.upper_layer.service import Limits
from tests.builders.door import Parts
from tests.builders.peer import (
    ABORT,
    ANNOUNCED,
    ASSOCIATE_AC,
    ASSOCIATE_RJ,
    COMMAND,
    DATA,
    LAST_COMMAND,
    LAST_DATA,
    P_DATA,
    RELEASE_RQ,
    KeepingDoor,
    Pdu,
    Peer,
    abort,
    associate_rq,
    command_set,
    cut,
    data_set_of,
    echo_rq,
    listening,
    message,
    p_data,
    pdu,
    pdv,
    release,
    store_rq,
    sums,
    tiny_ct,
    us,
)
from tests.services.processes import wait_for

pytestmark = pytest.mark.usefixtures("quick_disk")

UID_OF_TINY = "1.2.3.4"
TINY = data_set_of(tiny_ct())
COMMAND_OF_TINY = store_rq(UID_OF_TINY)
FOUR_GIGABYTES = b"\xff\xff\xff\xff"
NOT_SPECIFIED, UNRECOGNISED, UNEXPECTED, INVALID_VALUE = 0, 1, 2, 6
OUT_OF_RESOURCES = 0xA700
IDLE = 0.4
LIMITS = Limits(negotiation_seconds=IDLE, idle_seconds=IDLE, largest_object=4000)


def aborted(reason: int) -> Pdu:
    """A-ABORT by the service provider (PS3.8 9.3.8)."""
    return Pdu(ABORT, bytes((0, 0, 2, reason)))


@pytest.fixture
def impatient_port(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(association, "GOODBYE_SECONDS", IDLE)
    with listening(parts.door, parts.journal, LIMITS) as port:
        yield port


def serves(port: int) -> bool:
    """Whether a good association is served from its beginning to its end."""
    with Peer(port) as peer:
        answer = peer.associate()
        if answer is None or answer.kind != ASSOCIATE_AC:
            return False
        return peer.store(UID_OF_TINY, TINY).status == 0 and peer.release()


def head(kind: int, length: bytes) -> bytes:
    return bytes((kind, 0)) + length


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        pytest.param(head(1, FOUR_GIGABYTES), INVALID_VALUE, id="A-ASSOCIATE-RQ of 4 GB"),
        pytest.param(head(1, FOUR_GIGABYTES) + bytes(100_000), INVALID_VALUE, id="and it begins to come"),
        pytest.param(p_data(pdv(echo_rq(), LAST_COMMAND)), UNEXPECTED, id="P-DATA before the association"),
        pytest.param(release(), UNEXPECTED, id="A-RELEASE-RQ before the association"),
        pytest.param(pdu(2, associate_rq()[6:]), UNEXPECTED, id="A-ASSOCIATE-AC"),
        pytest.param(pdu(3, bytes(4)), UNEXPECTED, id="A-ASSOCIATE-RJ"),
        pytest.param(pdu(6, bytes(4)), UNEXPECTED, id="A-RELEASE-RP"),
        pytest.param(pdu(0, bytes(4)), UNRECOGNISED, id="PDU type 0"),
        pytest.param(pdu(8, bytes(4)), UNRECOGNISED, id="PDU type 8"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: osteon\r\n\r\n", UNRECOGNISED, id="HTTP"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", UNRECOGNISED, id="TLS"),
    ],
)
def test_who_begins_wrongly_is_told_so_and_it_is_no_failure_of_ours(
    port: int, parts: Parts, sent: bytes, reason: int, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(port) as peer:
        peer.send(sent)
        assert peer.receive() == aborted(reason)
    assert serves(port)
    assert failures(caplog) == []
    assert parts.outbox.depth() == 1


@pytest.mark.parametrize(
    "garbage",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(associate_rq()[6:70], id="cut off"),
        pytest.param(associate_rq()[6:-1], id="cut off at the end"),
        pytest.param(b"\xff" * 1000, id="ones"),
        pytest.param(bytes(3000), id="zeros"),
        pytest.param(bytes(range(256)) * 4, id="all bytes"),
    ],
)
def test_a_request_of_garbage_is_turned_away(port: int, garbage: bytes) -> None:
    with Peer(port) as peer:
        answer = peer.associate(pdu(1, garbage))
        assert answer is not None
        assert answer.kind in {ABORT, ASSOCIATE_RJ}
    assert serves(port)


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    ours = [record for record in caplog.records if record.name.startswith("osteon")]
    return [record.getMessage() for record in ours if record.levelno >= logging.ERROR]


BAD_COMMAND = p_data(pdv(b"\0\0\0\0\4\0\0\0", LAST_COMMAND))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        pytest.param(head(P_DATA, FOUR_GIGABYTES), INVALID_VALUE, id="P-DATA of 4 GB"),
        pytest.param(p_data(pdv(bytes(ANNOUNCED - 5), LAST_COMMAND)), INVALID_VALUE, id="one byte more than announced"),
        pytest.param(head(RELEASE_RQ, FOUR_GIGABYTES), INVALID_VALUE, id="A-RELEASE-RQ of 4 GB"),
        pytest.param(p_data(b"\0\0\0\0\1\3"), INVALID_VALUE, id="a PDV of length 0"),
        pytest.param(p_data(b"\0\0\0\1\1\3"), INVALID_VALUE, id="a PDV of length 1"),
        pytest.param(p_data(b"\0\0\0\3\1\3"), INVALID_VALUE, id="a PDV one byte larger than its PDU"),
        pytest.param(p_data(FOUR_GIGABYTES + b"\1\3"), INVALID_VALUE, id="a PDV of 4 GB"),
        pytest.param(p_data(pdv(echo_rq(), LAST_COMMAND, 3), b"\0\0\0"), INVALID_VALUE, id="a PDV header cut off"),
        pytest.param(p_data(b"\0\0\0"), INVALID_VALUE, id="P-DATA too short for a PDV"),
        pytest.param(pdu(0x00, bytes(4)), UNRECOGNISED, id="PDU type 0"),
        pytest.param(pdu(0x08, bytes(4)), UNRECOGNISED, id="PDU type 8"),
        pytest.param(pdu(0xFF, b""), UNRECOGNISED, id="PDU type 255"),
        pytest.param(associate_rq(), UNEXPECTED, id="a second A-ASSOCIATE-RQ"),
        pytest.param(pdu(2, bytes(68)), UNEXPECTED, id="A-ASSOCIATE-AC"),
        pytest.param(pdu(3, bytes(4)), UNEXPECTED, id="A-ASSOCIATE-RJ"),
        pytest.param(pdu(6, bytes(4)), UNEXPECTED, id="A-RELEASE-RP without a request"),
        pytest.param(p_data(pdv(echo_rq(), LAST_COMMAND, 5)), INVALID_VALUE, id="a context that was not negotiated"),
        pytest.param(p_data(pdv(echo_rq(), LAST_COMMAND, 0)), INVALID_VALUE, id="context 0"),
        pytest.param(p_data(pdv(TINY, LAST_DATA)), UNEXPECTED, id="a data set before its command"),
        pytest.param(
            p_data(pdv(COMMAND_OF_TINY, LAST_COMMAND), pdv(echo_rq(), LAST_COMMAND)),
            UNEXPECTED,
            id="a command where the data set should come",
        ),
        pytest.param(
            p_data(pdv(COMMAND_OF_TINY, LAST_COMMAND), pdv(TINY[:9], DATA), pdv(echo_rq(), LAST_COMMAND)),
            UNEXPECTED,
            id="a command in the middle of the data set",
        ),
        pytest.param(
            p_data(pdv(COMMAND_OF_TINY, LAST_COMMAND), pdv(TINY, LAST_DATA, 3)),
            UNEXPECTED,
            id="the data set on another context than its command",
        ),
        pytest.param(
            p_data(pdv(echo_rq()[:20], COMMAND, 1), pdv(echo_rq()[20:], LAST_COMMAND, 3)),
            UNEXPECTED,
            id="a command that changes its context",
        ),
        pytest.param(
            p_data(pdv(COMMAND_OF_TINY[:20], COMMAND), pdv(TINY, LAST_DATA)), UNEXPECTED, id="data before it is whole"
        ),
        pytest.param(p_data(pdv(bytes(20_000), COMMAND)), INVALID_VALUE, id="a long command"),
        pytest.param(p_data(pdv(bytes(1000), COMMAND)) * 100, INVALID_VALUE, id="a command without end"),
        pytest.param(BAD_COMMAND, INVALID_VALUE, id="half a command element"),
        pytest.param(p_data(pdv(b"", LAST_COMMAND)), INVALID_VALUE, id="an empty command"),
        pytest.param(p_data(pdv(command_set({0x0110: us(1)}), LAST_COMMAND)), INVALID_VALUE, id="one without its kind"),
    ],
)
def test_who_breaks_the_rules_is_told_so_and_hurts_no_other(
    port: int, parts: Parts, sent: bytes, reason: int, caplog: pytest.LogCaptureFixture
) -> None:
    with Peer(port, seconds=3) as other, Peer(port, seconds=3) as peer:
        other.associate()
        peer.associate()
        peer.send(sent)
        got = peer.receive()
        if got is not None and got.kind == P_DATA:  # the answer to what was in order before
            got = peer.receive()
        assert got == aborted(reason)
        assert other.store(UID_OF_TINY, TINY).status == 0
        assert other.release()
    wait_for(lambda: sums(parts.journal).total() == 2, "the summaries are written")
    assert sums(parts.journal) == {("aborted", 0, 0, 0, 0, 0): 1, ("released", 1, 1, 0, 0, 0): 1}
    assert failures(caplog) == []


def test_the_reason_reaches_a_peer_that_is_still_sending(port: int) -> None:
    """PS3.8 Table 9-10, Sta13: what comes until the peer closes is ignored; a reset could overtake the A-ABORT."""
    with Peer(port) as peer:
        peer.associate()
        peer.send(pdu(9, bytes(4)), *[p_data(pdv(bytes(1000), COMMAND))] * 20)
        assert peer.receive() == aborted(UNRECOGNISED)
        peer.send(p_data(pdv(bytes(1000), COMMAND)))
        peer.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            peer.socket.recv(1)


@pytest.mark.parametrize("size", [4001, 60_000, 300_000])
def test_an_object_beyond_the_limit_is_refused_and_the_association_goes_on(
    impatient_port: int, parts: Parts, size: int
) -> None:
    with Peer(impatient_port) as peer:
        peer.associate()
        answer = peer.store("1.2.3.99", bytes(size), message_id=7)
        assert (answer.status, answer.message_id, answer.text(0x1000)) == (OUT_OF_RESOURCES, 7, "1.2.3.99")
        assert peer.store(UID_OF_TINY, TINY).status == 0
        assert peer.release()
    wait_for(lambda: bool(sums(parts.journal)), "the summary is written")
    assert sums(parts.journal) == {("released", 2, 1, 0, 0, 1): 1}


def test_an_identifier_made_to_hurt_is_answered_like_any_other(port: int, parts: Parts) -> None:
    with Peer(port) as peer:
        peer.associate()
        answer = peer.store("../../../etc/x", TINY)
        assert answer.text(0x1000) == "../../../etc/x"
        assert answer.status in {0xA900, 0xC100}
        assert peer.store(UID_OF_TINY, TINY).status == 0
    around = {path.name for folder in (parts.folder, *list(parts.folder.parents)[:3]) for path in folder.glob("etc")}
    assert around == set()
    assert {path.name for path in parts.folder.iterdir()} == {"objects", "journal", "quarantine"}


# Silence


OBJECT = b"".join(message(COMMAND_OF_TINY, TINY))
WHERE_TO_FALL_SILENT = {
    "at once": 0,
    "in a PDU's header": 3,
    "in a PDV's header": 9,
    "in the command": 30,
    "between command and data set": len(COMMAND_OF_TINY) + 12,
    "in the data set": len(OBJECT) - 10,
}


@pytest.mark.parametrize("where", WHERE_TO_FALL_SILENT)
def test_who_falls_silent_is_let_go(impatient_port: int, parts: Parts, where: str) -> None:
    with Peer(impatient_port) as peer:
        peer.associate()
        peer.send(OBJECT[: WHERE_TO_FALL_SILENT[where]])
        began = time.monotonic()
        assert peer.receive() == aborted(NOT_SPECIFIED)
        assert IDLE / 2 < time.monotonic() - began < 10 * IDLE
    wait_for(lambda: bool(sums(parts.journal)), "the summary is written")
    assert sums(parts.journal) == {("lost", 0, 0, 0, 0, 0): 1}
    assert parts.outbox.depth() == 0


@pytest.mark.parametrize("length", [0, 3, 100])
def test_who_never_gets_to_its_request_is_let_go(impatient_port: int, parts: Parts, length: int) -> None:
    with Peer(impatient_port, seconds=5) as peer:
        peer.send(associate_rq()[:length])
        assert peer.receive() is None
    assert not sums(parts.journal)


def drip(peer: Peer, content: bytes, pause: float, step: int = 1) -> bool:
    """Little by little, with pauses. False when nobody listens any more."""
    for piece in cut(content, step):
        try:
            peer.send(piece)
        except OSError:
            return False
        time.sleep(pause)
    return True


def test_who_is_slow_but_not_silent_is_waited_for(impatient_port: int) -> None:
    with Peer(impatient_port) as peer:
        peer.associate()
        drip(peer, OBJECT[:20], IDLE / 8)
        peer.send(OBJECT[20:])
        assert peer.reply().status == 0


def test_a_request_that_trickles_in_does_not_hold_a_place_for_ever(impatient_port: int) -> None:
    """PS3.8 9.1.4: the ARTIM timer runs from the connection until the whole A-ASSOCIATE-RQ is there."""
    with Peer(impatient_port) as peer:
        began = time.monotonic()
        drip(peer, associate_rq()[:100], IDLE / 8)
        assert time.monotonic() - began < 5 * IDLE


def test_who_never_reads_its_answers_is_let_go(impatient_port: int, parts: Parts) -> None:
    echoes = p_data(*[pdv(echo_rq(), LAST_COMMAND, 3)] * 100)
    with Peer(impatient_port, seconds=20) as peer:
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.associate()
        assert not drip(peer, echoes * 5000, 0, len(echoes))
        wait_for(lambda: bool(sums(parts.journal)), "the association is given up", seconds=10)
    assert serves(impatient_port)


# Crowds


def descriptors_and_threads() -> tuple[int, int]:
    """Without the one thread that waits to write down how many were rejected, which may take it a minute."""
    threads = [thread for thread in threading.enumerate() if thread.name != rejections.THREAD]
    return len(list(Path("/proc/self/fd").iterdir())), len(threads)


def at_rest() -> tuple[int, int]:
    """The same once all associations are over: one that is being ended would make room for one that is not."""
    wait_for(lambda: all(thread.name != "association" for thread in threading.enumerate()), "all are over")
    return descriptors_and_threads()


def what_is_held() -> str:
    """What the process has open, and where each of its threads is."""
    descriptors = sorted(str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())
    frames = sys._current_frames()  # noqa: SLF001 - the only way to see where another thread is
    threads = [
        f"{each.name}: {traceback.format_stack(frame)[-3:]}"
        for each in threading.enumerate()
        if (frame := frames.get(each.ident or 0)) is not None
    ]
    return "\n".join([*descriptors, *threads])


def wait_until_as_few_as(before: tuple[int, int]) -> None:
    def are_given_back() -> bool:
        return all(now <= then for now, then in zip(descriptors_and_threads(), before, strict=True))

    try:
        wait_for(are_given_back, "threads and descriptors are given back", seconds=20)
    except AssertionError:
        pytest.fail(f"from {before} to {descriptors_and_threads()}:\n{what_is_held()}")


def test_a_thousand_connections_that_open_and_close_at_once_leave_nothing_behind(port: int) -> None:
    assert serves(port)
    before = at_rest()
    for number in range(1000):
        peer = Peer(port)
        if number % 2:
            peer.reset()
        else:
            peer.close()
    assert serves(port)
    wait_until_as_few_as(before)


def test_two_hundred_bad_associations_leave_nothing_behind(port: int) -> None:
    assert serves(port)
    before = at_rest()
    ends = (abort(), pdu(9, b""), pdu(1, b""), p_data(b"\0\0\0\0\1\3"), OBJECT[:50], b"")
    for number in range(200):
        with Peer(port) as peer:
            peer.associate()
            peer.send(ends[number % len(ends)])
    assert serves(port)
    wait_until_as_few_as(before)


def test_one_association_too_many_is_rejected_for_now(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MAXIMUM_ASSOCIATIONS", 2)
    with Peer(port) as first, Peer(port) as second, Peer(port) as silent, Peer(port) as fourth:
        for peer in (first, second):
            answer = peer.associate()
            assert answer is not None
            assert answer.kind == ASSOCIATE_AC
        assert fourth.associate() == Pdu(ASSOCIATE_RJ, bytes((0, 2, 3, 2)))
        assert first.store(UID_OF_TINY, TINY).status == 0
        silent.close()
        fourth.close()
        assert first.release()
    wait_for(lambda: serves(port), "there is room again")


def test_a_hundred_associations_at_the_same_time_are_served(port: int, parts: Parts) -> None:
    peers = [Peer(port) for _ in range(100)]
    for peer in peers:
        answer = peer.associate()
        assert answer is not None
        assert answer.kind == ASSOCIATE_AC
    for peer in peers:
        peer.send(OBJECT)
    assert {peer.reply().status for peer in peers} == {0}
    for peer in peers:
        assert peer.release()
        peer.close()
    wait_for(lambda: sums(parts.journal).total() == len(peers), "the summaries are written")
    stored = sum(summary[2] * times for summary, times in sums(parts.journal).items())
    assert (stored, parts.outbox.depth()) == (1, 1)


def test_a_long_association_outlives_any_number_of_short_ones(
    port: int, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tally, "REMEMBERED", 5)
    with Peer(port) as peer:
        peer.associate()
        for _ in range(10):
            with Peer(port) as other:
                other.associate()
                assert other.release()
        assert peer.store(UID_OF_TINY, TINY).status == 0
        assert peer.release()
    wait_for(lambda: ("released", 1, 1, 0, 0, 0) in sums(parts.journal), "its summary is written", seconds=5)


def test_running_out_of_descriptors_is_borne(port: int, caplog: pytest.LogCaptureFixture) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    waiting = [socket.socket() for _ in range(3)]
    next_descriptor = os.dup(0)
    os.close(next_descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_descriptor, before[1]))
    try:
        for one in waiting:
            one.connect(("127.0.0.1", port))
        time.sleep(0.5)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    for one in waiting:
        one.close()
    assert serves(port)
    said = [record for record in caplog.records if "could not be taken" in record.getMessage()]
    assert 0 < len(said) < 100, "it waits before it tries again"


def test_a_thread_that_cannot_be_started_costs_one_connection_only(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    start, failed = threading.Thread.start, threading.Event()

    def fail_once(thread: threading.Thread) -> None:
        if thread.name == "association" and not failed.is_set():
            failed.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", fail_once)
    with Peer(port, seconds=2) as peer:
        assert peer.receive() is None
    assert failed.is_set()
    assert serves(port)


# The listener


def test_ipv6_is_listened_on_when_asked_for(parts: Parts) -> None:
    with listening(parts.door, parts.journal, host="::1") as port, Peer(port, "::1") as peer:
        peer.associate()
        assert peer.store(UID_OF_TINY, TINY).status == 0
        assert peer.release()
    (entry,) = [parts.outbox.entry(place) for place in parts.outbox.waiting()]
    assert entry.modality == "CT"


class HeldDoor(KeepingDoor):
    """Keeps whoever comes waiting until it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.opened = threading.Event()

    def receive(self, arrival: Arrival, begun: Begun | None = None) -> Outcome:
        self.reached.set()
        assert self.opened.wait(20)
        return super().receive(arrival, begun)


def being_stopped(listener: Listener) -> threading.Thread:
    """Stops it, and comes back once it has to wait."""
    thread = threading.Thread(target=listener.stop)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive()
    return thread


@pytest.fixture
def held(parts: Parts) -> Iterator[tuple[Listener, HeldDoor, int]]:
    door = HeldDoor()
    listener = Listener(door=door, journal=parts.journal, ae_title="OSTEON", host="127.0.0.1", port=0)
    yield listener, door, listener.start()
    door.opened.set()
    listener.stop()


def test_stopping_finishes_the_object_in_hand_and_counts_it(held: tuple[Listener, HeldDoor, int], parts: Parts) -> None:
    listener, door, port = held
    with Peer(port) as peer:
        peer.associate()
        peer.send(OBJECT)
        assert door.reached.wait(10)
        stopping = being_stopped(listener)
        with pytest.raises(ConnectionRefusedError):
            Peer(port)
        door.opened.set()
        stopping.join(10)
        assert not stopping.is_alive()
    assert len(door.arrivals) == 1
    assert {(received, stored) for _, received, stored, *_ in sums(parts.journal)} == {(1, 1)}


def test_stopping_answers_the_object_in_hand(held: tuple[Listener, HeldDoor, int]) -> None:
    """Or its sender sends it again for nothing."""
    listener, door, port = held
    with Peer(port) as peer:
        peer.associate()
        peer.send(OBJECT)
        assert door.reached.wait(10)
        stopping = being_stopped(listener)
        door.opened.set()
        assert peer.reply().status == 0
        stopping.join(10)


def test_stopping_lets_go_of_half_an_object_in_time(parts: Parts) -> None:
    listener = Listener(door=parts.door, journal=parts.journal, ae_title="OSTEON", host="127.0.0.1", port=0)
    with Peer(listener.start()) as peer, Peer(peer.socket.getpeername()[1]) as silent:
        peer.associate()
        peer.send(OBJECT[:-10])
        peer_is_read = peer.socket
        wait_for(lambda: listener.open_connections == 2, "both are served")
        began = time.monotonic()
        listener.stop(2.0)
        assert time.monotonic() - began < 4
        assert peer_is_read.recv(100)[:1] in {b"", bytes((ABORT,))}
        assert silent.receive() is None
    assert sums(parts.journal) == {("aborted", 0, 0, 0, 0, 0): 1}
    assert parts.outbox.depth() == 0


# By chance; `benchmarks.upper_layer_fuzz` does the same for as long as one likes


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_damaged_conversation_ends_and_breaks_nothing(seed: int) -> None:
    stream = conversation(seed)
    assert complaints(converse(stream), stream) == []


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_damaged_conversation_from_memory_ends_and_breaks_nothing(seed: int) -> None:
    stream = conversation(seed)
    assert complaints(overhear(stream), stream) == []


def test_an_association_that_is_broken_off_leaves_nothing_to_the_garbage_collector() -> None:
    gc.collect()
    gc.disable()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        for seed in range(100):  # some of them in the middle of an object
            overhear(conversation(seed))
        gc.collect()
        left = [type(each).__name__ for each in gc.garbage if type(each).__module__.startswith("dicom_node")]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
    assert left == []


def test_damaged_conversations_leave_the_listener_serving(
    impatient_port: int, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    assert serves(impatient_port)
    before = at_rest()
    for seed in range(150):
        with Peer(impatient_port) as peer:
            try:
                peer.send(conversation(seed))
            except OSError:
                continue
    assert serves(impatient_port)
    wait_until_as_few_as(before)
    assert failures(caplog) == []
    assert {summary[1] - sum(summary[2:]) for summary in sums(parts.journal)} == {0}
