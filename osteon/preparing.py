"""What is done once before a node's workers are forked: no thread and no connection is left that they could inherit."""

from dataclasses import dataclass

from dicom_node.commitment.spool import Spool
from dicom_node.durable import make_folder
from dicom_node.node import ROLE
from dicom_node.pseudonymisation.rehearsal import rehearse
from dicom_node.quarantine import Quarantine
from dicom_node.seats import Seats
from dicom_node.uids import UidMap
from osteon.configuration import Accepted, read_configuration
from osteon.engine_parts import new_engine_maker
from osteon.settings import Settings
from osteon.vault_access import open_vault
from storage.database import configure_tables, migrate_registry
from storage.metric_files import MetricFiles


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is made once, before the workers are forked, and is theirs together."""

    seats: Seats
    accepted: Accepted
    metrics: MetricFiles

    def forget(self, worker: int, process: int) -> None:
        """A worker has ended, and left no word: its seats are free, and what it was doing is no state any more."""
        self.seats.forget(worker)
        self.metrics.ended(ROLE, process)


def prepare_node(settings: Settings) -> Prepared:
    """Make what every worker needs: key, vault, tables; read what can be read once. No connection is left open.

    Raises what the parts raise: KeyFileError, WrongKeyError, StorageError, ProfileError, ApprovalError, PeersError,
    TlsError.
    """
    configuration = read_configuration(settings)
    make_folder(settings.vault_folder)
    keys, vault = open_vault(settings)
    vault.close()
    migrate_registry(settings.registry_database)
    for name in ("outbox", "studies", "commitment"):
        make_folder(settings.home / name)
    Quarantine(settings.home / "quarantine", keys).remove_drafts()
    Spool(settings.home / "commitment" / "requests", keys).remove_drafts()
    rules = configuration.rules
    rehearse(new_engine_maker(rules.profile, rules.vocabulary, UidMap(keys.derive("uid"))))
    configure_tables()
    metrics = MetricFiles(settings.metrics_folder)
    metrics.clean(ROLE)
    return Prepared(Seats(settings.workers), Accepted(configuration), metrics)
