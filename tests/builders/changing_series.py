"""Series of a small real CT of an invented person in which something changes from one object to the next."""

from collections.abc import Callable
from functools import cache, lru_cache
from io import BytesIO

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import MRImageStorage

from tests.builders.broken_files import PIXEL_DATA, taken
from tests.builders.datasets import WHO
from tests.builders.identities import identified
from tests.builders.real_files import packaged

OBJECTS = 6
CHANGED = 4
"""The object, counted from 0, from which on a series changes: the plan is in use since the third."""

Change = Callable[[FileDataset, int], None]


def slices(change: Change = lambda _dataset, _number: None, *, series: int = 1, study: int = 1) -> list[bytes]:
    """A series of a small real CT of the invented person; `change` is asked for each object, counted from 0."""
    return [_slice(change, number, series, study) for number in range(OBJECTS)]


def _slice(change: Change, number: int, series: int, study: int) -> bytes:
    dataset = pydicom.dcmread(BytesIO(first_slice()))
    dataset.StudyInstanceUID = f"1.2.250.1.9999.{study}"
    dataset.SeriesInstanceUID = f"1.2.250.1.9999.{study}.{series}"
    dataset.SOPInstanceUID = f"1.2.250.1.9999.{study}.{series}.{number}"
    dataset.InstanceNumber = number
    dataset.ContentTime = f"1010{number:02d}"
    dataset.ImagePositionPatient = ["-158.1", "-179.0", f"{-75.7 + number:.1f}"]
    dataset.PixelData = bytes([number]) + dataset.PixelData[1:]
    change(dataset, number)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


@cache
def first_slice() -> bytes:
    return identified(packaged("CT_small.dcm").read_bytes(), WHO)


@lru_cache(maxsize=64)
def pixels_at(file: bytes) -> int:
    """Where the value of the pixels begins in a file that is not deflated; of one without pixels, where it ends."""
    apart = taken(file)
    return len(apart.head) + next((spot.value for spot in apart.top if spot.tag == PIXEL_DATA), len(apart.body))


def from_then_on(keyword: str, value: object) -> Change:
    def change(dataset: FileDataset, number: int) -> None:
        if number >= CHANGED:
            setattr(dataset, keyword, value)

    return change


def once(keyword: str, value: object) -> Change:
    def change(dataset: FileDataset, number: int) -> None:
        if number == CHANGED:
            setattr(dataset, keyword, value)

    return change


def in_turn(keyword: str, *values: object) -> Change:
    return lambda dataset, number: setattr(dataset, keyword, values[number % len(values)])


def without(keyword: str) -> Change:
    def change(dataset: FileDataset, number: int) -> None:
        if number >= CHANGED:
            delattr(dataset, keyword)

    return change


def both(*changes: Change) -> Change:
    def change(dataset: FileDataset, number: int) -> None:
        for one in changes:
            one(dataset, number)

    return change


def unpadded(dataset: FileDataset, _number: int) -> None:
    """Nothing comes behind the pixels."""
    del dataset.DataSetTrailingPadding


def crop(dataset: FileDataset, rows: int) -> None:
    dataset.Rows = rows
    dataset.PixelData = dataset.PixelData[: 2 * rows * dataset.Columns]


def rows(dataset: FileDataset, number: int) -> None:
    """Fewer in every object, as its pixels are, but for one that has more of these."""
    crop(dataset, 128 - 16 * number)
    if number == CHANGED:
        dataset.Rows += 1


def look_up_table(dataset: FileDataset, number: int) -> None:
    """A value that is kept as it came, and varies."""
    text = f"MADE BY {WHO.family_name} {number}" if number == CHANGED else f"LOOK UP TABLE NUMBER {number}"
    dataset.RedPaletteColorLookupTableData = text.encode().ljust(32)


