"""A TID 1500 report made elsewhere: each measurement group, its drawing measured anew on the stored image.

What is drawn decides: two points are a length, two lines the axes, a closed line or a polygon a contour, an ellipse an
ellipse. Numbers of the report are taken where nothing was drawn that gives them.
"""

from collections.abc import Sequence
from dataclasses import replace

from annotation.errors import AnnotationError, UnacceptableError
from annotation.importing.errors import foreign
from annotation.importing.foreign_object import ForeignObject
from annotation.importing.ports import Registry
from annotation.importing.proposals import MOST_PARTS, LeftOut, NotTaken, NotUnderstood, Proposal, by_code
from annotation.measuring.drawings import Bidirectional, Drawing, Ellipse, Freehand, Length, Place, Points
from annotation.measuring.measure import Asked, measure
from annotation.structured_report import reading_back
from annotation.structured_report.drawing import geometry_of
from annotation.structured_report.reading_back import Group, NotAReportError, read_back
from annotation.structured_report.understanding import Understood, understood
from lesion_model.errors import LesionModelError, Problem
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry, Point, Shape
from lesion_model.measurement.names import Concept
from lesion_model.measurement.planes import ImagePlane

_LINE, _TWO_LINES, _FEWEST_CORNERS = 2, 4, 3
# A type of graphic is a word of the standard (PS3.3 C.18.6.1.1 and C.18.9.1.1), and listed as it would be.
_KINDS = ("POINT", "MULTIPOINT", "POLYLINE", "POLYGON", "ELLIPSE")


def from_report(given: ForeignObject, registry: Registry) -> tuple[Proposal | LeftOut, ...]:
    """Raises UnreadableObjectError, and UnacceptableError for what is no report of measurements, or drawn on images of
    another study or frame of reference."""
    with foreign():
        try:
            groups = read_back(given.dataset).groups
        except NotAReportError as error:
            raise UnacceptableError([Problem(field="ContentSequence", detail=str(error))]) from None
    if not 1 <= len(groups) <= MOST_PARTS:
        detail = f"must have 1 to {MOST_PARTS} measurement groups"
        raise UnacceptableError([Problem(field="ContentSequence", detail=detail)])
    _check_drawn_here(groups, given.study_instance_uid, registry)
    return tuple(_proposed(number, group, given, registry) for number, group in enumerate(groups, start=1))


def _check_drawn_here(groups: Sequence[Group], study_instance_uid: str, registry: Registry) -> None:
    drawings = [each for group in groups for each in group.drawings]
    images = frozenset(each.sop_instance_uid for each in drawings if each.sop_instance_uid is not None)
    owners = registry.owners(images)
    if any(uid not in owners or owners[uid].study_instance_uid != study_instance_uid for uid in images):
        detail = "is drawn on an image that is not of the report's study"
        raise UnacceptableError([Problem(field="ReferencedSOPInstanceUID", detail=detail)])
    frames = {each.frame_of_reference_uid for each in drawings if each.frame_of_reference_uid is not None}
    series = registry.images.series_of_study(study_instance_uid)
    if not frames <= {each.frame_of_reference_uid for each in series}:
        detail = "no series of the report's study is in it"
        raise UnacceptableError([Problem(field="ReferencedFrameOfReferenceUID", detail=detail)])


def _proposed(number: int, group: Group, given: ForeignObject, registry: Registry) -> Proposal | LeftOut:
    try:
        with foreign():
            said = understood(group)
        geometry = _shaped(group.drawings, geometry_of(group.drawings, lambda uid: _plane(uid, registry)))
        measured = _measured(group.drawings, geometry, given.study_instance_uid, registry)
    except (LesionModelError, AnnotationError) as error:
        problems = error.problems if isinstance(error, LesionModelError | UnacceptableError) else ()
        detail = "; ".join(each.detail for each in problems) or "cannot be measured"
        return LeftOut(number=number, reason=NotTaken.NOT_MEASURABLE, detail=detail)
    findings, missing = _together(said, measured)
    unknown = (*by_code(missing), *_graphics(group.drawings))
    if not findings.known and geometry is None:
        detail = "no measurement, finding or drawing that a reading has"
        return LeftOut(
            number=number, reason=NotTaken.NOTHING_UNDERSTOOD, detail=detail, not_understood=_with_site(unknown, group)
        )
    return Proposal(
        number=number,
        findings=findings,
        geometry=geometry,
        site=said.site,
        tracking_uid=group.tracking_uid,
        not_understood=unknown if said.site else _with_site(unknown, group),
    )


