"""Where peers ask for storage commitment: a request is answered with Success once it is durable on our side."""

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime

from dicom_node.commitment.failures import (
    ACTION_TYPE,
    SOP_CLASS,
    SOP_INSTANCE,
    ActionError,
    ActionStatus,
)
from dicom_node.commitment.lines import Line, Lines
from dicom_node.commitment.requests import Request, read_information
from dicom_node.commitment.spool import DamagedRequestError, Spool, SpoolFullError
from dicom_node.tally import Tally
from dicom_node.upper_layer.negotiation import Context
from dicom_node.upper_layer.notices import Notices
from dicom_node.upper_layer.service import Answer, Message

log = logging.getLogger("osteon.commitment")


class Desk:
    """Share one between all associations."""

    def __init__(self, spool: Spool, lines: Lines, call: Callable[[str], None]) -> None:
        """`call`: told the AE title of a peer that has opened an association, or asked for something."""
        self._spool = spool
        self._lines = lines
        self._call = call

    def opened(self, tally: Tally, contexts: Collection[Context]) -> Notices | None:
        """An association stands. When it can take reports: what is put there is sent to the peer."""
        if all(context.abstract_syntax != SOP_CLASS for context in contexts):
            return None
        try:
            notices = Notices()
        except OSError as error:
            log.warning("no reports on association %s: %s", tally.association_id, type(error).__name__)
            return None
        self._lines.opened(Line(tally.association_id, tally.calling_ae_title, tally.peer_address, notices))
        self._call(tally.calling_ae_title)
        return notices

    def closed(self, tally: Tally) -> None:
        self._lines.closed(tally.association_id)

    def take(self, message: Message, tally: Tally) -> Answer:
        """Answer one N-ACTION (PS3.4 J.3.2)."""
        try:
            request = _request(message, tally)
            ticket = self._spool.put(request, tally.association_id)
        except ActionError as error:
            return _refused(tally, error.status, str(error))
        except SpoolFullError as error:
            return _refused(tally, ActionStatus.RESOURCE_LIMITATION, str(error))
        except OSError as error:
            return _refused(tally, ActionStatus.RESOURCE_LIMITATION, f"it cannot be kept: {type(error).__name__}")
        except DamagedRequestError:
            return _refused(tally, ActionStatus.PROCESSING_FAILURE, "a request of this transaction is damaged")
        log.info(
            "request %s for storage commitment: %d objects (association %s)",
            ticket.name,
            len(request.references),
            tally.association_id,
        )
        self._call(tally.calling_ae_title)
        return Answer(ActionStatus.SUCCESS)


def _request(message: Message, tally: Tally) -> Request:
    command, data_set = message.command, message.data_set
    if command.sop_class_uid != SOP_CLASS:
        raise ActionError(ActionStatus.NO_SUCH_SOP_CLASS, "not the SOP class of its presentation context")
    if command.sop_instance_uid != SOP_INSTANCE:
        raise ActionError(ActionStatus.NO_SUCH_SOP_INSTANCE, f"the SOP instance is {SOP_INSTANCE}")
    if command.action_type != ACTION_TYPE:
        raise ActionError(ActionStatus.NO_SUCH_ACTION, f"the action type is {ACTION_TYPE}")
    if data_set is None:
        raise ActionError(ActionStatus.INVALID_ARGUMENT_VALUE, "the information is missing")
    if data_set.is_too_large:
        raise ActionError(ActionStatus.RESOURCE_LIMITATION, "the information is too long")
    transaction_uid, references = read_information(bytes(data_set.content), message.context.transfer_syntax)
    return Request(
        calling_ae_title=tally.calling_ae_title,
        peer_address=tally.peer_address,
        transaction_uid=transaction_uid,
        references=references,
        received_at=datetime.now(UTC),
    )


def _refused(tally: Tally, status: ActionStatus, comment: str) -> Answer:
    log.warning("N-ACTION refused: %s (association %s)", comment, tally.association_id)
    return Answer(status, comment)
