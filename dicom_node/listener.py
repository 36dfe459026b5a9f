"""The DICOM listener: associations, C-ECHO and C-STORE (pynetdicom), one thread an association."""

import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

from pydicom.dataset import Dataset
from pynetdicom import AE, _config, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event, EventType
from pynetdicom.transport import ThreadedAssociationServer

from dicom_node.contexts import accepted_contexts
from dicom_node.door import Arrival, Door, Outcome
from dicom_node.errors import NodeError, UnprocessableError
from dicom_node.journal import Journal
from dicom_node.status import Status
from dicom_node.tally import Count, Ending, Tallies, Tally
from storage.ledger_records import AssociationSummary

log = logging.getLogger("osteon.listener")

PDU_BYTES = 131_072
MAXIMUM_ASSOCIATIONS = 100
NEGOTIATION_SECONDS = 5.0
"""For an association request to arrive: probes that only open the port count as associations until then."""
IDLE_SECONDS = 60.0
_LONGEST_COMMENT = 64


Handler = tuple[EventType, Callable[..., Any]] | tuple[EventType, Callable[..., Any], list[Any]]


class PortTakenError(Exception):
    """Something else listens there; the message names the address."""


class Listener:
    """Accepts associations for one AE title until it is stopped."""

    def __init__(self, *, door: Door, journal: Journal, ae_title: str, host: str, port: int) -> None:
        self._door = door
        self._journal = journal
        self._address = (host, port)
        self._tallies = Tallies(self._note)
        self._ae = AE(ae_title=ae_title)
        self._ae.supported_contexts = accepted_contexts()
        self._ae.maximum_pdu_size = PDU_BYTES
        self._ae.maximum_associations = MAXIMUM_ASSOCIATIONS
        self._ae.network_timeout = IDLE_SECONDS
        self._ae.acse_timeout = NEGOTIATION_SECONDS
        self._ae.require_called_aet = True

    def start(self) -> int:
        """Listen; returns the port (useful when 0, any free one, was asked for). Raises PortTakenError."""
        _config.LOG_HANDLER_LEVEL = "none"  # its default handlers log identifiers
        handlers: list[Handler] = [
            (evt.EVT_ACCEPTED, self._on_accepted),
            (evt.EVT_C_ECHO, self._on_echo),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_RELEASED, self._on_ended, [Ending.RELEASED]),
            (evt.EVT_ABORTED, self._on_ended, [Ending.ABORTED]),
            (evt.EVT_CONN_CLOSE, self._on_ended, [Ending.LOST]),
        ]
        try:
            server = self._ae.start_server(self._address, block=False, evt_handlers=handlers)
        except OSError as error:
            host, port = self._address
            raise PortTakenError(f"DICOM port {port} on {host}: {os.strerror(error.errno or 0)}") from None
        return int(cast("ThreadedAssociationServer", server).server_address[1])

    def stop(self) -> None:
        """Take no new association and end those that are open; what was acknowledged is durable already."""
        self._ae.shutdown()

    def _on_accepted(self, event: Event) -> None:
        requestor = event.assoc.requestor
        tally = Tally(calling_ae_title=str(requestor.ae_title).strip(), peer_address=str(requestor.address))
        self._tallies.opened(id(event.assoc), tally)

    def _on_echo(self, event: Event) -> int:  # noqa: ARG002 - pynetdicom's signature
        return Status.SUCCESS

    def _on_store(self, event: Event) -> Dataset | int:
        """Answer one C-STORE (PS3.4 B.2.3). Success means: durable on our side."""
        tally = self._tallies.received(id(event.assoc))
        count = Count.REFUSED
        try:
            outcome = self._door.receive(_arrival(event, tally))
            count = Count.STORED if outcome is Outcome.STORED else Count.DUPLICATE
        except NodeError as error:
            log.warning("C-STORE: %s (association %s)", error, tally.association_id)
            count = Count.QUARANTINED if isinstance(error, UnprocessableError) else Count.REFUSED
            return _answer(error.status, str(error))
        except Exception as error:  # noqa: BLE001 - the boundary; left alone, pynetdicom logs its text
            log.error("C-STORE failed: %s", type(error).__name__)  # noqa: TRY400
            return _answer(Status.CANNOT_UNDERSTAND, "unexpected error")
        finally:
            self._tallies.counted(tally, count)
        return Status.SUCCESS

    def _on_ended(self, event: Event, ending: Ending) -> None:
        self._tallies.ended(id(event.assoc), ending)

    def _note(self, summary: AssociationSummary) -> None:
        log.info("association %s %s, %s received", summary.association_id, summary.outcome, summary.received)
        try:
            self._journal.write(summary)
        except OSError as error:
            log.error("journal: %s", type(error).__name__)  # noqa: TRY400


def _arrival(event: Event, tally: Tally) -> Arrival:
    request = cast("C_STORE", event.request)
    return Arrival(
        association_id=tally.association_id,
        calling_ae_title=tally.calling_ae_title,
        file=event.encoded_dataset(),
        abstract_syntax=str(event.context.abstract_syntax),
        affected_sop_class_uid=str(request.AffectedSOPClassUID),
        affected_sop_instance_uid=str(request.AffectedSOPInstanceUID),
        received_at=datetime.now(UTC),
    )


def _answer(status: Status, comment: str) -> Dataset:
    answer = Dataset()
    answer.Status = int(status)
    answer.ErrorComment = comment[:_LONGEST_COMMENT]
    return answer
