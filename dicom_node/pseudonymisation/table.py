"""Table E.1-1 of PS3.15, edition 2026d: what the standard says of each attribute it names."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dicom_node.pseudonymisation.options import Option

EDITION = "2026d"
CURVE_GROUPS, OVERLAY_GROUPS = 0x5000, 0x6000
PRIVATE_ATTRIBUTES = "(gggg,eeee) where gggg is odd"

_PLAIN_TAG = re.compile(r"\(([0-9A-F]{4}),([0-9A-F]{4})\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: `basic` holds X, Z, D, U or a compound; `options` K or C for each option that overrides it."""

    tag: str
    name: str
    basic: str
    options: Mapping[Option, str]

    @property
    def number(self) -> int | None:
        """The tag as a number, or None when the row is of repeating groups or of all private attributes."""
        match = _PLAIN_TAG.fullmatch(self.tag)
        return int(match[1] + match[2], 16) if match else None


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in the order of the standard."""
    text = files(__package__).joinpath("standard/ps3_15_e1_1_2026d.json").read_text("utf-8")
    return tuple(_row(entry) for entry in json.loads(text))


@cache
def rows_by_tag() -> Mapping[int, Row]:
    """The rows of one tag each, by tag."""
    return MappingProxyType({number: row for row in rows() if (number := row.number) is not None})


def is_repeating(tag: int) -> bool:
    """Whether the tag is of a repeating group: curves (50xx) or overlays (60xx), PS3.5 7.6."""
    return tag & 0xFF010000 in {CURVE_GROUPS << 16, OVERLAY_GROUPS << 16}


def _row(entry: Mapping[str, str | None]) -> Row:
    options = {option: said for option in Option if (said := entry[option.value]) is not None}
    return Row(
        tag=str(entry["tag"]), name=str(entry["name"]), basic=str(entry["basic"]), options=MappingProxyType(options)
    )
