"""The door: takes one received object to its one end, stored, quarantined or refused.

It answers only once that end is durable. Whatever goes wrong on the way, nothing identified stays in clear
and nothing is half-done.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from dicom_node.entry import Entry, checksum_of, header_facts
from dicom_node.errors import NodeError, RefusedError, TryAgainError, UnprocessableError
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.outbox import Outbox, OutboxConflictError
from dicom_node.own_uids import Learned, nothing_known
from dicom_node.pieces import Pieces
from dicom_node.pseudonymisation.engine import Result
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymiser import BegunObject, Pseudonymised, Pseudonymiser
from dicom_node.quarantine import Circumstances, Quarantine
from dicom_node.sameness import HashPixels, hash_of
from dicom_node.series_facts import DESCRIBING
from dicom_node.status import Reason
from storage.source_digests import are_of_the_same
from storage.vault import VaultError

log = logging.getLogger("osteon.door")


class Outcome(Enum):
    """The ends that are answered with Success."""

    STORED = "stored"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One C-STORE: the object as a DICOM file, and what the request said of it (PS3.7 9.1.1)."""

    association_id: str
    calling_ae_title: str
    file: bytes
    abstract_syntax: str
    """What was negotiated for the presentation context it came on."""
    affected_sop_class_uid: str
    affected_sop_instance_uid: str
    received_at: datetime
    learned: Learned = field(default_factory=Learned)
    """What the door finds out about it; for whoever counts."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What was made of an object whose pixels are still to come."""

    object: BegunObject
    header_facts: dict[str, Any] = field(repr=False)


