"""The explicit list of attributes that may pass the door, and what is done to each.

Whatever is not named here is dropped, at every nesting level, private attributes included. The names are
DICOM keywords (PS3.6), grouped as the modules and functional groups of PS3.3 that bring them.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from pydicom.datadict import tag_for_keyword


class Action(Enum):
    """What happens to an attribute on the list."""

    KEEP = "kept when its bytes are what its VR allows; code strings lose components with identifying words"
    KEEP_TEXT = "kept when plain ASCII and free of the object's own identifying words"
    MAP_UID = "replaced by the keyed UID"
    KEEP_REGISTERED_UID = "kept when it is a UID of the standard"
    SHIFT = "moved by the patient's whole-day offset; time of day untouched"
    RECURSE = "items treated alike, attribute by attribute"
    KNOWN_CODES = "items kept when the code is in the standard's dictionaries, meaning from there"


_KEEP = """
    ImageType Modality Laterality PatientPosition BodyPartExamined PatientSex PatientAge PatientSize PatientWeight
    ConversionType PresentationIntentType QualityControlImage BurnedInAnnotation RecognizableVisualFeatures
    LossyImageCompression LossyImageCompressionRatio LossyImageCompressionMethod VolumetricProperties
    VolumeBasedCalculationTechnique PixelPresentation ContentQualification ComplexImageComponent
    AcquisitionContrast

    StudyTime SeriesTime AcquisitionTime ContentTime InstanceCreationTime SeriesNumber AcquisitionNumber
    InstanceNumber TemporalPositionIdentifier NumberOfTemporalPositions ImagesInAcquisition ImagePositionPatient
    ImageOrientationPatient SliceLocation SliceThickness SpacingBetweenSlices PixelSpacing PixelAspectRatio
    ImagerPixelSpacing PixelSpacingCalibrationType ImageOrientationSlide

    SamplesPerPixel PhotometricInterpretation PlanarConfiguration NumberOfFrames Rows Columns BitsAllocated
    BitsStored HighBit PixelRepresentation SmallestImagePixelValue LargestImagePixelValue
    SmallestPixelValueInSeries LargestPixelValueInSeries PixelPaddingValue PixelPaddingRangeLimit
    WindowCenter WindowWidth VOILUTFunction RescaleIntercept RescaleSlope
    PresentationLUTShape LUTDescriptor LUTData RedPaletteColorLookupTableDescriptor
    GreenPaletteColorLookupTableDescriptor BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
    GreenPaletteColorLookupTableData BluePaletteColorLookupTableData PixelData FloatPixelData DoubleFloatPixelData

    KVP DataCollectionDiameter ReconstructionDiameter DistanceSourceToDetector DistanceSourceToPatient
    GantryDetectorTilt TableHeight RotationDirection ExposureTime XRayTubeCurrent XRayTubeCurrentInuA
    XRayTubeCurrentInmA ExposureTimeInms ExposureTimeInuS Exposure ExposureInuAs ExposureInmAs GeneratorPower
    FocalSpots ScanOptions RevolutionTime SingleCollimationWidth TotalCollimationWidth TableSpeed
    TableFeedPerRotation SpiralPitchFactor DataCollectionCenterPatient ReconstructionTargetCenterPatient CTDIvol
    ExposureModulationType EstimatedDoseSaving AcquisitionType TubeAngle ConstantVolumeFlag FluoroscopyFlag
    TableTraverse TablePosition TableHorizontalRotationAngle DistanceSourceToDataCollectionCenter
    ReconstructionAlgorithm ReconstructionFieldOfView ReconstructionPixelSpacing ReconstructionAngle
    CalciumScoringMassFactorPatient CalciumScoringMassFactorDevice EnergyWeightingFactor MultienergyCTAcquisition
    FilterMaterial CollimatorShape AnodeTargetMaterial

    ScanningSequence SequenceVariant MRAcquisitionType AngioFlag RepetitionTime EchoTime InversionTime
    NumberOfAverages ImagingFrequency EchoNumbers MagneticFieldStrength NumberOfPhaseEncodingSteps EchoTrainLength
    PercentSampling PercentPhaseFieldOfView PixelBandwidth TriggerTime NominalInterval BeatRejectionFlag
    LowRRValue HighRRValue IntervalsAcquired IntervalsRejected HeartRate CardiacNumberOfImages TriggerWindow
    AcquisitionMatrix InPlanePhaseEncodingDirection FlipAngle VariableFlipAngleFlag SAR dBdt B1rms DiffusionBValue
    DiffusionGradientOrientation DiffusionDirectionality DiffusionAnisotropyType DiffusionBValueXX
    DiffusionBValueXY DiffusionBValueXZ DiffusionBValueYY DiffusionBValueYZ DiffusionBValueZZ EchoPulseSequence
    MultipleSpinEcho MultiPlanarExcitation PhaseContrast TimeOfFlightContrast SteadyStatePulseSequence
    EchoPlanarPulseSequence SaturationRecovery SpectrallySelectedSuppression SpectrallySelectedExcitation
    SpatialPresaturation Tagging OversamplingPhase GeometryOfKSpaceTraversal SegmentedKSpaceTraversal
    RectilinearPhaseEncodeReordering NumberOfKSpaceTrajectories KSpaceFiltering ResonantNucleus
    ApplicableSafetyStandardAgency PartialFourier PartialFourierDirection ParallelAcquisition
    ParallelAcquisitionTechnique ParallelReductionFactorInPlane ParallelReductionFactorOutOfPlane
    ParallelReductionFactorSecondInPlane GradientOutputType GradientOutput SpecificAbsorptionRateDefinition
    SpecificAbsorptionRateValue OperatingModeType OperatingMode RFEchoTrainLength GradientEchoTrainLength
    MRAcquisitionFrequencyEncodingSteps MRAcquisitionPhaseEncodingStepsInPlane
    MRAcquisitionPhaseEncodingStepsOutOfPlane EffectiveEchoTime InversionRecovery InversionTimes FlowCompensation
    FlowCompensationDirection Spoiling T2Preparation MagnetizationTransfer BloodSignalNulling TransmitterFrequency
    ReceiveCoilType QuadratureReceiveCoil MultiCoilElementUsed TransmitCoilType ChemicalShiftReference
    WaterReferencedPhaseCorrection VelocityEncodingDirection VelocityEncodingMinimumValue CoverageOfKSpace

    Units CountsSource SeriesType ReprojectionMethod CorrectedImage DecayCorrection DecayFactor
    DoseCalibrationFactor ScatterFractionFactor SliceSensitivityFactor PrimaryPromptsCountsAccumulated
    SecondaryCountsAccumulated DeadTimeFactor ImageIndex NumberOfSlices NumberOfTimeSlices NumberOfRRIntervals
    FrameReferenceTime ActualFrameDuration AxialAcceptance AxialMash TransverseMash DetectorElementSize
    CoincidenceWindowWidth EnergyWindowLowerLimit EnergyWindowUpperLimit RandomsCorrectionMethod SUVType
    TypeOfDetectorMotion AcquisitionStartCondition AcquisitionTerminationCondition AcquisitionStartConditionData
    AcquisitionTerminationConditionData FieldOfViewShape FieldOfViewDimensions CollimatorType
    RadiopharmaceuticalStartTime RadiopharmaceuticalStopTime RadionuclideTotalDose RadionuclideHalfLife
    RadionuclidePositronFraction RadiopharmaceuticalVolume RadiopharmaceuticalSpecificActivity
    RadiopharmaceuticalAgentNumber DecayCorrected AttenuationCorrected ScatterCorrected DeadTimeCorrected
    GantryMotionCorrected PatientMotionCorrected CountLossNormalizationCorrected RandomsCorrected
    NonUniformRadialSamplingCorrected SensitivityCalibrated DetectorNormalizationCorrection
    IterativeReconstructionMethod AttenuationCorrectionTemporalRelationship ReconstructionType NumberOfIterations
    NumberOfSubsets TimeOfFlightInformationUsed SliceProgressionDirection ScanProgressionDirection

    InStackPositionNumber TemporalPositionIndex FrameAcquisitionNumber FrameAcquisitionDuration
    DimensionIndexValues DimensionIndexPointer FunctionalGroupPointer DimensionOrganizationType FrameType
    CardiacCyclePosition RespiratoryCyclePosition NominalCardiacTriggerDelayTime ActualCardiacTriggerDelayTime
    NominalPercentageOfCardiacPhase FrameLaterality RealWorldValueFirstValueMapped RealWorldValueLastValueMapped
    DoubleFloatRealWorldValueFirstValueMapped DoubleFloatRealWorldValueLastValueMapped RealWorldValueSlope
    RealWorldValueIntercept ReferencedFrameNumber ConcatenationFrameOffsetNumber InConcatenationNumber
    InConcatenationTotalNumber AcquisitionDuration RespiratoryMotionCompensationTechnique
    CardiacSynchronizationTechnique RespiratorySignalSource CardiacSignalSource SpatialLocationsPreserved
