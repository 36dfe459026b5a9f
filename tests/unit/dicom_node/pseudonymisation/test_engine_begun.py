"""An object whose header is made while its pixels are on their way becomes what it becomes when it is made at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from dicom_node.pseudonymisation.engine import Begun, Engine
from dicom_node.status import Reason
from tests.builders.broken_files import (
    EXPLICIT,
    PIXEL_DATA,
    damaged,
    in_syntax,
    sibling,
    taken,
)
from tests.builders.changing_series import (
    CHANGED,
    CHANGES,
    OBJECTS,
    Change,
    both,
    in_turn,
    once,
    pixels_at,
    references,
    slices,
    unpadded,
)
from tests.builders.datasets import WHO, Outcome, new_engine, outcome, outcome_of
from tests.builders.identities import identified
from tests.builders.real_files import GE_CT, GE_PET, TOSHIBA_MR, packaged, series_files

BY_PLAN = list(range(2, OBJECTS))
"""The objects of a series in which only the slices differ, counted from 0, that are made by plan."""

TRAILING_PADDING = 0xFFFCFFFC
HEAD = 1 << 15

Cut = Callable[[bytes], int]
CUTS: dict[str, Cut] = {
    "inside the header": lambda file: pixels_at(file) - 500,
    "before the pixels' first byte": lambda file: pixels_at(file) - 1,
    "at the pixels' first byte": pixels_at,
    "in the middle of the pixels": lambda file: (pixels_at(file) + len(file)) // 2,
    "one byte before the end": lambda file: len(file) - 1,
}
TOO_EARLY = ("inside the header", "before the pixels' first byte")


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the objects of a series, and which of them, counted from 0, were begun and completed."""

    outcomes: list[Outcome]
    begun: list[int]


def taken_in_parts(files: Sequence[bytes], cut: Cut, engine: Engine | None = None) -> Taken:
    """What an engine makes of objects with each of which it begins when so many bytes have come."""
    engine, taken_in = engine or new_engine(), Taken([], [])
    for number, file in enumerate(files):
        begun = engine.begin(file[: cut(file)])
        result = None if begun is None else begun.completed(file)
        if result is None:
            taken_in.outcomes.append(outcome(engine, file))
        else:
            taken_in.outcomes.append(outcome_of(result))
            taken_in.begun.append(number)
    return taken_in


def fresh(files: Sequence[bytes]) -> list[Outcome]:
    """What engines of which each sees only one of them make of these objects at once."""
    return [outcome(new_engine(), file) for file in files]


def changed(change: Change) -> list[bytes]:
    """A series whose pixels come last."""
    return slices(both(unpadded, change))


@pytest.mark.parametrize("change", CHANGES)
def test_each_object_of_a_series_becomes_what_a_fresh_engine_makes_of_the_whole(change: str) -> None:
    files = changed(CHANGES[change])
    expected, engine = fresh(files), new_engine()
    for place, cut in reversed(CUTS.items()):
        assert taken_in_parts(files, cut, engine).outcomes == expected, place


@pytest.mark.parametrize("place", CUTS)
def test_from_the_third_object_on_a_series_is_begun_once_its_pixels_have_begun(place: str) -> None:
    found = taken_in_parts(changed(CHANGES["nothing but the slice"]), CUTS[place])
    assert found.begun == ([] if place in TOO_EARLY else BY_PLAN)


def test_no_byte_of_the_header_is_enough_and_every_byte_of_the_pixels_but_the_last_is() -> None:
    engine, files = new_engine(), changed(references)
    assert all(outcome(engine, file).refusal == "" for file in files[:3])
    file = files[3]
    pixels = pixels_at(file)
    header, behind = (*range(0, pixels, 17), pixels - 1), (*range(pixels, len(file), 997), len(file) - 1)
    assert [at for at in header if engine.begin(file[:at]) is not None] == []
    assert [at for at in behind if engine.begin(file[:at]) is None] == []
    assert engine.begin(file) is None


def test_an_object_of_another_sender_is_not_begun() -> None:
    engine, files = new_engine(), changed(references)
    assert all(outcome(engine, file, "PACS").refusal == "" for file in files[:3])
    head = files[3][: pixels_at(files[3])]
    assert engine.begin(head, "CT1") is None
    assert engine.begin(head, "PACS") is not None


