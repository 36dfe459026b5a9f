"""Writing a data set anew from its bytes: what is kept is not touched, what is not kept is not copied.

Kept elements that follow each other stay one slice of the source, so the work grows with the header and not
with the pixels. Every nesting level is treated alike: sequences that no table names, sequences inside UN values
(PS3.5 6.2.2) and private ones. Sequences and items are written with defined lengths.
"""

import struct
from collections.abc import Callable, Mapping

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.codec import (
    DEEPEST,
    HEADER_BYTES,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    Codec,
    StructureError,
    codec_of,
)
from dicom_node.pseudonymisation.creators import Creators
from dicom_node.pseudonymisation.dictionary import implicit_vr
from dicom_node.pseudonymisation.dummies import dummy_sequence
from dicom_node.pseudonymisation.identifying import is_source
from dicom_node.pseudonymisation.level import Level, Part
from dicom_node.pseudonymisation.marks import Mark
from dicom_node.pseudonymisation.names import as_name, names_in
from dicom_node.pseudonymisation.rules import Rules
from dicom_node.pseudonymisation.syntax import IMPLICIT_LITTLE, Syntax
from dicom_node.pseudonymisation.tags import CHARSET, PIXEL_TAGS, PIXEL_VRS, UIDS, is_private
from dicom_node.pseudonymisation.trail import Trail
from dicom_node.pseudonymisation.treatment import Treatment
from dicom_node.pseudonymisation.types import Type
from dicom_node.pseudonymisation.values import BINARY_VRS, has_no_room_for_text

MOST_ITEMS = 200_000
"""Of all sequences of one object: an enhanced image of 2,000 frames has a tenth of that."""

_CODES_END = 0x00080121
_RECURSIONS = frozenset({Action.RECURSE, Action.RECURSE_KEEPING_CODES})
_IMPLICIT = codec_of(IMPLICIT_LITTLE)

Element = tuple[int, str, int, int, int]
"""Tag, VR as encoded ("" or UN: none), where the element starts, where its value does, where it ends."""


