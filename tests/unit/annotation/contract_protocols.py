"""What every unit of work must keep of protocols, and keep from whom, in memory and on each database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest

from annotation import adjudication, assigning, clinical_contexts, lesions, readings, scores, worklist
from annotation.adjudication import Decision
from annotation.entities import Lesion
from annotation.errors import (
    AssignmentNotFoundError,
    LesionNotFoundError,
    NothingReadError,
    NotNowError,
    NotTheirTaskError,
    PlaceInListError,
    ProtocolNotFoundError,
    ReadingNotFoundError,
    UnacceptableError,
)
from annotation.ports import ReadingFilter, UnitOfWork
from annotation.protocol_agreement import agreement_of
from annotation.protocols import Assignment, Kind, ReadingProtocol, State
from annotation.readings import LesionReading
from annotation.sight import Sight
from annotation.worklist_queries import Order, StudiesWanted, WorklistQuery
from lesion_model.anatomy import Site
from lesion_model.clinical import ClinicalContext
from lesion_model.findings import Alignment, ImagingFindings, LesionType
from lesion_model.sins import Pain
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, SUBTROCHANTERIC, collapse, findings, lytic_findings, vertebra
from tests.builders.registry import NEW_STUDY, OLD_STUDY, OTHER_STUDY, START, UNDATED_STUDY, minutes

ANNE, BEN, JUDGE, OTHER = "anne", "ben", "judge", "somebody else"
Eyes = Callable[[str], UnitOfWork]


def made_protocol(
    eyes: Eyes, kind: Kind = Kind.DOUBLE_BLIND, name: str = "Spine", **changes: frozenset[str]
) -> ReadingProtocol:
    modalities = changes.get("modalities", frozenset[str]())
    return assigning.make_protocol(name, kind, modalities, by="manager", now=lambda: START, uow=eyes("manager"))


def given(
    eyes: Eyes, under: ReadingProtocol, *studies: str, readers: tuple[str, ...] = (ANNE, BEN)
) -> list[Assignment]:
    wanted = StudiesWanted(
        protocol_id=under.id, readers=readers, modalities=frozenset(), study_instance_uids=studies or None
    )
    adjudicator = JUDGE if under.kind is Kind.DOUBLE_BLIND else None
    assigned = assigning.assign(wanted, adjudicator, limit=10, by="manager", now=lambda: START, uow=eyes("manager"))
    return list(assigned.assignments)


def opened(eyes: Eyes, by: str, site: Site = L3, minute: int = 1) -> Lesion:
    return lesions.open_lesion(PSEUDONYM, site, by=by, now=lambda: minutes(minute), uow=eyes(by))


def read(
    eyes: Eyes, by: str, lesion: Lesion, study: str = OLD_STUDY, seen: ImagingFindings | None = None
) -> LesionReading:
    return readings.record_reading(
        lesion.id, study, seen or lytic_findings(), None, by=by, now=lambda: minutes(2), uow=eyes(by)
    )


def signed(eyes: Eyes, assignment: Assignment, *readers: str) -> None:
    for reader in readers:
        assigning.complete(assignment.id, by=reader, now=lambda: minutes(3), uow=eyes(reader))


def numbers(eyes: Eyes, reader: str) -> list[int]:
    return [each.number for each in lesions.lesions_of_patient(PSEUDONYM, eyes(reader), limit=50)]


def seen_readings(eyes: Eyes, reader: str, **wanted: str | UUID) -> set[UUID]:
    found = readings.readings(ReadingFilter(**wanted), eyes(reader), limit=50)  # type: ignore[arg-type]
    return {each.reading.id for each in found}


def tasks(eyes: Eyes, who: str, /, **wanted: object) -> list[tuple[str, str, State]]:
    found = worklist.page(WorklistQuery(**wanted), eyes(who), limit=50)  # type: ignore[arg-type]
    return [(each.study.study_instance_uid, each.task.reader, each.task.state) for each in found]


class ProtocolContract:
    """Inherit and give a fixture `eyes`: the unit of work of whoever is named, on one place with `OBJECTS`."""

    def test_a_protocol_is_found_by_its_identifier_and_listed_by_name(self, eyes: Eyes) -> None:
        spine, chest = (
            made_protocol(eyes, name=name, modalities=frozenset({"CT", "MR"})) for name in ("Spine", "Chest")
        )
        assert assigning.protocol(spine.id, eyes(OTHER)) == spine
        assert list(assigning.protocols(eyes(OTHER), limit=5)) == [chest, spine]
        assert list(assigning.protocols(eyes(OTHER), after="Chest", limit=5)) == [spine]

    def test_two_protocols_have_two_names(self, eyes: Eyes) -> None:
        made_protocol(eyes)
        with pytest.raises(UnacceptableError, match="name: another protocol"):
            made_protocol(eyes)

    def test_what_does_not_exist_is_not_found(self, eyes: Eyes) -> None:
        with pytest.raises(ProtocolNotFoundError):
            assigning.protocol(uuid4(), eyes(OTHER))
        with pytest.raises(AssignmentNotFoundError):
            assigning.assignment(uuid4(), eyes(OTHER))

    def test_a_study_is_given_once_under_a_protocol(self, eyes: Eyes) -> None:
        spine = made_protocol(eyes)
        assert len(given(eyes, spine, OLD_STUDY)) == 1
        with pytest.raises(UnacceptableError, match=r"study_instance_uids\.1: no such study"):
            given(eyes, spine, NEW_STUDY, OLD_STUDY)
        assert {each.study_instance_uid for each in given(eyes, spine)} == {NEW_STUDY, UNDATED_STUDY, OTHER_STUDY}

    def test_studies_are_given_by_modality_patient_and_date(self, eyes: Eyes) -> None:
        of_mr = made_protocol(eyes, name="MR", modalities=frozenset({"MR"}))
        assert given(eyes, of_mr) == []
        spine = made_protocol(eyes, modalities=frozenset({"CT"}))
        wanted = StudiesWanted(
            protocol_id=spine.id,
            readers=(ANNE, BEN),
            modalities=frozenset(),
            pseudonym=PSEUDONYM,
            from_date=date(2031, 1, 5),
            to_date=date(2031, 6, 5),
        )
        first = assigning.assign(wanted, JUDGE, limit=1, by="m", now=lambda: START, uow=eyes("m"))
        second = assigning.assign(wanted, JUDGE, limit=1, by="m", now=lambda: START, uow=eyes("m"))
        found = [each.study_instance_uid for each in (*first.assignments, *second.assignments)]
        assert (found, first.more, second.more) == ([OLD_STUDY, NEW_STUDY], True, False)

    def test_one_person_reads_a_study_for_one_protocol_at_a_time(self, eyes: Eyes) -> None:
        (first,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        single = made_protocol(eyes, Kind.SINGLE, name="Routine")
        with pytest.raises(UnacceptableError):
            given(eyes, single, OLD_STUDY, readers=(ANNE,))
        signed(eyes, first, ANNE)
        assert len(given(eyes, single, OLD_STUDY, readers=(ANNE,))) == 1

    @pytest.mark.parametrize(
        ("kind", "readers", "adjudicator"),
        [
            pytest.param(Kind.DOUBLE_BLIND, (ANNE,), JUDGE, id="one blind reader"),
            pytest.param(Kind.DOUBLE_BLIND, (ANNE, ANNE), JUDGE, id="the same twice"),
            pytest.param(Kind.DOUBLE_BLIND, (ANNE, BEN), BEN, id="a reader who adjudicates"),
            pytest.param(Kind.DOUBLE_BLIND, (ANNE, BEN), None, id="nobody to adjudicate"),
            pytest.param(Kind.SINGLE, (ANNE, BEN), None, id="two single readers"),
            pytest.param(Kind.SINGLE, (ANNE,), JUDGE, id="nothing to adjudicate"),
            pytest.param(Kind.SINGLE, ("\x1b",), None, id="no name"),
        ],
    )
    def test_the_readers_fit_the_protocol(
        self, eyes: Eyes, kind: Kind, readers: tuple[str, ...], adjudicator: str | None
    ) -> None:
        under = made_protocol(eyes, kind)
        wanted = StudiesWanted(protocol_id=under.id, readers=readers, modalities=frozenset())
        with pytest.raises(UnacceptableError):
            assigning.assign(wanted, adjudicator, limit=5, by="m", now=lambda: START, uow=eyes("m"))

    def test_a_blind_reading_is_seen_by_its_author_alone_until_both_have_signed(self, eyes: Eyes) -> None:
        common = opened(eyes, OTHER, minute=-1)
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        made = read(eyes, ANNE, common).reading
        assert made.assignment_id == assignment.id
        assert readings.reading(made.id, eyes(ANNE)).reading == made
        for reader in (BEN, JUDGE, OTHER):
            with pytest.raises(ReadingNotFoundError):
                readings.reading(made.id, eyes(reader))
            with pytest.raises(ReadingNotFoundError):
                readings.history(made.id, eyes(reader))
            with pytest.raises(ReadingNotFoundError):
                scores.score_reading(made.id, eyes(reader))
            with pytest.raises(NothingReadError):
                scores.score_lesion(common.id, eyes(reader))
            with pytest.raises(PlaceInListError):
                readings.readings(ReadingFilter(), eyes(reader), after=made.id, limit=5)
            assert scores.score_patient(PSEUDONYM, eyes(reader)).unread == (common,)
            assert seen_readings(eyes, reader, study_instance_uid=OLD_STUDY) == set()
            assert seen_readings(eyes, reader, lesion_id=common.id) == set()
            assert seen_readings(eyes, reader, pseudonym=PSEUDONYM) == set()
        signed(eyes, assignment, ANNE)
        assert seen_readings(eyes, BEN, pseudonym=PSEUDONYM) == set()
        signed(eyes, assignment, BEN)
        for reader in (ANNE, BEN, JUDGE, OTHER):
            assert seen_readings(eyes, reader, study_instance_uid=OLD_STUDY) == {made.id}

    def test_those_who_take_part_see_nobodys_reading_of_the_study(self, eyes: Eyes) -> None:
        common = opened(eyes, OTHER, minute=-1)
        before, elsewhere = read(eyes, OTHER, common).reading.id, read(eyes, OTHER, common, NEW_STUDY).reading.id
        given(eyes, made_protocol(eyes), OLD_STUDY)
        meanwhile = read(eyes, OTHER, common).reading.id
        assert seen_readings(eyes, OTHER) == {before, elsewhere, meanwhile}
        for reader in (ANNE, BEN, JUDGE):
            assert seen_readings(eyes, reader) == {elsewhere}

    def test_blind_readers_number_their_own_lesions_without_a_gap(self, eyes: Eyes) -> None:
        opened(eyes, OTHER, minute=-1)
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        assert [opened(eyes, ANNE).number for _ in range(2)] == [1001, 1002]
        assert opened(eyes, BEN, SUBTROCHANTERIC).number == 2001
        assert numbers(eyes, ANNE) == [1, 1001, 1002]
        assert numbers(eyes, BEN) == [1, 2001]
        assert numbers(eyes, JUDGE) == numbers(eyes, OTHER) == [1]
        signed(eyes, assignment, ANNE, BEN)
        assert numbers(eyes, OTHER) == numbers(eyes, ANNE) == [1, 1001, 1002, 2001]
        assert opened(eyes, ANNE).number == 2

    def test_a_hidden_lesion_is_not_there_to_look_at_or_to_read(self, eyes: Eyes) -> None:
        given(eyes, made_protocol(eyes), OLD_STUDY)
        lesion = opened(eyes, ANNE)
        read(eyes, ANNE, lesion)
        for reader in (BEN, JUDGE, OTHER):
            with pytest.raises(LesionNotFoundError):
                lesions.lesion(lesion.id, eyes(reader))
            with pytest.raises(LesionNotFoundError):
                scores.score_lesion(lesion.id, eyes(reader))
            with pytest.raises(LesionNotFoundError):
                seen_readings(eyes, reader, lesion_id=lesion.id)
        with pytest.raises(LesionNotFoundError):
            read(eyes, BEN, lesion)

    def test_a_lesion_that_others_open_meanwhile_is_kept_from_those_who_take_part(self, eyes: Eyes) -> None:
        given(eyes, made_protocol(eyes), OLD_STUDY)
        lesion = opened(eyes, OTHER)
        assert (numbers(eyes, ANNE), numbers(eyes, JUDGE), numbers(eyes, OTHER)) == ([], [], [1])
        read(eyes, OTHER, lesion, NEW_STUDY)
        assert numbers(eyes, ANNE) == [1]

    def test_a_reader_keeps_the_block_of_numbers_of_a_patient(self, eyes: Eyes) -> None:
        spine = made_protocol(eyes)
        given(eyes, spine, OLD_STUDY)
        given(eyes, spine, NEW_STUDY, readers=(OTHER, ANNE))
        assert opened(eyes, ANNE).number == 1001
        assert opened(eyes, OTHER).number == 3001

    def test_patients_of_single_readings_are_nobodys_secret(self, eyes: Eyes) -> None:
        (assignment,) = given(eyes, made_protocol(eyes, Kind.SINGLE), OLD_STUDY, readers=(ANNE,))
        lesion = opened(eyes, ANNE)
        made = read(eyes, ANNE, lesion).reading
        assert (lesion.number, made.assignment_id) == (1, assignment.id)
        assert seen_readings(eyes, OTHER) == {made.id}
        with pytest.raises(NotNowError, match="single"):
            adjudication.compare(assignment.id, eyes(OTHER))

    def test_how_far_the_others_have_come_is_kept_from_those_who_take_part(self, eyes: Eyes) -> None:
        common = opened(eyes, OTHER, minute=-1)
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        read(eyes, ANNE, common)
        mine, other = (OLD_STUDY, ANNE, State.DRAFT), (OLD_STUDY, BEN, State.UNREAD)
        assert tasks(eyes, ANNE) == [mine]
        assert tasks(eyes, BEN) == [other]
        assert tasks(eyes, BEN, reader=ANNE) == tasks(eyes, JUDGE) == []
        assert sorted(tasks(eyes, OTHER)) == [mine, other]
        assert worklist.counts(WorklistQuery(), eyes(BEN))[State.DRAFT] == 0
        assert worklist.counts(WorklistQuery(), eyes(OTHER))[State.DRAFT] == 1
        states = {
            reader: assigning.assignment(assignment.id, eyes(reader)).state for reader in (ANNE, BEN, JUDGE, OTHER)
        }
        assert states == {ANNE: State.DRAFT, BEN: State.UNREAD, JUDGE: State.UNREAD, OTHER: State.DRAFT}
        signed(eyes, assignment, ANNE, BEN)
        judged = (OLD_STUDY, JUDGE, State.TO_ADJUDICATE)
        assert judged in tasks(eyes, BEN)
        assert assigning.assignment(assignment.id, eyes(BEN)).state is State.TO_ADJUDICATE
        assert tasks(eyes, JUDGE, reader=JUDGE) == [judged]

    def test_a_study_without_a_lesion_is_signed_too_and_only_by_its_readers(self, eyes: Eyes) -> None:
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        for reader in (JUDGE, OTHER):
            with pytest.raises(NotTheirTaskError):
                signed(eyes, assignment, reader)
        signed(eyes, assignment, ANNE, ANNE)
        assert assigning.assignment(assignment.id, eyes(OTHER)).assignment.blind
        signed(eyes, assignment, BEN)
        decided = adjudication.adjudicate(assignment.id, [], [], by=JUDGE, now=lambda: START, uow=eyes(JUDGE))
        assert (decided.pairs, decided.view.state) == ((), State.ADJUDICATED)

    def test_who_has_signed_adds_nothing_and_changes_nothing(self, eyes: Eyes) -> None:
        common = opened(eyes, OTHER, minute=-1)
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        made = read(eyes, ANNE, common).reading
        signed(eyes, assignment, ANNE)
        for reader in (ANNE, JUDGE):
            with pytest.raises(NotNowError):
                read(eyes, reader, common)
        signed(eyes, assignment, BEN)
        for reader in (ANNE, OTHER):
            with pytest.raises(NotNowError):
                readings.revise_reading(
                    made.id,
                    1,
                    ImagingFindings(),
                    None,
                    reason="Now I see.",
                    by=reader,
                    now=lambda: START,
                    uow=eyes(reader),
                )

    def test_nothing_is_compared_before_both_have_signed(self, eyes: Eyes) -> None:
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        signed(eyes, assignment, ANNE)
        for reader in (ANNE, BEN, JUDGE, OTHER):
            with pytest.raises(NotNowError, match="both readers"):
                adjudication.compare(assignment.id, eyes(reader))
        with pytest.raises(NotNowError):
            adjudication.adjudicate(assignment.id, [], [], by=JUDGE, now=lambda: START, uow=eyes(JUDGE))

    def test_the_adjudicated_reading_says_what_it_was_decided_from(self, eyes: Eyes) -> None:
        (assignment,) = given(eyes, made_protocol(eyes), OLD_STUDY)
        first = read(eyes, ANNE, opened(eyes, ANNE))
        second = read(eyes, BEN, opened(eyes, BEN), seen=ImagingFindings())
        alone = read(eyes, BEN, opened(eyes, BEN, SUBTROCHANTERIC))
        signed(eyes, assignment, ANNE, BEN)
        compared = adjudication.compare(assignment.id, eyes(JUDGE))
        assert [(pair.first, pair.second) for pair in compared.pairs] == [(first, second), (None, alone)]
        decision = Decision(
            lesion_id=first.lesion.id,
            decided_from=(first.reading.id, second.reading.id),
            findings=lytic_findings(),
            geometry=None,
        )
        dismissed = [alone.reading.id]
        with pytest.raises(NotTheirTaskError):
            adjudication.adjudicate(assignment.id, [decision], dismissed, by=ANNE, now=lambda: START, uow=eyes(ANNE))
        wrong: list[tuple[list[Decision], list[UUID]]] = [
            ([decision], []),
            ([decision, decision], dismissed),
            ([decision], [*dismissed, first.reading.id]),
            ([replace(decision, lesion_id=alone.lesion.id)], dismissed),
            ([replace(decision, decided_from=(second.reading.id, alone.reading.id))], [first.reading.id]),
            ([replace(decision, decided_from=(uuid4(),))], dismissed),
        ]
        for decisions, without in wrong:
            with pytest.raises(UnacceptableError):
                adjudication.adjudicate(assignment.id, decisions, without, by=JUDGE, now=lambda: START, uow=eyes(JUDGE))
        decided = adjudication.adjudicate(
            assignment.id, [decision], dismissed, by=JUDGE, now=lambda: minutes(5), uow=eyes(JUDGE)
        )
        (final,) = decided.adjudicated
        assert final.reading.decided_from == decision.decided_from
        assert (final.reading.recorded_by, final.reading.assignment_id) == (JUDGE, assignment.id)
        assert readings.reading(final.reading.id, eyes(OTHER)) == final
        assert decided.view.state is State.ADJUDICATED
        assert decided.pairs == compared.pairs
        with pytest.raises(NotNowError, match="already"):
            adjudication.adjudicate(assignment.id, [decision], dismissed, by=JUDGE, now=lambda: START, uow=eyes(JUDGE))
        revised = readings.revise_reading(
            final.reading.id, 1, ImagingFindings(), None, reason="Again.", by=JUDGE, now=lambda: START, uow=eyes(JUDGE)
        )
        assert revised.reading.decided_from == decision.decided_from

    def test_agreement_is_of_studies_that_both_have_signed_and_the_same_for_everybody(self, eyes: Eyes) -> None:
        spine, again = made_protocol(eyes), made_protocol(eyes, name="Again")
        common, elsewhere = opened(eyes, OTHER, minute=-1), opened(eyes, OTHER, vertebra("L4"), minute=-1)
        first, second, third = given(eyes, spine, OLD_STUDY, NEW_STUDY, UNDATED_STUDY)
        for reader, seen in ((ANNE, LesionType.LYTIC), (BEN, LesionType.MIXED)):
            for study in (OLD_STUDY, NEW_STUDY, UNDATED_STUDY):
                read(eyes, reader, common, study, findings(lesion_type=seen))
        read(eyes, ANNE, elsewhere)
        signed(eyes, first, ANNE, BEN)
        signed(eyes, second, ANNE)
        signed(eyes, third, ANNE, BEN)
        given(eyes, again, UNDATED_STUDY, readers=(OTHER, ANNE))
        for who in (ANNE, BEN, JUDGE, OTHER, "manager"):
            found = agreement_of(spine.id, eyes(who))
            assert (found.readers, found.studies, found.cases, found.seen_by_one) == ((ANNE, BEN), 1, 1, 1)
            (kind,) = [each for each in found.items if each.rated.name == "lesion_type"]
            assert (kind.cases, kind.confusion and kind.confusion.table[0]) == (1, (0, 1, 0))
            assert agreement_of(again.id, eyes(who)).studies == 0
        signed(eyes, second, BEN)
        assert agreement_of(spine.id, eyes(OTHER)).studies == 2

    def test_agreement_counts_the_pain_that_the_meeting_knows_for_both_and_no_adjudicated_reading(
        self, eyes: Eyes
    ) -> None:
        spine = made_protocol(eyes)
        common = opened(eyes, OTHER, minute=-1)
        clinical_contexts.enter_context(
            PSEUDONYM,
            date(2031, 6, 1),
            common.id,
            ClinicalContext(sins_pain=Pain.NONE),
            by=OTHER,
            now=lambda: START,
            uow=eyes(OTHER),
        )
        (assignment,) = given(eyes, spine, OLD_STUDY)
        seen = findings(
            lesion_type=LesionType.BLASTIC,
            alignment=Alignment.NORMAL,
            vertebral_collapse=collapse(present=False, body="20"),
            posterolateral=frozenset(),
        )
        made = [read(eyes, reader, common, seen=seen).reading for reader in (ANNE, BEN)]
        signed(eyes, assignment, ANNE, BEN)
        decision = Decision(
            lesion_id=common.id, decided_from=tuple(each.id for each in made), findings=lytic_findings(), geometry=None
        )
        adjudication.adjudicate(assignment.id, [decision], [], by=JUDGE, now=lambda: minutes(4), uow=eyes(JUDGE))
        found = agreement_of(spine.id, eyes(OTHER))
        (total,) = [each for each in found.items if each.rated.name == "sins.total"]
        # Spine 2010;35:E1221-9: L3 is mobile, 2 points; all else 0.
        assert total.confusion is not None
        assert (found.cases, total.cases, total.confusion.table[2][2]) == (1, 1, 1)

    def test_agreement_is_of_a_double_blind_protocol(self, eyes: Eyes) -> None:
        with pytest.raises(NotNowError):
            agreement_of(made_protocol(eyes, Kind.SINGLE).id, eyes(OTHER))
        with pytest.raises(ProtocolNotFoundError):
            agreement_of(uuid4(), eyes(OTHER))
        assert agreement_of(made_protocol(eyes, name="Empty").id, eyes(OTHER)).cases == 0

    def test_the_worklist_is_in_order_and_goes_on_where_it_stopped(self, eyes: Eyes) -> None:
        assignments = given(eyes, made_protocol(eyes))
        old = next(each for each in assignments if each.study_instance_uid == OLD_STUDY)
        signed(eyes, old, ANNE)
        by_date = [UNDATED_STUDY, OLD_STUDY, OTHER_STUDY, NEW_STUDY]
        by_state = [UNDATED_STUDY, OTHER_STUDY, NEW_STUDY, OLD_STUDY]
        for order, expected in (
            (Order.OLDEST, by_date),
            (Order.NEWEST, by_date[::-1]),
            (Order.STATE, by_state),
        ):
            query = WorklistQuery(reader=ANNE, order=order)
            found, place = [], None
            while page := worklist.page(query, eyes(ANNE), after=place, limit=1):
                found += [each.study.study_instance_uid for each in page]
                place = page[-1].place
            assert found == expected

    def test_the_worklist_is_filtered(self, eyes: Eyes) -> None:
        spine = made_protocol(eyes)
        single = made_protocol(eyes, Kind.SINGLE, name="Routine")
        given(eyes, spine)
        given(eyes, single, OLD_STUDY, readers=(OTHER,))
        every = {OLD_STUDY, NEW_STUDY, UNDATED_STUDY, OTHER_STUDY}
        wanted: list[tuple[dict[str, object], set[str]]] = [
            ({}, every),
            ({"modality": "CT"}, every),
            ({"modality": "MR"}, set()),
            ({"state": State.SIGNED}, set()),
            ({"protocol_id": single.id}, {OLD_STUDY}),
            ({"reader": OTHER}, {OLD_STUDY}),
            ({"reader": OTHER, "protocol_id": spine.id}, set()),
            ({"from_date": date(2031, 4, 5)}, {OTHER_STUDY, NEW_STUDY}),
            ({"to_date": date(2031, 4, 5)}, {OTHER_STUDY, OLD_STUDY}),
        ]
        for query, expected in wanted:
            assert {study for study, _, _ in tasks(eyes, "manager", **query)} == expected
        assert worklist.counts(WorklistQuery(), eyes("manager")) == {
            State.UNREAD: 9, State.DRAFT: 0, State.SIGNED: 0, State.TO_ADJUDICATE: 0, State.ADJUDICATED: 0,
        }  # fmt: skip

    def test_what_is_next_is_first_what_was_begun(self, eyes: Eyes) -> None:
        common = opened(eyes, OTHER, minute=-1)
        given(eyes, made_protocol(eyes))
        mine = WorklistQuery(reader=ANNE)
        first = worklist.next_to_do(mine, eyes(ANNE))
        read(eyes, ANNE, common, NEW_STUDY)
        begun = worklist.next_to_do(mine, eyes(ANNE))
        assert first is not None
        assert begun is not None
        assert (first.study.study_instance_uid, begun.study.study_instance_uid) == (UNDATED_STUDY, NEW_STUDY)
        assert worklist.next_to_do(WorklistQuery(reader=OTHER), eyes(OTHER)) is None


def eyes_of(make: Callable[[Sight], UnitOfWork]) -> Eyes:
    return lambda name: make(Sight(reader=name))