"""

_KEEP_TEXT = """
    Manufacturer ManufacturerModelName SoftwareVersions ConvolutionKernel FilterType SequenceName
    PulseSequenceName ReceiveCoilName TransmitCoilName Radiopharmaceutical RadiopharmaceuticalRoute
    ReconstructionMethod AttenuationCorrectionMethod ScatterCorrectionMethod RescaleType ModalityLUTType
    TriggerSourceOrType ImageFilter ImagedNucleus StackID
"""

_MAP_UID = """
    SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID SynchronizationFrameOfReferenceUID
    ReferencedSOPInstanceUID ReferencedFrameOfReferenceUID IrradiationEventUID DimensionOrganizationUID
    ConcatenationUID SOPInstanceUIDOfConcatenationSource
"""

_KEEP_REGISTERED_UID = "SOPClassUID ReferencedSOPClassUID"

_SHIFT = """
    StudyDate SeriesDate AcquisitionDate ContentDate InstanceCreationDate AcquisitionDateTime
    RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime DecayCorrectionDateTime
    FrameAcquisitionDateTime FrameReferenceDateTime StartAcquisitionDateTime EndAcquisitionDateTime
"""

_RECURSE = """
    ReferencedImageSequence SourceImageSequence ModalityLUTSequence VOILUTSequence
    RadiopharmaceuticalInformationSequence RadiopharmaceuticalUsageSequence EnergyWindowRangeSequence
    SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence DimensionOrganizationSequence
    DimensionIndexSequence PixelMeasuresSequence FrameContentSequence PlanePositionSequence
    PlaneOrientationSequence PixelValueTransformationSequence FrameVOILUTSequence FrameAnatomySequence
    RealWorldValueMappingSequence DerivationImageSequence CardiacSynchronizationSequence
    RespiratorySynchronizationSequence CTImageFrameTypeSequence CTAcquisitionTypeSequence
    CTAcquisitionDetailsSequence CTTableDynamicsSequence CTPositionSequence CTGeometrySequence
    CTReconstructionSequence CTExposureSequence CTXRayDetailsSequence CTAdditionalXRaySourceSequence
    IrradiationEventIdentificationSequence MRImageFrameTypeSequence MRTimingAndRelatedParametersSequence
    MRFOVGeometrySequence MREchoSequence MRModifierSequence MRImagingModifierSequence MRReceiveCoilSequence
    MultiCoilDefinitionSequence MRTransmitCoilSequence MRDiffusionSequence DiffusionGradientDirectionSequence
    DiffusionBMatrixSequence MRAveragesSequence MRVelocityEncodingSequence SpecificAbsorptionRateSequence
    OperatingModeSequence PETFrameTypeSequence PETFrameAcquisitionSequence PETDetectorMotionDetailsSequence
    PETPositionSequence PETFrameCorrectionFactorsSequence PETReconstructionSequence PETTableDynamicsSequence
