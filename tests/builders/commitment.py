"""Storage commitment in tests: requests as pydicom writes them, a node without Orthanc, a peer on pynetdicom."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from queue import Queue

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.association import Association
from pynetdicom.dsutils import decode, encode
from pynetdicom.pdu import P_DATA_TF
from pynetdicom.pdu_primitives import SCP_SCU_RoleSelectionNegotiation

from dicom_node.commitment.calling import Caller
from dicom_node.commitment.committer import Committer, Patience
from dicom_node.commitment.desk import Desk
from dicom_node.commitment.lines import Lines
from dicom_node.commitment.requests import Reference, Request
from dicom_node.commitment.set_aside import SetAside
from dicom_node.commitment.spool import Spool
from dicom_node.commitment.verdicts import Judge
from dicom_node.listener import Listener
from dicom_node.outbox import Outbox
from dicom_node.peers import PeerAddress
from dicom_node.uids import UidMap
from dicom_node.upper_layer.service import Limits
from storage.ledger_lookups import StoredInstance
from tests.builders.door import KEYS, Parts, parts_in
from tests.builders.peer import CT, EXPLICIT, IMPLICIT

COMMITMENT, COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"
TRANSACTION_UID = "1.2.276.0.7230010.3.1.2.8323329.4711.1"
SENT_UID = "1.2.276.0.7230010.3.1.4.8323329.1234.1"
NEVER_SENT_UID = "1.2.276.0.7230010.3.1.4.8323329.1234.2"
MAP_UID = UidMap(KEYS.derive("uid"))
QUIET_SECONDS = 0.05
QUICK = Patience(first_look_seconds=0.05, first_call_seconds=0.2)


def information(
    *references: tuple[str, str], transaction_uid: str | None = TRANSACTION_UID, **changes: object
) -> Dataset:
    """Action Information (PS3.4 Table J.3-1)."""
    dataset = Dataset()
    if transaction_uid is not None:
        dataset.TransactionUID = transaction_uid
    dataset.ReferencedSOPSequence = [_item(*reference) for reference in references or ((CT, SENT_UID),)]
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return dataset


def _item(sop_class_uid: str, sop_instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class_uid, sop_instance_uid
    return item


def encoded(dataset: Dataset, transfer_syntax: str = EXPLICIT) -> bytes:
    content = encode(dataset, transfer_syntax == IMPLICIT, True)
    assert content is not None
    return content


def request(*uids: str, **changes: object) -> Request:
    """A request for CTs, of now."""
    values: dict[str, object] = {
        "calling_ae_title": "PACS",
        "peer_address": "127.0.0.1",
        "transaction_uid": TRANSACTION_UID,
        "references": tuple(Reference(CT, uid) for uid in uids or (SENT_UID,)),
        "received_at": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    }
    return Request(**(values | changes))  # type: ignore[arg-type]


class Archive:
    """Ledger and Orthanc as two sets."""

    def __init__(self) -> None:
        self.recorded: dict[str, StoredInstance] = {}
        self.held: set[str] = set()

    def stored(self, uids: Collection[str]) -> Mapping[str, StoredInstance]:
        return {uid: found for uid, found in list(self.recorded.items()) if uid in uids}

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.held.intersection(orthanc_ids))

    def take_all(self, outbox: Outbox) -> None:
        """Do what the forwarder does."""
        for place in outbox.waiting():
            entry = outbox.entry(place)
            self.held.add(entry.orthanc_id)
            self.recorded[entry.sop_instance_uid] = StoredInstance(entry.sop_class_uid, entry.orthanc_id)
            outbox.remove(place)


@dataclass(frozen=True, slots=True)
class Committing:
    """A listener that answers storage commitment, and the committer behind it."""

    port: int
    parts: Parts
    archive: Archive
    spool: Spool
    committer: Committer


@contextmanager
def committing(
    folder: Path,
    *,
    archive: Archive | None = None,
    address_of: Callable[[str], PeerAddress | None] = lambda _: None,
    limits: Limits | None = None,
) -> Iterator[Committing]:
    """Runs until the end of the block; another one on the same folder goes on from what is there."""
    archive = archive or Archive()
    set_aside = SetAside(folder / "commitment", folder / "quarantine", MAP_UID)
    parts = parts_in(folder, note_set_aside=set_aside.note)
    spool, lines = Spool(folder / "commitment" / "requests", KEYS), Lines()
    committer = Committer(
        spool=spool,
        lines=lines,
        judge=Judge(map_uid=MAP_UID, stored=archive.stored, outbox=parts.outbox, orthanc=archive, set_aside=set_aside),
        call=Caller("OSTEON"),
        address_of=address_of,
        patience=QUICK,
    )
    listener = Listener(
        door=parts.door,
        journal=parts.journal,
        ae_title="OSTEON",
        host="127.0.0.1",
        port=0,
        limits=limits or Limits(quiet_seconds=QUIET_SECONDS),
        desk=Desk(spool, lines, committer.peer_called),
    )
    port = listener.start()
    committer.start()
    try:
        yield Committing(port, parts, archive, spool, committer)
    finally:
        listener.stop()
        committer.stop()
        parts.outbox.close()


@dataclass(frozen=True, slots=True)
class Told:
    """One report as pynetdicom reads it."""

    event_type: int
    transaction_uid: str
    committed: list[tuple[str, str]]
    failed: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class Pacs:
    """A peer on pynetdicom: asks for commitment, and takes reports on any association."""

    ae_title: str = "PACS"
    reports: "Queue[Told]" = field(default_factory=Queue)
    answers: list[int] = field(default_factory=list)
    """Statuses to answer reports with, the first one first; without any, Success."""
    roles: list[tuple[bool, bool]] = field(default_factory=list)
    """SCU and SCP role that each caller wants to have for storage commitment."""
    _unanswered: "dict[Association, Told]" = field(default_factory=dict)

    def associate(
        self, port: int, *contexts: str, syntax: str = EXPLICIT, roles: Sequence[SCP_SCU_RoleSelectionNegotiation] = ()
    ) -> Association:
        entity = AE(ae_title=self.ae_title)
        for context in contexts or (CT, COMMITMENT):
            entity.add_requested_context(context, syntax)
        association = entity.associate(
            "127.0.0.1",
            port,
            ae_title="OSTEON",
            ext_neg=list(roles),
            evt_handlers=[(evt.EVT_N_EVENT_REPORT, self._take), (evt.EVT_PDU_SENT, self._answered)],
        )
        assert association.is_established
        return association

    def ask(
        self, association: Association, asked: Dataset, action: int = 1, instance: str = COMMITMENT_INSTANCE
    ) -> int:
        """The status of the N-ACTION."""
        _settle(association)
        answer, _ = association.send_n_action(asked, action, COMMITMENT, instance)
        return int(answer.Status)

    def send(self, association: Association, dataset: Dataset) -> int:
        """The status of the C-STORE."""
        _settle(association)
        return int(association.send_c_store(dataset).Status)

    @contextmanager
    def listening(self, port: int = 0, *, knows_roles: bool = True) -> Iterator[int]:
        """It takes associations; the port."""
        entity = AE(ae_title=self.ae_title)
        if knows_roles:
            entity.add_supported_context(COMMITMENT, scu_role=False, scp_role=True)
        else:
            entity.add_supported_context(COMMITMENT)
        server = entity.start_server(
            ("127.0.0.1", port),
            block=False,
            evt_handlers=[
                (evt.EVT_N_EVENT_REPORT, self._take),
                (evt.EVT_PDU_SENT, self._answered),
                (evt.EVT_REQUESTED, self._note_roles),
            ],
        )
        try:
            yield int(server.socket.getsockname()[1])  # type: ignore[union-attr]
        finally:
            server.shutdown()  # type: ignore[union-attr]
            server.server_close()  # type: ignore[union-attr]

    def told(self) -> Told:
        """The next report, once it is answered: a release before would take the answer back. Fails when none comes."""
        return self.reports.get(timeout=15)

    def _note_roles(self, event: evt.Event) -> None:
        for sop_class, item in event.assoc.requestor.role_selection.items():
            assert sop_class == COMMITMENT
            self.roles.append((bool(item.scu_role), bool(item.scp_role)))

    def _take(self, event: evt.Event) -> tuple[int, None]:
        report = event.event_information
        self._unanswered[event.assoc] = Told(
            event.event_type or 0,
            str(report.TransactionUID),
            [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in _items(report, "Referenced")],
            [
                (one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID, one.FailureReason)
                for one in _items(report, "Failed")
            ],
        )
        return (self.answers.pop(0) if self.answers else 0x0000), None

    def _answered(self, event: evt.Event) -> None:
        """The answer is one PDU of data."""
        if isinstance(event.pdu, P_DATA_TF) and (told := self._unanswered.pop(event.assoc, None)) is not None:
            self.reports.put(told)


def _settle(association: Association) -> None:
    """pynetdicom's reactor, woken by the end of one request, may take the answer to the next one for itself."""
    association._reactor_checkpoint.clear()  # noqa: SLF001 - there is no other way
    time.sleep(0.005)


def _items(report: Dataset, which: str) -> list[Dataset]:
    return list(report.get(f"{which}SOPSequence", []))


def read_back(content: bytes, transfer_syntax: str) -> Dataset:
    """A data set as pydicom reads it."""
    return decode(BytesIO(content), transfer_syntax == IMPLICIT, True)
