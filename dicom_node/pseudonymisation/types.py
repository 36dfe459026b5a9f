"""Attribute types (PS3.5 7.4) by IOD: what must be present, and what must have a value, for an image to stay valid.

Only attributes that a profile may remove, empty, shift or clean are listed; pixel and geometry attributes are not,
because nothing is ever done to them. 1C and 2C count as 1 and 2: an attribute that came was required. Attributes
that are not listed are of type 3, or not in the IOD. An attribute has one type per IOD here, the stricter one
where it stands in several places.
"""

from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from types import MappingProxyType

from pydicom.datadict import tag_for_keyword


class Type(IntEnum):
    """Whether an attribute must be there."""

    VALUE_REQUIRED = 1
    """Type 1 and 1C."""
    MAY_BE_EMPTY = 2
    """Type 2 and 2C."""
    OPTIONAL = 3
    """Type 3, or not in the IOD."""


# Modules, functional group macros and sequence macros of PS3.3: (type 1 and 1C, type 2 and 2C).
_Module = tuple[str, str]

_PATIENT: _Module = ("", "PatientName PatientID PatientBirthDate PatientSex")
_GENERAL_STUDY: _Module = (
    "StudyInstanceUID",
    "StudyDate StudyTime ReferringPhysicianName StudyID AccessionNumber",
)
_PATIENT_STUDY: _Module = ("", "PatientSexNeutered")
_GENERAL_SERIES: _Module = ("Modality SeriesInstanceUID", "SeriesNumber Laterality PatientPosition")
_ENHANCED_SERIES: _Module = ("ReferencedPerformedProcedureStepSequence", "")
_GENERAL_EQUIPMENT: _Module = ("", "Manufacturer")
_ENHANCED_EQUIPMENT: _Module = ("Manufacturer ManufacturerModelName DeviceSerialNumber SoftwareVersions", "")
_FRAME_OF_REFERENCE: _Module = ("FrameOfReferenceUID", "PositionReferenceIndicator")
_SYNCHRONIZATION: _Module = ("SynchronizationFrameOfReferenceUID SynchronizationTrigger", "")
_CONTRAST: _Module = ("", "ContrastBolusAgent")
_ENHANCED_CONTRAST: _Module = (
    "ContrastBolusAgentSequence ContrastBolusAgentNumber ContrastBolusAdministrationRouteSequence",
    "ContrastBolusIngredientCodeSequence",
)
_GENERAL_IMAGE: _Module = ("", "InstanceNumber PatientOrientation ContentDate ContentTime")
_ACQUISITION_CONTEXT: _Module = ("", "AcquisitionContextSequence")
_SOP_COMMON: _Module = ("SOPClassUID SOPInstanceUID", "")
_CODES: _Module = ("CodeValue LongCodeValue URNCodeValue CodingSchemeDesignator CodeMeaning ContextGroupVersion", "")
_REFERENCES: _Module = ("ReferencedSOPClassUID ReferencedSOPInstanceUID", "")
_REAL_WORLD_VALUES: _Module = ("LUTExplanation LUTLabel MeasurementUnitsCodeSequence", "")

_CT_IMAGE: _Module = ("ImageType", "AcquisitionNumber KVP")
_MR_IMAGE: _Module = (
    "ImageType ScanningSequence SequenceVariant",
    "ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength InversionTime TriggerTime",
)
_PET_SERIES: _Module = ("SeriesDate SeriesTime Units CountsSource SeriesType DecayCorrection", "CorrectedImage")
_PET_ISOTOPE: _Module = ("", "RadiopharmaceuticalInformationSequence RadionuclideCodeSequence")
_PET_IMAGE: _Module = ("ImageType", "AcquisitionDate AcquisitionTime ActualFrameDuration DoseCalibrationFactor")
_PATIENT_ORIENTATION: _Module = (
    "",
    "PatientOrientationCodeSequence PatientOrientationModifierCodeSequence PatientGantryRelationshipCodeSequence",
)

