"""The rules of one profile for one IOD, compiled for look-up: tag and VR → what is done.

Precedence, where several selected options speak of one attribute: C (clean) beats K (keep), so that a calibration
date which Retain Device Identity would keep is still shifted under Modified Dates; either beats the Basic Profile.
Every decision that the standard leaves open is taken here or in `unnamed`, once, for the engine and for the docs.
"""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.dictionary import BULK, TEXT, UNKNOWN, are_alike, dictionary_vrs, effective_vr
from dicom_node.pseudonymisation.options import BASIC_PROFILE, Option
from dicom_node.pseudonymisation.private import named_by_the_standard, safe_private
from dicom_node.pseudonymisation.profile import BirthDate, PrivateAttribute, Profile
from dicom_node.pseudonymisation.table import Row, is_repeating, rows_by_tag
from dicom_node.pseudonymisation.types import Type, attribute_types
from dicom_node.pseudonymisation.unnamed import GONE_GROUPS, OTHER_TRADES, actions_by_vr, listed

PATIENT_BIRTH_DATE = 0x00100030
_TIME_ZONE = 0x00080201
MOST_REMEMBERED = 16384
"""Tag and VR come from outside: what is remembered of them is bounded."""

_ANY_BLOCK = 0xFFFF00FF
"""A private tag without the number of its block (PS3.5 7.8.1)."""

_PUBLISHED_VERSIONS = frozenset({0x00080106, 0x00080107, 0x0040DB06, 0x0040DB07})
"""Versions of context groups and templates. Anyone can look them up: shifted, they would tell the patient's offset."""

_ITEMS_REPLACED = frozenset({0x00081111, 0x00081072, 0x00340001, 0x0040A073})
"""Sequences whose dummy (D) is made item by item: the table or the UID map replaces all that their items hold."""

_CLEANABLE = TEXT | {"AE", "CS"}
_NOTHING_LEFT = frozenset({Action.REMOVE, Action.EMPTY, Action.DUMMY})


