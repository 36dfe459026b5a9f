"""What every unit of work must do, in memory and on each database."""

from decimal import Decimal
from uuid import uuid4

import pytest

from annotation.entities import Lesion
from annotation.errors import (
    LesionNotFoundError,
    PlaceInListError,
    ReadingNotFoundError,
    StaleRevisionError,
)
from annotation.ports import ImageReference, ReadingFilter, UnitOfWork
from lesion_model.anatomy import Site
from lesion_model.findings import (
    Alignment,
    BilskyGrade,
    ChangeSinceEarlier,
    CorticalInvolvement,
    CorticalShare,
    Denominator,
    EpiduralExtension,
    Finding,
    FindingSource,
    HounsfieldStatistics,
    How,
    ImagingFindings,
    LesionType,
    Sclerosis,
    SoftTissueComponent,
    Trend,
    VertebralHeights,
)
from lesion_model.geometry import Geometry, Point
from lesion_model.skeleton import Bone
from tests.builders.ledger import PSEUDONYM
from tests.builders.lesions import (
    L3,
    LEFT_RIB_5,
    LUMBARISED_S1,
    SUBTROCHANTERIC,
    collapse,
    elements,
    findings,
    measured,
    vertebra,
)
from tests.builders.registry import (
    NEW_FRAME,
    NEW_STUDY,
    OLD_FRAME,
    OLD_IMAGE,
    OLD_STUDY,
    OTHER_PSEUDONYM,
    OTHER_STUDY,
    UNDATED_IMAGE,
    UNDATED_STUDY,
    in_frame,
    minutes,
    new_lesion,
    new_reading,
)

EVERY_FINDING = ImagingFindings(
    lesion_type=LesionType.MIXED,
    cortical_involvement=CorticalInvolvement(
        category=CorticalShare.FROM_1_3_TO_2_3,
        measured=(measured("10.10", "30.3"), measured("0.1", "30", Denominator.BONE_DIAMETER)),
    ),
    vertebral_collapse=collapse(present=True, loss="19.999999", body="0"),
    posterolateral=elements("left pedicle", "right facet"),
    alignment=Alignment.SUBLUXATION_TRANSLATION,
    retropulsion=False,
    pathological_fracture=True,
    long_axis_mm=Decimal("24.5"),
    short_axis_mm=Decimal("3E+1") / 2,
    axial_cortical_mm=Decimal("30.10"),
    circumferential_cortical_percent=Decimal(50),
    cortical_breach=False,
    vertebral_heights=VertebralHeights(anterior_mm=Decimal("15.5"), posterior_mm=Decimal(26)),
    epidural_extension=EpiduralExtension(bilsky=BilskyGrade.G1C, cord_distance_mm=Decimal(0)),
    soft_tissue=SoftTissueComponent(present=True, longest_mm=Decimal("10.0")),
    volume_cm3=Decimal("0.000001"),
    hounsfield=HounsfieldStatistics(
        mean_hu=Decimal("-3.5"), sd_hu=Decimal(40), minimum_hu=Decimal(-120), maximum_hu=Decimal(90)
    ),
    change=ChangeSinceEarlier(
        earlier_study_instance_uid=UNDATED_STUDY,
        lysis=Trend.DECREASE,
        sclerosis=Sclerosis.ON_LYTIC,
        new_lytic_lesion=False,
    ),
    sources=frozenset(
        {
            FindingSource(finding=Finding.HOUNSFIELD, how=How.MEASURED, sop_instance_uid=OLD_IMAGE),
            FindingSource(finding=Finding.LESION_TYPE, how=How.SUGGESTED),
            FindingSource(finding=Finding.EPIDURAL_EXTENSION, how=How.VISUAL, study_instance_uid=NEW_STUDY),
        }
    ),
)


def kept_lesion(uow: UnitOfWork, number: int = 1, site: Site = L3, pseudonym: str = PSEUDONYM) -> Lesion:
    lesion = new_lesion(number=number, site=site, pseudonym=pseudonym)
    with uow:
        uow.lesions.add(lesion)
        uow.commit()
    return lesion


