"""All 657 rows of Table E.1-1 through the engine's bytes: present, at the top and nested, under every option."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache

import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.uid import CTImageStorage, EnhancedCTImageStorage, PositronEmissionTomographyImageStorage
from pydicom.valuerep import validate_value

from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, Profile
from tests.builders.pseudonymised import DAYS, PSEUDONYM, UIDS, engine_for, read
from tests.builders.table_objects import (
    HARMLESS_POSITION,
    HARMLESS_WORD,
    REFERENCED_INSTANCES,
    REFERENCED_SERIES,
    TEXT_VRS,
    TIME_ZONE,
    Decoded,
    Elements,
    Encoding,
    Row,
    as_unknown,
    decoded,
    elements_of,
    entries,
    image,
    nested,
    rows,
)

PROFILES = {
    "basic": Profile(name="basic", options=frozenset()),
    "default": DEFAULT,
    **{option.value: Profile(name="one", options=frozenset({option})) for option in Option},
}
IODS = {"CT": CTImageStorage, "Enhanced CT": EnhancedCTImageStorage, "PET": PositronEmissionTomographyImageStorage}

# PS3.3: what must have a value (type 1) or be there (type 2) of the attributes with a compound action, also if only
# conditionally, for it came. What is in neither list may go.
VALUED = {
    "CT": "",
    "PET": "SeriesDate SeriesTime",
    "Enhanced CT": """
        ContentDate ContentTime AcquisitionDateTime DeviceSerialNumber ReferencedPerformedProcedureStepSequence
    """,
}
PRESENT = {
    "CT": "PatientID PatientSexNeutered ContentDate ContentTime ContrastBolusAgent",
    "PET": "PatientID PatientSexNeutered ContentDate ContentTime ContrastBolusAgent AcquisitionDate AcquisitionTime",
    "Enhanced CT": "PatientID PatientSexNeutered AcquisitionContextSequence",
}

REWRITTEN = {0x00100010, 0x00100020, 0x00200010}
"""Patient name and number get the pseudonym, Study ID a value of ours: at the top they are never empty."""

VERSIONS = {0x00080106, 0x00080107, 0x0040DB06, 0x0040DB07}
"""Versions of context groups and templates: anybody can look them up, so that shifted they would tell the offset."""

NO_PROGRAM_CLEANS = {0x00340007, 0x0016002B, 0x0016004B, 0x04000310}
"""Bytes of no known structure (OB)."""

FILE_META, COMMANDS = 0x0002, 0x0000


class WrongError(AssertionError):
    """What a row became is not what the table says."""


def check(condition: object, complaint: str) -> None:
    if not condition:
        raise WrongError(complaint)


def tags(keywords: str) -> set[int | None]:
    return {tag_for_keyword(keyword) for keyword in keywords.split()}


def letter_of(row: Row, profile: Profile) -> str:
    """What the table says of the row under the options selected: a cleaning one beats a keeping one."""
    said = {row.options[option.value] for option in profile.options if option.value in row.options}
    return min(said, default=row.basic)


def decided(row: Row, iod: str | None) -> str:
    """The one letter of a compound action that the type in the IOD leaves; all of them within items."""
    if iod is None or "/" not in row.basic or "U" in row.basic:
        return row.basic
    if row.tag in tags(VALUED[iod]):
        return "D"
    return "Z" if row.tag in tags(PRESENT[iod]) else row.basic.split("/")[0]


def stripped(value: bytes) -> bytes:
    return value.strip(b" \0")


def traces_in(row: Row, content: bytes, *, uids: bool = True) -> list[str]:
    sought = {row.word, row.code, *([row.uid] if uids else [])}
    folded = content.upper()
    return [trace for trace in sought if trace.encode("ascii") in folded]


def judge(row: Row, letter: str, after: bytes | list[Decoded] | None, iod: str | None) -> None:
    """Raise WrongError when `after` (None: the row is gone) is not what `letter` allows. `iod`: None within items."""
    if row.tag >> 16 in {FILE_META, COMMANDS}:
        check(after is None, "stands in a data set")
    elif iod is not None and row.tag in REWRITTEN:
        check(isinstance(after, bytes) and after and row.word.encode() not in after, "not replaced")
    elif letter == "K":
        judge_kept(row, after)
    elif letter == "C" and row.tag not in VERSIONS | NO_PROGRAM_CLEANS:
        judge_cleaned(row, after)
    else:
        judge_replaced(row, decided(row, iod), after)


def judge_kept(row: Row, after: bytes | list[Decoded] | None) -> None:
    if row.vr == "SQ":
        item = only_item(after)
        check(item.get(0x00185100) == HARMLESS_POSITION, "a harmless value in its item is gone")
        if "Code Sequence" in row.name:
            check(stripped(value_in(item, 0x00080100)) == row.code.encode(), "its code is gone")
    else:
        check(after == row.value(), "not kept byte for byte")


def judge_cleaned(row: Row, after: bytes | list[Decoded] | None) -> None:
    if row.vr == "SQ":
        item = only_item(after)
        check(item.get(0x00185100) == HARMLESS_POSITION, "a harmless value in its item is gone")
    elif row.vr == "TM" or row.tag == TIME_ZONE:
        check(after == row.value(), "not kept byte for byte")
    elif row.vr in {"DA", "DT"}:
        shifted = f"{row.day + timedelta(days=DAYS):%Y%m%d}" + (f"{row.time}+0100" if row.vr == "DT" else "")
        check(isinstance(after, bytes) and stripped(after) == shifted.encode(), "not shifted by the offset")
    elif row.vr in TEXT_VRS:
        check(isinstance(after, bytes) and stripped(after) == HARMLESS_WORD.encode(), "not reduced to harmless words")
    else:
        check(row.vr in {"AE", "CS"}, f"{row.vr} is not foreseen")
        check(not isinstance(after, list), "is a sequence")


def judge_replaced(row: Row, basic: str, after: bytes | list[Decoded] | None) -> None:
    """By the Basic Profile: one of the letters of `basic`."""
    became = letters_for(row, after)
    letters = set(basic.split("/"))
    check(became & letters, f"{basic} became one of {sorted(became)}")


def letters_for(row: Row, after: bytes | list[Decoded] | None) -> set[str]:
    """The actions that `after` may be the outcome of."""
    if after is None:
        return {"X"}
    if not after:
        return {"Z"}
    if isinstance(after, list):
        (item,) = after
        return {"D"} | ({"U*"} if mapped(row, item.get(0x00081155)) else set())
    check(after != row.value(), "kept")
    if row.vr == "UI":
        return {"U", "D"} if mapped(row, after) else set()
    if row.vr not in {"OB", "UN", "US"}:
        validate_value(row.vr, stripped(after).decode("ascii"), 2)  # raises: a dummy must be of its VR
    return {"D", "Z"}


def mapped(row: Row, value: object) -> bool:
    return isinstance(value, bytes) and stripped(value).decode("ascii") == UIDS(row.uid)


def only_item(after: bytes | list[Decoded] | None) -> Decoded:
    check(isinstance(after, list) and len(after) == 1, "is no sequence of one item any more")
    assert isinstance(after, list)
    return after[0]


def value_in(item: Decoded, tag: int) -> bytes:
    value = item.get(tag, b"")
    assert isinstance(value, bytes)
    return value


def judged(profile: Profile, level: Decoded, iod: str | None = None) -> dict[str, str]:
    """Every row that did not become what the table says, and why. `iod`: of the top level, None within items."""
    wrong = {}
    for row in rows():
        try:
            judge(row, letter_of(row, profile), level.get(row.tag), iod)
        except (WrongError, ValueError) as error:
            wrong[f"{row.tag:08X} {row.name}"] = str(error)
    return wrong


def left_over(profile: Profile, file: bytes) -> dict[str, list[str]]:
    """Rows of which anything distinctive stands anywhere in a file although the profile does not keep it.

    A dummy sequence may keep its items when all that identifies in them is replaced; retained UIDs are not.
    """
    found = {row.name: traces_in(row, file) for row in rows() if letter_of(row, profile) != "K"}
    if Option.RETAIN_UIDS in profile.options:
        found |= {row.name: traces_in(row, file, uids=False) for row in rows() if (row.vr, row.basic) == ("SQ", "D")}
    return {name: traces for name, traces in found.items() if traces}


@cache
def all_rows() -> Elements:
    return elements_of(rows())


def inner_levels(file: bytes) -> Iterator[Decoded]:
    (item,) = items(decoded(file)[REFERENCED_SERIES])
    yield item
    yield from items(item[REFERENCED_INSTANCES])


def items(value: bytes | list[Decoded]) -> list[Decoded]:
    assert isinstance(value, list)
    return value


def test_every_row_of_the_standard_is_tried() -> None:
    special = [entry["tag"] for entry in entries() if set(str(entry["tag"])) & set("xg")]
    assert (len(entries()), len(rows())) == (657, 653)
    assert special == ["(50xx,xxxx)", "(60xx,4000)", "(60xx,3000)", "(gggg,eeee) where gggg is odd"]
    source = decoded(image(all_rows()))
    assert {row.tag for row in rows()} <= source.keys()
    assert not {REFERENCED_SERIES, REFERENCED_INSTANCES} & {row.tag for row in rows()}


@pytest.mark.parametrize("iod", IODS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_row_at_the_top_becomes_what_the_table_says(name: str, iod: str) -> None:
    made = engine_for(PROFILES[name])(image(all_rows(), sop_class_uid=IODS[iod]))
    assert judged(PROFILES[name], decoded(made.file), iod) == {}
    assert left_over(PROFILES[name], made.file) == {}


@pytest.mark.parametrize("iod", IODS)
@pytest.mark.parametrize("name", PROFILES)
def test_every_row_nested_in_sequences_of_no_table_becomes_what_the_table_says(name: str, iod: str) -> None:
    made = engine_for(PROFILES[name])(image(nested(all_rows()), sop_class_uid=IODS[iod]))
    outer, inner = inner_levels(made.file)
    assert judged(PROFILES[name], outer) == {}
    assert judged(PROFILES[name], inner) == {}
    assert left_over(PROFILES[name], made.file) == {}


@pytest.mark.parametrize("encoding", [Encoding.IMPLICIT_LITTLE, Encoding.EXPLICIT_BIG])
@pytest.mark.parametrize("name", ["basic", "default", "retain_uids", "retain_long_full_dates"])
def test_the_encoding_changes_nothing(name: str, encoding: Encoding) -> None:
    made = engine_for(PROFILES[name])(image({**all_rows(), **nested(all_rows())}, encoding))
    assert judged(PROFILES[name], decoded(made.file), "CT") == {}
    for level in inner_levels(made.file):
        assert judged(PROFILES[name], level) == {}
    assert left_over(PROFILES[name], made.file) == {}


@pytest.mark.parametrize("name", ["basic", "default", "retain_uids", "retain_long_full_dates"])
def test_attributes_of_an_unknown_vr_are_treated_by_their_dictionary(name: str) -> None:
    made = engine_for(PROFILES[name])(image({**as_unknown(all_rows()), **nested(as_unknown(all_rows()))}))
    assert judged(PROFILES[name], decoded(made.file), "CT") == {}
    for level in inner_levels(made.file):
        assert judged(PROFILES[name], level) == {}
    assert left_over(PROFILES[name], made.file) == {}


def test_compound_actions_and_nothing_else_are_decided_by_the_iod() -> None:
    compound = {row.tag for row in rows() if "/" in row.basic}
    assert len(compound) == 50
    for iod in IODS:
        assert tags(VALUED[iod]) | tags(PRESENT[iod]) <= compound


def test_rows_that_come_empty_pass() -> None:
    # Not UIDs: without one, an item refers to nothing.
    empty: Elements = {row.tag: (row.vr, [] if row.vr == "SQ" else b"") for row in rows() if row.vr != "UI"}
    removed = [row.tag for row in rows() if row.basic == "X" and not row.options]
    for profile in PROFILES.values():
        made = engine_for(profile)(image({**empty, **nested(empty)}))
        for level in (decoded(made.file), *inner_levels(made.file)):
            assert [tag for tag in removed if tag in level] == []


def test_the_pseudonym_stands_in_for_the_patient_and_for_nobody_within() -> None:
    made = engine_for()(image({**all_rows(), **nested(all_rows())}))
    top, inner = decoded(made.file), next(inner_levels(made.file))
    assert value_in(top, 0x00100010) == value_in(top, 0x00100020) == PSEUDONYM.encode() + b" "
    assert (value_in(inner, 0x00100010), value_in(inner, 0x00100020)) == (b"", b"")


def test_the_media_storage_instance_is_that_of_the_data_set() -> None:
    made = engine_for()(image(all_rows()))
    after = read(made.file)
    assert after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID


GRAPHICS: Elements = {
    group << 16 | element: ("OW" if element in {0x3000, 0x0010} else "LO", b"ZWEITER ")
    for group in (0x5000, 0x5010, 0x501E, 0x6000, 0x6002, 0x601E)
    for element in (0x0010, 0x0022, 0x0040, 0x1500, 0x2500, 0x3000, 0x4000)
}


@pytest.mark.parametrize("name", PROFILES)
def test_curves_and_overlays_go_at_every_level(name: str) -> None:
    made = engine_for(PROFILES[name])(image({**GRAPHICS, **nested(GRAPHICS)}))
    assert b"ZWEITER" not in made.file
    assert [tag for tag in decoded(made.file) if tag >> 24 in {0x50, 0x60}] == []
    # Nothing but graphics was in the items, so nothing is left of them.
    assert REFERENCED_SERIES not in decoded(made.file)


UNSAFE: Elements = {
    0x00090010: ("LO", b"ZWEITER CREATOR "),
    0x00091001: ("LO", b"ZWEITER "),
    0x00091002: ("SQ", [{0x00081030: ("LO", b"ZWEITER ")}]),
    0x0029FF01: ("UN", b"ZWEITER "),  # in a block that nobody reserved
}
SAFE: Elements = {
    0x00090010: ("LO", b"GEMS_PETD_01"),
    0x0009100D: ("DT", b"20110305101530.00 "),
    0x00091038: ("FL", b"\0\0\0\x3f"),
    0x00190010: ("LO", b"SIEMENS MR HEADER "),
    0x0019100C: ("IS", b"1000"),
    0x0019100D: ("LO", b"ZWEITER "),
}


@pytest.mark.parametrize("name", PROFILES)
def test_private_attributes_go_at_every_level_unless_safe(name: str) -> None:
    made = engine_for(PROFILES[name])(image({**UNSAFE, **nested({0x00185100: ("CS", b"HFS "), **UNSAFE})}))
    assert b"ZWEITER" not in made.file
    for level in (decoded(made.file), *inner_levels(made.file)):
        assert [tag for tag in level if tag & 0x10000] == []


@pytest.mark.parametrize("name", PROFILES)
def test_safe_private_attributes_stay_cleaned_only_with_their_option(name: str) -> None:
    made = engine_for(PROFILES[name])(image({**SAFE, **nested({0x00185100: ("CS", b"HFS "), **SAFE})}))
    assert b"ZWEITER" not in made.file
    retained = Option.RETAIN_SAFE_PRIVATE in PROFILES[name].options
    for level in (decoded(made.file), *inner_levels(made.file)):
        private = {tag: value for tag, value in level.items() if tag & 0x10000}
        if not retained:
            assert private == {}
            continue
        # The date of a scan is shifted where dates are, and goes where no option speaks of dates.
        shifted = {0x0009100D: b"20100129101530.00 "} if name == "default" else {}
        assert private == {
            0x00090010: b"GEMS_PETD_01",
            **shifted,
            0x00091038: b"\0\0\0\x3f",
            0x00190010: b"SIEMENS MR HEADER ",
            0x0019100C: b"1000",
        }
