"""Single values as they stand in documents, and back: names of members, decimals as text."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

Document = dict[str, Any]
Stored = Mapping[str, Any]
Member = TypeVar("Member", bound=Enum)


def known(document: Document) -> Document:
    """What is unknown has no key."""
    return {key: value for key, value in document.items() if value is not None}


def name(member: Enum | None) -> str | None:
    return None if member is None else str(member.value)


def member(kind: type[Member], given: str | None) -> Member | None:
    return None if given is None else kind(given)


def text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def decimal(given: str | None) -> Decimal | None:
    return None if given is None else Decimal(given)
