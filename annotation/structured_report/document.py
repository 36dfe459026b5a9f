"""One signed reading as a DICOM structured report: Comprehensive 3D SR, TID 1500 (PS3.3 A.35.13, PS3.16 A).

It carries nothing that could tell who the patient or the reader is, or when the examination really was: patient and
study are as the stored image has them, the reader is a number, and its dates are those of the stored study. So it
cannot be verified in the sense of PS3.3 C.17.2, which asks for the name and the organisation of a person: it is
complete, final and UNVERIFIED.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import MappingProxyType
from typing import Any

from highdicom.sr import (
    CodedConcept,
    Comprehensive3DSR,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
)
from pydicom.dataset import Dataset
from pydicom.uid import Comprehensive3DSRStorage

from annotation.entities import FIRST_REVISION, Lesion, Reading
from annotation.structured_report.codes import dcm, sct
from annotation.structured_report.content import concept, measurement_group
from annotation.structured_report.identifiers import report_uid, series_uid
from lesion_model.measurement.names import Concept

MAKER, MODEL = "Osteon", "Osteon annotation service"
UNKNOWN_DATE, UNKNOWN_TIME = "19000101", "000000"
# Above what scanners number their series with.
FIRST_SERIES_NUMBER = 9000

_PERSON = dcm("121006", "Person")
_ANY_PROCEDURE = sct("363679005", "Imaging procedure")
_PROCEDURES: Mapping[str, Concept] = MappingProxyType(
    {
        "CT": Concept(scheme="LN", code="25045-6", meaning="CT unspecified body region"),
        "MR": Concept(scheme="LN", code="25056-3", meaning="MRI unspecified body region"),
        "PT": Concept(scheme="LN", code="44136-0", meaning="PET unspecified body region"),
    }
)
# Type 2 of patient and study: asked for as attributes, and absent from some images.
_TYPE_2 = ("PatientBirthDate", "PatientSex", "PatientName", "AccessionNumber", "StudyID", "StudyDate", "StudyTime")
# highdicom has opinions on these; the object belongs to the patient that the image says, in its very words.
_AS_STORED = ("PatientName", "PatientSex")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a report is made of. `observer`: the reader's identifier, which names nobody. `image`: a pydicom header of
    the image that was drawn on, or of one of the study. `predecessor`: the revision whose report this one replaces."""

    lesion: Lesion
    reading: Reading
    observer: str
    image: Any
    predecessor: int | None = None


def document(source: Source) -> Dataset:
    """The report; the same source makes the same report."""
    reading, lesion = source.reading, source.lesion
    image = whole(source.image)
    content = MeasurementReport(
        observation_context=ObservationContext(observer_person_context=_observer(source.observer)),
        procedure_reported=concept(_PROCEDURES.get(str(image.get("Modality")), _ANY_PROCEDURE)),
        imaging_measurements=[measurement_group(lesion, reading, image)],
        title=CodedConcept(value="126000", scheme_designator="DCM", meaning="Imaging Measurement Report"),
        referenced_images=[image],
    )
    made = Comprehensive3DSR(
        evidence=[image],
        content=content[0],
        series_instance_uid=series_uid(reading.id),
        series_number=FIRST_SERIES_NUMBER + lesion.number,
        sop_instance_uid=report_uid(reading.id, reading.revision),
        instance_number=reading.revision,
        manufacturer=MAKER,
        is_complete=True,
        is_final=True,
        previous_versions=None if source.predecessor is None else [_predecessor(source, image)],
        series_description=f"Reading of {lesion.label}",
        manufacturer_model_name=MODEL,
    )
    for keyword in _AS_STORED:
        setattr(made, keyword, source.image.get(keyword, ""))
    dated(made, image)
    return made


def as_file(report: Dataset) -> bytes:
    """The Part 10 file of a report."""
    buffer = BytesIO()
    report.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _observer(identifier: str) -> ObserverContext:
    return ObserverContext(
        observer_type=concept(_PERSON),
        observer_identifying_attributes=PersonObserverIdentifyingAttributes(name=f"Reader^{identifier}"),
    )


def _predecessor(source: Source, image: Dataset) -> Dataset:
    """What Predecessor Documents Sequence says of it: the document, its series and its study (PS3.3 C.17.2)."""
    earlier = Dataset()
    earlier.StudyInstanceUID = image.StudyInstanceUID
    earlier.SeriesInstanceUID = series_uid(source.reading.id)
    earlier.SOPClassUID = Comprehensive3DSRStorage
    earlier.SOPInstanceUID = report_uid(source.reading.id, source.predecessor or FIRST_REVISION)
    return earlier


def whole(image: Dataset) -> Dataset:
    """With every attribute that is asked for, empty where the image has none; the original is left alone."""
    copy = Dataset()
    copy.update(image)
    for keyword in _TYPE_2:
        if keyword not in copy or keyword in _AS_STORED:
            setattr(copy, keyword, "")
    return copy


def dated(made: Dataset, image: Dataset) -> None:
    """The dates of the stored study, shifted as all of the patient's are: the day of signing would give it away."""
    date = str(image.get("StudyDate") or "") or UNKNOWN_DATE
    time = str(image.get("StudyTime") or "") or UNKNOWN_TIME
    made.ContentDate, made.ContentTime = date, time
    made.SeriesDate, made.SeriesTime = date, time
    for keyword in ("InstanceCreationDate", "InstanceCreationTime"):
        if keyword in made:
            delattr(made, keyword)
