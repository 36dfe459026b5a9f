"""Putting one worker of the node together from the settings: where door, vault, key, outbox and Orthanc meet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from dicom_node.access import Access
from dicom_node.callers import Callers
from dicom_node.commitment.spool import Spool
from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.forwarder import PUSHES, Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.node import ROLE, Node
from dicom_node.outbox import Outbox
from dicom_node.own_uids import OwnUids
from dicom_node.peers import Peers
from dicom_node.prometheus import PrometheusMetrics
from dicom_node.pseudonymisation.dropped_words import DroppedWords, DroppedWordStore
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymiser import Identifier, Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.seats import Seats
from dicom_node.spares import READY
from dicom_node.states import NodeStates
from dicom_node.study_sources import StudySources
from dicom_node.tls import server_context
from dicom_node.uids import UidMap
from osteon.commitment_parts import build_commitment
from osteon.door_access import known_peers, reception, tls_files
from osteon.engine_parts import engine_maker, written_uid
from osteon.orthanc_access import connect
from osteon.outboxes import JOURNAL, OBJECTS, left_over, outbox_of
from osteon.settings import Settings, read_settings
from osteon.study_parts import build_study_clock, sources_of, take_over_sources
from osteon.vault_access import open_vault
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.metric_files import MetricFiles
from storage.metric_writer import MetricWriter
from storage.study_states import StudyStates
from storage.vault import CachedVault


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is made once, before the workers are forked, and is theirs together."""

    seats: Seats
    peers: Peers = field(repr=False)


def prepare_node(settings: Settings) -> Prepared:
    """Make what every worker needs: key, vault, tables; read what can be read once. No connection is left open.

    Raises what the parts raise: KeyFileError, WrongKeyError, StorageError, ProfileError, ApprovalError, PeersError,
    TlsError.
    """
    peers = known_peers(settings)
    files = tls_files(settings)
    if files is not None:
        server_context(files)
    make_folder(settings.vault_folder)
    keys, vault = open_vault(settings)
    vault.close()
    migrate_registry(settings.registry_database)
    for name in ("outbox", "studies", "commitment"):
        make_folder(settings.home / name)
    Quarantine(settings.home / "quarantine", keys).remove_drafts()
    Spool(settings.home / "commitment" / "requests", keys).remove_drafts()
    engine_maker(settings, UidMap(keys.derive("uid")))
    MetricFiles(settings.metrics_folder).clean(ROLE)
    return Prepared(Seats(settings.workers), peers)


def build_node(settings: Settings, prepared: Prepared, worker: int, on_end: Callable[[], None]) -> Node:
    """One worker, by its number. `on_end`: told when a connection is over.

    Raises what the parts raise, among them CredentialsError.
    """
    keys, vault = open_vault(settings)
    access = Access(prepared.peers, seats=prepared.seats.of_worker(worker))
    registry = CollectorRegistry()
    callers = Callers((*prepared.peers.known, *settings.issuers))
    metrics = PrometheusMetrics(registry, callers)
    folder = outbox_of(settings.home, worker)
    make_folder(folder)
    outbox = Outbox(folder / OBJECTS, spare_segments=READY)
    journal = Journal(folder / JOURNAL)
    quarantine = Quarantine(settings.home / "quarantine", keys)
    database = open_database(settings.registry_database)
    ledger, orthanc = Ledger(database), connect(settings)
    map_uid = UidMap(keys.derive("uid"))
    sources = StudySources(sources_of(settings.home, worker), keys, access.address_of)
    if worker == 0:
        take_over_sources(settings.home, settings.workers, sources)
    commitment = build_commitment(
        settings,
        keys=keys,
        map_uid=map_uid,
        database=database,
        outbox=outbox,
        orthanc=orthanc,
        address_of=access.address_of,
        worker=worker,
    )
    dropped_words = DroppedWords(DroppedWordStore(settings.dropped_words_folder, keys))
    people, studies = CachedVault(vault), KnownStudies(ledger.study)

    def new_door(now: Settings) -> Door:
        return Door(
            pseudonymise=Pseudonymiser(
                engine_maker(now, map_uid),
                Identifier(people, map_uid, Issuers(now.default_issuer, now.issuers)),
                keys.derive("source-digest"),
                dropped_words.count,
            ),
            outbox=outbox,
            quarantine=quarantine,
            journal=journal,
            studies=studies,
            own_uids=OwnUids(written_uid(now, map_uid)),
            note_set_aside=commitment.set_aside.note,
            note_source=sources.note,
        )

    outboxes = [(outbox, journal), *_left_over(settings, worker)]
    forwarders = [
        Forwarder(
            outbox=from_outbox,
            journal=from_journal,
            quarantine=quarantine,
            orthanc=orthanc,
            ledger=ledger,
            pushes=max(1, PUSHES // settings.workers),
            note_set_aside=commitment.set_aside.note_replaced,
            metrics=metrics,
        )
        for from_outbox, from_journal in outboxes
    ]
    clock = build_study_clock(
        settings,
        states=StudyStates(database),
        sources=sources,
        outboxes=[one for one, _ in outboxes],
        address_of=access.address_of,
        map_uid=map_uid,
    )
    states = NodeStates(
        registry,
        outbox=outbox,
        quarantine=quarantine,
        works=lambda: all(forwarder.is_running for forwarder in forwarders),
    )
    writer = MetricWriter(MetricFiles(settings.metrics_folder), ROLE, registry, states.refresh)
    served = reception(
        settings,
        access=access,
        door=new_door(settings),
        journal=journal,
        desk=commitment.desk,
        metrics=metrics,
        on_end=on_end,
    )

    def reload_door() -> Callable[[], None]:
        door = new_door(read_settings())
        return lambda: served.serve_with(door)

    def reload_peers() -> Callable[[], None]:
        now = known_peers(read_settings())

        def put_in_force() -> None:
            access.use(now)
            callers.know(now.known)

        return put_in_force

    return Node(
        served,
        forwarders,
        [writer, outbox, commitment.committer, clock],
        dropped_words.flush,
        metrics,
        {"profile, vocabulary and issuers": reload_door, "peers": reload_peers},
    )


def _left_over(settings: Settings, worker: int) -> Iterator[tuple[Outbox, Journal]]:
    """Of workers that there are no more: the first one forwards what is in them."""
    for folder in left_over(settings.home, settings.workers) if worker == 0 else ():
        yield Outbox(folder / OBJECTS), Journal(folder / JOURNAL)
