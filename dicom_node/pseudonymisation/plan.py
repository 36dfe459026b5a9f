"""How an object was rewritten, so that the next one of its series need not be worked out anew.

The objects of a series differ in few elements: position, instance number, times. Of two objects with the same
elements in the same order, those whose bytes are equal are held as one run: its source bytes, and what they became.
In the next object a run costs one comparison of bytes; only what differs is treated element by element, by the very
code that treated the first (`rewrite`). An object that does not fit is worked out in full.

What a run becomes is the same for the same bytes only for one study (its rules, its identifying values). Elements
that decide that, and all that name somebody, are never let vary: an object in which one differs does not fit.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from dicom_node.pseudonymisation.alike import Alike
from dicom_node.pseudonymisation.burned_in import LOOKED_AT
from dicom_node.pseudonymisation.codec import StructureError
from dicom_node.pseudonymisation.facts import (
    ISSUER_QUALIFIERS,
    OTHER_PATIENT_IDS,
    Facts,
    Nested,
    Pixels,
    is_plain_value,
    nested_in,
)
from dicom_node.pseudonymisation.identifying import is_source
from dicom_node.pseudonymisation.level import Level, Part
from dicom_node.pseudonymisation.marks import MARKED
from dicom_node.pseudonymisation.rewrite import Rewriter
from dicom_node.pseudonymisation.syntax import Syntax
from dicom_node.pseudonymisation.tags import CHARSET, PIXEL_TAGS, SOP_CLASS, STUDY, is_private
from dicom_node.pseudonymisation.trail import Step, Trail

LARGEST = 1 << 18
"""Bytes of a header that is remembered."""

_DECIDING = frozenset({CHARSET, SOP_CLASS, STUDY, OTHER_PATIENT_IDS, ISSUER_QUALIFIERS}) | MARKED


@dataclass(frozen=True, slots=True)
class Unit:
    """One element, or all that stand in one private group, or marks that stand between two elements (tag 0)."""

    tag: int
    raw: bytes = field(repr=False)
    """In the source; of pixels, nothing."""
    out: bytes = field(repr=False)
    steps: tuple[Step, ...]
    dropped_words: tuple[str, ...] = field(repr=False)
    varies: bool
    """Whether it may differ from object to object."""


@dataclass(frozen=True, slots=True)
class Run:
    """Units whose bytes are always the same, one after the other."""

    raw: bytes = field(repr=False)
    out: bytes = field(repr=False)
    steps: tuple[Step, ...]
    dropped_words: tuple[str, ...] = field(repr=False)


Stretch = Run | int
"""A run, or the tag of a unit that differs from object to object."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """An object rewritten by plan, and its own facts."""

    level: Level
    facts: Facts
    alike: Alike
    """Of the facts of what is written."""
    differing: bytes = field(repr=False)
    """What is written of the elements that differ from object to object, those before the pixels."""
    is_such_an_image: bool
    """Whether it is the kind of image that the object is which the plan was made of, as `burned_in` looks at it.

    Only of native pixels, of which nothing counts but their length.
    """


class Plan:
    """What is known of the objects of one series. Immutable."""

    def __init__(self, stretches: Sequence[Stretch], facts: Facts) -> None:
        """`facts`: of one of the objects; those of another differ in the elements that differ."""
        self._stretches = tuple(stretches)
        self._alike = Alike(stretch for stretch in stretches if isinstance(stretch, int))
        self._facts = facts
        self._is_one_kind = LOOKED_AT.isdisjoint(stretch for stretch in stretches if isinstance(stretch, int))

    def replay(
        self, rewriter: Rewriter, data: bytes, start: int, trail: Trail, *, is_begun: bool = False
    ) -> Replayed | None:
        """Rewrite the object that starts at `start`; None when it does not fit.

        `is_begun`: only its head has come, so far that its pixels, which come last, have begun.
        """
        level = rewriter.new_level(start, {})
        values, sequences = dict(self._facts.values), dict(self._facts.sequences)
        pixels: list[Pixels] = []
        differing: list[Part] = []
        position = start
        try:
            for stretch in self._stretches:
                if is_begun and isinstance(stretch, int) and stretch in PIXEL_TAGS:
                    end = _pixels_to_come(rewriter, level, (position, stretch), pixels)
                    if end is None:
                        return None
                elif isinstance(stretch, int):
                    first = level.parts_before(position)
                    end = _vary(rewriter, level, data, (position, stretch), (values, sequences, pixels))
                    if end is None:
                        return None
                    if not pixels:
                        differing += level.parts[first : level.parts_before(end)]
                else:
                    if stretch.raw and not data.startswith(stretch.raw, position):
                        return None
                    end = position + len(stretch.raw)
                    level.replace(position, end, stretch.out)
                    trail.steps += stretch.steps
                    trail.dropped_words += stretch.dropped_words
                position = end
        except (StructureError, struct.error):
            return None
        if (not pixels or position <= len(data) if is_begun else position != len(data)) or trail.named:
            return None
        level.finish(position, rewriter.codec)
        facts = Facts(values, self._facts.nested, tuple(pixels), sequences)
        return Replayed(level, facts, self._alike, b"".join(differing), self._is_such_an_image(pixels))

    def _is_such_an_image(self, pixels: Sequence[Pixels]) -> bool:
        """Native pixels; compressed ones must be looked at each time."""
        return self._is_one_kind and _shapes(pixels) == _shapes(self._facts.pixels) and not pixels[0].encapsulated


def _vary(
    rewriter: Rewriter,
    level: Level,
    data: bytes,
    where: tuple[int, int],
    facts: tuple[dict[int, bytes], dict[int, Nested], list[Pixels]],
) -> int | None:
    """Rewrite one unit that differs; where it ends, or None when it is another one than expected."""
    position, expected = where
    values, sequences, pixels = facts
    last, end = -1, len(data)
    while position < end:
        element = tag, vr, _, value, stop = rewriter.next_element(position, end, rewriter.codec)
        belongs = tag >> 16 == expected >> 16 if is_private(expected) else tag == expected
        if not belongs or tag <= last:
            break
        rewriter.put(level, element, rewriter.codec)
        position, last = stop, tag
        if tag in PIXEL_TAGS:
            pixels.append(Pixels(tag, vr, value, stop, encapsulated=_is_undefined(data, value)))
        elif is_plain_value(tag, vr) and not _is_undefined(data, value):
            values[tag] = data[value:stop]
            sequences.pop(tag, None)
        else:
            values.pop(tag, None)
            if (nested := nested_in(data, tag, vr, (value, stop), rewriter.codec)) is not None:
                sequences[tag] = nested
        if not is_private(expected):
            return position
    return None if last < 0 else position


def _pixels_to_come(rewriter: Rewriter, level: Level, where: tuple[int, Stretch], pixels: list[Pixels]) -> int | None:
    """As `_vary`, of native pixels of which the last byte has not come."""
    position, expected = where
    element = tag, vr, _, value, stop = rewriter.native_element(position)
    if tag != expected:
        return None
    rewriter.put(level, element, rewriter.codec)
    pixels.append(Pixels(tag, vr, value, stop, encapsulated=False))
    return stop


def _shapes(pixels: Sequence[Pixels]) -> list[tuple[int, str, int, bool]]:
    """All of them but where they stand."""
    return [(one.tag, one.vr, one.stop - one.start, one.encapsulated) for one in pixels]


def _is_undefined(data: bytes, value: int) -> bool:
    return data[value - 4 : value] == b"\xff\xff\xff\xff"


class Recording:
    """Where the elements of an object's top level end, in the source and in what is written. Made while it is."""

    def __init__(self, trail: Trail, syntax: Syntax) -> None:
        self._trail = trail
        self._order: Literal["little", "big"] = "little" if syntax.little else "big"
        self._cuts: list[_Cut] = []

    def cut(self, position: int, parts: int) -> None:
        """Everything before `position` of the source is written, in so many parts."""
        trail = self._trail
        self._cuts.append(_Cut(position, parts, len(trail.steps), len(trail.dropped_words), len(trail.named)))

    def units(self, data: bytes, start: int, level: Level) -> tuple[Unit, ...] | None:
        """What the elements became, unit by unit; None when that is too much to remember."""
        if len(data) - start - sum(len(level.parts[index]) for index in level.pixels) > LARGEST:
            return None
        cuts = (_Cut(start, 0, 0, 0, 0), *self._cuts)
        units = [self._unit(data, level, before, after) for before, after in pairwise(cuts)]
        return tuple(_grouped(units))

    def _unit(self, data: bytes, level: Level, before: "_Cut", after: "_Cut") -> Unit:
        trail, parts = self._trail, range(before.parts, after.parts)
        has_pixels = not level.pixels.isdisjoint(parts)
        tag = self._tag_at(data, before.position) if after.position > before.position else 0
        return Unit(
            tag=tag,
            raw=b"" if has_pixels else data[before.position : after.position],
            out=b"" if has_pixels else b"".join(level.parts[index] for index in parts),
            steps=tuple(trail.steps[before.steps : after.steps]),
            dropped_words=tuple(trail.dropped_words[before.dropped_words : after.dropped_words]),
            varies=before.named == after.named and not (tag in _DECIDING or is_source(tag)),
        )

    def _tag_at(self, data: bytes, position: int) -> int:
        group, element = (int.from_bytes(data[at : at + 2], self._order) for at in (position, position + 2))
        return group << 16 | element