@pytest.mark.parametrize("place", [place for place in CUTS if place not in TOO_EARLY])
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian], ids=lambda uid: uid.name
)
def test_objects_of_every_native_encoding_are_begun(syntax: UID, place: str) -> None:
    files = [in_syntax(file, syntax) for file in changed(references)]
    assert taken_in_parts(files, CUTS[place]) == Taken(fresh(files), BY_PLAN)


def test_a_multi_frame_image_is_begun() -> None:
    first = identified(packaged("emri_small.dcm").read_bytes(), WHO)
    files = [sibling(first, number) for number in range(OBJECTS)]
    assert taken_in_parts(files, pixels_at) == Taken(fresh(files), BY_PLAN)


@pytest.mark.parametrize("left", [1, 2, 1000])
def test_a_deflated_object_is_never_begun(left: int) -> None:
    files = [in_syntax(file, DeflatedExplicitVRLittleEndian) for file in changed(references)]
    assert taken_in_parts(files, lambda file: len(file) - left) == Taken(fresh(files), [])


@pytest.mark.parametrize("behind", [0, 8, 500])
@pytest.mark.parametrize("name", ["MR_small_RLE.dcm", "emri_small_jpeg_2k_lossless.dcm"])
def test_a_compressed_object_is_never_begun(name: str, behind: int) -> None:
    first = identified(packaged(name).read_bytes(), WHO)
    files = [first, *(sibling(first, number) for number in range(1, OBJECTS))]
    assert taken_in_parts(files, lambda file: pixels_at(file) + behind) == Taken(fresh(files), [])


def test_nor_is_one_whose_compressed_pixels_say_how_long_they_are() -> None:
    """Names in the comments of their stream can only be looked for when all of it has come."""
    first = identified(packaged("emri_small_jpeg_2k_lossless.dcm").read_bytes(), WHO)
    files = [with_known_length(sibling(first, number)) for number in range(OBJECTS)]
    assert taken_in_parts(files, lambda file: len(file) - 8) == Taken(fresh(files), [])


def with_known_length(file: bytes) -> bytes:
    apart = taken(file)
    spot = apart.spot(PIXEL_DATA)
    return apart.with_element(PIXEL_DATA, EXPLICIT.element(PIXEL_DATA, "OB", apart.body[spot.value : spot.stop]))


@pytest.mark.parametrize("name", [GE_CT, GE_PET, TOSHIBA_MR])
def test_of_real_series_all_that_are_made_by_plan_are_begun(name: str) -> None:
    files = [path.read_bytes() for path in series_files(name)[:8]]
    whole = new_engine()
    by_plan = [number for number, file in enumerate(files) if whole(file).replayed is not None]
    assert len(by_plan) >= 5
    assert taken_in_parts(files, lambda _: HEAD) == Taken(fresh(files), by_plan)


# What came is not what its head announced

OTHER: dict[str, Callable[[bytes], bytes]] = {
    "a byte less": lambda file: file[:-1],
    "no pixels": lambda file: file[: pixels_at(file)],
    "the head alone": lambda file: file[: pixels_at(file) - 12],
    "nothing": lambda _: b"",
    "a byte more": lambda file: file + b"\0",
    "padding behind the pixels": lambda file: file + EXPLICIT.element(TRAILING_PADDING, "OB", bytes(126)),
    "a name behind the pixels": lambda file: file + EXPLICIT.element(0x7FE10010, "PN", b"DUPUYTREN "),
    "another preamble": lambda file: b"X" + file[1:],
    "another instance": lambda file: file.replace(b"1.2.250.1.9999.1.1.3", b"1.2.250.1.9999.1.1.9"),
    "another patient": lambda file: file.replace(WHO.number.encode(), b"QX7741982036"),
    "another length of the pixels": lambda file: taken(file).with_length(taken(file).spot(PIXEL_DATA), 1 << 14),
    "another object of the series": lambda _: changed(references)[4],
}


