"""Checks that a reading fits the lesion it is about and the images it was made on."""

from collections.abc import Iterator

from annotation.entities import Lesion
from annotation.errors import UnacceptableError
from annotation.lesion_errors import LesionMergedError
from annotation.ports import Images
from lesion_model.applicability import check_applicable
from lesion_model.errors import Problem, located
from lesion_model.findings import FindingSource, ImagingFindings
from lesion_model.geometry import Geometry


def check(
    lesion: Lesion,
    study_instance_uid: str,
    findings: ImagingFindings,
    geometry: Geometry | None,
    images: Images,
) -> None:
    """Raise `LesionMergedError`, `UnacceptableError`, or `FindingNotApplicableError` for what this bone cannot show."""
    if lesion.merged_into is not None:
        raise LesionMergedError(lesion.merged_into)
    if images.patient_of_study(study_instance_uid) != lesion.pseudonym:
        detail = "no such study of this lesion's patient"
        raise UnacceptableError([Problem(field="study_instance_uid", detail=detail)])
    with located("findings"):
        check_applicable(lesion.site, findings)
    elsewhere = tuple(_other_study_problems(lesion, study_instance_uid, findings, images))
    if elsewhere:
        raise UnacceptableError(elsewhere)
    if geometry is not None:
        problems = tuple(_geometry_problems(study_instance_uid, geometry, images))
        if problems:
            raise UnacceptableError(problems)


def _other_study_problems(
    lesion: Lesion, study_instance_uid: str, findings: ImagingFindings, images: Images
) -> Iterator[Problem]:
    """What is compared with, or taken from, is of the same patient; which study is the earlier one is the reader's
    word, since a study may have no date."""
    if findings.change is not None:
        earlier = findings.change.earlier_study_instance_uid
        field = "findings.change.earlier_study_instance_uid"
        if images.patient_of_study(earlier) != lesion.pseudonym:
            yield Problem(field=field, detail="no such study of this lesion's patient")
        elif earlier == study_instance_uid:
            yield Problem(field=field, detail="the study that is read cannot be the earlier one")
    for source in sorted(findings.sources, key=lambda each: each.finding.value):
        yield from _source_problems(lesion, study_instance_uid, source, images)


def _source_problems(
    lesion: Lesion, study_instance_uid: str, source: FindingSource, images: Images
) -> Iterator[Problem]:
    study = source.study_instance_uid or study_instance_uid
    if images.patient_of_study(study) != lesion.pseudonym:
        yield Problem(
            field="findings.sources", detail=f"{source.finding.value}: no such study of this lesion's patient"
        )
    elif source.sop_instance_uid is not None:
        image = images.image(source.sop_instance_uid)
        if image is None or image.study_instance_uid != study:
            yield Problem(field="findings.sources", detail=f"{source.finding.value}: no such image in its study")


def _geometry_problems(study_instance_uid: str, geometry: Geometry, images: Images) -> Iterator[Problem]:
    frame = geometry.frame_of_reference_uid
    if geometry.sop_instance_uid is not None:
        image = images.image(geometry.sop_instance_uid)
        if image is None or image.study_instance_uid != study_instance_uid:
            yield Problem(field="geometry.sop_instance_uid", detail="no such image in this study")
        elif frame not in (None, image.frame_of_reference_uid):
            yield Problem(field="geometry.frame_of_reference_uid", detail="not the one that this image is in")
    elif frame not in images.frames_of_reference(study_instance_uid):
        yield Problem(field="geometry.frame_of_reference_uid", detail="no series of this study is in it")
