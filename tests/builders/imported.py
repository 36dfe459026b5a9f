"""Objects made elsewhere about a series of `measurable`: segmentations, contours and reports, as other programs write
them."""

from collections.abc import Sequence
from typing import Any

import highdicom
import numpy as np
import numpy.typing as npt
from highdicom.sr import (
    CodedConcept,
    FindingSite,
    ImageRegion,
    Measurement,
    ObservationContext,
    ObserverContext,
    PersonObserverIdentifyingAttributes,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    SourceImageForRegion,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID, ComprehensiveSRStorage, ExplicitVRLittleEndian, RTStructureSetStorage

L3_CODE = ("SCT", "36470004", "L3 vertebra")
Contour = Sequence[tuple[float, float, float]]
Flags = npt.NDArray[np.bool_]


def code(scheme: str, value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def segments(
    marked: Sequence[Flags], series: list[Any], *, labels: Sequence[str], sites: Sequence[tuple[str, str, str] | None]
) -> Dataset:
    """A binary segmentation by highdicom. `marked`: for each segment (slice, row, column)."""
    described = [
        highdicom.seg.SegmentDescription(
            segment_number=number,
            segment_label=label,
            segmented_property_category=codes.SCT.MorphologicallyAbnormalStructure,
            segmented_property_type=codes.SCT.Lesion,
            algorithm_type=highdicom.seg.SegmentAlgorithmTypeValues.MANUAL,
            anatomic_regions=None if site is None else [CodedConcept(site[1], site[0], site[2])],
        )
        for number, (label, site) in enumerate(zip(labels, sites, strict=True), start=1)
    ]
    return highdicom.seg.Segmentation(
        source_images=series,
        pixel_array=np.stack(marked, axis=-1).astype(np.uint8),
        segmentation_type=highdicom.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=described,
        series_instance_uid="2.25.781",
        series_number=9,
        sop_instance_uid="2.25.782",
        instance_number=1,
        manufacturer="nobody",
        manufacturer_model_name="none",
        software_versions="1",
        device_serial_number="1",
        transfer_syntax_uid=ExplicitVRLittleEndian,
    )


def structure_set(regions: Sequence[Sequence[Contour]], names: Sequence[str], series: list[Any]) -> FileDataset:
    """An RT structure set by pydicom alone; each region a list of closed contours, mm, LPS, on the images."""
    made = _like(series[0], RTStructureSetStorage, "RTSTRUCT", "2.25.783", "2.25.784")
    made.StructureSetLabel, made.StructureSetDate, made.StructureSetTime = "contours", "", ""
    made.InstanceNumber, made.ApprovalStatus, made.OperatorsName = "1", "UNAPPROVED", ""
    made.FrameOfReferenceUID, made.PositionReferenceIndicator = series[0].FrameOfReferenceUID, ""
    made.StructureSetROISequence, made.ROIContourSequence, made.RTROIObservationsSequence = [], [], []
    made.ReferencedFrameOfReferenceSequence = [_frame(series)]
    by_place = {float(each.ImagePositionPatient[2]): each for each in series}
    for number, (contours, name) in enumerate(zip(regions, names, strict=True), start=1):
        region, drawn, observed = Dataset(), Dataset(), Dataset()
        region.ROINumber, region.ROIName, region.ROIGenerationAlgorithm = number, name, "MANUAL"
        region.ReferencedFrameOfReferenceUID = series[0].FrameOfReferenceUID
        drawn.ROIDisplayColor, drawn.ReferencedROINumber = [255, 0, 0], number
        drawn.ContourSequence = [_contour(each, by_place.get(each[0][2], series[0])) for each in contours]
        observed.ObservationNumber, observed.ReferencedROINumber = number, number
        observed.RTROIInterpretedType, observed.ROIInterpreter = "", ""
        made.StructureSetROISequence.append(region)
        made.ROIContourSequence.append(drawn)
        made.RTROIObservationsSequence.append(observed)
    return made


def highdicom_report(series: list[Any], number: int, outline: npt.NDArray[np.float64]) -> Dataset:
    """A planar ROI of TID 1410 in L3, with a long axis that is wrong. `outline`: (n, 2), column and row, closed."""
    image = series[number]
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid="2.25.785", identifier="Measurement 1"),
        referenced_region=ImageRegion(
            graphic_type=highdicom.sr.GraphicTypeValues.POLYLINE,
            graphic_data=outline,
            source_image=SourceImageForRegion(image.SOPClassUID, image.SOPInstanceUID),
        ),
        finding_type=CodedConcept("94222008", "SCT", "Bony metastasis"),
        finding_sites=[FindingSite(anatomic_location=CodedConcept(L3_CODE[1], L3_CODE[0], L3_CODE[2]))],
        measurements=[
            Measurement(name=CodedConcept("103339001", "SCT", "Long Axis"), value=99.0, unit=codes.UCUM.Millimeter),
            Measurement(name=CodedConcept("129304002", "SCT", "Excision"), value=1.0, unit=codes.UCUM.NoUnits),
        ],
    )
    observer = ObserverContext(
        observer_type=codes.DCM.Person,
        observer_identifying_attributes=PersonObserverIdentifyingAttributes(name="Reader^One"),
    )
    content = highdicom.sr.MeasurementReport(
        observation_context=ObservationContext(observer_person_context=observer),
        procedure_reported=codes.LN.CTUnspecifiedBodyRegion,
        imaging_measurements=[group],
    )
    return highdicom.sr.Comprehensive3DSR(
        evidence=[image],
        content=content[0],
        series_instance_uid="2.25.786",
        series_number=10,
        sop_instance_uid="2.25.787",
        instance_number=1,
        manufacturer="nobody",
    )


