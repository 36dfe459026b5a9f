"""What a reader of the engine's code tried, and what must become of it: refused, or harmless, and always the same."""

import struct
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_node.concepts import known_meaning
from dicom_node.door import Outcome
from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.text import TextCleaner
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.status import Reason
from tests.builders.door import arrival, ct, parts_in
from tests.builders.pseudonymised import engine_for, pseudonymised, written
from tests.builders.real_files import packaged

NAME = "ZWYNGELBERT"


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


def with_raw(tag: int, vr: str, value: bytes, **changes: object) -> bytes:
    """A small real CT with one element's bytes as given."""
    dataset = pydicom.dcmread(BytesIO(ct(**changes)))
    dataset[tag] = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(tag), vr, len(value), value, 0, False, True)
    return written(dataset)


def refused(file: bytes) -> Reason:
    with pytest.raises(UnprocessableError) as caught:
        engine_for()(file)
    return caught.value.reason


def test_too_many_names_are_too_many_every_time() -> None:
    names = Sequence([item(PatientName=f"Nomq{number}ix") for number in range(600)])
    engine = engine_for()
    for _ in range(2):
        with pytest.raises(UnprocessableError, match="too many names"):
            engine(ct(OtherPatientIDsSequence=names, ManufacturerModelName="Nomq7ix"))


@pytest.mark.parametrize("vr", ["UL", "OF", "OL", "FD", "OB", "UC", "DS", "CS"])
def test_a_safe_private_text_that_is_sent_as_something_else_does_not_stay(vr: str) -> None:
    dataset = pydicom.dcmread(BytesIO(ct()))
    block = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    text = b"MARTIN DURAND 12 RUE VERTE LYON, 0612345678     "
    dataset[block.get_tag(0x27)] = pydicom.dataelem.RawDataElement(
        block.get_tag(0x27), vr, len(text), text, 0, False, True
    )
    assert b"DURAND" not in engine_for()(written(dataset)).file


@pytest.mark.parametrize("value", ["MartinDurandLyon", "DUPONT.Jean", "Dupont", "Jean"])
def test_a_name_is_no_unit_of_measure(value: str) -> None:
    assert known_meaning("UCUM", value) is None


@pytest.mark.parametrize(
    "unit",
    [
        "mm",
        "mm2/s",
        "10*-6.mm2/s",
        "kBq/mL",
        "g/ml",
        "{SUVbw}g/ml",
        "[hnsf'U]",
        "1/min",
        "ml/100ml/s",
        "keV",
        "mg/mL",
        "s-1",
    ],
)
def test_a_unit_of_measure_is_one(unit: str) -> None:
    assert known_meaning("UCUM", unit) is not None


@pytest.mark.timeout(30)
def test_a_long_text_that_is_nearly_a_unit_is_judged_without_going_back_and_forth() -> None:
    assert known_meaning("UCUM", "m" * 100_000 + "!") is None


def test_a_removed_sequence_that_cannot_be_read_takes_the_object_with_it() -> None:
    broken = struct.pack("<HHI", 0xFFFE, 0xE000, 20) + struct.pack("<HH2sH", 0x10, 0x10, b"PN", 400) + b"Zwyngelbert "
    assert refused(with_raw(0x00101002, "UN", broken)) is Reason.UNREADABLE


def test_a_name_in_a_sequence_sent_as_unknown_with_explicit_vr_inside_is_known_too() -> None:
    name = struct.pack("<HH2sH", 0x10, 0x10, b"PN", 12) + b"Zwyngelbert "
    items = struct.pack("<HHI", 0xFFFE, 0xE000, len(name)) + name
    after = pseudonymised(with_raw(0x00081120, "UN", items, ManufacturerModelName="Zwyngelbert 3000"))
    assert "ManufacturerModelName" not in after


def test_a_name_that_is_too_long_to_be_searched_for_is_not_let_through() -> None:
    assert refused(ct(OtherPatientIDsSequence=Sequence([item(PatientName=" " * 5000 + NAME)]))) is Reason.UNREADABLE


