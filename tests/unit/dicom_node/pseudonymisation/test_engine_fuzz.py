"""Broken files: the engine refuses them, or writes what can be read and names nobody, in little time and memory."""

import json
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random

import pydicom
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.uid import DeflatedExplicitVRLittleEndian

from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation import syntax
from dicom_node.pseudonymisation.engine import Engine
from dicom_node.status import Reason
from tests.builders import broken_files
from tests.builders.broken_files import (
    EXPLICIT,
    FALSE_LENGTHS,
    PIXEL_DATA,
    REFERENCED_IMAGES,
    UNDEFINED,
    VRS,
    Taken,
    damaged,
    flipped,
    in_syntax,
    nested,
    rearranged,
    sibling,
    taken,
    truncated,
    with_false_lengths,
    with_other_vrs,
)
from tests.builders.datasets import WHO, Outcome, complaints, new_engine, outcome
from tests.builders.door import ct
from tests.builders.identities import found_in, identified
from tests.builders.programs import program
from tests.builders.real_files import packaged

SECONDS = 2.0
"""Of processor time, for a file of less than a megabyte."""

MEGABYTES = 200
SEED = 20260
MOST = 40
"""Cases of one kind of damage to one file; the benchmark `pseudonymisation_fuzz` tries all."""

SOURCES = {
    "explicit": "MR_small.dcm",
    "implicit": "MR_small_implicit.dcm",
    "big endian": "MR_small_bigendian.dcm",
    "deflated": "MR_small.dcm",
    "encapsulated": "MR_small_RLE.dcm",
    "multi-frame": "emri_small.dcm",
}
Cases = Iterator[tuple[str, bytes]]
DAMAGES: dict[str, Callable[[Taken, Random], Cases]] = {
    "truncated": lambda source, _: truncated(source),
    "false lengths": lambda source, _: with_false_lengths(source),
    "other VRs": lambda source, random: with_other_vrs(source, random, 3),
    "rearranged": lambda source, _: rearranged(source),
    "bytes changed": lambda source, random: (_flipped_header(source, random) for _ in range(MOST)),
    "anything": lambda source, random: (damaged(source, random) for _ in range(MOST)),
}

MEASURE = """
import resource, sys, time
from pathlib import Path
from tests.builders.datasets import new_engine, outcome
file, engine = Path(sys.argv[1]).read_bytes(), new_engine()
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
refusal = outcome(engine, file).refusal
seconds = time.process_time() - started
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
import json
print(json.dumps([refusal, seconds, grown / 1024]))
"""
REPOSITORY = Path(__file__).resolve().parents[4]


def _flipped_header(source: Taken, random: Random) -> tuple[str, bytes]:
    """Pixels are left alone: whatever stands there is copied."""
    header = source.body[: source.spot(PIXEL_DATA).value]
    where, changed = flipped(bytes(132) + header, random)
    return where, source.file(changed[132:] + source.body[len(header) :])