_MULTI_FRAME: _Module = (
    "InstanceNumber ContentDate ContentTime DimensionOrganizationSequence DimensionOrganizationUID"
    " DimensionIndexSequence ConcatenationUID SOPInstanceUIDOfConcatenationSource",
    "",
)
_FRAMES: _Module = (
    "FrameAcquisitionDateTime FrameReferenceDateTime FrameAcquisitionDuration StackID AnatomicRegionSequence"
    " DerivationCodeSequence PurposeOfReferenceCodeSequence",
    "ReferencedImageSequence DerivationImageSequence SourceImageSequence",
)
_ENHANCED_IMAGE: _Module = ("ImageType AcquisitionDateTime AcquisitionDuration IrradiationEventUID", "")
_ENHANCED_CT: _Module = ("ConvolutionKernel ReconstructionAlgorithm", "")
_ENHANCED_MR: _Module = (
    "PulseSequenceName ReceiveCoilName MultiCoilElementName TransmitCoilName ResonantNucleus ContentQualification"
    " ApplicableSafetyStandardAgency",
    "ReceiveCoilManufacturerName MultiCoilConfiguration TransmitCoilManufacturerName",
)
_ENHANCED_PET: _Module = (
    "RadiopharmaceuticalInformationSequence RadionuclideCodeSequence RadiopharmaceuticalCodeSequence ViewCodeSequence"
    " AdministrationRouteCodeSequence DecayCorrectionDateTime StartAcquisitionDateTime EndAcquisitionDateTime",
    "",
)
_LEGACY_CONVERTED: _Module = ("ConvolutionKernel", "")

_COMMON = (_PATIENT, _GENERAL_STUDY, _PATIENT_STUDY, _GENERAL_SERIES, _SOP_COMMON, _FRAME_OF_REFERENCE)
_MACROS = (_SYNCHRONIZATION, _CODES, _REFERENCES, _REAL_WORLD_VALUES)
_SINGLE_FRAME = (*_COMMON, *_MACROS, _GENERAL_EQUIPMENT, _GENERAL_IMAGE, _CONTRAST)
_ENHANCED = (
    *_COMMON,
    *_MACROS,
    _ENHANCED_SERIES,
    _ENHANCED_EQUIPMENT,
    _MULTI_FRAME,
    _FRAMES,
    _ENHANCED_IMAGE,
    _ACQUISITION_CONTEXT,
    _ENHANCED_CONTRAST,
)

_IODS: Mapping[str, tuple[_Module, ...]] = MappingProxyType(
    {
        "1.2.840.10008.5.1.4.1.1.2": (*_SINGLE_FRAME, _CT_IMAGE),
        "1.2.840.10008.5.1.4.1.1.2.1": (*_ENHANCED, _ENHANCED_CT),
        "1.2.840.10008.5.1.4.1.1.2.2": (*_ENHANCED, _CONTRAST, _LEGACY_CONVERTED),
        "1.2.840.10008.5.1.4.1.1.4": (*_SINGLE_FRAME, _MR_IMAGE),
        "1.2.840.10008.5.1.4.1.1.4.1": (*_ENHANCED, _ENHANCED_MR),
        "1.2.840.10008.5.1.4.1.1.4.3": (*_ENHANCED, _ENHANCED_MR),
        "1.2.840.10008.5.1.4.1.1.4.4": (*_ENHANCED, _CONTRAST, _LEGACY_CONVERTED),
        "1.2.840.10008.5.1.4.1.1.128": (*_SINGLE_FRAME, _PET_SERIES, _PET_ISOTOPE, _PET_IMAGE, _PATIENT_ORIENTATION),
        "1.2.840.10008.5.1.4.1.1.128.1": (*_ENHANCED, _CONTRAST, _PET_ISOTOPE, _PATIENT_ORIENTATION),
        "1.2.840.10008.5.1.4.1.1.130": (*_ENHANCED, _ENHANCED_PET, _PATIENT_ORIENTATION),
    }
)
"""SOP class UID → what its IOD is made of (PS3.3 A.3, A.4, A.21, A.36, A.38, A.56, A.70 to A.72)."""


def sop_classes() -> tuple[str, ...]:
    """The SOP class UIDs whose IODs are known here."""
    return tuple(_IODS)


def attribute_type(sop_class_uid: str, tag: int) -> Type:
    """The type of an attribute in the IOD; in a SOP class that is not listed, the strictest of all of them."""
    return attribute_types(sop_class_uid).get(tag, Type.OPTIONAL)


@cache
def attribute_types(sop_class_uid: str) -> Mapping[int, Type]:
    """Tag → type, of the attributes that are not optional."""
    modules = _IODS.get(sop_class_uid) or tuple(module for iod in _IODS.values() for module in iod)
    found: dict[int, Type] = {}
    for required, may_be_empty in modules:
        found |= {tag: Type.MAY_BE_EMPTY for tag in _tags(may_be_empty) if tag not in found}
        found |= dict.fromkeys(_tags(required), Type.VALUE_REQUIRED)
    return MappingProxyType(found)


def _tags(keywords: str) -> list[int]:
    tags = []
    for keyword in keywords.split():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no DICOM keyword")
        tags.append(tag)
    return tags