def viewer_report(series: list[Any], number: int, lines: Sequence[Sequence[float]]) -> FileDataset:
    """A bidirectional as a viewer writes it, in the codes of SNOMED RT that older ones use; `lines`: columns and rows
    of the ends of the long and of the short axis."""
    image = series[number]
    made = _like(image, ComprehensiveSRStorage, "SR", "2.25.788", "2.25.789")
    made.InstanceNumber, made.CompletionFlag, made.VerificationFlag = "1", "COMPLETE", "UNVERIFIED"
    made.ContentDate, made.ContentTime = "20200101", "120000"
    made.PerformedProcedureCodeSequence, made.ReferencedPerformedProcedureStepSequence = [], []
    made.CurrentRequestedProcedureEvidenceSequence = [_evidence(image)]
    axes = [("G-A185", "Long Axis"), ("G-A186", "Short Axis")]
    group = [
        _item("HAS OBS CONTEXT", "TEXT", ("DCM", "112039", "Tracking Identifier"), TextValue="Tools:Bidirectional"),
        _item("HAS OBS CONTEXT", "UIDREF", ("DCM", "112040", "Tracking Unique Identifier"), UID="2.25.790"),
        _item("CONTAINS", "CODE", ("SRT", "G-C0E3", "Finding Site"), ConceptCodeSequence=[code(*L3_CODE)]),
        *(
            _number(("SRT", value, meaning), _scoord(line, image))
            for (value, meaning), line in zip(axes, lines, strict=True)
        ),
    ]
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = [code("DCM", "126000", "Imaging Measurement Report")]
    groups = _container(("DCM", "125007", "Measurement Group"), group)
    made.ContentSequence = [_container(("DCM", "126010", "Imaging Measurements"), [groups])]
    return made


def _like(image: Any, sop_class: UID, modality: str, series_uid: str, sop_uid: str) -> FileDataset:
    made = FileDataset("", {}, file_meta=FileMetaDataset(), preamble=bytes(128))
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = sop_class
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    made.StudyInstanceUID, made.SeriesInstanceUID, made.SeriesNumber = image.StudyInstanceUID, series_uid, "11"
    made.PatientID, made.PatientName, made.Modality = image.PatientID, image.PatientID, modality
    made.PatientBirthDate = made.PatientSex = made.StudyDate = made.StudyTime = ""
    made.AccessionNumber = made.StudyID = made.ReferringPhysicianName = made.Manufacturer = ""
    return made


def _frame(series: list[Any]) -> Dataset:
    frame, study, of_series = Dataset(), Dataset(), Dataset()
    frame.FrameOfReferenceUID = series[0].FrameOfReferenceUID
    frame.RTReferencedStudySequence = [study]
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", series[0].StudyInstanceUID
    study.RTReferencedSeriesSequence = [of_series]
    of_series.SeriesInstanceUID = series[0].SeriesInstanceUID
    of_series.ContourImageSequence = [_image(each) for each in series]
    return frame


def _evidence(image: Any) -> Dataset:
    study, of_series = Dataset(), Dataset()
    study.StudyInstanceUID, study.ReferencedSeriesSequence = image.StudyInstanceUID, [of_series]
    of_series.SeriesInstanceUID, of_series.ReferencedSOPSequence = image.SeriesInstanceUID, [_image(image)]
    return study


def _contour(points: Contour, image: Any) -> Dataset:
    contour = Dataset()
    contour.ContourImageSequence = [_image(image)]
    contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(points)
    contour.ContourData = [float(each) for point in points for each in point]
    return contour


def _image(image: Any) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = image.SOPClassUID, image.SOPInstanceUID
    return item


def _item(relationship: str, kind: str, name: tuple[str, str, str], **values: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType, item.ConceptNameCodeSequence = relationship, kind, [code(*name)]
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _container(name: tuple[str, str, str], content: list[Dataset]) -> Dataset:
    return _item("CONTAINS", "CONTAINER", name, ContinuityOfContent="SEPARATE", ContentSequence=content)


def _number(name: tuple[str, str, str], drawn: Dataset) -> Dataset:
    value = Dataset()
    value.NumericValue, value.MeasurementUnitsCodeSequence = "1", [code("UCUM", "mm", "millimeter")]
    return _item("CONTAINS", "NUM", name, MeasuredValueSequence=[value], ContentSequence=[drawn])


def _scoord(line: Sequence[float], image: Any) -> Dataset:
    drawn, source = Dataset(), Dataset()
    source.RelationshipType, source.ValueType, source.ReferencedSOPSequence = "SELECTED FROM", "IMAGE", [_image(image)]
    drawn.RelationshipType, drawn.ValueType, drawn.GraphicType = "INFERRED FROM", "SCOORD", "POLYLINE"
    drawn.GraphicData, drawn.ContentSequence = [float(each) for each in line], [source]
    return drawn
