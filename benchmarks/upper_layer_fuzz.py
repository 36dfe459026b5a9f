"""Damaged conversations without end through the upper layer: `python -m benchmarks.upper_layer_fuzz --seconds 600`.

With `--in-memory` the reader gets its bytes from memory instead of a socket pair, in the same thread, in a little more
than half the time: `--in-memory --conversations 1000000` is the long run.

A legal conversation is damaged by chance, or a senseless one is made of legal pieces, and an association is served over
a socket pair. It must end when the peer has nothing more to say, answer in whole PDUs no longer than the peer takes,
say once that it ended, hand on only what was sent whole, and raise nothing. Exit code 1 when something was wrong.
"""

import argparse
import json
import resource
import signal
import socket
import struct
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from random import Random, SystemRandom
from typing import cast

from dicom_node.contexts import accepted_contexts
from dicom_node.upper_layer import wire
from dicom_node.upper_layer.association import AcceptedAssociation
from dicom_node.upper_layer.negotiation import Context, Terms
from dicom_node.upper_layer.negotiator import Negotiator
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.pdus import Rejection
from dicom_node.upper_layer.service import Answer, Ending, Limits, Message
from dicom_node.upper_layer.wire import Wire
from tests.builders.peer import (
    ANNOUNCED,
    COMMAND,
    CT,
    DATA,
    EXPLICIT,
    IMPLICIT,
    LAST_COMMAND,
    VERIFICATION,
    abort,
    associate_rq,
    echo_rq,
    fragments,
    message,
    p_data,
    pdu,
    pdv,
    plain_rq,
    release,
    store_rq,
)

LARGEST_OBJECT = 4096
PEER_TAKES = 512
HANG_SECONDS = 5.0
LARGEST_GROWTH_MB = 64
LIMITS = Limits(negotiation_seconds=1.0, idle_seconds=1.0, largest_object=LARGEST_OBJECT)
NEGOTIATOR = Negotiator(Terms(ae_title="OSTEON", contexts=accepted_contexts(), maximum_length=ANNOUNCED))
_FIXED = 74
"""Bytes of an A-ASSOCIATE-RQ before its items (PS3.8 Table 9-11)."""

_HEADER = struct.Struct(">BxI")
_LENGTHS = (
    0,
    1,
    2,
    3,
    5,
    6,
    7,
    0x7F,
    0xFF,
    0x100,
    0xFFFF,
    ANNOUNCED,
    ANNOUNCED + 1,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
)


class LocalSocket(socket.socket):
    """One end of a socket pair; it knows no TCP."""

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:  # type: ignore[override]
        if level != socket.IPPROTO_TCP:
            super().setsockopt(level, option, value)


class HangError(BaseException):
    """It takes too long; no handler for ordinary errors may swallow it."""


class MemorySocket:
    """What a wire needs of a socket, between two pieces of memory."""

    def __init__(self, stream: bytes) -> None:
        self._stream = memoryview(stream)
        self.sent = bytearray()

    def recvmsg_into(self, views: Sequence[memoryview]) -> tuple[int, list[object], int, object]:
        total = 0
        for view in views:
            count = min(len(view), len(self._stream))
            view[:count] = self._stream[:count]
            self._stream = self._stream[count:]
            total += count
        return total, [], 0, None

    def recv(self, size: int, _flags: int = 0) -> bytes:
        piece = bytes(self._stream[:size])
        self._stream = self._stream[size:]
        return piece

    def sendall(self, content: bytes) -> None:
        self.sent += content

    def setsockopt(self, _level: int, _option: int, _value: int | bytes) -> None:
        """There is nothing to set."""

    def setblocking(self, _flag: bool) -> None:
        """It never blocks."""

    def shutdown(self, _how: int) -> None:
        """Nothing more comes than what lies ready."""

    def close(self) -> None:
        """There is nothing to give back."""


class MemoryWire(Wire):
    """Over a memory socket, on which nobody has to be waited for."""

    def __init__(self, connection: MemorySocket) -> None:
        super().__init__(cast("socket.socket", connection))

    def wait(self, other: int | None, seconds: float) -> wire.Heard:  # noqa: ARG002 - a wire's signature
        return wire.Heard.PEER


