"""A second, slow reading of the rules: what every element of a data set must become, as pydicom reads both files.

It shares with the engine the compiled rules (which action an element gets) and nothing else. What a vocabulary or a
dictionary of codes decides is held to properties: nothing but words of the source, none of them identifying.
"""

import re
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from pydicom.charset import convert_encodings
from pydicom.datadict import dictionary_has_tag, dictionary_VM, dictionary_VR, repeater_has_tag
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID
from pydicom.valuerep import validate_value
from pydicom.values import convert_value

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.rules import Rules

MARKS = {0x00100010, 0x00100020, 0x00120062, 0x00120063, 0x00120064, 0x00200010, 0x00280303}
"""What the node says of itself in every object, in place of what the source has there."""

PIXELS = {0x7FE00008, 0x7FE00009, 0x7FE00010}
_NUMBER_BYTES = {"AT": 4, "FD": 8, "FL": 4, "OV": 8, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8}
_BULK = {"OB", "OD", "OF", "OL", "OW"}
_TEXT = {"LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")
_DATE_TIME = re.compile(r"(\d{8})((?:\d\d){0,3}(?:\.\d{1,6})?(?:[+-]\d{4})?)")
_SCHEME, _MEANING = 0x00080102, 0x00080104
_CODE_TAGS = (0x00080100, 0x00080119, 0x00080120, _SCHEME, _MEANING)
_BLOCKS = range(0x10, 0x100)


class Element(NamedTuple):
    """One element as it is encoded, and read."""

    tag: int
    vr: str
    """As encoded; empty in implicit VR."""
    raw: bytes
    known_vr: str
    items: tuple[Dataset, ...] | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Oracle:
    """What must become of objects of one person, by one profile and one SOP class."""

    rules: Rules
    map_uid: Callable[[str], str]
    days: int
    identifying: frozenset[str] = field(default=frozenset(), repr=False)
    """Words, in small letters, for whose sake a value may go that would stay otherwise."""
    forbidden: frozenset[str] = field(default=frozenset(), repr=False)
    """Those that may be nowhere in a text that was cleaned."""

    def differences(self, source: Dataset, made: Dataset) -> list[str]:
        """Everything in `made` that is not what `source` must have become."""
        return list(_Comparison(self).of_level(source, made, "", keep_codes=False))

    def names_somebody(self, text: str) -> bool:
        small = text.lower()
        return any(word in small for word in self.identifying)

    def moved(self, value: str, vr: str) -> str:
        """A date or date and time moved by whole days; empty when it is none."""
        match = (_DATE_TIME if vr == "DT" else _DATE).fullmatch(value.strip())
        if match is None:
            return ""
        digits, rest = (match[1], match[2]) if vr == "DT" else ("".join(match.groups()), "")
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) + timedelta(days=self.days)
        except (ValueError, OverflowError):
            return ""
        return f"{day.year:04d}{day.month:02d}{day.day:02d}{rest}"

    def mapped(self, uid: str) -> str:
        """A UID in the place of another; those of the standard stay, what is none goes."""
        if len(uid) > 64 or not re.fullmatch(r"\d+(\.\d+)*", uid):
            return ""
        registered = uid.startswith("1.2.840.10008.") and UID(uid).name != uid
        return uid if registered else self.map_uid(uid)


