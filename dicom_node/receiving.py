"""The requests of one association: C-ECHO is answered, C-STORE goes through the door, N-ACTION to the desk."""

import logging
import time
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from dicom_node.access import Visit
from dicom_node.commitment.desk import Desk
from dicom_node.contexts import STORAGE_COMMITMENT
from dicom_node.door import Arrival, Begun, Door, Outcome
from dicom_node.errors import NodeError, TryAgainError, UnprocessableError
from dicom_node.large_objects import LargeObject, begin
from dicom_node.metrics import NOBODY, Metrics
from dicom_node.own_uids import Learned
from dicom_node.pseudonymisation.part10 import new_frame
from dicom_node.status import Status
from dicom_node.tally import Count, Tallies, Tally, Told
from dicom_node.uids import is_uid
from dicom_node.upper_layer.collecting import Sink
from dicom_node.upper_layer.commands import Field
from dicom_node.upper_layer.negotiation import Context
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.pdus import Rejection
from dicom_node.upper_layer.service import UNRECOGNISED_OPERATION, Answer, Ending, Message

PROCESSING_FAILURE = 0x0110

log = logging.getLogger("osteon.listener")


class StoreService:
    """Serves one association (a `service.Service`)."""

    def __init__(
        self,
        door: Door,
        tallies: Tallies,
        peer_address: str,
        *,
        visit: Visit | None = None,
        desk: Desk | None = None,
        metrics: Metrics = NOBODY,
    ) -> None:
        """`desk`: where storage commitment is asked for; without one it is not to be negotiated."""
        self._door = door
        self._tallies = tallies
        self._peer_address = peer_address
        self._visit = visit
        self._desk = desk
        self._metrics = metrics
        self._tally: Tally | None = None
        self._large: LargeObject | None = None
        self._learned = Learned()
        """Of the large object that is coming."""
        self._begun: Begun | None = None
        """What was made of the head of the object that is coming."""

    @property
    def largest_object(self) -> int | None:
        return None if self._visit is None else self._visit.largest_object

    def opened(self, calling_ae_title: str) -> Rejection | None:
        refusal = None if self._visit is None else self._visit.opened(calling_ae_title)
        if refusal is not None:
            return refusal
        self._tally = Tally(calling_ae_title=calling_ae_title, peer_address=self._peer_address)
        self._tallies.opened(id(self), self._tally)
        self._metrics.association_opened(calling_ae_title)
        return None

    def accepted(self, contexts: Collection[Context]) -> Notices | None:
        if self._desk is None or self._tally is None:
            return None
        return self._desk.opened(self._tally, contexts)

    def handle(self, message: Message) -> Answer:
        """Answer one request (PS3.4 A.4, B.2.3). Success of a C-STORE means: durable on our side."""
        if message.command.field == Field.C_ECHO:
            return Answer(Status.SUCCESS)
        if message.command.field == Field.N_ACTION and message.context.abstract_syntax == STORAGE_COMMITMENT:
            return self._commit(message)
        if message.command.field != Field.C_STORE or message.data_set is None:
            return Answer(UNRECOGNISED_OPERATION)
        return self._store(message)

    def released(self) -> None:
        if self._visit is not None:  # who calls again at once must find its seat free
            self._visit.ended()

    def begin(self, message: Message) -> None:
        """The head of an object has come: what it becomes is worked out while the rest is on its way."""
        self._begun = None
        if message.command.field == Field.C_STORE and self._tally is not None:
            self._begun = self._door.begin(_arrival(message, self._tally, Learned()))

    def take_large(self, message: Message) -> Sink | None:
        """Of a large object its head has come: whether the rest is stored while it comes."""
        self._large = None
        if message.command.field == Field.C_STORE and self._tally is not None:
            self._learned = Learned()
            self._large = begin(self._door, _arrival(message, self._tally, self._learned))
        return self._large

    def ended(self, ending: Ending) -> None:
        if self._desk is not None and self._tally is not None:
            self._desk.closed(self._tally)
        self._tallies.ended(id(self), ending)
        if self._visit is not None:
            self._visit.ended()
        self._metrics.association_ended(self._tally.calling_ae_title if self._tally else "", ending.value)

    def _commit(self, message: Message) -> Answer:
        if self._desk is None or self._tally is None:
            return Answer(UNRECOGNISED_OPERATION)
        try:
            return self._desk.take(message, self._tally)
        except Exception as error:  # noqa: BLE001 - the boundary; what it says may hold a value
            log.error("N-ACTION failed: %s", type(error).__name__)  # noqa: TRY400
            return Answer(PROCESSING_FAILURE, "unexpected error")

    def _store(self, message: Message) -> Answer:
        began, size = time.perf_counter(), message.data_set.size if message.data_set else 0
        tally = self._tallies.received(id(self))
        large, self._large = self._large, None
        begun, self._begun = self._begun, None
        learned = Learned() if large is None else self._learned
        status, comment = int(Status.SUCCESS), ""
        try:
            outcome = self._receive(message, tally, learned, large or begun)
            told = Told()
            count = Count.STORED if outcome is Outcome.STORED else Count.DUPLICATE
        except NodeError as error:
            log.warning("C-STORE: %s (association %s)", error, tally.association_id, extra=tally.for_log)
            count = Count.QUARANTINED if isinstance(error, UnprocessableError) else Count.REFUSED
            told = Told(error.word, is_again=isinstance(error, UnprocessableError) and error.is_again)
            status, comment = error.status, str(error)
        except Exception as error:  # noqa: BLE001 - the boundary; what it says may hold a value
            log.error("C-STORE failed: %s", type(error).__name__, extra=tally.for_log)  # noqa: TRY400
            count, told = Count.REFUSED, Told("unexpected_error")
            status, comment = int(Status.CANNOT_UNDERSTAND), "unexpected error"
        if count is not Count.STORED:
            told = replace(told, study_instance_uid=learned.study_instance_uid)
            self._tallies.answering(tally, count, told)
        seconds = time.perf_counter() - began

        def account() -> None:
            self._tallies.counted(tally, count, replace(told, study_instance_uid=learned.study_instance_uid))
            self._metrics.object_done(tally.calling_ae_title, count.value, told.reason, seconds, size)
            if self._visit is not None:
                self._visit.object_received()

        return Answer(status, comment, account)

    def _receive(self, message: Message, tally: Tally, learned: Learned, so_far: LargeObject | Begun | None) -> Outcome:
        if so_far is None or isinstance(so_far, Begun):
            return self._door.receive(_arrival(message, tally, learned), so_far)
        if message.data_set is None or message.data_set.is_too_large:
            return self._door.receive(_arrival(message, tally, learned))
        return so_far.finish(datetime.now(UTC))


def frame_of(message: Message) -> bytes:
    """What makes a DICOM file of a C-STORE's data set (PS3.10 7.1), to be put before it."""
    command = message.command
    if command.field != Field.C_STORE:
        return b""
    return new_frame(
        sop_class_uid=message.context.abstract_syntax,
        sop_instance_uid=command.sop_instance_uid if is_uid(command.sop_instance_uid) else "",
        transfer_syntax_uid=message.context.transfer_syntax,
    )


def _arrival(message: Message, tally: Tally, learned: Learned) -> Arrival:
    command, data_set = message.command, message.data_set
    if data_set is None or data_set.is_too_large:
        raise TryAgainError("the object is larger than this node takes", "too_large")
    return Arrival(
        association_id=tally.association_id,
        calling_ae_title=tally.calling_ae_title,
        file=data_set.file,
        abstract_syntax=message.context.abstract_syntax,
        affected_sop_class_uid=command.sop_class_uid,
        affected_sop_instance_uid=command.sop_instance_uid,
        received_at=datetime.now(UTC),
        learned=learned,
    )
