"""One association as its acceptor, from the first byte to the last (PS3.8 9.2): a plain blocking conversation.

What is not legal is answered with an A-ABORT that says why, and ends this connection only.
"""

import sys
from collections.abc import Mapping

from dicom_node.upper_layer.collecting import Collector
from dicom_node.upper_layer.commands import RESPONSE, Field, event_report, response
from dicom_node.upper_layer.negotiation import Context, MalformedRequestError
from dicom_node.upper_layer.negotiator import Negotiator
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.pdus import (
    SHORTEST_PDU,
    AbortReason,
    Kind,
    ProtocolError,
    Rejection,
    aborted,
    command_message,
    data_message,
    rejected,
    released,
)
from dicom_node.upper_layer.requests import LONGEST_COMMAND, Requests
from dicom_node.upper_layer.service import Begin, Ending, Limits, Message, Prefix, Service, TakeLarge
from dicom_node.upper_layer.wire import ClosedError, Heard, SilentError, Wire, WireError

LONGEST_REQUEST = 1 << 18
"""Bytes of an A-ASSOCIATE-RQ: 128 contexts with many transfer syntaxes each take 100 kB."""

GOODBYE_SECONDS = 2.0


class StoppedError(Exception):
    """We were asked to end."""


class AcceptedAssociation:
    """Serves one connection. `run` returns when it is over."""

    def __init__(
        self,
        wire: Wire,
        negotiator: Negotiator,
        limits: Limits,
        service: Service,
        *,
        take_large: TakeLarge = lambda _: None,
        prefix: Prefix = lambda _: b"",
        begin: Begin = lambda _: None,
    ) -> None:
        self._wire = wire
        self._negotiator = negotiator
        self._limits = limits
        self._service = service
        self._take_large = take_large
        self._prefix = prefix
        self._begin = begin
        self._contexts: Mapping[int, Context] = {}
        self._peer_maximum = 0
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
            request = self._negotiator(bytes((kind, 0)) + length.to_bytes(4, "big") + body)
        except MalformedRequestError:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE) from None
        refusal = request.rejection or refuse_with or self._service.opened(request.calling_ae_title)
        if refusal is not None:
            self.calling_ae_title, self.rejection = request.calling_ae_title, refusal
            self._wire.write(rejected(refusal))
            return False
        if request.acceptance is None or 0 < request.maximum_length < SHORTEST_PDU:
            self._service.ended(Ending.ABORTED)
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
        self._contexts, self._peer_maximum = request.contexts, request.maximum_length
        try:
            self._wire.write(request.acceptance)
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
        requests = Requests(
            self._wire,
            self._contexts,
            collector,
            answer=self._answer,
            take_large=self._take_large,
            prefix=self._prefix,
            begin=self._begin,
        )
        while True:
            self.is_busy = requests.is_under_way
            if not self.is_busy:
                self._wait()
            kind, length = self._wire.read_header()
            self.is_busy = True
            if kind == Kind.P_DATA and length > self._negotiator.terms.maximum_length:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            if kind == Kind.P_DATA:
                requests.read(length)
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

    def _answer(self, context_id: int, message: Message) -> None:
        command = message.command
        if command.field == Field.C_CANCEL or command.field & RESPONSE:
            if self._notices is not None and command.field == Field.N_EVENT_REPORT | RESPONSE:
                self._notices.answered(command.responded_id, command.status)
            return
        answer = self._service.handle(message)
        try:
            self._wire.write(
                command_message(context_id, response(command, answer.status, answer.comment), self._peer_maximum)
            )
        finally:
            answer.afterwards()

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
