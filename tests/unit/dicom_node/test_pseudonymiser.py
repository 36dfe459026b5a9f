"""One object through the engine: what may stay stays, bit for bit; what may not is nowhere in the result."""

import re
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.person import Issuers
from dicom_node.pseudonymisation.tags import PIXEL_TAGS
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.pseudonymiser import Pseudonymised, Pseudonymiser
from dicom_node.status import Reason
from dicom_node.uids import UidMap
from storage.identities import Person, Pseudonymity
from tests.builders.door import ct, pseudonymiser
from tests.builders.identities import Identity, found_in, identified
from tests.builders.programs import program
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged, packaged_images, series_files

PSEUDONYM = "OST-23456-789AB"
OFFSET = -400
WHO = Identity()
UIDS = UidMap(b"k" * 32)
SHARED_SERIES = (GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT)
UNREADABLE = {
    "bad_sequence.dcm",  # a UID that is none
    "emri_small_jpeg_2k_lossless_too_short.dcm",  # cut off in the pixels
    "explicit_VR-UN.dcm",  # ConversionType says that it was digitised from video
    "MR_small_padded.dcm",  # more bytes of pixels than the header asks for
    "MR_truncated.dcm",  # fewer
}
IMAGES = [pytest.param(path, id=path.name) for path in packaged_images() if path.name not in UNREADABLE]


class OnePerson:
    """A vault that gives everybody the same stand-in, and remembers whom it was asked about."""

    def __init__(self) -> None:
        self.seen: list[Person] = []

    def identify(self, person: Person) -> Pseudonymity:
        self.seen.append(person)
        return Pseudonymity(PSEUDONYM, OFFSET)

    def claim_study(self, study_uid: str, pseudonym: str) -> Pseudonymity:
        assert study_uid.startswith("2.25.")
        return Pseudonymity(pseudonym, OFFSET)


@pytest.fixture
def people() -> OnePerson:
    return OnePerson()


@pytest.fixture
def pseudonymise(people: OnePerson) -> Pseudonymiser:
    return pseudonymiser(people, Issuers("HOSPITAL", {"PACS2": "PARIS"}), UIDS)


def file_of(made: Pseudonymised) -> bytes:
    return b"".join(made.parts)


def read(made: Pseudonymised) -> Dataset:
    return pydicom.dcmread(BytesIO(file_of(made)))


def pixels_of(dataset: Dataset) -> list[bytes]:
    return [dataset[tag].value for tag in sorted(PIXEL_TAGS) if tag in dataset]


def every_element(dataset: Dataset) -> Iterator[tuple[int, object]]:
    for element in dataset:
        yield int(element.tag), element.value
        if isinstance(element.value, Sequence):
            for item in element.value:
                yield from every_element(item)


def sources() -> Iterator[bytes]:
    for name in SHARED_SERIES:
        yield series_files(name)[0].read_bytes()


@pytest.mark.parametrize("path", IMAGES)
def test_no_injected_identity_is_left_in_any_byte(path: Path, pseudonymise: Pseudonymiser) -> None:
    source = identified(path.read_bytes(), WHO)
    assert len(found_in(source, WHO)) == len(WHO.texts())
    assert found_in(file_of(pseudonymise(source)), WHO) == []


@pytest.mark.parametrize("path", IMAGES)
def test_pixel_data_and_transfer_syntax_are_those_received(path: Path, pseudonymise: Pseudonymiser) -> None:
    source = identified(path.read_bytes(), WHO)
    before, after = pydicom.dcmread(BytesIO(source)), read(pseudonymise(source))
    assert pixels_of(after) == pixels_of(before)
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID


@pytest.mark.parametrize("path", IMAGES)
def test_no_received_uid_is_left(path: Path, pseudonymise: Pseudonymiser) -> None:
    source = identified(path.read_bytes(), WHO)
    before = pydicom.dcmread(BytesIO(source))
    private = {
        str(value)
        for tag, value in every_element(before)
        if pydicom.datadict.dictionary_has_tag(tag)
        and pydicom.datadict.dictionary_VR(tag) == "UI"
        and isinstance(value, str)
        and value
        and not value.startswith("1.2.840.10008.")
    }
    assert private
    output = file_of(pseudonymise(source))
    assert [uid for uid in private if uid.encode("ascii") in output] == []


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_real_series_keep_their_geometry_and_lose_their_identity(name: str, pseudonymise: Pseudonymiser) -> None:
    source = identified(series_files(name)[0].read_bytes(), WHO)
    before, made = pydicom.dcmread(BytesIO(source)), pseudonymise(source)
    after = read(made)
    assert found_in(file_of(made), WHO) == []
    assert pixels_of(after) == pixels_of(before)
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns", "Modality"):
        assert after[keyword].value == before[keyword].value


