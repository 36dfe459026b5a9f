"""`osteon doctor --repair`: what ledger, outboxes, Orthanc and quarantine disagree on is put right, and said.

Nothing is taken away: rows are added, objects are sent again, and what is found nowhere is marked as lost and named.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from dicom_node.entry import Entry
from osteon.health.findings import Finding, Verdict
from osteon.health.losses import damaged_facts, damaged_segments, kept_everywhere, kinds
from osteon.health.missing import MissingObjects
from osteon.home import locked_home
from osteon.orthanc_access import connect
from osteon.outboxes import Kept, readable_in, released_folder
from osteon.rebuilding import Rebuilding, Rebuilt, rebuild_quarantine
from osteon.registry_access import opened_registry
from osteon.releasing import Release, finish_decisions
from osteon.settings import Settings
from storage.ledger import Ledger
from storage.ledger_quarantine import QuarantineLedger
from storage.ledger_records import ObjectPlace
from storage.orthanc import Orthanc
from storage.unit_of_work import SqlUnitOfWork

Advance = Callable[[int], None]
Bar = Callable[[str, int], Advance]
"""From a title and a total to what is told of progress."""


def no_bar(_title: str, _total: int) -> Advance:
    return lambda _: None


@dataclass(frozen=True, slots=True)
class _Parts:
    settings: Settings
    registry: Engine
    orthanc: Orthanc
    bar: Bar

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.registry)

    @property
    def notes(self) -> QuarantineLedger:
        return QuarantineLedger(self.registry)


def repair(settings: Settings, bar: Bar = no_bar) -> Iterator[Finding]:
    """Every repair in turn. Raises HomeError, StorageError, KeyFileError, SQLAlchemyError and what Orthanc says."""
    with opened_registry(settings) as registry:
        parts = _Parts(settings, registry, connect(settings), bar)
        with locked_home(settings.home, "quarantine"):
            yield _quarantine(parts)
            yield from _released(parts)
        yield _journal(parts)
        yield from _objects(parts)


def rebuild(settings: Settings, bar: Bar = no_bar) -> Rebuilt:
    """Only rows: of what Orthanc has, and of what is in quarantine. Raises as `repair`."""
    rebuilt = Rebuilt()
    with opened_registry(settings) as registry:
        parts = _Parts(settings, registry, connect(settings), bar)
        rebuild_quarantine(settings.home / "quarantine", parts.ledger, parts.notes, rebuilt)
        _rebuild_objects(parts, set(parts.orthanc.instance_ids()), rebuilt)
    return rebuilt


def _quarantine(parts: _Parts) -> Finding:
    folder, rebuilt = parts.settings.home / "quarantine", Rebuilt()
    rebuild_quarantine(folder, parts.ledger, parts.notes, rebuilt)
    finish_decisions(folder, parts.notes)
    if not (rebuilt.quarantined or rebuilt.decisions):
        return Finding("quarantine", Verdict.GOOD, "the ledger knows every object that was set aside")
    detail = f"wrote {rebuilt.quarantined} rows of sealed objects and {rebuilt.decisions} decisions into the ledger"
    return Finding("quarantine", Verdict.LOOK, detail)


def _released(parts: _Parts) -> Iterator[Finding]:
    """Passes on what was released while Orthanc was down. The folder is there only when something ever was."""
    if not released_folder(parts.settings.home).is_dir():
        return
    before, left = Release(parts.settings, parts.registry).forward(lambda _: None)
    detail = f"passed {before - left} objects on to Orthanc" + (f"; {left} still wait" if left else "")
    yield Finding("released objects", Verdict.LOOK if left else Verdict.GOOD, detail)


def _journal(parts: _Parts) -> Finding:
    facts = list(damaged_facts(parts.settings.home))
    if not facts:
        return Finding("journal", Verdict.GOOD, "no entry is damaged")
    details = tuple(f"{fact.path.name}: {fact.kind}, association {fact.association_id or 'unknown'}" for fact in facts)
    return Finding(
        "journal", Verdict.BAD, f"{len(facts)} entries are damaged and were put aside: {kinds(facts)}", details
    )


def _objects(parts: _Parts) -> Iterator[Finding]:
    orthanc_ids = set(parts.orthanc.instance_ids())
    rebuilt = Rebuilt()
    _rebuild_objects(parts, orthanc_ids, rebuilt)
    yield _rows(rebuilt)
    missing = MissingObjects(parts.ledger, parts.orthanc)
    missing.look(orthanc_ids, list(kept_everywhere(parts.settings.home)), parts.bar)
    yield _sent(missing)
    yield _lost(missing.lost, "are in neither Orthanc nor an outbox")
    yield _segments(parts, missing.damaged)


def _rebuild_objects(parts: _Parts, orthanc_ids: set[str], rebuilt: Rebuilt) -> None:
    with SqlUnitOfWork(parts.registry, write=True) as uow:
        reports = uow.reports.orthanc_ids()
        uow.reports.write_again(uow.reports.written_ids() - orthanc_ids, datetime.now(UTC))
        uow.commit()
    unknown = sorted(orthanc_ids - reports - {orthanc_id for _, orthanc_id in parts.ledger.object_ids()})
    entries = _entries(kept_everywhere(parts.settings.home)) if unknown else {}
    Rebuilding(parts.ledger, parts.orthanc, entries).objects(unknown, rebuilt, parts.bar("Rebuilding", len(unknown)))


def _entries(kept: Iterable[Kept]) -> dict[str, Entry]:
    return {one.entry.orthanc_id: one.entry for one in kept}


def _rows(rebuilt: Rebuilt) -> Finding:
    problems = []
    if rebuilt.foreign:
        problems.append(f"{rebuilt.foreign} objects in Orthanc are none of this node's")
    if rebuilt.contradicting:
        problems.append(f"{rebuilt.contradicting} contradict the ledger")
    if rebuilt.rows:
        unknown = rebuilt.rows - rebuilt.with_source
        problems.insert(0, f"wrote {rebuilt.rows} rows of objects in Orthanc, {unknown} without their association")
    if not problems:
        return Finding("rows", Verdict.GOOD, "the ledger knows every object in Orthanc")
    bad = rebuilt.foreign or rebuilt.contradicting
    return Finding("rows", Verdict.BAD if bad else Verdict.LOOK, "; ".join(problems))


def _sent(missing: MissingObjects) -> Finding:
    if not (missing.sent or missing.found):
        return Finding("objects", Verdict.GOOD, "no object had to be sent to Orthanc again")
    parts = []
    if missing.sent:
        parts.append(f"sent {missing.sent} objects to Orthanc again, from outboxes")
    if missing.found:
        parts.append(f"{missing.found} objects that had been lost are in Orthanc again")
    return Finding("objects", Verdict.LOOK, "; ".join(parts))


def _lost(lost: list[ObjectPlace], why: str) -> Finding:
    if not lost:
        return Finding("lost", Verdict.GOOD, "no object is lost")
    studies, associations = {one.study_instance_uid for one in lost}, {one.association_id for one in lost}
    detail = (
        f"{len(lost)} objects of {len(studies)} studies from {len(associations)} associations {why}: "
        "have them sent again"
    )
    return Finding("lost", Verdict.BAD, detail, tuple(_named(one) for one in lost))


def _named(place: ObjectPlace | Entry) -> str:
    return (
        f"object {place.sop_instance_uid} of study {place.study_instance_uid}, "
        f"association {place.association_id}, received {place.received_at.isoformat(timespec='seconds')}"
    )


def _segments(parts: _Parts, damaged: list[Entry]) -> Finding:
    segments = damaged_segments(parts.settings.home)
    if not segments:
        return Finding("outbox", Verdict.GOOD, "no segment is damaged")
    readable = sum(1 for path in segments for _ in readable_in(path))
    detail = (
        f"{len(segments)} segments are damaged; {readable} objects in them can be listed, "
        f"{len(damaged)} of those reached neither Orthanc nor the ledger"
    )
    return Finding("outbox", Verdict.BAD, detail, tuple(_named(entry) for entry in damaged))
