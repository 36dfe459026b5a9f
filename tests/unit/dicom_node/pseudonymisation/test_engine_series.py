"""Objects of a series are rewritten by plan, and each becomes what an engine that knows no other object makes of it."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from io import BytesIO
from itertools import chain, zip_longest
from typing import Any

import pydicom
import pytest
from pydicom.dataset import FileDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
)

from dicom_node.pseudonymisation import plan, rules, series, studies, treatment
from dicom_node.pseudonymisation.engine import Engine
from dicom_node.pseudonymisation.plan import Plan, Replayed
from tests.builders.broken_files import EXPLICIT, in_syntax, sibling, taken
from tests.builders.changing_series import (
    CHANGED,
    CHANGES,
    OBJECTS,
    Change,
    both,
    crop,
    first_slice,
    in_turn,
    references,
    slices,
    unpadded,
)
from tests.builders.datasets import WHO, new_engine, outcome
from tests.builders.identities import identified
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged, series_files


@pytest.fixture
def by_plan(monkeypatch: pytest.MonkeyPatch) -> list[Replayed]:
    """Grows with each object that was rewritten by plan."""
    found: list[Replayed] = []
    replay = Plan.replay

    def noted(self: Plan, *source: Any, **more: bool) -> Replayed | None:
        replayed = replay(self, *source, **more)  # type: ignore[arg-type]
        if replayed is not None:
            found.append(replayed)
        return replayed

    monkeypatch.setattr(Plan, "replay", noted)
    return found


def assert_as_fresh(files: Sequence[bytes], senders: Sequence[str] = ("PACS",), engine: Engine | None = None) -> None:
    """One engine for all makes of each file what an engine of its own makes of it."""
    shared = engine or new_engine()
    for number, file in enumerate(files):
        sender = senders[number % len(senders)]
        assert outcome(shared, file, sender) == outcome(new_engine(), file, sender), f"object {number}"


def interleaved(*many: Sequence[bytes]) -> list[bytes]:
    return [file for file in chain.from_iterable(zip_longest(*many)) if file is not None]


@pytest.mark.parametrize("change", CHANGES)
def test_each_object_of_a_series_becomes_what_a_fresh_engine_makes_of_it(change: str) -> None:
    assert_as_fresh(slices(CHANGES[change]))


def test_from_the_third_object_on_a_series_is_rewritten_by_plan(by_plan: list[Replayed]) -> None:
    engine = new_engine()
    for file in slices():
        assert outcome(engine, file).refusal == ""
    assert len(by_plan) == OBJECTS - 2


@pytest.mark.parametrize(
    "change",
    [
        "another patient in the same study",
        "another name",
        "another birth date",
        "another issuer",
        "other patient numbers",
        "a name in a sequence of the fifth object",
        "another character set",
        "another study",
        "another SOP class",
    ],
)
def test_a_plan_is_not_used_for_an_object_that_names_somebody_else(change: str, by_plan: list[Replayed]) -> None:
    engine, files = new_engine(), slices(CHANGES[change])
    for file in files[:CHANGED]:
        outcome(engine, file)
    assert len(by_plan) == CHANGED - 2
    outcome(engine, files[CHANGED])
    assert len(by_plan) == CHANGED - 2


@pytest.mark.parametrize(
    "syntax",
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian],
    ids=lambda uid: uid.name,
)
def test_the_plan_holds_in_every_native_encoding(syntax: pydicom.uid.UID, by_plan: list[Replayed]) -> None:
    files = [in_syntax(file, syntax) for file in slices(references)]
    assert_as_fresh(files)
    assert by_plan


@pytest.mark.parametrize("name", ["MR_small_RLE.dcm", "emri_small_jpeg_2k_lossless.dcm", "emri_small.dcm"])
def test_the_plan_holds_for_compressed_and_for_multi_frame_images(name: str, by_plan: list[Replayed]) -> None:
    first = identified(packaged(name).read_bytes(), WHO)
    assert_as_fresh([first, *(sibling(first, number) for number in range(1, 6))])
    assert by_plan


def test_encodings_may_alternate() -> None:
    one = slices(references)
    assert_as_fresh(interleaved(one, [in_syntax(file, ImplicitVRLittleEndian) for file in one]))


def test_a_compressed_object_follows_a_plain_one_of_the_same_encoding() -> None:
    first = identified(packaged("MR_small.dcm").read_bytes(), WHO)
    compressed = identified(packaged("MR_small_RLE.dcm").read_bytes(), WHO)
    assert_as_fresh(interleaved(*([sibling(file, number) for number in range(5)] for file in (first, compressed))))


def test_series_and_studies_may_be_sent_in_turn(by_plan: list[Replayed]) -> None:
    other = in_turn("SeriesDescription", "ABDOMEN", "THORAX")
    assert_as_fresh(interleaved(slices(), slices(other, series=2), slices(references, study=2)))
    assert by_plan


def test_patients_may_be_sent_in_turn() -> None:
    one = slices()
    two = slices(both(in_turn("PatientID", "9988776655"), in_turn("PatientName", "DUPUYTREN^AXELLE")), study=2)
    three = slices(both(in_turn("PatientID", "1122334455"), in_turn("PatientName", "UNTEL")))
    assert_as_fresh(interleaved(one, two, three))


def test_each_object_is_asked_for_with_the_sender_that_it_came_from() -> None:
    """The same number from another sender may be another person's: the issuer goes by the sender."""
    one = slices()
    assert_as_fresh(interleaved(one, one, one), senders=("PACS", "CT1", ""))
    engine = new_engine()
    pseudonyms = [{outcome(engine, file, sender).pseudonym for file in one} for sender in ("PACS", "CT1", "PACS")]
    assert [len(found) for found in pseudonyms] == [1, 1, 1]
    assert pseudonyms[0] == pseudonyms[2] != pseudonyms[1]


