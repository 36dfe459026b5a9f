"""P-DATA put together to requests, PDV by PDV (PS3.8 9.3.5, Annex E; PS3.7 9.3).

Any legal fragmentation is understood: command and data set in any number of PDUs, several PDVs in one.
"""

from collections.abc import Callable, Mapping
from functools import partial

from dicom_node.upper_layer.collecting import Collected, Collector, Sink
from dicom_node.upper_layer.commands import Command, CommandError, read_command
from dicom_node.upper_layer.negotiation import Context
from dicom_node.upper_layer.pdus import PDV_HEADER, AbortReason, Control, ProtocolError
from dicom_node.upper_layer.service import Begin, Message, Prefix, TakeLarge
from dicom_node.upper_layer.wire import Wire

LONGEST_COMMAND = 1 << 14
HEAD_BYTES = 32_000
"""Of a data set: what stands before the pixels of most images, and two fragments of the 16 kB that many write."""

LONGEST_HEAD = 1 << 16
"""That is begun with, of what has come."""

_CONTROL_BYTES = 2


class Requests:
    """Of one association, whose thread reads them."""

    def __init__(
        self,
        wire: Wire,
        contexts: Mapping[int, Context],
        collector: Collector,
        *,
        answer: Callable[[int, Message], None],
        take_large: TakeLarge,
        prefix: Prefix,
        begin: Begin,
    ) -> None:
        """`answer`: takes each request that is whole, and the id of the context it came on.

        `take_large`: offered a request of which not all has come. `prefix`: says what to put before a data set.
        `begin`: told once of each data set that takes several PDVs, when its head has come.
        """
        self._wire = wire
        self._contexts = contexts
        self._collector = collector
        self._answer = answer
        self._take_large = take_large
        self._prefix = prefix
        self._begin = begin
        self._has_begun = False
        self._commands = bytearray()
        self._context_id = 0
        """Of the command set that is coming."""
        self._pending: Command | None = None
        """A request that waits for its data set, on that context."""

    @property
    def is_under_way(self) -> bool:
        """Whether a part of one has come, and not all."""
        return self._pending is not None or bool(self._commands)

    def read(self, length: int) -> None:
        """The rest of one P-DATA-TF PDU, of so many bytes. Raises ProtocolError and what the wire raises."""
        while length:
            if length < PDV_HEADER.size:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            item, context_id, control = self._wire.unpack(PDV_HEADER)
            size, length = item - _CONTROL_BYTES, length - item - (PDV_HEADER.size - _CONTROL_BYTES)
            if size < 0 or length < 0 or context_id not in self._contexts:
                raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
            is_command, is_last = bool(control & Control.COMMAND), bool(control & Control.LAST)
            self._check_turn(context_id, is_command=is_command)
            self._take(size, is_command=is_command)
            if is_last:
                self._complete()
            elif not self._has_begun and self._collector.size >= HEAD_BYTES:
                self._has_begun = True
                self._tell_of_head()

    def _check_turn(self, context_id: int, *, is_command: bool) -> None:
        """A command set comes whole before its data set, both on one context."""
        is_expected = is_command == (self._pending is None)
        if not is_expected or (self.is_under_way and context_id != self._context_id):
            raise ProtocolError(AbortReason.UNEXPECTED_PDU)
        self._context_id = context_id

    def _take(self, size: int, *, is_command: bool) -> None:
        if not is_command:
            self._collector.take(self._wire, size)
        elif len(self._commands) + size > LONGEST_COMMAND:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE)
        else:
            self._commands += self._wire.read(size)

    def _complete(self) -> None:
        """A command set or a data set is whole: wait for the data set that is to come, or have the request answered."""
        if self._pending is not None:
            command, self._pending = self._pending, None
            self._has_begun = False
            self._answer(self._context_id, self._message(command, self._collector.finish()))
            return
        try:
            command = read_command(bytes(self._commands))
        except CommandError:
            raise ProtocolError(AbortReason.INVALID_PARAMETER_VALUE) from None
        self._commands.clear()
        if command.has_data_set:
            self._collector.expect(partial(self._offer, command), self._prefix(self._message(command, None)))
            self._pending = command
        else:
            self._answer(self._context_id, self._message(command, None))

    def _tell_of_head(self) -> None:
        begun = self._collector.begun(LONGEST_HEAD)
        if self._pending is not None and begun is not None:
            self._begin(self._message(self._pending, begun))

    def _offer(self, command: Command, begun: Collected) -> Sink | None:
        return self._take_large(self._message(command, begun))

    def _message(self, command: Command, data_set: Collected | None) -> Message:
        return Message(context=self._contexts[self._context_id], command=command, data_set=data_set)
