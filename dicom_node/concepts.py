"""Codes of the DICOM dictionaries: only these may pass, and their meaning is written from here."""

import re
from functools import cache
from typing import cast

from pydicom.sr._concepts_dict import concepts  # the dictionaries' only form that can be read by code value
from pydicom.sr._snomed_dict import mapping

_SNOMED_RT_NAMES = frozenset({"SRT", "SNM3", "99SDM"})
"""SNOMED RT under its several designators (PS3.16 8.1)."""

_PREFIX = r"(?:da|[YZEPTGMkhdcmunpfa])?"
_NOTE = r"\{(?:SUVbw|SUVlbm|SUVbsa|SUVibw|counts|ratio|propcounts|RBE)\}"
_FACTOR = r"(?:10\*-?\d{1,2}|\d{1,3})"
_ATOM = (
    r"(?:\[hnsf'U\]|mm\[Hg\]|m\[Hg\]|m\[H2O\]|Cel|Ohm|mol|min|deg|rad|kat|cal|bar|eV|Bq|Ci|Gy|Sv|Hz|Pa|lm|lx|sr|Wb"
    r"|mo|wk|osm|eq|[mgsLlhdaKAVNJWCFTHSBU%])"
)
_TERM = rf"\(?(?:{_FACTOR}\.?)?(?:{_NOTE})?(?:{_PREFIX}{_ATOM}(?:[+-]?\d)?)?\)?"
_UNIT = re.compile(rf"/?{_TERM}(?:[./]{_TERM}){{0,4}}")
"""A unit of measure (UCUM): units are built by a grammar, so no dictionary holds them all; these are images'."""

_LONGEST_UNIT = 16


def known_meaning(scheme: str, value: str) -> str | None:
    """The dictionary's meaning of a code, or None when it holds no such code."""
    if scheme in _SNOMED_RT_NAMES:
        concept_id = mapping["SRT"].get(value)
        return None if concept_id is None else _meanings().get(("SCT", str(concept_id)))
    if scheme == "UCUM" and len(value) <= _LONGEST_UNIT and _UNIT.fullmatch(value):
        return _meanings().get((scheme, value), value)
    return _meanings().get((scheme, value))


def _dictionaries() -> dict[str, dict[str, dict[str, tuple[str, list[int]]]]]:
    """Scheme → keyword → code → (meaning, context groups)."""
    return cast("dict[str, dict[str, dict[str, tuple[str, list[int]]]]]", concepts)


@cache
def _meanings() -> dict[tuple[str, str], str]:
    return {
        (scheme, code): meaning
        for scheme, keywords in _dictionaries().items()
        for codes in keywords.values()
        for code, (meaning, _groups) in codes.items()
    }
