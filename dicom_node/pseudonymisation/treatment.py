"""What is done to the value of one element, for one person, one set of identifying values and one character set.

Values repeat from object to object of a study, so what was worked out once is remembered; the memory is bounded.
"""

import re
from collections.abc import Callable, Mapping

from dicom_node.concepts import known_meaning
from dicom_node.dates import shift_date, shift_date_time
from dicom_node.errors import UnprocessableError
from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.ages import birth_date_of, capped
from dicom_node.pseudonymisation.charset import Charset
from dicom_node.pseudonymisation.dummies import dummy_value
from dicom_node.pseudonymisation.folding import folded_words
from dicom_node.pseudonymisation.identifying import SHORTEST_WORD, IdentifyingValues
from dicom_node.pseudonymisation.residue import find_residue
from dicom_node.pseudonymisation.rules import Rules
from dicom_node.pseudonymisation.text import Cleaned, TextCleaner
from dicom_node.pseudonymisation.values import TEXT_VRS, is_well_formed, padded
from dicom_node.pseudonymisation.vocabulary import Vocabulary
from dicom_node.status import Reason
from dicom_node.uids import UidMap, is_registered, is_uid

MOST_REMEMBERED = 2048
LONGEST_REMEMBERED = 256
"""Bytes of one value."""

LONGEST_CLEANED = 10_240
"""Bytes of a text; the longest text that is no UT (LT) has 10,240 characters (PS3.5 6.2)."""

SHORTEST_NUMBER = 6
"""Digits of an identifier that is looked for where a number may stand."""

_GEOMETRY = frozenset({0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053})
"""Position, orientation, spacing, rescale intercept and slope: without them an image means something else."""

_PLAIN_TEXT_VRS = frozenset({"AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI"})
_CODE_VALUES = (0x00080100, 0x00080119, 0x00080120)
"""Code Value, Long Code Value, URN Code Value: an entry has one of them (PS3.3 Table 8.8-1)."""

_SCHEME, _VERSION, _MEANING = 0x00080102, 0x00080103, 0x00080104
_PLAIN_VERSION = re.compile(rb"[0-9.]{1,16}[ \0]?")
_LONGEST_MEANING = 64
_NO_VALUE = b""
_ASCII_PRINTABLE = frozenset(range(0x20, 0x7F)) | {0}
_ZONE_LENGTH = 5


