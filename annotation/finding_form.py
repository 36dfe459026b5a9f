"""The questions that a reading answers, in the order in which they are asked: a form is drawn from them.

What is asked of which bone follows the rules that refuse a finding (`lesion_model.applicability`); words are those of
histories (`annotation.finding_words`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

from annotation.finding_words import FIELDS, NONE_SEEN, PARTS, VALUES
from lesion_model.applicability import Scope, elements_at, scope_of
from lesion_model.checks import FULL_PERCENT, LONGEST_MM
from lesion_model.findings import (
    LARGEST_CM3,
    Alignment,
    BilskyGrade,
    CorticalShare,
    Finding,
    LesionType,
    Sclerosis,
    Structure,
    Trend,
)
from lesion_model.labels import Label, label
from lesion_model.skeleton import Level, Side
from lesion_model.vertebral import TALLEST_BODY_MM


class Group(Enum):
    """What scores need comes first, then what is measured, then the rest."""

    SCORED = "scored"
    MEASURED = "measured"
    FURTHER = "further"
    CHANGE = "change"


class Takes(Enum):
    """`elements` takes any of its values together, or none of them, which says "looked, none"."""

    CHOICE = "choice"
    YES_NO = "yes_no"
    NUMBER = "number"
    ELEMENTS = "elements"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One value as it is written in the findings."""

    value: str | Mapping[str, str]
    label: Label
    levels: tuple[Level, ...] | None = None
    """Only of these vertebrae; None: of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `path` is where its answer stands in the findings, `feeds` the items of scores that it decides.

    `quick` are round numbers to choose from at once, beside any other that is typed.
    """

    finding: Finding
    path: tuple[str, ...]
    label: Label
    takes: Takes
    group: Group
    options: tuple[Option, ...] = ()
    none: Label | None = None
    unit: str | None = None
    maximum: int | None = None
    quick: tuple[int, ...] = ()
    feeds: tuple[tuple[str, str], ...] = ()

    @property
    def scope(self) -> Scope:
        return scope_of(self.finding)


_TENS = tuple(range(0, 100, 10))
_OF_BOTH_SCORES = (("sins", "lesion_type"), ("mirels", "lesion_type"))
_COLLAPSE = (("sins", "collapse"),)


def _title(finding: Finding, part: str | None) -> Label:
    whole = FIELDS[finding.value]
    words = label(f"{whole.en}: {PARTS[part].en}", f"{whole.fr} : {PARTS[part].fr}") if part else whole
    return label(words.en[0].upper() + words.en[1:], words.fr[0].upper() + words.fr[1:])


_SHORTER: Mapping[str, Label] = MappingProxyType(
    {
        "height_loss_percent": label("Loss of height", "Perte de hauteur"),
        "present": label("Is it a collapse?", "Est-ce un tassement ?"),
        "body_involved_percent": label("Share of the body involved", "Part du corps atteinte"),
        "category": label("Share of the cortex destroyed", "Part de la corticale détruite"),
        "bilsky": label("Bilsky grade", "Grade de Bilsky"),
        "canal_narrowing_percent": label("Narrowing of the canal", "Rétrécissement canalaire"),
        "cord_distance_mm": label("Distance to the cord", "Distance à la moelle"),
    }
)


def _asked(
    finding: Finding, takes: Takes, group: Group, part: str | None = None, *, words: Label | None = None, **more: Any
) -> Question:
    path = (finding.value, part) if part else (finding.value,)
    title = words or _SHORTER.get(part or "") or _title(finding, part)
    return Question(finding=finding, path=path, label=title, takes=takes, group=group, **more)


def _options(kind: type[Enum]) -> tuple[Option, ...]:
    return tuple(Option(value=member.value, label=VALUES[member]) for member in kind)


def _elements() -> Iterator[Option]:
    for structure in Structure:
        for side in (Side.RIGHT, Side.LEFT):  # as they are seen on an axial image
            words, where = VALUES[structure], VALUES[side]
            yield Option(
                value={"structure": structure.value, "side": side.value},
                label=label(f"{where.en} {words.en}", f"{words.fr} {where.fr}"),
                levels=elements_at(structure),
            )


