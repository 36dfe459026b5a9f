"""Whether the pixels are what the header says, and whether they are likely to carry burned-in text."""

from pydicom.dataset import Dataset

from dicom_node.errors import UnprocessableError
from dicom_node.status import Reason

FLOAT, DOUBLE_FLOAT, PIXEL_DATA = 0x7FE00008, 0x7FE00009, 0x7FE00010
BITS_OF = {FLOAT: 32, DOUBLE_FLOAT: 64}
ITEM_BYTES = b"\xfe\xff\x00\xe0"
_SCREENS = frozenset({"SCREEN SAVE", "SCREENSAVE", "SCREENSHOT", "SCREEN", "DOSE_INFO", "DOSE", "REPORT"})
_SINGLE_CHANNEL = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})


def check_pixels(dataset: Dataset) -> None:
    """Raises UnprocessableError when there is not exactly one pixel element of the length that the header asks for.

    More bytes could be anything; fewer mean that the object was cut off on its way. Encapsulated pixels must start
    with an item (PS3.5 A.4); their inside is not looked at.
    """
    tags = [tag for tag in (FLOAT, DOUBLE_FLOAT, PIXEL_DATA) if tag in dataset]
    if len(tags) != 1:
        raise UnprocessableError(Reason.NOT_AN_IMAGE)
    (tag,) = tags
    value = dataset.get_item(tag).value
    if not isinstance(value, bytes):
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT)
    if dataset.file_meta.TransferSyntaxUID.is_encapsulated:
        fits = value.startswith(ITEM_BYTES)
    else:
        expected = _native_bytes(dataset, tag)
        fits = len(value) in {expected, expected + expected % 2}
    if not fits:
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT)


def check_no_burned_in_text(dataset: Dataset) -> None:
    """Raises UnprocessableError for images likely to carry text in their pixels: they are never passed."""
    said = _components(dataset, "BurnedInAnnotation")
    if any(part != "NO" for part in said):
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION)
    if _SCREENS & set(_components(dataset, "ImageType")) or _components(dataset, "ConversionType"):
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "a screen or a converted image")
    if set(_components(dataset, "PhotometricInterpretation")) - _SINGLE_CHANNEL:
        raise UnprocessableError(Reason.BURNED_IN_ANNOTATION, "a colour image")


def _native_bytes(dataset: Dataset, tag: int) -> int:
    """The length of native pixels (PS3.5 8.1.1), without padding."""
    try:
        samples = int(dataset.get("SamplesPerPixel") or 1) * int(dataset.Rows) * int(dataset.Columns)
        bits = BITS_OF.get(tag) or int(dataset.BitsAllocated)
        frames = int(dataset.get("NumberOfFrames") or 1)
    except (AttributeError, TypeError, ValueError):
        raise UnprocessableError(Reason.PIXELS_DO_NOT_FIT) from None
    return -(-samples * frames * bits // 8)


def _components(dataset: Dataset, keyword: str) -> list[str]:
    value = dataset.get(keyword)
    parts = [value] if isinstance(value, str) else list(value or [])
    return [str(part).strip().upper() for part in parts if str(part).strip()]
