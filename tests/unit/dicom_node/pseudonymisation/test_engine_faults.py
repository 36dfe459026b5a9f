"""Whatever fails while an object is treated, the object is quarantined as a whole, and nothing of it is in clear."""

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from dicom_node.door import Arrival
from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation import rewrite
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import DEFAULT, BirthDate, Profile
from dicom_node.pseudonymisation.rewrite import Rewriter
from dicom_node.pseudonymisation.rules import Rules
from dicom_node.pseudonymisation.treatment import Treatment
from tests.builders import door
from tests.builders.broken_files import EXPLICIT, REFERENCED_IMAGES, Taken, taken
from tests.builders.datasets import new_engine
from tests.builders.door import Parts, arrival, ct, parts_in
from tests.builders.identities import Identity, found_in, identified

WHO = Identity()
PROFILE = Profile(
    name="every action",
    options=DEFAULT.options | {Option.RETAIN_INSTITUTION_IDENTITY},
    cap_age_over_89=True,
    birth_date=BirthDate.YEAR,
)
REFERENCED_PATIENTS = 0x00081120
A_UID = b"1.2.250.1.9999.7741982035\0"
NAMED_ITEM = EXPLICIT.item(EXPLICIT.element(0x00100010, "PN", b"ZWYNGELBERT "))
CODED_ITEM = EXPLICIT.item(
    EXPLICIT.element(0x00080100, "SH", b"QX7741982035") + EXPLICIT.element(0x00080102, "SH", b"99LOCAL ")
)


@dataclass(frozen=True, slots=True)
class Target:
    """An element whose treatment fails."""

    tag: int
    vr: str
    value: bytes

    @property
    def raw(self) -> bytes:
        return EXPLICIT.element(self.tag, self.vr, self.value)


TARGETS = {
    Action.REMOVE: Target(REFERENCED_PATIENTS, "SQ", NAMED_ITEM),
    Action.EMPTY: Target(0x00080090, "PN", b"HRDLICKOVSKI"),
    Action.DUMMY: Target(0x00120040, "LO", b"QX7741982035"),
    Action.KEEP: Target(0x00080032, "TM", b"10111213"),
    Action.KEEP_TEXT: Target(0x00080070, "LO", b"ZWYNGELBERT "),
    Action.KEEP_CODE: Target(0x00080100, "SH", b"QX7741982035"),
    Action.KEEP_TIME_ZONE: Target(0x00080201, "SH", b"+0100 "),
    Action.MAP_UID: Target(0x00080017, "UI", A_UID),
    Action.SHIFT: Target(0x00080022, "DA", b"19431107"),
    Action.CLEAN_TEXT: Target(0x00184000, "LT", b"voir dossier Zwyngelbert"),
    Action.RECURSE: Target(REFERENCED_IMAGES, "SQ", NAMED_ITEM),
    Action.RECURSE_KEEPING_CODES: Target(0x00080082, "SQ", CODED_ITEM),
    Action.CAP_AGE: Target(0x00101010, "AS", b"091Y"),
    Action.CLEAN_BIRTH_DATE: Target(0x00100030, "DA", b"19431107"),
}
"""One element for each action, as `PROFILE` has it."""


def raises(value: bytes) -> object:
    raise ValueError(f"cannot treat {value!r} of {WHO.family_name}")


Fault = Callable[[bytes], object]
ON_VALUES: dict[str, Fault] = {
    "raises": raises,
    "answers a str": lambda value: value.decode("latin-1"),
    "answers an int": len,
    "answers a list": lambda value: [value],
    "answers an odd number of bytes": lambda _value: b"odd",
}
ON_NAMES = {name: ON_VALUES[name] for name in ("raises", "answers a str", "answers an int", "answers a list")}
ON_SEQUENCES = {"raises": raises}
FAULTS: Mapping[Action, Mapping[str, Fault]] = dict.fromkeys(Action, ON_VALUES) | {
    Action.REMOVE: ON_NAMES,
    Action.RECURSE: ON_SEQUENCES,
    Action.RECURSE_KEEPING_CODES: ON_SEQUENCES,
}
LEVELS = ("at the top", "in an item")