def test_an_object_that_is_refused_leaves_no_trace_in_those_that_follow() -> None:
    one, broken = slices(), []
    for file in one:
        apart = taken(file)
        broken.append(apart.file(apart.body[: len(apart.body) // 2]))
    assert_as_fresh(interleaved(one, broken))


def test_an_element_that_becomes_a_sequence_has_no_plain_value_any_more() -> None:
    """Rows decide whether the pixels fit, and all plain values whether an object is the same one sent again."""
    one = slices(lambda dataset, number: crop(dataset, 128 - 16 * number))
    rows = EXPLICIT.sequence(0x00280010, EXPLICIT.item())
    assert_as_fresh([*one[:CHANGED], *(taken(file).with_element(0x00280010, rows) for file in one)])


def test_an_element_of_undefined_length_has_no_plain_value() -> None:
    one = slices(in_turn("KVP", "120", "80"))
    kvp = EXPLICIT.open_sequence(0x00180060, EXPLICIT.item(), "UN")
    assert_as_fresh([*one[:CHANGED], *(taken(file).with_element(0x00180060, kvp) for file in one)])


def called(file: bytes, syntax: pydicom.uid.UID) -> bytes:
    """As if it were in a transfer syntax in which it is not: what a sender announces wrongly comes like that."""
    meta = pydicom.dcmread(BytesIO(file), stop_before_pixels=True).file_meta
    meta.TransferSyntaxUID = syntax
    frame = DicomBytesIO()
    write_file_meta_info(frame, meta)
    return bytes(128) + b"DICM" + bytes(frame.getvalue()) + taken(file).body


def in_one_piece(content: bytes) -> Change:
    """Pixels of defined length that begin so, and rows that ask for fewer."""

    def change(dataset: FileDataset, _number: int) -> None:
        unpadded(dataset, 0)
        dataset.Rows = 10
        dataset.PixelData = (content + dataset.PixelData)[: len(dataset.PixelData)]

    return change


def test_pixels_are_looked_at_again_under_another_transfer_syntax_of_the_same_encoding() -> None:
    """Explicit VR little endian is what compressed images are written in, too: then their pixels begin with an item."""
    plain = slices(unpadded)
    assert_as_fresh([*plain[:CHANGED], *(called(file, JPEG2000Lossless) for file in plain)])
    item = in_one_piece(EXPLICIT.item(bytes(1000)))
    compressed = [called(file, JPEG2000Lossless) for file in slices(item)]
    assert outcome(new_engine(), compressed[0]).refusal == ""
    assert_as_fresh([*compressed[:CHANGED], *slices(in_one_piece(b"DOE^JOHN"))])
    assert_as_fresh(
        [*compressed[:CHANGED], *(called(file, JPEG2000Lossless) for file in slices(in_one_piece(b"DOE^JOHN")))]
    )


def test_an_overlay_that_loses_its_data_is_one_in_the_pixels() -> None:
    def overlay(dataset: FileDataset, number: int) -> None:
        dataset.add_new(0x60000102, "US", 12)
        dataset.add_new(0x60003000, "OW", bytes([number] * 8))

    one, none = slices(overlay), EXPLICIT.open_sequence(0x60003000, EXPLICIT.item(), "UN")
    assert_as_fresh([*one[:CHANGED], *(taken(file).with_element(0x60003000, none) for file in one)])


def test_an_object_sent_again_becomes_the_same() -> None:
    one = slices(references)
    assert_as_fresh(one + one + one[::-1])


@pytest.mark.parametrize(
    ("module", "limit"),
    [
        (series, "REMEMBERED"),
        (studies, "REMEMBERED"),
        (studies, "MOST_CHARSETS"),
        (rules, "MOST_REMEMBERED"),
        (treatment, "MOST_REMEMBERED"),
        (treatment, "LONGEST_REMEMBERED"),
        (plan, "LARGEST"),
    ],
    ids=lambda one: getattr(one, "__name__", one).split(".")[-1],
)
def test_how_much_is_remembered_changes_no_object(module: object, limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [outcome(new_engine(), file) for file in plenty()]
    monkeypatch.setattr(module, limit, 1)
    engine = new_engine()
    assert [outcome(engine, file) for file in plenty()] == before


@cache
def plenty() -> list[bytes]:
    """Several series and studies, in turn."""
    return interleaved(slices(references), slices(study=2), slices(CHANGES["another character set"], series=3))


def test_more_series_in_turn_than_are_remembered_change_no_object() -> None:
    many = [slices(series=number)[:4] for number in range(series.REMEMBERED + 3)]
    assert_as_fresh(interleaved(*many))


@pytest.fixture
def traced() -> Iterator[Callable[[], int]]:
    """How many bytes Python holds, from now on; what every engine shares is there already."""
    assert outcome(new_engine(), first_slice()).refusal == ""
    tracemalloc.start()

    def held() -> int:
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    yield held
    tracemalloc.stop()


def test_memory_does_not_grow_with_the_number_of_studies(
    traced: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studies, "REMEMBERED", 4)
    monkeypatch.setattr(series, "REMEMBERED", 2)
    engine, pair = new_engine(), slices()[:2]

    def send(first: int, last: int) -> None:
        for study in range(first, last):
            for file in pair:
                assert engine(file.replace(b"1.2.250.1.9999.1", f"1.2.250.1.9.{study:04d}".encode())).size

    send(0, 5)
    before = traced()
    send(5, 20)
    assert traced() - before < 1 << 18


def test_memory_does_not_grow_with_what_was_removed(traced: Callable[[], int]) -> None:
    """Overlays go: what is remembered of a series must not hold them."""
    large, engine, pair = 1 << 20, new_engine(), [taken(file) for file in slices()[:2]]
    overlay = EXPLICIT.element(0x60003000, "OW", bytes(large))
    before = traced()
    for study in range(series.REMEMBERED):
        for apart in pair:
            file = apart.with_element(0x60003000, overlay)
            assert engine(file.replace(b"1.2.250.1.9999.1", f"1.2.250.1.9.{study:04d}".encode())).size
    assert traced() - before < series.REMEMBERED * large // 2


@pytest.mark.parametrize("name", [GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT])
def test_real_series_become_what_fresh_engines_make_of_them(name: str, by_plan: list[Replayed]) -> None:
    assert_as_fresh([path.read_bytes() for path in series_files(name)[:12]])
    assert by_plan
