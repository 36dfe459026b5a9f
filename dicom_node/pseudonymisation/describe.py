"""What a profile does, in words: one line per row of Table E.1-1, then what happens to all other attributes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydicom.datadict import dictionary_description

from dicom_node.pseudonymisation.action import Action
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.profile import BirthDate, Profile, spoken
from dicom_node.pseudonymisation.rules import PATIENT_BIRTH_DATE, Rules, compile_rules, deciding_option
from dicom_node.pseudonymisation.table import PRIVATE_ATTRIBUTES, Row, rows
from dicom_node.pseudonymisation.types import sop_classes
from dicom_node.pseudonymisation.unnamed import actions_by_vr, listed

WORDS: Mapping[Action, str] = MappingProxyType(
    {
        Action.REMOVE: "removed",
        Action.EMPTY: "emptied",
        Action.DUMMY: "replaced by a dummy value",
        Action.KEEP: "kept",
        Action.KEEP_TEXT: "kept unless it holds identifying words",
        Action.KEEP_CODE: "kept when a public dictionary holds the code",
        Action.KEEP_TIME_ZONE: "kept when an offset from UTC",
        Action.MAP_UID: "UIDs replaced by keyed ones",
        Action.SHIFT: "shifted by the patient's whole-day offset",
        Action.CLEAN_TEXT: "reduced to harmless words",
        Action.RECURSE: "items treated alike",
        Action.RECURSE_KEEPING_CODES: "items treated alike, their codes kept",
        Action.CAP_AGE: "kept, above 89 years as 090Y",
        Action.CLEAN_BIRTH_DATE: "reduced",
    }
)
_ORDER = tuple(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """One line of the table in the documentation."""

    tag: str
    name: str
    action: str
    why: str


def describe(profile: Profile) -> Iterator[Description]:
    """Every row of Table E.1-1 in the standard's order, then VRs and listed attributes that it does not name."""
    compiled = [compile_rules(profile, sop_class_uid) for sop_class_uid in sop_classes()]
    for row in rows():
        action, why = _private(profile) if row.tag == PRIVATE_ATTRIBUTES else _of_row(row, profile, compiled)
        yield Description(tag=row.tag, name=row.name, action=action, why=why)
    yield from _by_vr(profile)


def _of_row(row: Row, profile: Profile, compiled: list[Rules]) -> tuple[str, str]:
    tag = row.number
    if tag is None:
        return WORDS[Action.REMOVE], _why_group(row, profile)
    actions = sorted({rules.standard[tag] for rules in compiled}, key=_ORDER.index)
    words = " or ".join(WORDS[action] for action in actions) + (", by type in the IOD" if len(actions) > 1 else "")
    return words, why_of_row(row, tag, profile)


def _why_group(row: Row, profile: Profile) -> str:
    option = deciding_option(row, profile)
    return "Basic Profile: X" if option is None else f"{option.code[1]}: no program can clean a bitmap"


def why_of_row(row: Row, tag: int, profile: Profile) -> str:
    """What decides of an attribute that Table E.1-1 names."""
    if tag in profile.remove:
        return "profile: remove"
    if tag == PATIENT_BIRTH_DATE and profile.birth_date is not BirthDate.REMOVE:
        return f"profile: birth_date = {profile.birth_date.value}"
    option = deciding_option(row, profile)
    if option is not None:
        return f"{option.code[1]}: {row.options[option]}"
    return "profile: keep" if tag in profile.keep else f"Basic Profile: {row.basic}"


def _private(profile: Profile) -> tuple[str, str]:
    if Option.RETAIN_SAFE_PRIVATE in profile.options:
        return "removed unless known to be safe, then treated by VR", f"{Option.RETAIN_SAFE_PRIVATE.code[1]}: C"
    if profile.keep_private:
        return "removed unless the profile names it, then treated by VR", "profile: keep_private"
    return WORDS[Action.REMOVE], "Basic Profile: X"


def _by_vr(profile: Profile) -> Iterator[Description]:
    actions = actions_by_vr(profile)
    vrs: dict[Action, list[str]] = {}
    for vr in sorted({*actions, "AE", "OB", "OW", "PN", "UN", "UR"}):
        vrs.setdefault(actions.get(vr, Action.REMOVE), []).append(vr)
    for action, names in sorted(vrs.items(), key=lambda entry: _ORDER.index(entry[0])):
        yield Description(
            tag=f"VR {', '.join(names)}", name="not in Table E.1-1", action=WORDS[action], why="by value representation"
        )
    for tag, action in sorted(listed().items()):
        yield Description(
            tag=spoken(tag), name=dictionary_description(tag), action=WORDS[action], why="not in Table E.1-1, listed"
        )
