"""Releasing quarantined objects from the command line: with an outbox of its own, whether the node runs or not.

The objects go through the same engine, by the profile and the vocabulary of now, and from an outbox that only this
command uses to Orthanc and the ledger, as from one more node. What Orthanc does not take meanwhile waits there for the
next release or `osteon doctor --repair`.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from dicom_node.door import Door
from dicom_node.durable import make_folder
from dicom_node.fates import decisions
from dicom_node.forwarder import Forwarder
from dicom_node.journal import Journal
from dicom_node.known_studies import KnownStudies
from dicom_node.outbox import GRACE_SECONDS, Outbox
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymiser import Identifier, Pseudonymiser
from dicom_node.quarantine import SUFFIX as SEALED
from dicom_node.quarantine import Label, Quarantine
from dicom_node.release import Releasing, Tried
from dicom_node.segments import SUFFIX
from dicom_node.study_sources import StudySources
from dicom_node.uids import UidMap
from osteon.commitment_parts import set_aside_by
from osteon.door_access import known_peers
from osteon.draining import PATIENCE_SECONDS, drain
from osteon.engine_parts import engine_maker, profile_of
from osteon.orthanc_access import connect
from osteon.outboxes import JOURNAL, OBJECTS, RELEASED, readable_in, released_folder
from osteon.settings import Settings
from osteon.study_parts import note_source_of_released, sources_of_released
from osteon.vault_access import open_vault
from osteon.written_uids import written_uid
from storage.errors import ImageStoreError
from storage.ledger import Ledger
from storage.ledger_quarantine import QuarantineLedger
from storage.orthanc import Orthanc
from storage.quarantine_records import Attempt
from storage.vault import CachedVault
from storage.vault_audit import Warrant

BATCH = 100


@dataclass(slots=True)
class Report:
    """What came of a release."""

    released: list[Tried] = field(default_factory=list)
    stay: list[Tried] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Somebody else decided their fate meanwhile."""
    waiting: int = 0
    """In the outbox, since Orthanc or the ledger was not to be had."""


class Release:
    """One run of the command, which holds the folder's lock."""

    def __init__(self, settings: Settings, registry: Engine) -> None:
        """Raises what the parts raise: KeyFileError, VaultError, StorageError, ProfileError, ApprovalError."""
        self._settings = settings
        self._keys, self._vault = open_vault(settings)
        self._map_uid = UidMap(self._keys.derive("uid"))
        self._ledger, self._notes = Ledger(registry), QuarantineLedger(registry)
        self._orthanc = connect(settings)
        self._folder = released_folder(settings.home)
        make_folder(self._folder.parent)
        make_folder(self._folder)
        self._quarantine_folder = settings.home / "quarantine"
        self._quarantine = Quarantine(self._quarantine_folder, self._keys)
        self._written = written_uid(profile_of(settings.profile), self._map_uid)
        self._set_aside = set_aside_by(RELEASED, settings, self._written)

    def finish_earlier(self) -> int:
        """Make up for what a crash, or a database that was down, left undone. How many fates were written down."""
        return finish_decisions(self._quarantine_folder, self._notes)

    def run(self, labels: Sequence[Label], warrant: Warrant, advance: Callable[[int], None]) -> Report:
        """Release these; what waits from an earlier run goes along. Raises PeersError."""
        report = Report()
        with self._outbox() as (outbox, forwarder, journal):
            release = Releasing(
                self._door(outbox, journal), self._quarantine, self._sender_of, warrant.by, warrant.reason
            )
            for start in range(0, len(labels), BATCH):
                self._note(self._try(release, labels[start : start + BATCH], report, advance))
            report.waiting = drain(outbox, forwarder, lambda _: None, PATIENCE_SECONDS)
        for tried in report.released:
            self._note_again(tried)
        return report

    def forward(self, advance: Callable[[int], None]) -> tuple[int, int]:
        """Only what waits from an earlier run: how many there were, and how many still wait."""
        with self._outbox() as (outbox, forwarder, _):
            before = outbox.depth()
            return before, drain(outbox, forwarder, advance, PATIENCE_SECONDS)

    def _try(
        self, release: Releasing, labels: Iterable[Label], report: Report, advance: Callable[[int], None]
    ) -> Iterator[Tried]:
        for label in labels:
            try:
                tried = release(label)
            except FileNotFoundError:
                report.gone.append(label.quarantine_id)
            else:
                (report.stay if tried.decision is None else report.released).append(tried)
                yield tried
            advance(1)

    def _note(self, tried: Iterable[Tried]) -> None:
        """Objects are safe before the ledger is told: it can be told later, from the decisions."""
        now = datetime.now(UTC)
        some = list(tried)
        self._notes.record_decisions([one.decision for one in some if one.decision is not None])
        self._notes.record_attempts(
            [Attempt(quarantine_id=one.label.quarantine_id, at=now, reason=one.why) for one in some if one.why]
        )

    def _note_again(self, tried: Tried) -> None:
        if tried.is_again and tried.decision is not None and tried.decision.released_as is not None:
            label = tried.label
            self._notes.note_released_again(
                label.association_id, label.received_at, tried.decision.released_as, label.study_instance_uid
            )

    def _door(self, outbox: Outbox, journal: Journal) -> Door:
        """Raises PeersError."""
        settings, map_uid = self._settings, self._map_uid
        sources = StudySources(sources_of_released(settings.home), self._keys, known_peers(settings).address_of)
        return Door(
            pseudonymise=Pseudonymiser(
                engine_maker(settings, map_uid),
                Identifier(CachedVault(self._vault), map_uid, Issuers(settings.default_issuer, settings.issuers)),
                self._keys.derive("source-digest"),
            ),
            outbox=outbox,
            quarantine=self._quarantine,
            journal=journal,
            studies=KnownStudies(self._ledger.study),
            note_source=partial(note_source_of_released, sources, self._written),
        )

    def _sender_of(self, label: Label) -> str | None:
        known = label.calling_ae_title or self._notes.calling_ae_title(label.association_id)
        return known if known or self._settings.issuers else ""

    @contextmanager
    def _outbox(self) -> Iterator[tuple[Outbox, Forwarder, Journal]]:
        remove_settled(self._folder / OBJECTS, self._orthanc)
        outbox, journal = Outbox(self._folder / OBJECTS), Journal(self._folder / JOURNAL)
        forwarder = Forwarder(
            outbox=outbox,
            journal=journal,
            quarantine=self._quarantine,
            orthanc=self._orthanc,
            ledger=self._ledger,
            note_set_aside=self._set_aside.note_replaced,
        )
        try:
            yield outbox, forwarder, journal
        finally:
            forwarder.close()
            outbox.close()


def finish_decisions(folder: Path, notes: QuarantineLedger) -> int:
    """Remove what was decided and is still there; tell the ledger what it does not know. How much it was told."""
    decided = list(decisions(folder))
    for one in decided:
        (folder / (one.quarantine_id + SEALED)).unlink(missing_ok=True)
    news = notes.undecided([one.quarantine_id for one in decided])
    notes.record_decisions([one for one in decided if one.quarantine_id in news])
    return len(news)


def remove_settled(folder: Path, orthanc: Orthanc) -> None:
    """Remove segments whose objects all went to Orthanc some time ago, and are there."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        if time.time() - path.stat().st_mtime < GRACE_SECONDS:
            continue
        try:
            if all(one.record.is_done and orthanc.has(one.entry.orthanc_id) for one in readable_in(path)):
                path.unlink()
        except ImageStoreError:
            return
