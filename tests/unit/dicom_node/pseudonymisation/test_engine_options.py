"""Every option and entry of a profile, honoured in the bytes that the engine writes."""

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pydicom
import pytest
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, BirthDate, PrivateAttribute, Profile, read_profile
from tests.builders.door import ct
from tests.builders.identities import Identity, found_in, identified
from tests.builders.pseudonymised import engine_for, pseudonymised, read, written
from tests.builders.real_files import packaged

WHO = Identity()
UIDS = "SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID InstanceCreatorUID"
DEVICE = {
    "StationName": "STATQZW07",
    "DeviceSerialNumber": "SN-9917-Q",
    "GantryID": "GANTRY-Q7",
    "DetectorID": "DET-Q-55",
    "DeviceUID": "1.2.250.1.9999.4",
    "DateOfLastCalibration": "20030412",
    "TimeOfLastCalibration": "070809",
}
BODY = {
    "PatientSex": "F",
    "PatientAge": "081Y",
    "PatientSize": "1.63",
    "PatientWeight": "61.5",
    "EthnicGroup": "QUENDI",
    "SmokingStatus": "NO",
    "PregnancyStatus": 4,
    "PatientSexNeutered": "UNALTERED",
}
DATES = {
    "StudyDate": "20240229",
    "SeriesDate": "20240301",
    "AcquisitionDate": "20240301",
    "ContentDate": "20240301",
    "InstanceCreationDate": "20240302",
    "AcquisitionDateTime": "20240301001530.25+0100",
    "FrameReferenceDateTime": "20240301001600",
}
TIMES = {"StudyTime": "235959.123", "SeriesTime": "000001", "AcquisitionTime": "001530.25", "ContentTime": "0016"}
WORDS = {
    "StudyDescription": "TDM thorax Zwyngelbert",
    "SeriesDescription": "thorax Zwyngelbert",
    "ProtocolName": "thorax Zwyngelbert",
    "ImageComments": "thorax Zwyngelbert",
    "ContrastBolusAgent": "IODE Zwyngelbert",
}


def profile(*options: Option, **entries: object) -> Profile:
    return Profile(name="project", options=frozenset(options), **entries)  # type: ignore[arg-type]


def without(option: Option) -> Profile:
    return profile(*(DEFAULT.options - {option}))


def values(dataset: Dataset, keywords: str) -> list[object]:
    return [dataset[keyword].value if keyword in dataset else None for keyword in keywords.split()]


def every_uid(dataset: Dataset) -> Iterator[str]:
    for element in dataset.iterall():
        if element.VR == "UI" and element.value:
            yield str(element.value)


def codes_in(dataset: Dataset) -> list[tuple[str, str]]:
    return [(item.CodeValue, item.CodeMeaning) for item in dataset.DeidentificationMethodCodeSequence]


def reference(uid: str) -> Sequence:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.2", uid
    return Sequence([item])


def test_retained_uids_are_those_received_at_every_level_and_no_residue_is_seen_in_them() -> None:
    source = ct(ReferencedImageSequence=reference("1.2.250.1.9999.5"), DeviceUID="1.2.250.1.9999.4")
    before, after = read(source), pseudonymised(source, profile(*DEFAULT.options, Option.RETAIN_UIDS))
    assert values(after, UIDS) == values(before, UIDS)
    assert after.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2.250.1.9999.5"
    assert after.DeviceUID == "1.2.250.1.9999.4"
    assert set(every_uid(after)) <= set(every_uid(before))


def test_the_file_meta_information_names_the_instance_when_its_uid_is_retained() -> None:
    after = pseudonymised(ct(), profile(*DEFAULT.options, Option.RETAIN_UIDS))
    assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID


def test_uids_are_all_others_without_that_option() -> None:
    source = ct(ReferencedImageSequence=reference("1.2.250.1.9999.5"), DeviceUID="1.2.250.1.9999.4")
    kept = set(every_uid(read(source))) & set(every_uid(pseudonymised(source)))
    assert {uid for uid in kept if not uid.startswith("1.2.840.10008.")} == set()


def test_the_device_stays_with_its_option_and_goes_without() -> None:
    source = ct(**DEVICE)
    kept = pseudonymised(source, profile(*DEFAULT.options, Option.RETAIN_DEVICE_IDENTITY))
    stay = "StationName DeviceSerialNumber GantryID DetectorID TimeOfLastCalibration DeviceUID"
    assert values(kept, stay) == values(read(source), stay)
    # Its calibration is shifted all the same: Modified Dates says clean, Device Identity keep (PS3.15 Table E.1-1).
    assert kept.DateOfLastCalibration == "20020308"
    alone = pseudonymised(source, profile(Option.RETAIN_DEVICE_IDENTITY))
    assert alone.DateOfLastCalibration == "20030412"
    gone = engine_for()(source).file
    for text in ("STATQZW07", "SN-9917-Q", "GANTRY-Q7", "DET-Q-55", "1.2.250.1.9999.4"):
        assert text.encode("ascii") not in gone


