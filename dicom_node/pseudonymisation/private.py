"""Private attributes known to be safe: PS3.15 Table E.3.10-1, the archive's keep list, and what SUV needs."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from dicom_node.pseudonymisation.profile import PrivateAttribute

_SUV = MappingProxyType(
    {
        # GE: scan, measured, administered and post-injection date and time, activities and half-life.
        ("GEMS_PETD_01", 0x0009): {
            0x0D: "DT",
            0x38: "FL",
            0x39: "DT",
            0x3B: "DT",
            0x3C: "FL",
            0x3D: "DT",
            0x3F: "FL",
        },
        # Philips: SUV factor and activity concentration factor.
        ("Philips PET Private Group", 0x7053): {0x00: "DS", 0x09: "DS"},
        # Philips: per-frame values, the scale slope (2005,xx0E) among them, stand in items of this sequence.
        ("Philips MR Imaging DD 005", 0x2005): {0x0F: "SQ"},
        # Siemens: what the pixel values were decay-corrected to.
        ("SIEMENS MED PT", 0x0071): {0x22: "DT"},
    }
)
"""Blocks whose attributes a standardised uptake value is computed from: creator and group → element → VR."""


@cache
def safe_private() -> Mapping[PrivateAttribute, str]:
    """The attributes that are safe once cleaned as their VR asks → their VR, empty when nobody published it."""
    return MappingProxyType(_archive() | _standard() | _quantification())


@cache
def named_by_the_standard() -> frozenset[PrivateAttribute]:
    """The attributes of Table E.3.10-1, whose bytes are safe even where their VR says nothing of them."""
    return frozenset(_standard())


def _standard() -> dict[PrivateAttribute, str]:
    return {_attribute(row["creator"], row["tag"][1:5], row["tag"][8:10]): row["vr"] for row in _standard_rows()}


def _standard_rows() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(_data("ps3_15_e3_10_1_safe_private.json"))
    return rows


def _archive() -> dict[PrivateAttribute, str]:
    keep: dict[str, dict[str, dict[str, str]]] = json.loads(_data("tcia_private.json"))["keep"]
    return {
        _attribute(creator, group, element): vr
        for creator, groups in keep.items()
        for group, elements in groups.items()
        for element, vr in elements.items()
    }


def _quantification() -> dict[PrivateAttribute, str]:
    return {
        PrivateAttribute(creator, group, element): vr
        for (creator, group), elements in _SUV.items()
        for element, vr in elements.items()
    }


def _attribute(creator: str, group: str, element: str) -> PrivateAttribute:
    return PrivateAttribute(creator.strip(), int(group, 16), int(element, 16))


def _data(name: str) -> str:
    return files(__package__).joinpath("standard", name).read_text("utf-8")
