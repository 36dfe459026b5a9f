"""What leaves the engine is valid DICOM: by dciodvfy, by PS3.10 and by its references, which all lead somewhere."""

import re
import struct
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import (
    UID,
    CTImageStorage,
    EnhancedMRImageStorage,
    MRImageStorage,
    PositronEmissionTomographyImageStorage,
)

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, Profile
from tests.builders import pet
from tests.builders.door import ct
from tests.builders.identities import Identity, identified
from tests.builders.programs import program
from tests.builders.pseudonymised import UIDS, engine_for, pseudonymised, read, written
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged, packaged_images, series_files

WHO = Identity()
SHARED_SERIES = (GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT)
QUARANTINED = {
    "bad_sequence.dcm",
    "emri_small_jpeg_2k_lossless_too_short.dcm",
    "explicit_VR-UN.dcm",
    "MR_small_padded.dcm",
    "MR_truncated.dcm",
}
IMAGES = [pytest.param(path, id=path.name) for path in packaged_images() if path.name not in QUARANTINED]
UNDEFINED = 0xFFFFFFFF
BASIC = Profile(name="basic", options=frozenset())
STRICTEST = [pytest.param(DEFAULT, id="default"), pytest.param(BASIC, id="basic")]

# PS3.3: type 2 attributes of the IODs (also 2C): if they came, they are there.
TYPE_2 = {
    "": """
        PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime ReferringPhysicianName StudyID
        AccessionNumber SeriesNumber Laterality PatientPosition Manufacturer InstanceNumber
        PositionReferenceIndicator
    """,
    CTImageStorage: "AcquisitionNumber KVP PatientOrientation ContrastBolusAgent ContentDate ContentTime",
    MRImageStorage: """
        ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength InversionTime TriggerTime
        PatientOrientation ContentDate ContentTime ContrastBolusAgent
    """,
    PositronEmissionTomographyImageStorage: """
        CorrectedImage RadiopharmaceuticalInformationSequence AcquisitionDate AcquisitionTime ActualFrameDuration
        DoseCalibrationFactor PatientOrientationCodeSequence PatientGantryRelationshipCodeSequence ContentDate
        ContentTime
    """,
    EnhancedMRImageStorage: "AcquisitionContextSequence ContrastBolusAgent",
}
TYPE_1 = {
    "": """
        SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID Modality FrameOfReferenceUID ImageType
        SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation
    """,
    PositronEmissionTomographyImageStorage: """
        SeriesDate SeriesTime Units CountsSource SeriesType DecayCorrection FrameReferenceTime ImageIndex
        RescaleIntercept RescaleSlope
    """,
    EnhancedMRImageStorage: """
        ContentDate ContentTime AcquisitionDateTime DeviceSerialNumber SoftwareVersions ManufacturerModelName
        Manufacturer ReferencedPerformedProcedureStepSequence DimensionOrganizationSequence DimensionIndexSequence
        SharedFunctionalGroupsSequence PerFrameFunctionalGroupsSequence
    """,
}


def errors_of(file: bytes, where: Path) -> set[str]:
    """dciodvfy's errors, without the values that it quotes."""
    where.write_bytes(file)
    answer = subprocess.run([program("dciodvfy"), "-new", where], capture_output=True, check=False)
    lines = answer.stderr.decode("utf-8", "replace").splitlines()
    return {re.sub(r"= <[^>]*>", "", line) for line in lines if line.startswith("Error")}


def new_errors(source: bytes, made: bytes, folder: Path) -> set[str]:
    return errors_of(made, folder / "made.dcm") - errors_of(source, folder / "source.dcm")


def with_number(path: Path) -> bytes:
    """A file; with a patient number, where it has none."""
    dataset = pydicom.dcmread(path)
    if dataset.get("PatientID"):
        return path.read_bytes()
    dataset.PatientID = WHO.number
    return written(dataset)


@pytest.mark.parametrize("profile", STRICTEST)
@pytest.mark.parametrize("path", IMAGES)
def test_dciodvfy_finds_no_error_that_the_source_did_not_have(path: Path, profile: Profile, tmp_path: Path) -> None:
    source = with_number(path)
    assert new_errors(source, engine_for(profile)(source).file, tmp_path) == set()