@dataclass(slots=True)
class Service:
    """Notes what comes (a `service.Service`)."""

    opened_times: int = 0
    endings: list[Ending] = field(default_factory=list)
    data_sets: list[bytes | None] = field(default_factory=list)
    too_large: int = 0
    largest_object: int | None = None

    def opened(self, calling_ae_title: str) -> Rejection | None:
        self.opened_times += bool(calling_ae_title is not None)
        return None

    def accepted(self, contexts: Collection[Context]) -> Notices | None:
        return Notices() if contexts else None

    def handle(self, message: Message) -> Answer:
        if message.data_set is not None and message.data_set.is_too_large:
            self.too_large += 1
        self.data_sets.append(None if message.data_set is None else bytes(message.data_set.content))
        return Answer(0x0000)

    def released(self) -> None:
        pass

    def ended(self, ending: Ending) -> None:
        self.endings.append(ending)


@dataclass(slots=True)
class Heard:
    """What became of one conversation."""

    service: Service
    answers: bytes
    error: str
    is_over: bool


@dataclass(slots=True)
class Tally:
    """What became of the conversations so far."""

    conversations: int = 0
    bytes_sent: int = 0
    refused: int = 0
    begun: int = 0
    messages: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    slowest_seconds: float = 0.0
    growth_mb: float = 0.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--conversations", type=int, help="so many, however long they take")
    options.add_argument("--in-memory", action="store_true", help="without sockets and threads")
    options.add_argument("--seed", type=int, default=None, help="of the first conversation; by chance when not given")
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    signal.signal(signal.SIGALRM, stop_hanging)
    warnings.simplefilter("ignore")  # of pydicom, at the UIDs
    first = SystemRandom().randrange(1 << 32) if chosen.seed is None else chosen.seed
    how = overhear if chosen.in_memory else converse
    tally = run(chosen.seconds, first, how, chosen.conversations)
    print(json.dumps(asdict(tally)) if chosen.json else table(tally))
    sys.exit(1 if tally.wrong else 0)


def stop_hanging(_number: int, _frame: object) -> None:
    raise HangError


def run(
    seconds: float, first_seed: int, how: "Callable[[bytes], Heard] | None" = None, conversations: int | None = None
) -> Tally:
    """For so long, or so many of them. `how`: over a socket pair unless said otherwise."""
    tally, end, seed = Tally(), time.monotonic() + seconds, first_seed
    before = peak_mb()
    while time.monotonic() < end if conversations is None else tally.conversations < conversations:
        for complaint in judge(conversation(seed), tally, how or converse):
            tally.wrong[complaint] += 1
            if tally.wrong[complaint] == 1:
                print(f"seed {seed}: {complaint}", file=sys.stderr)
        seed += 1
    tally.growth_mb = peak_mb() - before
    if tally.growth_mb > LARGEST_GROWTH_MB:
        tally.wrong["memory grows"] += 1
    return tally


def judge(stream: bytes, tally: Tally, how: Callable[[bytes], Heard]) -> list[str]:
    """What is wrong with how a conversation was taken."""
    started = time.monotonic()
    heard = how(stream)
    tally.slowest_seconds = max(tally.slowest_seconds, time.monotonic() - started)
    tally.conversations += 1
    tally.bytes_sent += len(stream)
    tally.refused += not heard.service.opened_times
    tally.begun += bool(heard.service.opened_times)
    tally.messages += len(heard.service.data_sets)
    tally.endings.update(ending.value for ending in heard.service.endings)
    return complaints(heard, stream)


def complaints(heard: Heard, stream: bytes) -> list[str]:
    checks = (
        (not heard.is_over, "hangs"),
        (bool(heard.error), f"{heard.error} escapes"),
        (heard.service.opened_times > 1, "opened more than once"),
        (heard.service.opened_times != len(heard.service.endings), "opened, but not ended once"),
        (not is_whole(heard.answers), "answers that are no PDUs, or longer than the peer takes"),
        (
            any(content is not None and len(content) > LARGEST_OBJECT for content in heard.service.data_sets),
            "too large",
        ),
        (any(len(content or b"") > len(stream) for content in heard.service.data_sets), "more than was sent"),
    )
    return [complaint for is_wrong, complaint in checks if is_wrong]


def is_whole(answers: bytes) -> bool:
    """PDUs that an acceptor may send, to the end."""
    position = 0
    while position < len(answers):
        if position + _HEADER.size > len(answers):
            return False
        kind, length = _HEADER.unpack_from(answers, position)
        if kind not in {2, 3, 4, 6, 7} or (kind == 4 and not 6 < length <= PEER_TAKES):  # noqa: PLR2004 - PDU types
            return False
        position += _HEADER.size + length
    return position == len(answers)