@pytest.mark.parametrize("name", ["CRANE^AORTE^^^1951", "CRANE^AORTE (2)"])
def test_a_number_beside_a_name_makes_it_no_label(name: str) -> None:
    assert "SeriesDescription" not in pseudonymised(ct(PatientName=name, SeriesDescription="AORTE"))


def jpeg(*segments: bytes) -> bytes:
    """A compressed CT (JPEG Lossless) of one frame made of these bytes."""
    dataset = pydicom.dcmread(BytesIO(ct(PatientName=NAME)))
    stream = b"\xff\xd8" + b"".join(segments)
    dataset.PixelData = pydicom.encaps.encapsulate([stream + b"\0" * (len(stream) % 2)])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.JPEGLosslessSV1
    return written(dataset)


def segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


FRAME = segment(0xC3, b"\x10\0\2\0\2\1\1\x11\0")
SCAN = segment(0xDA, b"\1\1\0\1\0\0") + b"\1\2\xff\0\3"
END = b"\xff\xd9"
COMMENT = segment(0xFE, NAME.encode("ascii"))


@pytest.mark.parametrize(
    "segments",
    [
        pytest.param((COMMENT, FRAME, SCAN, END), id="a comment"),
        pytest.param((b"\xff", COMMENT, FRAME, SCAN, END), id="after a fill byte"),
        pytest.param((FRAME, SCAN, COMMENT, SCAN, END), id="between two scans"),
        pytest.param((segment(0xC4, NAME.encode("ascii")), FRAME, SCAN, END), id="in a table"),
        pytest.param((FRAME, SCAN, END, NAME.encode("ascii")), id="behind the end"),
        pytest.param((*[segment(0xE5, b"x" * 65_000)] * 17, COMMENT, FRAME, SCAN, END), id="behind a megabyte"),
    ],
)
def test_a_name_in_a_compressed_stream_is_found_wherever_it_is(segments: tuple[bytes, ...]) -> None:
    assert refused(jpeg(*segments)) is Reason.RESIDUE


def test_a_compressed_stream_without_names_passes() -> None:
    assert engine_for()(jpeg(segment(0xFE, b"made by a scanner"), FRAME, SCAN, END)).file


def test_pixels_of_an_unknown_vr_are_not_lost_unnoticed() -> None:
    file = packaged("CT_small.dcm").read_bytes()
    assert file.count(b"\xe0\x7f\x10\x00OW") == 1
    assert refused(file.replace(b"\xe0\x7f\x10\x00OW", b"\xe0\x7f\x10\x00UN")) is Reason.PIXELS_DO_NOT_FIT


def test_objects_that_vary_in_unknown_sequences_are_duplicates_when_sent_again(tmp_path: Path) -> None:
    name = struct.pack("<HHI", 0x0018, 0x1030, 4)
    files = []
    for number in range(4):
        content = name + b"%04d" % number
        items = struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content
        files.append(with_raw(0x00081115, "UN", items, SOPInstanceUID=f"1.2.250.1.{number}"))
    parts = parts_in(tmp_path)
    assert {parts.door.receive(arrival(file)) for file in files} == {Outcome.STORED}
    again = {parts.door.receive(arrival(file, association_id="another")) for file in files}
    assert again == {Outcome.DUPLICATE}


