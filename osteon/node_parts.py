"""Putting the node together from the settings: the one place where door, vault, key, outbox and Orthanc meet."""

from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.forwarder import Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.listener import Listener
from dicom_node.node import Node
from dicom_node.outbox import Outbox
from dicom_node.pseudonymisation.dropped_words import DroppedWords, DroppedWordStore
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymiser import Identifier, Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.spares import READY
from dicom_node.uids import UidMap
from osteon.engine_parts import engine_maker
from osteon.orthanc_access import connect
from osteon.settings import Settings
from osteon.vault_access import open_vault
from storage.database import migrate_registry, open_database
from storage.ledger import Ledger
from storage.vault import CachedVault


def build_node(settings: Settings) -> Node:
    """Open everything that the node needs, tables and key made on first start.

    Raises what the parts raise: KeyFileError, WrongKeyError, StorageError, CredentialsError, ProfileError,
    ApprovalError.
    """
    make_folder(settings.vault_folder)
    keys, vault = open_vault(settings)
    migrate_registry(settings.registry_database)
    folder = settings.home / "outbox"
    make_folder(folder)
    outbox, journal = Outbox(folder / "objects", spare_segments=READY), Journal(folder / "journal")
    quarantine = Quarantine(settings.home / "quarantine", keys)
    ledger = Ledger(open_database(settings.registry_database))
    map_uid = UidMap(keys.derive("uid"))
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
    )
    return Node(
        Listener(
            door=door, journal=journal, ae_title=settings.ae_title, host=settings.dicom_host, port=settings.dicom_port
        ),
        Forwarder(
            outbox=outbox,
            journal=journal,
            quarantine=quarantine,
            orthanc=connect(settings),
            ledger=ledger,
        ),
        outbox,
        dropped_words,
    )