@pytest.mark.parametrize("path", IMAGES)
def test_dciodvfy_finds_no_error_that_the_source_did_not_have(
    path: Path, pseudonymise: Pseudonymiser, tmp_path: Path
) -> None:
    source, made = tmp_path / "source.dcm", tmp_path / "made.dcm"
    dataset = pydicom.dcmread(path)
    if not dataset.get("PatientID"):
        dataset.PatientID = WHO.number
    pydicom.dcmwrite(source, dataset)
    made.write_bytes(file_of(pseudonymise(source.read_bytes())))
    assert errors_of(made) - errors_of(source) == set()


def errors_of(path: Path) -> set[str]:
    """dciodvfy's errors, without the values that it quotes."""
    answer = subprocess.run([program("dciodvfy"), "-new", path], capture_output=True, check=False)
    lines = answer.stderr.decode("utf-8", "replace").splitlines()
    return {re.sub(r"= <[^>]*>", "", line) for line in lines if line.startswith("Error")}


def test_the_patient_is_asked_for_by_issuer_and_number(pseudonymise: Pseudonymiser, people: OnePerson) -> None:
    pseudonymise(ct(PatientID=" 12 ", IssuerOfPatientID="LYON"))
    pseudonymise(ct(PatientID="12"))
    pseudonymise(ct(PatientID="12"), "PACS2")
    asked = [(person.identifier.issuer, person.identifier.number) for person in people.seen]
    assert asked == [("LYON", "12"), ("HOSPITAL", "12"), ("PARIS", "12")]


def test_a_national_identity_among_the_other_numbers_is_the_stronger_one(
    pseudonymise: Pseudonymiser, people: OnePerson
) -> None:
    qualifiers, other = Dataset(), Dataset()
    qualifiers.UniversalEntityID = "1.2.250.1.213.1.4.8"
    other.PatientID = "253072B073004"  # a woman born in July 1953 in Haute-Corse: invented
    other.IssuerOfPatientIDQualifiersSequence = Sequence([qualifiers])
    pseudonymise(ct(PatientID="12", OtherPatientIDsSequence=Sequence([other])))
    (person,) = people.seen
    assert person.identifier.issuer == "1.2.250.1.213.1.4.8"
    assert [known.number for known in person.also] == ["12"]


def test_the_same_number_of_another_authority_is_asked_for_again(
    pseudonymise: Pseudonymiser, people: OnePerson
) -> None:
    """Whoever issued it says whose number it is, also within one study."""
    for authority in ("1.2.250.1.213.1.4.8", "1.2.999.7"):
        qualifiers, other = Dataset(), Dataset()
        qualifiers.UniversalEntityID = authority
        other.PatientID = "253072B073004"
        other.IssuerOfPatientIDQualifiersSequence = Sequence([qualifiers])
        pseudonymise(ct(PatientID="12", OtherPatientIDsSequence=Sequence([other])))
    assert len(people.seen) == 2


def test_the_result_says_who_it_is_now_and_what_was_done(pseudonymise: Pseudonymiser) -> None:
    after = read(pseudonymise(ct()))
    assert (after.PatientID, after.PatientName) == (PSEUDONYM, PSEUDONYM)
    assert after.PatientIdentityRemoved == "YES"
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    codes = [(item.CodeValue, item.CodingSchemeDesignator) for item in after.DeidentificationMethodCodeSequence]
    # PS3.16 CID 7050: Basic Profile, Clean Descriptors, Modified Dates, Patient Characteristics, Safe Private
    assert codes == [(code, "DCM") for code in ("113100", "113105", "113107", "113108", "113111")]
    assert after.preamble == bytes(128)


def test_dates_move_by_whole_days_and_times_of_day_stay(pseudonymise: Pseudonymiser) -> None:
    after = read(
        pseudonymise(ct(StudyDate="20240229", StudyTime="235959.123", AcquisitionDateTime="20240229235959.5+0100"))
    )
    moved = (date(2024, 2, 29) + timedelta(days=OFFSET)).strftime("%Y%m%d")
    assert (after.StudyDate, after.StudyTime) == (moved, "235959.123")
    assert after.AcquisitionDateTime == f"{moved}235959.5+0100"


