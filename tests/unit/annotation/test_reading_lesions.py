"""The act of reading, on a unit of work in memory."""

from uuid import UUID, uuid4

import pytest

from annotation import lesions, readings, scores
from annotation.entities import Lesion
from annotation.errors import (
    LesionNotFoundError,
    NothingReadError,
    PatientNotFoundError,
    ReadingNotFoundError,
    StaleRevisionError,
    StudyNotFoundError,
    UnacceptableError,
)
from annotation.ports import ReadingFilter
from annotation.readings import LesionReading
from lesion_model.anatomy import Site
from lesion_model.assess import ClinicalPain
from lesion_model.errors import FindingNotApplicableError
from lesion_model.findings import (
    Alignment,
    ChangeSinceEarlier,
    Finding,
    FindingSource,
    How,
    ImagingFindings,
    Trend,
)
from lesion_model.geometry import Geometry
from lesion_model.mirels import Pain
from lesion_model.scoring import Score
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import (
    L3,
    SUBTROCHANTERIC,
    collapse,
    cortex,
    findings,
    lytic_findings,
    vertebra,
)
from tests.builders.registry import (
    NEW_FRAME,
    NEW_IMAGE,
    NEW_STUDY,
    OBJECTS,
    OLD_FRAME,
    OLD_IMAGE,
    OLD_STUDY,
    OTHER_PSEUDONYM,
    OTHER_STUDY,
    START,
    UNDATED_IMAGE,
    UNDATED_STUDY,
    in_frame,
    minutes,
    on_image,
)
from tests.unit.annotation.memory import MemoryUnitOfWork


@pytest.fixture
def uow() -> MemoryUnitOfWork:
    return MemoryUnitOfWork(OBJECTS)


def opened(uow: MemoryUnitOfWork, site: Site = L3, pseudonym: str = PSEUDONYM) -> Lesion:
    return lesions.open_lesion(pseudonym, site, by="reader one", now=lambda: START, uow=uow)


def recorded(
    uow: MemoryUnitOfWork,
    lesion: Lesion,
    seen: ImagingFindings | None = None,
    *,
    study: str = OLD_STUDY,
    geometry: Geometry | None = None,
    minute: int = 0,
) -> LesionReading:
    return readings.record_reading(
        lesion.id, study, seen or lytic_findings(), geometry, by="reader one", now=lambda: minutes(minute), uow=uow
    )


def revised(
    uow: MemoryUnitOfWork, reading_id: UUID, expected: int, seen: ImagingFindings, reason: str = "Seen again."
) -> LesionReading:
    return readings.revise_reading(
        reading_id, expected, seen, None, reason=reason, by="reader two", now=lambda: minutes(60), uow=uow
    )


def test_lesions_are_numbered_per_patient(uow: MemoryUnitOfWork) -> None:
    labels = [opened(uow).label, opened(uow, SUBTROCHANTERIC).label, opened(uow, pseudonym=OTHER_PSEUDONYM).label]
    assert labels == ["L1", "L2", "L1"]
    assert [each.number for each in lesions.lesions_of_patient(PSEUDONYM, uow, limit=10)] == [1, 2]


def test_a_lesion_needs_a_patient(uow: MemoryUnitOfWork) -> None:
    with pytest.raises(PatientNotFoundError):
        opened(uow, pseudonym="OST-00000-00000")


def test_an_opened_lesion_is_found_again(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow)
    assert lesions.lesion(lesion.id, uow) == lesion
    with pytest.raises(LesionNotFoundError):
        lesions.lesion(uuid4(), uow)


def test_a_reading_keeps_what_was_seen_and_where(uow: MemoryUnitOfWork) -> None:
    kept = recorded(uow, opened(uow), geometry=on_image(OLD_IMAGE, OLD_FRAME))
    assert readings.reading(kept.reading.id, uow) == kept
    assert kept.reading.revision == 1
    assert kept.reading.reason is None


def compared_with(study: str) -> ImagingFindings:
    return findings(change=ChangeSinceEarlier(earlier_study_instance_uid=study, lysis=Trend.STABLE))


def seen_on(study: str | None, image: str | None = None) -> ImagingFindings:
    source = FindingSource(finding=Finding.ALIGNMENT, how=How.VISUAL, study_instance_uid=study, sop_instance_uid=image)
    return findings(alignment=Alignment.NORMAL, sources=frozenset({source}))


