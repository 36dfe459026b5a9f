"""A TID 1500 report as plain values: its measurement groups, whoever wrote it (PS3.16 TID 1500, 1501, 1410, 1411)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from annotation.structured_report.codes import Name, dcm, same, sct
from annotation.structured_report.site_codes import CodedSite
from lesion_model.measurement.names import Concept

REPORT_TITLE = dcm("126000", "Imaging Measurement Report")
_MEASUREMENTS = dcm("126010", "Imaging Measurements")
_GROUP = dcm("125007", "Measurement Group")
_TRACKING_IDENTIFIER = dcm("112039", "Tracking Identifier")
_TRACKING_UID = dcm("112040", "Tracking Unique Identifier")
_FINDING = dcm("121071", "Finding")
_FINDING_SITE = sct("363698007", "Finding Site")
_LATERALITY = sct("272741003", "Laterality")
_MODIFIER = sct("106233006", "Topographical modifier")
_DERIVATION = dcm("121401", "Derivation")

# The codes of SNOMED RT that stood for these before 2019 (PS3.16 Annex L); older writers, OHIF among them, use them.
_FORMERLY = {
    ("SRT", "G-C0E3"): _FINDING_SITE,
    ("SRT", "G-C171"): _LATERALITY,
    ("SRT", "G-A1F8"): _MODIFIER,
    ("SRT", "G-A100"): sct("24028007", "Right"),
    ("SRT", "G-A101"): sct("7771000", "Left"),
    ("SRT", "G-D7FE"): sct("410668003", "Length"),
    ("SRT", "G-A185"): sct("103339001", "Long Axis"),
    ("SRT", "G-A186"): sct("103340004", "Short Axis"),
    ("SRT", "G-A166"): sct("42798000", "Area"),
    ("SRT", "G-D705"): sct("118565006", "Volume"),
}


class NotAReportError(ValueError):
    """The object is no structured report of measurements; says which part of it is not as it has to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Coordinates in a report. On an image: (column, row), 0.0 at the outer corner of the first pixel (PS3.3
    C.18.6.1.2), frames counted from 1. In space: mm, LPS."""

    graphic_type: str
    points: tuple[tuple[float, ...], ...]
    sop_instance_uid: str | None = None
    frame_number: int | None = None
    frame_of_reference_uid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """`drawings`: what it was measured from. `value` is None where the report says that there is none."""

    name: Name
    value: Decimal | None
    unit: Concept | None
    drawings: tuple[Drawing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """A coded statement, and what was said of it: codes and UIDs by their names."""

    name: Concept
    value: Concept
    codes: tuple[tuple[Concept, Concept], ...] = ()
    uids: tuple[tuple[Concept, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One measurement group: what was measured and stated of one thing."""

    tracking_identifier: str | None
    tracking_uid: str | None
    finding: Concept | None
    sites: tuple[CodedSite, ...]
    measurements: tuple[Measurement, ...]
    evaluations: tuple[Evaluation, ...]
    uids: tuple[tuple[Concept, str], ...]
    texts: tuple[tuple[Concept, str], ...]
    regions: tuple[Drawing, ...]

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """Each once, in the order of the report: a region is often that of its first measurement too."""
        every = [*self.regions, *(each for one in self.measurements for each in one.drawings)]
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report of measurements. `predecessors`: SOP Instance UIDs of the documents that it replaces."""

    sop_instance_uid: str
    study_instance_uid: str
    patient_id: str
    predecessors: tuple[str, ...]
    groups: tuple[Group, ...]


def read_back(dataset: Any) -> Report:
    """`dataset`: a pydicom data set of a structured report. Raises NotAReportError."""
    if not same(concept_of(dataset, "ConceptNameCodeSequence"), REPORT_TITLE):
        raise NotAReportError("the title is not that of an imaging measurement report (126000, DCM)")
    groups = [
        _group(each)
        for container in _named(dataset, _MEASUREMENTS)
        for each in _items(container)
        if same(concept_of(each, "ConceptNameCodeSequence"), _GROUP)
    ]
    return Report(
        sop_instance_uid=str(dataset.get("SOPInstanceUID", "")),
        study_instance_uid=str(dataset.get("StudyInstanceUID", "")),
        patient_id=str(dataset.get("PatientID", "")),
        predecessors=tuple(_predecessors(dataset)),
        groups=tuple(groups),
    )


def concept_of(item: Any, keyword: str) -> Concept | None:
    """The first code of a code sequence, as today's codes; None where there is none that is whole."""
    sequence = item.get(keyword) or []
    if not len(sequence):
        return None
    code = sequence[0]
    value = code.get("CodeValue") or code.get("LongCodeValue") or code.get("URNCodeValue")
    scheme, meaning = code.get("CodingSchemeDesignator"), code.get("CodeMeaning")
    if not value or not scheme:
        return None
    found = Concept(scheme=str(scheme), code=str(value), meaning=str(meaning or ""))
    return _FORMERLY.get((found.scheme, found.code), found)