def test_the_birth_date_is_emptied_and_sex_age_and_weight_stay(pseudonymise: Pseudonymiser) -> None:
    after = read(pseudonymise(ct(PatientBirthDate="19431107", PatientSex="F", PatientAge="081Y", PatientWeight="61.5")))
    assert after.PatientBirthDate == ""
    assert (after.PatientSex, after.PatientAge, after.PatientWeight) == ("F", "081Y", 61.5)


def test_everything_that_suv_needs_is_kept(pseudonymise: Pseudonymiser) -> None:
    source = series_files(GE_PET)[0].read_bytes()
    before, after = pydicom.dcmread(BytesIO(source)), read(pseudonymise(source))
    tracer_before = before.RadiopharmaceuticalInformationSequence[0]
    tracer_after = after.RadiopharmaceuticalInformationSequence[0]
    for keyword in ("RadiopharmaceuticalStartTime", "RadionuclideTotalDose", "RadionuclideHalfLife"):
        assert tracer_after[keyword].value == tracer_before[keyword].value
    for keyword in ("PatientWeight", "Units", "DecayCorrection", "CorrectedImage", "SeriesTime", "AcquisitionTime"):
        assert after[keyword].value == before[keyword].value
    assert after.SeriesDate == after.StudyDate == after.AcquisitionDate


def test_a_reference_follows_its_target(pseudonymise: Pseudonymiser) -> None:
    target = read(pseudonymise(ct(SOPInstanceUID="1.2.3.4")))
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = target.SOPClassUID, "1.2.3.4"
    pointing = read(pseudonymise(ct(ReferencedImageSequence=Sequence([item]))))
    assert pointing.ReferencedImageSequence[0].ReferencedSOPInstanceUID == target.SOPInstanceUID


def test_a_code_that_no_dictionary_holds_is_dropped_and_a_known_one_gets_the_dictionarys_meaning(
    pseudonymise: Pseudonymiser,
) -> None:
    known, unknown = Dataset(), Dataset()
    known.CodeValue, known.CodingSchemeDesignator, known.CodeMeaning = "71341001", "SCT", "fémur de M. Dupont"
    unknown.CodeValue, unknown.CodingSchemeDesignator, unknown.CodeMeaning = "4711", "99HOSP", "M. Dupont"
    after = read(pseudonymise(ct(AnatomicRegionSequence=Sequence([known, unknown]))))
    assert [(c.CodeValue, c.CodeMeaning) for c in after.AnatomicRegionSequence] == [("71341001", "Femur")]


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        pytest.param("ConvolutionKernel", "Dupont FC30", id="a text with the patient's name"),
        pytest.param("BodyPartExamined", "DUPONT", id="a code string with the patient's name"),
        pytest.param("ConvolutionKernel", "Großes Knie", id="a text beyond ASCII"),
        pytest.param("KVP", "Dupont", id="a name where a number belongs"),
        pytest.param("PatientAge", "Dupo", id="a name where an age belongs"),
        pytest.param("StudyTime", "Dupont", id="a name where a time belongs"),
        pytest.param("StudyDate", "Dupont", id="a name where a date belongs"),
    ],
)
def test_a_value_that_its_attribute_does_not_allow_does_not_stay(
    keyword: str, value: str, pseudonymise: Pseudonymiser
) -> None:
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.PatientName = "Dupont^Jean"
    vr = pydicom.datadict.dictionary_VR(keyword)
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    raw = value.encode("latin-1")
    raw += b" " * (len(raw) % 2)
    dataset[tag] = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(tag), vr, len(raw), raw, 0, False, True)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    assert not read(pseudonymise(buffer.getvalue())).get(keyword)


def test_only_the_component_with_the_name_is_emptied(pseudonymise: Pseudonymiser) -> None:
    after = read(pseudonymise(ct(PatientName="Zwyn^Molly", ImageType=["DERIVED", "PRIMARY", "ZWYN", "RCBF"])))
    assert list(after.ImageType) == ["DERIVED", "PRIMARY", "", "RCBF"]