def tag_of(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    return tag


@cache
def source(name: str) -> bytes:
    """A real file of the invented person."""
    file = packaged(SOURCES[name]).read_bytes()
    return identified(in_syntax(file, DeflatedExplicitVRLittleEndian) if name == "deflated" else file, WHO)


def warmed(name: str) -> Engine:
    """An engine that has a plan for the series of a source."""
    engine = new_engine()
    for number in (3, 4):
        assert outcome(engine, sibling(source(name), number)).refusal == ""
    return engine


def sampled(cases: Cases, most: int = MOST) -> list[tuple[str, bytes]]:
    found = list(cases)
    return found[:: max(1, len(found) // most)]


def judged(engine: Engine, file: bytes) -> Outcome:
    """What became of a file, in bounded time, and without a word of it in the refusal."""
    started = time.process_time()
    made = outcome(engine, file)
    assert time.process_time() - started < SECONDS
    assert found_in(made.refusal.encode(), WHO) == []
    return made


def measured(file: bytes, folder: Path) -> tuple[str, float, float]:
    """Refusal, seconds of processor time and megabytes that one file takes in a process of its own."""
    path = folder / "bomb.dcm"
    path.write_bytes(file)
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, path], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    refusal, seconds, megabytes = json.loads(done.stdout)
    return refusal, seconds, megabytes


def assert_dcmdump_reads(files: list[bytes], folder: Path) -> None:
    paths = [folder / f"{number}.dcm" for number in range(len(files))]
    for path, file in zip(paths, files, strict=True):
        path.write_bytes(file)
    if paths:
        done = subprocess.run([program("dcmdump"), "-q", *paths], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", SOURCES)
def test_a_damaged_file_is_refused_or_made_harmless_by_a_fresh_engine_and_by_a_plan_alike(
    name: str, damage: str, tmp_path: Path
) -> None:
    cases = sampled(DAMAGES[damage](taken(source(name)), Random(SEED)))  # noqa: S311 - the same damage every time
    warm, wrong, files = warmed(name), [], []
    for label, file in cases:
        fresh = judged(new_engine(), file)
        if judged(warm, file) != fresh:
            wrong.append((label, "the plan has another result"))
            warm = warmed(name)
        if not fresh.refusal:
            wrong += [(label, complaint) for complaint in complaints(fresh.file)]
            files.append(fresh.file)
    assert wrong == []
    assert_dcmdump_reads(files, tmp_path)


@pytest.mark.parametrize("name", SOURCES)
def test_a_file_that_ends_anywhere_before_its_pixels_is_refused(name: str) -> None:
    whole = taken(source(name))
    end = whole.spot(PIXEL_DATA).value
    for at in range(0, end, 97):
        assert outcome(new_engine(), whole.file(whole.body[:at])).refusal


@pytest.mark.parametrize("vr", VRS)
@pytest.mark.parametrize("length", FALSE_LENGTHS, ids=hex)
def test_no_vr_with_no_length_does_harm(vr: str, length: int) -> None:
    """In an attribute of the standard, in a private one, and in one that no dictionary knows."""
    whole = taken(ct())
    for tag in (0x00204000, 0x00211001, 0x00204444):
        made = judged(new_engine(), whole.with_element(tag, EXPLICIT.element(tag, vr, b"ZWYNGELBERT ", length)))
        assert made.refusal or complaints(made.file) == []


FRAMES: dict[str, Callable[[bytes], bytes]] = {
    "an empty file": lambda _: b"",
    "only a preamble": lambda file: file[:128],
    "only a preamble and prefix": lambda file: file[:132],
    "no preamble": lambda file: file[132:],
    "only file meta information": lambda file: taken(file).head,
    "file meta information cut off": lambda file: file[:200],
    "no data set to inflate": lambda file: taken(in_syntax(file, DeflatedExplicitVRLittleEndian)).head,
    "not DICOM": lambda _: b"%PDF-1.7 " * 100,
    "zeros": lambda _: bytes(10_000),
    "no file meta information": lambda file: file[:132] + taken(file).body,
    "no transfer syntax": lambda file: file.replace(b"\2\0\x10\0UI", b"\2\0\x11\0UI", 1),
    "an unknown transfer syntax": lambda file: file.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.9.9.9\0", 1),
    "file meta information without VRs": lambda file: (
        file[:132] + b"\2\0\x10\0" + (20).to_bytes(4, "little") + b"1.2.840.10008.1.2.1\0" + taken(file).body
    ),
    "a deflated data set that is not": lambda file: file.replace(
        b"\x14\x001.2.840.10008.1.2.1\0", b"\x16\x001.2.840.10008.1.2.1.99", 1
    ),
}


@pytest.mark.parametrize("frame", FRAMES)
def test_what_is_no_dicom_file_is_refused_as_unreadable(frame: str) -> None:
    with pytest.raises(UnprocessableError) as caught:
        new_engine()(FRAMES[frame](source("explicit")))
    assert caught.value.reason in {Reason.UNREADABLE, Reason.NOT_AN_IMAGE}


@pytest.mark.parametrize("length", [0, 1, 0x7FFFFFFF, UNDEFINED], ids=hex)
def test_a_wrong_group_length_of_the_file_meta_information_changes_nothing(length: int) -> None:
    """It is not needed to find the data set, and is written anew."""
    file = ct()
    wrong = file[:140] + length.to_bytes(4, "little") + file[144:]
    assert outcome(new_engine(), wrong) == outcome(new_engine(), file)


def test_elements_without_any_value_do_no_harm() -> None:
    """Every element of the file at length zero, one after the other, and all that can be at once."""
    whole = taken(source("explicit"))
    for spot in whole.top:
        made = outcome(new_engine(), whole.spliced(spot.start, spot.stop, EXPLICIT.element(spot.tag, spot.vr)))
        assert made.refusal or complaints(made.file) == []
    emptied = b"".join(EXPLICIT.element(spot.tag, spot.vr) for spot in whole.top)
    assert outcome(new_engine(), whole.file(emptied)).refusal


@pytest.mark.parametrize("delimiter", [broken_files.ITEM_END, broken_files.SEQUENCE_END], ids=hex)
@pytest.mark.parametrize("before", ["SOPClassUID", "PatientID", "Rows", "PixelData"])
def test_a_delimiter_outside_of_any_sequence_does_not_end_the_object(delimiter: int, before: str) -> None:
    """What stands behind it would be lost, or decide whose object it is without being written."""
    whole = taken(source("explicit"))
    at = whole.spot(tag_of(before)).start
    made = outcome(new_engine(), whole.spliced(at, at, EXPLICIT.element(delimiter, "")))
    assert made.refusal or complaints(made.file) == []


@pytest.mark.parametrize("keyword", ["SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"])
@pytest.mark.parametrize(
    ("vr", "value"),
    [
        pytest.param("UI", b" 1.2.3\0", id="a space before it"),
        pytest.param("UI", b"1.2.840.10008.1.2\0", id="a UID of the standard's own"),
        pytest.param("UI", b"1.2.3\\1.2.4\0", id="two UIDs"),
        pytest.param("UI", b"", id="no value"),
        pytest.param("UI", b"ZWYNGELBERT\0", id="no UID"),
        pytest.param("LO", b"1.2.3 ", id="another VR"),
        pytest.param("UN", b"1.2.3\0", id="no VR"),
    ],
)
def test_an_object_has_the_uids_that_its_file_meta_information_says_or_is_refused(
    keyword: str, vr: str, value: bytes
) -> None:
    whole = taken(source("explicit"))
    tag = tag_of(keyword)
    made = outcome(new_engine(), whole.with_element(tag, EXPLICIT.element(tag, vr, value)))
    assert made.refusal or complaints(made.file) == []


@pytest.mark.parametrize("undefined", [True, False], ids=["undefined length", "defined length"])
@pytest.mark.parametrize("tag", [REFERENCED_IMAGES, 0x00081120, 0x00211001, 0x00101002, 0x00400275], ids=hex)
def test_ten_thousand_nested_sequences_are_refused_or_removed(undefined: bool, tag: int) -> None:
    raw = nested(10_000, undefined=undefined, tag=tag)
    made = judged(new_engine(), taken(ct()).with_element(tag, raw))
    assert made.refusal or len(made.file) < len(ct())


@pytest.mark.parametrize("undefined", [True, False], ids=["undefined length", "defined length"])
def test_ten_thousand_values_of_unknown_vr_within_each_other_are_refused_or_removed(undefined: bool) -> None:
    plain = broken_files.Encoding(explicit=False)
    raw = nested(10_000, undefined=undefined, encoding=plain)
    unknown = EXPLICIT.element(REFERENCED_IMAGES, "UN", raw[8:], UNDEFINED if undefined else None)
    made = judged(new_engine(), taken(ct()).with_element(REFERENCED_IMAGES, unknown))
    assert made.refusal or len(made.file) < len(ct())


def test_a_sequence_without_end_is_refused() -> None:
    for piece in (EXPLICIT.element(broken_files.ITEM, "", b"", UNDEFINED), EXPLICIT.item(), EXPLICIT.open_item()):
        endless = EXPLICIT.element(REFERENCED_IMAGES, "SQ", piece * 10_000, UNDEFINED)
        assert judged(new_engine(), taken(ct()).with_element(REFERENCED_IMAGES, endless)).refusal


def test_a_million_empty_items_take_bounded_time_and_memory(tmp_path: Path) -> None:
    """The file has eight megabytes: it may take as many times what a small one may."""
    items = EXPLICIT.item() * 1_000_000
    bomb = taken(ct()).with_element(REFERENCED_IMAGES, EXPLICIT.sequence(REFERENCED_IMAGES, items))
    _, seconds, megabytes = measured(bomb, tmp_path)
    assert seconds < 8 * SECONDS
    assert megabytes < 2 * MEGABYTES


def test_many_empty_items_of_other_patient_numbers_take_bounded_time_and_memory(tmp_path: Path) -> None:
    bomb = taken(ct()).with_element(0x00101002, EXPLICIT.sequence(0x00101002, EXPLICIT.item() * 100_000))
    _, seconds, megabytes = measured(bomb, tmp_path)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def test_a_data_set_that_inflates_without_end_is_refused_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """Two megabytes that become two gigabytes."""
    block = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    repeated = block.compress(bytes(1 << 24)) + block.flush(zlib.Z_FULL_FLUSH)
    whole = taken(in_syntax(ct(), DeflatedExplicitVRLittleEndian))
    start = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    head = start.compress(whole.body) + start.flush(zlib.Z_FULL_FLUSH)
    refusal, seconds, megabytes = measured(whole.head + head + repeated * 129, tmp_path)
    assert refusal.startswith(Reason.UNREADABLE.value)
    assert seconds < 15 * SECONDS
    assert megabytes < 1024


def test_a_data_set_that_inflates_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "LARGEST_INFLATED", 1 << 20)
    whole = taken(in_syntax(ct(), DeflatedExplicitVRLittleEndian))
    assert outcome(new_engine(), whole.file(whole.body)).refusal == ""
    bomb = broken_files.deflate_bomb(whole, 1 << 21)
    assert outcome(new_engine(), bomb).refusal.startswith(Reason.UNREADABLE.value)


def test_names_in_many_items_with_character_sets_of_their_own_take_bounded_time() -> None:
    item = EXPLICIT.item(
        EXPLICIT.element(0x00080005, "CS", b"ISO_IR 100") + EXPLICIT.element(0x00100010, "PN", b"ZWYNGELBERT ")
    )
    sequence = EXPLICIT.sequence(0x00081120, item * 2500)
    made = judged(new_engine(), taken(ct()).with_element(0x00081120, sequence))
    assert b"ZWYNGELBERT" not in made.file


@pytest.mark.parametrize("vr", ["PN", "LO", "UT"])
def test_a_very_long_name_in_an_item_takes_bounded_time(vr: str) -> None:
    name = b"".join(b"AB%dx " % number for number in range(6000))[: 60_000 if vr != "UT" else 1 << 20]
    sequence = EXPLICIT.sequence(0x00081120, EXPLICIT.item(EXPLICIT.element(0x00100010, vr, name)))
    made = judged(new_engine(), taken(ct()).with_element(0x00081120, sequence))
    assert b"AB17x" not in made.file


@pytest.mark.parametrize("piece", ["1 ", "jan ", "abdomen ", "a@", "12/"])
def test_a_very_long_text_takes_bounded_time(piece: str) -> None:
    text = (piece.encode() * (1 << 19))[: 1 << 19]
    judged(new_engine(), taken(ct()).with_element(0x0040A160, EXPLICIT.element(0x0040A160, "UT", text)))


def test_a_number_of_frames_with_thousands_of_digits_is_refused() -> None:
    frames = EXPLICIT.element(0x00280008, "IS", b"1" * 5000)
    assert outcome(new_engine(), taken(ct()).with_element(0x00280008, frames)).refusal


@pytest.mark.parametrize("low", [b"DA", b"DS", b"DT", b"FD", b"FL", b"LO", b"LT", b"PN", b"TM"], ids=bytes.decode)
def test_an_item_is_an_item_also_when_its_length_looks_like_a_vr(low: bytes) -> None:
    """The two lower bytes of an item's length stand where other elements have their VR (PS3.5 7.5)."""
    length = int.from_bytes(low, "little")
    reference = EXPLICIT.element(0x00081155, "UI", b"1.2.250.1.9999.1\0\0")
    filling = EXPLICIT.element(0x0040A160, "UT", b" " * (length - len(reference) - 12))
    sequence = EXPLICIT.sequence(REFERENCED_IMAGES, EXPLICIT.item(reference + filling))
    made = outcome(new_engine(), taken(ct()).with_element(REFERENCED_IMAGES, sequence))
    assert made.refusal == ""
    (item,) = pydicom.dcmread(BytesIO(made.file)).ReferencedImageSequence
    assert item.ReferencedSOPInstanceUID.startswith("2.25.")


@pytest.mark.parametrize("low", [b"DA", b"DS", b"DT", b"FD", b"FL", b"LO", b"LT", b"PN", b"TM"], ids=bytes.decode)
def test_a_fragment_is_a_fragment_also_when_its_length_looks_like_a_vr(low: bytes) -> None:
    whole = taken(packaged("MR_small_RLE.dcm").read_bytes())
    fragment = EXPLICIT.item(bytes(int.from_bytes(low, "little")))
    pixels = EXPLICIT.open_sequence(PIXEL_DATA, EXPLICIT.item() + fragment, "OB")
    made = outcome(new_engine(), whole.with_element(PIXEL_DATA, pixels))
    assert made.refusal == ""
    assert made.file.endswith(pixels[-len(fragment) - 8 :])


def test_a_binary_number_that_is_cut_short_is_not_kept() -> None:
    """A value of VR SL has four bytes (PS3.5 Table 6.2-1); readers stumble over two."""
    for vr, value in (("SL", b"\1\0"), ("US", b"\1\0\2"), ("FD", b"\1\0\0\0"), ("AT", b"\1\0")):
        file = taken(ct()).with_element(0x00189305, EXPLICIT.element(0x00189305, vr, value))
        made = outcome(new_engine(), file)
        assert made.refusal or complaints(made.file) == []


def test_an_unknown_character_set_is_not_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    file = taken(ct()).with_element(0x00080005, EXPLICIT.element(0x00080005, "CS", b"ISO_IR 100\\ZWYNGELBERT "))
    caplog.set_level(0)
    caplog.clear()
    outcome(new_engine(), file)
    assert found_in(caplog.text.encode(), WHO) == []