def _group(item: Any) -> Group:
    return Group(
        tracking_identifier=next((str(each.get("TextValue", "")) for each in _named(item, _TRACKING_IDENTIFIER)), None),
        tracking_uid=next((str(each.get("UID", "")) for each in _named(item, _TRACKING_UID)), None),
        finding=next((concept_of(each, "ConceptCodeSequence") for each in _named(item, _FINDING)), None),
        sites=tuple(_sites(item)),
        measurements=tuple(_measurements(item)),
        evaluations=tuple(_evaluations(item)),
        uids=tuple(_texts(item, "UIDREF", "UID")),
        texts=tuple(_texts(item, "TEXT", "TextValue")),
        regions=tuple(_drawings(item)),
    )


def _sites(item: Any) -> Iterator[CodedSite]:
    for each in _named(item, _FINDING_SITE):
        place = concept_of(each, "ConceptCodeSequence")
        if place is not None:
            yield CodedSite(place=place, laterality=_said(each, _LATERALITY), modifier=_said(each, _MODIFIER))


def _measurements(item: Any) -> Iterator[Measurement]:
    for each in _of_type(item, "NUM"):
        concept = concept_of(each, "ConceptNameCodeSequence")
        if concept is None:
            continue
        site = next(iter(_sites(each)), None)
        value, unit = _number(each)
        yield Measurement(
            name=Name(
                concept=concept,
                derivation=_said(each, _DERIVATION),
                site=None if site is None else site.place,
                modifier=None if site is None else site.modifier,
            ),
            value=value,
            unit=unit,
            drawings=tuple(_drawings(each)),
        )


def _number(item: Any) -> tuple[Decimal | None, Concept | None]:
    values = item.get("MeasuredValueSequence") or []
    if not len(values):
        return None, None
    try:
        number = Decimal(str(values[0].get("NumericValue")))
    except InvalidOperation:
        raise NotAReportError("a measured value is not a number") from None
    if not number.is_finite():
        raise NotAReportError("a measured value is not a number")
    return number, concept_of(values[0], "MeasurementUnitsCodeSequence")


def _evaluations(item: Any) -> Iterator[Evaluation]:
    for each in _of_type(item, "CODE"):
        name, value = concept_of(each, "ConceptNameCodeSequence"), concept_of(each, "ConceptCodeSequence")
        if name is None or value is None or same(name, _FINDING) or same(name, _FINDING_SITE):
            continue
        codes = ((concept_of(one, "ConceptNameCodeSequence"), one) for one in _of_type(each, "CODE"))
        yield Evaluation(
            name=name,
            value=value,
            codes=tuple(
                (of, said)
                for of, one in codes
                if of is not None and (said := concept_of(one, "ConceptCodeSequence")) is not None
            ),
            uids=tuple(_texts(each, "UIDREF", "UID")),
        )


def _texts(item: Any, kind: str, keyword: str) -> Iterator[tuple[Concept, str]]:
    for each in _of_type(item, kind):
        name = concept_of(each, "ConceptNameCodeSequence")
        if name is not None and each.get(keyword):
            yield name, str(each.get(keyword))


def _drawings(item: Any) -> Iterator[Drawing]:
    for each in _of_type(item, "SCOORD"):
        image = next(_of_type(each, "IMAGE"), None)
        uid, frame = _image(image)
        yield Drawing(
            graphic_type=str(each.get("GraphicType", "")),
            points=_points(each, 2),
            sop_instance_uid=uid,
            frame_number=frame,
        )
    for each in _of_type(item, "SCOORD3D"):
        yield Drawing(
            graphic_type=str(each.get("GraphicType", "")),
            points=_points(each, 3),
            frame_of_reference_uid=str(each.get("ReferencedFrameOfReferenceUID", "")) or None,
        )


def _image(item: Any) -> tuple[str | None, int | None]:
    references = item.get("ReferencedSOPSequence") or [] if item is not None else []
    if not len(references):
        return None, None
    frames = references[0].get("ReferencedFrameNumber")
    first = frames[0] if isinstance(frames, Sequence) and not isinstance(frames, str) else frames
    return str(references[0].get("ReferencedSOPInstanceUID", "")) or None, None if first is None else int(first)


def _points(item: Any, size: int) -> tuple[tuple[float, ...], ...]:
    numbers = item.get("GraphicData")
    flat = [float(each) for each in numbers] if numbers is not None else []
    if not flat or len(flat) % size:
        raise NotAReportError(f"coordinates do not come in groups of {size}")
    return tuple(tuple(flat[at : at + size]) for at in range(0, len(flat), size))


def _said(item: Any, name: Concept) -> Concept | None:
    return next((concept_of(each, "ConceptCodeSequence") for each in _named(item, name)), None)


def _named(item: Any, name: Concept) -> Iterator[Any]:
    return (each for each in _items(item) if same(concept_of(each, "ConceptNameCodeSequence"), name))


def _of_type(item: Any, kind: str) -> Iterator[Any]:
    return (each for each in _items(item) if each.get("ValueType") == kind)


def _items(item: Any) -> Sequence[Any]:
    return item.get("ContentSequence") or ()


def _predecessors(dataset: Any) -> Iterator[str]:
    for study in dataset.get("PredecessorDocumentsSequence") or ():
        for series in study.get("ReferencedSeriesSequence") or ():
            for document in series.get("ReferencedSOPSequence") or ():
                yield str(document.get("ReferencedSOPInstanceUID", ""))
