"""Why a series is not written as NIfTI: codes that stay, and words for people."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label


class Reason(Enum):
    """Codes that manifests and reports hold; they never change their meaning."""

    UNREADABLE = "unreadable"
    NOT_IMAGES = "not-images"
    MIXED_OBJECTS = "mixed-objects"
    COLOUR = "colour"
    LOCALIZER = "localizer"
    SINGLE_SLICE = "single-slice"
    MISSING_GEOMETRY = "missing-geometry"
    BAD_VALUE = "bad-value"
    MIXED_SIZE = "mixed-matrix-size"
    MIXED_SPACING = "mixed-pixel-spacing"
    MIXED_ORIENTATION = "mixed-orientation"
    MIXED_FRAMES_OF_REFERENCE = "mixed-frames-of-reference"
    NOT_RIGHT_ANGLED = "not-right-angled"
    DUPLICATES = "duplicate-slices"
    GAPS = "slice-gaps"
    UNEVEN = "uneven-slices"
    TILT = "tilt"
    SEVERAL_ECHOES = "several-echoes"
    SEVERAL_IMAGE_TYPES = "several-image-types"
    SEVERAL_VOLUMES = "several-volumes"
    UNDECODABLE = "undecodable-pixels"
    TOO_LARGE = "too-large"
    NO_SUV = "no-suv"
    NO_SEGMENTATION = "no-segmentation"
    NO_SUCH_SEGMENT = "no-such-segment"
    EMPTY_MASK = "empty-mask"
    OTHER_GRID = "other-grid"


LABELS: Mapping[Reason, Label] = MappingProxyType(
    {
        Reason.UNREADABLE: label("a file is not readable as DICOM", "un fichier n'est pas lisible comme DICOM"),
        Reason.NOT_IMAGES: label(
            "not a series of CT, MR or PET images", "ce n'est pas une série d'images de TDM, d'IRM ou de TEP"
        ),
        Reason.MIXED_OBJECTS: label("objects of several kinds", "des objets de plusieurs types"),
        Reason.COLOUR: label("colour images", "des images en couleur"),
        Reason.LOCALIZER: label("a localizer", "un topogramme"),
        Reason.SINGLE_SLICE: label("a single slice is no volume", "une coupe seule n'est pas un volume"),
        Reason.MISSING_GEOMETRY: label("no geometry", "pas de géométrie"),
        Reason.BAD_VALUE: label("a value that cannot be", "une valeur impossible"),
        Reason.MIXED_SIZE: label(
            "mixed geometry: slices of different matrix size", "géométrie mêlée : coupes de matrices différentes"
        ),
        Reason.MIXED_SPACING: label(
            "mixed geometry: slices of different pixel spacing",
            "géométrie mêlée : coupes de tailles de pixel différentes",
        ),
        Reason.MIXED_ORIENTATION: label(
            "mixed geometry: slices of different orientation", "géométrie mêlée : coupes d'orientations différentes"
        ),
        Reason.MIXED_FRAMES_OF_REFERENCE: label(
            "mixed geometry: several frames of reference", "géométrie mêlée : plusieurs repères"
        ),
        Reason.NOT_RIGHT_ANGLED: label(
            "rows and columns are not at a right angle", "les lignes et les colonnes ne sont pas à angle droit"
        ),
        Reason.DUPLICATES: label(
            "duplicate slices: several images at one position", "coupes en double : plusieurs images à une position"
        ),
        Reason.GAPS: label("slice gaps", "coupes manquantes"),
        Reason.UNEVEN: label("uneven slices", "coupes irrégulières"),
        Reason.TILT: label(
            "tilt or shear: slices are not stacked along their normal",
            "inclinaison : les coupes ne sont pas empilées selon leur normale",
        ),
        Reason.SEVERAL_ECHOES: label("several echoes in one series", "plusieurs échos dans une série"),
        Reason.SEVERAL_IMAGE_TYPES: label(
            "several types of image in one series", "plusieurs types d'image dans une série"
        ),
        Reason.SEVERAL_VOLUMES: label(
            "several volumes in one series that no attribute tells apart",
            "plusieurs volumes dans une série, qu'aucun attribut ne distingue",
        ),
        Reason.UNDECODABLE: label("its pixels cannot be decoded", "ses pixels ne peuvent être décodés"),
        Reason.TOO_LARGE: label("larger than NIfTI-1 allows", "plus grand que ce que NIfTI-1 permet"),
        Reason.NO_SUV: label("no SUV can be computed", "aucune SUV ne peut être calculée"),
        Reason.NO_SEGMENTATION: label("not a binary segmentation", "ce n'est pas une segmentation binaire"),
        Reason.NO_SUCH_SEGMENT: label("no such segment", "pas de tel segment"),
        Reason.EMPTY_MASK: label("no voxel is marked", "aucun voxel n'est marqué"),
        Reason.OTHER_GRID: label(
            "the segmentation is not on the voxels of the series",
            "la segmentation n'est pas sur les voxels de la série",
        ),
    }
)


class RefusedSeriesError(Exception):
    """This series is no volume, or this mask none of it: it stays as DICOM, the rest goes on.

    `reason` is for programs, the text for people; it names attributes and numbers, never a patient's text.
    """

    def __init__(self, reason: Reason, detail: str = "") -> None:
        self.reason = reason
        self.detail = detail
        text = LABELS[reason].en
        super().__init__(f"{text}: {detail}" if detail else text)