class _Cut(NamedTuple):
    position: int
    parts: int
    steps: int
    dropped_words: int
    named: int


def plan_of(units: Sequence[Unit], differing: frozenset[int], facts: Facts) -> Plan | None:
    """The plan for objects like one with `units`, of which those at the places `differing` differ.

    None when one of them must not.
    """
    if not all(units[place].varies for place in differing):
        return None
    stretches: list[Stretch] = []
    for differs, run in groupby(range(len(units)), key=differing.__contains__):
        if differs:
            stretches += (units[place].tag for place in run)
        else:
            stretches.append(_run([units[place] for place in run]))
    return Plan(stretches, facts)


def differences(before: Sequence[Unit], after: Sequence[Unit]) -> frozenset[int] | None:
    """The places at which two objects differ, pixels always; None when they have other elements."""
    if [unit.tag for unit in before] != [unit.tag for unit in after]:
        return None
    pairs = enumerate(zip(before, after, strict=True))
    return frozenset(place for place, (old, new) in pairs if old.tag in PIXEL_TAGS or old.raw != new.raw)


def _grouped(units: Sequence[Unit]) -> Iterator[Unit]:
    """One unit for all elements of a private group: whether they stay depends on their creators."""
    for group, run in groupby(units, key=lambda unit: unit.tag >> 16 if is_private(unit.tag) else 0):
        if not group:
            yield from run
            continue
        members = list(run)
        yield Unit(
            tag=members[0].tag,
            varies=all(member.varies for member in members),
            **{name: getattr(_run(members), name) for name in ("raw", "out", "steps", "dropped_words")},
        )


def _run(units: Sequence[Unit]) -> Run:
    return Run(
        raw=b"".join(unit.raw for unit in units),
        out=b"".join(unit.out for unit in units),
        steps=tuple(step for unit in units for step in unit.steps),
        dropped_words=tuple(word for unit in units for word in unit.dropped_words),
    )
