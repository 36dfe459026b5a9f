"""A pseudonymisation profile: the Basic Profile of PS3.15 Annex E with the options that a project selects."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

from dicom_node.pseudonymisation.dictionary import dictionary_vrs
from dicom_node.pseudonymisation.options import Option
from dicom_node.pseudonymisation.table import EDITION, rows_by_tag

DIGEST_LENGTH = 12
"""Characters of the digest that stand in (0012,0063)."""

_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),?([0-9A-Fa-f]{4})\)?")
_PRIVATE = re.compile(r"(?P<creator>.+?) \((?P<group>[0-9A-Fa-f]{3}[13579BbDdFf]),xx(?P<element>[0-9A-Fa-f]{2})\)")
_DATES = frozenset({Option.RETAIN_LONG_FULL_DATES, Option.RETAIN_LONG_MODIFIED_DATES})
_IDENTITY = frozenset({0x00100010, 0x00100020, 0x00100030, 0x00120062, 0x00120063, 0x00120064, 0x00280303})
"""What the node itself writes, or has a setting of its own for."""
_UNCLEANABLE = frozenset({"PN", "AE", "UR", "OB", "OW", "UN"})
_STRUCTURE = frozenset({0x00080016, 0x00080018, 0x0020000D, 0x0020000E, 0x00020010, 0x00080005})
_IMAGE_GROUPS = frozenset({0x0028, 0x7FE0})


class ProfileError(Exception):
    """The profile file has to be corrected; the message names the entry and what is allowed."""


class BirthDate(Enum):
    """How much of the birth date stays. Removed by default, as Table E.1-1 has it (Z)."""

    REMOVE = "remove"
    YEAR = "year"
    MONTH = "month"


@dataclass(frozen=True, order=True, slots=True)
class PrivateAttribute:
    """A private attribute by its creator, wherever its block stands (PS3.5 7.8.1): (gggg,xxee)."""

    creator: str
    group: int
    element: int

    def __str__(self) -> str:
        return f"{self.creator} ({self.group:04X},xx{self.element:02X})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a project keeps and removes. Valid once constructed: raises ProfileError otherwise."""

    name: str
    options: frozenset[Option]
    cap_age_over_89: bool = False
    birth_date: BirthDate = BirthDate.REMOVE
    keep: frozenset[int] = frozenset()
    """Attributes kept although no option selected does; their values are still treated as their VR asks."""
    remove: frozenset[int] = frozenset()
    """Attributes removed although nothing in the standard asks for it."""
    keep_private: frozenset[PrivateAttribute] = frozenset()
    """Private attributes held safe by the project, besides those that the standard and the archive list."""

    def __post_init__(self) -> None:
        if self.options >= _DATES:
            names = " and ".join(sorted(option.value for option in _DATES))
            raise ProfileError(f"{names} contradict each other: select one of them")
        for tag in sorted(self.keep & self.remove):
            raise ProfileError(f"{spoken(tag)} is in keep and in remove: it can only be in one of them")
        for tag in sorted(self.keep):
            if tag in _IDENTITY or _UNCLEANABLE.intersection(dictionary_vrs(tag)):
                raise ProfileError(f"{spoken(tag)} cannot be kept: no value of it is known to be harmless")
        for tag in sorted(self.remove):
            if tag in _STRUCTURE or tag >> 16 in _IMAGE_GROUPS:
                raise ProfileError(f"{spoken(tag)} cannot be removed: the object would be no image any more")

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what the profile does: the same for the same rules under another name."""
        return sha256(json.dumps(self._canonical(), sort_keys=True).encode("ascii")).hexdigest()

    def _canonical(self) -> dict[str, Any]:
        return {
            "edition": EDITION,
            "options": sorted(option.value for option in self.options),
            "cap_age_over_89": self.cap_age_over_89,
            "birth_date": self.birth_date.value,
            "keep": sorted(self.keep),
            "remove": sorted(self.remove),
            "keep_private": sorted(str(attribute) for attribute in self.keep_private),
        }


DEFAULT = Profile(
    name="default",
    options=frozenset(
        {
            Option.RETAIN_LONG_MODIFIED_DATES,
            Option.RETAIN_PATIENT_CHARACTERISTICS,
            Option.RETAIN_SAFE_PRIVATE,
            Option.CLEAN_DESC,
        }
    ),
)


def read_profile(path: Path) -> Profile:
    """The profile that a TOML file describes. Raises ProfileError, which names the entry that is wrong."""
    try:
        entries = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ProfileError(f"profile {path}: cannot be read ({error.strerror})") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"profile {path}: is not TOML ({error})") from None
    try:
        return _profile(entries, path.stem)
    except ProfileError as error:
        raise ProfileError(f"profile {path}: {error}") from None


def spoken(tag: int) -> str:
    """A tag as the standard prints it."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _profile(entries: Mapping[str, Any], name: str) -> Profile:
    _one_of(entries, _READERS, "entry")
    return Profile(
        **({"name": name, "options": DEFAULT.options} | {key: _READERS[key](entries[key], key) for key in entries})
    )


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise ProfileError(f"{key} must be a text")
    return value


def _flag(value: object, key: str) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(f"{key} must be true or false")
    return value


def _texts(value: object, key: str) -> list[str]:
    if not isinstance(value, list):
        raise ProfileError(f"{key} must be a list of texts")
    return [_text(part, key) for part in value]


def _options(value: object, key: str) -> frozenset[Option]:
    names = _texts(value, key)
    _one_of(names, [option.value for option in Option], "option")
    return frozenset(Option(name) for name in names)


def _birth_date(value: object, key: str) -> BirthDate:
    allowed = [kind.value for kind in BirthDate]
    _one_of([_text(value, key)], allowed, key)
    return BirthDate(value)


def _tags(value: object, key: str) -> frozenset[int]:
    return frozenset(_tag(text, key) for text in _texts(value, key))


def _tag(text: str, key: str) -> int:
    match = _TAG.fullmatch(text.strip())
    tag = int(match[1] + match[2], 16) if match else tag_for_keyword(text.strip())
    if tag is None or not (dictionary_vrs(tag) or tag in rows_by_tag()):
        raise ProfileError(f"{key}: {text!r} is no attribute of PS3.6; write a keyword or a tag such as (0008,1030)")
    return tag


def _private(value: object, key: str) -> frozenset[PrivateAttribute]:
    return frozenset(_private_attribute(text, key) for text in _texts(value, key))


def _private_attribute(text: str, key: str) -> PrivateAttribute:
    match = _PRIVATE.fullmatch(text.strip())
    if match is None:
        raise ProfileError(f"{key}: {text!r} is no private attribute; write it as 'GEMS_PETD_01 (0009,xx0D)'")
    return PrivateAttribute(match["creator"].strip(), int(match["group"], 16), int(match["element"], 16))


def _one_of(names: Iterable[str], allowed: Iterable[str], what: str) -> None:
    known = sorted(allowed)
    for name in names:
        if name not in known:
            raise ProfileError(f"unknown {what} {name!r}; allowed: {', '.join(known)}")


_READERS: Mapping[str, Callable[[object, str], Any]] = {
    "name": _text,
    "options": _options,
    "cap_age_over_89": _flag,
    "birth_date": _birth_date,
    "keep": _tags,
    "remove": _tags,
    "keep_private": _private,
}