class Door:
    """Share one between all associations: it holds no state of any."""

    def __init__(
        self,
        *,
        pseudonymise: Pseudonymiser,
        outbox: Outbox,
        quarantine: Quarantine,
        journal: Journal,
        studies: KnownStudies,
        own_uids: Callable[[bytes], Learned] = nothing_known,
        note_set_aside: Callable[[str, str, Reason], None] = lambda *_: None,
        note_source: Callable[[str, str, Facts], None] = lambda *_: None,
    ) -> None:
        """`own_uids`: the pseudonymised UIDs of an object that cannot be taken.

        `note_set_aside`: told the sender's SOPInstanceUID of an object in quarantine, its id there, the reason.
        `note_source`: told, for each object that is kept, its pseudonymised study, its sender, and what came.
        """
        self._pseudonymise = pseudonymise
        self.outbox = outbox
        self.quarantine = quarantine
        self._journal = journal
        self._studies = studies
        self._own_uids = own_uids
        self._note_set_aside = note_set_aside
        self._note_source = note_source

    def begin(self, arrival: Arrival) -> Begun | None:
        """Begin with an object of which only the head has come (`arrival.file`), while the rest is on its way.

        Nothing is kept, noted or refused yet. None when nothing can be said of it so far; then `receive` says all.
        """
        try:
            begun = self._pseudonymise.begin(arrival.file, arrival.calling_ae_title)
            return None if begun is None else Begun(begun, _header_facts(begun.begun.result))
        except Exception:  # noqa: BLE001 - hostile bytes: what they provoke is told when all have come
            return None

    def receive(self, arrival: Arrival, begun: Begun | None = None) -> Outcome:
        """Take an object. On return it is durable; a NodeError says what became of it instead.

        `begun`: what `begin` made of its head.
        """
        try:
            return self._take_begun(arrival, begun) or self.take_in(arrival)
        except NodeError as error:
            self._learn(arrival)
            if isinstance(error, UnprocessableError):
                self.set_aside(arrival, error, arrival.file)
            raise

    def take_in(self, arrival: Arrival) -> Outcome:
        """The same for an object that is in quarantine already: when it cannot be taken, nothing is set aside."""
        return self.accept(arrival, self.pseudonymised(arrival))

    def _take_begun(self, arrival: Arrival, begun: Begun | None) -> Outcome | None:
        """An object whose head was made already; None when it must be made as a whole."""
        if begun is None:
            return None
        try:
            made = self._pseudonymise.completed(begun.object, arrival.file)
        except Exception:  # noqa: BLE001 - made as a whole, it is told what is wrong, and the object is set aside
            return None
        if made is None:
            return None
        self._check_class(arrival, made)
        return self.accept(arrival, made, begun.header_facts)

    def pseudonymised(self, arrival: Arrival, hash_pixels: HashPixels | None = hash_of) -> Pseudonymised:
        """What becomes of an object, still in memory. Raises NodeError. `hash_pixels`: see `Pseudonymiser`."""
        try:
            made = self._pseudonymise(arrival.file, arrival.calling_ae_title, hash_pixels)
        except NodeError:
            raise
        except VaultError as error:
            raise TryAgainError(type(error).__name__, "vault") from None
        except Exception as error:  # noqa: BLE001 - the boundary to hostile bytes; its text may hold a value
            raise UnprocessableError(Reason.UNEXPECTED_ERROR, type(error).__name__) from None
        self._check_class(arrival, made)
        return made

    def accept(self, arrival: Arrival, made: Pseudonymised, header_facts: dict[str, Any] | None = None) -> Outcome:
        """Take an object that is pseudonymised. `header_facts`: of what is written, when they are known."""
        entry = self._entry(arrival, made, checksum_of(made.parts), header_facts)
        return self._keep(arrival, made, entry, lambda entry: self.outbox.put(entry, made.parts))

    def keep(self, arrival: Arrival, made: Pseudonymised, checksum: str, put: Callable[[Entry], bool]) -> Outcome:
        """Keep an object unless it is here already. Raises NodeError.

        `checksum`: of its file (`checksum_of`). `put`: makes it durable in the outbox, as `Outbox.put` does.
        """
        return self._keep(arrival, made, self._entry(arrival, made, checksum), put)

    def _keep(self, arrival: Arrival, made: Pseudonymised, entry: Entry, put: Callable[[Entry], bool]) -> Outcome:
        arrival.learned.study_instance_uid = entry.study_instance_uid
        arrival.learned.sop_instance_uid = entry.sop_instance_uid
        outcome = self._keep_or_know(arrival, entry, put)
        self._note_source(entry.study_instance_uid, arrival.calling_ae_title, made.result.source)
        return outcome

    def _keep_or_know(self, arrival: Arrival, entry: Entry, put: Callable[[Entry], bool]) -> Outcome:
        known = self._studies.contents(arrival.association_id, entry.study_instance_uid, entry.pseudonym)
        if known.pseudonym != entry.pseudonym:
            raise UnprocessableError(Reason.STUDY_CONFLICT)
        digest = known.digests.get(entry.sop_instance_uid)
        if digest is None:
            outcome = self._put(entry, put)
            known.digests[entry.sop_instance_uid] = entry.source_digest
            return outcome
        if not are_of_the_same(digest, entry.source_digest):
            raise UnprocessableError(Reason.CONFLICT)
        return Outcome.DUPLICATE

    def _entry(
        self, arrival: Arrival, made: Pseudonymised, checksum: str, known: dict[str, Any] | None = None
    ) -> Entry:
        """What the outbox notes of the object; what the ledger could never hold must not be acknowledged."""
        entry = Entry(
            association_id=arrival.association_id,
            pseudonym=made.pseudonym,
            **(_header_facts(made.result) if known is None else known),
            size=made.result.size,
            checksum=checksum,
            source_digest=made.source_digest,
            received_at=arrival.received_at,
        )
        try:
            entry.check_kept()
        except ValueError:
            raise UnprocessableError(Reason.UNEXPECTED_ERROR, "the ledger cannot hold its header") from None
        return entry

    def _put(self, entry: Entry, put: Callable[[Entry], bool]) -> Outcome:
        try:
            return Outcome.STORED if put(entry) else Outcome.DUPLICATE
        except OutboxConflictError:
            raise UnprocessableError(Reason.CONFLICT) from None

    def _check_class(self, arrival: Arrival, made: Pseudonymised) -> None:
        """The data set must be what the request announced (PS3.4 B.2.3: A9xx)."""
        if not made.sop_class_uid == arrival.affected_sop_class_uid == arrival.abstract_syntax:
            raise RefusedError(
                "SOP Class UIDs of presentation context, request and data set differ", "sop_class_differs"
            )
        if made.sop_instance_uid_before != arrival.affected_sop_instance_uid:
            raise RefusedError("SOP Instance UID of request and data set differ", "sop_instance_differs")

    def _learn(self, arrival: Arrival) -> None:
        if arrival.learned.study_instance_uid is None:
            found = self._own_uids(arrival.file)
            arrival.learned.study_instance_uid = found.study_instance_uid
            arrival.learned.sop_instance_uid = found.sop_instance_uid

    def set_aside(self, arrival: Arrival, error: UnprocessableError, content: bytes | Pieces) -> None:
        """Quarantine what came (`content`). Raises TryAgainError when it cannot be kept.

        It leaves as much of the disk to databases and Orthanc as the outbox does.
        """
        self._learn(arrival)
        self.outbox.check_room(len(content))
        came = Circumstances(
            association_id=arrival.association_id,
            sop_class_uid=arrival.abstract_syntax,
            received_at=arrival.received_at,
            calling_ae_title=arrival.calling_ae_title,
            study_instance_uid=arrival.learned.study_instance_uid,
            sop_instance_uid=arrival.learned.sop_instance_uid,
            is_pseudonymised=False,
        )
        try:
            label = self.quarantine.put(content, came, error.reason, str(error))
            error.is_again = not label.is_of(came)
            self._note_set_aside(arrival.affected_sop_instance_uid, label.quarantine_id, error.reason)
            self._journal.write(label.for_ledger())
        except OSError as failure:
            log.error("quarantine failed: %s", type(failure).__name__)  # noqa: TRY400 - a traceback may hold values
            raise TryAgainError("quarantine", "quarantine") from None


def _header_facts(result: Result) -> dict[str, Any]:
    return header_facts(result.facts_with(DESCRIBING), result.transfer_syntax_uid)