@pytest.mark.parametrize(
    ("charset", "name"),
    [
        pytest.param("ISO_IR 100", "Hôpital Vaubrissard", id="Latin"),
        pytest.param("ISO_IR 192", "Hôpital Vaubrissard, 東京", id="Unicode"),
        pytest.param("ISO_IR 126", "Νοσοκομείο", id="Greek"),
    ],
)
def test_the_institution_stays_byte_for_byte_with_its_option(charset: str, name: str) -> None:
    source = ct(SpecificCharacterSet=charset, InstitutionName=name, InstitutionAddress="17 rue Quinquemagne")
    after = pseudonymised(source, profile(*DEFAULT.options, Option.RETAIN_INSTITUTION_IDENTITY))
    raw = [read_raw.get_item("InstitutionName").value for read_raw in (read(source), after)]
    assert raw[0] == raw[1]
    assert (after.InstitutionName, after.InstitutionAddress) == (name, "17 rue Quinquemagne")
    assert not pseudonymised(source).get("InstitutionName")


def test_the_institutions_code_stays_with_its_option() -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "Q4711", "99VB", "Vaubrissard"
    source = ct(InstitutionCodeSequence=Sequence([code]))
    after = pseudonymised(source, profile(Option.RETAIN_INSTITUTION_IDENTITY))
    assert values(after.InstitutionCodeSequence[0], "CodeValue CodingSchemeDesignator CodeMeaning") == [
        "Q4711",
        "99VB",
        "Vaubrissard",
    ]
    assert "InstitutionCodeSequence" not in pseudonymised(source)


def test_the_patients_body_stays_with_its_option_and_goes_as_the_table_says_without() -> None:
    source = ct(**BODY)
    keywords = " ".join(BODY)
    assert values(pseudonymised(source), keywords) == values(read(source), keywords)
    after = pseudonymised(source, without(Option.RETAIN_PATIENT_CHARACTERISTICS))
    # PS3.15 Table E.1-1: sex Z, neutered X/Z (type 2C in PS3.3 C.7.2.3), all others X.
    assert {keyword: after[keyword].value for keyword in BODY if keyword in after} == {
        "PatientSex": "",
        "PatientSexNeutered": "",
    }


def test_full_dates_are_untouched_and_so_are_times() -> None:
    full = profile(*(DEFAULT.options - {Option.RETAIN_LONG_MODIFIED_DATES}), Option.RETAIN_LONG_FULL_DATES)
    source = ct(**DATES, **TIMES)
    keywords = " ".join([*DATES, *TIMES])
    assert values(pseudonymised(source, full), keywords) == values(read(source), keywords)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (Option.RETAIN_LONG_FULL_DATES, "UNMODIFIED"),
        (Option.RETAIN_LONG_MODIFIED_DATES, "MODIFIED"),
        (Option.CLEAN_DESC, "REMOVED"),
    ],
)
def test_the_object_says_what_became_of_its_dates(option: Option, said: str) -> None:
    # PS3.3 C.12.1 (0028,0303); PS3.15 E.3.6
    assert pseudonymised(ct(**DATES), profile(option)).LongitudinalTemporalInformationModified == said


def test_without_an_option_for_dates_no_date_and_no_time_is_left() -> None:
    source = ct(**DATES, **TIMES)
    made = engine_for(without(Option.RETAIN_LONG_MODIFIED_DATES))(source)
    after = read(made.file)
    left = [element.value for element in after.iterall() if element.VR in {"DA", "DT", "TM"} and element.value]
    assert left == ["19000101000000"]  # a dummy: Frame Reference DateTime is a D
    for text in (*DATES.values(), "235959", "001530"):
        assert text.encode("ascii") not in made.file
    assert (after.StudyDate, after.StudyTime) == ("", "")  # type 2 in PS3.3 C.7.2.1


def test_no_private_attribute_is_left_without_their_option() -> None:
    source = packaged("CT_small.dcm").read_bytes()
    assert [element for element in read(source).iterall() if element.tag.is_private]
    after = pseudonymised(source, without(Option.RETAIN_SAFE_PRIVATE))
    assert [element for element in after.iterall() if element.tag.is_private] == []
    assert [element for element in pseudonymised(source).iterall() if element.tag.is_private]


