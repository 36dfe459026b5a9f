"""One association as its acceptor, from the first byte to the last (PS3.8 9.2): a plain blocking conversation.

Any legal fragmentation is understood: command and data set in any number of PDUs, several PDVs in one, PDUs up to the
length that was announced. What is not legal is answered with an A-ABORT that says why, and ends this connection only.
"""

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Protocol

from dicom_node.upper_layer.collecting import LARGE, Collected, Collector, Sink
from dicom_node.upper_layer.commands import (
    RESPONSE,
    Command,
    CommandError,
    Field,
    event_report,
    read_command,
    response,
)
from dicom_node.upper_layer.negotiation import Context, MalformedRequestError, Terms, accept, read_request
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.pdus import (
    PDV_HEADER,
    SHORTEST_PDU,
    AbortReason,
    Control,
    Kind,
    Rejection,
    aborted,
    command_message,
    data_message,
    rejected,
    released,
)
from dicom_node.upper_layer.wire import ClosedError, Heard, SilentError, Wire, WireError

LONGEST_REQUEST = 1 << 18
"""Bytes of an A-ASSOCIATE-RQ: 128 contexts with many transfer syntaxes each take 100 kB."""

LONGEST_COMMAND = 1 << 14
LARGEST_OBJECT = (1 << 32) + (1 << 26)
"""Native pixels have at most 4 GiB (PS3.5 7.1.1); the rest is for what stands around them."""

GOODBYE_SECONDS = 2.0
UNRECOGNISED_OPERATION = 0x0211
_CONTROL_BYTES = 2


class Ending(Enum):
    """How an association ended; a later one in this order is the better explanation."""

    LOST = "lost"
    ABORTED = "aborted"
    RELEASED = "released"


class ProtocolError(Exception):
    """The peer breaks the rules."""

    def __init__(self, reason: AbortReason) -> None:
        super().__init__(reason.name)
        self.reason = reason


class StoppedError(Exception):
    """We were asked to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request, whole."""

    context: Context
    command: Command
    data_set: Collected | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Status (0000,0900) and Error Comment (0000,0902)."""

    status: int
    comment: str = ""


class Service(Protocol):
    """What is done with requests."""

    @property
    def largest_object(self) -> int | None:
        """In bytes, of this peer once `opened`; None: as in the limits of the association."""

    def opened(self, calling_ae_title: str) -> Rejection | None:
        """An association was asked for, and nothing speaks against it so far."""

    def accepted(self, contexts: Collection[Context]) -> Notices | None:
        """It stands, with these contexts. What is returned, if anything, is sent whenever the peer is quiet."""

    def handle(self, message: Message) -> Answer:
        """Do what is asked for."""

    def released(self) -> None:
        """The peer has asked for its release, and is told next that it may come back."""

    def ended(self, ending: Ending) -> None:
        """An association that was opened is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a peer may be silent, in seconds, and how large an object may be, in bytes."""

    negotiation_seconds: float = 5.0
    idle_seconds: float = 60.0
    largest_object: int = LARGEST_OBJECT
    largest_collected: int = 1 << 30
    """Of those that nobody takes while they come: in memory, two or three times for a moment."""
    large_object: int = LARGE
    """What is larger is offered to whoever takes it while it comes."""
    quiet_seconds: float = 0.5
    """Silence of the peer's, between two requests, in which we may say something of our own."""


TakeLarge = Callable[[Message], Sink | None]
"""Offered a request of which not all has come; see `collecting.Offer`."""


