"""The measurement group of one reading (PS3.16 TID 1501), by highdicom.

Where something was drawn, the tracking identifier and the measurements that carry its coordinates are in the form that
OHIF makes into a measurement again; those measurements come first, since it looks at the first one. An outline is no
planar ROI of TID 1410, whose coordinates are the group's: a group that has measurements too is then not drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
from highdicom.sr import (
    CodeContentItem,
    CodedConcept,
    ContentSequence,
    CoordinatesForMeasurement,
    CoordinatesForMeasurement3D,
    FindingSite,
    Measurement,
    MeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
    UIDRefContentItem,
)

from annotation.entities import Lesion, Reading
from annotation.structured_report import codes
from annotation.structured_report.drawing import Placed, closed, outline_mm2, placed
from annotation.structured_report.identifiers import tracking_uid
from annotation.structured_report.leaves import Leaf, leaves
from annotation.structured_report.scored import outcomes, totals
from annotation.structured_report.site_codes import coded
from lesion_model.assess_lesion import assess_known
from lesion_model.findings import FindingSource
from lesion_model.measurement.names import Concept
from lesion_model.measurement.vectors import Rows

LESION_IDENTIFIER = codes.dcm("121151", "Lesion Identifier")
COMMENT = codes.dcm("121106", "Comment")
CENTER = codes.dcm("111010", "Center")
POINTS_DRAWN = codes.own("points_drawn", "Number of points drawn")

_TOOLS = "Cornerstone3DTools@^0.1.0:"
# Two lines are the axes that were measured when their lengths say so.
_SAME_LENGTH = 0.01
_LINE, _TWO_LINES = 2, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """What was drawn: the viewer's tool for it, and its measurements; `paths` are the findings among them."""

    tool: str | None = None
    measurements: tuple[Measurement, ...] = ()
    paths: frozenset[str] = frozenset()


def measurement_group(lesion: Lesion, reading: Reading, image: Any) -> MeasurementsAndQualitativeEvaluations:
    """`image`: header of the image that was drawn on, or of one of the study."""
    known = leaves(reading.findings)
    where = None if reading.geometry is None else placed(reading.geometry, image)
    drawn = _Drawn() if where is None else _drawn(where, known, image)
    assessment = assess_known(lesion.site, reading.findings)
    site = coded(lesion.site)
    group = MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=tracking_uid(lesion.id), identifier=f"{_TOOLS}{drawn.tool}" if drawn.tool else lesion.label
        ),
        finding_type=concept(codes.BONE_METASTASIS),
        finding_sites=[
            FindingSite(
                anatomic_location=concept(site.place),
                laterality=None if site.laterality is None else concept(site.laterality),
                topographical_modifier=None if site.modifier is None else concept(site.modifier),
            )
        ],
        measurements=[
            *drawn.measurements,
            *(_number(path, value) for path, value in known.items() if _is_new_number(path, value, drawn)),
            *(_points(each.name, each.points) for each in totals(assessment)),
        ],
        qualitative_evaluations=[
            *_evaluations(known),
            *_transitional(lesion),
            *(_source(each) for each in sorted(reading.findings.sources, key=lambda each: each.finding.value)),
            *(_evaluation(each.name, each.value) for each in outcomes(assessment)),
        ],
    )
    group[0].ContentSequence.extend(_besides(lesion, known))
    return group


def concept(of: Concept) -> CodedConcept:
    return CodedConcept(value=of.code, scheme_designator=of.scheme, meaning=of.meaning)


def _drawn(where: Placed, known: Mapping[str, Leaf], image: Any) -> _Drawn:
    count, area = len(where.points), outline_mm2(where.points)
    if count == 1:
        point = _coordinates("POINT", where.coordinates, where, image)
        return _Drawn(tool="Probe", measurements=(_measured(CENTER, 1, codes.NO_UNITS, point),))
    if count == _LINE:
        line = _coordinates("POLYLINE", where.coordinates, where, image)
        return _Drawn(tool="Length", measurements=(_measured(codes.LENGTH, _length(where.points), codes.MM, line),))
    if count == _TWO_LINES and _are_the_axes(where.points, known):
        paths = ("long_axis_mm", "short_axis_mm")
        lines = (where.coordinates[:2], where.coordinates[2:])
        axes = (
            _number(path, known[path], _coordinates("POLYLINE", line, where, image))
            for path, line in zip(paths, lines, strict=True)
        )
        return _Drawn(tool="Bidirectional", measurements=tuple(axes), paths=frozenset(paths))
    if area is not None:
        around = _coordinates("POLYLINE", closed(where.coordinates), where, image)
        return _Drawn(tool="PlanarFreehandROI", measurements=(_measured(codes.AREA, area, codes.MM2, around),))
    points = _coordinates("MULTIPOINT", where.coordinates, where, image)
    return _Drawn(measurements=(_measured(POINTS_DRAWN, count, codes.NO_UNITS, points),))