@pytest.mark.parametrize(
    ("seen", "field"),
    [
        pytest.param(compared_with("2.25.9"), "findings.change.earlier_study_instance_uid", id="with no study"),
        pytest.param(compared_with(OTHER_STUDY), "findings.change.earlier_study_instance_uid", id="with a stranger's"),
        pytest.param(compared_with(OLD_STUDY), "findings.change.earlier_study_instance_uid", id="with itself"),
        pytest.param(seen_on("2.25.9"), "findings.sources", id="on no study"),
        pytest.param(seen_on(OTHER_STUDY), "findings.sources", id="on a stranger's study"),
        pytest.param(seen_on(NEW_STUDY, OLD_IMAGE), "findings.sources", id="on an image of another study"),
        pytest.param(seen_on(None, NEW_IMAGE), "findings.sources", id="on an image that is not of the study read"),
        pytest.param(seen_on(None, "2.25.9"), "findings.sources", id="on no image"),
    ],
)
def test_findings_come_from_the_patients_own_studies(uow: MemoryUnitOfWork, seen: ImagingFindings, field: str) -> None:
    lesion = opened(uow)
    with pytest.raises(UnacceptableError) as refusal:
        recorded(uow, lesion, seen)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert readings.readings(ReadingFilter(), uow, limit=10) == []


@pytest.mark.parametrize(
    "seen",
    [compared_with(UNDATED_STUDY), seen_on(NEW_STUDY), seen_on(NEW_STUDY, NEW_IMAGE), seen_on(None, OLD_IMAGE)],
    ids=["compared", "another study", "its image", "the study read"],
)
def test_findings_may_come_from_other_studies_of_the_patient(uow: MemoryUnitOfWork, seen: ImagingFindings) -> None:
    kept = recorded(uow, opened(uow), seen)
    assert readings.reading(kept.reading.id, uow).reading.findings == seen


@pytest.mark.parametrize(
    ("study", "geometry", "field"),
    [
        pytest.param("2.25.9", None, "study_instance_uid", id="a study that does not exist"),
        pytest.param(OTHER_STUDY, None, "study_instance_uid", id="a study of another patient"),
        pytest.param(OLD_STUDY, on_image("2.25.9"), "geometry.sop_instance_uid", id="an unknown image"),
        pytest.param(OLD_STUDY, on_image(NEW_IMAGE), "geometry.sop_instance_uid", id="an image of another study"),
        pytest.param(OLD_STUDY, in_frame(NEW_FRAME), "geometry.frame_of_reference_uid", id="a frame of another study"),
        pytest.param(
            OLD_STUDY,
            on_image(OLD_IMAGE, NEW_FRAME),
            "geometry.frame_of_reference_uid",
            id="an image in another frame",
        ),
        pytest.param(
            UNDATED_STUDY,
            on_image(UNDATED_IMAGE, OLD_FRAME),
            "geometry.frame_of_reference_uid",
            id="an image without a frame",
        ),
    ],
)
def test_a_reading_must_be_of_the_patients_own_images(
    uow: MemoryUnitOfWork, study: str, geometry: Geometry | None, field: str
) -> None:
    lesion = opened(uow)
    with pytest.raises(UnacceptableError) as refusal:
        recorded(uow, lesion, study=study, geometry=geometry)
    assert [problem.field for problem in refusal.value.problems] == [field]
    assert readings.readings(ReadingFilter(), uow, limit=10) == []


def test_a_reading_may_be_drawn_in_a_frame_of_reference(uow: MemoryUnitOfWork) -> None:
    kept = recorded(uow, opened(uow), study=NEW_STUDY, geometry=in_frame(NEW_FRAME))
    assert kept.reading.geometry == in_frame(NEW_FRAME)


def test_a_finding_that_the_bone_cannot_show_is_refused(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow, SUBTROCHANTERIC)
    with pytest.raises(FindingNotApplicableError, match=r"findings\.vertebral_collapse: is a finding of a vertebra"):
        recorded(uow, lesion, findings(vertebral_collapse=collapse(loss="40")))


def test_a_revision_is_kept_beside_the_first(uow: MemoryUnitOfWork) -> None:
    first = recorded(uow, opened(uow))
    second = revised(uow, first.reading.id, 1, findings(alignment=Alignment.NORMAL), reason=" Wrong level. ")
    assert (second.reading.revision, second.reading.reason) == (2, "Wrong level.")
    assert readings.history(first.reading.id, uow) == [first, second]
    assert readings.revision(first.reading.id, 1, uow) == first
    assert readings.reading(first.reading.id, uow) == second


