"""Attribute types against dicom3tools: what it asks for is known, and removal as the rules do it breaks no image."""

import re
import subprocess
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    PositronEmissionTomographyImageStorage,
)

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.dummies import dummy_value
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import Profile
from dicom_node.pseudonymisation.rules import Rules, compile_rules
from dicom_node.pseudonymisation.table import rows_by_tag
from dicom_node.pseudonymisation.types import Type, attribute_type, sop_classes
from tests.builders.programs import program
from tests.builders.real_files import GE_CT, GE_PET, TOSHIBA_MR, packaged_images, series_files

UNREADABLE = {"bad_sequence.dcm", "emri_small_jpeg_2k_lossless_too_short.dcm", "explicit_VR-UN.dcm"}
IMAGES = [pytest.param(path, id=path.name) for path in packaged_images() if path.name not in UNREADABLE]
BY_LEAVING_OUT = Profile(name="none", options=frozenset())
BY_SHIFTING = Profile(name="dates", options=frozenset({Option.RETAIN_LONG_MODIFIED_DATES, Option.CLEAN_DESC}))
_MISSING = re.compile(r"</(\w+)\([0-9a-f]{4},[0-9a-f]{4}\)> - Missing attribute for Type ([12])C? ")


def complaints(path: Path) -> list[str]:
    answer = subprocess.run([program("dciodvfy"), "-new", path], capture_output=True, check=False)
    return [line for line in answer.stderr.decode("latin-1").splitlines() if line.startswith("Error")]


@pytest.mark.parametrize("sop_class_uid", sop_classes())
def test_what_an_empty_object_lacks_is_known_to_be_required(sop_class_uid: str, tmp_path: Path) -> None:
    """Of the attributes that the rules may drop; of pixels and geometry nobody drops anything."""
    lacking = {
        (tag, int(match[2]))
        for line in complaints(bare(sop_class_uid, tmp_path / "bare.dcm"))
        if (match := _MISSING.search(line)) and (tag := tag_for_keyword(match[1])) is not None and tag in rows_by_tag()
    }
    assert len(lacking) >= 8
    assert {(f"{tag:08X}", wanted) for tag, wanted in lacking if attribute_type(sop_class_uid, tag) > wanted} == set()


def bare(sop_class_uid: str, path: Path) -> Path:
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class_uid, "1.2.3"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", "NONE"]
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


@pytest.mark.parametrize("profile", [BY_LEAVING_OUT, BY_SHIFTING], ids=["basic profile", "dates and descriptors"])
@pytest.mark.parametrize("path", IMAGES)
def test_no_image_becomes_invalid_when_all_that_may_go_is_gone(path: Path, profile: Profile, tmp_path: Path) -> None:
    assert new_complaints(path, profile, tmp_path) == set()


@pytest.mark.parametrize("profile", [BY_LEAVING_OUT, BY_SHIFTING], ids=["basic profile", "dates and descriptors"])
@pytest.mark.parametrize("series", [GE_CT, GE_PET, TOSHIBA_MR])
def test_no_image_of_a_scanner_does_either(series: str, profile: Profile, tmp_path: Path) -> None:
    assert new_complaints(series_files(series)[0], profile, tmp_path) == set()


def new_complaints(path: Path, profile: Profile, folder: Path) -> set[str]:
    before, after = folder / "before.dcm", folder / "after.dcm"
    dataset = pydicom.dcmread(path)
    dataset.PatientIdentityRemoved = "NO"  # what the engine itself writes is not judged here
    for keyword in ("DeidentificationMethod", "DeidentificationMethodCodeSequence"):
        dataset.pop(keyword, None)
    pydicom.dcmwrite(before, dataset)
    body_part = dataset.get("BodyPartExamined")
    apply(dataset, compile_rules(profile, str(dataset.get("SOPClassUID", ""))))
    if body_part is not None:
        dataset.BodyPartExamined = body_part  # a word that every vocabulary has; Laterality hangs on it
    pydicom.dcmwrite(after, dataset)
    return {without_value(line) for line in complaints(after)} - {without_value(line) for line in complaints(before)}


def without_value(line: str) -> str:
    return re.sub(r"= <[^>]*>", "", line)


def apply(dataset: Dataset, rules: Rules) -> None:
    """The worst case: of every text that is cleaned nothing is left."""
    for tag in list(dataset.keys()):
        if tag.is_private:
            del dataset[tag]
            continue
        element = dataset[tag]
        action = rules.find(int(tag), element.VR)
        if action is Action.CLEAN_TEXT:
            action = rules.if_nothing_left(int(tag))
        if action is Action.REMOVE:
            del dataset[tag]
        elif action is Action.EMPTY:
            dataset[tag] = DataElement(tag, element.VR, None)
        elif action is Action.DUMMY:
            dataset[tag] = DataElement(tag, element.VR, dummy(element.VR))
        elif isinstance(element.value, Sequence):
            for item in element.value:
                apply(item, rules)


def dummy(vr: str) -> object:
    if vr == "SQ":
        return [Dataset()]
    value = dummy_value(vr)
    assert value is not None
    return value.decode("ascii").strip()


@pytest.mark.parametrize(
    ("keyword", "sop_class_uid", "wanted"),
    [
        pytest.param("SeriesDate", CTImageStorage, Type.OPTIONAL, id="General Series: 3"),
        pytest.param("SeriesDate", PositronEmissionTomographyImageStorage, Type.VALUE_REQUIRED, id="PET Series: 1"),
        pytest.param("AcquisitionDate", PositronEmissionTomographyImageStorage, Type.MAY_BE_EMPTY, id="PET Image: 2"),
        pytest.param("ContentDate", CTImageStorage, Type.MAY_BE_EMPTY, id="General Image: 2C"),
        pytest.param("ContentDate", EnhancedCTImageStorage, Type.VALUE_REQUIRED, id="Multi-frame: 1"),
        pytest.param("DeviceSerialNumber", CTImageStorage, Type.OPTIONAL, id="General Equipment: 3"),
        pytest.param("DeviceSerialNumber", EnhancedMRImageStorage, Type.VALUE_REQUIRED, id="Enhanced Equipment: 1"),
        pytest.param("FrameAcquisitionDateTime", EnhancedCTImageStorage, Type.VALUE_REQUIRED, id="Frame Content: 1C"),
        pytest.param("AcquisitionContextSequence", EnhancedMRImageStorage, Type.MAY_BE_EMPTY, id="Context: 2"),
        pytest.param("InstitutionName", EnhancedMRImageStorage, Type.OPTIONAL, id="institution: 3"),
        pytest.param("StationName", EnhancedCTImageStorage, Type.OPTIONAL, id="station: 3"),
    ],
)
def test_types_are_those_of_the_modules(keyword: str, sop_class_uid: str, wanted: Type) -> None:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    assert attribute_type(sop_class_uid, tag) is wanted


def test_a_sop_class_that_is_not_listed_gets_the_strictest_type_of_all() -> None:
    assert attribute_type("1.2.3", 0x00080021) is Type.VALUE_REQUIRED
    assert attribute_type("1.2.3", 0x00080022) is Type.MAY_BE_EMPTY
    assert attribute_type("1.2.3", 0x00080080) is Type.OPTIONAL