"""

_KNOWN_CODES = """
    AnatomicRegionSequence AnatomicRegionModifierSequence PrimaryAnatomicStructureSequence
    PatientOrientationCodeSequence PatientOrientationModifierCodeSequence PatientGantryRelationshipCodeSequence
    RadionuclideCodeSequence RadiopharmaceuticalCodeSequence AdministrationRouteCodeSequence
    MeasurementUnitsCodeSequence PurposeOfReferenceCodeSequence DerivationCodeSequence
"""


def _tags(keywords: str, action: Action) -> dict[int, Action]:
    tags: dict[int, Action] = {}
    for keyword in keywords.split():
        tag = tag_for_keyword(keyword)
        if tag is None:
            raise ValueError(f"{keyword} is no DICOM keyword")
        tags[tag] = action
    return tags


EMPTIED = frozenset(
    _tags(
        """
        PatientBirthDate AccessionNumber ReferringPhysicianName PositionReferenceIndicator ContrastBolusAgent
        AcquisitionContextSequence
        """,
        Action.KEEP,
    )
)
"""Attributes of type 2 whose value is dropped: left with no value, so that the object stays valid."""

REPLACED: Mapping[int, str] = MappingProxyType(
    # DeviceSerialNumber, LUTExplanation, LUTLabel: type 1 in Enhanced IODs
    {0x00181000: "REMOVED", 0x00283003: "REMOVED", 0x00409210: "REMOVED"}
)
"""Attributes of type 1 whose value is dropped, with what stands in for it."""

MAY_BE_EMPTY = frozenset({0x00540300, 0x00540410, 0x00540414})
"""Code sequences of type 2 (radionuclide, patient orientation, gantry relationship): kept even without an item."""

PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""FloatPixelData, DoubleFloatPixelData, PixelData: at the top level only (an icon's pixels go with the icon)."""

ACTIONS: Mapping[int, Action] = MappingProxyType(
    _tags(_KEEP, Action.KEEP)
    | _tags(_KEEP_TEXT, Action.KEEP_TEXT)
    | _tags(_MAP_UID, Action.MAP_UID)
    | _tags(_KEEP_REGISTERED_UID, Action.KEEP_REGISTERED_UID)
    | _tags(_SHIFT, Action.SHIFT)
    | _tags(_RECURSE, Action.RECURSE)
    | _tags(_KNOWN_CODES, Action.KNOWN_CODES)
)
"""Tag → action, compiled once."""