class AcceptedAssociation:
    """Serves one connection. `run` returns when it is over."""

    def __init__(
        self, wire: Wire, terms: Terms, limits: Limits, service: Service, take_large: TakeLarge = lambda _: None
    ) -> None:
        self._wire = wire
        self._terms = terms
        self._limits = limits
        self._service = service
        self._take_large = take_large
        self._contexts: Mapping[int, Context] = {}
        self._peer_maximum = 0
        self._command_context = 0
        self.calling_ae_title = ""
        self.rejection: Rejection | None = None
        """Why it was rejected, if it was."""
        self._notices: Notices | None = None
        self._is_stopping = False
        self._is_open = False
        self.is_busy = False
        """A request is coming or being handled, and is not answered yet."""

    def run(self, refuse_with: Rejection | None = None) -> None:
        """Negotiate, serve, end. `refuse_with`: answer any request with this rejection."""
        try:
            is_open = self._negotiate(refuse_with)
        except ProtocolError as error:
            self._abort(error.reason)
        except WireError:
            self._wire.close()
        else:
            if is_open:
                self._serve_until_the_end()
            else:
                self._wire.say_goodbye(GOODBYE_SECONDS)

    def finish(self) -> None:
        """From another thread: end with an A-ABORT, but answer the request in hand first. Then wake the wire."""
        self._is_stopping = True
        if not self._is_open:
            self._wire.interrupt()

    def cut(self) -> None:
        """From another thread: end with an A-ABORT, and do not wait for what the peer still owes."""
        self._is_stopping = True
        self._wire.interrupt()

    def _negotiate(self, refuse_with: Rejection | None) -> bool:
        self._wire.wait_at_most(self._limits.negotiation_seconds)
        self._wire.be_done_within(self._limits.negotiation_seconds)  # the ARTIM timer (PS3.8 9.1.4)
        kind, length = self._wire.read_header()
        if kind == Kind.ABORT:
            raise ClosedError("aborted before it began")
        if kind != Kind.ASSOCIATE_RQ:
            raise ProtocolError(_unexpected(kind))
        if length > LONGEST_REQUEST:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
        body = self._wire.read(length)
        try:
            request = read_request(bytes((kind, 0)) + length.to_bytes(4, "big") + body, self._terms)
        except MalformedRequestError:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE) from None
        refusal = request.rejection or refuse_with or self._service.opened(request.calling_ae_title)
        if refusal is not None:
            self.calling_ae_title, self.rejection = request.calling_ae_title, refusal
            self._wire.write(rejected(refusal))
            return False
        if 0 < request.maximum_length < SHORTEST_PDU:
            self._service.ended(Ending.ABORTED)
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
        try:
            self._contexts, acceptance = accept(request, self._terms)
        except MalformedRequestError:
            self._service.ended(Ending.ABORTED)
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE) from None
        self._peer_maximum = request.maximum_length
        try:
            self._wire.write(acceptance)
        except WireError:
            self._service.ended(Ending.LOST)
            raise
        self._wire.be_done_within(None)
        self._wire.wait_at_most(self._limits.idle_seconds)
        self._notices = self._service.accepted(self._contexts.values())
        return True

    def _serve_until_the_end(self) -> None:
        ending = Ending.LOST
        self._is_open = True
        try:
            ending = self._serve()
        except ProtocolError as error:
            ending = Ending.ABORTED
            self._abort(error.reason)
        except SilentError:
            self._abort(AbortReason.NOT_SPECIFIED)
        except (StoppedError, ClosedError):
            if self._is_stopping:
                ending = Ending.ABORTED
                self._abort(AbortReason.NOT_SPECIFIED)
        finally:
            self._is_open = self.is_busy = False
            if self._notices is not None:
                self._notices.close()
            self._service.ended(ending)
            self._wire.say_goodbye(GOODBYE_SECONDS)

    def _serve(self) -> Ending:
        limits = self._limits
        largest = min(limits.largest_object, self._service.largest_object or sys.maxsize)
        collector = Collector(largest, limits.largest_collected, limits.large_object)
        try:
            return self._serve_with(collector)
        finally:
            collector.abort()

    def _serve_with(self, collector: Collector) -> Ending:
        pending: tuple[int, Command] | None = None
        commands = bytearray()
        while True:
            self.is_busy = pending is not None or bool(commands)
            if not self.is_busy:
                self._wait()
            kind, length = self._wire.read_header()
            self.is_busy = True
            if kind == Kind.P_DATA:
                pending = self._take_data(length, pending, commands, collector)
            elif kind == Kind.RELEASE_RQ:
                self._wire.read(_checked(length))
                self._service.released()
                self._wire.write(released())
                return Ending.RELEASED
            elif kind == Kind.ABORT:
                return Ending.ABORTED
            else:
                raise ProtocolError(_unexpected(kind))

    def _wait(self) -> None:
        """Between requests: for the next one, or for being asked to end.

        A request of ours is sent only after a while of silence, which no answer of ours ends: a peer that waits for
        the answer to a request of its own may take ours for it. Raises SilentError, ClosedError, StoppedError.
        """
        notices = self._notices
        while not self._is_stopping:
            is_due = notices is not None and notices.is_due()
            seconds = self._limits.quiet_seconds if is_due else self._limits.idle_seconds
            heard = self._wire.wait(None if notices is None else notices.fileno(), seconds)
            if heard is Heard.PEER and not self._is_stopping:
                return
            if heard is Heard.OTHER and notices is not None:
                notices.heard()
            elif heard is Heard.NOBODY and notices is not None and is_due:
                self._send_next(notices)
            elif heard is Heard.NOBODY:
                raise SilentError("the peer is silent")
        raise StoppedError

    def _send_next(self, notices: Notices) -> None:
        due = notices.next()
        if due is None:
            return
        message_id, notice = due
        context_id, context = next(
            (number, context)
            for number, context in self._contexts.items()
            if context.abstract_syntax == notice.sop_class_uid
        )
        command = event_report(notice.sop_class_uid, notice.sop_instance_uid, notice.event_type, message_id)
        information = notice.information(context.transfer_syntax)
        self._wire.write(command_message(context_id, command, self._peer_maximum))
        for pdus in data_message(context_id, information, self._peer_maximum):
            self._wire.write(pdus)

    def _take_data(
        self, length: int, pending: tuple[int, Command] | None, commands: bytearray, collector: Collector
    ) -> tuple[int, Command] | None:
        """One P-DATA-TF PDU, PDV by PDV. The request that waits for its data set, if any, comes and goes."""
        if length > self._terms.maximum_length:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
        while length:
            if length < PDV_HEADER.size:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            item, context_id, control = PDV_HEADER.unpack(self._wire.read(PDV_HEADER.size))
            size, length = item - _CONTROL_BYTES, length - item - (PDV_HEADER.size - _CONTROL_BYTES)
            if size < 0 or length < 0 or context_id not in self._contexts:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            is_command, is_last = bool(control & Control.COMMAND), bool(control & Control.LAST)
            if is_command == (pending is not None) or (pending is not None and pending[0] != context_id):
                raise ProtocolError(AbortReason.UNEXPECTED_PDU)
            if is_command and commands and context_id != self._command_context:
                raise ProtocolError(AbortReason.UNEXPECTED_PDU)
            self._command_context = context_id
            if not is_command:
                collector.take(self._wire, size)
            elif len(commands) + size > LONGEST_COMMAND:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            else:
                commands += self._wire.read(size)
            if is_last:
                pending = self._complete(context_id, pending, commands, collector)
        return pending

    def _complete(
        self, context_id: int, pending: tuple[int, Command] | None, commands: bytearray, collector: Collector
    ) -> tuple[int, Command] | None:
        """A command set or a data set is whole: wait for the data set that is to come, or do what is asked for."""
        if pending is None:
            try:
                command = read_command(bytes(commands))
            except CommandError:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE) from None
            commands.clear()
            if command.has_data_set:
                collector.expect(partial(self._offer, context_id, command))
                return context_id, command
            self._answer(context_id, command, None)
        else:
            self._answer(context_id, pending[1], collector.finish())
        return None

    def _offer(self, context_id: int, command: Command, begun: Collected) -> Sink | None:
        return self._take_large(Message(context=self._contexts[context_id], command=command, data_set=begun))

    def _answer(self, context_id: int, command: Command, data_set: Collected | None) -> None:
        if command.field == Field.C_CANCEL or command.field & RESPONSE:
            if self._notices is not None and command.field == Field.N_EVENT_REPORT | RESPONSE:
                self._notices.answered(command.responded_id, command.status)
            return
        context = self._contexts[context_id]
        answer = self._service.handle(Message(context=context, command=command, data_set=data_set))
        self._wire.write(
            command_message(context_id, response(command, answer.status, answer.comment), self._peer_maximum)
        )

    def _abort(self, reason: AbortReason) -> None:
        try:
            self._wire.write(aborted(reason))
        except WireError:
            self._wire.close()
        self._wire.say_goodbye(GOODBYE_SECONDS)


def _checked(length: int) -> int:
    if length > LONGEST_COMMAND:
        raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
    return length


def _unexpected(kind: int) -> AbortReason:
    known = kind in Kind.__members__.values()
    return AbortReason.UNEXPECTED_PDU if known else AbortReason.UNRECOGNISED_PDU