class Rewriter:
    """Rewrites one object. Not to be shared between threads or objects."""

    def __init__(
        self,
        *,
        data: bytes,
        syntax: Syntax,
        rules: Rules,
        treatment: Callable[[bytes], Treatment],
        charset: bytes,
        trail: Trail,
    ) -> None:
        """`treatment`: the one for a value of Specific Character Set (0008,0005); `charset`: the object's own."""
        self.codec = codec_of(syntax)
        self._data = data
        self._view = memoryview(data)
        self._rules = rules
        self._treatment_in = treatment
        self._treatment = treatment(charset)
        self._trail = trail
        self._items = 0

    def new_level(self, start: int, marks: Mapping[int, Mark]) -> Level:
        """The top level of the object, which starts at `start`, still without any element."""
        return Level(self._view, (), start, marks, treatment=self._treatment)

    def rewrite(self, start: int, marks: Mapping[int, Mark], record: Callable[[int, int], None]) -> Level:
        """The data set that starts at `start`, with the elements of `marks` put in, or in place of its own.

        `record`: told where each element ends, and how many parts were written then.
        Raises StructureError when the bytes are no data set.
        """
        level = self.new_level(start, marks)
        level.record = record
        try:
            self._fill(level, start, len(self._data), self.codec)
        except struct.error:
            raise StructureError("an element is cut off") from None
        return level

    def next_element(self, position: int, end: int, codec: Codec) -> Element:
        """The element at `position`."""
        tag, vr, value, length = codec.read(self._data, position)
        stop = value + length if length != UNDEFINED else codec.end_of_items(self._data, (tag, vr, value), end)
        if stop > end:
            raise StructureError("a value is cut off")
        return tag, vr, position, value, stop

    def native_element(self, position: int) -> Element:
        """The element at `position`, which may end behind what there is. Raises StructureError without a length."""
        tag, vr, value, length = self.codec.read(self._data, position)
        if length == UNDEFINED:
            raise StructureError("an element of undefined length")
        return tag, vr, position, value, value + length

    def put(self, level: Level, element: Element, codec: Codec) -> None:
        """Write what becomes of one element. The marks that come before it are written already."""
        tag, vr, position, value, stop = element
        if is_private(tag) and Creators.is_creator(tag):
            level.creators.note(tag, self._data[value:stop], level.reserve(position, stop))
            return
        action = self._action(level, element)
        if tag in PIXEL_TAGS and action is Action.KEEP and stop > value:
            level.set_pixels_apart(value, stop)
            self._trail.steps.append((level.path, tag, action))
        elif action is Action.KEEP and vr in BINARY_VRS and has_no_room_for_text(vr, stop - value):
            self._trail.steps.append((level.path, tag, action))
        else:
            self._apply(level, action, element, codec)

    def _fill(self, level: Level, position: int, end: int, codec: Codec) -> None:
        """One data set; ends at `end` or at an item's end delimiter, whichever comes first."""
        last = -1
        while position < end:
            element = tag, _, _, value, stop = self.next_element(position, end, codec)
            if tag == ITEM_END:
                if not level.is_open:
                    raise StructureError("the end of an item that has not begun")
                level.finish(position, codec)
                level.end = value
                return
            if tag <= last:
                raise StructureError("elements out of order")
            last = tag
            level.put_marks_before(tag, position, codec)
            self.put(level, element, codec)
            level.cut_before(stop)
            position = stop
        level.finish(position, codec)

    def _action(self, level: Level, element: Element) -> Action:
        tag, vr, _, value, stop = element
        if is_private(tag):
            return self._private_action(level, element)
        if tag in level.marks:
            return Action.REMOVE
        if tag in PIXEL_TAGS:
            return Action.KEEP if vr in PIXEL_VRS and not level.path else Action.REMOVE
        if tag in UIDS and not level.path and vr not in {"UI", "UN", ""}:
            raise StructureError("a UID of another kind")
        if tag == CHARSET and level.path:
            level.treatment = self._treatment_in(self._data[value:stop])
        return self._rules.find(tag, vr)

    def _private_action(self, level: Level, element: Element) -> Action:
        tag, vr, *_ = element
        creator = level.creators.of(tag)
        action = Action.REMOVE if creator is None else self._rules.find_private(creator.name, tag, vr)
        if creator is not None and action is not Action.REMOVE:
            level.fill(creator.place)
        return action

    def _apply(self, level: Level, action: Action, element: Element, codec: Codec) -> None:
        tag, vr, position, value, stop = element
        known = self._known_vr(level, tag) if vr in {"UN", ""} else vr
        is_sequence = known == "SQ" or (known in {"UN", ""} and self._looks_like_items(value, stop, _IMPLICIT))
        if action in _RECURSIONS and is_sequence:
            self._sequence(level, element, codec, keep_codes=action is Action.RECURSE_KEEPING_CODES)
        elif action in _RECURSIONS or action is Action.REMOVE:
            action = Action.REMOVE
            self._note_names(level, element, known, codec)
            level.drop(position, stop)
        elif known == "SQ":
            self._note_names(level, element, known, codec)
            inner = _IMPLICIT if vr == "UN" else codec  # PS3.5 6.2.2
            content = dummy_sequence(tag, inner.header) if action is Action.DUMMY else b""
            level.replace(position, stop, codec.header(tag, vr, len(content)) + content)
        else:
            self._note_names(level, element, known, codec)
            action = self._replace_value(level, action, (tag, known, position, value, stop), codec.header, vr)
        self._trail.steps.append((level.path, tag, action))

    def _replace_value(
        self, level: Level, action: Action, element: Element, header: Callable[[int, str, int], bytes], vr: str
    ) -> Action:
        """Write the new value; the answer is what was really done."""
        tag, known, position, value, stop = element
        before = self._data[value:stop]
        if action is Action.KEEP_CODE:
            after = self._code_value(level, (tag, known, before), position)
        else:
            after = level.treatment(action, (tag, known, before), self._trail.dropped_words)
        if after is before:
            return Action.KEEP if action is not Action.EMPTY else action
        if after is None:
            level.drop(position, stop)
            level.is_broken |= action is Action.MAP_UID and self._rules.attribute_type(tag) is Type.VALUE_REQUIRED
            return Action.REMOVE
        if len(after) % 2:
            raise StructureError("a value of odd length")
        level.replace(position, stop, header(tag, vr, len(after)) + after)
        return action if after else Action.EMPTY

    def _code_value(self, level: Level, one: tuple[int, str, bytes], position: int) -> bytes | None:
        if level.keep_codes:
            return level.treatment(Action.KEEP_TEXT, one, self._trail.dropped_words)
        if level.code is None:
            level.code = level.treatment.code(self._coded_values(position, level.codec or self.codec))
        known = level.code.get(one[0])
        return one[2] if known == one[2] else known

    def _known_vr(self, level: Level, tag: int) -> str:
        if not is_private(tag):
            return implicit_vr(tag)
        creator = level.creators.of(tag)
        return "" if creator is None else self._rules.private_vr(creator.name, tag)

    def _note_names(self, level: Level, element: Element, known: str, codec: Codec) -> None:
        """Remember what names somebody and goes: inside sequences and private groups, where `facts` did not look."""
        tag, vr, _, value, stop = element
        charset = level.treatment.charset
        if known in {"SQ", "UN", ""} and self._looks_like_items(value, stop, codec if vr == "SQ" else _IMPLICIT):
            try:
                self._trail.named += names_in(self._data, (value, stop), None if vr in {"UN", ""} else codec, charset)
            except StructureError:
                if not is_private(tag):
                    raise  # of private bytes that only look like items nobody knows what they are
        elif (known == "PN" or is_source(tag)) and (level.path or is_private(tag) or not is_source(tag)):
            self._trail.named.append(as_name(tag, self._data[value:stop], charset))

    def _coded_values(self, position: int, codec: Codec) -> dict[int, bytes]:
        """The values of a coded entry (PS3.3 Table 8.8-1), which stand together at the start of an item."""
        values = {}
        while position < len(self._data):
            tag, _, value, length = codec.read(self._data, position)
            if tag >= _CODES_END or length == UNDEFINED:
                break
            position = value + length
            values[tag] = self._data[value:position]
        return values

    def _sequence(self, level: Level, element: Element, codec: Codec, *, keep_codes: bool) -> None:
        """Rewrite every item of a sequence. One of which nothing is left goes, as does one that refers to no UID."""
        tag, vr, start, position, stop = element
        if len(level.path) >= DEEPEST:
            raise StructureError("nested too deeply")
        inner = _IMPLICIT if vr == "UN" else codec
        parts: list[Part] = []
        size, first = 0, position
        while position < stop:
            found, _, value, length = inner.read(self._data, position)
            if found == SEQUENCE_END:
                break
            self._items += 1
            if found != ITEM or self._items > MOST_ITEMS:
                raise StructureError("a sequence without items, or with too many")
            end = stop if length == UNDEFINED else value + length
            if end > stop:
                raise StructureError("an item is cut off")
            item = Level(self._view, (*level.path, tag), value, {}, treatment=level.treatment, keep_codes=keep_codes)
            item.codec = inner
            item.is_open = length == UNDEFINED
            self._fill(item, value, end, inner)
            if not item.is_broken and (item.size or item.end == value):  # one that was empty stays
                parts += (inner.header(ITEM, "", item.size), *item.parts)
                size += HEADER_BYTES + item.size
            position = item.end if length == UNDEFINED else end
        if size == 0 and stop > first and self._rules.if_nothing_left(tag) is Action.REMOVE:
            level.drop(start, stop)  # an optional sequence of which no item is left
        else:
            level.replace(start, stop, codec.header(tag, vr, size), parts, size)

    def _looks_like_items(self, value: int, stop: int, codec: Codec) -> bool:
        return stop - value >= HEADER_BYTES and codec.read_plain(self._data, value)[0] == ITEM
