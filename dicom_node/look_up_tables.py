"""Look-up tables: kept when they are as long as their descriptor says, so that nothing else fits in."""

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

DESCRIPTOR_OF = {
    0x00283006: 0x00283002,  # LUTData
    0x00281201: 0x00281101,  # Red, green, blue PaletteColorLookupTableData
    0x00281202: 0x00281102,
    0x00281203: 0x00281103,
}
DESCRIPTOR_VALUES = 3
FULL = 1 << 16


def fits_descriptor(dataset: Dataset, tag: int, value: bytes) -> bool:
    """Whether a table has the number of entries, of one or two bytes, that its descriptor gives (PS3.3 C.7.6.3.1.5)."""
    descriptor = dataset[DESCRIPTOR_OF[tag]].value if DESCRIPTOR_OF[tag] in dataset else None
    if not isinstance(descriptor, MultiValue | list) or len(descriptor) != DESCRIPTOR_VALUES:
        return False
    entries = int(descriptor[0]) % FULL or FULL
    return len(value) in {entries + entries % 2, 2 * entries}
