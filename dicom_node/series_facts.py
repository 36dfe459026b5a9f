"""What a pseudonymised object says of how its series was made."""

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache

from dicom_node.pseudonymisation.facts import Facts
from storage.series_facts import LARGEST_NUMBER, LONGEST_FACT, SeriesFacts

_UNREADABLE = "\ufffd"
_SLICE_THICKNESS, _PIXEL_SPACING, _KERNEL, _FIELD_STRENGTH = 0x00180050, 0x00280030, 0x00181210, 0x00180087
_BODY_PART, _MANUFACTURER, _MODEL = 0x00180015, 0x00080070, 0x00081090
_TRACERS, _TRACER_CODES, _TRACER_NAME, _MEANING = 0x00540016, 0x00540304, 0x00180031, 0x00080104
_SHARED_GROUPS, _PIXEL_MEASURES, _RECONSTRUCTION = 0x52009229, 0x00289110, 0x00189314

DESCRIBING = frozenset({_TRACERS, _TRACER_CODES, _SHARED_GROUPS, _PIXEL_MEASURES, _RECONSTRUCTION})
"""The sequences that it is read from, to be given to `read_facts`."""

_DESCRIBING_VALUES = (
    _SLICE_THICKNESS, _PIXEL_SPACING, _KERNEL, _FIELD_STRENGTH, _BODY_PART, _MANUFACTURER, _MODEL, _TRACER_NAME,
)  # fmt: skip


def series_facts(facts: Facts) -> SeriesFacts:
    """Of the object's own header, or of the groups that all frames share (PS3.3 C.7.6.16).

    Of several values (a kernel may have some) it is the first; what is too long or unreadable is left out.
    """
    if DESCRIBING.isdisjoint(facts.nested):
        return _of_values(tuple(facts.values.get(tag) for tag in _DESCRIBING_VALUES))
    return _read(facts)


@lru_cache(maxsize=32)
def _of_values(values: tuple[bytes | None, ...]) -> SeriesFacts:
    """The objects of a series say the same of it, one after the other."""
    return _read(
        Facts({tag: value for tag, value in zip(_DESCRIBING_VALUES, values, strict=True) if value is not None})
    )


def _read(facts: Facts) -> SeriesFacts:
    shared = list(_items((facts,), _SHARED_GROUPS))
    measures = (facts, *_items(shared, _PIXEL_MEASURES))
    spacing = next((each.parts(_PIXEL_SPACING) for each in measures if each.parts(_PIXEL_SPACING)), ())
    tracers = list(_items((facts,), _TRACERS))
    return SeriesFacts(
        body_part=_text((facts,), _BODY_PART, upper=True),
        slice_thickness_mm=_first_number(measures, _SLICE_THICKNESS),
        row_spacing_mm=_number(spacing[0]) if spacing else None,
        column_spacing_mm=_number(spacing[-1]) if spacing else None,
        kernel=_text((facts, *_items(shared, _RECONSTRUCTION)), _KERNEL),
        field_strength_t=_first_number((facts,), _FIELD_STRENGTH),
        tracer=_text(_items(tracers, _TRACER_CODES), _MEANING) or _text(tracers, _TRACER_NAME),
        manufacturer=_text((facts,), _MANUFACTURER),
        model=_text((facts,), _MODEL),
    )


def _items(within: Iterable[Facts], tag: int) -> Iterator[Facts]:
    for facts in within:
        yield from facts.nested.get(tag, ())


def _text(within: Iterable[Facts], tag: int, *, upper: bool = False) -> str | None:
    for facts in within:
        text = next(iter(facts.parts(tag)), "")
        if 0 < len(text) <= LONGEST_FACT and text.isprintable() and _UNREADABLE not in text:
            return text.upper() if upper else text
    return None


def _first_number(within: Iterable[Facts], tag: int) -> float | None:
    numbers = (_number(part) for facts in within for part in facts.parts(tag)[:1])
    return next((number for number in numbers if number is not None), None)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and 0 < number <= LARGEST_NUMBER else None
