"""Objects that the door begins with while their pixels are on their way: in the end the same as if it had not."""

import os
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path

import pydicom
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileDataset

from dicom_node.door import Arrival, Outcome
from dicom_node.errors import RefusedError, TryAgainError
from dicom_node.outbox import Outbox
from dicom_node.pseudonymisation.engine import Engine
from dicom_node.pseudonymisation.skeleton import native_pixels_in
from dicom_node.pseudonymiser import Pseudonymised, Pseudonymiser
from dicom_node.sameness import BegunDigest
from dicom_node.status import Reason
from storage.vault import VaultError
from tests.builders.broken_files import EXPLICIT, PIXEL_DATA, sibling, taken
from tests.builders.changing_series import both, in_turn, look_up_table, pixels_at, references, rows, slices, unpadded
from tests.builders.door import Parts, VaultInMemory, arrival, ct, parts_in
from tests.builders.ends import End, end, everything_in
from tests.builders.real_files import CROPPED_CT, GE_CT, GE_PET, TOSHIBA_MR, packaged_images, series_files

MR = "1.2.840.10008.5.1.4.1.1.4"
FIRST = 2
"""So many objects of a series are received before one can be begun."""

Said = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a door told to others."""

    set_aside: list[Said] = field(default_factory=list)
    sources: list[Said] = field(default_factory=list)
    dropped: list[tuple[str, ...]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, name, lambda _: None)


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> list[Pseudonymised]:
    """Grows with each object that was begun and then completed."""
    found: list[Pseudonymised] = []
    complete = Pseudonymiser.completed

    def noted(*came: object) -> Pseudonymised | None:
        made = complete(*came)  # type: ignore[arg-type]
        if made is not None:
            found.append(made)
        return made

    monkeypatch.setattr(Pseudonymiser, "completed", noted)
    return found


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return parts_in(tmp_path)


def listened_to(folder: Path, vault: VaultInMemory, heard: Heard) -> Parts:
    """A door whose words are written down."""
    return parts_in(
        folder,
        vault=vault,
        note_set_aside=lambda uid, _, reason: heard.set_aside.append((uid, "", reason.value)),
        note_source=lambda study, sender, facts: heard.sources.append((study, sender, facts.text(0x00080018))),
        count_dropped=lambda words: heard.dropped.append(tuple(words)),
    )


def in_the_middle(file: bytes) -> int:
    return (pixels_at(file) + len(file)) // 2


def begun(parts: Parts, came: Arrival, at: int, file: bytes | None = None) -> Outcome:
    """The end of an object whose head is that of `came`, and of which the door is told when so much has come.

    `file`: what comes in the end, when it is not what had begun.
    """
    head = parts.door.begin(replace(came, file=came.file[:at]))
    return parts.door.receive(came if file is None else replace(came, file=file), head)


def both_ends(
    folder: Path, arrivals: Sequence[Arrival], cut: Callable[[bytes], int] = in_the_middle
) -> tuple[tuple[list[End], Heard], tuple[list[End], Heard]]:
    """Of objects one after the other, each received at once, and each begun before; of one patient in one vault."""
    vault, heard, heard_begun = VaultInMemory(), Heard(), Heard()
    whole = listened_to(folder / "whole", vault, heard)
    in_parts = listened_to(folder / "begun", vault, heard_begun)
    ends = [end(whole, partial(whole.door.receive, came)) for came in arrivals]
    ends_begun = [end(in_parts, partial(begun, in_parts, came, cut(came.file))) for came in arrivals]
    return (ends, heard), (ends_begun, heard_begun)


def unpadded_cts(change: Callable[[FileDataset, int], None] = references) -> list[bytes]:
    """A series of the invented person."""
    return slices(both(unpadded, change))


def known_to(parts: Parts, files: Sequence[bytes]) -> None:
    """So many objects of a series that the next one can be begun."""
    for file in files[: FIRST + 1]:
        assert parts.door.receive(arrival(file)) is Outcome.STORED


NATIVE = [path for path in packaged_images() if native_pixels_in(path.read_bytes()) is not None]


@pytest.mark.parametrize("path", NATIVE, ids=lambda path: path.stem)
def test_every_real_image_becomes_the_same_as_at_once(tmp_path: Path, path: Path) -> None:
    first = path.read_bytes()
    files = [*(sibling(first, number) for number in range(1, FIRST + 2)), first]
    at_once, in_parts = both_ends(tmp_path, [arrival(file) for file in files], whatever_the_pixels)
    assert in_parts == at_once


def whatever_the_pixels(file: bytes) -> int:
    """Behind the header also of those files that pydicom's rules cannot take apart."""
    found = native_pixels_in(file)
    return 0 if found is None else found.start