def test_a_name_that_is_also_a_defined_term_does_not_spoil_the_image(pseudonymise: Pseudonymiser) -> None:
    dataset = {"PatientName": "None^Primary", "StationName": "CT AXIAL", "DecayCorrection": "NONE"}
    after = read(pseudonymise(ct(ImageType=["ORIGINAL", "PRIMARY", "AXIAL"], **dataset)))
    assert list(after.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL"]
    assert after.DecayCorrection == "NONE"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"PatientID": None}, Reason.MISSING_PATIENT_ID, id="no patient number"),
        pytest.param({"PatientID": "  "}, Reason.MISSING_PATIENT_ID, id="a blank patient number"),
        pytest.param({"PixelData": None}, Reason.NOT_AN_IMAGE, id="no pixels"),
        pytest.param({"BurnedInAnnotation": "YES"}, Reason.BURNED_IN_ANNOTATION, id="text in the pixels"),
        pytest.param({"SOPInstanceUID": None}, Reason.INVALID_UID, id="no SOP Instance UID"),
        pytest.param({"StudyInstanceUID": "../../etc/passwd"}, Reason.INVALID_UID, id="a path for a UID"),
        pytest.param({"SeriesInstanceUID": "1." * 40 + "1"}, Reason.INVALID_UID, id="a UID of more than 64 characters"),
    ],
)
def test_an_object_that_cannot_be_handled_says_why(
    changes: dict[str, object], reason: Reason, pseudonymise: Pseudonymiser
) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(ct(**changes))
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"x" * 4000, id="no DICOM"),
        pytest.param(packaged("CT_small.dcm").read_bytes()[:400], id="cut off in the header"),
    ],
)
def test_broken_bytes_are_unreadable(broken: bytes, pseudonymise: Pseudonymiser) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(broken)
    assert caught.value.reason in {Reason.UNREADABLE, Reason.NOT_AN_IMAGE}


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_files_with_broken_structure_are_not_let_through(name: str, pseudonymise: Pseudonymiser) -> None:
    with pytest.raises(UnprocessableError):
        pseudonymise(packaged(name).read_bytes())


def test_the_same_object_gives_the_same_bytes_again(pseudonymise: Pseudonymiser) -> None:
    assert file_of(pseudonymise(ct())) == file_of(pseudonymise(ct()))


HIDDEN = b"ZWYNGELBERT QX7741982035"


def with_raw(tag: int, vr: str, value: bytes) -> bytes:
    """A small real CT of an identified person with one element's bytes replaced."""
    dataset = pydicom.dcmread(BytesIO(identified(packaged("CT_small.dcm").read_bytes(), WHO)))
    raw = value + b" " * (len(value) % 2)
    dataset[tag] = pydicom.dataelem.RawDataElement(pydicom.tag.Tag(tag), vr, len(raw), raw, 0, False, True)
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        pytest.param(0x00280120, "US", HIDDEN, id="text where one binary number belongs"),
        pytest.param(0x00189327, "FD", HIDDEN, id="text where doubles belong"),
        pytest.param(0x7FE00001, "OV", HIDDEN, id="an offset table"),
        pytest.param(0x00180024, "SH", b"MYZWYNGELBERT2", id="a name inside a sequence's name"),
        pytest.param(0x00180024, "SH", b"IDQX7741982035", id="a number inside a sequence's name"),
        pytest.param(0x00080080, "UN", HIDDEN, id="an institution as UN"),
        pytest.param(0x00080030, "TM", b"19431107", id="a birth date as a time"),
    ],
)
def test_what_is_hidden_in_a_harmless_attribute_does_not_get_through(
    tag: int, vr: str, value: bytes, pseudonymise: Pseudonymiser
) -> None:
    assert found_in(file_of(pseudonymise(with_raw(tag, vr, value))), WHO) == []


@pytest.mark.parametrize("tag", [0x00283006, 0x00281201])
def test_a_name_in_a_look_up_table_is_found_by_the_last_look(tag: int, pseudonymise: Pseudonymiser) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(with_raw(tag, "OW", HIDDEN))
    assert caught.value.reason is Reason.RESIDUE


@pytest.mark.parametrize("number", ["7741982035", "19431107"])
def test_a_patient_number_in_place_of_a_series_number_is_emptied(number: str, pseudonymise: Pseudonymiser) -> None:
    after = read(pseudonymise(ct(PatientID=number, SeriesNumber=number)))
    assert after.SeriesNumber is None


