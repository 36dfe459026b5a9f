"""Putting the node together from the settings: the one place where door, vault, key, outbox and Orthanc meet."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from dicom_node.commitment.calling import Caller
from dicom_node.commitment.committer import Committer, Patience
from dicom_node.commitment.desk import Desk
from dicom_node.commitment.lines import Lines
from dicom_node.commitment.set_aside import SetAside
from dicom_node.commitment.spool import Spool
from dicom_node.commitment.verdicts import Judge
from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.forwarder import PUSHES, Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.listener import Listener
from dicom_node.node import Node
from dicom_node.outbox import Outbox
from dicom_node.own_uids import OwnUids
from dicom_node.peers import Peers
from dicom_node.pseudonymisation.dropped_words import DroppedWords, DroppedWordStore
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymiser import Identifier, Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.spares import READY
from dicom_node.study_sources import StudySources
from dicom_node.uids import UidMap
from osteon.engine_parts import engine_maker, written_uid
from osteon.orthanc_access import connect
from osteon.outboxes import JOURNAL, OBJECTS, left_over, outbox_of
from osteon.settings import Settings
from osteon.study_parts import build_study_clock
from osteon.vault_access import open_vault
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.ledger_lookups import stored_instances
from storage.study_states import StudyStates
from storage.vault import CachedVault


def prepare_node(settings: Settings) -> None:
    """Make what every worker needs: key, vault, tables; read what can be read once. No connection is left open.

    Raises what the parts raise: KeyFileError, WrongKeyError, StorageError, ProfileError, ApprovalError.
    """
    make_folder(settings.vault_folder)
    keys, vault = open_vault(settings)
    vault.close()
    migrate_registry(settings.registry_database)
    for name in ("outbox", "studies"):
        make_folder(settings.home / name)
    Quarantine(settings.home / "quarantine", keys).remove_drafts()
    engine_maker(settings, UidMap(keys.derive("uid")))


def build_node(settings: Settings, worker: int, on_end: Callable[[], None]) -> Node:
    """One worker of a node that is prepared, by its number. `on_end`: told when a connection is over.

    Raises what the parts raise, among them CredentialsError.
    """
    keys, vault = open_vault(settings)
    folder = outbox_of(settings.home, worker)
    make_folder(folder)
    outbox = Outbox(folder / OBJECTS, spare_segments=READY)
    journal = Journal(folder / JOURNAL)
    quarantine = Quarantine(settings.home / "quarantine", keys)
    database = open_database(settings.registry_database)
    ledger, orthanc = Ledger(database), connect(settings)
    peers = Peers()
    sources = StudySources(settings.home / "studies" / str(worker), keys, peers.address_of)
    map_uid = UidMap(keys.derive("uid"))
    set_aside = SetAside(settings.home / "commitment", settings.home / "quarantine", map_uid)
    spool, lines = Spool(settings.home / "commitment" / "requests", keys), Lines()
    committer = Committer(
        spool=spool,
        lines=lines,
        judge=Judge(
            map_uid=map_uid,
            stored=partial(stored_instances, database),
            outbox=outbox,
            orthanc=orthanc,
            set_aside=set_aside,
        ),
        call=Caller(settings.ae_title),
        address_of=peers.address_of,
        patience=Patience(
            keep=timedelta(days=settings.commitment_days), wait=timedelta(hours=settings.commitment_wait_hours)
        ),
    )
    dropped_words = DroppedWords(DroppedWordStore(settings.dropped_words_folder, keys))
    door = Door(
        pseudonymise=Pseudonymiser(
            engine_maker(settings, map_uid),
            Identifier(CachedVault(vault), map_uid, Issuers(settings.default_issuer, settings.issuers)),
            keys.derive("source-digest"),
            dropped_words.count,
        ),
        outbox=outbox,
        quarantine=quarantine,
        journal=journal,
        studies=KnownStudies(ledger.study),
        own_uids=OwnUids(written_uid(settings, map_uid)),
        note_set_aside=set_aside.note,
        note_source=sources.note,
    )
    listener = Listener(
        door=door,
        journal=journal,
        ae_title=settings.ae_title,
        host=settings.dicom_host,
        port=settings.dicom_port,
        on_end=on_end,
        desk=Desk(spool, lines, committer.peer_called),
    )

    def forwarder(outbox: Outbox, journal: Journal) -> Forwarder:
        return Forwarder(
            outbox=outbox,
            journal=journal,
            quarantine=quarantine,
            orthanc=orthanc,
            ledger=ledger,
            pushes=max(1, PUSHES // settings.workers),
            note_set_aside=set_aside.note_replaced,
        )

    old = left_over(settings.home, settings.workers) if worker == 0 else []
    return Node(
        listener,
        outbox,
        [forwarder(outbox, journal), *(forwarder(Outbox(one / OBJECTS), Journal(one / JOURNAL)) for one in old)],
        dropped_words,
        committer,
        build_study_clock(
            settings,
            states=StudyStates(database),
            sources=sources,
            outbox=outbox,
            address_of=peers.address_of,
            map_uid=map_uid,
        ),
    )