@pytest.mark.parametrize("name", [GE_CT, GE_PET, TOSHIBA_MR, CROPPED_CT])
def test_real_series_become_the_same_as_at_once(tmp_path: Path, name: str, completed: list[Pseudonymised]) -> None:
    files = [path.read_bytes() for path in series_files(name)[:6]]
    at_once, in_parts = both_ends(tmp_path, [arrival(file) for file in files], lambda _: 1 << 15)
    assert in_parts == at_once
    assert [one.said for one in in_parts[0]] == [Outcome.STORED] * len(files)
    assert len(completed) >= 3


def test_an_invented_series_becomes_the_same_as_at_once(tmp_path: Path, completed: list[Pseudonymised]) -> None:
    files = unpadded_cts(both(references, in_turn("SeriesDescription", "THORAX", "QUIXHOTTE", "ABDOMEN")))
    at_once, in_parts = both_ends(tmp_path, [arrival(file) for file in files])
    assert in_parts == at_once
    assert len(completed) == len(files) - FIRST
    assert len(in_parts[1].sources) == len(files)
    assert len(in_parts[1].dropped) > 1, "unknown words are counted once for each object that has some"


def test_an_object_that_cannot_be_completed_ends_as_one_that_cannot_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong with it, it is set aside, and its association goes on."""
    files = unpadded_cts()

    def fails(*_: object) -> str:
        raise ZeroDivisionError

    vault = VaultInMemory()
    whole, in_parts = (parts_in(tmp_path / name, vault=vault) for name in ("whole", "begun"))
    for parts in (whole, in_parts):
        known_to(parts, files)
    monkeypatch.setattr(BegunDigest, "completed", fails)
    came = arrival(files[3])
    at_once = end(whole, partial(whole.door.receive, came))
    assert end(in_parts, partial(begun, in_parts, came, in_the_middle(came.file))) == at_once
    assert at_once.quarantined == (came.file,)


def test_an_object_with_something_behind_its_pixels_becomes_the_same_as_at_once(tmp_path: Path) -> None:
    files = [ct(SOPInstanceUID=f"1.2.3.{number}", InstanceNumber=number) for number in range(4)]
    at_once, in_parts = both_ends(tmp_path, [arrival(file) for file in files])
    assert in_parts == at_once


CONDEMNED = {
    "no instance": (in_turn("SOPInstanceUID", "1.2.3.4", "1.2.3.5", "1.2.3.6", ""), Reason.INVALID_UID, 3),
    "burned in": (in_turn("BurnedInAnnotation", "NO", "", "NO", "YES"), Reason.BURNED_IN_ANNOTATION, 3),
    "rows that do not fit": (rows, Reason.PIXELS_DO_NOT_FIT, 4),
    "a name in a table": (look_up_table, Reason.RESIDUE, 4),
}


@pytest.mark.parametrize(("change", "reason", "place"), CONDEMNED.values(), ids=CONDEMNED)
def test_what_its_head_condemns_is_quarantined_whole(
    tmp_path: Path, change: Callable[[FileDataset, int], None], reason: Reason, place: int
) -> None:
    files = unpadded_cts(change)[: place + 1]
    at_once, in_parts = both_ends(tmp_path, [arrival(file) for file in files])
    assert in_parts == at_once
    assert in_parts[0][-1].quarantined == (files[-1],)
    assert [said for _, _, said in in_parts[1].set_aside] == [reason.value]


# Before all has come


def test_to_begin_leaves_nothing_on_disk_in_the_vault_or_in_anybodys_notes(tmp_path: Path) -> None:
    heard, vault = Heard(), VaultInMemory()
    parts = listened_to(tmp_path, vault, heard)
    change = both(references, in_turn("SeriesDescription", "THORAX", "QUIXHOTTE", "ABDOMEN"))
    files = unpadded_cts(change)
    unknown = slices(both(unpadded, in_turn("PatientID", "9988776655")), study=2)
    known_to(parts, files)

    def state() -> object:
        journal = {path.name: path.read_bytes() for path in (tmp_path / "journal").iterdir()}
        return everything_in(tmp_path), journal, dict(vault.people), dict(vault.studies), deepcopy(heard)

    before = state()
    can_begin = [
        parts.door.begin(replace(arrival(file), file=file[:at])) is not None
        for file in (*files, *unknown)
        for at in (100, pixels_at(file) - 1, pixels_at(file), len(file) - 1, len(file))
    ]
    assert can_begin == [False, False, True, True, False] * len(files) + [False] * 5 * len(unknown)
    assert state() == before


def test_nothing_is_learned_of_an_object_before_all_of_it_has_come(parts: Parts) -> None:
    files = unpadded_cts()
    known_to(parts, files)
    came = arrival(files[3])
    assert parts.door.begin(replace(came, file=came.file[: in_the_middle(came.file)])) is not None
    assert (came.learned.study_instance_uid, came.learned.sop_instance_uid) == (None, None)


@settings(
    max_examples=200, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_bytes_whatever_make_the_beginning_fail(knowing: tuple[Parts, bytes], data: st.DataObject) -> None:
    parts, file = knowing
    pixels = pixels_at(file)
    start = data.draw(st.sampled_from((0, 132, pixels // 2, pixels)), label="as it should be up to")
    head = bytearray(file[:start] + data.draw(st.binary(max_size=200)) + file[start:])
    for place in data.draw(st.lists(st.integers(0, pixels + 200), max_size=4), label="other bytes at"):
        head[place % len(head)] ^= data.draw(st.integers(1, 255))
    parts.door.begin(replace(arrival(file), file=bytes(head[: data.draw(st.integers(0, len(head)))])))


@settings(
    max_examples=100, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=400))
@example(b"")
@example(bytes(128) + b"DICM")
def test_nor_do_bytes_that_are_no_file_at_all(knowing: tuple[Parts, bytes], head: bytes) -> None:
    parts, file = knowing
    assert parts.door.begin(replace(arrival(file), file=head)) is None


@pytest.mark.parametrize("error", [ValueError, MemoryError, RecursionError, VaultError])
def test_whatever_goes_wrong_in_the_beginning_is_no_reason_not_to_take_the_whole(
    knowing: tuple[Parts, bytes], error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error("QX7741982035")

    parts, file = knowing
    with monkeypatch.context() as patched:
        patched.setattr(Engine, "begin", fail)
        assert begun(parts, arrival(file), in_the_middle(file)) is Outcome.STORED
    assert begun(parts, arrival(file), in_the_middle(file)) is Outcome.DUPLICATE


@pytest.fixture
def knowing(parts: Parts) -> tuple[Parts, bytes]:
    """A door that knows a series, and its next object."""
    files = unpadded_cts()
    known_to(parts, files)
    return parts, files[3]


# What came is not what its head announced

OTHERWISE: dict[str, Callable[[bytes], bytes]] = {
    "a byte less": lambda file: file[:-1],
    "no pixels": lambda file: file[: pixels_at(file)],
    "a byte more": lambda file: file + b"\0",
    "padding behind the pixels": lambda file: file + EXPLICIT.element(0xFFFCFFFC, "OB", bytes(126)),
    "a name behind the pixels": lambda file: file + EXPLICIT.element(0x00100010, "PN", b"Doe^"),
    "another patient": lambda file: file.replace(b"QX7741982035", b"QX7741982036"),
    "another length of the pixels": lambda file: taken(file).with_length(taken(file).spot(PIXEL_DATA), 1 << 14),
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("other", OTHERWISE.values(), ids=OTHERWISE)
def test_what_is_not_what_its_head_announced_ends_as_if_nothing_had_begun(
    tmp_path: Path, other: Callable[[bytes], bytes], completed: list[Pseudonymised]
) -> None:
    files, vault = unpadded_cts(), VaultInMemory()
    whole, in_parts = (parts_in(tmp_path / name, vault=vault) for name in ("whole", "begun"))
    for parts in (whole, in_parts):
        known_to(parts, files)
    came, file = arrival(files[3]), other(files[3])
    at_once = end(whole, lambda: whole.door.receive(replace(came, file=file)))
    assert end(in_parts, lambda: begun(in_parts, came, in_the_middle(came.file), file)) == at_once
    assert completed == []


def test_the_pixels_that_are_kept_are_those_that_came_in_the_end(parts: Parts, completed: list[Pseudonymised]) -> None:
    files = unpadded_cts()
    known_to(parts, files)
    pixels = bytes(number % 251 for number in range(len(files[3]) - pixels_at(files[3])))
    file = files[3][: pixels_at(files[3])] + pixels
    found = end(parts, lambda: begun(parts, arrival(files[3]), in_the_middle(files[3]), file))
    assert found.said is Outcome.STORED
    assert pydicom.dcmread(BytesIO(found.files[-1])).PixelData == pixels
    assert len(completed) == 1


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        pytest.param({"sop_class_uid": MR}, "SOP Class", id="another class in the request"),
        pytest.param({"abstract_syntax": MR}, "SOP Class", id="another class on the context"),
        pytest.param({"sop_instance_uid": "1.2.3"}, "SOP Instance", id="another instance in the request"),
    ],
)
def test_another_object_than_the_request_named_is_refused_and_nothing_kept(
    tmp_path: Path, said: dict[str, str], complaint: str, completed: list[Pseudonymised]
) -> None:
    files = unpadded_cts()
    arrivals = [*(arrival(file) for file in files[:3]), arrival(files[3], **said)]
    (whole, _), (in_parts, _) = both_ends(tmp_path, arrivals)
    assert in_parts == whole
    assert isinstance(in_parts[-1].said, tuple)
    assert in_parts[-1].said[0] is RefusedError
    assert complaint in in_parts[-1].said[1]
    assert (len(in_parts[-1].files), in_parts[-1].quarantined) == (3, ())
    assert len(completed) == 2


# What was here before


def test_an_object_sent_again_is_a_duplicate_whichever_way_it_comes(
    parts: Parts, completed: list[Pseudonymised]
) -> None:
    files = unpadded_cts()
    known_to(parts, files)
    ways: tuple[Callable[[bytes], Outcome], ...] = (
        lambda file: parts.door.receive(arrival(file)),
        lambda file: begun(parts, arrival(file), in_the_middle(file)),
    )
    for number, (first, second) in enumerate([(0, 1), (1, 0), (1, 1)], start=3):
        assert ways[first](files[number]) is Outcome.STORED
        assert ways[second](files[number]) is Outcome.DUPLICATE
    assert parts.outbox.depth() == 6
    assert len(completed) == 4


@pytest.mark.parametrize(
    "what",
    [
        pytest.param(lambda file: file[:-1] + bytes((file[-1] ^ 1,)), id="other pixels"),
        pytest.param(lambda file: file.replace(b"101003", b"101004"), id="another time"),
    ],
)
def test_another_object_of_the_same_name_is_a_conflict(
    tmp_path: Path, what: Callable[[bytes], bytes], completed: list[Pseudonymised]
) -> None:
    files = unpadded_cts()
    other = what(files[3])
    assert (other != files[3], len(other)) == (True, len(files[3]))
    (whole, _), (in_parts, heard) = both_ends(tmp_path, [arrival(file) for file in (*files[:4], other)])
    assert in_parts == whole
    assert in_parts[-1].quarantined == (other,)
    assert [reason for _, _, reason in heard.set_aside] == [Reason.CONFLICT.value]
    assert len(completed) == 3


def test_a_disk_without_room_is_said_and_nothing_is_kept(tmp_path: Path, completed: list[Pseudonymised]) -> None:
    files, vault = unpadded_cts(), VaultInMemory()
    parts = parts_in(tmp_path, vault=vault, outbox=Outbox(tmp_path / "objects", reserve_bytes=1 << 60))
    for file in islice(files, 4):
        with pytest.raises(TryAgainError):
            begun(parts, arrival(file), in_the_middle(file))
    assert len(completed) == 2
    assert everything_in(tmp_path) == {}