def begun(engine: Engine, file: bytes) -> Begun:
    """A series' fourth object, begun in the middle of its pixels."""
    assert all(outcome(engine, before).refusal == "" for before in changed(references)[:3])
    found = engine.begin(file[: CUTS["in the middle of the pixels"](file)])
    assert found is not None
    return found


@pytest.mark.parametrize("other", OTHER)
def test_what_is_not_what_its_head_announced_must_be_made_as_a_whole(other: str) -> None:
    engine, file = new_engine(), changed(references)[3]
    head, came = begun(engine, file), OTHER[other](file)
    assert came != file
    assert head.completed(came) is None
    assert [outcome(engine, came)] == fresh([came])
    assert head.completed(file) is not None


def test_the_pixels_that_are_written_are_those_that_came_in_the_end() -> None:
    engine, file = new_engine(), changed(references)[3]
    pixels = bytes(number % 251 for number in range(len(file) - pixels_at(file)))
    came = file[: pixels_at(file)] + pixels
    result = begun(engine, file).completed(came)
    assert result is not None
    assert result.file.endswith(pixels)
    assert result.source_data == came
    assert [outcome_of(result)] == fresh([came])


def test_an_object_with_something_behind_its_pixels_is_never_begun() -> None:
    files = slices(references)
    assert {taken(file).top[-1].tag for file in files} == {TRAILING_PADDING}
    for cut in CUTS.values():
        assert taken_in_parts(files, cut) == Taken(fresh(files), [])


# What is refused

REFUSED: dict[str, tuple[Change, Reason]] = {
    "no SOP instance": (CHANGES["no SOP instance"], Reason.INVALID_UID),
    "no series": (CHANGES["no series where every object has its own"], Reason.INVALID_UID),
    "burned-in text": (in_turn("BurnedInAnnotation", *["NO", ""] * 2, "YES", "NO"), Reason.BURNED_IN_ANNOTATION),
    "a screen": (
        both(in_turn("ImageType", "ORIGINAL", "DERIVED"), once("ImageType", "SCREEN SAVE")),
        Reason.BURNED_IN_ANNOTATION,
    ),
    "pixels that do not fit": (CHANGES["rows vary, and once do not fit"], Reason.PIXELS_DO_NOT_FIT),
    "residue": (CHANGES["a look-up table varies, and once names the person"], Reason.RESIDUE),
}
"""Each is like the others of its series, but for one value, for which it is refused."""


@pytest.mark.parametrize(("change", "reason"), REFUSED.values(), ids=REFUSED)
def test_an_object_that_is_to_be_refused_is_not_begun_and_its_refusal_is_said_of_the_whole(
    change: Change, reason: Reason
) -> None:
    files = changed(change)
    for place, cut in CUTS.items():
        found = taken_in_parts(files, cut)
        refusals = [one.refusal.split(":")[0] for one in found.outcomes]
        assert refusals == ["" if number != CHANGED else reason.value for number in range(OBJECTS)]
        others = [number for number in BY_PLAN if number != CHANGED]
        assert found.begun == ([] if place in TOO_EARLY else others)


def test_beginning_again_and_again_leaves_no_trace_in_what_follows() -> None:
    engine, files = new_engine(), changed(references)
    for file in files[:3]:
        outcome(engine, file)
    for head in [file[: pixels_at(file)] for file in files] + [files[3][:at] for at in range(0, 6000, 600)]:
        engine.begin(head)
    assert taken_in_parts(files, pixels_at, engine) == Taken(fresh(files), list(range(OBJECTS)))


def test_damaged_objects_become_what_a_fresh_engine_makes_of_the_whole() -> None:
    random, engine, files = Random(20_260_401), new_engine(), changed(references)  # noqa: S311 - the same in every run
    assert all(outcome(engine, file).refusal == "" for file in files[:3])
    apart = taken(files[3])
    for _ in range(150):
        what, file = damaged(apart, random)
        at = random.choice((pixels_at(files[3]), random.randrange(len(file)), max(len(file) - 1, 0)))
        found = taken_in_parts([file], at_byte(at), engine)
        assert found.outcomes == fresh([file]), f"{what}, begun at {at}"


def at_byte(at: int) -> Cut:
    return lambda _: at
