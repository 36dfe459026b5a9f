"""What every keeper of clinical contexts must do, in memory and on each database."""

from uuid import uuid4

import pytest

from annotation.context_errors import ContextNotFoundError, StaleContextError
from annotation.errors import PlaceInListError
from annotation.meeting_context import MeetingContext
from annotation.ports import UnitOfWork
from lesion_model import sins
from lesion_model.clinical import ClinicalContext
from tests.builders.contexts import EVERYTHING_KNOWN, JANUARY, JULY, JUNE, new_context
from tests.builders.ledger import PSEUDONYM
from tests.builders.registry import OTHER_PSEUDONYM, minutes
from tests.unit.annotation.contract import kept_lesion

OWN_PAIN = ClinicalContext(sins_pain=sins.Pain.MECHANICAL)


def keep(uow: UnitOfWork, *contexts: MeetingContext) -> None:
    with uow:
        for context in contexts:
            uow.contexts.add(context)
        uow.commit()


class ContextsContract:
    """Inherit and give a fixture `uow` whose images are `tests.builders.registry.OBJECTS`."""

    @pytest.mark.parametrize("clinical", [ClinicalContext(), EVERYTHING_KNOWN], ids=["nothing", "everything"])
    def test_a_context_comes_back_as_it_was(self, uow: UnitOfWork, clinical: ClinicalContext) -> None:
        context = new_context(clinical=clinical)
        keep(uow, context)
        with uow:
            assert uow.contexts.newest(context.id) == context

    def test_a_context_of_a_lesion_comes_back_as_it_was(self, uow: UnitOfWork) -> None:
        context = new_context(lesion_id=kept_lesion(uow).id, clinical=OWN_PAIN)
        keep(uow, context)
        with uow:
            assert uow.contexts.newest(context.id) == context

    def test_versions_are_kept_in_order_and_once(self, uow: UnitOfWork) -> None:
        first = new_context()
        second = new_context(id=first.id, version=2, clinical=ClinicalContext(), entered_at=minutes(5))
        keep(uow, first, second)
        with uow:
            assert list(uow.contexts.history(first.id)) == [first, second]
            assert uow.contexts.newest(first.id) == second
        with uow, pytest.raises(StaleContextError):
            uow.contexts.add(second)

    def test_an_unknown_context_is_not_found(self, uow: UnitOfWork) -> None:
        with uow:
            with pytest.raises(ContextNotFoundError):
                uow.contexts.newest(uuid4())
            with pytest.raises(ContextNotFoundError):
                uow.contexts.history(uuid4())

    def test_the_context_of_a_meeting_is_found_by_patient_and_by_lesion(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        of_patient, of_lesion = new_context(), new_context(lesion_id=lesion.id, clinical=OWN_PAIN)
        keep(uow, of_patient, of_lesion)
        with uow:
            assert uow.contexts.of_meeting(PSEUDONYM, JUNE, None) == of_patient.id
            assert uow.contexts.of_meeting(PSEUDONYM, JUNE, lesion.id) == of_lesion.id
            assert uow.contexts.of_meeting(PSEUDONYM, JULY, None) is None
            assert uow.contexts.of_meeting(OTHER_PSEUDONYM, JUNE, None) is None
            assert uow.contexts.of_meeting(PSEUDONYM, JUNE, uuid4()) is None

    def test_those_up_to_a_date_are_the_newest_versions_the_newest_meeting_first(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        june, january, july = new_context(), new_context(meeting_date=JANUARY), new_context(meeting_date=JULY)
        revised = new_context(id=january.id, meeting_date=JANUARY, version=2, clinical=EVERYTHING_KNOWN)
        own = new_context(lesion_id=lesion.id, clinical=OWN_PAIN, entered_at=minutes(1))
        keep(uow, june, january, july, revised, own, new_context(pseudonym=OTHER_PSEUDONYM))
        with uow:
            assert list(uow.contexts.up_to(PSEUDONYM, JUNE)) == [own, june, revised]
            assert list(uow.contexts.up_to(PSEUDONYM, None)) == [july, own, june, revised]
            assert list(uow.contexts.up_to(OTHER_PSEUDONYM, JANUARY)) == []

    def test_a_list_goes_on_where_it_stopped(self, uow: UnitOfWork) -> None:
        made = [new_context(meeting_date=JUNE.replace(day=day), entered_at=minutes(day // 3)) for day in range(1, 8)]
        late = new_context(id=made[0].id, meeting_date=made[0].meeting_date, version=2, entered_at=minutes(60))
        keep(uow, *made, late, new_context(pseudonym=OTHER_PSEUDONYM))
        found: list[MeetingContext] = []
        after = None
        with uow:
            while page := uow.contexts.of_patient(PSEUDONYM, after=after, limit=2):
                found += page
                after = found[-1].id
        expected = sorted(made, key=lambda each: (each.entered_at, str(each.id)))
        assert [each.id for each in found] == [each.id for each in expected]
        assert late in found

    def test_a_list_cannot_go_on_after_what_is_not_there(self, uow: UnitOfWork) -> None:
        with uow, pytest.raises(PlaceInListError):
            uow.contexts.of_patient(PSEUDONYM, after=uuid4(), limit=1)
