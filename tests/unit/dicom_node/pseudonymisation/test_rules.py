"""The compiled rules against a plain reading of Table E.1-1: every row, under every option alone, none and default."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydicom.datadict import dictionary_has_tag, dictionary_VR, tag_for_keyword
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    PositronEmissionTomographyImageStorage,
)

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, BirthDate, PrivateAttribute, Profile
from dicom_node.pseudonymisation.rules import MOST_REMEMBERED, Rules, compile_rules

TABLE = Path(__file__).parents[3] / "data" / "ps3_15_e1_1_2026d.json"
PROFILES = {
    "none": Profile(name="none", options=frozenset()),
    "default": DEFAULT,
    **{option.value: Profile(name="one", options=frozenset({option})) for option in Option},
}
IODS = {"CT": CTImageStorage, "Enhanced CT": EnhancedCTImageStorage, "PET": PositronEmissionTomographyImageStorage}

# PS3.3: the attributes with a compound action that are of type 1 or 2 (also conditionally) in the IOD.
REQUIRED: dict[str, dict[str, int]] = {
    "CT": {"PatientID": 2, "PatientSexNeutered": 2, "ContentDate": 2, "ContentTime": 2, "ContrastBolusAgent": 2},
    "PET": {
        "PatientID": 2,
        "PatientSexNeutered": 2,
        "ContentDate": 2,
        "ContentTime": 2,
        "ContrastBolusAgent": 2,
        "SeriesDate": 1,
        "SeriesTime": 1,
        "AcquisitionDate": 2,
        "AcquisitionTime": 2,
    },
    "Enhanced CT": {
        "PatientID": 2,
        "PatientSexNeutered": 2,
        "ContentDate": 1,
        "ContentTime": 1,
        "AcquisitionDateTime": 1,
        "DeviceSerialNumber": 1,
        "ReferencedPerformedProcedureStepSequence": 1,
        "AcquisitionContextSequence": 2,
    },
}

# PS3.6 2026d: the VRs of the attributes that pydicom's dictionary does not know yet.
NEWER = {
    "SQ": "00081301 00081302 00081303 00081304 00100011 00100014 00100015 00100041 00100043 00100044 00100046",
    "DT": "0040A034 0040A035 0040B034 0040B036",
    "UT": "00100013 00100016 00100042 00100045",
    "UR": "00100047 0040E012",
    "LO": "3004007F 0040B03B 0040B03F",
    "LT": "00100012",
    "UC": "00102162",
}
VERSIONS = {"00080106", "00080107", "0040DB06", "0040DB07"}
FILLED_ITEM_BY_ITEM = {"00081111", "00081072", "00340001", "0040A073"}


@cache
def table() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(TABLE.read_text("utf-8"))
    return rows


def plain_rows() -> list[dict[str, Any]]:
    return [row for row in table() if "x" not in row["tag"] and "g" not in row["tag"]]


def digits(row: dict[str, Any]) -> str:
    return str(row["tag"][1:5] + row["tag"][6:10])


def vr_of(row: dict[str, Any]) -> str:
    tag = int(digits(row), 16)
    if dictionary_has_tag(tag):
        return dictionary_VR(tag)
    return next(vr for vr, tags in NEWER.items() if digits(row) in tags.split())


def expected(row: dict[str, Any], options: frozenset[Option], iod: str) -> Action:
    said = {row[option.value] for option in options} - {None}
    if "C" in said:
        return cleaned(row, iod)
    if "K" in said:
        return kept(row)
    return basic(row, iod)


def cleaned(row: dict[str, Any], iod: str) -> Action:
    if digits(row) == "00080201":
        return Action.KEEP_TIME_ZONE
    if digits(row) in VERSIONS:
        return basic(row, iod)
    by_vr = {"DA": Action.SHIFT, "DT": Action.SHIFT, "TM": Action.KEEP, "SQ": Action.RECURSE}
    if vr_of(row) in by_vr:
        return by_vr[vr_of(row)]
    return basic(row, iod) if vr_of(row) == "OB" else Action.CLEAN_TEXT


def kept(row: dict[str, Any]) -> Action:
    if vr_of(row) != "SQ":
        return Action.KEEP
    return Action.RECURSE_KEEPING_CODES if "Code Sequence" in row["name"] else Action.RECURSE


def basic(row: dict[str, Any], iod: str) -> Action:
    letters = row["basic"].split("/")
    if "U" in letters:
        return Action.MAP_UID
    if "U*" in letters:
        return Action.RECURSE
    required = {tag_for_keyword(keyword): number for keyword, number in REQUIRED[iod].items()}
    needed = required.get(int(digits(row), 16), 3)
    letter = letters[0]
    if len(letters) > 1:
        letter = "D" if needed == 1 else "Z" if needed == 2 else letters[0]
    if letter == "D" and vr_of(row) == "UI":
        return Action.MAP_UID
    if letter == "D" and digits(row) in FILLED_ITEM_BY_ITEM:
        return Action.RECURSE
    return {"X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.DUMMY}[letter]


def rules(profile: Profile = DEFAULT, sop_class: str = CTImageStorage) -> Rules:
    return compile_rules(profile, sop_class)


def tag(keyword: str) -> int:
    found = tag_for_keyword(keyword)
    assert found is not None
    return found


def test_the_data_of_the_package_is_the_table_of_the_standard() -> None:
    assert len(table()) == 657
    assert rules().standard.keys() == {int(digits(row), 16) for row in plain_rows()}


@pytest.mark.parametrize("iod", IODS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_row_gives_the_action_that_the_table_asks_for(name: str, iod: str) -> None:
    compiled = compile_rules(PROFILES[name], IODS[iod])
    wanted = {row["tag"]: expected(row, PROFILES[name].options, iod) for row in plain_rows()}
    got = {row["tag"]: compiled.standard[int(digits(row), 16)] for row in plain_rows()}
    assert {key: got[key].name for key in got if got[key] != wanted[key]} == {}


@pytest.mark.parametrize("name", PROFILES)
def test_every_row_is_found_by_its_tag_whether_or_not_the_encoding_gives_a_vr(name: str) -> None:
    compiled = compile_rules(PROFILES[name], CTImageStorage)
    in_data_sets = [row for row in plain_rows() if digits(row)[:4] not in {"0000", "0002", "FFFA", "FFFC"}]
    assert len(in_data_sets) == 648
    for row in in_data_sets:
        number = int(digits(row), 16)
        assert compiled.find(number, vr_of(row)) is compiled.standard[number], row["tag"]
        assert compiled.find(number, "UN") is compiled.standard[number], row["tag"]


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("group", [0x5000, 0x5010, 0x50FE, 0x6000, 0x6002, 0x60FE])
def test_curves_and_overlays_go_whatever_their_group_because_no_program_can_clean_them(name: str, group: int) -> None:
    compiled = compile_rules(PROFILES[name], CTImageStorage)
    for element in (0x0010, 0x0022, 0x0050, 0x1500, 0x3000, 0x4000):
        assert compiled.find(group << 16 | element, "OW") is Action.REMOVE


@pytest.mark.parametrize(
    "number",
    [0x00020003, 0x00020016, 0x00000002, 0x00080000, 0x00280000, 0xFFFAFFFA, 0xFFFCFFFC, 0x40101051, 0x00090010],
)
def test_groups_that_have_no_place_in_a_data_set_go(number: int) -> None:
    assert rules().find(number, "LO") is Action.REMOVE


@pytest.mark.parametrize(
    ("keyword", "vr", "action"),
    [
        pytest.param("ExpirationDateTime", "DT", Action.SHIFT, id="date and time"),
        pytest.param("DateOfGainCalibration", "DA", Action.REMOVE, id="date of an industrial group"),
        pytest.param("FrameReferenceTime", "DS", Action.KEEP, id="number in text"),
        pytest.param("TextValue", "UT", Action.CLEAN_TEXT, id="text value of a content item"),
        pytest.param("PositionReferenceIndicator", "LO", Action.CLEAN_TEXT, id="long string"),
        pytest.param("PersonName", "PN", Action.DUMMY, id="name that the table does name"),
        pytest.param("EvaluatorName", "PN", Action.REMOVE, id="name that it does not"),
        pytest.param("RetrieveURL", "UR", Action.REMOVE, id="address"),
        pytest.param("SOPClassUID", "UI", Action.MAP_UID, id="UID"),
        pytest.param("ReferencedSeriesSequence", "SQ", Action.RECURSE, id="sequence"),
        pytest.param("ImageType", "CS", Action.KEEP, id="code string"),
        pytest.param("Rows", "US", Action.KEEP, id="binary number"),
        pytest.param("LUTData", "OW", Action.KEEP, id="bulk data that is listed"),
        pytest.param("RecordKey", "OB", Action.REMOVE, id="bulk data that is not"),
        pytest.param("PixelData", "OW", Action.KEEP, id="pixels"),
        pytest.param("BodyPartExamined", "CS", Action.CLEAN_TEXT, id="body part is a descriptor"),
        pytest.param("ManufacturerModelName", "LO", Action.KEEP_TEXT, id="model name"),
        pytest.param("ConvolutionKernel", "SH", Action.KEEP_TEXT, id="kernel"),
        pytest.param("CodeValue", "SH", Action.KEEP_CODE, id="code"),
        pytest.param("CodeMeaning", "LO", Action.KEEP_CODE, id="code meaning"),
        pytest.param("EncryptedAttributesSequence", "SQ", Action.REMOVE, id="the identity, encrypted"),
        pytest.param("IssuerOfPatientIDQualifiersSequence", "SQ", Action.REMOVE, id="who issued the number"),
    ],
)
def test_what_the_table_does_not_name_is_decided_by_vr_or_list(keyword: str, vr: str, action: Action) -> None:
    assert rules().find(tag(keyword), vr) is action


@pytest.mark.parametrize("vr", ["LO", "DA", "SQ", "OB", "US", "XX", "UN", ""])
def test_an_attribute_of_no_dictionary_goes_whatever_its_vr(vr: str) -> None:
    assert rules().find(0x00081FFE, vr) is Action.REMOVE


@pytest.mark.parametrize(
    ("keyword", "vr", "action"),
    [
        pytest.param("Rows", "LO", Action.REMOVE, id="text for a number"),
        pytest.param("BurnedInAnnotation", "UT", Action.REMOVE, id="text for a code"),
        pytest.param("SeriesDescription", "OB", Action.REMOVE, id="bytes for a description"),
        pytest.param("PatientWeight", "UT", Action.REMOVE, id="text for a weight"),
        pytest.param("StudyDate", "LT", Action.EMPTY, id="text for a date of type 2"),
        pytest.param("SeriesDescription", "UT", Action.CLEAN_TEXT, id="another text VR"),
        pytest.param("SmallestImagePixelValue", "SS", Action.KEEP, id="the other of two VRs"),
    ],
)
def test_a_vr_of_another_kind_than_the_dictionarys_is_not_believed(keyword: str, vr: str, action: Action) -> None:
    assert rules().find(tag(keyword), vr) is action


@pytest.mark.parametrize(
    ("options", "date", "time"),
    [
        pytest.param([], Action.REMOVE, Action.REMOVE, id="neither"),
        pytest.param([Option.RETAIN_LONG_MODIFIED_DATES], Action.SHIFT, Action.KEEP, id="modified"),
        pytest.param([Option.RETAIN_LONG_FULL_DATES], Action.KEEP, Action.KEEP, id="full"),
    ],
)
def test_unnamed_dates_follow_the_option_and_times_of_day_are_never_touched(
    options: list[Option], date: Action, time: Action
) -> None:
    clock = PrivateAttribute("OURS", 0x0009, 0x77)
    compiled = rules(Profile(name="dates", options=frozenset(options), keep_private=frozenset({clock})))
    assert compiled.find(tag("StudyUpdateDateTime"), "DT") is date
    assert compiled.find(tag("RadiopharmaceuticalStartTime"), "TM") is time
    assert compiled.find_private("OURS", 0x00091077, "DT") is date
    assert compiled.find_private("OURS", 0x00091077, "TM") is time


def test_a_calibration_date_is_shifted_even_when_the_devices_identity_is_retained() -> None:
    both = Profile(name="both", options=frozenset({Option.RETAIN_DEVICE_IDENTITY, Option.RETAIN_LONG_MODIFIED_DATES}))
    assert rules(both).find(tag("DateOfLastCalibration"), "DA") is Action.SHIFT
    alone = Profile(name="alone", options=frozenset({Option.RETAIN_DEVICE_IDENTITY}))
    assert rules(alone).find(tag("DateOfLastCalibration"), "DA") is Action.KEEP


def test_published_versions_are_not_shifted_because_they_would_tell_the_offset() -> None:
    assert rules().find(tag("ContextGroupVersion"), "DT") is Action.DUMMY
    assert rules().find(tag("TemplateVersion"), "DT") is Action.REMOVE


def test_the_default_keeps_what_a_standardised_uptake_value_is_computed_from() -> None:
    compiled = rules(sop_class=PositronEmissionTomographyImageStorage)
    kept = """
        RadiopharmaceuticalStartTime RadiopharmaceuticalStopTime RadionuclideTotalDose RadionuclideHalfLife
        PatientWeight PatientSize PatientSex Units DecayCorrection CorrectedImage SeriesTime AcquisitionTime
        RescaleSlope RescaleIntercept DecayFactor FrameReferenceTime ActualFrameDuration DoseCalibrationFactor
    """
    shifted = """
        RadiopharmaceuticalStartDateTime RadiopharmaceuticalStopDateTime SeriesDate AcquisitionDate StudyDate
        AcquisitionDateTime DecayCorrectionDateTime
    """
    assert {compiled.find(tag(keyword), "") for keyword in kept.split()} == {Action.KEEP}
    assert {compiled.find(tag(keyword), "") for keyword in shifted.split()} == {Action.SHIFT}
    assert compiled.find(tag("RadiopharmaceuticalInformationSequence"), "SQ") is Action.RECURSE


def test_ages_are_capped_and_birth_dates_shortened_only_when_the_profile_says_so() -> None:
    capped = Profile(name="capped", options=DEFAULT.options, cap_age_over_89=True, birth_date=BirthDate.YEAR)
    assert rules(capped).find(tag("PatientAge"), "AS") is Action.CAP_AGE
    assert rules(capped).find(tag("SelectorASValue"), "AS") is Action.CAP_AGE
    assert rules(capped).find(tag("PatientBirthDate"), "DA") is Action.CLEAN_BIRTH_DATE
    assert rules().find(tag("PatientAge"), "AS") is Action.KEEP
    assert rules().find(tag("PatientBirthDate"), "DA") is Action.EMPTY


def test_an_age_is_removed_when_no_option_retains_it_capped_or_not() -> None:
    capped = Profile(name="capped", options=frozenset(), cap_age_over_89=True)
    assert rules(capped).find(tag("PatientAge"), "AS") is Action.REMOVE


def test_what_a_profile_keeps_is_still_treated_as_its_vr_asks() -> None:
    keeping = Profile(
        name="keeping",
        options=frozenset({Option.RETAIN_LONG_MODIFIED_DATES}),
        keep=frozenset(map(tag, ("StudyComments", "AccessionNumber", "IconImageSequence", "EthnicGroup"))),
    )
    assert rules(keeping).find(tag("StudyComments"), "LT") is Action.CLEAN_TEXT
    assert rules(keeping).find(tag("AccessionNumber"), "SH") is Action.CLEAN_TEXT
    assert rules(keeping).find(tag("IconImageSequence"), "SQ") is Action.RECURSE
    assert rules(keeping).find(tag("EthnicGroup"), "SH") is Action.CLEAN_TEXT


def test_what_a_profile_removes_goes_as_far_as_the_iod_lets_it() -> None:
    removing = Profile(
        name="removing",
        options=DEFAULT.options,
        remove=frozenset(map(tag, ("PatientWeight", "PatientSex", "SeriesDate", "SoftwareVersions"))),
    )
    compiled = rules(removing, PositronEmissionTomographyImageStorage)
    assert compiled.find(tag("PatientWeight"), "DS") is Action.REMOVE
    assert compiled.find(tag("PatientSex"), "CS") is Action.EMPTY
    assert compiled.find(tag("SeriesDate"), "DA") is Action.DUMMY
    assert compiled.find(tag("SoftwareVersions"), "LO") is Action.REMOVE


@pytest.mark.parametrize(
    ("keyword", "sop_class", "action"),
    [
        pytest.param("SeriesDescription", CTImageStorage, Action.REMOVE, id="X"),
        pytest.param("ContrastBolusAgent", CTImageStorage, Action.EMPTY, id="Z/D of type 2"),
        pytest.param("StudyDate", CTImageStorage, Action.EMPTY, id="Z"),
        pytest.param("ContentDate", EnhancedCTImageStorage, Action.DUMMY, id="Z/D of type 1"),
        pytest.param("ConvolutionKernel", EnhancedCTImageStorage, Action.DUMMY, id="unnamed of type 1"),
        pytest.param("ConvolutionKernel", CTImageStorage, Action.REMOVE, id="unnamed of type 3"),
        pytest.param("StudyInstanceUID", CTImageStorage, Action.DUMMY, id="U of type 1"),
    ],
)
def test_when_cleaning_leaves_nothing_the_basic_profile_and_the_type_decide(
    keyword: str, sop_class: str, action: Action
) -> None:
    assert rules(sop_class=sop_class).if_nothing_left(tag(keyword)) is action


def test_retained_uids_stay_also_where_the_table_does_not_name_them() -> None:
    retaining = rules(Profile(name="uids", options=frozenset({Option.RETAIN_UIDS})))
    assert retaining.find(tag("SOPInstanceUIDOfConcatenationSource"), "UI") is Action.KEEP
    assert retaining.find(tag("UID"), "UI") is Action.MAP_UID


@pytest.mark.parametrize("name", PROFILES)
def test_the_codes_are_those_of_the_basic_profile_and_the_options_selected(name: str) -> None:
    codes = {option: option.code for option in PROFILES[name].options}
    assert set(compile_rules(PROFILES[name], CTImageStorage).codes) == {
        ("113100", "Basic Application Confidentiality Profile"),
        *codes.values(),
    }


def test_the_basic_profile_is_not_claimed_when_the_project_keeps_what_it_removes() -> None:
    below = Profile(name="below", options=frozenset(), keep=frozenset({tag("AccessionNumber")}))
    assert rules(below).codes == ()
    covered = Profile(
        name="covered", options=frozenset({Option.CLEAN_DESC}), keep=frozenset({tag("SeriesDescription")})
    )
    assert [code for code, _ in rules(covered).codes] == ["113100", "113105"]


def test_what_is_remembered_of_hostile_tags_is_bounded() -> None:
    compiled = rules()
    for number in range(40_000):
        compiled.find(0x00090000 + (number << 17 & 0xFFFF0000) + number % 0x10000 * 2, "LO")
        compiled.find_private(f"CREATOR {number}", 0x00091001, "LO")
    assert compiled.remembered() <= 2 * MOST_REMEMBERED
    assert compiled.find(tag("StudyDate"), "DA") is Action.SHIFT