def converse(stream: bytes) -> Heard:
    """Serve an association to a peer that says all this and then listens until the end."""
    ours, theirs = socket.socketpair()
    service, errors = Service(), list[str]()
    served = Wire(LocalSocket(fileno=theirs.detach()))
    thread = threading.Thread(target=_serve, args=(served, service, errors), daemon=True)
    thread.start()
    ours.settimeout(HANG_SECONDS)
    answers = b""
    with ours, suppress(OSError):
        with suppress(BrokenPipeError, ConnectionResetError):
            ours.sendall(stream)
            ours.shutdown(socket.SHUT_WR)
        while piece := ours.recv(65_536):
            answers += piece
    thread.join(HANG_SECONDS)
    return Heard(service, answers, errors[0] if errors else "", not thread.is_alive())


def overhear(stream: bytes) -> Heard:
    """The same without a peer: its bytes lie ready, and who does not come to an end in time is stopped."""
    service, errors = Service(), list[str]()
    connection = MemorySocket(stream)
    signal.setitimer(signal.ITIMER_REAL, HANG_SECONDS)
    try:
        _serve(MemoryWire(connection), service, errors)
    except HangError:
        return Heard(service, bytes(connection.sent), "", is_over=False)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return Heard(service, bytes(connection.sent), errors[0] if errors else "", is_over=True)


def _serve(connection: Wire, service: Service, errors: list[str]) -> None:
    try:
        AcceptedAssociation(connection, NEGOTIATOR, LIMITS, service).run()
    except Exception as error:  # noqa: BLE001 - none may escape: whichever does is counted
        errors.append(type(error).__name__)
    finally:
        connection.close()


def conversation(seed: int) -> bytes:
    """What a peer says that has lost its mind, more or less."""
    random = Random(seed)  # noqa: S311 - a seed for each
    pieces = legal(random) if random.random() < 0.7 else senseless(random)  # noqa: PLR2004
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        pieces = random.choice(DAMAGES)(pieces, random)
    stream = b"".join(pieces)
    for _ in range(random.choice((0, 0, 1, 4))):
        stream = flipped(stream, random)
    return stream[: random.randrange(len(stream) + 1)] if random.random() < 0.2 else stream  # noqa: PLR2004


def request(random: Random) -> bytes:
    contexts = {1: (CT, (EXPLICIT,)), 3: (VERIFICATION, (IMPLICIT,)), 5: (CT, (IMPLICIT, EXPLICIT))}
    chosen = {number: context for number, context in contexts.items() if random.random() < 0.9}  # noqa: PLR2004
    return _request(tuple((chosen or contexts).items()))


@cache
def _request(contexts: tuple[tuple[int, tuple[str, tuple[str, ...]]], ...]) -> bytes:
    return associate_rq(dict(contexts), maximum=PEER_TAKES)


def legal(random: Random) -> list[bytes]:
    """A conversation in PDUs, legal but for contexts that were not asked for."""
    pieces = [request(random)]
    for number in range(random.randrange(4)):
        kind = random.randrange(4)
        if kind == 0:
            pieces.append(p_data(pdv(echo_rq(number), LAST_COMMAND, 3)))
        elif kind == 1:
            pieces.append(p_data(pdv(plain_rq(random.randrange(1 << 16), number), LAST_COMMAND, 3)))
        else:
            pieces += stored(random, number)
    return [*pieces, random.choice((release(), abort(), b""))]


def stored(random: Random, number: int) -> list[bytes]:
    command, data = store_rq(f"1.2.{number}", number), random.randbytes(random.choice((0, 1, 90, 700, 4096, 5000)))
    context_id = random.choice((1, 1, 5))
    if random.random() < 0.5:  # noqa: PLR2004
        return message(command, data, context_id, random.choice((1, 17, 256, 16_378)) if len(data) < 1000 else 900)  # noqa: PLR2004
    items = fragments(command, 60, COMMAND, context_id) + fragments(data or b"\0", 400, DATA, context_id)
    pieces = []
    while items:
        count = random.randint(1, len(items))
        pieces.append(p_data(*items[:count]))
        items = items[count:]
    return pieces


def senseless(random: Random) -> list[bytes]:
    """Legal pieces in any order."""
    makers: tuple[Callable[[], bytes], ...] = (
        lambda: request(random),
        release,
        abort,
        lambda: pdu(random.randrange(10), random.randbytes(random.randrange(20))),
        lambda: p_data(*(any_pdv(random) for _ in range(random.randrange(4)))),
        lambda: random.randbytes(random.randrange(30)),
    )
    begun = [request(random)] if random.random() < 0.8 else []  # noqa: PLR2004
    return begun + [random.choice(makers)() for _ in range(random.randrange(8))]


