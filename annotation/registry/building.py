"""Short ways to write a form down, so that it reads like the study's data model."""

import re
from decimal import Decimal
from typing import Any

from annotation.registry.units import Quantity
from annotation.registry.variables import Choice, Group, Range, Type, Variable
from lesion_model.labels import label


def choices(**labels: tuple[str, str]) -> tuple[Choice, ...]:
    return listed(*((code, en, fr) for code, (en, fr) in labels.items()))


def listed(*codes: tuple[str, str, str]) -> tuple[Choice, ...]:
    """Code, English, French; for codes that are no identifiers."""
    return tuple(Choice(code=code, label=label(en, fr)) for code, en, fr in codes)


def bare(*codes: str) -> tuple[Choice, ...]:
    """Codes that say all in any language."""
    return tuple(Choice(code=code, label=label(code, code)) for code in codes)


def between(least: str | int, most: str | int) -> Range:
    return Range(least=Decimal(least), most=Decimal(most))


def variable(name: str, kind: Type, en: str, fr: str, **more: Any) -> Variable:
    return Variable(name=name, type=kind, label=label(en, fr), **more)


def measured(
    name: str, en: str, fr: str, quantity: Quantity, plausible: tuple[str | int, str | int], **more: Any
) -> Variable:
    """A number with a unit; everything above a thousand times what is plausible is refused as no such thing."""
    least, most = plausible
    return Variable(
        name=name,
        type=Type.NUMBER,
        label=label(en, fr),
        unit=quantity.units[0],
        quantity=quantity,
        allowed=Range(least=Decimal(0), most=Decimal(most) * 1000),
        plausible=between(least, most),
        **more,
    )


def group(name: str, en: str, fr: str, *variables: Variable) -> Group:
    return Group(name=name, label=label(en, fr), variables=variables)


ICD_O_3 = re.compile(r"[0-9]{4}/[0-9]")
ATC = re.compile(r"[A-Z](?:[0-9]{2}(?:[A-Z](?:[A-Z](?:[0-9]{2})?)?)?)?")
SHORT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
