"""Opening the vault with its key, for the node and for the custodian's commands."""

from osteon.settings import Settings
from storage.database import migrate, open_database
from storage.keys import KeyFileMissingError, KeyRing, create_key_file, load_key_file
from storage.vault import Vault
from storage.vault_custody import Custodian
from storage.vault_rotation import finish_rotation
from storage.vault_tables import VAULT


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
    keys = finish_rotation(engine, settings.key_path) or keys
    return keys, Vault(engine, keys)


def open_custody(settings: Settings) -> Custodian:
    """The vault for the custodian, who never makes one: raises KeyFileMissingError where there is none."""
    load_key_file(settings.key_path)
    migrate(settings.vault_database, VAULT)
    engine = open_database(settings.vault_database)
    keys = finish_rotation(engine, settings.key_path) or load_key_file(settings.key_path)
    return Custodian(engine, keys)
