"""Identifiers planted where a DICOM object can hide them, each a token of its own, and looked for afterwards.

A token that is found tells by itself which place leaked. The places are in `leaks_people`, `leaks_texts`,
`leaks_structure` and `leaks_bytes`; how a token is planted is in `leaks_planting`.
"""

import re
import struct
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

import pydicom
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_data_element, write_file_meta_info
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ImplicitVRLittleEndian

from dicom_node.status import Reason

ALWAYS_SOUGHT = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
PREAMBLE, PREFIX, META = 128, b"DICM", b"\2\0"
_META_LENGTH = slice(140, 144)
_ESCAPE = re.compile(rb"\x1b[\x20-\x2f]*[\x30-\x7e]")
UNDEFINED = 0xFFFFFFFF
_ROOT = "1.2.250.1.99.4."


@dataclass(slots=True)
class Draft:
    """A file in the making. Of a nested item, `dataset` is the item."""

    dataset: Dataset
    meta: FileMetaDataset
    preamble: bytearray = field(default_factory=lambda: bytearray(PREAMBLE))
    behind: bytearray = field(default_factory=bytearray)
    """Bytes after the last element."""


Plant = Callable[[Draft, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One way in which an object can tell who the patient is."""

    name: str
    token: str
    plant: Plant
    codec: str = "utf-8"
    """Python's codec for the bytes in which the token is planted."""
    held_back: Reason | None = None
    """Why the object must go to quarantine; None: a clean file must come out."""
    carrier: str = ""
    """The packaged file that must carry it; empty: any CT, MR or PET."""
    alone: bool = False
    """It changes something that the others need."""

    @property
    def is_shared(self) -> bool:
        """Whether it can be planted together with all others."""
        return not (self.held_back or self.carrier or self.alone)


def planted(carrier: bytes, places: Iterable[Place], *, instance: int = 1, syntax: str = "") -> bytes:
    """The file `carrier` with the tokens of `places` in it.

    `instance`: objects that differ in it are of one series. `syntax`: another transfer syntax for the file, native
    to native (the pixels stay as they are, so of big-endian files they mean something else).
    """
    dataset = pydicom.dcmread(BytesIO(carrier))
    for _ in dataset.iterall():  # decoded, so that they can be encoded otherwise
        pass
    correct_ambiguous_vr(dataset, dataset.file_meta.TransferSyntaxUID.is_little_endian)
    draft = Draft(dataset, dataset.file_meta)
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPInstanceUID = UID(f"{_ROOT}{instance}")
    dataset.InstanceNumber = instance
    dataset.PatientID = dataset.get("PatientID") or "OSTEON-CARRIER"
    draft.meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    if syntax:
        draft.meta.TransferSyntaxUID = UID(syntax)
    for place in places:
        place.plant(draft, place.token)
    return _encoded(draft)


def found(content: bytes, places: Iterable[Place]) -> list[str]:
    """The names of the places whose tokens stand anywhere in the DICOM file `content`.

    In any case, with or without accents, in any usual encoding and that of the place, deflated or not.
    """
    whole = _everything(content).lower()
    plain = _ESCAPE.sub(b"", whole)
    return [place.name for place in places if any(form in whole or form in plain for form in _forms(place))]


def _encoded(draft: Draft) -> bytes:
    syntax = UID(draft.meta.TransferSyntaxUID)
    data_set = _written(draft.dataset, syntax) + draft.behind
    if syntax == DeflatedExplicitVRLittleEndian:
        data_set = _deflated(data_set)
    head = DicomBytesIO()
    write_file_meta_info(head, draft.meta, enforce_standard=False)
    return bytes(draft.preamble) + PREFIX + head.getvalue() + data_set


def _written(dataset: Dataset, syntax: UID) -> bytes:
    """Encoded element by element: what was planted as bytes stays these bytes, which pydicom's writer decodes."""
    return b"".join(_element(dataset.get_item(tag), syntax) for tag in sorted(dataset.keys()))


def _element(element: DataElement | RawDataElement, syntax: UID) -> bytes:
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = syntax != ExplicitVRBigEndian, syntax == ImplicitVRLittleEndian
    if isinstance(element, RawDataElement):
        if element.length == UNDEFINED:  # the value brings its own end
            return _head(element.tag, b"" if stream.is_implicit_VR else b"UN\0\0", UNDEFINED, syntax) + (
                element.value or b""
            )
    elif element.VR == "SQ":
        items = b"".join(_item(_written(item, syntax), syntax) for item in element.value)
        element = RawDataElement(element.tag, "SQ", len(items), items, 0, False, True)
    write_data_element(stream, element, ["utf-8"])
    return stream.getvalue()


def _item(content: bytes, syntax: UID) -> bytes:
    return _head(0xFFFEE000, b"", len(content), syntax) + content


def _head(tag: int, vr: bytes, length: int, syntax: UID) -> bytes:
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    return struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF) + vr + struct.pack(f"{order}L", length)


def _deflated(data_set: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data_set) + stream.flush()


def _everything(content: bytes) -> bytes:
    """The file, and what it holds deflated."""
    meta_length = int.from_bytes(content[_META_LENGTH], "little")
    start = _META_LENGTH.stop + meta_length
    if DeflatedExplicitVRLittleEndian.encode("ascii") not in content[:start]:
        return content
    return content + zlib.decompressobj(-zlib.MAX_WBITS).decompress(content[start:])


def _forms(place: Place) -> Iterator[bytes]:
    """The bytes that a token may have become."""
    token = place.token
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", token) if not unicodedata.combining(letter))
    for text in dict.fromkeys((token, token.lower(), token.upper(), token.title(), plain)):
        for codec in (*ALWAYS_SOUGHT, place.codec):
            try:
                encoded = text.encode(codec)
            except UnicodeEncodeError:
                continue
            yield _ESCAPE.sub(b"", encoded).lower()