@pytest.mark.parametrize("path", IMAGES)
def test_nor_with_an_identity_in_it(path: Path, tmp_path: Path) -> None:
    source = identified(path.read_bytes(), WHO)
    assert new_errors(source, engine_for()(source).file, tmp_path) == set()


@pytest.mark.parametrize("profile", STRICTEST)
@pytest.mark.parametrize("name", SHARED_SERIES)
def test_nor_in_a_real_series(name: str, profile: Profile, tmp_path: Path) -> None:
    engine = engine_for(profile)
    for path in series_files(name)[:4]:
        source = path.read_bytes()
        assert new_errors(source, engine(source).file, tmp_path) == set()


def test_nor_in_pet_images_of_other_makers(tmp_path: Path) -> None:
    real = series_files(GE_PET)[0].read_bytes()
    for source in (
        pet.ge(real, pet.ACROSS_MIDNIGHT),
        pet.siemens(real, pet.ACROSS_MIDNIGHT),
        pet.philips(real, pet.ACROSS_MIDNIGHT, suv_factor="0.000551"),
    ):
        for profile in (DEFAULT, BASIC):
            assert new_errors(source, engine_for(profile)(source).file, tmp_path) == set()


@pytest.mark.parametrize("option", Option)
@pytest.mark.parametrize("name", ["CT_small.dcm", "MR_small.dcm", "eCT_Supplemental.dcm", "emri_small.dcm"])
def test_nor_under_any_single_option(name: str, option: Option, tmp_path: Path) -> None:
    source = with_number(packaged(name))
    made = engine_for(Profile(name="one", options=frozenset({option})))(source).file
    assert new_errors(source, made, tmp_path) == set()


def meta_of(file: bytes) -> list[tuple[int, str, bytes]]:
    """The file meta information, read by hand: always explicit VR little endian (PS3.10 7.1)."""
    found, position = [], 132
    while struct.unpack_from("<H", file, position)[0] == 0x0002:
        group, element, vr = struct.unpack_from("<HH2s", file, position)
        if vr in {b"OB", b"UN", b"UT"}:
            (length,) = struct.unpack_from("<I", file, position + 8)
            start = position + 12
        else:
            (length,) = struct.unpack_from("<H", file, position + 6)
            start = position + 8
        position = start + length
        found.append((group << 16 | element, vr.decode("ascii"), file[start:position]))
    return found


@pytest.mark.parametrize("path", IMAGES)
def test_the_file_meta_information_is_written_anew_and_is_true(path: Path) -> None:
    source = identified(path.read_bytes(), WHO)
    made = engine_for()(source).file
    before, after = read(source), read(made)
    assert made[:132] == bytes(128) + b"DICM"
    elements = meta_of(made)
    assert [f"{tag:08X}" for tag, _, _ in elements] == [
        "00020000",
        "00020001",
        "00020002",
        "00020003",
        "00020010",
        "00020012",
        "00020013",
    ]
    assert all(len(value) % 2 == 0 for _, _, value in elements)
    (length,) = struct.unpack("<I", elements[0][2])
    assert length == sum(len(value) + (12 if vr == "OB" else 8) for _, vr, value in elements[1:])
    meta = after.file_meta
    assert meta.MediaStorageSOPClassUID == after.SOPClassUID == before.SOPClassUID
    assert meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID == UIDS(str(before.SOPInstanceUID))
    assert meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert UID(meta.ImplementationClassUID).is_valid


@pytest.mark.parametrize("path", IMAGES)
def test_required_attributes_that_came_are_there_and_those_of_type_1_have_a_value(path: Path) -> None:
    source = identified(path.read_bytes(), WHO)
    for profile in (DEFAULT, BASIC):
        before, after = read(source), pseudonymised(source, profile)
        present = f"{TYPE_1['']} {TYPE_2['']} {TYPE_1.get(before.SOPClassUID, '')} {TYPE_2.get(before.SOPClassUID, '')}"
        valued = f"{TYPE_1['']} {TYPE_1.get(before.SOPClassUID, '')}"
        assert [word for word in present.split() if word in before and word not in after] == []
        assert [word for word in valued.split() if has_value(before, word) and not has_value(after, word)] == []
        assert after.StudyID


def has_value(dataset: Dataset, keyword: str) -> bool:
    return keyword in dataset and dataset[keyword].value not in (None, "", [])