def item(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def references(dataset: FileDataset, number: int) -> None:
    """A sequence that has other items, and another number of them, in every object."""
    uids = [f"1.2.250.1.9999.7.{number}.{place}" for place in range(number % 3)]
    dataset.ReferencedImageSequence = Items([item(ReferencedSOPInstanceUID=uid) for uid in uids])


def named_item(name: str) -> Change:
    return once("ReferencedPatientSequence", Items([item(PatientName=name)]))


def private(dataset: FileDataset, creator: str, **elements: tuple[str, object]) -> None:
    dataset.add(DataElement(0x00530010, "LO", creator))
    for element, (vr, value) in elements.items():
        dataset.add(DataElement(0x00531000 | int(element[1:], 16), vr, value))


def private_value(dataset: FileDataset, number: int) -> None:
    private(dataset, "GEHC_CT_ADVAPP_001", x20=("IS", str(number)), x40=("SH", "ZWYNGELBERT" if number % 2 else "A"))


def private_creator(dataset: FileDataset, number: int) -> None:
    private(dataset, "GEHC_CT_ADVAPP_001" if number < CHANGED else "ACME", x20=("IS", "7"), x40=("SH", "A"))


def private_element(dataset: FileDataset, number: int) -> None:
    more = {"x40": ("SH", "A")} if number >= CHANGED else {}
    private(dataset, "GEHC_CT_ADVAPP_001", x20=("IS", "7"), **more)


def private_sequence(dataset: FileDataset, number: int) -> None:
    name = "DUPUYTREN" if number == CHANGED else ""
    private(dataset, "ACME", x01=("SQ", Items([item(PatientName=name)])))


def unknown_vr(dataset: FileDataset, number: int) -> None:
    if number >= CHANGED:
        dataset[0x00180060] = DataElement(0x00180060, "UN", b"120 ")


CHANGES: dict[str, Change] = {
    "nothing but the slice": lambda _dataset, _number: None,
    "an element appears": from_then_on("ImageComments", "THORAX"),
    "an element appears once": once("ImageComments", "THORAX"),
    "an element disappears": without("KVP"),
    "an element comes without value": from_then_on("KVP", None),
    "an element comes with another VR": unknown_vr,
    "a description changes": in_turn("SeriesDescription", "THORAX", "ABDOMEN", "tests"),
    "a description names the person": once("SeriesDescription", "TDM Zwyngelbert THORAX"),
    "a maker's text names the person": once("Manufacturer", "ZWYNGELBERT"),
    "another patient in the same study": from_then_on("PatientID", "9988776655"),
    "another patient once": once("PatientID", "9988776655"),
    "no patient": once("PatientID", ""),
    "another name": from_then_on("PatientName", "DUPUYTREN^AXELLE"),
    "another birth date": once("PatientBirthDate", "19500101"),
    "another accession": in_turn("AccessionNumber", "11112222", "33334444"),
    "another physician": in_turn("ReferringPhysicianName", "UNTEL", "HRDLICKOVSKI"),
    "another issuer": once("IssuerOfPatientID", "ELSEWHERE"),
    "other patient numbers": once("OtherPatientIDsSequence", Items([item(PatientID="9988776655")])),
    "another character set": both(
        from_then_on("SpecificCharacterSet", "ISO_IR 192"), in_turn("SeriesDescription", "épaule", "thorax injecté")
    ),
    "no character set": without("SpecificCharacterSet"),
    "another study": from_then_on("StudyInstanceUID", "1.2.250.1.9999.77"),
    "another series": from_then_on("SeriesInstanceUID", "1.2.250.1.9999.1.77"),
    "another SOP class": from_then_on("SOPClassUID", MRImageStorage),
    "no SOP instance": once("SOPInstanceUID", ""),
    "no series": once("SeriesInstanceUID", ""),
    "no series where every object has its own": both(
        lambda dataset, number: setattr(dataset, "SeriesInstanceUID", f"1.2.3.{number}"), once("SeriesInstanceUID", "")
    ),
    "a series that is no UID where every object has its own": both(
        lambda dataset, number: setattr(dataset, "SeriesInstanceUID", f"1.2.3.{number}"),
        once("SeriesInstanceUID", "ZWYNGELBERT"),
    ),
    "no study": once("StudyInstanceUID", ""),
    "a sequence varies": references,
    "a name in a sequence of the fifth object": named_item("DUPUYTREN^AXELLE"),
    "a name in a sequence of the fifth object that others hold as a harmless word": both(
        named_item("PETIT^BASSIN"), in_turn("SeriesDescription", "THORAX", "PETIT BASSIN")
    ),
    "a name in a sequence of the fifth object that others hold in a maker's text": both(
        named_item("TOSCHIBATEX"), in_turn("Manufacturer", "GE", "TOSCHIBATEX")
    ),
    "private values vary": private_value,
    "a private creator changes": private_creator,
    "a private element appears": private_element,
    "a private sequence names somebody": private_sequence,
    "dates vary": in_turn("ContentDate", "20040101", "20040229", "", "no date"),
    "numbers vary": in_turn("KVP", "120", "80", None, "19431107"),
    "burned-in text once": once("BurnedInAnnotation", "YES"),
    "burned-in text of every kind": in_turn("BurnedInAnnotation", "NO", "", "YES", "NO"),
    "a colour image once": once("PhotometricInterpretation", "RGB"),
    "a screen once": once("ImageType", ["DERIVED", "SECONDARY", "SCREEN SAVE"]),
    "rows that do not fit": once("Rows", 64),
    "rows vary, and once do not fit": rows,
    "a look-up table varies, and once names the person": look_up_table,
    "marks of the source vary": in_turn("PatientIdentityRemoved", "NO", "YES"),
    "pixels once more": once("FloatPixelData", bytes(4)),
    "no pixels": without("PixelData"),
    "the time zone varies": in_turn("TimezoneOffsetFromUTC", "+0100", "-0400", "UNTEL"),
    "the patient's age varies": in_turn("PatientAge", "091Y", "012M", "ZWYN"),
}
