"""What is done to the attributes that Table E.1-1 does not name: by VR, or by list where the VR is a wrong guide."""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pydicom.datadict import tag_for_keyword

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.dictionary import NUMBERS, TEXT
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import Profile

_KEEP_TEXT = """
    Manufacturer ManufacturerModelName ManufacturerRelatedModelGroup SoftwareVersions ApplicationName
    ApplicationVersion ApplicationManufacturer ConvolutionKernel FilterType TypeOfFilters SequenceName
    PulseSequenceName ReceiveCoilName ReceiveCoilManufacturerName TransmitCoilName TransmitCoilManufacturerName
    MultiCoilConfiguration MultiCoilElementName Radiopharmaceutical RadiopharmaceuticalRoute ContrastBolusRoute
    Radionuclide ReconstructionMethod AttenuationCorrectionMethod ScatterCorrectionMethod
    DetectorLinesOfResponseUsed PVCRejection CardiacFramingType RescaleType ModalityLUTType TriggerSourceOrType
    ImageFilter ImagedNucleus StackID EnergyWindowName CollimatorGridName AcquisitionMode
    ApplicableSafetyStandardDescription RespiratorySignalSourceID DetectorManufacturerName
    DetectorManufacturerModelName SecondaryCaptureDeviceManufacturer SecondaryCaptureDeviceManufacturerModelName
    SecondaryCaptureDeviceSoftwareVersions DimensionIndexPrivateCreator FunctionalGroupPrivateCreator
    DimensionDescriptionLabel AlgorithmName AlgorithmVersion PrivateCreatorReference CodingSchemeRegistry
"""
"""Written by the equipment or its maker, not by people at the hospital."""

_KEEP_CODE = """
    CodeValue LongCodeValue URNCodeValue CodingSchemeDesignator CodingSchemeVersion CodeMeaning
"""

_CLEAN_TEXT = "BodyPartExamined"
"""A descriptor, though its VR is CS: some systems let people type it."""

_REMOVE = """
    EncryptedAttributesSequence EncryptedContent MACParametersSequence Signature
    IssuerOfPatientIDQualifiersSequence IssuerOfAccessionNumberSequence OrderPlacerIdentifierSequence
    OrderFillerIdentifierSequence AssigningFacilitySequence AssigningJurisdictionCodeSequence
    AssigningAgencyOrDepartmentCodeSequence LocalNamespaceEntityID UniversalEntityID UniversalEntityIDType
    PatientBirthDateInAlternativeCalendar PatientDeathDateInAlternativeCalendar PatientAlternativeCalendar
    PlacerOrderNumberProcedure FillerOrderNumberProcedure PlacerOrderNumberImagingServiceRequestRetired
    FillerOrderNumberImagingServiceRequestRetired BreedRegistrationNumber NTPSourceAddress StorageMediaFileSetID
    OwnerID PrintJobID ContactDisplayName HL7InstanceIdentifier IdentificationDescriptionTrial
    UniformResourceLocatorTrial AuthorizationEquipmentCertificationNumber ReferenceToRecordedSound
"""
"""Identifiers, their issuers, and what can hold a copy of the identity, encrypted or signed."""

_BULK = """
    PixelData FloatPixelData DoubleFloatPixelData LUTData RedPaletteColorLookupTableData
    GreenPaletteColorLookupTableData BluePaletteColorLookupTableData AlphaPaletteColorLookupTableData
    SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
    SegmentedBluePaletteColorLookupTableData SegmentedAlphaPaletteColorLookupTableData ICCProfile
    ExtendedOffsetTable ExtendedOffsetTableLengths
"""
"""The only attributes of VR OB or OW that stay: bytes that nobody can look into are dropped."""

GONE_GROUPS = frozenset({0x0000, 0x0002, 0xFFFA, 0xFFFC})
"""Commands, file meta information (written anew), signatures, padding: no part of the data set that leaves."""

OTHER_TRADES = frozenset({0x0014, 0x4010})
"""Industrial and security imaging: what the table does not name of them goes."""


@cache
def listed() -> Mapping[int, Action]:
    """Tag → action, of the attributes whose VR alone would be a wrong guide."""
    return MappingProxyType(
        _tags(_KEEP_TEXT, Action.KEEP_TEXT)
        | _tags(_KEEP_CODE, Action.KEEP_CODE)
        | _tags(_CLEAN_TEXT, Action.CLEAN_TEXT)
        | _tags(_REMOVE, Action.REMOVE)
        | _tags(_BULK, Action.KEEP)
    )


def actions_by_vr(profile: Profile) -> Mapping[str, Action]:
    """VR → action. A VR that is missing here is removed."""
    full = Option.RETAIN_LONG_FULL_DATES in profile.options
    modified = Option.RETAIN_LONG_MODIFIED_DATES in profile.options
    dates = Action.KEEP if full else Action.SHIFT if modified else Action.REMOVE
    return MappingProxyType(
        dict.fromkeys(TEXT, Action.CLEAN_TEXT)
        | dict.fromkeys(NUMBERS, Action.KEEP)
        | dict.fromkeys(("AT", "CS", "OD", "OF", "OL", "OV"), Action.KEEP)
        | dict.fromkeys(("DA", "DT"), dates)
        | {
            "AS": Action.CAP_AGE if profile.cap_age_over_89 else Action.KEEP,
            "TM": Action.KEEP if full or modified else Action.REMOVE,
            "UI": Action.KEEP if Option.RETAIN_UIDS in profile.options else Action.MAP_UID,
            "SQ": Action.RECURSE,
        }
    )


def _tags(keywords: str, action: Action) -> dict[int, Action]:
    tags: dict[int, Action] = {}
    for keyword in keywords.split():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no DICOM keyword")
        tags[tag] = action
    return tags
