"""What every keeper of lesions over time must do, in memory and on each database."""

from dataclasses import replace
from uuid import uuid4

import pytest

from annotation.entities import Lesion
from annotation.errors import LesionNotFoundError
from annotation.lesion_errors import StaleLesionError
from annotation.lesion_history import Happening, LesionEvent
from annotation.ports import ReadingFilter, UnitOfWork
from tests.builders.lesions import LUMBARISED_S1, SUBTROCHANTERIC
from tests.builders.registry import NEW_STUDY, OLD_STUDY, START, UNDATED_STUDY, minutes, new_lesion, new_reading
from tests.unit.annotation.contract import kept_lesion


class LesionsOverTimeContract:
    """Inherit and give a fixture `uow` whose images are `tests.builders.registry.OBJECTS`."""

    def test_the_next_version_of_a_lesion_replaces_the_one_before(self, uow: UnitOfWork) -> None:
        survivor, lesion = kept_lesion(uow, 1), kept_lesion(uow, 2)
        changed = replace(
            lesion,
            version=2,
            site=SUBTROCHANTERIC,
            site_by="reader two",
            site_at=minutes(5),
            merged_into=survivor.id,
            resolved_on=OLD_STUDY,
        )
        with uow:
            uow.lesions.update(changed)
            uow.commit()
        with uow:
            assert uow.lesions.get(lesion.id) == changed
            assert list(uow.lesions.absorbed_by(survivor.id)) == [changed]
            assert list(uow.lesions.absorbed_by(lesion.id)) == []

    def test_a_version_that_is_not_the_next_is_refused(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        for version in (1, 3):
            with uow, pytest.raises(StaleLesionError):
                uow.lesions.update(replace(lesion, version=version))
        with uow, pytest.raises(LesionNotFoundError):
            uow.lesions.update(new_lesion(version=2))

    def test_the_history_of_a_lesion_comes_back_in_order_as_it_was(self, uow: UnitOfWork) -> None:
        lesion, other = kept_lesion(uow, 1), kept_lesion(uow, 2)
        events = [
            LesionEvent(lesion_id=lesion.id, version=1, what=Happening.OPENED, by="reader one", at=START),
            LesionEvent(
                lesion_id=lesion.id,
                version=2,
                what=Happening.SITE_CORRECTED,
                by="reader two",
                at=minutes(1),
                reason="Counted\nagain.",
                site_before=LUMBARISED_S1,
                site_after=SUBTROCHANTERIC,
            ),
            LesionEvent(
                lesion_id=lesion.id,
                version=3,
                what=Happening.ABSORBED,
                by="reader two",
                at=minutes(2),
                reason="The same.",
                other_lesion_id=other.id,
                reading_ids=(uuid4(), uuid4()),
            ),
            LesionEvent(
                lesion_id=lesion.id,
                version=4,
                what=Happening.RESOLVED,
                by="reader two",
                at=minutes(3),
                reason="Gone.",
                study_instance_uid=NEW_STUDY,
            ),
        ]
        with uow:
            for event in reversed(events):
                uow.lesion_history.add(event)
            uow.commit()
        with uow:
            assert list(uow.lesion_history.of(lesion.id)) == events
            assert list(uow.lesion_history.of(other.id)) == []
        with uow, pytest.raises(StaleLesionError):
            uow.lesion_history.add(events[1])

    def test_readings_move_with_all_their_revisions(self, uow: UnitOfWork) -> None:
        first, second = kept_lesion(uow, 1), kept_lesion(uow, 2)
        moved, stays = new_reading(first.id), new_reading(first.id)
        revision = new_reading(first.id, id=moved.id, revision=2, reason="Seen again.")
        with uow:
            for each in (moved, stays, revision):
                uow.readings.add(each)
            uow.readings.move([moved.id], second.id)
            uow.commit()
        with uow:
            assert [each.lesion_id for each in uow.readings.history(moved.id)] == [second.id, second.id]
            assert uow.readings.newest(stays.id) == stays
            found = uow.readings.matching(ReadingFilter(lesion_id=second.id), after=None, limit=5)
            assert list(found) == [replace(revision, lesion_id=second.id)]

    @pytest.mark.parametrize(
        ("study", "read", "prior"),
        [
            pytest.param(NEW_STUDY, [OLD_STUDY, UNDATED_STUDY], OLD_STUDY, id="the newest of the earlier ones"),
            pytest.param(NEW_STUDY, [UNDATED_STUDY], UNDATED_STUDY, id="an undated one for want of another"),
            pytest.param(NEW_STUDY, [NEW_STUDY], None, id="never that study itself"),
            pytest.param(OLD_STUDY, [NEW_STUDY], None, id="never a later one"),
            pytest.param(UNDATED_STUDY, [OLD_STUDY, NEW_STUDY, UNDATED_STUDY], NEW_STUDY, id="before an undated one"),
            pytest.param(NEW_STUDY, [], None, id="nothing read"),
        ],
    )
    def test_the_prior_reading_is_that_of_the_newest_earlier_study(
        self, uow: UnitOfWork, study: str, read: list[str], prior: str | None
    ) -> None:
        lesion = kept_lesion(uow)
        with uow:
            for minute, each in enumerate([*read, *read]):
                reading = new_reading(lesion.id, study_instance_uid=each, geometry=None, recorded_at=minutes(minute))
                uow.readings.add(reading)
            uow.readings.add(new_reading(kept_again(uow, 9).id, study_instance_uid=OLD_STUDY))
            uow.commit()
        with uow:
            found = uow.readings.newest_before(lesion.id, study)
        assert (found and found.study_instance_uid) == prior
        if found is not None:
            assert found.recorded_at == minutes(len(read) + read.index(found.study_instance_uid))


def kept_again(uow: UnitOfWork, number: int) -> Lesion:
    lesion = new_lesion(number=number)
    uow.lesions.add(lesion)
    return lesion
