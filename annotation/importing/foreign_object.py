"""An object made elsewhere, taken only if it is of a study of this node and names nobody but by the pseudonym."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from annotation.errors import StudyNotFoundError, UnacceptableError
from annotation.identifying_text import suspicions
from annotation.importing.errors import UnreadableObjectError, foreign
from annotation.importing.ports import Registry
from annotation.structured_report.codes import dcm, same
from annotation.structured_report.reading_back import concept_of
from lesion_model.errors import Problem
from lesion_model.geometry import is_uid

_PREAMBLE = 128
_PREFIX = b"DICM"
START_BYTES = _PREAMBLE + len(_PREFIX)


class Form(Enum):
    """What can be imported."""

    REPORT = "report"
    SEGMENTATION = "segmentation"
    CONTOURS = "contours"


# PS3.4 Table B.5-1.
FORMS: Mapping[str, Form] = MappingProxyType(
    {
        "1.2.840.10008.5.1.4.1.1.88.22": Form.REPORT,  # Enhanced SR
        "1.2.840.10008.5.1.4.1.1.88.33": Form.REPORT,  # Comprehensive SR
        "1.2.840.10008.5.1.4.1.1.88.34": Form.REPORT,  # Comprehensive 3D SR
        "1.2.840.10008.5.1.4.1.1.66.4": Form.SEGMENTATION,
        "1.2.840.10008.5.1.4.1.1.481.3": Form.CONTOURS,  # RT Structure Set
    }
)

_PATIENT_GROUP = 0x0010
# Attributes of the patient that pseudonymised images keep, and what is made of them copies (PS3.15 E.3.4, E.3.6).
_KEPT = frozenset(
    [
        "PatientSex",
        "PatientAge",
        "PatientSize",
        "PatientWeight",
        "PatientSexNeutered",
        "PatientBodyMassIndex",
        "MeasuredAPDimension",
        "MeasuredLateralDimension",
        "EthnicGroup",
        "EthnicGroups",
        "SmokingStatus",
        "PregnancyStatus",
    ]
)
# Texts that the door cleans: they must not look as if they named somebody.
_CLEANED = frozenset({"AdditionalPatientHistory", "Allergies", "MedicalAlerts"})
_PSEUDONYM = frozenset({"PatientID", "PatientName"})
# PS3.16 TID 1006: the subject of an observation, inside a report.
_SUBJECT = (dcm("121029", "Subject Name"), dcm("121030", "Subject ID"))
_SUBJECT_BIRTH = dcm("121031", "Subject Birth Date")
# These name objects that the images need not have been made from.
_NOT_FOLLOWED = frozenset(
    {
        "ReferencedStudySequence",
        "ReferencedPerformedProcedureStepSequence",
        "ReferencedRequestSequence",
        "PredecessorDocumentsSequence",
        "IdenticalDocumentsSequence",
        "ReferencedPatientSequence",
        "RTReferencedStudySequence",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ForeignObject:
    """`dataset`: a pydicom data set, all of it checked. `file`: the same as bytes."""

    form: Form
    dataset: Any
    file: bytes
    pseudonym: str
    study_instance_uid: str
    sop_instance_uid: str


def check_start(start: bytes) -> None:
    """Of a file of which no more than the beginning has come. Raises UnreadableObjectError (PS3.10 7.1)."""
    if start[_PREAMBLE:START_BYTES] != _PREFIX[: max(0, len(start) - _PREAMBLE)]:
        raise UnreadableObjectError


def read_object(file: bytes, registry: Registry) -> ForeignObject:
    """Raises UnreadableObjectError, StudyNotFoundError, and UnacceptableError for another kind of object, for one that
    names a patient, or that refers to what is not the patient's."""
    if len(file) <= START_BYTES:
        raise UnreadableObjectError
    check_start(file[:START_BYTES])
    with foreign():
        dataset = registry.dataset(file)
        form = _form(dataset)
        study, sop = (_uid(dataset, keyword) for keyword in ("StudyInstanceUID", "SOPInstanceUID"))
    pseudonym = registry.pseudonym_of_study(study)
    if pseudonym is None:
        raise StudyNotFoundError
    with foreign():
        named = tuple(_naming_problems(dataset, pseudonym))
        if named:
            raise UnacceptableError(named)
        references = frozenset(_references(dataset))
    _check_references(references, pseudonym, registry)
    return ForeignObject(
        form=form, dataset=dataset, file=file, pseudonym=pseudonym, study_instance_uid=study, sop_instance_uid=sop
    )


def _form(dataset: Any) -> Form:
    form = FORMS.get(str(dataset.get("SOPClassUID", "")))
    if form is None:
        detail = "only structured reports of measurements, segmentations and contours are imported"
        raise UnacceptableError([Problem(field="SOPClassUID", detail=detail, allowed=tuple(FORMS))])
    return form


def _uid(dataset: Any, keyword: str) -> str:
    uid = str(dataset.get(keyword, ""))
    if not is_uid(uid):
        raise UnacceptableError([Problem(field=keyword, detail="not a DICOM unique identifier")])
    return uid


def _naming_problems(dataset: Any, pseudonym: str) -> Iterator[Problem]:
    """Identified objects come through the door only: here nothing of the kind is even looked at."""
    if str(dataset.get("PatientID", "")) != pseudonym:
        yield Problem(field="PatientID", detail="is not the pseudonym of this study's patient")
    for element in _elements(dataset):
        if element.tag.group != _PATIENT_GROUP or element.keyword in _KEPT or element.is_empty:
            continue
        if element.keyword in _CLEANED and not suspicions(str(element.value)):
            continue
        if element.keyword not in _PSEUDONYM:
            yield Problem(field=element.keyword or "PatientModule", detail="must be empty: it may name the patient")
        elif str(element.value).rstrip("^") != pseudonym:
            yield Problem(field=element.keyword, detail="must be the pseudonym")
    for item in _items(dataset, "ContentSequence"):
        name = concept_of(item, "ConceptNameCodeSequence")
        said = item.get("PersonName") or item.get("TextValue") or item.get("Date") or ""
        if same(name, _SUBJECT_BIRTH) and said:
            yield Problem(field="ContentSequence", detail="holds a date of birth")
        elif any(same(name, each) for each in _SUBJECT) and str(said).rstrip("^") != pseudonym:
            yield Problem(field="ContentSequence", detail="names a subject by something else than the pseudonym")


def _elements(dataset: Any) -> Iterator[Any]:
    for element in dataset:
        yield element
        if element.VR == "SQ":
            for item in element.value:
                yield from _elements(item)


def _items(dataset: Any, keyword: str) -> Iterator[Any]:
    for item in dataset.get(keyword) or ():
        yield item
        yield from _items(item, keyword)


def _references(dataset: Any) -> Iterator[str]:
    for element in dataset:
        if element.VR == "SQ" and element.keyword not in _NOT_FOLLOWED:
            for item in element.value:
                uid = item.get("ReferencedSOPInstanceUID")
                if uid:
                    yield str(uid)
                yield from _references(item)


def _check_references(references: frozenset[str], pseudonym: str, registry: Registry) -> None:
    owners = registry.owners(frozenset(uid for uid in references if is_uid(uid)))
    if any(uid not in owners or owners[uid].pseudonym != pseudonym for uid in references):
        detail = "refers to objects that this node does not have of this patient"
        raise UnacceptableError([Problem(field="ReferencedSOPInstanceUID", detail=detail)])