def test_short_names_count_where_a_component_is_made_of_them(pseudonymise: Pseudonymiser) -> None:
    after = read(pseudonymise(ct(PatientName="LI^WU", SequenceName="LI WU", ManufacturerModelName="LI-3000 X")))
    assert not after.get("SequenceName")
    assert after.ManufacturerModelName == "LI-3000 X"


def test_a_name_that_only_a_nested_attribute_gives_is_known_too(pseudonymise: Pseudonymiser) -> None:
    item = Dataset()
    item.PatientName = "Quixhotte"
    after = read(pseudonymise(ct(OtherPatientIDsSequence=Sequence([item]), SequenceName="quixhotte1")))
    assert not after.get("SequenceName")


def pixels_with(change: bytes | int) -> bytes:
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    value = dataset.PixelData
    dataset.PixelData = value[:change] if isinstance(change, int) else value + change
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(pixels_with(HIDDEN), id="something behind the pixels"),
        pytest.param(pixels_with(-10), id="pixels that are cut off"),
        pytest.param(packaged("CT_small.dcm").read_bytes()[:-5000], id="a file that is cut off"),
        pytest.param(ct(Rows=129), id="rows that the pixels do not have"),
        pytest.param(ct(FloatPixelData=b"ZWYN"), id="two elements of pixels"),
    ],
)
def test_pixels_that_are_not_what_the_header_says_are_not_acknowledged(
    source: bytes, pseudonymise: Pseudonymiser
) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(source)
    assert caught.value.reason in {Reason.PIXELS_DO_NOT_FIT, Reason.NOT_AN_IMAGE, Reason.UNREADABLE}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"BurnedInAnnotation": ["YES", "YES"]}, id="said twice"),
        pytest.param({"BurnedInAnnotation": "UNKNOWN"}, id="not known"),
        pytest.param({"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]}, id="a screen save"),
        pytest.param({"ConversionType": "WSD"}, id="from a workstation"),
        pytest.param({"PhotometricInterpretation": "RGB"}, id="in colour"),
    ],
)
def test_images_likely_to_carry_text_in_their_pixels_are_not_passed(
    changes: dict[str, object], pseudonymise: Pseudonymiser
) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(ct(**changes))
    assert caught.value.reason is Reason.BURNED_IN_ANNOTATION


def test_a_reference_by_what_is_no_uid_goes_and_the_image_stays(pseudonymise: Pseudonymiser) -> None:
    good, bad, foreign = Dataset(), Dataset(), Dataset()
    good.ReferencedSOPClassUID, good.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "1.2.3"
    bad.ReferencedSOPClassUID, bad.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", "none"
    foreign.ReferencedSOPClassUID, foreign.ReferencedSOPInstanceUID = "1.3.12.2.1107.5.9.1", "1.2.4"
    after = read(pseudonymise(ct(ReferencedImageSequence=Sequence([good, bad, foreign]))))
    assert [item.ReferencedSOPInstanceUID for item in after.ReferencedImageSequence] == [UIDS("1.2.3"), UIDS("1.2.4")]


@pytest.mark.parametrize("value", ["", ["1.2.3", "1.2.4"]])
@pytest.mark.parametrize("keyword", ["StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"])
def test_an_object_needs_exactly_one_of_each_of_its_uids(
    keyword: str, value: str | list[str], pseudonymise: Pseudonymiser
) -> None:
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(ct(**{keyword: value}))
    assert caught.value.reason is Reason.INVALID_UID


def test_the_last_look_quarantines_what_nothing_before_has_caught(
    pseudonymise: Pseudonymiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Treatment, "_names_somebody", lambda *_, **__: False)
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(ct(PatientName="Quixhotte", SequenceName="quixhotte"))
    assert caught.value.reason is Reason.RESIDUE


def test_a_deflated_bomb_is_refused_before_it_grows(
    pseudonymise: Pseudonymiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = pydicom.dcmread(packaged("CT_small.dcm"))
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.DeflatedExplicitVRLittleEndian
    buffer = BytesIO()
    pydicom.dcmwrite(buffer, dataset)
    assert pixels_of(read(pseudonymise(buffer.getvalue()))) == pixels_of(dataset)
    monkeypatch.setattr("dicom_node.pseudonymisation.syntax.LARGEST_INFLATED", 10_000)
    with pytest.raises(UnprocessableError) as caught:
        pseudonymise(buffer.getvalue())
    assert caught.value.reason is Reason.UNREADABLE
