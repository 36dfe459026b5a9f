"""The ledger, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Barrier

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import IntegrityError

from storage.errors import LedgerConflictError
from storage.ledger import Ledger
from storage.ledger_records import LedgerCounts, StoredObject
from storage.ledger_tables import AssociationRow, ClaimRow, InstanceRow, PatientRow, SeriesRow, StudyRow
from storage.tables import Base
from tests.builders.ledger import association_summary, quarantined_object, stored_object


def series_of(count: int, *, study: str = "1", pseudonym: str = "OST-A") -> list[StoredObject]:
    return [
        stored_object(
            pseudonym=pseudonym,
            study_instance_uid=f"2.25.1{study}",
            series_instance_uid=f"2.25.2{study}",
            sop_instance_uid=f"2.25.3{study}.{number}",
            instance_number=number,
        )
        for number in range(1, count + 1)
    ]


def every_row(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [
            tuple(row)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]


def test_recording_objects_makes_their_patient_study_and_series(engine: Engine) -> None:
    ledger = Ledger(engine)

    ledger.record(objects=series_of(3), quarantined=[quarantined_object()])

    assert ledger.counts() == LedgerCounts(patients=1, studies=1, series=1, objects=3, quarantined=1)


def test_everything_about_an_object_is_kept(engine: Engine) -> None:
    stored = stored_object(number_of_frames=12, instance_number=None)

    Ledger(engine).record(objects=[stored])

    with engine.connect() as connection:
        rows: list[type[Base]] = [PatientRow, StudyRow, SeriesRow, InstanceRow]
        kept = {
            name: value
            for row in rows
            for name, value in connection.execute(select(row.__table__)).mappings().one().items()
        }
    assert kept.pop("first_stored_at") == stored.stored_at
    assert kept.pop("lost_at") is None
    fields = StoredObject.__dataclass_fields__.keys() - {"series_facts"}  # in a table of their own
    assert kept == {name: getattr(stored, name) for name in fields}


def test_recording_twice_changes_nothing(engine: Engine) -> None:
    ledger = Ledger(engine)
    batch = {
        "objects": series_of(3),
        "associations": [association_summary()],
        "quarantined": [quarantined_object()],
    }
    ledger.record(**batch)  # type: ignore[arg-type]
    before = every_row(engine)

    ledger.record(**batch)  # type: ignore[arg-type]

    assert every_row(engine) == before


def test_the_same_object_twice_in_one_batch_is_one_object(engine: Engine) -> None:
    ledger = Ledger(engine)

    ledger.record(objects=[stored_object(), stored_object()])

    assert ledger.counts().objects == 1


def test_an_association_may_be_summed_up_again(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.record(associations=[association_summary(outcome="lost", stored=1)])

    ledger.record(associations=[association_summary(outcome="released", stored=2)])

    with engine.connect() as connection:
        assert connection.execute(select(AssociationRow.outcome, AssociationRow.stored)).all() == [("released", 2)]


def test_an_outcome_that_nobody_knows_is_refused_by_the_database(engine: Engine) -> None:
    with pytest.raises(IntegrityError):
        Ledger(engine).record(associations=[association_summary(outcome="vanished")])


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(engine: Engine) -> None:
    paris = timezone(timedelta(hours=2))

    Ledger(engine).record(objects=[stored_object(received_at=datetime(2031, 7, 1, 1, 30, tzinfo=paris))])

    with engine.connect() as connection:
        received_at = connection.execute(select(InstanceRow.received_at)).scalar_one()
    assert received_at == datetime(2031, 6, 30, 23, 30, tzinfo=UTC)
    assert received_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(engine: Engine) -> None:
    naive = datetime(2031, 7, 1, 1, 30)  # noqa: DTZ001

    with pytest.raises(Exception, match="a time without a zone is not an instant"):
        Ledger(engine).record(objects=[stored_object(received_at=naive)])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"pseudonym": "OST-OTHER"}, id="its study belongs to another patient"),
        pytest.param({"study_instance_uid": "2.25.999"}, id="its series belongs to another study"),
        pytest.param({"series_instance_uid": "2.25.999"}, id="it belongs to another series"),
        pytest.param({"source_digest": "f" * 64}, id="its content is another"),
    ],
)
def test_an_object_that_contradicts_the_ledger_is_a_conflict(engine: Engine, changes: dict[str, str]) -> None:
    ledger = Ledger(engine)
    ledger.record(objects=[stored_object()])
    before = every_row(engine)

    with pytest.raises(LedgerConflictError) as conflict:
        ledger.record(objects=[*series_of(2), stored_object(**changes)])

    assert conflict.value.sop_instance_uids == (stored_object().sop_instance_uid,)
    assert every_row(engine) == before


def test_objects_of_one_batch_that_contradict_each_other_are_a_conflict(engine: Engine) -> None:
    ledger = Ledger(engine)

    with pytest.raises(LedgerConflictError):
        ledger.record(objects=[stored_object(), stored_object(sop_instance_uid="2.25.9", pseudonym="OST-OTHER")])

    assert ledger.counts().objects == 0


def test_two_objects_at_one_place_in_orthanc_are_a_conflict(engine: Engine) -> None:
    first, second = series_of(2)

    with pytest.raises(LedgerConflictError) as conflict:
        Ledger(engine).record(objects=[first, stored_object(**{**fields_of(second), "orthanc_id": first.orthanc_id})])

    assert conflict.value.sop_instance_uids == (second.sop_instance_uid,)


def fields_of(stored: StoredObject) -> dict[str, object]:
    return {name: getattr(stored, name) for name in StoredObject.__dataclass_fields__}


def test_a_frame_of_reference_that_the_first_object_lacked_is_filled_in(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.record(objects=[stored_object(frame_of_reference_uid=None)])

    ledger.record(objects=[stored_object(sop_instance_uid="2.25.9", frame_of_reference_uid="2.25.41")])
    ledger.record(objects=[stored_object(sop_instance_uid="2.25.8", frame_of_reference_uid="2.25.42")])

    with engine.connect() as connection:
        assert connection.execute(select(SeriesRow.frame_of_reference_uid)).scalars().all() == ["2.25.41"]


NULLABLE = {
    "patient_sex": ("F", "M"),
    "study_date": (date(2031, 4, 5), date(2031, 4, 6)),
    "modality": ("CT", "MR"),
    "series_number": (3, 4),
    "frame_of_reference_uid": ("2.25.41", "2.25.42"),
}


def kept_of(engine: Engine) -> dict[str, object]:
    rows: list[type[Base]] = [PatientRow, StudyRow, SeriesRow]
    with engine.connect() as connection:
        return {
            name: value
            for row in rows
            for name, value in connection.execute(select(row.__table__)).mappings().one().items()
            if name in NULLABLE
        }


@pytest.mark.parametrize("name", NULLABLE)
def test_what_the_first_object_lacked_is_filled_in_once_from_later_ones(engine: Engine, name: str) -> None:
    ledger = Ledger(engine)
    first, second = NULLABLE[name]
    ledger.record(objects=[stored_object(**{name: None})])
    whole = kept_of(engine)

    ledger.record(objects=[stored_object(**{name: first, "sop_instance_uid": "2.25.9"})])
    ledger.record(objects=[stored_object(**{name: second, "sop_instance_uid": "2.25.8"})])

    assert whole[name] is None
    assert kept_of(engine) == whole | {name: first}


def test_what_the_first_object_of_a_batch_lacked_is_filled_in_from_the_first_that_has_it(engine: Engine) -> None:
    nothing = dict.fromkeys(NULLABLE)
    values = [nothing, *({name: pair[place] for name, pair in NULLABLE.items()} for place in range(2))]

    Ledger(engine).record(
        objects=[stored_object(**changes, sop_instance_uid=f"2.25.{place}") for place, changes in enumerate(values)]
    )

    assert kept_of(engine) == values[1]


def test_writers_who_fill_in_the_same_rows_do_not_disturb_each_other(engine: Engine) -> None:
    ledger = Ledger(engine)
    bare = [
        stored_object(
            sop_instance_uid=f"2.25.3.{number}",
            series_instance_uid=f"2.25.2.{number}",
            modality=None,
            series_number=None,
            frame_of_reference_uid=None,
        )
        for number in range(40)
    ]
    ledger.record(objects=bare)
    together = Barrier(2)

    def write(half: int) -> None:
        known = {"modality": "CT"} if half else {"series_number": 7}
        mixed = [replace(item, **(known if number % 2 == half else {})) for number, item in enumerate(bare)]
        together.wait(timeout=20)
        ledger.record(objects=mixed[:: 1 if half else -1])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [0, 1]))

    with engine.connect() as connection:
        assert len(connection.execute(select(SeriesRow).where(SeriesRow.modality == "CT")).all()) == 20


def test_what_the_ledger_would_contradict_is_told_without_recording_anything(engine: Engine) -> None:
    ledger = Ledger(engine)
    ledger.record(objects=[stored_object()])
    before = every_row(engine)
    same, new = stored_object(), stored_object(sop_instance_uid="2.25.9")
    other_patient = stored_object(sop_instance_uid="2.25.8", pseudonym="OST-OTHER")
    other_content = stored_object(source_digest="f" * 64)
    elsewhere = stored_object(sop_instance_uid="2.25.7", study_instance_uid="2.25.77", series_instance_uid="2.25.78")
    within_itself = replace(elsewhere, sop_instance_uid="2.25.6", orthanc_id="6", pseudonym="OST-OTHER")

    assert ledger.contradicted([]) == frozenset()
    assert ledger.contradicted([same, new]) == frozenset()
    assert ledger.contradicted([new, other_patient, other_content]) == {"2.25.8", same.sop_instance_uid}
    assert ledger.contradicted([elsewhere, within_itself]) == {"2.25.6"}
    assert every_row(engine) == before


def test_what_another_forwarder_is_about_to_bring_is_contradicted_before_it_is_recorded(engine: Engine) -> None:
    first, second = Ledger(engine), Ledger(engine)
    mine = stored_object()
    other_content = stored_object(source_digest="f" * 64)
    elsewhere = stored_object(series_instance_uid="2.25.78", source_digest="e" * 64)
    other_study = stored_object(sop_instance_uid="2.25.7", study_instance_uid="2.25.77")
    other_patient = stored_object(sop_instance_uid="2.25.8", pseudonym="OST-OTHER", series_instance_uid="2.25.79")

    assert first.claim([]) == frozenset()
    assert first.claim([mine]) == frozenset()
    assert first.claim([mine]) == second.claim([mine]) == frozenset()  # tried again, and sent to both
    for other in (other_content, elsewhere, other_study, other_patient):
        assert second.claim([other]) == {other.sop_instance_uid}
    assert first.counts().objects == 0

    first.record(objects=[mine])
    with engine.connect() as connection:
        assert connection.execute(select(ClaimRow)).all() == []
    assert second.claim([other_content]) == {mine.sop_instance_uid}


def test_what_was_made_before_sequences_counted_contradicts_nothing_but_other_plain_content(engine: Engine) -> None:
    ledger = Ledger(engine)
    plain = "a" * 64
    old = stored_object(source_digest=plain)
    new, other_nested = (replace(old, source_digest=f"{plain}.{letter * 32}") for letter in "bc")
    other_plain = replace(old, source_digest=f"{'d' * 64}.{'b' * 32}")

    assert ledger.claim([old]) == ledger.claim([new]) == frozenset()
    assert ledger.claim([other_nested]) == ledger.claim([other_plain]) == {old.sop_instance_uid}
    ledger.record([old])
    assert ledger.contradicted([new]) == frozenset()
    assert ledger.contradicted([other_plain]) == {old.sop_instance_uid}

    ledger.mark_lost([old.sop_instance_uid], datetime.now(UTC))
    ledger.record([new])

    assert ledger.lost() == []
    assert ledger.source_digests([old.sop_instance_uid]) == {old.sop_instance_uid: new.source_digest}
    assert ledger.contradicted([other_nested]) == {old.sop_instance_uid}
    assert ledger.contradicted([old]) == frozenset()


def test_a_claim_that_was_let_go_or_was_not_made_anew_for_a_week_stands_in_nobodys_way(engine: Engine) -> None:
    ledger = Ledger(engine)
    first, second, third = (stored_object(source_digest=letter * 64) for letter in "abc")
    ledger.claim([first])
    ledger.let_go(first.sop_instance_uid, second.source_digest)
    assert ledger.claim([second]) == {first.sop_instance_uid}  # it was not the second's to let go

    ledger.let_go(first.sop_instance_uid, first.source_digest)
    assert ledger.claim([second]) == frozenset()

    with engine.begin() as connection:
        connection.execute(update(ClaimRow).values(claimed_at=datetime.now(UTC) - timedelta(days=8)))
    assert ledger.claim([third]) == frozenset()


def test_of_two_that_claim_at_the_same_moment_one_is_told(engine: Engine) -> None:
    pairs = [
        [stored_object(sop_instance_uid=f"2.25.5.{number}", source_digest=letter * 64) for letter in "ab"]
        for number in range(30)
    ]
    together = Barrier(2)

    def claim(half: int) -> frozenset[str]:
        ledger, told = Ledger(engine), frozenset[str]()
        for pair in pairs:
            together.wait(timeout=20)
            told |= ledger.claim([pair[half]])
        return told

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(claim, [0, 1])

    assert (first | second, first & second) == (frozenset(pair[0].sop_instance_uid for pair in pairs), frozenset())


def test_a_study_is_told_with_its_patient_and_its_digests(engine: Engine) -> None:
    ledger = Ledger(engine)
    other_series = stored_object(sop_instance_uid="2.25.9", series_instance_uid="2.25.21")
    other_study = stored_object(sop_instance_uid="2.25.8", series_instance_uid="2.25.22", study_instance_uid="2.25.12")
    ledger.record(objects=[stored_object(), other_series, other_study])

    contents = ledger.study(stored_object().study_instance_uid)

    assert contents is not None
    assert contents.pseudonym == stored_object().pseudonym
    assert contents.digests == {item.sop_instance_uid: item.source_digest for item in (stored_object(), other_series)}
    assert ledger.study("2.25.999") is None


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_kept(engine: Engine) -> None:
    with pytest.raises(IntegrityError) as error:
        Ledger(engine).record(associations=[association_summary(outcome="vanished", calling_ae_title="SECRET")])

    # PostgreSQL's own DETAIL line is the driver's text, not SQLAlchemy's.
    assert "hide_parameters" in str(error.value)
    assert "[parameters:" not in str(error.value)


def test_digests_are_given_for_the_objects_already_stored(engine: Engine) -> None:
    ledger = Ledger(engine)
    stored = series_of(3)
    ledger.record(objects=stored[:2])

    known = ledger.source_digests([*(item.sop_instance_uid for item in stored), "2.25.unknown"])

    assert known == {item.sop_instance_uid: item.source_digest for item in stored[:2]}


def test_a_large_batch_takes_few_statements_and_is_read_back_whole(engine: Engine) -> None:
    statements: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *call: statements.append(call[2]))
    ledger = Ledger(engine)
    stored = series_of(2500)

    ledger.record(objects=stored)
    recorded = len(statements)

    assert recorded < 48
    assert list(ledger.object_ids()) == sorted((item.sop_instance_uid, item.orthanc_id) for item in stored)


def test_writers_of_the_same_objects_in_opposite_orders_do_not_disturb_each_other(engine: Engine) -> None:
    ledger = Ledger(engine)
    rounds = [series_of(300, study=str(number)) for number in range(5)]
    # With the series there already, nothing but the objects themselves can be waited for.
    ledger.record(objects=[batch[0] for batch in rounds])
    together = Barrier(2)

    def write(direction: int) -> None:
        for batch in rounds:
            together.wait(timeout=20)
            ledger.record(objects=batch[::direction])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [1, -1]))

    assert ledger.counts() == LedgerCounts(patients=1, studies=5, series=5, objects=1500, quarantined=0)