class Treatment:
    """Treats values. Not to be shared between threads."""

    def __init__(
        self,
        *,
        rules: Rules,
        map_uid: UidMap,
        days: int,
        charset: Charset,
        identifying: IdentifyingValues,
        clean: TextCleaner,
    ) -> None:
        self._rules = rules
        self._map_uid = map_uid
        self._days = days
        self.charset = charset
        self._identifying = identifying
        self._clean = clean
        self._memory: dict[tuple[Action, tuple[int, str, bytes]], tuple[bytes | None, tuple[str, ...]]] = {}
        self._ways: Mapping[Action, Callable[[int, str, bytes, list[str]], bytes | None]] = {
            Action.EMPTY: lambda *_: _NO_VALUE,
            Action.DUMMY: lambda _tag, vr, _value, _dropped: dummy_value(vr),
            Action.KEEP: self._keep,
            Action.KEEP_TEXT: self._keep_text,
            Action.KEEP_TIME_ZONE: self._keep_time_zone,
            Action.MAP_UID: self._map,
            Action.SHIFT: self._shift,
            Action.CLEAN_TEXT: self._clean_text,
            Action.CAP_AGE: lambda _tag, _vr, value, _dropped: capped(value),
            Action.CLEAN_BIRTH_DATE: lambda _tag, _vr, value, _dropped: birth_date_of(
                value, self._rules.profile.birth_date
            ),
        }

    def __call__(self, action: Action, element: tuple[int, str, bytes], dropped_words: list[str]) -> bytes | None:
        """The value that stands in for that of `element` (tag, VR, value): itself, another one, or None: it has to go.

        Unknown words that were taken out of it are added to `dropped_words`.
        """
        key = (action, element)
        known = self._memory.get(key)
        tag, vr, value = element
        if known is None:
            dropped: list[str] = []
            known = (self._ways[action](tag, vr, value, dropped), tuple(dropped))
            if len(value) <= LONGEST_REMEMBERED:
                if len(self._memory) >= MOST_REMEMBERED:
                    self._memory.clear()
                self._memory[key] = known
        if known[1]:
            dropped_words += known[1]
        return value if known[0] == value else known[0]

    def code(self, values: Mapping[int, bytes]) -> dict[int, bytes]:
        """What remains of a coded entry: the code, its scheme and a plain version, with the dictionary's meaning.

        Nothing remains when no public dictionary holds the code.
        """
        tag = next((tag for tag in _CODE_VALUES if values.get(tag)), None)
        scheme = self._ascii(values.get(_SCHEME, b""))
        code = None if tag is None else self._ascii(values[tag])
        meaning = None if code is None or scheme is None else known_meaning(scheme, code)
        if tag is None or meaning is None:
            return {}
        kept = {tag: values[tag], _SCHEME: values[_SCHEME]}
        if _PLAIN_VERSION.fullmatch(values.get(_VERSION, b"")):
            kept[_VERSION] = values[_VERSION]
        return kept | {_MEANING: padded(meaning[:_LONGEST_MEANING].encode("ascii", "replace"), "LO")}

    def _keep(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:
        if vr in TEXT_VRS:
            text = self.charset.decode(value)
            return self._nothing_left(tag, vr) if text is None or self._names_somebody(text) else value
        if not is_well_formed(tag, vr, value):
            return self._well_formed_parts(tag, vr, value)
        if vr == "CS":
            return self._keep_text(tag, vr, value, dropped)
        return self._keep_number(tag, vr, value) if vr in {"IS", "DS"} else value

    def _well_formed_parts(self, tag: int, vr: str, value: bytes) -> bytes | None:
        """Of a value that its VR does not allow, the components that it does. Geometry and scale are all or nothing."""
        if tag in _GEOMETRY:
            raise UnprocessableError(Reason.UNREADABLE, "geometry or scale is no number")
        if vr not in _PLAIN_TEXT_VRS:
            return self._nothing_left(tag, vr)
        parts = value.rstrip(b" \0").split(b"\\")
        kept = b"\\".join(part if is_well_formed(tag, vr, part) else b"" for part in parts)
        return self._or_nothing(tag, vr, kept.decode("ascii", "replace"))

    def _keep_number(self, tag: int, vr: str, value: bytes) -> bytes | None:
        """A patient's number in place of a series number goes; shorter ones say what they say in any header."""
        if len(value) < SHORTEST_NUMBER:
            return value
        parts = value.decode("ascii").rstrip(" \0").split("\\")
        kept = [
            "" if len(part.strip()) >= SHORTEST_NUMBER and self._is_number_of(part.strip()) else part for part in parts
        ]
        return value if kept == parts else self._or_nothing(tag, vr, "\\".join(kept))

    def _is_number_of(self, number: str) -> bool:
        return number.partition(".")[0].lstrip("+-") in self._identifying.words

    def _keep_text(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:  # noqa: ARG002
        """Component by component: plain ASCII, and none of the object's own identifying words."""
        if not _ASCII_PRINTABLE.issuperset(value):
            return self._nothing_left(tag, vr)
        parts = value.decode("ascii").rstrip(" \0").split("\\")
        harmless = Vocabulary.default().common if vr == "CS" else frozenset[str]()
        kept = ["" if self._names_somebody(part, harmless) else part for part in parts]
        return value if kept == parts else self._or_nothing(tag, vr, "\\".join(kept))

    def _clean_text(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:
        text = self.charset.decode(value) if len(value) <= LONGEST_CLEANED else None
        if text is None:
            return self._nothing_left(tag, vr)
        cleaned: Cleaned = self._clean(text, self._identifying.words)
        dropped += cleaned.dropped
        if self._names_somebody(cleaned.text):
            return self._nothing_left(tag, vr)
        return value if cleaned.text == text else self._or_nothing(tag, vr, cleaned.text)

    def _keep_time_zone(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:  # noqa: ARG002
        text = value.strip(b" \0")
        is_zone = len(text) == _ZONE_LENGTH and text[:1] in b"+-" and text[1:].isdigit()
        return value if is_zone else self._nothing_left(tag, vr)

    def _map(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:  # noqa: ARG002
        parts = value.decode("latin-1").strip(" \0").split("\\")
        return self._or_nothing(tag, vr, "\\".join(self._mapped(part.strip(" \0")) for part in parts))

    def _mapped(self, uid: str) -> str:
        """What is no UID cannot be followed; the object's own UIDs are looked at before (`engine`)."""
        if not is_uid(uid):
            return ""
        return uid if is_registered(uid) else self._map_uid(uid)

    def _shift(self, tag: int, vr: str, value: bytes, dropped: list[str]) -> bytes | None:  # noqa: ARG002
        shift = shift_date_time if vr == "DT" else shift_date
        parts = value.decode("latin-1").rstrip(" \0").split("\\")
        return self._or_nothing(tag, vr, "\\".join(shift(part, self._days) for part in parts))

    def _or_nothing(self, tag: int, vr: str, text: str) -> bytes | None:
        encoded = self.charset.encode(text, vr) if text.strip("\\ ") else None
        return self._nothing_left(tag, vr) if encoded is None else encoded

    def _nothing_left(self, tag: int, vr: str) -> bytes | None:
        """Nothing may stay of a value: the element goes as far as its type in the IOD allows."""
        left = self._rules.if_nothing_left(tag)
        if left is Action.DUMMY:
            return dummy_value(vr)
        return None if left is Action.REMOVE else _NO_VALUE

    def _names_somebody(self, text: str, harmless: frozenset[str] = frozenset()) -> bool:
        """By one of its words, or by what the last look at the whole header would find in it (`residue`).

        `harmless`: the standard's own terms, which in coded values say nothing about anybody of that name.
        """
        words = set(folded_words(text)) - harmless
        named = words & self._identifying.words
        if named and (named == words or any(len(word) >= SHORTEST_WORD for word in named)):
            return True  # two letters ("GE", "LI") name somebody only where there is nothing else
        return find_residue(text.encode("utf-8", "replace"), self._identifying) is not None

    @staticmethod
    def _ascii(value: bytes) -> str | None:
        try:
            return value.decode("ascii").strip(" \0")
        except UnicodeDecodeError:
            return None