def uids_in(dataset: Dataset, path: str = "") -> Iterator[tuple[str, str]]:
    """Where each UID stands (tags of sequences, numbers of items), and the UID."""
    for element in dataset:
        where = f"{path}{int(element.tag):08X}"
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from uids_in(item, f"{where}[{number}]/")
        elif element.VR == "UI" and element.value:
            values = [element.value] if isinstance(element.value, str) else element.value
            yield from ((f"{where}:{number}", str(value)) for number, value in enumerate(values))


def is_of_the_standard(uid: str) -> bool:
    return uid.startswith("1.2.840.10008.")


@pytest.mark.parametrize("path", IMAGES)
def test_no_uid_of_the_source_is_left_in_any_byte_and_every_new_one_is_valid(path: Path) -> None:
    source = identified(path.read_bytes(), WHO)
    made = engine_for()(source).file
    own = {uid for _, uid in uids_in(read(source)) if not is_of_the_standard(uid)}
    assert own
    assert [uid for uid in own if uid.encode("ascii") in made] == []
    new = {uid for _, uid in uids_in(read(made)) if not is_of_the_standard(uid)}
    assert all(UID(uid).is_valid and uid.startswith("2.25.") for uid in new)


@pytest.mark.parametrize("path", IMAGES)
def test_uids_that_were_equal_are_equal_and_others_are_not(path: Path) -> None:
    source = path.read_bytes()
    before, after = dict(uids_in(read(source))), dict(uids_in(pseudonymised(source)))
    images: dict[str, set[str]] = defaultdict(set)
    for where in before.keys() & after.keys():
        images[before[where]].add(after[where])
    assert {len(new) for new in images.values()} == {1}
    assert len({next(iter(new)) for new in images.values()}) == len(images)
    assert all(old in new for old, new in images.items() if is_of_the_standard(old))