@pytest.mark.parametrize("keyword", ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"])
def test_a_uid_with_a_space_before_it_is_one(keyword: str) -> None:
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    uid = str(pseudonymised(with_raw(tag, "UI", b" 1.2.250.1.9999.1 "))[keyword].value)
    assert uid == str(pseudonymised(with_raw(tag, "UI", b"1.2.250.1.9999.1"))[keyword].value)


def test_a_series_uid_that_is_none_is_refused_in_the_middle_of_a_series_too() -> None:
    engine = engine_for()
    for number in range(3):
        engine(ct(SOPInstanceUID=f"1.2.250.1.{number}", SeriesInstanceUID=f"1.2.250.2.{number}"))
    for bad in (b"DUPONT", b""):
        with pytest.raises(UnprocessableError):
            engine(with_raw(0x0020000E, "UI", bad, SOPInstanceUID="1.2.250.1.9"))


def test_what_an_object_becomes_does_not_depend_on_names_in_others() -> None:
    plain = ct(SeriesDescription="petit bassin")
    with_name = ct(SeriesDescription="petit bassin", OtherPatientIDsSequence=Sequence([item(PatientName="PETIT")]))
    engine = engine_for()
    assert [engine(file).file for file in (plain, with_name, plain)] == [
        engine_for()(file).file for file in (plain, with_name, plain)
    ]
    assert pseudonymised(plain).SeriesDescription == "petit bassin"
    assert pseudonymised(with_name).SeriesDescription == "bassin"


def test_more_uids_than_a_short_length_can_say_are_still_written() -> None:
    uids = [f"1.2.{number}" for number in range(2000)]
    after = pseudonymised(ct(ReferencedSOPInstanceUID=uids))
    assert len(after.file_meta.MediaStorageSOPInstanceUID) > 0
    raw = after.get_item(0x00081155)
    assert raw is not None
    assert bytes(raw.value).count(b"2.25.") == len(uids)


@pytest.mark.parametrize("uid", ["2.16.840.1.113883.6.96", "1.2.840.10008.2.16.4", "1.2.840.10008.5.1.4.1.1.2"])
def test_registered_uids_stay(uid: str) -> None:
    reference = Sequence([item(CodingSchemeUID=uid, ReferencedSOPClassUID=uid, ReferencedSOPInstanceUID="1.2.3")])
    after = pseudonymised(ct(ReferencedImageSequence=reference)).ReferencedImageSequence[0]
    assert (after.CodingSchemeUID, after.ReferencedSOPClassUID) == (uid, uid)


def test_the_scale_slope_of_a_philips_frame_stays() -> None:
    dataset, inner = pydicom.dcmread(BytesIO(ct())), Dataset()
    inner.private_block(0x2005, "Philips MR Imaging DD 001", create=True).add_new(0x0E, "FL", 0.25)
    dataset.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0F, "SQ", Sequence([inner]))
    after = pseudonymised(written(dataset))
    frame = after.private_block(0x2005, "Philips MR Imaging DD 005")[0x0F].value[0]
    assert frame.private_block(0x2005, "Philips MR Imaging DD 001")[0x0E].value == 0.25


def test_an_odd_sign_in_one_component_costs_no_other() -> None:
    after = pseudonymised(with_raw(0x00080008, "CS", b"ORIGINAL\\PRIMARY\\AXIAL\\CT_SOM5 [SPI] + "))
    assert list(after.ImageType)[:3] == ["ORIGINAL", "PRIMARY", "AXIAL"]


@pytest.mark.parametrize("tag", [0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053])
def test_geometry_that_is_no_number_is_not_let_through_without_it(tag: int) -> None:
    assert refused(with_raw(tag, "DS", b"NaN\\1\\2 ")) is Reason.UNREADABLE


def test_a_time_with_more_than_six_decimals_stays() -> None:
    after = pydicom.dcmread(BytesIO(engine_for()(with_raw(0x00080032, "TM", b"101112.1234567")).file))
    assert bytes(after.get_item(0x00080032).value).strip() == b"101112.1234567"


@pytest.mark.timeout(30)
@pytest.mark.parametrize("unit", ["(12.", "12-", "1 ", "06.", "+33 "])
def test_a_hostile_text_is_cleaned_without_going_back_and_forth(unit: str) -> None:
    text = unit * 25_000
    assert len(TextCleaner(Vocabulary.default())(text).text) <= len(text)


def test_what_was_pseudonymised_before_passes_again() -> None:
    once = engine_for()(ct()).file
    assert pseudonymised(once).PatientIdentityRemoved == "YES"
