"""What every store of drafts must do, in memory and on each database."""

from dataclasses import replace
from uuid import uuid4

import pytest

from annotation.draft import Draft, RevisionOf
from annotation.draft_errors import DraftNotFoundError
from annotation.ports import UnitOfWork
from lesion_model.findings import Finding, ImagingFindings
from tests.builders.registry import NEW_STUDY, OLD_STUDY, UNDATED_STUDY, minutes, new_draft, new_reading
from tests.unit.annotation.contract import EVERY_FINDING, kept_lesion


def kept_draft(uow: UnitOfWork, draft: Draft) -> Draft:
    with uow:
        uow.drafts.add(draft)
        uow.commit()
    return draft


class DraftContract:
    """Inherit and give a fixture `uow` whose images are `tests.builders.registry.OBJECTS`."""

    def test_a_draft_comes_back_as_it_was(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        reading = new_reading(lesion.id)
        with uow:
            uow.readings.add(reading)
            uow.commit()
        revision = RevisionOf(reading_id=reading.id, revision=1)
        made = [
            new_draft(lesion.id, findings=ImagingFindings(), geometry=None),
            new_draft(
                lesion.id,
                study_instance_uid=NEW_STUDY,
                geometry=None,
                findings=EVERY_FINDING,
                carried=frozenset({Finding.LESION_TYPE, Finding.LONG_AXIS}),
                carried_from=revision,
                note="Relu en réunion.\nÀ comparer.",
                last_change="a" * 64,
                version=7,
                updated_at=minutes(3),
            ),
            new_draft(lesion.id, revises=revision),
            new_draft(
                lesion.id,
                author="reader two",
                carried=frozenset({Finding.LONG_AXIS}),
                imported_from="2.25.339487",
                geometry=None,
            ),
        ]
        for draft in made:
            kept_draft(uow, draft)
        with uow:
            assert [uow.drafts.get(draft.id, draft.author) for draft in made] == made

    def test_a_draft_is_its_authors_alone(self, uow: UnitOfWork) -> None:
        draft = kept_draft(uow, new_draft(kept_lesion(uow).id))
        with uow:
            with pytest.raises(DraftNotFoundError):
                uow.drafts.get(draft.id, "reader two")
            with pytest.raises(DraftNotFoundError):
                uow.drafts.get(uuid4(), draft.author)
            assert uow.drafts.of_author("reader two", after=None, limit=9) == []
            assert uow.drafts.begun("reader two", draft.lesion_id, OLD_STUDY) is None
            assert not uow.drafts.replace(replace(draft, version=2, author="reader two"))
            assert not uow.drafts.remove(replace(draft, author="reader two"))

    def test_a_draft_of_a_new_reading_and_one_of_a_revision_are_found_apart(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        reading = new_reading(lesion.id)
        with uow:
            uow.readings.add(reading)
            uow.commit()
        begun = kept_draft(uow, new_draft(lesion.id))
        revising = kept_draft(uow, new_draft(lesion.id, revises=RevisionOf(reading_id=reading.id, revision=1)))
        with uow:
            assert uow.drafts.begun("reader one", lesion.id, OLD_STUDY) == begun
            assert uow.drafts.begun("reader one", lesion.id, NEW_STUDY) is None
            assert uow.drafts.revising("reader one", reading.id) == revising
            assert uow.drafts.revising("reader one", uuid4()) is None

    def test_only_the_version_before_is_replaced(self, uow: UnitOfWork) -> None:
        first = kept_draft(uow, new_draft(kept_lesion(uow).id))
        second = replace(first, version=2, note="two", updated_at=minutes(1))
        with uow:
            assert uow.drafts.replace(second)
            uow.commit()
        with uow:
            assert not uow.drafts.replace(replace(second, note="late"))
            assert not uow.drafts.replace(replace(second, version=4))
            assert uow.drafts.get(first.id, first.author) == second

    def test_only_the_version_that_was_seen_is_removed(self, uow: UnitOfWork) -> None:
        draft = kept_draft(uow, new_draft(kept_lesion(uow).id, version=3))
        with uow:
            assert not uow.drafts.remove(replace(draft, version=2))
            assert uow.drafts.remove(draft)
            assert not uow.drafts.remove(draft)
            uow.commit()
        with uow, pytest.raises(DraftNotFoundError):
            uow.drafts.get(draft.id, draft.author)

    def test_drafts_are_listed_in_order_from_a_place_on_that_may_be_gone(self, uow: UnitOfWork) -> None:
        first, second = kept_lesion(uow, 1), kept_lesion(uow, 2)
        studies = [(lesion.id, study) for lesion in (first, second) for study in (OLD_STUDY, NEW_STUDY, UNDATED_STUDY)]
        made = [
            kept_draft(uow, new_draft(lesion, study_instance_uid=study, geometry=None, created_at=minutes(number // 2)))
            for number, (lesion, study) in enumerate(studies)
        ]
        expected = sorted(made, key=lambda draft: (draft.created_at, str(draft.id)))
        gone = expected[2]
        with uow:
            uow.drafts.remove(gone)
            found = uow.drafts.of_author("reader one", after=(gone.created_at, gone.id), limit=2)
            every = uow.drafts.of_author("reader one", after=None, limit=9)
        assert list(found) == expected[3:5]
        assert list(every) == [*expected[:2], *expected[3:]]

    def test_drafts_of_everybody_move_to_another_lesion_as_they_are(self, uow: UnitOfWork) -> None:
        first, second = kept_lesion(uow, 1), kept_lesion(uow, 2)
        mine = kept_draft(uow, new_draft(first.id, version=4))
        theirs = kept_draft(uow, new_draft(first.id, author="reader two", created_at=minutes(1)))
        stays = kept_draft(uow, new_draft(first.id, author="reader three", created_at=minutes(2)))
        with uow:
            assert list(uow.drafts.of_lesion(first.id)) == [mine, theirs, stays]
            uow.drafts.move([mine.id, theirs.id], second.id)
            uow.commit()
        with uow:
            assert list(uow.drafts.of_lesion(first.id)) == [stays]
            moved = [replace(each, lesion_id=second.id) for each in (mine, theirs)]
            assert list(uow.drafts.of_lesion(second.id)) == moved
            assert uow.drafts.begun("reader two", second.id, OLD_STUDY) == moved[1]

    def test_a_change_that_was_made_while_its_draft_moved_is_kept_where_the_draft_is(self, uow: UnitOfWork) -> None:
        first, second = kept_lesion(uow, 1), kept_lesion(uow, 2)
        draft = kept_draft(uow, new_draft(first.id))
        with uow:
            uow.drafts.move([draft.id], second.id)
            assert uow.drafts.replace(replace(draft, version=2, note="Written meanwhile."))
            uow.commit()
        with uow:
            found = uow.drafts.get(draft.id, draft.author)
        assert (found.lesion_id, found.note, found.version) == (second.id, "Written meanwhile.", 2)

    def test_what_was_signed_is_found_by_its_draft(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        first = new_reading(lesion.id, note="À revoir.", draft_id=uuid4())
        second = new_reading(lesion.id, id=first.id, revision=2, reason="Again.", draft_id=uuid4())
        with uow:
            uow.readings.add(first)
            uow.readings.add(second)
            uow.commit()
        with uow:
            assert uow.readings.of_draft(first.draft_id or uuid4()) == first
            assert uow.readings.of_draft(second.draft_id or uuid4()) == second
            assert uow.readings.of_draft(uuid4()) is None