def reference(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = CTImageStorage, uid
    return item


def series_of_references(series: str, uids: list[str]) -> Dataset:
    item = Dataset()
    item.SeriesInstanceUID = series
    item.ReferencedInstanceSequence = Sequence([reference(uid) for uid in uids])
    return item


def test_every_reference_of_an_object_follows_what_it_refers_to() -> None:
    root = "1.2.250.1.9999"
    derivation = Dataset()
    derivation.SourceImageSequence = Sequence([reference(f"{root}.2")])
    request = Dataset()
    request.StudyInstanceUID = f"{root}.10"
    request.ReferencedStudySequence = Sequence([reference(f"{root}.10")])
    pointing = ct(
        SOPInstanceUID=f"{root}.1",
        StudyInstanceUID=f"{root}.10",
        SeriesInstanceUID=f"{root}.11",
        FrameOfReferenceUID=f"{root}.12",
        ReferencedImageSequence=Sequence([reference(f"{root}.1"), reference(f"{root}.2")]),
        SourceImageSequence=Sequence([reference(f"{root}.2")]),
        DerivationImageSequence=Sequence([derivation]),
        ReferencedSeriesSequence=Sequence([series_of_references(f"{root}.11", [f"{root}.2", f"{root}.3"])]),
        RequestAttributesSequence=Sequence([request]),
        SynchronizationFrameOfReferenceUID=f"{root}.12",
    )
    engine = engine_for()
    target = read(engine(ct(SOPInstanceUID=f"{root}.2", StudyInstanceUID=f"{root}.10")).file)
    after = read(engine(pointing).file)
    assert [item.ReferencedSOPInstanceUID for item in after.ReferencedImageSequence] == [
        after.SOPInstanceUID,
        target.SOPInstanceUID,
    ]
    assert after.SourceImageSequence[0].ReferencedSOPInstanceUID == target.SOPInstanceUID
    deriving = after.DerivationImageSequence[0].SourceImageSequence[0]
    assert deriving.ReferencedSOPInstanceUID == target.SOPInstanceUID
    listed = after.ReferencedSeriesSequence[0]
    assert listed.SeriesInstanceUID == after.SeriesInstanceUID
    assert [item.ReferencedSOPInstanceUID for item in listed.ReferencedInstanceSequence] == [
        target.SOPInstanceUID,
        UIDS(f"{root}.3"),
    ]
    asked = after.RequestAttributesSequence[0]
    assert asked.StudyInstanceUID == after.StudyInstanceUID == target.StudyInstanceUID
    assert asked.get("ReferencedStudySequence") is None or (
        asked.ReferencedStudySequence[0].ReferencedSOPInstanceUID == after.StudyInstanceUID
    )
    assert after.SynchronizationFrameOfReferenceUID == after.FrameOfReferenceUID
    assert {item.ReferencedSOPClassUID for item in after.ReferencedImageSequence} == {CTImageStorage}


def test_references_within_a_private_sequence_and_in_text_valued_uids_follow_too() -> None:
    root = "1.2.250.1.9999"
    dataset = read(packaged("MR_small.dcm").read_bytes())
    dataset.SOPInstanceUID = f"{root}.1"
    block = dataset.private_block(0x0021, "SIEMENS MR SDS 01", create=True)
    block.add_new(0xFE, "SQ", Sequence([reference(f"{root}.1"), reference(f"{root}.2")]))
    dataset.private_block(0x0099, "NQHeader", create=True).add_new(0x02, "UI", f"{root}.1")
    after = pseudonymised(written(dataset))
    kept = after.private_block(0x0021, "SIEMENS MR SDS 01")[0xFE].value
    assert [item.ReferencedSOPInstanceUID for item in kept] == [after.SOPInstanceUID, UIDS(f"{root}.2")]
    assert after.private_block(0x0099, "NQHeader")[0x02].value == after.SOPInstanceUID


@pytest.mark.parametrize("name", SHARED_SERIES)
def test_the_objects_of_a_real_series_stay_together(name: str) -> None:
    engine = engine_for()
    pairs = [(read(source), read(engine(source).file)) for source in map(Path.read_bytes, series_files(name)[:12])]
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "StudyID", "PatientID"):
        old = {str(before.get(keyword)) for before, _ in pairs}
        new = {str(after[keyword].value) for _, after in pairs if keyword in after}
        assert len(new) == len(old)
    assert len({after.SOPInstanceUID for _, after in pairs}) == len(pairs)
    becomes = {str(before.SOPInstanceUID): str(after.SOPInstanceUID) for before, after in pairs}
    for before, after in pairs:
        referred, refers = dict(uids_in(before)), dict(uids_in(after))
        for where in referred.keys() & refers.keys():
            assert refers[where] == becomes.get(referred[where], refers[where])
    assert all("FrameOfReferenceUID" in after for before, after in pairs if "FrameOfReferenceUID" in before)


def test_a_study_without_an_id_gets_one_of_its_own() -> None:
    engine = engine_for()
    one, other = (
        read(engine(ct(StudyInstanceUID=uid, StudyID="")).file) for uid in ("1.2.250.1.9999.1", "1.2.250.1.9999.2")
    )
    assert one.StudyID
    assert one.StudyID != other.StudyID
    assert len(one.StudyID) <= 16
    assert read(engine(ct(StudyInstanceUID="1.2.250.1.9999.1", StudyID="Q4711")).file).StudyID == one.StudyID


@pytest.mark.parametrize("path", IMAGES)
def test_elements_stand_in_order_with_even_lengths(path: Path) -> None:
    after = pseudonymised(identified(path.read_bytes(), WHO))
    for level in levels(after):
        tags = list(level.keys())
        assert tags == sorted(tags)
        lengths = {str(tag): length_of(level, tag) for tag in tags}
        assert [tag for tag, length in lengths.items() if length % 2 and length != UNDEFINED] == []


def length_of(level: Dataset, tag: BaseTag) -> int:
    element = level.get_item(tag)
    return element.length if isinstance(element, RawDataElement) else 0


def levels(dataset: Dataset) -> Iterator[Dataset]:
    yield dataset
    for element in dataset:
        if element.VR == "SQ":
            for item in element.value:
                yield from levels(item)


@pytest.mark.parametrize("name", sorted(QUARANTINED))
def test_what_is_not_tried_is_not_let_through(name: str) -> None:
    with pytest.raises(UnprocessableError):
        engine_for()(packaged(name).read_bytes())


def test_the_lists_of_required_attributes_are_of_the_dictionary() -> None:
    words = " ".join([*TYPE_1.values(), *TYPE_2.values()]).split()
    assert [word for word in words if tag_for_keyword(word) is None] == []