def test_descriptions_are_cleaned_with_their_option_and_gone_without() -> None:
    source = ct(PatientName="Zwyngelbert", **WORDS)
    after = pseudonymised(source)
    assert values(after, " ".join(WORDS)) == ["TDM thorax", "thorax", "thorax", "thorax", "IODE"]
    gone = pseudonymised(source, without(Option.CLEAN_DESC))
    # PS3.15 Table E.1-1: X, X, X/D, X, Z/D; the agent is of type 2 in PS3.3 C.7.6.4.
    assert {keyword: gone[keyword].value for keyword in WORDS if keyword in gone} == {"ContrastBolusAgent": ""}


def content_item() -> Dataset:
    name, item = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = "T-A0100", "SRT", "Brain"
    item.ValueType, item.ConceptNameCodeSequence = "TEXT", Sequence([name])
    item.TextValue, item.PersonName = "thorax Zwyngelbert", "Zwyngelbert"
    return item


def test_structured_content_is_cleaned_with_its_option_and_replaced_without() -> None:
    source = ct(AcquisitionContextSequence=Sequence([content_item()]), ContentSequence=Sequence([content_item()]))
    after = pseudonymised(source, profile(*DEFAULT.options, Option.CLEAN_STRUCT_CONT))
    for sequence in (after.AcquisitionContextSequence, after.ContentSequence):
        assert (sequence[0].ValueType, sequence[0].TextValue) == ("TEXT", "thorax")
        assert sequence[0].ConceptNameCodeSequence[0].CodeValue == "T-A0100"
        assert "wyngel" not in str(sequence[0])
    plain = pseudonymised(source)
    assert "AcquisitionContextSequence" not in plain
    assert [len(item) for item in plain.ContentSequence] == [0]


def test_graphics_that_are_vectors_are_cleaned_with_their_option_and_replaced_without() -> None:
    text, annotation = Dataset(), Dataset()
    text.UnformattedTextValue, text.BoundingBoxAnnotationUnits = "thorax Zwyngelbert", "PIXEL"
    annotation.GraphicLayer, annotation.TextObjectSequence = "ZWYNGELBERT", Sequence([text])
    source = ct(PatientName="Zwyngelbert", GraphicAnnotationSequence=Sequence([annotation]))
    after = pseudonymised(source, profile(*DEFAULT.options, Option.CLEAN_GRAPH))
    (item,) = after.GraphicAnnotationSequence
    assert item.TextObjectSequence[0].UnformattedTextValue == "thorax"
    assert item.TextObjectSequence[0].BoundingBoxAnnotationUnits == "PIXEL"
    assert not item.get("GraphicLayer")
    assert [len(item) for item in pseudonymised(source).GraphicAnnotationSequence] == [0]


@pytest.mark.parametrize(
    ("age", "capped"),
    [("091Y", "090Y"), ("090Y", "090Y"), ("089Y", "089Y"), ("081Y", "081Y"), ("999M", "999M"), ("110D", "110D")],
)
def test_ages_above_89_years_are_capped_by_option(age: str, capped: str) -> None:
    capping = profile(*DEFAULT.options, cap_age_over_89=True)
    assert pseudonymised(ct(PatientAge=age), capping).PatientAge == capped
    assert pseudonymised(ct(PatientAge=age)).PatientAge == age


@pytest.mark.parametrize(
    ("how", "left"), [(BirthDate.YEAR, "19431101"[:4] + "0101"), (BirthDate.MONTH, "19431101"), (BirthDate.REMOVE, "")]
)
def test_the_birth_date_is_reduced_as_the_profile_says(how: BirthDate, left: str) -> None:
    made = engine_for(profile(*DEFAULT.options, birth_date=how))(ct(PatientBirthDate="19431107"))
    assert read(made.file).PatientBirthDate == left
    assert b"19431107" not in made.file


def test_what_a_profile_keeps_stays_cleaned_as_its_vr_asks() -> None:
    keeping = profile(*DEFAULT.options, keep=frozenset({0x00081040, 0x00080050}))
    source = ct(
        PatientName="Zwyngelbert",
        InstitutionalDepartmentName="radiologie Zwyngelbert",
        AccessionNumber="ACC-88Z1940-77",
    )
    after = pseudonymised(source, keeping)
    assert (after.InstitutionalDepartmentName, after.AccessionNumber) == ("radiologie", "")
    assert "InstitutionalDepartmentName" not in pseudonymised(source)


