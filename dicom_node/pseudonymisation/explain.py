"""Why something was done to an element: in words, for the report."""

from functools import lru_cache

from pydicom.datadict import keyword_for_tag

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.describe import WORDS, why_of_row
from dicom_node.pseudonymisation.marks import MARKED
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import Profile, spoken
from dicom_node.pseudonymisation.rules import Rules, compile_rules
from dicom_node.pseudonymisation.table import is_repeating, rows_by_tag
from dicom_node.pseudonymisation.tags import PIXEL_TAGS, is_private
from dicom_node.pseudonymisation.trail import Step
from dicom_node.pseudonymisation.unnamed import GONE_GROUPS, listed

_LEFT_NOTHING = frozenset({Action.REMOVE, Action.EMPTY})


class Explainer:
    """Explains the steps of objects of one SOP class under one profile."""

    def __init__(self, profile: Profile, sop_class_uid: str) -> None:
        self._profile = profile
        self._rules: Rules = compile_rules(profile, sop_class_uid)
        self.why = lru_cache(maxsize=4096)(self._why)

    def _why(self, step: Step) -> str:
        path, tag, action = step
        if is_private(tag):
            return self._why_private(action)
        if tag in PIXEL_TAGS:
            return "pixels of an icon or another item" if path else "pixel data: copied byte for byte"
        if tag in MARKED and not path:
            return "written anew for the pseudonym"
        reason = self._by_rule(tag)
        expected = self._rules.find(tag, "")
        if action in _LEFT_NOTHING and expected not in {action, Action.REMOVE, Action.EMPTY, Action.DUMMY}:
            return f"{reason}; nothing harmless was left of the value"
        return reason

    def _by_rule(self, tag: int) -> str:
        row = rows_by_tag().get(tag)
        if row is not None:
            return why_of_row(row, tag, self._profile)
        if tag in self._profile.remove:
            return "profile: remove"
        if is_repeating(tag):
            return "Basic Profile: X (curves and overlays)"
        if tag >> 16 in GONE_GROUPS or not tag & 0xFFFF:
            return "no part of what leaves"
        return "not in Table E.1-1: listed" if tag in listed() else "not in Table E.1-1: by its VR"

    def _why_private(self, action: Action) -> str:
        if action is Action.REMOVE:
            return "private: not known to be safe, or nothing harmless was left"
        option = Option.RETAIN_SAFE_PRIVATE
        return f"{option.code[1]}: C" if option in self._profile.options else "profile: keep_private"


def name_of(tag: int) -> str:
    """The keyword of an attribute (PS3.6), or its tag."""
    return keyword_for_tag(tag) or spoken(tag)


def words_for(step: Step) -> str:
    """What was done, in words."""
    path, tag, action = step
    if tag in MARKED and not path:
        return "replaced"
    return WORDS[action]