def test_a_revision_of_what_is_no_longer_the_newest_is_refused(uow: MemoryUnitOfWork) -> None:
    first = recorded(uow, opened(uow))
    revised(uow, first.reading.id, 1, findings())
    with pytest.raises(StaleRevisionError) as refusal:
        revised(uow, first.reading.id, 1, lytic_findings())
    assert refusal.value.newest == 2
    assert len(readings.history(first.reading.id, uow)) == 2


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\0b", "a\ud800b", "a\x1bb", "a\x85b"])
def test_a_revision_needs_a_reason_of_some_words(uow: MemoryUnitOfWork, reason: str) -> None:
    first = recorded(uow, opened(uow))
    with pytest.raises(UnacceptableError, match="reason"):
        revised(uow, first.reading.id, 1, findings(), reason=reason)


def test_a_reason_may_have_several_lines(uow: MemoryUnitOfWork) -> None:
    first = recorded(uow, opened(uow))
    second = revised(uow, first.reading.id, 1, findings(), reason="Fracture déplacée.\nRelu en réunion.")
    assert second.reading.reason == "Fracture déplacée.\nRelu en réunion."


@pytest.mark.parametrize(
    "reason",
    ["Perte\u00a0: 40\u202f%.", "«\u00a0Tassement\u00a0»", "a\tb", "👩\u200d⚕️ relu", "a\r\nb", "à droite\u2028bis"],
)
def test_a_reason_may_be_typed_as_people_type(uow: MemoryUnitOfWork, reason: str) -> None:
    first = recorded(uow, opened(uow))
    assert revised(uow, first.reading.id, 1, findings(), reason=reason).reading.reason == reason


def test_a_revision_is_checked_like_a_first_reading(uow: MemoryUnitOfWork) -> None:
    first = recorded(uow, opened(uow))
    with pytest.raises(FindingNotApplicableError):
        revised(uow, first.reading.id, 1, findings(cortical_involvement=cortex("1", "3")))


def test_what_does_not_exist_is_not_found(uow: MemoryUnitOfWork) -> None:
    kept = recorded(uow, opened(uow))
    with pytest.raises(ReadingNotFoundError):
        readings.revision(kept.reading.id, 2, uow)
    with pytest.raises(ReadingNotFoundError):
        readings.reading(uuid4(), uow)
    with pytest.raises(LesionNotFoundError):
        readings.readings(ReadingFilter(lesion_id=uuid4()), uow, limit=1)
    with pytest.raises(PatientNotFoundError):
        readings.readings(ReadingFilter(pseudonym="OST-00000-00000"), uow, limit=1)
    with pytest.raises(StudyNotFoundError):
        readings.readings(ReadingFilter(study_instance_uid="2.25.9"), uow, limit=1)


def test_a_reading_is_scored_from_its_newest_revision(uow: MemoryUnitOfWork) -> None:
    first = recorded(uow, opened(uow, SUBTROCHANTERIC), findings(pathological_fracture=False))
    revised(uow, first.reading.id, 1, findings(cortical_involvement=cortex("25", "30"), pathological_fracture=False))
    score = scores.score_reading(first.reading.id, uow).assessment.mirels
    assert isinstance(score, Score)
    assert score.points["size"] == 3


def test_the_meetings_pain_completes_the_score(uow: MemoryUnitOfWork) -> None:
    kept = recorded(uow, opened(uow, SUBTROCHANTERIC), findings(pathological_fracture=False))
    score = scores.score_reading(kept.reading.id, uow, ClinicalPain(mirels=Pain.FUNCTIONAL)).assessment.mirels
    assert isinstance(score, Score)
    assert score.points["pain"] == 3


def test_a_lesion_is_scored_from_its_newest_study_whenever_that_was_read(uow: MemoryUnitOfWork) -> None:
    lesion = opened(uow, vertebra("T12"))
    recorded(uow, lesion, findings(alignment=Alignment.DE_NOVO_DEFORMITY), study=NEW_STUDY, minute=0)
    recorded(uow, lesion, findings(alignment=Alignment.NORMAL), study=OLD_STUDY, minute=5)
    score = scores.score_lesion(lesion.id, uow).assessment.sins
    assert isinstance(score, Score)
    assert score.points["alignment"] == 2


def test_a_lesion_that_nobody_read_has_no_score(uow: MemoryUnitOfWork) -> None:
    with pytest.raises(NothingReadError):
        scores.score_lesion(opened(uow).id, uow)
