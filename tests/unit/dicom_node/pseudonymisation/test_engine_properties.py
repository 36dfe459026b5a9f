"""What holds for any data set: nobody is named, mappings are the same always, intervals and pixels stay."""

import os
import subprocess
import sys
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random

import pydicom
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from dicom_node.uids import UidMap
from tests.builders.broken_files import in_syntax, sibling
from tests.builders.datasets import (
    SYNTAXES,
    WHO,
    complaints,
    dates,
    files,
    new_engine,
    outcome,
    outcome_of,
    plain_ct,
    times,
    uids,
    written,
)
from tests.builders.identities import identified
from tests.builders.programs import program
from tests.builders.real_files import packaged

REPOSITORY = Path(__file__).resolve().parents[4]
EXAMPLES = 50
DCMDUMP_READS = 40

fixed = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    print_blob=False,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
"""The same examples in every run and on every machine."""

IN_ANOTHER_PROCESS = """
import sys
from hashlib import sha256
from pathlib import Path
from tests.builders.datasets import new_engine, outcome
engine = new_engine()
for path in sorted(Path(sys.argv[1]).glob("*.dcm")):
    print(path.name, sha256(outcome(engine, path.read_bytes()).file).hexdigest())
"""


def read(file: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(BytesIO(file))


def twenty_objects() -> list[bytes]:
    """Of three series in three encodings, two of them of one study."""
    firsts = [packaged(name).read_bytes() for name in ("CT_small.dcm", "MR_small_implicit.dcm", "MR_small_RLE.dcm")]
    found = [sibling(identified(first, WHO), number) for first in firsts for number in range(7)]
    return found[:20]


@fixed
@given(files())
def test_no_value_that_identifies_survives_and_what_is_written_can_be_read(file: bytes) -> None:
    made = outcome(new_engine(), file)
    assert made.refusal == ""
    assert complaints(made.file) == []
    assert read(made.file).PatientID == read(made.file).PatientName == made.pseudonym


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("OST^ANNA", "4711471147"),
        ("OSTEON^BASIC", "4711471147"),
        ("RETAIN^MODIFIED", "4711471147"),
        ("UNTEL^AXELLE", "113100"),
        ("UNTEL^AXELLE", "113107"),
        ("OST-23456-789AB", "OST-23456-789AB"),
    ],
)
def test_whoever_is_called_like_what_every_object_is_marked_with_is_let_through(name: str, number: str) -> None:
    """The pseudonym and the marks are written for everybody: they tell nothing of the person."""
    dataset = plain_ct()
    dataset.PatientName, dataset.PatientID = name, number
    made = outcome(new_engine(), written(dataset))
    assert made.refusal == ""
    assert read(made.file).PatientID == made.pseudonym