class Rules:
    """What is done to every element of an object of one SOP class. Built by `compile_rules`."""

    def __init__(self, profile: Profile, sop_class_uid: str) -> None:
        self.profile = profile
        self.sop_class_uid = sop_class_uid
        self._types = attribute_types(sop_class_uid)
        self._by_vr = actions_by_vr(profile)
        self._basic = {tag: self._without_options(row, tag) for tag, row in rows_by_tag().items()}
        self.standard: Mapping[int, Action] = MappingProxyType(
            {tag: self._of_row(row, tag) for tag, row in rows_by_tag().items()}
        )
        """The action for every row of Table E.1-1 that names one tag."""
        self.codes = _codes(profile)
        """(0012,0064): code value (scheme DCM) and meaning of what this profile does."""
        self._found: dict[tuple[int, str], Action] = {}
        self._found_private: dict[tuple[str, int, str], Action] = {}

    def find(self, tag: int, vr: str) -> Action:
        """What is done to an element of an even group. `vr`: as encoded; empty or UN when the encoding has none."""
        action = self._found.get((tag, vr))
        if action is None:
            action = self._decide(tag, vr)
            if len(self._found) < MOST_REMEMBERED:
                self._found[tag, vr] = action
        return action

    def find_private(self, creator: str, tag: int, vr: str) -> Action:
        """What is done to an element of an odd group that stands in a block of `creator` (empty: of nobody)."""
        key = (creator, tag & _ANY_BLOCK, vr)
        action = self._found_private.get(key)
        if action is None:
            action = self._decide_private(*key)
            if len(self._found_private) < MOST_REMEMBERED:
                self._found_private[key] = action
        return action

    def private_vr(self, creator: str, tag: int) -> str:
        """The published VR of a safe private attribute, by which to read one that came without; empty: none."""
        return safe_private().get(_attribute(creator, tag), UNKNOWN)

    def if_nothing_left(self, tag: int) -> Action:
        """REMOVE, EMPTY or DUMMY: for a value of which cleaning left nothing, or that is not what its VR allows."""
        basic = self._basic.get(tag)
        return basic if basic in _NOTHING_LEFT else self._removed(tag)

    def attribute_type(self, tag: int) -> Type:
        """The type of an attribute in this IOD."""
        return self._types.get(tag, Type.OPTIONAL)

    def remembered(self) -> int:
        """How many look-ups are remembered: never more than twice `MOST_REMEMBERED`."""
        return len(self._found) + len(self._found_private)

    def _decide(self, tag: int, vr: str) -> Action:
        group = tag >> 16
        if group & 1 or group in GONE_GROUPS or tag & 0xFFFF == 0 or is_repeating(tag):
            return Action.REMOVE
        if tag in self.standard and (vr in {UNKNOWN, "UN"} or _is_believable(tag, vr)):
            return self.standard[tag]
        if tag in self.standard:
            return self.if_nothing_left(tag)
        return self._removed(tag) if tag in self.profile.remove else self._unnamed(tag, vr)

    def _decide_private(self, creator: str, tag: int, vr: str) -> Action:
        attribute = _attribute(creator, tag)
        if not self._is_safe(attribute):
            return Action.REMOVE
        published = safe_private().get(attribute, UNKNOWN)
        actual = published if vr in {UNKNOWN, "UN"} else vr
        if published and not are_alike(actual, published):
            return Action.REMOVE  # sent as something else than it is
        if actual in {"OB", "OW"} and published in BULK and attribute in named_by_the_standard():
            return Action.KEEP
        return self._by_vr.get(actual, Action.REMOVE)

    def _unnamed(self, tag: int, vr: str) -> Action:
        actual = effective_vr(tag, vr)
        if actual == UNKNOWN or tag >> 16 in OTHER_TRADES:
            return self._removed(tag)
        action = listed().get(tag)
        if action is None:
            action = self._by_vr.get(actual, Action.REMOVE)
        return self._removed(tag) if action is Action.REMOVE else action

    def _is_safe(self, attribute: PrivateAttribute) -> bool:
        if attribute in self.profile.keep_private:
            return True
        return Option.RETAIN_SAFE_PRIVATE in self.profile.options and attribute in safe_private()

    def _removed(self, tag: int) -> Action:
        """Removal, as far as the IOD lets it go."""
        return _REMOVALS[self.attribute_type(tag)]

    def _of_row(self, row: Row, tag: int) -> Action:
        if tag in self.profile.remove:
            return self._removed(tag)
        if tag == PATIENT_BIRTH_DATE and self.profile.birth_date is not BirthDate.REMOVE:
            return Action.CLEAN_BIRTH_DATE
        option = deciding_option(row, self.profile)
        if option is not None:
            return self._cleaned(tag) if row.options[option] == "C" else self._kept(tag, row)
        return self._unnamed(tag, UNKNOWN) if tag in self.profile.keep else self._basic[tag]

    def _cleaned(self, tag: int) -> Action:
        vr = _vr(tag)
        if tag == _TIME_ZONE:
            return Action.KEEP_TIME_ZONE
        if vr in {"DA", "DT"} and tag not in _PUBLISHED_VERSIONS:
            return Action.SHIFT
        if vr == "TM":
            return Action.KEEP
        if vr == "SQ":
            return Action.RECURSE
        return Action.CLEAN_TEXT if vr in _CLEANABLE else self._basic[tag]

    def _kept(self, tag: int, row: Row) -> Action:
        vr = _vr(tag)
        if vr == "SQ":
            return Action.RECURSE_KEEPING_CODES if "Code Sequence" in row.name else Action.RECURSE
        return Action.CAP_AGE if vr == "AS" and self.profile.cap_age_over_89 else Action.KEEP

    def _without_options(self, row: Row, tag: int) -> Action:
        """The Basic Profile's action, a compound one decided by the attribute's type (PS3.15 Table E.1-1a)."""
        if "U" in row.basic:
            return Action.RECURSE if _vr(tag) == "SQ" else Action.MAP_UID
        if row.basic in _PLAIN:
            return self._dummy(tag) if row.basic == "D" else _PLAIN[row.basic]
        kind = self.attribute_type(tag)
        if kind is Type.OPTIONAL:
            return Action.REMOVE if "X" in row.basic else Action.EMPTY
        if kind is Type.MAY_BE_EMPTY:
            return Action.EMPTY
        return self._dummy(tag)

    def _dummy(self, tag: int) -> Action:
        if tag in _ITEMS_REPLACED:
            return Action.RECURSE
        return Action.MAP_UID if _vr(tag) == "UI" else Action.DUMMY


_PLAIN = MappingProxyType({"X": Action.REMOVE, "Z": Action.EMPTY, "D": Action.DUMMY})
_REMOVALS = MappingProxyType(
    {
        Type.OPTIONAL: Action.REMOVE,
        Type.MAY_BE_EMPTY: Action.EMPTY,
        Type.VALUE_REQUIRED: Action.DUMMY,
    }
)


def deciding_option(row: Row, profile: Profile) -> Option | None:
    """The selected option that decides of a row, a cleaning one (C) before a keeping one (K); None: none speaks."""
    speaking = [option for option in Option if option in profile.options and option in row.options]
    return min(speaking, key=lambda option: row.options[option], default=None)


@lru_cache(maxsize=64)
def compile_rules(profile: Profile, sop_class_uid: str) -> Rules:
    """The rules of `profile` for objects of one SOP class. Takes milliseconds, and is remembered."""
    return Rules(profile, sop_class_uid)


def _codes(profile: Profile) -> tuple[tuple[str, str], ...]:
    """What was in fact done: keeping what the Basic Profile removes, for no option's sake, is not that profile."""
    options = sorted(option.code for option in profile.options)
    basic = [] if _goes_below_the_profile(profile) else [BASIC_PROFILE]
    return (*basic, *options)


def _goes_below_the_profile(profile: Profile) -> bool:
    named = rows_by_tag()
    return any(tag in named and not (named[tag].options.keys() & profile.options) for tag in profile.keep)


def _vr(tag: int) -> str:
    known = dictionary_vrs(tag)
    return known[0] if known else UNKNOWN


def _attribute(creator: str, tag: int) -> PrivateAttribute:
    return PrivateAttribute(creator.strip(" \0"), tag >> 16, tag & 0xFF)


def _is_believable(tag: int, vr: str) -> bool:
    return any(are_alike(vr, allowed) for allowed in dictionary_vrs(tag))