class _Comparison:
    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._rules = oracle.rules

    def of_level(self, source: Dataset, made: Dataset, path: str, *, keep_codes: bool) -> Iterator[str]:
        top = not path
        expected: set[int] = MARKS if top else set()
        yield from (f"{path}{tag:08X} was made up" for tag in _tags(made) if tag not in {*_tags(source), *expected})
        blocks_kept: set[int] = set()
        for tag in _tags(source):
            if top and tag in MARKS:
                continue
            if _is_creator(tag):
                continue
            action, known = self._action(source, tag, top=top)
            before, after = _element(source, tag, known), _element(made, tag, known) if tag in made else None
            if tag & 0x10000 and after is not None:
                blocks_kept.add(tag & 0xFFFF0000 | tag >> 8 & 0xFF)
            assert before is not None
            yield from (
                f"{path}{tag:08X} {before.vr} {action.name}: {said}"
                for said in self._of_element(action, before, after, path, keep_codes=keep_codes)
            )
        for tag in filter(_is_creator, _tags(source)):
            if (tag in made) != (tag in blocks_kept):
                yield f"{path}{tag:08X}: creator and its block do not go together"
            elif tag in made and _plain(_element(source, tag, "").raw) != _plain(_element(made, tag, "").raw):
                yield f"{path}{tag:08X}: creator changed"
        yield from self._of_coded_entry(source, made, path)

    def _action(self, level: Dataset, tag: int, *, top: bool) -> tuple[Action, str]:
        vr = _encoded_vr(level, tag)
        if tag in PIXELS:
            return (Action.KEEP if top else Action.REMOVE), vr or "OW"
        if tag & 0x10000:
            creator = _creator_of(level, tag)
            if creator is None:
                return Action.REMOVE, vr
            known = self._rules.private_vr(creator, tag) if vr in {"", "UN"} else vr
            return self._rules.find_private(creator, tag, vr), known
        return self._rules.find(tag, vr), _dictionary_vr(tag) if vr in {"", "UN"} else vr

    def _of_element(
        self, action: Action, before: Element, after: Element | None, path: str, *, keep_codes: bool
    ) -> Iterator[str]:
        if after is not None and "" not in {after.vr, before.vr} and after.vr != before.vr:
            yield f"VR is {after.vr}"
        if action in {Action.RECURSE, Action.RECURSE_KEEPING_CODES}:
            kept = keep_codes or action is Action.RECURSE_KEEPING_CODES
            yield from self._of_sequence(before, after, f"{path}{before.tag:08X}/", keep_codes=kept)
        elif action is Action.REMOVE:
            yield from [] if after is None else ["is still there"]
        elif after is None:
            if not self._may_go(action, before):
                yield "is gone"
        elif action is Action.KEEP_CODE and not keep_codes:
            return  # with the others of its entry
        else:
            yield from self._of_value(Action.KEEP_TEXT if action is Action.KEEP_CODE else action, before, after)

    def _of_value(self, action: Action, before: Element, after: Element) -> Iterator[str]:
        if action is Action.EMPTY:
            yield from [] if not after.raw and not after.items else ["has a value"]
        elif action is Action.DUMMY:
            yield from [] if (after.raw or after.items) and after.raw != before.raw else ["is no dummy"]
        elif action is Action.CLEAN_TEXT:
            yield from self._of_cleaned(before, after)
        elif action in {Action.MAP_UID, Action.SHIFT}:
            parts = [self._part(action, part, before.known_vr) for part in _components(before)]
            wanted = "\\".join(parts) if any(parts) else ""
            if _plain(after.raw) != wanted and not (not wanted and self._is_what_is_left(before, after)):
                yield f"is {_plain(after.raw)!r}, not {wanted!r}"
        elif after.raw != before.raw and not (self._may_change(before) and self._lost_components(before, after)):
            yield "changed"

    def _part(self, action: Action, part: str, vr: str) -> str:
        return self._oracle.moved(part, vr) if action is Action.SHIFT else self._oracle.mapped(part)

    def _of_cleaned(self, before: Element, after: Element) -> Iterator[str]:
        if any(word in after.text.lower() for word in self._oracle.forbidden):
            yield "names somebody"
        left = _WORD.findall(after.text)
        if left and not _is_within(left, _WORD.findall(before.text)) and not self._is_what_is_left(before, after):
            yield "says what the source did not"

    def _may_go(self, action: Action, before: Element) -> bool:
        """Whether an element that is not removed by rule may be absent: nothing of its value could stay."""
        if action is Action.KEEP_CODE:
            return True
        if action in {Action.EMPTY, Action.DUMMY} or self._rules.if_nothing_left(before.tag) is not Action.REMOVE:
            return False
        if action in {Action.SHIFT, Action.MAP_UID}:
            return not any(self._part(action, part, before.known_vr) for part in _components(before))
        if action is Action.KEEP_TIME_ZONE:
            return not re.fullmatch(r"[+-]\d{4}", _plain(before.raw).strip())
        return action is Action.CLEAN_TEXT or self._may_change(before)

    def _is_what_is_left(self, before: Element, after: Element) -> bool:
        left = self._rules.if_nothing_left(before.tag)
        return bool(after.raw) and after.raw != before.raw if left is Action.DUMMY else not after.raw

    def _may_change(self, before: Element) -> bool:
        return self._oracle.names_somebody(before.text) or not _is_valid(before)

    def _lost_components(self, before: Element, after: Element) -> bool:
        """Whether only components are missing, or all of the value is."""
        old, new = _components(before), _components(after)
        some = len(old) == len(new) and all(there in {here, ""} for here, there in zip(old, new, strict=True))
        return some or self._is_what_is_left(before, after)

    def _of_sequence(self, before: Element, after: Element | None, path: str, *, keep_codes: bool) -> Iterator[str]:
        if before.items is None:
            yield from [] if after is None else ["no sequence is still there"]
            return
        left = list(after.items or ()) if after is not None else []
        missing = 0
        for place, item in enumerate(before.items):
            said = list(self.of_level(item, left[0], path, keep_codes=keep_codes)) if left else ["no item is left"]
            if not said:
                left.pop(0)
            elif self._may_vanish(item, path, keep_codes=keep_codes):
                missing += 1
            else:
                yield f"item {place + 1}: {'; '.join(said)}"
                return
        if left:
            yield f"{len(left)} items too many"
        if after is None and not (
            before.items and missing == len(before.items) and self._rules.if_nothing_left(before.tag) is Action.REMOVE
        ):
            yield "is gone"

    def _may_vanish(self, item: Dataset, path: str, *, keep_codes: bool) -> bool:
        """Whether nothing of an item needs to stay, or what it refers to is no UID."""
        if not list(self.of_level(item, Dataset(), path, keep_codes=keep_codes)):
            return True
        uids = (
            tag for tag in _tags(item) if not tag & 0x10000 and self._action(item, tag, top=False)[0] is Action.MAP_UID
        )
        return any(not self._oracle.mapped(part) for tag in uids for part in _components(_element(item, tag, "UI")))

    def _of_coded_entry(self, source: Dataset, made: Dataset, path: str) -> Iterator[str]:
        """A code stays with its scheme and a meaning, or all of it goes."""
        before, after = (
            {tag: _element(level, tag, "SH").raw for tag in _CODE_TAGS if tag in level} for level in (source, made)
        )
        values = [tag for tag in _CODE_TAGS[:3] if before.get(tag)]
        if not values or not any(after.values()):
            return
        for tag in (values[0], _SCHEME):
            if after.get(tag) != before.get(tag):
                yield f"{path}{tag:08X}: a code changed"
        if not after.get(_MEANING):
            yield f"{path}{_MEANING:08X}: a code without meaning"


