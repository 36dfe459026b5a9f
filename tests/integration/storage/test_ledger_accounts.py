"""Accounts balance: what the door counted is what the rows stand for, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from storage.errors import LedgerConflictError
from storage.ledger import Ledger
from storage.ledger_accounts import Accounts
from storage.ledger_quarantine import QuarantineLedger
from storage.ledger_records import (
    UNKNOWN_DIGEST,
    AssociationSummary,
    ReasonCount,
    RejectedAssociations,
    StoredObject,
    StudyCount,
)
from storage.quarantine_records import Attempt, Decision, Fate
from tests.builders.ledger import (
    ASSOCIATION_ID,
    STUDY_UID,
    association_summary,
    quarantined_object,
    stored_object,
)

AT = datetime(2031, 4, 6, 7, 8, 30, tzinfo=UTC)
OTHER = "00000000-0000-4000-8000-000000000002"
SET_ASIDE = quarantined_object(study_instance_uid=STUDY_UID)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


def objects(count: int, first: int = 1) -> list[StoredObject]:
    return [stored_object(sop_instance_uid=f"2.25.{number}") for number in range(first, first + count)]


def summary(
    stored: int, quarantined: int = 0, again: int = 0, association_id: str = ASSOCIATION_ID
) -> AssociationSummary:
    reasons = [("quarantined", quarantined - again), ("quarantined_again", again)]
    return association_summary(
        association_id=association_id,
        received=stored + quarantined + 3,
        stored=stored,
        duplicates=1,
        quarantined=quarantined,
        refused=2,
        reasons=(
            *(ReasonCount(outcome=outcome, reason="residue", count=count) for outcome, count in reasons if count),
            ReasonCount(outcome="refused", reason="vault", count=2),
        ),
        studies=(
            StudyCount(
                study_instance_uid=STUDY_UID,
                stored=stored,
                duplicates=1,
                quarantined=quarantined,
                quarantined_again=again,
                refused=0,
            ),
        ),
    )


def unaccounted(engine: Engine, association_id: str = ASSOCIATION_ID) -> tuple[int | None, int | None]:
    """Of an association and of the study."""
    (association,) = Accounts(engine).associations([association_id])
    study = Accounts(engine).study(STUDY_UID)
    return association.account.unaccounted, study.account.unaccounted if study else None


def test_reasons_and_counts_are_told_and_balance(ledger: Ledger, engine: Engine) -> None:
    ledger.record(objects(3), [summary(3, quarantined=3, again=2)], [SET_ASIDE])

    (one,) = Accounts(engine).associations([ASSOCIATION_ID])
    study = Accounts(engine).study(STUDY_UID)

    assert (one.calling_ae_title, one.outcome) == ("PACS", "released")
    assert one.reasons == {
        "quarantined": {"residue": 1},
        "quarantined_again": {"residue": 2},
        "refused": {"vault": 2},
    }
    assert one.account.counted is not None
    assert (one.account.counted.received, one.account.counted.quarantined_again) == (9, 2)
    assert (one.account.found.in_store, one.account.found.quarantine_reasons) == (3, {SET_ASIDE.reason: 1})
    assert study is not None
    assert (study.account.found.in_store, study.account.found.in_quarantine) == (3, 1)
    assert unaccounted(engine) == (0, 0)


def test_an_object_that_is_nowhere_is_missing(ledger: Ledger, engine: Engine) -> None:
    ledger.record(objects(2), [summary(3)])
    assert unaccounted(engine) == (1, 1)
    (one,) = Accounts(engine).associations([ASSOCIATION_ID], {ASSOCIATION_ID: 1})
    assert one.account.unaccounted == 0


def test_an_association_that_was_never_summed_up_is_shown_with_what_it_brought(ledger: Ledger, engine: Engine) -> None:
    ledger.record(objects(2), quarantined=[SET_ASIDE])
    (one,) = Accounts(engine).associations(Accounts(engine).opened_since(AT - timedelta(days=1)))
    assert (one.association_id, one.opened_at, one.account.unaccounted) == (ASSOCIATION_ID, None, None)
    assert (one.account.found.in_store, one.account.found.in_quarantine) == (2, 1)


def test_what_two_associations_bring_at_once_is_missing_from_neither(ledger: Ledger, engine: Engine) -> None:
    mine = objects(2)
    theirs = [replace(item, association_id=OTHER, received_at=item.received_at + timedelta(1)) for item in mine]
    ledger.record(mine, [summary(2, quarantined=1)], [SET_ASIDE])
    ledger.record(theirs, [summary(2, quarantined=1, association_id=OTHER)], [replace(SET_ASIDE, association_id=OTHER)])
    ledger.record(theirs)

    assert unaccounted(engine)[0] == unaccounted(engine, OTHER)[0] == 0
    (other,) = Accounts(engine).associations([OTHER])
    assert (other.account.found.came_again, other.account.found.in_store) == (3, 0)
    assert unaccounted(engine)[1] == 0


def test_a_released_object_is_counted_where_it_is_now(ledger: Ledger, engine: Engine) -> None:
    ledger.record(objects(1), [summary(1, quarantined=1)], [SET_ASIDE])
    decision = Decision(kept=SET_ASIDE, fate=Fate.RELEASED, at=AT, by="anna", reason="merged", released_as="2.25.9")
    QuarantineLedger(engine).record_decisions([decision])
    assert unaccounted(engine) == (1, 1)  # it is on the way

    ledger.record([stored_object(sop_instance_uid="2.25.9", received_at=SET_ASIDE.received_at)])

    assert unaccounted(engine) == (0, 0)


def test_a_released_object_that_was_there_already_is_noted_but_not_when_it_is_the_same_one(
    ledger: Ledger, engine: Engine
) -> None:
    ledger.record(objects(1), [summary(1, quarantined=1)], [SET_ASIDE])
    decision = Decision(kept=SET_ASIDE, fate=Fate.RELEASED, at=AT, by="anna", reason="merged", released_as="2.25.1")
    notes = QuarantineLedger(engine)
    notes.record_decisions([decision])
    notes.note_released_again(ASSOCIATION_ID, objects(1)[0].received_at, "2.25.1", STUDY_UID)
    assert unaccounted(engine) == (1, 1)
    notes.note_released_again(ASSOCIATION_ID, AT, "2.25.1", STUDY_UID)
    notes.note_released_again(ASSOCIATION_ID, AT, "2.25.1", STUDY_UID)
    assert unaccounted(engine) == (0, 0)


def test_the_first_decision_stands_and_a_missing_row_is_made(engine: Engine) -> None:
    notes = QuarantineLedger(engine)
    first = Decision(kept=SET_ASIDE, fate=Fate.DESTROYED, at=AT, by="anna", reason="by mistake")
    notes.record_decisions([first])
    notes.record_decisions([replace(first, by="bert")])
    notes.record_attempts([Attempt(quarantine_id=SET_ASIDE.quarantine_id, at=AT, reason="residue")])

    note = notes.notes([SET_ASIDE.quarantine_id, "0" * 32])[SET_ASIDE.quarantine_id]

    assert (note.fate, note.fate_at, note.fate_by, note.tried_reason) == ("destroyed", AT, "anna", "residue")
    assert notes.undecided([SET_ASIDE.quarantine_id, "0" * 32]) == {"0" * 32}


def test_rejections_are_summed_over_processes_and_written_twice_without_harm(ledger: Ledger, engine: Engine) -> None:
    hour = AT.replace(minute=0, second=0)
    one = RejectedAssociations(
        hour=hour, calling_ae_title="EVIL", peer_address="192.0.2.9", reason="not_allowed", counted_by="a", count=5
    )
    ledger.record(rejected=[one])
    ledger.record(rejected=[replace(one, count=3), replace(one, counted_by="b", count=2)])
    (found,) = Accounts(engine).rejected_since(AT)
    assert (found.calling_ae_title, found.count) == ("EVIL", 7)


def test_a_row_that_does_not_know_its_source_takes_over_what_comes_later(ledger: Ledger) -> None:
    known = stored_object()
    ledger.record([replace(known, source_digest=UNKNOWN_DIGEST, association_id="found-in-orthanc")])
    study = ledger.study(STUDY_UID)
    assert study is not None
    assert study.digests == {}
    assert ledger.source_digests([known.sop_instance_uid]) == {}
    assert ledger.contradicted([known]) == frozenset()

    ledger.record([known])

    assert ledger.source_digests([known.sop_instance_uid]) == {known.sop_instance_uid: known.source_digest}
    (place,) = ledger.places([known.sop_instance_uid])
    assert place.association_id == ASSOCIATION_ID
    with pytest.raises(LedgerConflictError):
        ledger.record([replace(known, source_digest="other")])


def test_a_lost_object_may_come_again_unless_it_is_another_one(ledger: Ledger, engine: Engine) -> None:
    mine = stored_object()
    ledger.record([mine], [summary(1)])
    ledger.mark_lost([mine.sop_instance_uid], AT)
    study = ledger.study(STUDY_UID)
    assert study is not None
    assert study.digests == {}
    assert [place.study_instance_uid for place in ledger.lost()] == [STUDY_UID]
    (one,) = Accounts(engine).associations([ASSOCIATION_ID])
    assert (one.account.found.lost, one.account.unaccounted) == (1, 0)
    assert ledger.contradicted([replace(mine, source_digest="other")]) == {mine.sop_instance_uid}

    ledger.record([replace(mine, association_id=OTHER, received_at=AT, size=5)])

    assert ledger.lost() == []
    (place,) = ledger.places([mine.sop_instance_uid])
    assert place.association_id == OTHER
