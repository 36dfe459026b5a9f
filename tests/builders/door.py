"""A door on a folder of the test, with a vault that is a dictionary."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pydicom

from dicom_node.door import Arrival, Door
from dicom_node.entry import Entry
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.outbox import Outbox
from dicom_node.own_uids import OwnUids
from dicom_node.pseudonymisation.engine import Engine
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.pseudonymiser import Identifier, People, Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.segments import Place, records_in
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from storage.identities import Person, Pseudonymity
from storage.keys import KeyRing
from storage.ledger_records import StudyContents
from storage.pseudonyms import new_pseudonym
from storage.vault_errors import StudyConflictError
from tests.builders.real_files import packaged

SEGMENT_BYTES = 1 << 20
KEYS = KeyRing(b"s" * 32)
ASSOCIATION = "0b8b1a3e-97b1-4a7e-9f0c-2d5c1f0b7a11"
RECEIVED_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class VaultInMemory:
    """Pseudonyms without a database."""

    def __init__(self) -> None:
        self.people: dict[Person, Pseudonymity] = {}
        self.studies: dict[str, str] = {}

    def identify(self, person: Person) -> Pseudonymity:
        return self.people.setdefault(person, Pseudonymity(new_pseudonym(), -365))

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity:
        if self.studies.setdefault(study_uid, pseudonym) != pseudonym:
            raise StudyConflictError("another person's")
        return Pseudonymity(pseudonym, -365)


@dataclass(frozen=True, slots=True)
class Parts:
    """A door and what it writes to."""

    door: Door
    outbox: Outbox
    quarantine: Quarantine
    journal: Journal
    folder: Path
    vault: VaultInMemory


def pseudonymiser(
    people: People,
    issuers: Issuers | None = None,
    map_uid: UidMap | None = None,
    count_dropped: Callable[[Iterable[str]], None] = lambda _: None,
) -> Pseudonymiser:
    """With the default profile and vocabulary, and the keys of these tests unless another UID map is given."""
    uids = map_uid or UidMap(KEYS.derive("uid"))
    clean = TextCleaner(Vocabulary.default())
    return Pseudonymiser(
        lambda identify: Engine(profile=DEFAULT, identify=identify, map_uid=uids, clean=clean),
        Identifier(people, uids, issuers or Issuers()),
        KEYS.derive("source-digest"),
        count_dropped,
    )


def parts_in(
    folder: Path,
    known: Callable[[str], StudyContents | None] = lambda _: None,
    vault: VaultInMemory | None = None,
    *,
    outbox: Outbox | None = None,
    note_set_aside: Callable[[str, str, Reason], None] = lambda *_: None,
    note_source: Callable[[str, str, Facts], None] = lambda *_: None,
    count_dropped: Callable[[Iterable[str]], None] = lambda _: None,
) -> Parts:
    vault = vault or VaultInMemory()
    outbox = outbox or Outbox(folder / "objects", segment_bytes=SEGMENT_BYTES, reserve_bytes=0)
    journal = Journal(folder / "journal")
    quarantine = Quarantine(folder / "quarantine", KEYS)
    door = Door(
        pseudonymise=pseudonymiser(vault, count_dropped=count_dropped),
        outbox=outbox,
        quarantine=quarantine,
        journal=journal,
        studies=KnownStudies(known),
        own_uids=OwnUids(UidMap(KEYS.derive("uid"))),
        note_set_aside=note_set_aside,
        note_source=note_source,
    )
    return Parts(door, outbox, quarantine, journal, folder, vault)


def arrival(file: bytes, **changes: str) -> Arrival:
    """A C-STORE of `file` whose request says what the data set says."""
    dataset = pydicom.dcmread(BytesIO(file), stop_before_pixels=True)
    return Arrival(
        association_id=changes.get("association_id", ASSOCIATION),
        calling_ae_title=changes.get("calling_ae_title", "PACS"),
        file=file,
        abstract_syntax=changes.get("abstract_syntax", str(dataset.SOPClassUID)),
        affected_sop_class_uid=changes.get("sop_class_uid", str(dataset.SOPClassUID)),
        affected_sop_instance_uid=changes.get("sop_instance_uid", str(dataset.get("SOPInstanceUID", ""))),
        received_at=RECEIVED_AT,
    )


def ct(**changes: object) -> bytes:
    """A small real CT as a file, with attributes changed; None removes one."""
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    if "SOPInstanceUID" in dataset:
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


def damage(folder: Path, place: Place) -> None:
    """Change the last bytes of an object that waits."""
    path = folder / "objects" / place.segment
    (record,) = (found for found in records_in(path) if found.place == place)
    with path.open("r+b") as file:
        file.seek(record.content_at + record.content_size - 2)
        file.write(b"\xde\xad")


def entries(outbox: Outbox) -> list[Entry]:
    return [outbox.open(path).entry for path in outbox.waiting()]