def test_what_a_profile_removes_goes_as_far_as_the_iod_lets_it_at_every_level() -> None:
    removing = profile(*DEFAULT.options, remove=frozenset({0x00101030, 0x00100040, 0x00181210, 0x00185100}))
    inner = Dataset()
    inner.PatientWeight, inner.SliceThickness = "61.5", "1.25"
    source = ct(PatientWeight="61.5", PatientSex="F", ReferencedSeriesSequence=Sequence([inner]))
    after = pseudonymised(source, removing)
    assert "PatientWeight" not in after
    assert "ConvolutionKernel" not in after
    assert (after.PatientSex, after.PatientPosition) == ("", "")  # type 2 and 2C
    assert "PatientWeight" not in after.ReferencedSeriesSequence[0]
    assert after.ReferencedSeriesSequence[0].SliceThickness == 1.25


def test_a_private_attribute_that_a_profile_keeps_stays_and_its_neighbours_go() -> None:
    keeping = profile(*DEFAULT.options, keep_private=frozenset({PrivateAttribute("GEMS_STDY_01", 0x0023, 0x70)}))
    source = packaged("CT_small.dcm").read_bytes()
    assert pseudonymised(source, keeping)[0x00231070].value == read(source)[0x00231070].value
    assert 0x00231070 not in pseudonymised(source)
    alone = profile(keep_private=frozenset({PrivateAttribute("GEMS_STDY_01", 0x0023, 0x70)}))
    assert [int(element.tag) for element in pseudonymised(source, alone) if element.tag.is_private] == [
        0x00230010,
        0x00231070,
    ]


def test_a_kept_private_attribute_is_found_wherever_its_block_stands() -> None:
    keeping = profile(keep_private=frozenset({PrivateAttribute("VAUBRISSARD DOSE", 0x0023, 0x70)}))
    dataset = read(ct())
    for element in [element for element in dataset if element.tag.is_private]:
        del dataset[element.tag]
    dataset.add(DataElement(0x00230042, "LO", "VAUBRISSARD DOSE"))
    dataset.add(DataElement(0x00234270, "DS", "12.5"))
    dataset.add(DataElement(0x00234271, "DS", "12.5"))
    after = pseudonymised(written(dataset), keeping)
    assert [int(element.tag) for element in after if element.tag.is_private] == [0x00230042, 0x00234270]


# PS3.16 CID 7050.
CODES = {
    Option.CLEAN_GRAPH: ("113103", "Clean Graphics Option"),
    Option.CLEAN_STRUCT_CONT: ("113104", "Clean Structured Content Option"),
    Option.CLEAN_DESC: ("113105", "Clean Descriptors Option"),
    Option.RETAIN_LONG_FULL_DATES: ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    Option.RETAIN_LONG_MODIFIED_DATES: ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
    Option.RETAIN_PATIENT_CHARACTERISTICS: ("113108", "Retain Patient Characteristics Option"),
    Option.RETAIN_DEVICE_IDENTITY: ("113109", "Retain Device Identity Option"),
    Option.RETAIN_UIDS: ("113110", "Retain UIDs Option"),
    Option.RETAIN_SAFE_PRIVATE: ("113111", "Retain Safe Private Option"),
    Option.RETAIN_INSTITUTION_IDENTITY: ("113112", "Retain Institution Identity Option"),
}
BASIC = ("113100", "Basic Application Confidentiality Profile")


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(frozenset(), id="none"),
        pytest.param(DEFAULT.options, id="default"),
        *(pytest.param(frozenset({option}), id=option.value) for option in Option),
        pytest.param(frozenset(Option) - {Option.RETAIN_LONG_FULL_DATES}, id="nearly all"),
    ],
)
def test_the_codes_say_what_was_done_and_nothing_else(chosen: frozenset[Option]) -> None:
    after = pseudonymised(ct(), profile(*chosen))
    assert sorted(codes_in(after)) == sorted([BASIC, *(CODES[option] for option in chosen)])
    assert {item.CodingSchemeDesignator for item in after.DeidentificationMethodCodeSequence} == {"DCM"}
    assert after.PatientIdentityRemoved == "YES"


def test_the_codes_of_an_earlier_deidentification_do_not_stay() -> None:
    earlier = Dataset()
    earlier.CodeValue, earlier.CodingSchemeDesignator, earlier.CodeMeaning = "113101", "DCM", "Clean Pixel Data Option"
    source = ct(
        DeidentificationMethodCodeSequence=Sequence([earlier]),
        DeidentificationMethod="by Zwyngelbert",
        PatientIdentityRemoved="NO",
    )
    after = pseudonymised(source, profile())
    assert codes_in(after) == [BASIC]
    assert (after.PatientIdentityRemoved, "wyngel" in after.DeidentificationMethod) == ("YES", False)