class UnitOfWorkContract:
    """Inherit and give a fixture `uow` whose images are `tests.builders.registry.OBJECTS`."""

    @pytest.mark.parametrize(
        "site",
        [L3, vertebra("coccyx"), LUMBARISED_S1, SUBTROCHANTERIC, LEFT_RIB_5, Site(bone=Bone.STERNUM)],
        ids=str,
    )
    def test_a_lesion_comes_back_as_it_was(self, uow: UnitOfWork, site: Site) -> None:
        lesion = kept_lesion(uow, site=site)
        with uow:
            assert uow.lesions.get(lesion.id) == lesion
            assert uow.lesions.many({lesion.id, uuid4()}) == {lesion.id: lesion}

    def test_what_was_not_committed_is_gone(self, uow: UnitOfWork) -> None:
        lesion = new_lesion()
        with uow:
            uow.lesions.add(lesion)
        with uow, pytest.raises(LesionNotFoundError):
            uow.lesions.get(lesion.id)

    def test_what_failed_half_way_is_gone(self, uow: UnitOfWork) -> None:
        lesion = new_lesion()

        def fail_half_way() -> None:
            with uow:
                uow.lesions.add(lesion)
                uow.readings.newest(uuid4())

        with pytest.raises(ReadingNotFoundError):
            fail_half_way()
        with uow, pytest.raises(LesionNotFoundError):
            uow.lesions.get(lesion.id)

    def test_numbers_count_up_for_each_patient(self, uow: UnitOfWork) -> None:
        kept_lesion(uow, 1)
        kept_lesion(uow, 2)
        with uow:
            assert uow.lesions.next_number(PSEUDONYM) == 3
            assert uow.lesions.next_number(OTHER_PSEUDONYM) == 1

    def test_lesions_are_listed_by_number_from_a_place_on(self, uow: UnitOfWork) -> None:
        for number in (2, 1, 3):
            kept_lesion(uow, number)
        kept_lesion(uow, 1, pseudonym=OTHER_PSEUDONYM)
        with uow:
            assert [each.number for each in uow.lesions.of_patient(PSEUDONYM, after=0, limit=2)] == [1, 2]
            assert [each.number for each in uow.lesions.of_patient(PSEUDONYM, after=2, limit=2)] == [3]

    @pytest.mark.parametrize("seen", [ImagingFindings(), EVERY_FINDING, findings(posterolateral=frozenset())])
    def test_findings_come_back_exactly(self, uow: UnitOfWork, seen: ImagingFindings) -> None:
        reading = new_reading(kept_lesion(uow).id, findings=seen)
        with uow:
            uow.readings.add(reading)
            uow.commit()
        with uow:
            assert uow.readings.newest(reading.id) == reading

    @pytest.mark.parametrize(
        "geometry",
        [
            None,
            in_frame(OLD_FRAME),
            Geometry(
                sop_instance_uid=OLD_IMAGE,
                frame_of_reference_uid=OLD_FRAME,
                points=(Point(x=0.1, y=-1e-17, z=10_000), Point(x=1 / 3, y=2, z=-0.0)),
            ),
        ],
        ids=["nothing drawn", "in a frame of reference", "on an image"],
    )
    def test_geometry_comes_back_exactly(self, uow: UnitOfWork, geometry: Geometry | None) -> None:
        reading = new_reading(kept_lesion(uow).id, geometry=geometry)
        with uow:
            uow.readings.add(reading)
            uow.commit()
        with uow:
            assert uow.readings.newest(reading.id).geometry == geometry

    def test_revisions_are_kept_in_order(self, uow: UnitOfWork) -> None:
        first = new_reading(kept_lesion(uow).id)
        second = new_reading(first.lesion_id, id=first.id, revision=2, reason="Seen again.", recorded_at=minutes(5))
        for reading in (first, second):
            with uow:
                uow.readings.add(reading)
                uow.commit()
        with uow:
            assert list(uow.readings.history(first.id)) == [first, second]
            assert uow.readings.newest(first.id) == second

    def test_a_revision_is_kept_once(self, uow: UnitOfWork) -> None:
        first = new_reading(kept_lesion(uow).id)
        second = new_reading(first.lesion_id, id=first.id, revision=2, reason="Seen again.")
        with uow:
            uow.readings.add(first)
            uow.readings.add(second)
            uow.commit()
        with uow, pytest.raises(StaleRevisionError):
            uow.readings.add(second)
        with uow:
            assert len(uow.readings.history(first.id)) == 2

    def test_an_unknown_reading_is_not_found(self, uow: UnitOfWork) -> None:
        with uow:
            with pytest.raises(ReadingNotFoundError):
                uow.readings.newest(uuid4())
            with pytest.raises(ReadingNotFoundError):
                uow.readings.history(uuid4())
            assert uow.readings.newest_of_lesion(uuid4()) is None

    def test_the_newest_reading_of_a_lesion_is_that_of_its_newest_study(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        studies = (NEW_STUDY, NEW_STUDY, OLD_STUDY, UNDATED_STUDY)
        made = [
            new_reading(lesion.id, study_instance_uid=study, geometry=None, recorded_at=minutes(minute))
            for minute, study in enumerate(studies)
        ]
        with uow:
            for reading in reversed(made):
                uow.readings.add(reading)
            uow.commit()
        with uow:
            assert uow.readings.newest_of_lesion(lesion.id) == made[1]

    def test_readings_are_listed_by_lesion_patient_and_study(self, uow: UnitOfWork) -> None:
        first, second = kept_lesion(uow, 1), kept_lesion(uow, 2)
        other = kept_lesion(uow, 1, pseudonym=OTHER_PSEUDONYM)
        made = [
            new_reading(first.id, study_instance_uid=OLD_STUDY, recorded_at=minutes(2)),
            new_reading(second.id, study_instance_uid=NEW_STUDY, recorded_at=minutes(1)),
            new_reading(other.id, study_instance_uid=OTHER_STUDY, recorded_at=minutes(0)),
        ]
        with uow:
            for reading in made:
                uow.readings.add(reading)
            uow.commit()
        wanted = {
            ReadingFilter(): [made[2], made[1], made[0]],
            ReadingFilter(lesion_id=first.id): [made[0]],
            ReadingFilter(pseudonym=PSEUDONYM): [made[1], made[0]],
            ReadingFilter(study_instance_uid=OTHER_STUDY): [made[2]],
            ReadingFilter(pseudonym=PSEUDONYM, study_instance_uid=OTHER_STUDY): [],
        }
        with uow:
            for filtered, expected in wanted.items():
                assert list(uow.readings.matching(filtered, after=None, limit=10)) == expected

    def test_a_list_goes_on_where_it_stopped_even_when_readings_share_their_time(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        made = [new_reading(lesion.id, recorded_at=minutes(each // 3)) for each in range(7)]
        with uow:
            for reading in made:
                uow.readings.add(reading)
            uow.commit()
        found, after = [], None
        with uow:
            while page := uow.readings.matching(ReadingFilter(), after=after, limit=2):
                found += [reading.id for reading in page]
                after = found[-1]
        expected = sorted(made, key=lambda reading: (reading.recorded_at, str(reading.id)))
        assert found == [reading.id for reading in expected]

    def test_a_revised_reading_keeps_its_place_in_the_list(self, uow: UnitOfWork) -> None:
        lesion = kept_lesion(uow)
        made = [new_reading(lesion.id, recorded_at=minutes(each)) for each in range(2)]
        revision = new_reading(lesion.id, id=made[0].id, revision=2, reason="Late.", recorded_at=minutes(9))
        with uow:
            for reading in (*made, revision):
                uow.readings.add(reading)
            uow.commit()
        with uow:
            assert list(uow.readings.matching(ReadingFilter(), after=None, limit=5)) == [revision, made[1]]

    def test_a_list_cannot_go_on_after_what_is_not_there(self, uow: UnitOfWork) -> None:
        with uow, pytest.raises(PlaceInListError):
            uow.readings.matching(ReadingFilter(), after=uuid4(), limit=1)

    def test_images_are_looked_up(self, uow: UnitOfWork) -> None:
        with uow:
            assert uow.images.has_patient(PSEUDONYM)
            assert not uow.images.has_patient("OST-00000-00000")
            assert uow.images.patient_of_study(OTHER_STUDY) == OTHER_PSEUDONYM
            assert uow.images.patient_of_study("2.25.9") is None
            assert uow.images.image(OLD_IMAGE) == ImageReference(
                study_instance_uid=OLD_STUDY, frame_of_reference_uid=OLD_FRAME
            )
            assert uow.images.image(UNDATED_IMAGE) == ImageReference(
                study_instance_uid=UNDATED_STUDY, frame_of_reference_uid=None
            )
            assert uow.images.image("2.25.9") is None
            assert uow.images.frames_of_reference(NEW_STUDY) == {NEW_FRAME}
            assert uow.images.frames_of_reference(UNDATED_STUDY) == frozenset()
