"""Summing up associations that nobody saw the end of: their process ended while they were open.

What they brought is counted from what is there, so that nothing is counted that is not known; of what leaves nothing
to count, the door has counted how many there were.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from storage.ledger_facts import record_associations
from storage.ledger_records import NODE_ENDED, AssociationSummary, ReasonCount, StudyCount
from storage.ledger_tables import AssociationRow, CameAgainRow, InstanceRow, QuarantinedRow, SeriesRow
from storage.upserts import lookup

STORED, DUPLICATES, QUARANTINED, REFUSED = "stored", "duplicates", "quarantined", "refused"
AGAIN = "quarantined_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One object that an association brought and that was acknowledged as new. UIDs are pseudonymised."""

    sop_instance_uid: str
    study_instance_uid: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Untraced:
    """Objects of which nothing is left: duplicates, refused ones, or quarantined_again (see `ReasonCount`)."""

    outcome: str
    reason: str
    study_instance_uid: str | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """One association whose end nobody saw, and what it brought that is still on its way."""

    association_id: str
    calling_ae_title: str
    peer_address: str
    opened_at: datetime
    on_the_way: tuple[Taken, ...] = ()
    """They may have no row yet."""
    untraced: tuple[Untraced, ...] = ()


@dataclass(frozen=True, slots=True)
class _SetAside:
    """One object in quarantine."""

    reason: str
    study_instance_uid: str | None
    received_at: datetime
    sop_instance_uid: str | None
    released_as: str | None


@dataclass(frozen=True, slots=True)
class _Brought:
    """What is known of one association's objects."""

    stored: dict[str, str | None]
    """The study of each object by SOPInstanceUID or, of one that already lay in quarantine, by its id there."""
    set_aside: list[_SetAside]
    received_at: list[datetime]


def record_unfinished(connection: Connection, unfinished: Sequence[Unfinished]) -> list[AssociationSummary]:
    """Sum up those of them that are not summed up yet; these are returned. What is there stays as it is."""
    ids = {one.association_id for one in unfinished}
    known = lookup(connection, AssociationRow.association_id, AssociationRow.outcome, ids)
    summaries = [_summary(one, _brought(connection, one)) for one in unfinished if one.association_id not in known]
    record_associations(connection, summaries)
    return summaries


def _brought(connection: Connection, one: Unfinished) -> _Brought:
    placed, set_aside = _placed(connection, one.association_id), _set_aside(connection, one.association_id)
    gone = {item.sop_instance_uid for item in set_aside}  # some of them on their way, just before the end
    on_the_way = [item for item in one.on_the_way if item.sop_instance_uid not in gone]
    stored = _came_again(connection, one.association_id)
    stored |= {item.sop_instance_uid: item.study_instance_uid for item in (*placed, *on_the_way)}
    for released in {item.released_as for item in set_aside} - {None}:
        stored.pop(str(released), None)  # it is counted as what it was when it came
    times = [item.received_at for item in (*placed, *one.on_the_way)] + [item.received_at for item in set_aside]
    return _Brought(stored, set_aside, times)


def _placed(connection: Connection, association_id: str) -> list[Taken]:
    wanted = select(InstanceRow.sop_instance_uid, SeriesRow.study_instance_uid, InstanceRow.received_at).join(
        SeriesRow, SeriesRow.series_instance_uid == InstanceRow.series_instance_uid
    )
    rows = connection.execute(wanted.where(InstanceRow.association_id == association_id))
    return [Taken(**dict(row)) for row in rows.mappings()]


def _came_again(connection: Connection, association_id: str) -> dict[str, str | None]:
    """Objects that are there under another association's name."""
    wanted = select(CameAgainRow.object_id, CameAgainRow.study_instance_uid)
    return dict(connection.execute(wanted.where(CameAgainRow.association_id == association_id)).all())


def _set_aside(connection: Connection, association_id: str) -> list[_SetAside]:
    row = QuarantinedRow
    wanted = select(row.reason, row.study_instance_uid, row.received_at, row.sop_instance_uid, row.released_as)
    return [_SetAside(*found) for found in connection.execute(wanted.where(row.association_id == association_id))]


def _summary(one: Unfinished, brought: _Brought) -> AssociationSummary:
    reasons = Counter((QUARANTINED, item.reason) for item in brought.set_aside)
    counts: Counter[str] = Counter()
    for kind in one.untraced:
        counts[kind.outcome] += kind.count
        if kind.outcome != DUPLICATES:
            reasons[kind.outcome, kind.reason] += kind.count
    stored, quarantined = len(brought.stored), len(brought.set_aside) + counts[AGAIN]
    return AssociationSummary(
        association_id=one.association_id,
        calling_ae_title=one.calling_ae_title,
        peer_address=one.peer_address,
        opened_at=one.opened_at,
        closed_at=max(brought.received_at, default=one.opened_at),
        outcome=NODE_ENDED,
        received=stored + counts[DUPLICATES] + quarantined + counts[REFUSED],
        stored=stored,
        duplicates=counts[DUPLICATES],
        quarantined=quarantined,
        refused=counts[REFUSED],
        reasons=tuple(
            ReasonCount(outcome=outcome, reason=reason, count=count)
            for (outcome, reason), count in sorted(reasons.items())
        ),
        studies=_studies(brought, one.untraced),
    )


def _studies(brought: _Brought, untraced: Sequence[Untraced]) -> tuple[StudyCount, ...]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for study in filter(None, brought.stored.values()):
        counts[study][STORED] += 1
    for study in filter(None, (item.study_instance_uid for item in brought.set_aside)):
        counts[study][QUARANTINED] += 1
    for kind in untraced:
        if kind.study_instance_uid is not None:
            counts[kind.study_instance_uid][kind.outcome] += kind.count
    return tuple(
        StudyCount(
            study_instance_uid=study,
            stored=found[STORED],
            duplicates=found[DUPLICATES],
            quarantined=found[QUARANTINED] + found[AGAIN],
            quarantined_again=found[AGAIN],
            refused=found[REFUSED],
        )
        for study, found in sorted(counts.items())
    )