def test_the_basic_profile_is_not_claimed_when_the_project_goes_below_it() -> None:
    below = profile(Option.CLEAN_DESC, keep=frozenset({0x00080050}))
    assert codes_in(pseudonymised(ct(), below)) == [CODES[Option.CLEAN_DESC]]


def test_the_method_names_version_profile_and_digest() -> None:
    method = pseudonymised(ct()).DeidentificationMethod
    assert method == f"Osteon {version('osteon')} default {DEFAULT.digest[:12]}"
    assert len(method) <= 64


def test_profiles_that_differ_are_told_apart_in_every_object() -> None:
    profiles = [profile(), *(profile(option) for option in Option), profile(cap_age_over_89=True), DEFAULT]
    assert len({pseudonymised(ct(), one).DeidentificationMethod for one in profiles}) == len(profiles)


def test_a_long_name_of_a_profile_leaves_room_for_its_digest() -> None:
    method = pseudonymised(ct(), Profile(name="bone metastases of the west " * 3, options=frozenset())).get(
        "DeidentificationMethod"
    )
    assert len(method) <= 64
    assert profile().digest[:12] in method


def test_a_name_of_a_profile_beyond_ascii_can_be_written() -> None:
    method = pseudonymised(ct(), Profile(name="métastases osseuses", options=frozenset())).DeidentificationMethod
    assert profile().digest[:12] in method


def test_a_profile_file_is_honoured_in_what_leaves(tmp_path: Path) -> None:
    file = tmp_path / "bone.toml"
    file.write_text(
        """
        options = ["retain_long_full_dates", "retain_device_identity"]
        birth_date = "year"
        remove = ["ConvolutionKernel"]
        keep_private = ["GEMS_PARM_01 (0043,xx27)"]
        """,
        "utf-8",
    )
    chosen = read_profile(file)
    source = ct(PatientBirthDate="19431107", StudyDate="20240229", StationName="STATQZW07", PatientWeight="61.5")
    after = pseudonymised(source, chosen)
    assert (after.PatientBirthDate, after.StudyDate, after.StationName) == ("19430101", "20240229", "STATQZW07")
    assert "ConvolutionKernel" not in after
    assert "PatientWeight" not in after
    assert [int(element.tag) for element in after if element.tag.is_private] == [0x00430010, 0x00431027]
    assert codes_in(after) == [BASIC, CODES[Option.RETAIN_LONG_FULL_DATES], CODES[Option.RETAIN_DEVICE_IDENTITY]]
    assert after.DeidentificationMethod.endswith(f"bone {chosen.digest[:12]}")


KEEPS = {
    Option.RETAIN_INSTITUTION_IDENTITY: {"Vaubrissard", "Quinquemagne"},
    Option.RETAIN_DEVICE_IDENTITY: {"STATQZW07"},
}


@pytest.mark.parametrize("option", Option)
def test_no_option_lets_through_anything_that_it_does_not_name(option: Option) -> None:
    source = identified(packaged("CT_small.dcm").read_bytes(), WHO)
    found = set(found_in(engine_for(profile(option))(source).file, WHO))
    assert found <= KEEPS.get(option, set())


def test_the_engine_is_the_same_for_the_second_object_of_a_study() -> None:
    engine = engine_for(profile(*DEFAULT.options, Option.RETAIN_UIDS, Option.RETAIN_INSTITUTION_IDENTITY))
    first = ct(InstitutionName="Vaubrissard", SOPInstanceUID="1.2.250.1.9999.1")
    again = ct(InstitutionName="Vaubrissard", SOPInstanceUID="1.2.250.1.9999.2")
    made = [read(engine(file).file) for file in (first, again, first)]
    assert [one.SOPInstanceUID for one in made] == ["1.2.250.1.9999.1", "1.2.250.1.9999.2", "1.2.250.1.9999.1"]
    assert {one.InstitutionName for one in made} == {"Vaubrissard"}


def test_pydicom_reads_a_file_made_by_every_profile() -> None:
    for option in Option:
        after = pseudonymised(packaged("MR_small.dcm").read_bytes(), profile(option))
        assert isinstance(after, pydicom.FileDataset)
        assert after.PixelData == pydicom.dcmread(packaged("MR_small.dcm")).PixelData
