"""Facts that scores need: the record asks for them, and the meeting's clinical context holds them.

Each is kept once, in the context. What a context cannot say (a diagnosis that is known to the month, "unknown" as an
answer) stays with the entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from annotation.registry.forms.presentation import PRESENTATION
from annotation.registry.values import Value, Values, day_of, in_order, number_of
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.frankel import Frankel
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.performance_status import Ecog, Karnofsky
from lesion_model.primary import PrimaryTumour

Said = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One item of the context and the variables that say the same.

    `read` tells what the variables are, nothing where they cannot say it; `write` what the item is, None where it
    cannot hold it.
    """

    item: str
    variables: tuple[str, ...]
    read: Callable[[Any], Said]
    write: Callable[[Values], object]


def merged(values: Values, clinical: ClinicalContext) -> Said:
    """A presentation as it is now: its own values, and those that the context holds."""
    found = dict(values)
    for link in LINKS:
        item = getattr(clinical, link.item)
        if item is not None:
            found = {name: value for name, value in found.items() if name not in link.variables}
            found |= link.read(item)
    return in_order(PRESENTATION, found)


def filled_in(values: Values, clinical: ClinicalContext, known: ClinicalContext) -> Said:
    """With what the context says of variables that are absent, unless who left them out knew that it says so.

    `known` is the context that they had before them: of what it said the same, absence is a withdrawal.
    """
    found = dict(values)
    for link in LINKS:
        item = getattr(clinical, link.item)
        if item is not None and item != getattr(known, link.item):
            found = link.read(item) | found
    return in_order(PRESENTATION, found)


def parted(values: Values, clinical: ClinicalContext) -> tuple[Said, ClinicalContext]:
    """What stays with the entry, and the context with the rest.

    An item stays as it is where the values say no more than it does. Raises FindingError for a context that
    contradicts itself.
    """
    own: Said = dict(values)
    items: dict[str, Any] = {}
    for link in LINKS:
        given = {name: own.pop(name) for name in link.variables if name in own}
        item = getattr(clinical, link.item)
        if given == (link.read(item) if item is not None else {}):
            continue
        items[link.item] = link.write(given) if given else None
        if items[link.item] is None:
            own |= given
    return own, replace(clinical, **items)


def _member(item: str, variable: str, kind: type[Enum], codes: Mapping[str, str] | None = None) -> Link:
    """`codes`: by the member's value, where the study has another word for it; without one, the same."""
    words = {str(member.value): str(member.value) for member in kind} | dict(codes or {})
    values = {word: value for value, word in words.items() if word}

    def read(member: Enum) -> Said:
        word = words[str(member.value)]
        return {variable: word} if word else {}

    def write(given: Values) -> object:
        return kind(values[str(given[variable])])

    return Link(item=item, variables=(variable,), read=read, write=write)


def _same(item: str, variable: str) -> Link:
    return Link(item=item, variables=(variable,), read=lambda count: {variable: count}, write=lambda v: v[variable])


def _day(item: str, variable: str) -> Link:
    def read(day: date) -> Said:
        return {variable: day.isoformat()}

    return Link(item=item, variables=(variable,), read=read, write=lambda given: day_of(given[variable]))


def _read_visceral(visceral: VisceralDisease) -> Said:
    words = {True: "resectable", False: "unresectable", None: "unknown"}
    return {"visceral_mets": words[visceral.resectable] if visceral.present else "none"}


def _write_visceral(given: Values) -> VisceralDisease | None:
    word = given["visceral_mets"]
    if word == "unknown":
        return None
    return VisceralDisease(present=word != "none", resectable=None if word == "none" else word == "resectable")


def _read_expectancy(expected: LifeExpectancy) -> Said:
    bounds = {"life_expectancy_min": expected.at_least, "life_expectancy_max": expected.at_most}
    if any(bound is not None and bound.unit is not Unit.MONTHS for bound in bounds.values()):
        return {}
    return {name: bound.count for name, bound in bounds.items() if bound is not None}


def _write_expectancy(given: Values) -> LifeExpectancy:
    least, most = given.get("life_expectancy_min"), given.get("life_expectancy_max")
    return LifeExpectancy(at_least=_months(least), at_most=_months(most))


def _months(count: Value | None) -> Span | None:
    return Span(count=count, unit=Unit.MONTHS) if isinstance(count, int) else None


def _read_clearance(clearance: Decimal) -> Said:
    return {"creatinine_clearance": format(clearance, "f")}


LINKS = (
    _member("karnofsky", "karnofsky", Karnofsky),
    _member("ecog", "ecog", Ecog, {"5": ""}),
    _member("frankel", "frankel", Frankel),
    _member("primary_tumour", "primary", PrimaryTumour, {"unidentified": "unknown", "lung": ""}),
    Link(item="visceral", variables=("visceral_mets",), read=_read_visceral, write=_write_visceral),
    _same("vertebral_metastases", "n_vertebral_mets"),
    _same("extraspinal_bone_metastases", "n_extraspinal_bone"),
    _same("metastases", "n_all_mets"),
    _same("pain_intensity", "pain_nrs"),
    _day("diagnosed_on", "diagnosis_date"),
    _day("systemic_line_started_on", "systemic_line_start"),
    _day("antiresorptive_started_on", "bone_agent_start"),
    Link(
        item="life_expectancy",
        variables=("life_expectancy_min", "life_expectancy_max"),
        read=_read_expectancy,
        write=_write_expectancy,
    ),
    Link(
        item="creatinine_clearance_ml_min",
        variables=("creatinine_clearance",),
        read=_read_clearance,
        write=lambda given: number_of(given["creatinine_clearance"]) or None,
    ),
)
"""Written down once; a test holds it against `context_item` of the dictionary."""
