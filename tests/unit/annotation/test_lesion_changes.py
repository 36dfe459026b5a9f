"""Lesions over time, on a unit of work in memory."""

from dataclasses import replace
from typing import Self
from uuid import UUID, uuid4

import pytest

from annotation import (
    carrying,
    clinical_contexts,
    draft_saving,
    drafts,
    lesion_changes,
    lesions,
    readings,
    scores,
    signing,
)
from annotation.draft import Draft
from annotation.draft_saving import DraftChange
from annotation.entities import Lesion, Reading
from annotation.errors import LesionNotFoundError, NotNowError, UnacceptableError
from annotation.lesion_errors import LesionMergedError, LesionStateError, NoPriorReadingError, StaleLesionError
from annotation.lesion_history import Happening
from annotation.lesion_versions import Change
from annotation.ports import ReadingFilter
from lesion_model import sins
from lesion_model.anatomy import Site
from lesion_model.clinical import ClinicalContext
from lesion_model.errors import FindingNotApplicableError
from lesion_model.findings import (
    Alignment,
    ChangeSinceEarlier,
    Finding,
    FindingSource,
    How,
    ImagingFindings,
    LesionType,
    Trend,
)
from tests.builders.contexts import JANUARY, JUNE
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, SUBTROCHANTERIC, cortex, findings, lytic_findings, vertebra
from tests.builders.registry import (
    NEW_STUDY,
    OBJECTS,
    OLD_IMAGE,
    OLD_STUDY,
    OTHER_PSEUDONYM,
    OTHER_STUDY,
    START,
    UNDATED_STUDY,
    minutes,
    on_image,
)
from tests.unit.annotation.memory import MemoryDrafts, MemoryUnitOfWork


@pytest.fixture
def uow() -> MemoryUnitOfWork:
    return MemoryUnitOfWork(OBJECTS)


def opened(uow: MemoryUnitOfWork, site: Site = L3, pseudonym: str = PSEUDONYM) -> Lesion:
    return lesions.open_lesion(pseudonym, site, by="reader one", now=lambda: START, uow=uow)


def read(uow: MemoryUnitOfWork, lesion: Lesion, seen: ImagingFindings | None = None, study: str = OLD_STUDY) -> Reading:
    return readings.record_reading(
        lesion.id, study, seen or lytic_findings(), None, by="reader one", now=lambda: minutes(1), uow=uow
    ).reading


def started(uow: MemoryUnitOfWork, lesion: Lesion, by: str, study: str = OLD_STUDY) -> Draft:
    return drafts.start_draft(lesion.id, study, None, by=by, now=lambda: START, uow=uow).found.draft


def because(reason: str = "Seen together.", version: int = 1) -> Change:
    return Change(by="reader two", now=lambda: minutes(9), reason=reason, expected_version=version)


def what_happened(uow: MemoryUnitOfWork, lesion: Lesion) -> list[Happening]:
    return [each.what for each in lesion_changes.lesion_history(lesion.id, uow)]


def readings_of(uow: MemoryUnitOfWork, lesion: Lesion) -> set[UUID]:
    found = readings.readings(ReadingFilter(lesion_id=lesion.id), uow, limit=50)
    return {each.reading.id for each in found}


