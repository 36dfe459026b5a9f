"""Generated data sets for property tests: a plain CT around any elements, and the engine that they go through."""

import zlib
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import BytesIO

import pydicom
from hypothesis import strategies as st
from pydicom._dicom_dict import DicomDictionary
from pydicom.charset import encode_string, python_encoding
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.engine import Engine, Result
from dicom_node.pseudonymisation.facts import Facts
from dicom_node.pseudonymisation.profile import DEFAULT, Profile
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.series_facts import DESCRIBING
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from storage.identities import Pseudonymity
from tests.builders.broken_files import taken
from tests.builders.identities import Identity, found_in

WHO = Identity()
PATIENT_ID = 0x00100020
MOST_DAYS = 3000
DEEPEST = 3
_OWN_UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID")
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian)
CHARSETS = ("", "ISO_IR 100", "ISO_IR 126", "ISO_IR 144", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87")

_ALPHABETS = {
    "": "abcXYZ 019-_^",
    "ISO_IR 100": "abcéÈïç 019-^",
    "ISO_IR 126": "abcΩλφ 019-^",
    "ISO_IR 144": "abcЖяд 019-^",
    "ISO_IR 192": "abcéΩЖ山田 019-^",
    "GB18030": "abc王小东 019-^",
    "\\ISO 2022 IR 87": "abc山田太郎 019-^",
}
_LENGTHS = {"AE": 16, "CS": 16, "SH": 16, "LO": 64, "PN": 64, "ST": 200, "LT": 200, "UT": 200, "UC": 200, "UR": 80}
_WORDS = ("THORAX", "ABDOMEN", "axial", "T1", "FLAIR", "injecté", "L5-S1", "SCANNER", "bassin", "B70f", "5 mm")
_HARMLESS = (*_WORDS[:5], "SCANNER", "bassin")
_FLOATS = frozenset({"FD", "FL"})
_INTEGERS = {
    "SL": (-(1 << 31), (1 << 31) - 1),
    "SS": (-(1 << 15), (1 << 15) - 1),
    "SV": (-(1 << 63), (1 << 63) - 1),
    "UL": (0, (1 << 32) - 1),
    "US": (0, (1 << 16) - 1),
    "UV": (0, (1 << 64) - 1),
}
_FIXED = frozenset({0x0000, 0x0002, 0x0004, 0x0006, 0x7FE0, 0xFFFC, 0xFFFE})
"""Groups that are no part of a data set, or hold its pixels."""
_DECIDING = frozenset(
    {
        *(0x00080050, 0x00080080, 0x00080081, 0x00080090, 0x00081010, 0x00081070, 0x00102154),
        *(0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x00080064, 0x0020000D, 0x0020000E),
        *(0x00100010, 0x00100020, 0x00100021, 0x00100024, 0x00100030, 0x00101002, 0x00280301),
        *(0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103),
    }
)
"""What says whose image it is and whether it is a plain one: each generated data set has its own."""

_TAGS = sorted(
    (tag, entry[0].split(" or ")[0])
    for tag, entry in DicomDictionary.items()
    if tag >> 16 not in _FIXED and tag not in _DECIDING and tag & 0xFFFF and entry[0] not in {"", "NONE"}
)
_CREATORS = ("GEMS_PETD_01", "SIEMENS MED PT", "Philips PET Private Group", "SIEMENS CSA HEADER", "ACME 1.1")


def identify(facts: Facts, _charset: Charset, sender: str) -> Pseudonymity:
    """Another pseudonym and another offset for every number and every sender; none for an object without a number."""
    if not facts.text(PATIENT_ID):
        raise UnprocessableError(Reason.MISSING_PATIENT_ID)
    told = zlib.crc32(f"{facts.text(PATIENT_ID)}|{sender}".encode())
    return Pseudonymity(f"OST-{told:010d}", -1 - told % MOST_DAYS)


def new_engine(profile: Profile = DEFAULT) -> Engine:
    """An engine that has seen nothing yet."""
    return Engine(
        profile=profile,
        identify=identify,
        map_uid=UidMap(b"k" * 32),
        clean=TextCleaner(Vocabulary.default()),
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object, in a form that can be compared: all that is written and told, or why it is refused."""

    file: bytes
    pseudonym: str
    steps: tuple[object, ...]
    dropped_words: tuple[str, ...]
    source: tuple[object, ...]
    facts: Facts | None
    """Of what is written."""
    refusal: str


def outcome(engine: Engine, file: bytes, sender: str = "") -> Outcome:
    """What an engine makes of a file. Any exception but its own is let through."""
    try:
        return outcome_of(engine(file, sender))
    except UnprocessableError as error:
        return Outcome(b"", "", (), (), (), None, str(error))


def outcome_of(result: Result) -> Outcome:
    trail = result.trail
    values, sequences = (sorted(found.items()) for found in (result.source.values, result.source.sequences))
    source = (*values, *sequences, *result.source.pixels)
    return Outcome(
        file=result.file,
        pseudonym=result.pseudonym,
        steps=tuple(trail.steps),
        dropped_words=tuple(trail.dropped_words),
        source=source,
        facts=result.facts_with(DESCRIBING),
        refusal="",
    )


def complaints(file: bytes) -> list[str]:
    """What is wrong with a pseudonymised file: what is left of the person, what cannot be read, what it lacks."""
    apart = taken(file)
    found = [f"{text} is left" for text in found_in(apart.head + apart.body, WHO)]
    try:
        dataset = pydicom.dcmread(BytesIO(file))
        dataset.setdefault("PixelRepresentation", 0)  # else pydicom cannot tell US from SS, whoever left it out
        list(dataset.iterall())
    except Exception as error:  # noqa: BLE001 - pydicom raises of many kinds at values it cannot read
        return [*found, f"pydicom cannot read it: {type(error).__name__}"]
    found += [f"no {keyword} of ours" for keyword in _OWN_UIDS if not str(dataset.get(keyword)).startswith("2.25.")]
    if dataset.file_meta.MediaStorageSOPInstanceUID != dataset.get("SOPInstanceUID"):
        found.append("another SOPInstanceUID in the file meta information")
    if not dataset.get("PixelData"):
        found.append("no pixels")
    return found


def written(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian) -> bytes:
    """The data set as a file."""
    dataset.file_meta = pydicom.dataset.FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(dataset.SOPInstanceUID)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()


def plain_ct(number: int = 1, series: int = 1, study: int = 1) -> Dataset:
    """The least that is a CT image; `number` tells the objects of one series apart."""
    dataset = Dataset()
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = f"1.2.250.1.9999.{study}.{series}.{number}"
    dataset.StudyInstanceUID = f"1.2.250.1.9999.{study}"
    dataset.SeriesInstanceUID = f"1.2.250.1.9999.{study}.{series}"
    dataset.PatientName = f"{WHO.family_name}^{WHO.given_name}"
    dataset.PatientID = WHO.number
    dataset.PatientBirthDate = WHO.birth_date
    dataset.AccessionNumber = WHO.accession
    dataset.InstitutionName, dataset.InstitutionAddress, dataset.StationName = WHO.institution, WHO.street, WHO.station
    dataset.ReferringPhysicianName, dataset.OperatorsName = WHO.physician, WHO.operator
    dataset.PatientTelephoneNumbers = WHO.telephone
    dataset.Modality = "CT"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.InstanceNumber = number
    dataset.Rows = dataset.Columns = 4
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    pixels = DataElement(0x7FE00010, "OW", bytes((31 * number + place) % 256 for place in range(32)))
    dataset.add(pixels)
    return dataset


@cache
def texts(charset: str, longest: int) -> st.SearchStrategy[str]:
    """Texts that a character set can say: harmless words, letters at random, what names the person, all in one."""
    words = st.sampled_from([word for word in (*_HARMLESS, *WHO.texts()) if word.isascii()])
    anything = st.text(_ALPHABETS[charset], max_size=12)
    joined = st.lists(words | anything, max_size=4).map(" ".join)
    return joined.map(lambda text: _fitting(text, charset, longest))


@st.composite
def elements(draw: st.DrawFn, charset: str, depth: int) -> DataElement:
    """A standard element by chance, of the VR that PS3.6 gives it, with a value that this VR allows."""
    tag, vr = draw(st.sampled_from(_TAGS))
    return DataElement(tag, vr, draw(values(vr, charset, depth)))


@st.composite
def private_blocks(draw: st.DrawFn, charset: str, depth: int) -> list[DataElement]:
    """A private group: its creator, and some elements of some VRs."""
    group = draw(st.sampled_from((0x0009, 0x0019, 0x0029, 0x0071, 0x7053)))
    creator = draw(st.sampled_from(_CREATORS) | texts("", 64).filter(bool))
    block = draw(st.sampled_from((0x10, 0x11, 0xE0)))
    chosen = draw(
        st.dictionaries(st.integers(0, 0xFF), st.sampled_from(("LO", "DT", "FL", "UI", "SQ", "UN")), max_size=5)
    )
    found = [DataElement(group << 16 | block, "LO", creator)]
    for number, vr in chosen.items():
        value = draw(st.binary(max_size=20)) if vr == "UN" else draw(values(vr, charset, depth))
        found.append(DataElement(group << 16 | block << 8 | number, vr, value))
    return found


@cache
def values(vr: str, charset: str, depth: int) -> st.SearchStrategy[object]:
    """Values of one VR."""
    if vr == "SQ":
        inner = items(charset, depth + 1) if depth < DEEPEST else st.just(Dataset())
        return st.lists(inner, max_size=3).map(Sequence)
    if vr in _LENGTHS:
        return texts(charset if vr not in {"AE", "CS", "UR"} else "", _LENGTHS[vr])
    if vr in _FLOATS:
        return st.floats(-1000, 1000, width=32)
    if vr in _INTEGERS:
        return st.integers(*_INTEGERS[vr])
    return _OTHERS.get(vr, st.binary(max_size=24).map(lambda value: value + bytes(-len(value) % 8)))


@cache
def items(charset: str, depth: int) -> st.SearchStrategy[Dataset]:
    return st.lists(elements(charset, depth), max_size=4).map(_dataset)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """A CT with elements by chance at every depth, private ones, and the person's name in many places."""
    charset = draw(st.sampled_from(CHARSETS))
    dataset = plain_ct()
    for element in draw(st.lists(elements(charset, 0), max_size=12)):
        dataset.add(element)
    for block in draw(st.lists(private_blocks(charset, 0), max_size=2)):
        for element in block:
            dataset.add(element)
    if charset:
        dataset.SpecificCharacterSet = charset.split("\\")
    return dataset


def files() -> st.SearchStrategy[bytes]:
    """Such data sets as files, in every native encoding."""
    return st.builds(written, datasets(), st.sampled_from(SYNTAXES))


dates = st.dates(date(1950, 1, 1), date(2030, 12, 31)).map("{:%Y%m%d}".format)
times = st.times().map(lambda time: time.strftime("%H%M%S.%f"))
uids = st.lists(st.integers(0, 10**12), min_size=2, max_size=6).map(
    lambda parts: ".".join(map(str, (1, 2, *parts)))[:64].rstrip(".")
)
_OTHERS: dict[str, st.SearchStrategy[object]] = {
    "AS": st.builds("{:03d}{}".format, st.integers(0, 130), st.sampled_from("DWMY")),
    "AT": st.integers(0, 0xFFFFFFFF),
    "DA": dates,
    "DS": st.decimals(-1000, 1000, places=3).map(str),
    "DT": st.builds("{}{}".format, dates, times),
    "IS": st.integers(-(2**31), 2**31 - 1).map(str),
    "TM": times,
    "UI": uids,
}


def _dataset(found: list[DataElement]) -> Dataset:
    dataset = Dataset()
    for element in found:
        dataset.add(element)
    return dataset


def _fitting(text: str, charset: str, longest: int) -> str:
    encodings = [python_encoding[term] for term in charset.split("\\")]
    while len(encode_string(text, encodings)) > longest:
        text = text[:-1]
    return text
