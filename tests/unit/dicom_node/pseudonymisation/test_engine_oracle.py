"""The engine against a second, slow implementation of the same rules, element by element, over all real files."""

import re
import subprocess
from collections.abc import Iterable
from copy import deepcopy
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.profile import DEFAULT
from dicom_node.pseudonymisation.rules import compile_rules
from tests.builders.door import ct
from tests.builders.identities import Identity, identified
from tests.builders.oracle import MARKS, PIXELS, Oracle
from tests.builders.programs import program
from tests.builders.pseudonymised import DAYS, PSEUDONYM, UIDS, engine_for, read, written
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged, packaged_images, series_files

WHO = Identity()
SHARED_SERIES = (GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT)
QUARANTINED = {
    "bad_sequence.dcm",  # a UID that is none
    "emri_small_jpeg_2k_lossless_too_short.dcm",  # cut off in the pixels
    "explicit_VR-UN.dcm",  # ConversionType says that it was digitised from video
    "MR_small_padded.dcm",  # more bytes of pixels than the header asks for
    "MR_truncated.dcm",  # fewer
}
IMAGES = [pytest.param(path, id=path.name) for path in packaged_images() if path.name not in QUARANTINED]
"""Every real image that comes with the tests' packages, in every transfer syntax."""

_NAMING = """
    PatientName PatientID OtherPatientIDs InstitutionName StationName AccessionNumber StudyID DeviceSerialNumber
    ReferringPhysicianName OperatorsName PerformingPhysicianName NameOfPhysiciansReadingStudy InstitutionAddress
"""


def words_of(texts: Iterable[str]) -> frozenset[str]:
    words = {word.lower() for text in texts for word in re.findall(r"[^\W_]+", text)}
    return frozenset(word for word in words if len(word) >= 3)


INJECTED = words_of(WHO.texts())


def oracle_for(source: bytes, injected: frozenset[str] = frozenset()) -> Oracle:
    """The oracle for one object; `injected`: words of an identity that was put into it."""
    dataset = read(source)
    own = words_of(str(dataset[keyword].value) for keyword in _NAMING.split() if keyword in dataset)
    return Oracle(
        rules=compile_rules(DEFAULT, str(dataset.SOPClassUID)),
        map_uid=UIDS,
        days=DAYS,
        identifying=own | injected,
        forbidden=injected,
    )


def marks_of(dataset: Dataset) -> list[object]:
    return [dataset[tag].value for tag in (0x00100010, 0x00100020, 0x00120062, 0x00280303)]


def compare(source: bytes, made: bytes, injected: frozenset[str] = frozenset()) -> None:
    before, after = read(source), read(made)
    assert oracle_for(source, injected).differences(read(source), read(made)) == []
    assert marks_of(after) == [PSEUDONYM, PSEUDONYM, "YES", "MODIFIED"]
    assert [after[tag].value for tag in PIXELS if tag in after] == [
        before[tag].value for tag in PIXELS if tag in before
    ]


@pytest.mark.parametrize("path", IMAGES)
def test_every_element_of_a_real_image_becomes_what_the_oracle_says(path: Path) -> None:
    source = path.read_bytes()
    compare(source, engine_for()(source).file)


@pytest.mark.parametrize("path", IMAGES)
def test_the_same_with_an_identity_in_it(path: Path) -> None:
    source = identified(path.read_bytes(), WHO)
    compare(source, engine_for()(source).file, INJECTED)


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_the_same_for_a_real_series_by_the_plan_of_its_first_objects(name: str) -> None:
    engine = engine_for()
    files = series_files(name)
    for path in (*files[:3], *files[3 :: max(len(files) // 4, 1)]):
        source = path.read_bytes()
        compare(source, engine(source).file)


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_the_same_for_a_real_series_with_an_identity_in_it(name: str) -> None:
    engine = engine_for()
    for path in series_files(name)[:3]:
        source = identified(path.read_bytes(), WHO)
        compare(source, engine(source).file, INJECTED)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"SeriesDescription": "thorax Zwyngelbert"}, id="a description"),
        pytest.param({"AcquisitionDate": "19970501"}, id="a date"),
        pytest.param({"AcquisitionTime": "112937"}, id="a time"),
        pytest.param({"SliceThickness": "2.5"}, id="a number"),
        pytest.param({"SoftwareVersions": "0612345678"}, id="a text of the maker"),
        pytest.param({"FrameOfReferenceUID": "1.2.250.1.9999.4"}, id="a UID"),
        pytest.param({"OperatorsName": "Quixhotte"}, id="a name"),
        pytest.param({"PatientBirthDate": "19431107"}, id="the birth date"),
        pytest.param({"SpecificCharacterSet": "ISO_IR 192", "SeriesDescription": "thorax é"}, id="the character set"),
        pytest.param({"KVP": None}, id="an element less"),
        pytest.param({"PatientComments": "Zwyngelbert"}, id="an element more"),
    ],
)
def test_an_object_that_differs_from_those_before_it_in_its_series_is_treated_by_itself(
    changes: dict[str, object],
) -> None:
    engine = engine_for()
    same = {"PatientName": "Zwyngelbert^Ottokarine", "SeriesDescription": "abdomen"}
    before = [ct(**same, InstanceNumber=str(number), SOPInstanceUID=f"1.2.250.1.9999.{number}") for number in (1, 2, 3)]
    other = ct(**{**same, **changes, "InstanceNumber": "4", "SOPInstanceUID": "1.2.250.1.9999.5"})
    for source in (*before, other, before[0]):
        compare(source, engine(source).file, words_of(["Zwyngelbert", "Ottokarine"]))


SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)


def reencoded(file: bytes, syntax: UID, *, undefined: bool) -> bytes:
    """The same data set in another native transfer syntax, its sequences and items with or without a length."""
    dataset = read(file)
    dataset.decode()
    for element in dataset.iterall():
        if element.VR == "SQ":
            element.is_undefined_length = undefined
            for item in element.value:
                item.is_undefined_length_sequence_item = undefined
    little = syntax != ExplicitVRBigEndian
    if little != read(file).original_encoding[1]:
        dataset.PixelData = dataset.PixelData[::-1]
    dataset.file_meta.TransferSyntaxUID = syntax
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=little)
    return buffer.getvalue()


@pytest.mark.parametrize("undefined", [False, True], ids=["lengths", "delimiters"])
@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("name", ["CT_small.dcm", "emri_small.dcm"])
def test_the_same_in_every_native_encoding(name: str, syntax: UID, *, undefined: bool) -> None:
    source = reencoded(identified(packaged(name).read_bytes(), WHO), syntax, undefined=undefined)
    made = engine_for()(source)
    compare(source, made.file, INJECTED)
    assert read(made.file).file_meta.TransferSyntaxUID == syntax


def buried(file: bytes, depth: int) -> bytes:
    """The data set with all of it, but for the pixels, once more in an item within items of sequences of no table."""
    dataset = read(file)
    dataset.decode()
    level: Dataset = deepcopy(dataset)
    for tag in (*PIXELS, *(tag for tag in dataset.keys() if tag.group in {0x0002, 0xFFFC})):  # noqa: SIM118
        if tag in level:
            del level[tag]
    for _ in range(depth):
        outer = Dataset()
        outer.ReferencedSeriesSequence = Sequence([level])
        level = outer
    dataset.ReferencedSeriesSequence = level.ReferencedSeriesSequence
    return written(dataset)


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm"])
def test_the_same_at_the_sixth_level_of_nesting(name: str, syntax: UID) -> None:
    source = buried(identified(packaged(name).read_bytes(), WHO), depth=6)
    source = reencoded(source, syntax, undefined=True)
    compare(source, engine_for()(source).file, INJECTED)


def altered(file: bytes, tag: BaseTag) -> bytes:
    """The file with another first byte in the value of one element; as it is when there is no value."""
    raw = read(file).get_item(tag)
    if not isinstance(raw, RawDataElement) or not raw.value:
        return file
    other = b"8" if raw.value.startswith(b"9") else b"9"
    return file[: raw.value_tell] + other + file[raw.value_tell + 1 :]


def test_the_oracle_notices_every_value_that_is_altered_and_every_element_that_is_missing() -> None:
    source = packaged("MR_small.dcm").read_bytes()
    oracle = oracle_for(source)
    made = engine_for()(source).file
    tags = [tag for tag in read(made).keys() if tag not in MARKS]  # noqa: SIM118 - to leave it unread
    others = {tag: altered(made, tag) for tag in tags}
    valued = {tag for tag, file in others.items() if file != made}
    assert len(valued) > 40
    assert {tag for tag in valued if oracle.differences(read(source), read(others[tag]))} == valued
    for tag in valued:
        one = read(made)
        del one[tag]
        # Of the words in a text that is cleaned, the vocabulary decides.
        by_vocabulary = oracle.rules.find(int(tag), "") is Action.CLEAN_TEXT
        assert by_vocabulary or oracle.differences(read(source), one), tag


def test_the_oracle_notices_what_was_added_or_left() -> None:
    source = packaged("MR_small.dcm").read_bytes()
    oracle = oracle_for(source)
    made = engine_for()(source).file
    gone = [tag for tag in set(read(source).keys()) - set(read(made).keys()) if read(source).get_item(tag).value]
    assert gone
    for tag in gone:
        one = read(made)
        one[tag] = read(source).get_item(tag)
        assert oracle.differences(read(source), one), tag
    one = read(made)
    one.add_new(0x00081090, "LO", "made up")
    one.add_new(0x00104000, "LT", "made up")
    assert len(oracle.differences(read(source), one)) == 2


def complaints(file: bytes, where: Path) -> set[str]:
    """What dcmdump has to say of a file besides its content."""
    where.write_bytes(file)
    answer = subprocess.run([program("dcmdump"), where], capture_output=True, check=False)
    assert answer.returncode == 0
    return set(answer.stderr.decode("utf-8", "replace").splitlines())


@pytest.mark.parametrize("path", IMAGES)
def test_dcmdump_reads_every_file_and_complains_of_nothing_new(path: Path, tmp_path: Path) -> None:
    for source in (path.read_bytes(), identified(path.read_bytes(), WHO)):
        made = engine_for()(source).file
        assert complaints(made, tmp_path / "made.dcm") - complaints(source, tmp_path / "source.dcm") == set()


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_dcmdump_reads_real_series_too(name: str, tmp_path: Path) -> None:
    engine = engine_for()
    for path in series_files(name)[:3]:
        source = identified(path.read_bytes(), WHO)
        assert complaints(engine(source).file, tmp_path / "made.dcm") == set()


@pytest.mark.parametrize("name", sorted(QUARANTINED))
def test_what_is_not_compared_is_not_let_through(name: str) -> None:
    with pytest.raises(UnprocessableError):
        engine_for()(packaged(name).read_bytes())