class TestSite:
    def test_is_corrected_on_record(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        corrected = lesion_changes.correct_site(lesion.id, vertebra("L4"), because(" Counted again. "), uow)
        assert (corrected.site, corrected.version, corrected.number) == (vertebra("L4"), 2, 1)
        assert lesions.lesion(lesion.id, uow) == corrected
        entry = lesion_changes.lesion_history(lesion.id, uow)[-1]
        assert (entry.what, entry.by, entry.at) == (Happening.SITE_CORRECTED, "reader two", minutes(9))
        assert (entry.reason, entry.site_before, entry.site_after) == ("Counted again.", L3, vertebra("L4"))

    def test_of_a_score_is_supplied_by_whoever_corrected_it(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        read(uow, lesion)
        lesion_changes.correct_site(lesion.id, vertebra("L5"), because(), uow)
        scored = scores.score_lesion(lesion.id, uow)
        assert (scored.supplied["sins"]["location"].by, scored.supplied["sins"]["location"].at) == (
            "reader two",
            minutes(9),
        )

    def test_must_suit_the_readings_that_were_made(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        read(uow, lesion, findings(alignment=Alignment.NORMAL))
        with pytest.raises(UnacceptableError) as refused:
            lesion_changes.correct_site(lesion.id, SUBTROCHANTERIC, because(), uow)
        assert [problem.field for problem in refused.value.problems] == ["site"]
        assert lesions.lesion(lesion.id, uow) == lesion

    def test_that_it_has_already_is_no_correction(self, uow: MemoryUnitOfWork) -> None:
        with pytest.raises(LesionStateError):
            lesion_changes.correct_site(opened(uow).id, L3, because(), uow)


class TestMerging:
    def test_moves_the_readings_and_points_to_the_survivor(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        mine, other = read(uow, first), read(uow, second, study=NEW_STUDY)
        survivor = lesion_changes.merge(first.id, second.id, because("The same lesion."), uow)
        assert (survivor.version, survivor.merged_into) == (2, None)
        merged = lesions.lesion(second.id, uow)
        assert (merged.merged_into, merged.number, merged.version) == (first.id, 2, 2)
        assert readings_of(uow, first) == {mine.id, other.id}
        assert readings_of(uow, second) == set()
        absorbed, gone = (lesion_changes.lesion_history(each.id, uow)[-1] for each in (first, second))
        assert (absorbed.what, absorbed.other_lesion_id) == (Happening.ABSORBED, second.id)
        assert (gone.what, gone.other_lesion_id) == (Happening.MERGED, first.id)
        assert absorbed.reading_ids == gone.reading_ids == (other.id,)
        assert absorbed.reason == gone.reason == "The same lesion."

    def test_never_frees_a_number(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        lesion_changes.merge(first.id, second.id, because(), uow)
        assert opened(uow).number == 3

    def test_leaves_nothing_to_be_done_with_the_merged_one(self, uow: MemoryUnitOfWork) -> None:
        first, second, third = opened(uow), opened(uow), opened(uow)
        lesion_changes.merge(first.id, second.id, because(), uow)
        pain = ClinicalContext(sins_pain=sins.Pain.NONE)
        for act in (
            lambda: read(uow, second),
            lambda: scores.score_lesion(second.id, uow),
            lambda: carrying.carry_forward(second.id, NEW_STUDY, uow),
            lambda: lesion_changes.correct_site(second.id, SUBTROCHANTERIC, because(version=2), uow),
            lambda: lesion_changes.merge(second.id, third.id, because(version=2), uow),
            lambda: lesion_changes.split(second.id, [uuid4()], None, because(version=2), uow),
            lambda: lesion_changes.resolve(second.id, OLD_STUDY, because(version=2), uow),
            lambda: lesion_changes.reopen(second.id, because(version=2), uow),
            lambda: clinical_contexts.enter_context(
                PSEUDONYM, JUNE, second.id, pain, by="clinician", now=lambda: START, uow=uow
            ),
        ):
            with pytest.raises(LesionMergedError) as refused:
                act()
            assert refused.value.survivor == first.id

    def test_again_has_all_of_them_point_to_the_last_survivor(self, uow: MemoryUnitOfWork) -> None:
        first, second, third = opened(uow), opened(uow), opened(uow)
        kept = read(uow, third)
        lesion_changes.merge(second.id, third.id, because(), uow)
        lesion_changes.merge(first.id, second.id, because(), uow)
        assert [lesions.lesion(each.id, uow).merged_into for each in (second, third)] == [first.id, first.id]
        assert readings_of(uow, first) == {kept.id}
        assert what_happened(uow, third) == [Happening.OPENED, Happening.MERGED, Happening.MERGED]

    def test_keeps_the_pain_that_was_told_of_either(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        read(uow, first)
        for lesion, meeting, pain in ((first, JANUARY, sins.Pain.NONE), (second, JUNE, sins.Pain.MECHANICAL)):
            clinical_contexts.enter_context(
                PSEUDONYM,
                meeting,
                lesion.id,
                ClinicalContext(sins_pain=pain),
                by="clinician",
                now=lambda: START,
                uow=uow,
            )
        lesion_changes.merge(first.id, second.id, because(), uow)
        of_patient = scores.score_patient(PSEUDONYM, uow)
        assert of_patient.unread == ()
        for scored in (scores.score_lesion(first.id, uow), of_patient.lesions[first.id]):
            assert scored.supplied["sins"]["pain"].meeting_date == JUNE

    def test_is_refused_where_it_cannot_be(self, uow: MemoryUnitOfWork) -> None:
        lesion, femur, stranger = opened(uow), opened(uow, SUBTROCHANTERIC), opened(uow, pseudonym=OTHER_PSEUDONYM)
        read(uow, femur, findings(lesion_type=LesionType.LYTIC, cortical_involvement=cortex("10", "30")))
        gone = opened(uow)
        lesion_changes.merge(femur.id, gone.id, because(), uow)
        for other in (lesion, femur, stranger, gone):
            with pytest.raises(UnacceptableError) as refused:
                lesion_changes.merge(lesion.id, other.id, because(), uow)
            assert [problem.field for problem in refused.value.problems] == ["lesion_id"]
        with pytest.raises(UnacceptableError):
            lesion_changes.merge(lesion.id, uuid4(), because(), uow)
        assert what_happened(uow, lesion) == [Happening.OPENED]


class DraftsAsTheyWere(MemoryDrafts):
    """The first look finds a draft as it was; a save on PostgreSQL can, when a merge is committed just after it."""

    def __init__(self, drafts: MemoryDrafts, old: Draft) -> None:
        self.__dict__.update(vars(drafts))
        self._old: list[Draft] = [old]

    def get(self, draft_id: UUID, author: str) -> Draft:
        return self._old.pop() if self._old else super().get(draft_id, author)


class LooksBeforeTheMerge(MemoryUnitOfWork):
    def __init__(self, uow: MemoryUnitOfWork, old: Draft) -> None:
        self.__dict__.update(vars(uow))
        self._old = old

    def __enter__(self) -> Self:
        super().__enter__()
        self.drafts = DraftsAsTheyWere(self.drafts, self._old)
        return self


class TestDrafts:
    def test_of_everybody_move_with_a_lesion_that_is_merged(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        read(uow, first)
        revised = read(uow, second)
        mine = started(uow, second, "reader one")
        theirs = started(uow, second, "reader three")
        revising = drafts.start_revision(revised.id, by="reader one", now=lambda: minutes(3), uow=uow).found.draft
        lesion_changes.merge(first.id, second.id, because(), uow)
        for before in (mine, theirs, revising):
            found = drafts.draft(before.id, by=before.author, uow=uow)
            assert (found.lesion.id, found.draft) == (first.id, replace(before, lesion_id=first.id))
            reason = "Again." if before.revises else None
            signed = signing.sign_draft(
                before.id, 1, reason=reason, text_checked=False, by=before.author, now=lambda: minutes(10), uow=uow
            )
            assert signed.reading.lesion_id == first.id

    def test_of_one_reader_on_both_lesions_are_told_before_the_lesions_are_merged(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        both = [started(uow, each, "reader one") for each in (first, second)]
        started(uow, first, "reader two", NEW_STUDY)
        with pytest.raises(NotNowError, match=r"^a reader has drafts of both"):
            lesion_changes.merge(first.id, second.id, because(), uow)
        with pytest.raises(NotNowError, match=r"^you have drafts of both"):
            lesion_changes.merge(first.id, second.id, replace(because(), by="reader one"), uow)
        assert [drafts.draft(each.id, by="reader one", uow=uow).draft for each in both] == both
        drafts.discard_draft(both[0].id, 1, by="reader one", now=lambda: START, uow=uow)
        lesion_changes.merge(first.id, second.id, because(), uow)
        assert drafts.draft(both[1].id, by="reader one", uow=uow).lesion.id == first.id

    def test_are_saved_also_while_their_lesion_is_being_merged(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow)
        before = started(uow, second, "reader one")
        lesion_changes.merge(first.id, second.id, because(), uow)
        change = DraftChange(digest="one", findings=lambda old: replace(old, alignment=Alignment.NORMAL))
        late = LooksBeforeTheMerge(uow, before)
        saved = draft_saving.save_draft(before.id, 1, change, by="reader one", now=lambda: START, uow=late)
        assert (saved.lesion.id, saved.draft.version) == (first.id, 2)
        kept = drafts.draft(before.id, by="reader one", uow=uow).draft
        assert (kept.lesion_id, kept.findings.alignment) == (first.id, Alignment.NORMAL)

    def test_that_do_not_suit_the_new_place_are_told_to_their_author_and_kept(self, uow: MemoryUnitOfWork) -> None:
        femur, spine = opened(uow, SUBTROCHANTERIC), opened(uow)
        draft = started(uow, spine, "reader one")
        seen = DraftChange(digest="one", findings=lambda old: replace(old, alignment=Alignment.NORMAL))
        draft_saving.save_draft(draft.id, 1, seen, by="reader one", now=lambda: START, uow=uow)
        lesion_changes.merge(femur.id, spine.id, because(), uow)
        with pytest.raises(FindingNotApplicableError):
            signing.sign_draft(
                draft.id, 2, reason=None, text_checked=False, by="reader one", now=lambda: START, uow=uow
            )
        assert drafts.draft(draft.id, by="reader one", uow=uow).draft.findings.alignment is Alignment.NORMAL

    def test_that_revise_what_is_split_off_go_along_and_others_stay(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        stays, goes = read(uow, lesion), read(uow, lesion)
        revising = {
            each.id: drafts.start_revision(each.id, by="reader one", now=lambda: START, uow=uow).found.draft
            for each in (stays, goes)
        }
        new_reading = started(uow, lesion, "reader one")
        _, new = lesion_changes.split(lesion.id, [goes.id], None, because(), uow)
        found = [
            drafts.draft(each.id, by="reader one", uow=uow).lesion.id for each in (*revising.values(), new_reading)
        ]
        assert found == [lesion.id, new.id, lesion.id]


class TestSplitting:
    def test_moves_the_named_readings_to_a_new_lesion(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        stays, goes = read(uow, lesion), read(uow, lesion)
        kept, new = lesion_changes.split(lesion.id, [goes.id], vertebra("L4"), because("Two of them."), uow)
        assert (kept.version, kept.number, new.version, new.number) == (2, 1, 1, 2)
        assert (new.site, new.created_by) == (vertebra("L4"), "reader two")
        assert (readings_of(uow, kept), readings_of(uow, new)) == ({stays.id}, {goes.id})
        split, split_off = (lesion_changes.lesion_history(each.id, uow)[-1] for each in (kept, new))
        assert (split.what, split.other_lesion_id, split.reading_ids) == (Happening.SPLIT, new.id, (goes.id,))
        assert (split_off.what, split_off.other_lesion_id) == (Happening.SPLIT_OFF, lesion.id)
        assert (split_off.version, split_off.reason) == (1, "Two of them.")

    def test_takes_back_a_merge(self, uow: MemoryUnitOfWork) -> None:
        first, second = opened(uow), opened(uow, vertebra("L4"))
        read(uow, first)
        other = read(uow, second)
        lesion_changes.merge(first.id, second.id, because(), uow)
        _, new = lesion_changes.split(first.id, [other.id], vertebra("L4"), because(version=2), uow)
        assert (readings_of(uow, new), new.number) == ({other.id}, 3)

    def test_names_readings_of_this_lesion_and_leaves_one(self, uow: MemoryUnitOfWork) -> None:
        lesion, other = opened(uow), opened(uow)
        mine, theirs = read(uow, lesion), read(uow, other)
        for named in ([], [uuid4()], [theirs.id], [mine.id, theirs.id], [mine.id]):
            with pytest.raises(UnacceptableError) as refused:
                lesion_changes.split(lesion.id, named, None, because(), uow)
            assert [problem.field for problem in refused.value.problems] == ["reading_ids"]
        assert opened(uow).number == 3


class TestResolving:
    def test_is_taken_back_when_it_comes_again(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        resolved = lesion_changes.resolve(lesion.id, NEW_STUDY, because("Gone."), uow)
        assert (resolved.resolved_on, resolved.version) == (NEW_STUDY, 2)
        with pytest.raises(LesionStateError):
            lesion_changes.resolve(lesion.id, NEW_STUDY, because(version=2), uow)
        reopened = lesion_changes.reopen(lesion.id, because("New lysis.", version=2), uow)
        assert (reopened.resolved_on, reopened.version) == (None, 3)
        with pytest.raises(LesionStateError):
            lesion_changes.reopen(lesion.id, because(version=3), uow)
        assert what_happened(uow, lesion) == [Happening.OPENED, Happening.RESOLVED, Happening.REOPENED]
        assert lesion_changes.lesion_history(lesion.id, uow)[1].study_instance_uid == NEW_STUDY

    @pytest.mark.parametrize("study", [OTHER_STUDY, "2.25.9"])
    def test_is_seen_on_a_study_of_the_patient(self, uow: MemoryUnitOfWork, study: str) -> None:
        with pytest.raises(UnacceptableError, match="study_instance_uid"):
            lesion_changes.resolve(opened(uow).id, study, because(), uow)


def test_every_change_is_made_on_the_newest_version_and_with_a_reason(uow: MemoryUnitOfWork) -> None:
    lesion, other = opened(uow), opened(uow)
    reading = read(uow, lesion)
    read(uow, lesion)
    for change, error in ((because(version=2), StaleLesionError), (because("  "), UnacceptableError)):
        for act in (
            lambda change=change: lesion_changes.correct_site(lesion.id, vertebra("L4"), change, uow),
            lambda change=change: lesion_changes.merge(lesion.id, other.id, change, uow),
            lambda change=change: lesion_changes.split(lesion.id, [reading.id], None, change, uow),
            lambda change=change: lesion_changes.resolve(lesion.id, OLD_STUDY, change, uow),
        ):
            with pytest.raises(error):
                act()
    with pytest.raises(StaleLesionError, match="the lesion is at version 1"):
        lesion_changes.reopen(lesion.id, because(version=2), uow)
    assert what_happened(uow, lesion) == what_happened(uow, other) == [Happening.OPENED]
    assert lesions.lesion(lesion.id, uow) == lesion
    with pytest.raises(LesionNotFoundError):
        lesion_changes.lesion_history(uuid4(), uow)


class TestCarryingForward:
    def test_gives_what_the_prior_reading_found_and_no_more(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        seen = findings(
            lesion_type=LesionType.LYTIC,
            alignment=Alignment.NORMAL,
            change=ChangeSinceEarlier(earlier_study_instance_uid=UNDATED_STUDY, lysis=Trend.STABLE),
            sources=frozenset({FindingSource(finding=Finding.LESION_TYPE, how=How.VISUAL)}),
        )
        prior = readings.record_reading(
            lesion.id, OLD_STUDY, seen, on_image(OLD_IMAGE), by="reader one", now=lambda: START, uow=uow
        ).reading
        carried = carrying.carry_forward(lesion.id, NEW_STUDY, uow)
        assert (carried.lesion, carried.prior, carried.study_instance_uid) == (lesion, prior, NEW_STUDY)
        assert carried.findings == findings(lesion_type=LesionType.LYTIC, alignment=Alignment.NORMAL)

    def test_needs_an_earlier_reading_and_a_study_of_the_patient(self, uow: MemoryUnitOfWork) -> None:
        lesion = opened(uow)
        read(uow, lesion, study=NEW_STUDY)
        for study in (OLD_STUDY, NEW_STUDY):
            with pytest.raises(NoPriorReadingError):
                carrying.carry_forward(lesion.id, study, uow)
        with pytest.raises(UnacceptableError, match="study_instance_uid"):
            carrying.carry_forward(lesion.id, OTHER_STUDY, uow)
        with pytest.raises(LesionNotFoundError):
            carrying.carry_forward(uuid4(), NEW_STUDY, uow)