def _mm(finding: Finding, group: Group, part: str | None = None, *, most: int = LONGEST_MM) -> Question:
    return _asked(finding, Takes.NUMBER, group, part, unit="mm", maximum=most)


def _percent(finding: Finding, group: Group, part: str | None = None, **more: Any) -> Question:
    return _asked(finding, Takes.NUMBER, group, part, unit="%", maximum=FULL_PERCENT, quick=_TENS, **more)


def _yes_no(finding: Finding, group: Group, part: str | None = None, **more: Any) -> Question:
    return _asked(finding, Takes.YES_NO, group, part, **more)


def _choice(finding: Finding, group: Group, kind: type[Enum], part: str | None = None, **more: Any) -> Question:
    return _asked(finding, Takes.CHOICE, group, part, options=_options(kind), **more)


QUESTIONS: tuple[Question, ...] = (
    _choice(Finding.LESION_TYPE, Group.SCORED, LesionType, feeds=_OF_BOTH_SCORES),
    _choice(Finding.CORTICAL_INVOLVEMENT, Group.SCORED, CorticalShare, "category", feeds=(("mirels", "size"),)),
    _choice(Finding.ALIGNMENT, Group.SCORED, Alignment, feeds=(("sins", "alignment"),)),
    _percent(Finding.VERTEBRAL_COLLAPSE, Group.SCORED, "height_loss_percent", feeds=_COLLAPSE),
    _yes_no(Finding.VERTEBRAL_COLLAPSE, Group.SCORED, "present", feeds=_COLLAPSE),
    _percent(Finding.VERTEBRAL_COLLAPSE, Group.SCORED, "body_involved_percent", feeds=_COLLAPSE),
    _asked(
        Finding.POSTEROLATERAL,
        Takes.ELEMENTS,
        Group.SCORED,
        options=tuple(_elements()),
        none=NONE_SEEN,
        feeds=(("sins", "posterolateral"),),
    ),
    _yes_no(Finding.RETROPULSION, Group.SCORED),
    _yes_no(Finding.PATHOLOGICAL_FRACTURE, Group.SCORED),
    _mm(Finding.VERTEBRAL_HEIGHTS, Group.MEASURED, "anterior_mm", most=TALLEST_BODY_MM),
    _mm(Finding.VERTEBRAL_HEIGHTS, Group.MEASURED, "middle_mm", most=TALLEST_BODY_MM),
    _mm(Finding.VERTEBRAL_HEIGHTS, Group.MEASURED, "posterior_mm", most=TALLEST_BODY_MM),
    _mm(Finding.AXIAL_CORTICAL, Group.MEASURED),
    _percent(Finding.CIRCUMFERENTIAL_CORTICAL, Group.MEASURED),
    _mm(Finding.LONG_AXIS, Group.MEASURED),
    _mm(Finding.SHORT_AXIS, Group.MEASURED),
    _asked(Finding.VOLUME, Takes.NUMBER, Group.MEASURED, unit="cm³", maximum=LARGEST_CM3),
    _choice(Finding.EPIDURAL_EXTENSION, Group.FURTHER, BilskyGrade, "bilsky"),
    _percent(Finding.EPIDURAL_EXTENSION, Group.FURTHER, "canal_narrowing_percent"),
    _mm(Finding.EPIDURAL_EXTENSION, Group.FURTHER, "cord_distance_mm"),
    _yes_no(Finding.CORTICAL_BREACH, Group.FURTHER),
    _yes_no(Finding.ACETABULAR_DEFECT, Group.FURTHER, "medial_wall_deficient"),
    _yes_no(Finding.ACETABULAR_DEFECT, Group.FURTHER, "rim_deficient"),
    _yes_no(Finding.SOFT_TISSUE, Group.FURTHER, "present", words=_title(Finding.SOFT_TISSUE, None)),
    _mm(Finding.SOFT_TISSUE, Group.FURTHER, "longest_mm"),
    _choice(Finding.CHANGE, Group.CHANGE, Trend, "lysis", words=_title(Finding.CHANGE, "lysis")),
    _choice(Finding.CHANGE, Group.CHANGE, Trend, "soft_tissue"),
    _choice(Finding.CHANGE, Group.CHANGE, Sclerosis, "sclerosis"),
    _yes_no(Finding.CHANGE, Group.CHANGE, "new_lytic_lesion"),
)
