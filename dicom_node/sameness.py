"""Whether two received objects of one SOPInstanceUID are the same one sent again.

They are when their pixels and their plain attributes are. What the sender's archive says of itself, nested and
private attributes do not count: a PACS fills them differently from one transfer to the next.
"""

import hmac

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

ABOUT_THE_TRANSFER = frozenset(
    {
        0x00080001,  # LengthToEnd
        0x00080005,  # SpecificCharacterSet
        0x00080054,  # RetrieveAETitle
        0x00080056,  # InstanceAvailability
        0x00880130,  # StorageMediaFileSetID
        0x00880140,  # StorageMediaFileSetUID
        0xFFFCFFFC,  # DataSetTrailingPadding
    }
)
_PADDING = b" \0"


def source_digest(dataset: Dataset, key: bytes) -> str:
    """A keyed digest (hex) of a data set as parsed, before anything in it is changed: its elements still raw."""
    digest = hmac.new(key, digestmod="sha256")
    for tag in sorted(dataset.keys()):
        element = dataset.get_item(tag)
        if not isinstance(element, RawDataElement) or not _counts(int(tag), element):
            continue
        value = bytes(element.value or b"").rstrip(_PADDING)
        if not value:  # no value is as good as no element
            continue
        digest.update(int(tag).to_bytes(4, "big") + len(value).to_bytes(8, "big"))
        digest.update(value)
    return digest.hexdigest()


def _counts(tag: int, element: RawDataElement) -> bool:
    group, number = tag >> 16, tag & 0xFFFF
    if group % 2 or number == 0 or tag in ABOUT_THE_TRANSFER:
        return False
    return element.VR not in {"SQ", "UN"} and (element.VR is not None or _vr(tag) not in {"SQ", "UN"})


def _vr(tag: int) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"
