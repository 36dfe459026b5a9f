"""What `osteon doctor` looks at: configuration, connectivity, and whether store and ledger agree."""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from dicom_node.peers_file import PeersError
from dicom_node.quarantine import damaged_in, labels_in
from dicom_node.tls import TlsError
from dicom_node.waiting import waiting_in
from osteon.access_health import echoes, peers_state, tls_state, why_not_from_here
from osteon.accounting import association_accounts, is_missing
from osteon.addresses import base_url, door_host
from osteon.health.findings import Finding, Verdict
from osteon.health.losses import damaged_facts, damaged_segments
from osteon.home import HomeError
from osteon.orthanc_access import CredentialsError, connect
from osteon.outboxes import object_folders
from osteon.settings import Settings
from storage.database import open_database, registry_head, registry_revision
from storage.errors import StorageError
from storage.jobs.records import Job
from storage.jobs.standing import JobStandings
from storage.keys import KeyFileError, load_key_file
from storage.ledger import Ledger
from storage.ledger_accounts import Accounts
from storage.unit_of_work import SqlUnitOfWork
from storage.vault import Vault, VaultError

CALLING_AE_TITLE = "OSTEON_DOCTOR"
PEER_SECONDS = 5
SHOWN = 3
ACCOUNTED = timedelta(days=7)


EXPECTED = (
    StorageError,
    KeyFileError,
    VaultError,
    HomeError,
    CredentialsError,
    SQLAlchemyError,
    httpx.HTTPError,
    PeersError,
    TlsError,
)


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn; one that cannot be made is a finding too. Nothing is changed."""
    for name, check in CHECKS.items():
        try:
            verdict, detail = check(settings)
        except EXPECTED as error:
            verdict, detail = Verdict.BAD, _words(error)
        yield Finding(name, verdict, detail)


def _existing(url: str) -> Engine:
    """Open a database that is there: SQLite would make an empty one."""
    file = url.removeprefix("sqlite:///")
    if file != url and not Path(file).exists():
        raise HomeError(f"{file} is not there: nothing was started yet")
    return open_database(url)


def _words(error: Exception) -> str:
    """A database's own message may hold its address; ours do not."""
    return type(error).__name__ if isinstance(error, SQLAlchemyError) else str(error)


def _home(settings: Settings) -> tuple[Verdict, str]:
    home = settings.home.absolute()
    if not home.is_dir():
        return Verdict.BAD, f"{home} is not there: nothing was started in it yet"
    return (Verdict.GOOD if os.access(home, os.W_OK) else Verdict.BAD), str(home)


def _key(settings: Settings) -> tuple[Verdict, str]:
    keys = load_key_file(settings.key_path)
    engine = _existing(settings.vault_database)
    if not Vault.was_used(engine):
        return Verdict.BAD, "this vault belongs to no key yet: start `osteon node`"
    Vault(engine, keys)
    return Verdict.GOOD, f"key {keys.key_id} belongs to this vault; is {settings.key_path} backed up?"


def _registry(settings: Settings) -> tuple[Verdict, str]:
    revision, wanted = registry_revision(_existing(settings.registry_database)), registry_head()
    if revision != wanted:
        return Verdict.BAD, f"at revision {revision}, this version wants {wanted}: start `osteon api` or `osteon node`"
    return Verdict.GOOD, f"at revision {revision}"


def _orthanc(settings: Settings) -> tuple[Verdict, str]:
    state = connect(settings).state()
    detail = f"version {state.version}, {state.instances} instances"
    if "dicom-web" not in state.plugins:
        return Verdict.LOOK, f"{detail}; no DICOMweb plugin (install orthanc-dicomweb)"
    return Verdict.GOOD, f"{detail}, DICOMweb"


def _dicom(settings: Settings) -> tuple[Verdict, str]:
    host, port = door_host(settings), settings.dicom_port
    where = f"{settings.ae_title}@{host}:{port}"
    try:
        socket.create_connection((host, port), PEER_SECONDS).close()
    except OSError:
        return Verdict.BAD, f"{where} takes no association"
    reason = why_not_from_here(settings, CALLING_AE_TITLE)
    if reason is not None:
        return (
            Verdict.LOOK,
            f"{where} is there; C-ECHO was not tried, as {CALLING_AE_TITLE} at {host} is refused: {reason}",
        )
    if not echoes(CALLING_AE_TITLE, settings.ae_title, host, port):
        return Verdict.BAD, f"{where} does not answer C-ECHO"
    return Verdict.GOOD, f"{where} answers C-ECHO"


def _peers(settings: Settings) -> tuple[Verdict, str]:
    is_well, words = peers_state(settings)
    return (Verdict.GOOD if is_well else Verdict.LOOK), words


def _tls(settings: Settings) -> tuple[Verdict, str]:
    is_well, words = tls_state(settings)
    return (Verdict.GOOD if is_well else Verdict.LOOK), words


