"""Putting one worker of the node together from the settings: where door, vault, key, outbox and Orthanc meet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry
from sqlalchemy import Engine

from dicom_node.access import Access
from dicom_node.callers import Callers
from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.entrances import Reception
from dicom_node.forwarder import PUSHES, Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.node import ROLE, Node
from dicom_node.open_associations import OpenAssociations
from dicom_node.outbox import Outbox
from dicom_node.own_uids import OwnUids
from dicom_node.peers import Peers
from dicom_node.prometheus import PrometheusMetrics
from dicom_node.pseudonymisation.dropped_words import DroppedWords, DroppedWordStore
from dicom_node.pseudonymiser import Identifier, Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.seats import Seats
from dicom_node.spares import READY
from dicom_node.states import NodeStates
from dicom_node.study_sources import StudySources
from dicom_node.uids import UidMap
from dicom_node.unfinished import LeftOpen
from osteon.commitment_parts import Commitment, build_commitment
from osteon.configuration import CERTIFICATES, PEERS, RULES, Configuration, DoorRules, door_rules
from osteon.door_access import door_tls, known_peers, reception
from osteon.engine_parts import new_engine_maker
from osteon.orthanc_access import connect
from osteon.outboxes import JOURNAL, OBJECTS, OPEN, left_over, outbox_of
from osteon.settings import Settings, read_settings
from osteon.study_parts import build_study_clock, sources_of, sources_of_released, take_over_sources
from osteon.vault_access import open_vault
from osteon.written_uids import WrittenUids, written_uid
from storage.database import open_database
from storage.keys import KeyRing
from storage.ledger import Ledger
from storage.metric_files import MetricFiles
from storage.metric_writer import MetricWriter
from storage.orthanc import Orthanc
from storage.study_states import StudyStates
from storage.vault import CachedVault


@dataclass(frozen=True, slots=True)
class _Spool:
    """What a worker keeps until Orthanc and the ledger have it."""

    outbox: Outbox
    journal: Journal
    notes: OpenAssociations


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stores:
    """Where a worker keeps things, and with which key."""

    keys: KeyRing
    map_uid: UidMap
    people: CachedVault
    database: Engine
    ledger: Ledger
    orthanc: Orthanc
    quarantine: Quarantine
    own: _Spool
    left_over: list[_Spool]
    dropped_words: DroppedWords

    @property
    def spools(self) -> list[_Spool]:
        return [self.own, *self.left_over]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """What is counted, and by whose names."""

    registry: CollectorRegistry
    callers: Callers
    metrics: PrometheusMetrics


def build_node(configuration: Configuration, seats: Seats, worker: int, on_end: Callable[[], None]) -> Node:
    """One worker, by its number. `on_end`: told when a connection is over.

    Raises what the parts raise, among them CredentialsError.
    """
    settings = configuration.settings
    stores, watched = _stores(settings, worker), _watched(settings, configuration.peers)
    access = Access(configuration.peers, seats=seats.of_worker(worker))
    own = stores.own
    sources = StudySources(
        sources_of(settings.home, worker),
        stores.keys,
        access.address_of,
        inbox=sources_of_released(settings.home) if worker == 0 else None,
    )
    if worker == 0:
        take_over_sources(settings.home, settings.workers, sources)
    written = WrittenUids(configuration.rules.profile, stores.map_uid)
    commitment = build_commitment(
        settings,
        keys=stores.keys,
        map_uid=written,
        database=stores.database,
        outbox=own.outbox,
        orthanc=stores.orthanc,
        address_of=access.address_of,
        worker=worker,
    )
    known = KnownStudies(stores.ledger.study)
    known.make_ready()
    new_door = partial(_door, stores, commitment, sources, known)
    forwarders = list(_forwarders(settings, stores, commitment, watched.metrics))
    clock = build_study_clock(
        settings,
        states=StudyStates(stores.database),
        sources=sources,
        outboxes=[one.outbox for one in stores.spools],
        address_of=access.address_of,
        map_uid=written,
    )
    served = reception(
        settings,
        tls=configuration.tls,
        access=access,
        door=new_door(configuration.rules),
        journal=own.journal,
        notes=own.notes,
        desk=commitment.desk,
        metrics=watched.metrics,
        on_end=on_end,
    )
    return Node(
        served,
        forwarders,
        [_metric_writer(settings, stores, watched, forwarders), own.outbox, commitment.committer, clock],
        stores.dropped_words.flush,
        watched.metrics,
        {
            RULES: partial(_reload_door, served, new_door, written),
            PEERS: partial(_reload_peers, access, watched.callers),
            CERTIFICATES: partial(_reload_certificates, served, settings.tls_port),
        },
    )


def _stores(settings: Settings, worker: int) -> _Stores:
    keys, vault = open_vault(settings)
    vault.make_ready()
    folder = outbox_of(settings.home, worker)
    make_folder(folder)
    database = open_database(settings.registry_database)
    return _Stores(
        keys=keys,
        map_uid=UidMap(keys.derive("uid")),
        people=CachedVault(vault),
        database=database,
        ledger=Ledger(database),
        orthanc=connect(settings),
        quarantine=Quarantine(settings.home / "quarantine", keys),
        own=_spool(folder, spare_segments=READY),
        left_over=list(_left_over(settings, worker)),
        dropped_words=DroppedWords(DroppedWordStore(settings.dropped_words_folder, keys)),
    )


def _spool(folder: Path, spare_segments: int = 0) -> _Spool:
    outbox = Outbox(folder / OBJECTS, spare_segments=spare_segments)
    return _Spool(outbox, Journal(folder / JOURNAL), OpenAssociations(folder / OPEN))


def _left_over(settings: Settings, worker: int) -> Iterator[_Spool]:
    """Of workers that there are no more: the first one forwards what is in them."""
    for folder in left_over(settings.home, settings.workers) if worker == 0 else ():
        yield _spool(folder)


def _watched(settings: Settings, peers: Peers) -> _Watched:
    registry = CollectorRegistry()
    callers = Callers((*peers.known, *settings.issuers))
    return _Watched(registry=registry, callers=callers, metrics=PrometheusMetrics(registry, callers))


def _door(
    stores: _Stores, commitment: Commitment, sources: StudySources, studies: KnownStudies, rules: DoorRules
) -> Door:
    """A door by these rules."""
    return Door(
        pseudonymise=Pseudonymiser(
            new_engine_maker(rules.profile, rules.vocabulary, stores.map_uid),
            Identifier(stores.people, stores.map_uid, rules.issuers),
            stores.keys.derive("source-digest"),
            stores.dropped_words.count,
        ),
        outbox=stores.own.outbox,
        quarantine=stores.quarantine,
        journal=stores.own.journal,
        studies=studies,
        own_uids=OwnUids(written_uid(rules.profile, stores.map_uid)),
        note_set_aside=commitment.set_aside.note,
        note_source=sources.note,
    )


def _forwarders(
    settings: Settings, stores: _Stores, commitment: Commitment, metrics: PrometheusMetrics
) -> Iterator[Forwarder]:
    for spool in stores.spools:
        yield Forwarder(
            outbox=spool.outbox,
            journal=spool.journal,
            quarantine=stores.quarantine,
            orthanc=stores.orthanc,
            ledger=stores.ledger,
            pushes=max(1, PUSHES // settings.workers),
            note_set_aside=commitment.set_aside.note_replaced,
            metrics=metrics,
            sum_up=LeftOpen(spool.notes, spool.outbox, stores.ledger).sum_up,
        )


def _metric_writer(settings: Settings, stores: _Stores, watched: _Watched, forwarders: list[Forwarder]) -> MetricWriter:
    states = NodeStates(
        watched.registry,
        outbox=stores.own.outbox,
        quarantine=stores.quarantine,
        works=lambda: all(forwarder.is_running for forwarder in forwarders),
    )
    return MetricWriter(MetricFiles(settings.metrics_folder), ROLE, watched.registry, states.refresh)


def _reload_door(served: Reception, new_door: Callable[[DoorRules], Door], written: WrittenUids) -> Callable[[], None]:
    rules = door_rules(read_settings())
    door = new_door(rules)

    def put_in_force() -> None:
        served.serve_with(door)
        written.follow(rules.profile)

    return put_in_force


def _reload_certificates(served: Reception, tls_port: int | None) -> Callable[[], None]:
    """`tls_port`: of the start; whether there is TLS cannot change any more."""
    tls = door_tls(read_settings().model_copy(update={"tls_port": tls_port}))
    return lambda: None if tls is None else served.speak_by(tls)


def _reload_peers(access: Access, callers: Callers) -> Callable[[], None]:
    now = known_peers(read_settings())

    def put_in_force() -> None:
        access.use(now)
        callers.know(now.known)

    return put_in_force
