"""What a sidecar tells of a series: BIDS names, the DICOM attributes behind them, and the factor to BIDS units.

Names are those of BIDS 1.10 (MRI and PET) and, where it has none, those that dcm2niix writes. No date, time of day or
person is among them.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What the values of a field are."""

    TEXT = auto()
    TEXTS = auto()
    NUMBER = auto()
    NUMBERS = auto()


@dataclass(frozen=True, slots=True)
class Field:
    """`factor`: what a value is multiplied with; BIDS has seconds where DICOM has milliseconds."""

    name: str
    keyword: str
    kind: Kind = Kind.TEXT
    factor: float = 1.0


MILLI = 1e-3

COMMON = (
    Field("Modality", "Modality"),
    Field("Manufacturer", "Manufacturer"),
    Field("ManufacturersModelName", "ManufacturerModelName"),
    Field("SoftwareVersions", "SoftwareVersions"),
    Field("BodyPart", "BodyPartExamined"),
    Field("PatientPosition", "PatientPosition"),
    Field("SeriesDescription", "SeriesDescription"),
    Field("ProtocolName", "ProtocolName"),
    Field("ImageType", "ImageType", Kind.TEXTS),
    Field("SeriesNumber", "SeriesNumber", Kind.NUMBER),
    Field("SliceThickness", "SliceThickness", Kind.NUMBER),
    Field("SpacingBetweenSlices", "SpacingBetweenSlices", Kind.NUMBER),
    Field("ContrastBolusIngredient", "ContrastBolusIngredient"),
    Field("ContrastBolusAgent", "ContrastBolusAgent"),
    Field("ImageOrientationPatientDICOM", "ImageOrientationPatient", Kind.NUMBERS),
)
CT = (
    Field("ScanOptions", "ScanOptions", Kind.TEXTS),
    Field("KVP", "KVP", Kind.NUMBER),
    Field("XRayTubeCurrent", "XRayTubeCurrent", Kind.NUMBER),
    Field("XRayExposure", "Exposure", Kind.NUMBER),
    Field("ExposureTime", "ExposureTime", Kind.NUMBER, MILLI),
    Field("ConvolutionKernel", "ConvolutionKernel", Kind.TEXTS),
    Field("FilterType", "FilterType"),
    Field("ReconstructionDiameter", "ReconstructionDiameter", Kind.NUMBER),
    Field("SpiralPitchFactor", "SpiralPitchFactor", Kind.NUMBER),
)
MR = (
    Field("MagneticFieldStrength", "MagneticFieldStrength", Kind.NUMBER),
    Field("ImagingFrequency", "ImagingFrequency", Kind.NUMBER),
    Field("ImagedNucleus", "ImagedNucleus"),
    Field("MRAcquisitionType", "MRAcquisitionType"),
    Field("ScanningSequence", "ScanningSequence", Kind.TEXTS),
    Field("SequenceVariant", "SequenceVariant", Kind.TEXTS),
    Field("ScanOptions", "ScanOptions", Kind.TEXTS),
    Field("SequenceName", "SequenceName"),
    Field("PulseSequenceName", "PulseSequenceName"),
    Field("EchoTime", "EchoTime", Kind.NUMBER, MILLI),
    Field("EchoTime", "EffectiveEchoTime", Kind.NUMBER, MILLI),
    Field("EchoNumber", "EchoNumbers", Kind.NUMBER),
    Field("RepetitionTime", "RepetitionTime", Kind.NUMBER, MILLI),
    Field("InversionTime", "InversionTime", Kind.NUMBER, MILLI),
    Field("FlipAngle", "FlipAngle", Kind.NUMBER),
    Field("EchoTrainLength", "EchoTrainLength", Kind.NUMBER),
    Field("NumberOfAverages", "NumberOfAverages", Kind.NUMBER),
    Field("PixelBandwidth", "PixelBandwidth", Kind.NUMBER),
    Field("PercentSampling", "PercentSampling", Kind.NUMBER),
    Field("PercentPhaseFOV", "PercentPhaseFieldOfView", Kind.NUMBER),
    Field("InPlanePhaseEncodingDirectionDICOM", "InPlanePhaseEncodingDirection"),
    Field("ReceiveCoilName", "ReceiveCoilName"),
    Field("DiffusionBValue", "DiffusionBValue", Kind.NUMBER),
    Field("SAR", "SAR", Kind.NUMBER),
)
PET = (
    Field("AttenuationCorrection", "AttenuationCorrectionMethod"),
    Field("ReconMethodName", "ReconstructionMethod"),
    Field("ScatterCorrectionMethod", "ScatterCorrectionMethod"),
    Field("RandomsCorrectionMethod", "RandomsCorrectionMethod"),
    Field("ConvolutionKernel", "ConvolutionKernel", Kind.TEXTS),
    Field("CorrectedImage", "CorrectedImage", Kind.TEXTS),
    Field("DecayCorrection", "DecayCorrection"),
    Field("DecayFactor", "DecayFactor", Kind.NUMBER),
    Field("DoseCalibrationFactor", "DoseCalibrationFactor", Kind.NUMBER),
    Field("FrameDuration", "ActualFrameDuration", Kind.NUMBER, MILLI),
    Field("CountsSource", "CountsSource"),
    Field("SeriesType", "SeriesType", Kind.TEXTS),
)
# Of the item of Radiopharmaceutical Information Sequence.
TRACER = (
    Field("TracerName", "Radiopharmaceutical"),
    Field("InjectedRadioactivity", "RadionuclideTotalDose", Kind.NUMBER),
    Field("InjectedVolume", "RadiopharmaceuticalVolume", Kind.NUMBER),
    Field("SpecificRadioactivity", "RadiopharmaceuticalSpecificActivity", Kind.NUMBER),
    Field("RadionuclideHalfLife", "RadionuclideHalfLife", Kind.NUMBER),
    Field("RadionuclidePositronFraction", "RadionuclidePositronFraction", Kind.NUMBER),
    Field("ModeOfAdministration", "RadiopharmaceuticalRoute"),
)
BY_MODALITY = {"CT": (*COMMON, *CT), "MR": (*COMMON, *MR), "PT": (*COMMON, *PET)}
KEYWORDS = frozenset(field.keyword for fields in BY_MODALITY.values() for field in fields) | {"Units", "SUVType"}