def test_dcmdump_reads_what_is_written(tmp_path: Path) -> None:
    paths: list[Path] = []

    @settings(fixed, max_examples=DCMDUMP_READS)
    @given(files())
    def write(file: bytes) -> None:
        paths.append(tmp_path / f"{len(paths)}.dcm")
        paths[-1].write_bytes(new_engine()(file).file)

    write()
    done = subprocess.run([program("dcmdump"), "-q", *paths], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@fixed
@given(files())
def test_the_same_object_becomes_the_same_bytes_in_an_engine_that_knows_it(file: bytes) -> None:
    engine = new_engine()
    first, again, third = outcome(engine, file), outcome(engine, file), outcome(engine, file)
    assert first == again == third == outcome(new_engine(), file)


@fixed
@given(files())
def test_an_object_may_be_pseudonymised_once_more(file: bytes) -> None:
    once = new_engine()(file)
    twice = new_engine()(once.file)
    assert complaints(twice.file) == []
    before, after = read(once.file), read(twice.file)
    assert after.PatientIdentityRemoved == before.PatientIdentityRemoved == "YES"
    assert after.DeidentificationMethod == before.DeidentificationMethod
    codes = [[item.CodeValue for item in marked.DeidentificationMethodCodeSequence] for marked in (before, after)]
    assert codes[0] == codes[1] == sorted(set(codes[0]))
    assert after.LongitudinalTemporalInformationModified == "MODIFIED"
    assert before.PatientID != after.PatientID == after.PatientName


@fixed
@given(files())
def test_pixels_are_copied_byte_for_byte_and_stay_in_their_place(file: bytes) -> None:
    before, after = read(file), read(new_engine()(file).file)
    assert after.PixelData == before.PixelData
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    assert [element.tag for element in after][-1] in {0x7FE00010, 0xFFFCFFFC}


@fixed
@given(st.lists(st.tuples(dates, times), min_size=3, max_size=3), st.sampled_from(SYNTAXES))
def test_intervals_between_dates_are_kept_to_the_microsecond(moments: list[tuple[str, str]], syntax: UID) -> None:
    dataset = plain_ct()
    (dataset.StudyDate, dataset.StudyTime), (dataset.ContentDate, dataset.ContentTime) = moments[:2]
    dataset.AcquisitionDateTime = "".join(moments[2])
    injected = Dataset()
    injected.RadiopharmaceuticalStartDateTime = "".join(moments[0])
    dataset.RadiopharmaceuticalInformationSequence = Sequence([injected])
    before, after = _moments(dataset), _moments(read(new_engine()(written(dataset, syntax)).file))
    assert [one - before[0] for one in before] == [one - after[0] for one in after]
    shift = after[0] - before[0]
    assert (shift.days < 0, shift.seconds, shift.microseconds) == (True, 0, 0)


def _moments(dataset: Dataset) -> list[datetime]:
    (injected,) = dataset.RadiopharmaceuticalInformationSequence
    found = [
        dataset.StudyDate + dataset.StudyTime,
        dataset.ContentDate + dataset.ContentTime,
        dataset.AcquisitionDateTime,
        injected.RadiopharmaceuticalStartDateTime,
    ]
    return [datetime.strptime(str(text), "%Y%m%d%H%M%S.%f") for text in found]  # noqa: DTZ007 - no zone is said


@fixed
@given(st.sets(uids, min_size=2, max_size=40), st.binary(min_size=32, max_size=32))
def test_different_uids_have_different_replacements_none_of_which_is_a_source(found: set[str], key: bytes) -> None:
    map_uid = UidMap(key)
    replaced = {map_uid(uid) for uid in found}
    assert len(replaced) == len(found)
    assert replaced.isdisjoint(found)
    assert all(UID(uid).is_valid and len(uid) <= 64 for uid in replaced)
    assert {UidMap(key)(uid) for uid in found} == replaced
    assert replaced.isdisjoint({UidMap(sha256(key).digest())(uid) for uid in found})


@fixed
@given(st.lists(uids, min_size=1, max_size=6, unique=True))
def test_references_follow_what_they_refer_to(found: list[str]) -> None:
    """A UID has one replacement, wherever it stands: at the top, in an item, in a private sequence of UN."""
    dataset = plain_ct()
    dataset.FrameOfReferenceUID = found[0]
    inner = [_reference(uid) for uid in found]
    dataset.ReferencedImageSequence = Sequence([_nested(inner)])
    made = read(new_engine()(written(dataset)).file)
    (outer,) = made.ReferencedImageSequence
    told = [item.ReferencedSOPInstanceUID for item in outer.ReferencedInstanceSequence]
    assert told == [UidMap(b"k" * 32)(uid) for uid in found]
    assert told[0] == made.FrameOfReferenceUID


def _reference(uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    item.ReferencedSOPInstanceUID = uid
    return item


def _nested(items: list[Dataset]) -> Dataset:
    item = Dataset()
    item.ReferencedInstanceSequence = Sequence(items)
    return item


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_objects_through_one_engine_gives_the_files_of_fresh_engines(seed: int) -> None:
    objects = twenty_objects()
    fresh = [outcome(new_engine(), file) for file in objects]
    order = list(range(len(objects)))
    Random(seed).shuffle(order)  # noqa: S311 - any order will do
    engine = new_engine()
    assert {number: outcome_of(engine(objects[number])) for number in order} == dict(enumerate(fresh))


@pytest.mark.parametrize("hash_seed", ["1", "2718"])
def test_another_process_makes_the_same_files(hash_seed: str, tmp_path: Path) -> None:
    expected = {}
    for number, file in enumerate([*twenty_objects(), in_syntax(written(plain_ct()), ExplicitVRLittleEndian)]):
        name = f"{number:02d}.dcm"
        (tmp_path / name).write_bytes(file)
        expected[name] = sha256(new_engine()(file).file).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS, tmp_path],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert dict(line.split() for line in done.stdout.splitlines()) == expected
