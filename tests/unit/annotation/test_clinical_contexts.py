"""What clinicians enter for a meeting, and how scores complete themselves from it, on a unit of work in memory."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from annotation import clinical_contexts, lesions, readings, scores
from annotation.completion import Source, Supplier
from annotation.context_errors import ContextExistsError, ContextNotFoundError, StaleContextError
from annotation.entities import Lesion, Reading
from annotation.errors import PatientNotFoundError, UnacceptableError
from annotation.meeting_context import MeetingContext
from annotation.scores import ScoredLesion
from lesion_model import mirels, sins
from lesion_model.anatomy import Site
from lesion_model.assess import ClinicalPain
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.findings import ImagingFindings, LesionType
from lesion_model.frankel import Frankel
from lesion_model.performance_status import Karnofsky
from lesion_model.primary import PrimaryTumour
from lesion_model.scoring import Score
from tests.builders.contexts import EVERYTHING_KNOWN, JANUARY, JULY, JUNE, new_context
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import L3, SUBTROCHANTERIC, cortex, findings
from tests.builders.registry import OBJECTS, OLD_STUDY, OTHER_PSEUDONYM, START, minutes
from tests.unit.annotation.memory import MemoryUnitOfWork

MECHANICAL = ClinicalContext(sins_pain=sins.Pain.MECHANICAL)
LYTIC = findings(lesion_type=LesionType.LYTIC)
LYTIC_FEMUR = findings(
    lesion_type=LesionType.LYTIC, cortical_involvement=cortex("25", "30"), pathological_fracture=False
)


@pytest.fixture
def uow() -> MemoryUnitOfWork:
    return MemoryUnitOfWork(OBJECTS)


def opened(uow: MemoryUnitOfWork, site: Site = L3, pseudonym: str = PSEUDONYM) -> Lesion:
    return lesions.open_lesion(pseudonym, site, by="radiologist", now=lambda: START, uow=uow)


def read(uow: MemoryUnitOfWork, lesion: Lesion, seen: ImagingFindings = LYTIC) -> Reading:
    return readings.record_reading(
        lesion.id, OLD_STUDY, seen, None, by="radiologist", now=lambda: minutes(1), uow=uow
    ).reading


def entered(uow: MemoryUnitOfWork, meeting: date = JUNE, lesion_id: UUID | None = None, **known: Any) -> MeetingContext:
    return clinical_contexts.enter_context(
        PSEUDONYM, meeting, lesion_id, ClinicalContext(**known), by="clinician", now=lambda: minutes(2), uow=uow
    )


def revised(uow: MemoryUnitOfWork, context: MeetingContext, expected: int, **known: Any) -> MeetingContext:
    return clinical_contexts.revise_context(
        context.id, expected, ClinicalContext(**known), by="surgeon", now=lambda: minutes(9), uow=uow
    )


def points(answer: object) -> dict[str, int | None]:
    assert isinstance(answer, Score)
    return dict(answer.points)


def pain(scored: ScoredLesion) -> int | None:
    return points(scored.assessment.sins)["pain"]


def test_a_context_is_kept_with_every_version(uow: MemoryUnitOfWork) -> None:
    first = entered(uow, karnofsky=Karnofsky.K70)
    second = revised(uow, first, 1, karnofsky=Karnofsky.K50)
    assert (first.version, first.entered_by, first.entered_at) == (1, "clinician", minutes(2))
    assert (second.version, second.entered_by, second.entered_at) == (2, "surgeon", minutes(9))
    assert (second.id, second.pseudonym, second.meeting_date) == (first.id, PSEUDONYM, JUNE)
    assert clinical_contexts.context(first.id, uow) == second
    assert list(clinical_contexts.context_history(first.id, uow)) == [first, second]


def test_a_context_is_revised_from_its_newest_version_only(uow: MemoryUnitOfWork) -> None:
    first = entered(uow, karnofsky=Karnofsky.K70)
    revised(uow, first, 1, karnofsky=Karnofsky.K50)
    with pytest.raises(StaleContextError, match="the clinical context is at version 2") as stale:
        revised(uow, first, 1, karnofsky=Karnofsky.K90)
    assert stale.value.newest == 2
    assert len(clinical_contexts.context_history(first.id, uow)) == 2


def test_a_meeting_has_one_context_of_a_patient_and_one_of_each_lesion(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow)
    first = entered(uow, karnofsky=Karnofsky.K70)
    entered(uow, lesion_id=lesion.id, sins_pain=sins.Pain.NONE)
    entered(uow, JULY, karnofsky=Karnofsky.K70)
    with pytest.raises(ContextExistsError) as refused:
        entered(uow, frankel=Frankel.E)
    assert refused.value.context_id == first.id
    with pytest.raises(ContextExistsError):
        entered(uow, lesion_id=lesion.id, sins_pain=sins.Pain.NONE)


def test_of_a_lesion_only_pain_and_radiotherapy_are_said(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow)
    with pytest.raises(UnacceptableError) as refused:
        entered(uow, lesion_id=lesion.id, sins_pain=sins.Pain.NONE, karnofsky=Karnofsky.K70, metastases=2)
    assert [problem.field for problem in refused.value.problems] == ["clinical.karnofsky", "clinical.metastases"]
    kept = entered(uow, lesion_id=lesion.id, radiotherapy_at_site_on=JANUARY)
    with pytest.raises(UnacceptableError):
        revised(uow, kept, 1, frankel=Frankel.E)


def test_a_context_needs_its_patient_and_a_lesion_of_this_patient(uow: MemoryUnitOfWork) -> None:
    with pytest.raises(PatientNotFoundError):
        clinical_contexts.enter_context(
            "OST-00000-00000", JUNE, None, MECHANICAL, by="clinician", now=lambda: START, uow=uow
        )
    for lesion_id in (uuid4(), opened(uow, pseudonym=OTHER_PSEUDONYM).id):
        with pytest.raises(UnacceptableError, match="no such lesion of this patient"):
            entered(uow, lesion_id=lesion_id, sins_pain=sins.Pain.NONE)
    with pytest.raises(ContextNotFoundError):
        revised(uow, new_context(), 1)


def test_scores_complete_themselves_from_the_newest_meeting(uow: MemoryUnitOfWork) -> None:
    reading = read(uow, opened(uow))
    entered(uow, JANUARY, sins_pain=sins.Pain.NONE)
    entered(uow, JULY, sins_pain=sins.Pain.MECHANICAL)
    assert pain(scores.score_reading(reading.id, uow)) == 3
    assert pain(scores.score_lesion(reading.lesion_id, uow)) == 3


@pytest.mark.parametrize(
    ("meeting", "expected"),
    [(date(2030, 12, 31), None), (JANUARY, 0), (date(2031, 7, 2), 0), (JULY, 3), (date(2032, 1, 1), 3)],
)
def test_scores_are_those_of_the_last_meeting_up_to_a_date(
    uow: MemoryUnitOfWork, meeting: date, expected: int | None
) -> None:
    reading = read(uow, opened(uow))
    entered(uow, JULY, sins_pain=sins.Pain.MECHANICAL)
    entered(uow, JANUARY, sins_pain=sins.Pain.NONE)
    assert pain(scores.score_reading(reading.id, uow, meeting_date=meeting)) == expected
    assert pain(scores.score_lesion(reading.lesion_id, uow, meeting_date=meeting)) == expected
    of_patient = scores.score_patient(PSEUDONYM, uow, meeting)
    assert pain(of_patient.lesions[reading.lesion_id]) == expected


def test_what_the_newest_meeting_leaves_open_is_not_filled_from_an_older_one(uow: MemoryUnitOfWork) -> None:
    reading = read(uow, opened(uow))
    entered(uow, JANUARY, sins_pain=sins.Pain.MECHANICAL)
    entered(uow, JUNE, karnofsky=Karnofsky.K70)
    assert pain(scores.score_reading(reading.id, uow)) is None


def test_a_context_that_was_emptied_says_nothing(uow: MemoryUnitOfWork) -> None:
    reading = read(uow, opened(uow))
    entered(uow, JANUARY, sins_pain=sins.Pain.NONE)
    mistaken = entered(uow, JUNE, sins_pain=sins.Pain.MECHANICAL)
    revised(uow, mistaken, 1)
    assert pain(scores.score_reading(reading.id, uow)) == 0


def test_the_lesions_own_pain_replaces_the_patients(uow: MemoryUnitOfWork) -> None:
    painful, other = opened(uow), opened(uow)
    mine, others = read(uow, painful), read(uow, other)
    entered(uow, sins_pain=sins.Pain.NON_MECHANICAL, pain_intensity=6, karnofsky=Karnofsky.K70)
    own = entered(uow, lesion_id=other.id, sins_pain=sins.Pain.NONE)
    assert pain(scores.score_reading(mine.id, uow)) == 1
    scored = scores.score_reading(others.id, uow)
    assert pain(scored) == 0
    assert scored.supplied["sins"]["pain"].id == own.id
    assert points(scored.assessment.tokuhashi_revised)["general"] == 1


def test_pain_that_is_asked_about_replaces_the_pain_on_record(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow)
    reading = read(uow, lesion)
    entered(uow, lesion_id=lesion.id, sins_pain=sins.Pain.MECHANICAL, pain_intensity=8)
    scored = scores.score_reading(reading.id, uow, ClinicalPain(sins=sins.Pain.NONE))
    assert pain(scored) == 0
    assert scored.supplied["sins"]["pain"] == Supplier(source=Source.REQUEST)


def test_each_item_says_who_supplied_it_and_when(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow, SUBTROCHANTERIC)
    reading = read(uow, lesion, LYTIC_FEMUR)
    context = entered(uow, mirels_pain=mirels.Pain.FUNCTIONAL)
    scored = scores.score_reading(reading.id, uow)
    by_reader = Supplier(source=Source.READING, by="radiologist", at=minutes(1), id=reading.id)
    assert scored.supplied["mirels"] == {
        "site": Supplier(source=Source.LESION, by="radiologist", at=START, id=lesion.id),
        "size": by_reader,
        "lesion_type": by_reader,
        "pain": Supplier(
            source=Source.CLINICAL_CONTEXT, by="clinician", at=minutes(2), id=context.id, meeting_date=JUNE
        ),
    }
    assert points(scored.assessment.mirels) == {"site": 3, "size": 3, "lesion_type": 3, "pain": 3}
    assert scored.supplied["sins"] == {}


def test_prognostic_scores_come_from_the_meeting_alone(uow: MemoryUnitOfWork) -> None:
    reading = read(uow, opened(uow))
    entered(
        uow,
        karnofsky=Karnofsky.K70,  # Tokuhashi 2005: 50-70 is one point
        extraspinal_bone_metastases=0,  # two
        vertebral_metastases=1,  # two
        visceral=VisceralDisease(present=False),  # two
        primary_tumour=PrimaryTumour.BREAST,  # five
        frankel=Frankel.E,  # two
    )
    scored = scores.score_reading(reading.id, uow)
    tokuhashi, tomita = scored.assessment.tokuhashi_revised, scored.assessment.tomita
    assert isinstance(tokuhashi, Score)
    assert isinstance(tomita, Score)
    assert (tokuhashi.total, tomita.total) == (14, 2)  # Tomita 2001: slow growth 1, no visceral 0, solitary 1
    for instrument in ("tokuhashi_revised", "tomita"):
        assert {each.source for each in scored.supplied[instrument].values()} == {Source.CLINICAL_CONTEXT}
        assert set(scored.supplied[instrument]) == set(points(getattr(scored.assessment, instrument)))
    assert scored.assessment.concordance.discordant is False


def test_what_nobody_supplied_has_no_supplier(uow: MemoryUnitOfWork) -> None:
    scored = scores.score_reading(read(uow, opened(uow)).id, uow)
    assert set(scored.supplied["sins"]) == {"location", "lesion_type"}
    assert scored.supplied["rades"] == {}
    assert set(scored.supplied["recist_bone"]) == {"lesion_type"}


def test_every_item_of_every_score_has_a_supplier_once_everything_is_known(uow: MemoryUnitOfWork) -> None:
    reading = read(uow, opened(uow))
    clinical_contexts.enter_context(
        PSEUDONYM, JUNE, None, EVERYTHING_KNOWN, by="clinician", now=lambda: minutes(2), uow=uow
    )
    scored = scores.score_reading(reading.id, uow)
    for instrument in ("tokuhashi_revised", "tomita", "rades"):
        assert set(scored.supplied[instrument]) == set(points(getattr(scored.assessment, instrument)))