def any_pdv(random: Random) -> bytes:
    contents = (b"", random.randbytes(random.randrange(200)), store_rq("1.2"), echo_rq(), store_rq("1.2")[:50])
    return pdv(random.choice(contents), random.choice((0, 1, 2, 3, 3, 7, 255)), random.choice((0, 1, 1, 2, 3, 5, 255)))


def dropped(pieces: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(pieces) + 1)
    return pieces[:at] + pieces[at + 1 :]


def repeated(pieces: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(pieces) + 1)
    return pieces[:at] + pieces[max(at - 1, 0) :]


def swapped(pieces: list[bytes], random: Random) -> list[bytes]:
    return random.sample(pieces, len(pieces))


def with_noise(pieces: list[bytes], random: Random) -> list[bytes]:
    at = random.randrange(len(pieces) + 1)
    return [*pieces[:at], random.randbytes(random.randrange(1, 40)), *pieces[at:]]


def with_false_length(pieces: list[bytes], random: Random) -> list[bytes]:
    """Of a PDU, or of the first PDV in one."""
    at = random.randrange(len(pieces)) if pieces else 0
    place = random.choice((2, 6))
    changed = [with_number(piece, place, random) if number == at else piece for number, piece in enumerate(pieces)]
    return [piece for piece in changed if piece]


def with_number(piece: bytes, place: int, random: Random) -> bytes:
    if len(piece) < place + 4:
        return piece
    (before,) = struct.unpack_from(">I", piece, place)
    number = random.choice((*_LENGTHS, before + 1, max(before - 1, 0))) & 0xFFFF_FFFF
    return piece[:place] + struct.pack(">I", number) + piece[place + 4 :]


def with_other_items(pieces: list[bytes], random: Random) -> list[bytes]:
    """An item, or a sub-item, of the A-ASSOCIATE-RQ is missing, there twice, empty or of another type."""
    if not pieces or pieces[0][:1] != b"\1" or len(pieces[0]) < _FIXED:
        return pieces
    return [pdu(1, pieces[0][6:_FIXED] + b"".join(changed(items_in(pieces[0][_FIXED:]), random))), *pieces[1:]]


def changed(items: list[bytes], random: Random) -> list[bytes]:
    if not items:
        return items
    at = random.randrange(len(items))
    item, first_sub_item = items[at], {0x20: 8, 0x50: 4}.get(items[at][0], 0)
    if first_sub_item and random.random() < 0.6:  # noqa: PLR2004
        head = item[4:first_sub_item]
        new = [item_of(item[0], head + b"".join(changed(items_in(item[first_sub_item:]), random)))]
    else:
        new = random.choice(([], [item, item], [item_of(item[0], b"")], [item_of(random.randrange(256), item[4:])]))
    return [*items[:at], *new, *items[at + 1 :]]


def items_in(content: bytes) -> list[bytes]:
    found = []
    while content:
        length = 4 + int.from_bytes(content[2:4], "big")
        found.append(content[:length])
        content = content[length:]
    return found


def item_of(kind: int, content: bytes) -> bytes:
    return bytes((kind, 0)) + (len(content) & 0xFFFF).to_bytes(2, "big") + content


def flipped(stream: bytes, random: Random) -> bytes:
    if not stream:
        return stream
    at = random.randrange(len(stream))
    return stream[:at] + bytes((random.choice((0, 1, 0xFF, random.randrange(256))),)) + stream[at + 1 :]


DAMAGES: Sequence[Callable[[list[bytes], Random], list[bytes]]] = (
    dropped,
    repeated,
    swapped,
    with_noise,
    with_false_length,
    with_false_length,
    with_other_items,
)


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def table(tally: Tally) -> str:
    rows = [
        ("conversations", f"{tally.conversations}"),
        ("megabytes sent", f"{tally.bytes_sent / 1e6:.0f}"),
        ("without an association", f"{tally.refused}"),
        ("with one", f"{tally.begun}"),
        ("messages handled", f"{tally.messages}"),
        *((f"ended: {ending}", f"{times}") for ending, times in tally.endings.most_common()),
        ("slowest", f"{tally.slowest_seconds * 1000:.0f} ms"),
        ("memory grown by", f"{tally.growth_mb:.0f} MB"),
        *((f"WRONG: {complaint}", f"{times}") for complaint, times in tally.wrong.most_common()),
    ]
    return "\n".join(f"{name:64} {value:>12}" for name, value in rows)


if __name__ == "__main__":
    main()