def _with_site(unknown: tuple[NotUnderstood, ...], group: Group) -> tuple[NotUnderstood, ...]:
    return (*unknown, *by_code(each.place for each in group.sites))


def _graphics(drawings: Sequence[reading_back.Drawing]) -> tuple[NotUnderstood, ...]:
    """Drawings of a kind that nothing is measured on."""
    if all(each.graphic_type in _KINDS for each in drawings):
        return ()
    return (NotUnderstood(scheme="DICOM", code="GraphicType"),)


def _plane(sop_instance_uid: str, registry: Registry) -> ImagePlane:
    return registry.images.image(sop_instance_uid).plane


def _together(said: Understood, measured: ImagingFindings) -> tuple[ImagingFindings, Sequence[Concept]]:
    """What was measured anew takes the place of what the report says of the same."""
    values = {each.value: getattr(measured, each.value) for each in measured.known}
    kept = frozenset(each for each in said.findings.sources if each.finding.value not in values)
    return replace(said.findings, **values, sources=kept | measured.sources), said.other


def _measured(
    drawings: Sequence[reading_back.Drawing], geometry: Geometry | None, study_instance_uid: str, registry: Registry
) -> ImagingFindings:
    if geometry is None:
        return ImagingFindings()
    drawing = _drawing(drawings, geometry.points)
    if drawing is None:
        return ImagingFindings()
    place = Place(sop_instance_uid=geometry.sop_instance_uid, frame_of_reference_uid=geometry.frame_of_reference_uid)
    asked = Asked(study_instance_uid=study_instance_uid, series_instance_uid=None, place=place, drawing=drawing)
    return measure(asked, registry.images).results.findings


def _shaped(drawings: Sequence[reading_back.Drawing], geometry: Geometry | None) -> Geometry | None:
    """With what it encloses, where it is one closed outline."""
    if geometry is None:
        return None
    match _drawing(drawings, geometry.points):
        case Freehand():
            return replace(geometry, shape=Shape.CONTOUR)
        case Ellipse():
            return replace(geometry, shape=Shape.ELLIPSE)
    return geometry


def _drawing(drawings: Sequence[reading_back.Drawing], points: Sequence[Point]) -> Drawing | None:
    """None for what is not one drawing of ours."""
    kinds = tuple(each.graphic_type for each in drawings)
    if kinds == ("POLYLINE", "POLYLINE") and len(points) == _TWO_LINES:
        return Bidirectional(one=(points[0], points[1]), other=(points[2], points[3]))
    if len(kinds) != 1:
        return None
    if kinds == ("POLYLINE",) and len(points) == _LINE:
        return Length(first=points[0], last=points[1])
    if kinds == ("ELLIPSE",) and len(points) == _TWO_LINES:
        return Ellipse(one=(points[0], points[1]), other=(points[2], points[3]))
    if _is_closed(drawings[0]) and len(points) >= _FEWEST_CORNERS:
        return Freehand(contour=tuple(points))
    return Points(points=tuple(points)) if kinds[0] in ("POINT", "MULTIPOINT") else None


def _is_closed(drawing: reading_back.Drawing) -> bool:
    is_line = drawing.graphic_type == "POLYLINE"
    return drawing.graphic_type == "POLYGON" or (is_line and drawing.points[0] == drawing.points[-1])
