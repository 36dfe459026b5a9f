"""Putting the node together from the settings: the one place where door, vault, key, outbox and Orthanc meet."""

from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.forwarder import Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.listener import Listener
from dicom_node.node import Node
from dicom_node.outbox import Outbox
from dicom_node.pseudonymise import Pseudonymiser
from dicom_node.quarantine import Quarantine
from dicom_node.uids import UidMap
from osteon.orthanc_access import connect
from osteon.settings import Settings
from storage.database import migrate, migrate_registry, open_database
from storage.keys import KeyFileMissingError, KeyRing, create_key_file, load_key_file
from storage.ledger import Ledger
from storage.vault import CachedVault, Vault
from storage.vault_tables import VAULT


def build_node(settings: Settings) -> Node:
    """Open everything that the node needs, tables and key made on first start.

    Raises what the parts raise: KeyFileError, WrongKeyError, StorageError, CredentialsError.
    """
    make_folder(settings.vault_folder)
    keys, vault = open_vault(settings)
    migrate_registry(settings.registry_database)
    folder = settings.home / "outbox"
    make_folder(folder)
    outbox, journal = Outbox(folder / "objects"), Journal(folder / "journal")
    quarantine = Quarantine(settings.home / "quarantine", keys)
    ledger = Ledger(open_database(settings.registry_database))
    door = Door(
        pseudonymise=Pseudonymiser(
            CachedVault(vault).identify,
            UidMap(keys.derive("uid")),
            keys.derive("source-digest"),
            settings.default_issuer,
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
    )


def open_vault(settings: Settings) -> tuple[KeyRing, Vault]:
    """Key and vault, which must belong together. A key is made only for a vault that was never used."""
    migrate(settings.vault_database, VAULT)
    engine = open_database(settings.vault_database)
    try:
        keys = load_key_file(settings.key_path)
    except KeyFileMissingError:
        if Vault.was_used(engine):
            raise
        keys = create_key_file(settings.key_path)
    return keys, Vault(engine, keys)