@dataclass(frozen=True, slots=True)
class Case:
    """One action that fails in one way."""

    action: Action
    level: str
    fault: str

    @property
    def file(self) -> bytes:
        return source_with(TARGETS[self.action], self.level)

    def __str__(self) -> str:
        return f"{self.action.name} {self.level} {self.fault}"


CASES = [Case(action, level, fault) for action in Action for level in LEVELS for fault in FAULTS[action]]


@cache
def base() -> Taken:
    return taken(identified(ct(), WHO))


@cache
def sound_arrival() -> Arrival:
    return arrival(base().file(base().body))


def source_with(target: Target, level: str) -> bytes:
    """A CT of the invented person that holds the element once more than any other."""
    if level == "at the top":
        return base().with_element(target.tag, target.raw)
    return base().with_element(REFERENCED_IMAGES, EXPLICIT.sequence(REFERENCED_IMAGES, EXPLICIT.item(target.raw)))


def make_fail(monkeypatch: pytest.MonkeyPatch, action: Action, fault: Fault) -> list[bytes]:
    """Let one action fail at its target; the answer grows with every failure."""
    target, failures = TARGETS[action], list[bytes]()

    def fails(value: bytes) -> object:
        failures.append(value)
        return fault(value)

    if action is Action.REMOVE:
        monkeypatch.setattr(rewrite, "names_in", lambda data, *_: fails(data[:8]))
    elif action is Action.KEEP_CODE:
        monkeypatch.setattr(Treatment, "code", lambda _self, values: {target.tag: fails(values[target.tag])})
    elif FAULTS[action] is ON_SEQUENCES:
        _fail_at_sequences(monkeypatch, target.tag, fails)
    else:
        _fail_at_values(monkeypatch, action, target.tag, fails)
    return failures


def _fail_at_sequences(monkeypatch: pytest.MonkeyPatch, tag: int, fails: Fault) -> None:
    sound = Rewriter._sequence  # noqa: SLF001 - nothing from outside makes it fail

    def sequence(self: Rewriter, level: object, element: tuple[int, ...], *parts: object, **more: object) -> None:
        if element[0] == tag:
            fails(b"")
        sound(self, level, element, *parts, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Rewriter, "_sequence", sequence)


def _fail_at_values(monkeypatch: pytest.MonkeyPatch, action: Action, tag: int, fails: Fault) -> None:
    sound = Treatment.__init__

    def init(self: Treatment, **parts: object) -> None:
        sound(self, **parts)  # type: ignore[arg-type]
        ways = self._ways
        way = ways[action]

        def treat(at: int, vr: str, value: bytes, dropped: list[str]) -> object:
            return fails(value) if at == tag else way(at, vr, value, dropped)

        self._ways = {**ways, action: treat}  # type: ignore[dict-item]

    monkeypatch.setattr(Treatment, "__init__", init)


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr(door, "DEFAULT", PROFILE)
    return parts_in(tmp_path)


