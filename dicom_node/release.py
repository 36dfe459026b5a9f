"""Releasing quarantined objects: each goes through the door again, as it came, under the profile of today.

In this order, each step durable before the next: the object is in an outbox, its fate is decided, the sealed file is
gone. Whatever is interrupted is done again, and finds the object where it is: it becomes the same one every time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from dicom_node.as_is import as_is
from dicom_node.door import Arrival, Door, Outcome
from dicom_node.errors import RefusedError, UnprocessableError
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.part10 import read_frame
from dicom_node.quarantine import Label, Quarantine
from dicom_node.status import Reason
from storage.ledger_records import UNKNOWN_DIGEST
from storage.quarantine_records import Decision, Fate
from storage.sealing import UnsealError


class Obstacle(Enum):
    """Why an object stays that no engine has looked at; beside the reasons of `status.Reason`."""

    SEAL_BROKEN = "seal_broken"
    """The sealed bytes were changed."""
    UNKNOWN_SENDER = "unknown_sender"
    """Who issued its patient number cannot be told."""
    UNKNOWN_STATE = "unknown_state"
    """It cannot be told whether it was pseudonymised before it was set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What came of one object: `decision` when it was released, else why it stays (a code)."""

    label: Label
    decision: Decision | None = None
    is_again: bool = False
    """Released, and found to be there already."""
    why: str = ""
    detail: str = ""


class _StaysError(Exception):
    """With an Obstacle."""


class Releasing:
    """One custodian's act."""

    def __init__(
        self, door: Door, quarantine: Quarantine, sender_of: Callable[[Label], str | None], by: str, reason: str
    ) -> None:
        """`sender_of`: the calling AE title that an object came from; None when it is not known, and matters."""
        self._door = door
        self._quarantine = quarantine
        self._sender_of = sender_of
        self._by = by
        self._reason = reason

    def __call__(self, label: Label) -> Tried:
        """Release one object, or say why it stays.

        Raises TryAgainError when it is our fault and passing, FileNotFoundError when it is gone, KeyFileError.
        """
        try:
            arrival, is_again = self._take_in(label)
        except _StaysError as stays:
            return Tried(label=label, why=str(stays))
        except UnprocessableError as error:
            return Tried(label=label, why=error.word, detail=error.detail)
        except RefusedError as error:
            return Tried(label=label, why=error.word, detail=str(error))
        uid = arrival.learned.sop_instance_uid
        decision = Decision(
            kept=label.for_ledger(),
            fate=Fate.RELEASED,
            at=datetime.now(UTC),
            by=self._by,
            reason=self._reason,
            released_as=uid,
        )
        self._quarantine.remove(decision)
        return Tried(label=label, decision=decision, is_again=is_again)

    def _take_in(self, label: Label) -> tuple[Arrival, bool]:
        try:
            file = self._quarantine.open(label.quarantine_id)
        except UnsealError:
            raise _StaysError(Obstacle.SEAL_BROKEN.value) from None
        arrival = self._arrival(label, file)
        if _was_pseudonymised(label):
            outcome = self._door.accept(arrival, as_is(file, label.source_digest or UNKNOWN_DIGEST))
        else:
            outcome = self._door.take_in(arrival)
        return arrival, outcome is Outcome.DUPLICATE

    def _arrival(self, label: Label, file: bytes) -> Arrival:
        sender = self._sender_of(label)
        if sender is None:
            raise _StaysError(Obstacle.UNKNOWN_SENDER.value)
        try:
            sop_instance_uid = read_frame(file).sop_instance_uid
        except StructureError as error:
            raise UnprocessableError(Reason.UNREADABLE, str(error)) from None
        return Arrival(
            association_id=label.association_id,
            calling_ae_title=sender,
            file=file,
            abstract_syntax=label.sop_class_uid,
            affected_sop_class_uid=label.sop_class_uid,
            affected_sop_instance_uid=sop_instance_uid,
            received_at=label.received_at,
        )


def _was_pseudonymised(label: Label) -> bool:
    if label.is_pseudonymised is not None:
        return label.is_pseudonymised
    if label.reason is Reason.CONFLICT:
        raise _StaysError(Obstacle.UNKNOWN_STATE.value)
    return label.reason is Reason.REJECTED_BY_ORTHANC