def _api(settings: Settings) -> tuple[Verdict, str]:
    with httpx.Client(trust_env=False, timeout=PEER_SECONDS) as client:
        answer = client.get(f"{base_url(settings)}/health/ready")
    return (Verdict.GOOD if answer.is_success else Verdict.BAD), f"{base_url(settings)} answers {answer.status_code}"


def _outbox(settings: Settings) -> tuple[Verdict, str]:
    waiting = sum(map(waiting_in, object_folders(settings.home)))
    damaged = len(damaged_segments(settings.home)) + len(list(damaged_facts(settings.home)))
    if damaged:
        detail = f"{damaged} damaged files were put aside: `osteon doctor --repair` says what can be read of them"
        return Verdict.BAD, f"{waiting} objects wait for Orthanc; {detail}"
    return (Verdict.LOOK if waiting else Verdict.GOOD), f"{waiting} objects wait for Orthanc"


def _quarantine(settings: Settings) -> tuple[Verdict, str]:
    folder = settings.home / "quarantine"
    kept, damaged = len(list(labels_in(folder))), len(list(damaged_in(folder)))
    if damaged:
        return Verdict.BAD, f"{kept} objects; the labels of {damaged} more are damaged"
    return (Verdict.LOOK if kept else Verdict.GOOD), f"{kept} objects"


def _reconciliation(settings: Settings) -> tuple[Verdict, str]:
    """Everything in the ledger must be in Orthanc, and, but for what is on its way, the other way round.

    What came while Orthanc's list was read is in the ledger, and not in the list: it is looked for once more.
    """
    orthanc = connect(settings)
    kept = set(orthanc.instance_ids())
    registry = _existing(settings.registry_database)
    known = {orthanc_id for _, orthanc_id in Ledger(registry).object_ids()}
    with SqlUnitOfWork(registry, write=False) as uow:
        reports, written = uow.reports.orthanc_ids(), uow.reports.written_ids()
    missing, unknown = (known | written) - kept, sorted(kept - known - reports)
    lost = sorted(missing - orthanc.present(missing))
    if lost:
        named = f"{', '.join(lost[:SHOWN])} …: `osteon doctor --repair` looks for them and names those that are lost"
        return Verdict.BAD, f"{len(lost)} objects of the ledger are not in Orthanc: {named}"
    if unknown:
        return Verdict.LOOK, f"{len(unknown)} objects in Orthanc are not in the ledger: {', '.join(unknown[:SHOWN])} …"
    return Verdict.GOOD, f"ledger and Orthanc agree on {len(known)} objects"


def _accounts(settings: Settings) -> tuple[Verdict, str]:
    """What was taken must be somewhere."""
    registry = _existing(settings.registry_database)
    ids = Accounts(registry).opened_since(datetime.now(UTC) - ACCOUNTED)
    accounts = association_accounts(settings, registry, ids)
    missing = [one.association_id for one in accounts if is_missing(one)]
    if missing:
        named = ", ".join(missing[:SHOWN])
        return Verdict.BAD, f"objects of {len(missing)} associations are missing (`osteon ledger`): {named} …"
    return Verdict.GOOD, f"{len(accounts)} associations of the last {ACCOUNTED.days} days balance"


def _jobs(settings: Settings) -> tuple[Verdict, str]:
    """Jobs that wait while no worker is at any are as bad as those that a lost worker left."""
    standings = JobStandings(_existing(settings.registry_database))
    standing, stuck = standings.standing(), standings.stuck()
    is_kept = standing.running > len(stuck.unkept)
    found = {
        "were left by a lost worker and taken over by none": stuck.unkept,
        "wait for a worker": stuck.unbegun,
        "have told no progress for a long time": stuck.silent,
        "failed within a day": stuck.failed,
    }
    words = [f"{len(jobs)} {why} ({_named(jobs)})" for why, jobs in found.items() if jobs]
    if not words:
        return Verdict.GOOD, f"{standing.waiting} wait, {standing.running} run"
    is_bad = bool(stuck.unkept or stuck.unbegun) and not is_kept
    return (Verdict.BAD if is_bad else Verdict.LOOK), f"{'; '.join(words)}; see `osteon jobs list`"


def _named(jobs: Sequence[Job]) -> str:
    named = ", ".join(str(job.id) for job in jobs[:SHOWN])
    return named if len(jobs) <= SHOWN else f"{named} …"


CHECKS: dict[str, Callable[[Settings], tuple[Verdict, str]]] = {
    "home": _home,
    "key and vault": _key,
    "registry": _registry,
    "Orthanc": _orthanc,
    "DICOM door": _dicom,
    "peers": _peers,
    "TLS": _tls,
    "API": _api,
    "outbox": _outbox,
    "quarantine": _quarantine,
    "store and ledger": _reconciliation,
    "accounts": _accounts,
    "jobs": _jobs,
}