def _are_the_axes(points: Rows, known: Mapping[str, Leaf]) -> bool:
    lengths = (_length(points[:2]), _length(points[2:]))
    stated = (known.get("long_axis_mm"), known.get("short_axis_mm"))
    return all(
        isinstance(said, Decimal) and abs(float(said) - length) <= _SAME_LENGTH * length
        for said, length in zip(stated, lengths, strict=True)
    )


def _length(line: Rows) -> float:
    return float(np.linalg.norm(line[1] - line[0]))


def _coordinates(kind: str, coordinates: Rows, where: Placed, image: Any) -> Any:
    if where.sop_instance_uid is not None:
        return CoordinatesForMeasurement(kind, coordinates, source_image=_source_image(image))
    return CoordinatesForMeasurement3D(kind, coordinates, frame_of_reference_uid=str(where.frame_of_reference_uid))


def _source_image(image: Any) -> SourceImageForRegion:
    return SourceImageForRegion(
        referenced_sop_class_uid=image.SOPClassUID, referenced_sop_instance_uid=image.SOPInstanceUID
    )


def _is_new_number(path: str, value: Leaf, drawn: _Drawn) -> bool:
    return isinstance(value, Decimal) and path not in drawn.paths


def _number(path: str, value: Any, coordinates: Any = None) -> Measurement:
    name = codes.NAMES[path]
    site = None
    if name.site is not None:
        modifier = None if name.modifier is None else concept(name.modifier)
        site = [FindingSite(anatomic_location=concept(name.site), topographical_modifier=modifier)]
    return Measurement(
        name=concept(name.concept),
        value=float(value),
        unit=concept(codes.unit_of(path)),
        derivation=None if name.derivation is None else concept(name.derivation),
        finding_sites=site,
        referenced_coordinates=None if coordinates is None else [coordinates],
    )


def _measured(name: Concept, value: float, unit: Concept, coordinates: Any) -> Measurement:
    return Measurement(
        name=concept(name), value=round(value, 3), unit=concept(unit), referenced_coordinates=[coordinates]
    )


def _points(name: Concept, points: int) -> Measurement:
    return Measurement(name=concept(name), value=points, unit=concept(codes.NO_UNITS))


def _evaluation(name: Concept, value: Concept) -> QualitativeEvaluation:
    return QualitativeEvaluation(name=concept(name), value=concept(value))


def _evaluations(known: Mapping[str, Leaf]) -> Iterator[QualitativeEvaluation]:
    for path, value in known.items():
        name = codes.NAMES[path].concept
        if isinstance(value, bool):
            yield _evaluation(name, codes.YES if value else codes.NO)
        elif isinstance(value, Enum):
            yield _evaluation(name, codes.CHOICES[value])
        elif isinstance(value, frozenset):
            stated = sorted((codes.ELEMENTS[each] for each in value), key=lambda each: each.code)
            yield from (_evaluation(name, each) for each in stated or [codes.NONE])


def _transitional(lesion: Lesion) -> Iterator[QualitativeEvaluation]:
    if lesion.site.transitional is not None:
        yield _evaluation(codes.TRANSITIONAL, codes.CHOICES[lesion.site.transitional])


def _source(source: FindingSource) -> QualitativeEvaluation:
    stated = _evaluation(codes.HOW_MADE, codes.CHOICES[source.how])
    properties = ContentSequence(
        [
            CodeContentItem(
                name=concept(codes.OF_FINDING),
                value=concept(codes.FINDINGS[source.finding]),
                relationship_type=RelationshipTypeValues.HAS_PROPERTIES,
            )
        ]
    )
    uids = ((codes.FROM_STUDY, source.study_instance_uid), (codes.FROM_IMAGE, source.sop_instance_uid))
    properties.extend(_uid(name, uid, RelationshipTypeValues.HAS_PROPERTIES) for name, uid in uids if uid is not None)
    stated[0].ContentSequence = properties
    return stated


def _besides(lesion: Lesion, known: Mapping[str, Leaf]) -> Sequence[Any]:
    """What the templates have no row for, and leave room for: they can be extended."""
    # OHIF shows the comment beside the drawing.
    items: list[Any] = [
        TextContentItem(name=concept(name), value=lesion.label, relationship_type=RelationshipTypeValues.CONTAINS)
        for name in (LESION_IDENTIFIER, COMMENT)
    ]
    for path, value in known.items():
        if isinstance(value, str):
            items.append(_uid(codes.NAMES[path].concept, value, RelationshipTypeValues.CONTAINS))
    return items


def _uid(name: Concept, uid: str, relationship: RelationshipTypeValues) -> UIDRefContentItem:
    return UIDRefContentItem(name=concept(name), value=uid, relationship_type=relationship)