def _tags(level: Dataset) -> list[int]:
    return sorted(int(tag) for tag in level.keys())  # noqa: SIM118 - iterating a data set converts its values


def _is_creator(tag: int) -> bool:
    return bool(tag & 0x10000) and tag & 0xFFFF in _BLOCKS


def _creator_of(level: Dataset, tag: int) -> str | None:
    place = tag & 0xFFFF0000 | tag >> 8 & 0xFF
    if tag & 0xFFFF < 0x1000 or place not in level:
        return None
    creator = _element(level, place, "LO")
    return creator.raw.decode("ascii", "replace").strip(" \0")


def _encoded_vr(level: Dataset, tag: int) -> str:
    return level.get_item(BaseTag(tag)).VR or ""


def _dictionary_vr(tag: int) -> str:
    known = dictionary_has_tag(tag) or repeater_has_tag(tag)
    return dictionary_VR(tag).split(" or ", maxsplit=1)[0] if known else ""


def _element(level: Dataset, tag: int, known_vr: str) -> Element:
    """The element as it stands in the file. `level` stays unread: pydicom forgets bytes that it has understood."""
    item = level.get_item(BaseTag(tag))
    if isinstance(item, DataElement):
        return _read_already(level, item, known_vr)
    vr, raw = item.VR or "", item.value or b""
    if known_vr == "SQ":
        return Element(tag, vr, b"", known_vr, _items(level, item), "")
    text = _text_of(level, item, known_vr) if known_vr in _TEXT else raw.decode("latin-1")
    return Element(tag, vr, raw, known_vr, None, text)


def _read_already(level: Dataset, item: DataElement, known_vr: str) -> Element:
    """A sequence of undefined length; or what pydicom reads others by: pixel representation, private creators."""
    if item.VR == "SQ":
        return Element(int(item.tag), "SQ", b"", known_vr, tuple(item.value or ()), "")
    if item.VR == "US":
        raw = struct.pack("<H" if level.original_encoding[1] else ">H", item.value)
    else:
        raw = "\\".join(item.value if isinstance(item.value, MultiValue) else [str(item.value or "")]).encode("ascii")
        raw += b" " * (len(raw) % 2)
    return Element(int(item.tag), item.VR, raw, known_vr, None, "")


def _items(level: Dataset, item: RawDataElement) -> tuple[Dataset, ...] | None:
    if not item.value:
        return ()
    inner = item._replace(is_implicit_VR=True) if item.VR == "UN" else item
    value = convert_value("SQ", inner, level.original_character_set)
    return tuple(value) if isinstance(value, Sequence) else None


def _text_of(level: Dataset, item: RawDataElement, vr: str) -> str:
    value = convert_value(vr, item, convert_encodings(level.original_character_set))
    return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value or "")


def _plain(raw: bytes) -> str:
    return raw.decode("latin-1").rstrip(" \0")


def _components(element: Element) -> list[str]:
    return _plain(element.raw).split("\\")


def _is_within(words: list[str], all_words: list[str]) -> bool:
    """Whether `words` stand in `all_words`, in that order."""
    rest = iter(all_words)
    return all(word in rest for word in words)


def _is_valid(element: Element) -> bool:
    """Whether a value can be of its VR (PS3.5 6.2), as pydicom judges, and as many as PS3.6 allows."""
    vr, raw = element.known_vr, element.raw
    size = _NUMBER_BYTES.get(vr)
    if size is not None:
        most = dictionary_VM(element.tag).split("-")[-1] if dictionary_has_tag(element.tag) else "n"
        return len(raw) % size == 0 and (not most.isdigit() or len(raw) // size <= max(int(most), 1))
    if vr in _BULK:
        return True
    if vr in _TEXT:
        return element.text.isascii() and element.text.isprintable()
    try:
        for part in _components(element):
            validate_value(vr, part, 2)
    except ValueError:
        return False
    return raw.isascii()
