"""Associations whose end nobody saw are summed up from what is there, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from storage.ledger import Ledger
from storage.ledger_accounts import Accounts
from storage.ledger_quarantine import QuarantineLedger
from storage.ledger_records import NODE_ENDED, AssociationSummary, ReasonCount, StoredObject, StudyCount
from storage.ledger_unfinished import Taken, Unfinished, Untraced
from storage.quarantine_records import Decision, Fate
from tests.builders.ledger import ASSOCIATION_ID, STUDY_UID, association_summary, quarantined_object, stored_object

OPENED_AT = datetime(2031, 4, 6, 7, 8, 0, tzinfo=UTC)
FIRST_AT, LAST_AT = OPENED_AT + timedelta(seconds=9), OPENED_AT + timedelta(seconds=40)
OTHER = "00000000-0000-4000-8000-000000000002"
SET_ASIDE = quarantined_object(study_instance_uid=STUDY_UID, sop_instance_uid="2.25.9", received_at=FIRST_AT)


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    return Ledger(engine)


def row(number: int, received_at: datetime = FIRST_AT, association_id: str = ASSOCIATION_ID) -> StoredObject:
    uid = f"2.25.{number}"
    return stored_object(sop_instance_uid=uid, received_at=received_at, association_id=association_id)


def taken(number: int, received_at: datetime = FIRST_AT) -> Taken:
    return Taken(sop_instance_uid=f"2.25.{number}", study_instance_uid=STUDY_UID, received_at=received_at)


def unfinished(*on_the_way: Taken) -> Unfinished:
    return Unfinished(
        association_id=ASSOCIATION_ID,
        calling_ae_title="PACS",
        peer_address="192.0.2.7",
        opened_at=OPENED_AT,
        on_the_way=on_the_way,
    )


def unaccounted(engine: Engine, waiting: int = 0) -> tuple[int | None, int | None]:
    """Of the association and of the study."""
    (association,) = Accounts(engine).associations([ASSOCIATION_ID], {ASSOCIATION_ID: waiting} if waiting else {})
    study = Accounts(engine).study(STUDY_UID, waiting)
    return association.account.unaccounted, study.account.unaccounted if study else None


def test_it_is_summed_up_from_rows_and_from_what_is_on_its_way(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1), row(2)], quarantined=[SET_ASIDE])

    summaries = ledger.record_unfinished([unfinished(taken(2), taken(3, LAST_AT))])

    assert summaries == [
        AssociationSummary(
            association_id=ASSOCIATION_ID,
            calling_ae_title="PACS",
            peer_address="192.0.2.7",
            opened_at=OPENED_AT,
            closed_at=LAST_AT,
            outcome=NODE_ENDED,
            received=4,
            stored=3,
            duplicates=0,
            quarantined=1,
            refused=0,
            reasons=(ReasonCount(outcome="quarantined", reason=SET_ASIDE.reason, count=1),),
            studies=(
                StudyCount(
                    study_instance_uid=STUDY_UID,
                    stored=3,
                    duplicates=0,
                    quarantined=1,
                    quarantined_again=0,
                    refused=0,
                ),
            ),
        )
    ]
    assert unaccounted(engine, waiting=1) == (0, 0)
    ledger.record([row(3, LAST_AT)])
    assert unaccounted(engine) == (0, 0)


def test_what_left_nothing_is_counted_as_the_door_has_counted_it(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1)], quarantined=[SET_ASIDE])
    kinds = [
        Untraced(outcome="duplicates", reason="", study_instance_uid=STUDY_UID, count=3),
        Untraced(outcome="refused", reason="vault", study_instance_uid=None, count=2),
        Untraced(outcome="quarantined_again", reason=SET_ASIDE.reason, study_instance_uid=STUDY_UID, count=4),
    ]

    (summary,) = ledger.record_unfinished([replace(unfinished(), untraced=tuple(kinds))])

    assert (summary.received, summary.stored, summary.duplicates) == (11, 1, 3)
    assert (summary.quarantined, summary.refused) == (5, 2)
    assert summary.reasons == (
        ReasonCount(outcome="quarantined", reason=SET_ASIDE.reason, count=1),
        ReasonCount(outcome="quarantined_again", reason=SET_ASIDE.reason, count=4),
        ReasonCount(outcome="refused", reason="vault", count=2),
    )
    (study,) = summary.studies
    assert (study.stored, study.duplicates, study.quarantined, study.quarantined_again, study.refused) == (
        1,
        3,
        5,
        4,
        0,
    )
    assert unaccounted(engine) == (0, 0)


def test_summing_up_again_changes_nothing(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1)])
    ledger.record_unfinished([unfinished()])
    ledger.record([row(2)])
    before = Accounts(engine).associations([ASSOCIATION_ID])

    assert ledger.record_unfinished([unfinished(taken(2))]) == []
    assert Accounts(engine).associations([ASSOCIATION_ID]) == before


def test_what_was_summed_up_in_time_stays(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1)], [association_summary(received=3, stored=1, duplicates=2, quarantined=0)])

    assert ledger.record_unfinished([unfinished(taken(1))]) == []
    (one,) = Accounts(engine).associations([ASSOCIATION_ID])
    assert one.outcome == "released"
    assert one.account.counted is not None
    assert one.account.counted.duplicates == 2


def test_one_of_which_nothing_is_known_has_no_counts_and_ended_no_later_than_it_began(ledger: Ledger) -> None:
    ledger.record([row(1, association_id=OTHER)])

    (summary,) = ledger.record_unfinished([unfinished()])

    assert (summary.received, summary.stored, summary.quarantined, summary.studies) == (0, 0, 0, ())
    assert summary.closed_at == OPENED_AT


@pytest.mark.parametrize("on_the_way", [pytest.param((), id="recorded"), pytest.param((taken(1, LAST_AT),), id="both")])
def test_an_object_that_another_association_brought_too_was_acknowledged_to_both(
    ledger: Ledger, engine: Engine, on_the_way: tuple[Taken, ...]
) -> None:
    ledger.record([row(1, association_id=OTHER)])
    ledger.record([row(1, LAST_AT)])

    (summary,) = ledger.record_unfinished([unfinished(*on_the_way)])

    assert (summary.stored, unaccounted(engine)[0]) == (1, 0)


def test_an_object_that_was_set_aside_on_its_way_is_counted_once(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1)], quarantined=[replace(SET_ASIDE, sop_instance_uid="2.25.2")])

    (summary,) = ledger.record_unfinished([unfinished(taken(2))])

    assert (summary.stored, summary.quarantined) == (1, 1)
    assert unaccounted(engine) == (0, 0)


def test_a_released_object_is_counted_as_what_it_was_when_it_came(ledger: Ledger, engine: Engine) -> None:
    ledger.record([row(1)], quarantined=[SET_ASIDE])
    decision = Decision(
        kept=SET_ASIDE, fate=Fate.RELEASED, at=LAST_AT, by="anna", reason="merged", released_as="2.25.9"
    )
    QuarantineLedger(engine).record_decisions([decision])
    ledger.record([row(9)])

    (summary,) = ledger.record_unfinished([unfinished()])

    assert (summary.stored, summary.quarantined) == (1, 1)
    assert unaccounted(engine) == (0, 0)