def assert_quarantined(parts: Parts, file: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Sent through the door the file has one end, the quarantine, and nothing of it is in clear."""
    caplog.set_level(logging.NOTSET)
    with pytest.raises(UnprocessableError) as caught:
        parts.door.receive(replace(sound_arrival(), file=file))
    assert parts.outbox.depth() == 0
    assert not list((parts.folder / "objects").rglob("*.dcm"))
    (label,) = parts.quarantine.labels()
    assert parts.quarantine.open(label.quarantine_id) == file
    assert len(list((parts.folder / "quarantine").iterdir())) == 1
    on_disk = b"".join(path.read_bytes() for path in parts.folder.rglob("*") if path.is_file())
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    for content in (on_disk, told.encode()):
        assert found_in(content, WHO) == []
        assert A_UID[:-1] not in content


@pytest.mark.parametrize("action", Action, ids=lambda action: action.name)
@pytest.mark.parametrize("level", LEVELS)
def test_each_target_is_treated_by_its_action(action: Action, level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The faults below hit what they are meant to hit: without a fault the object passes."""
    file = source_with(TARGETS[action], level)
    assert new_engine(PROFILE)(file).file
    failures = make_fail(monkeypatch, action, raises)
    with pytest.raises(ValueError, match="cannot treat"):
        new_engine(PROFILE)(file)
    assert failures


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_engine_gives_nothing_when_an_action_fails(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    file = case.file
    make_fail(monkeypatch, case.action, FAULTS[case.action][case.fault])
    with pytest.raises(Exception):  # noqa: B017, PT011 - whichever it is, there is no result
        new_engine(PROFILE)(file)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_door_quarantines_an_object_when_an_action_fails(
    case: Case, parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    file = case.file
    make_fail(monkeypatch, case.action, FAULTS[case.action][case.fault])
    assert_quarantined(parts, file, caplog)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.name)
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kept", ["its tag", "its header", "half its value"])
def test_an_object_that_ends_within_an_element_is_quarantined(
    action: Action, level: str, kept: str, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    target = TARGETS[action]
    file = source_with(target, level)
    at = file.rindex(target.raw)
    head = len(target.raw) - len(target.value)
    end = at + {"its tag": 4, "its header": head, "half its value": head + len(target.value) // 2}[kept]
    assert_quarantined(parts, file[:end], caplog)


@pytest.mark.parametrize("action", Action, ids=lambda action: action.name)
def test_an_element_that_reaches_out_of_its_item_is_quarantined(
    action: Action, parts: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    target = TARGETS[action]
    longer = EXPLICIT.element(target.tag, target.vr, target.value, len(target.value) + 2)
    items = EXPLICIT.sequence(REFERENCED_IMAGES, EXPLICIT.item(longer))
    assert_quarantined(parts, base().with_element(REFERENCED_IMAGES, items), caplog)


@pytest.mark.parametrize("answer", [None, "KEEP", 99, -1, []], ids=repr)
def test_a_rule_that_is_no_action_lets_nothing_through(
    answer: object, parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Also of a text that the last look at the header cannot know to be somebody's."""
    comments, sound = Target(0x00184000, "LT", b"Monsieur Untel"), Rules.find

    def find(self: Rules, tag: int, vr: str) -> object:
        return answer if tag == comments.tag else sound(self, tag, vr)

    monkeypatch.setattr(Rules, "find", find)
    assert_quarantined(parts, source_with(comments, "at the top"), caplog)


@pytest.mark.parametrize(
    "step",
    [
        "opened.read_frame",
        "engine.read_facts",
        "engine.check_image",
        "engine.new_frame",
        "engine.find_residue",
        "studies.compile_rules",
        "studies.identifying_values",
        "studies.marks_of",
        "treatment.find_residue",
        "treatment.folded_words",
        "rewrite.names_in",
        "rewrite.Level.replace",
        "rewrite.Level.drop",
        "rewrite.Level.finish",
        "rewrite.Creators.note",
        "text.TextCleaner.__call__",
        "charset.Charset.decode",
        "codec.Codec.header",
    ],
)
def test_whatever_step_fails_the_object_is_quarantined(
    step: str, parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_values: object, **_more: object) -> None:
        raises(WHO.number.encode("ascii"))

    monkeypatch.setattr(f"dicom_node.pseudonymisation.{step}", fail)
    assert_quarantined(parts, source_with(TARGETS[Action.REMOVE], "in an item"), caplog)


def test_a_plan_that_fails_lets_nothing_through(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files = [identified(ct(SOPInstanceUID=f"1.2.3.{number}", InstanceNumber=number), WHO) for number in range(4)]
    for file in files[:3]:
        parts.door.receive(arrival(file))
    monkeypatch.setattr("dicom_node.pseudonymisation.plan.Plan.replay", lambda *_, **__: raises(b""))
    caplog.set_level(logging.NOTSET)
    with pytest.raises(UnprocessableError):
        parts.door.receive(arrival(files[3]))
    assert parts.outbox.depth() == 3
    assert len(list(parts.quarantine.labels())) == 1
    assert found_in(caplog.text.encode(), WHO) == []
