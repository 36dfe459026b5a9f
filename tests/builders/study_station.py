"""A node without its threads: door, outbox, forwarder, ledger and study clock, moved on by a test, step by step."""

from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from dicom_node.contexts import IMAGE_SOP_CLASSES
from dicom_node.delays import Delays
from dicom_node.finding import Patience, asking
from dicom_node.forwarder import Forwarder
from dicom_node.peers import PeerAddress
from dicom_node.pieces import Pieces, pieces_of
from dicom_node.study_clock import StudyClock
from dicom_node.study_confirmation import Confirmation
from dicom_node.study_count import Taken
from dicom_node.study_sources import StudySources
from dicom_node.uids import UidMap
from osteon.study_parts import MODALITIES
from storage.ledger import Ledger
from storage.orthanc import Placed
from storage.study_lifecycle import StudyState
from storage.study_records import Standing
from storage.study_states import StudyStates
from tests.builders.door import KEYS, VaultInMemory, arrival, parts_in

IDLE_SECONDS = 300.0
PATIENCE = Patience(answer_seconds=1.0, whole_seconds=2.0)
MAP = UidMap(KEYS.derive("uid"))


class ImageStoreInMemory:
    """Orthanc as the forwarder sees it; it can be away."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.away: Exception | None = None

    def store(self, file: bytes | Pieces, expected_id: str) -> Placed:
        if self.away is not None:
            raise self.away
        already = expected_id in self.files
        self.files.setdefault(expected_id, b"".join(pieces_of(file)))
        return Placed(expected_id, already=already)

    def read(self, orthanc_id: str) -> Iterator[bytes]:
        yield self.files[orthanc_id]

    def ready(self) -> bool:
        return self.away is None

    def last_change(self) -> int | None:
        return len(self.files) if self.away is None else None

    def present(self, orthanc_ids: Collection[str]) -> frozenset[str]:
        if self.away is not None:
            raise self.away
        return frozenset(self.files).intersection(orthanc_ids)


class Station:
    """One node in `folder`, on a registry that others may share. `peers`: who can be asked; it may be changed."""

    def __init__(
        self,
        folder: Path,
        registry: Engine,
        peers: dict[str, PeerAddress],
        *,
        store: ImageStoreInMemory | None = None,
        vault: VaultInMemory | None = None,
        delays: Delays | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        self.folder = folder
        self.now = 0.0
        self.store = store or ImageStoreInMemory()
        self.states = StudyStates(registry)
        self.sources = StudySources(folder / "studies", KEYS, peers.get)
        ledger = Ledger(registry)
        self.parts = parts_in(folder, ledger.study, vault=vault, note_source=self.sources.note)
        self.forwarder = Forwarder(
            outbox=self.parts.outbox,
            journal=self.parts.journal,
            quarantine=self.parts.quarantine,
            orthanc=self.store,
            ledger=ledger,
        )
        self.clock = StudyClock(
            states=self.states,
            on_their_way=self.parts.outbox.studies,
            confirmation=Confirmation(
                states=self.states,
                sources=self.sources,
                address_of=peers.get,
                ask=partial(asking, calling_ae_title="OSTEON", patience=patience),
                taken=Taken(sop_classes=frozenset(map(str, IMAGE_SOP_CLASSES)), modalities=MODALITIES, map_uid=MAP),
                delays=delays or Delays(0, 0),
            ),
            tidy=self.sources.tidy,
            idle_seconds=IDLE_SECONDS,
            clock=lambda: self.now,
        )

    def receive(self, *files: bytes, ae_title: str = "PACS") -> None:
        """Through the door, and no further."""
        for file in files:
            self.parts.door.receive(arrival(file, calling_ae_title=ae_title))

    def forward(self) -> None:
        """Everything that waits, to the image store and the ledger."""
        for _ in range(10):
            self.forwarder.forward_once()

    def tick(self, after: float = 0.0) -> None:
        """Let so many seconds pass, and let the clock look."""
        self.now += after
        self.clock.tick()

    def rest(self) -> None:
        """Let the clock see what there is, again when that has been long enough, and ask."""
        self.tick()
        self.tick(after=IDLE_SECONDS)
        self.tick()

    def standing(self, original_study_uid: str) -> Standing:
        uid = str(MAP(original_study_uid))
        return self.states.of([uid])[uid]

    def told(self, original_study_uid: str) -> list[tuple[StudyState, int]]:
        """State and revision of each line of a study's history."""
        return [(line.after, line.revision) for line in self.states.history(str(MAP(original_study_uid)))]
