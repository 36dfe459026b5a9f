"""Putting together what answers for storage commitment: spool, judge, committer and the desk where it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from dicom_node.commitment.calling import Caller
from dicom_node.commitment.committer import Committer, Patience
from dicom_node.commitment.desk import Desk
from dicom_node.commitment.lines import Lines
from dicom_node.commitment.set_aside import SetAside
from dicom_node.commitment.spool import Spool
from dicom_node.commitment.verdicts import Judge
from dicom_node.outbox import Outbox
from dicom_node.peers import PeerAddress
from osteon.outboxes import kept_in, object_folders, outbox_of
from osteon.settings import Settings
from storage.keys import KeyRing
from storage.ledger_lookups import stored_instances
from storage.orthanc import Orthanc

OTHERS_FIRST = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Commitment:
    """One worker's."""

    committer: Committer
    desk: Desk
    set_aside: SetAside


def build_commitment(
    settings: Settings,
    *,
    keys: KeyRing,
    map_uid: Callable[[str], str],
    database: Engine,
    outbox: Outbox,
    orthanc: Orthanc,
    address_of: Callable[[str], PeerAddress | None],
    worker: int,
) -> Commitment:
    """`map_uid`: from a received UID to the one that is written.

    `worker`: by its number. All of them share the requests; each may be asked about what another has received.
    """
    set_aside = set_aside_by(str(worker), settings, map_uid)
    spool, lines = Spool(_folder(settings) / "requests", keys), Lines()
    committer = Committer(
        spool=spool,
        lines=lines,
        judge=Judge(
            map_uid=map_uid,
            stored=partial(stored_instances, database),
            outbox=outbox,
            orthanc=orthanc,
            set_aside=set_aside,
            elsewhere=partial(_elsewhere, settings.home, worker),
        ),
        call=Caller(settings.ae_title),
        address_of=address_of,
        patience=Patience(
            keep=timedelta(days=settings.commitment_days),
            wait=timedelta(hours=settings.commitment_wait_hours),
            others_first=OTHERS_FIRST,
        ),
    )
    return Commitment(committer, Desk(spool, lines, committer.peer_called), set_aside)


def set_aside_by(name: str, settings: Settings, map_uid: Callable[[str], str]) -> SetAside:
    """What one process notes of objects in quarantine: a worker by its number, or a command by its name."""
    return SetAside(_folder(settings), settings.home / "quarantine", map_uid, name)


def _folder(settings: Settings) -> Path:
    return settings.home / "commitment"


def _elsewhere(home: Path, worker: int) -> dict[str, str]:
    """SOP classes of what waits in the outboxes of the others, by its (replaced) SOPInstanceUID."""
    folders = [folder for folder in object_folders(home) if folder.parent != outbox_of(home, worker)]
    return {
        kept.entry.sop_instance_uid: kept.entry.sop_class_uid for kept in kept_in(folders) if not kept.record.is_done
    }
