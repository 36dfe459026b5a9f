"""What an imported object says of single lesions, in the words of a reading; nothing is kept yet."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from annotation.identifying_text import suspicions
from annotation.text import is_text
from lesion_model.anatomy import Site
from lesion_model.findings import ImagingFindings
from lesion_model.geometry import Geometry
from lesion_model.measurement.names import Concept

MOST_PARTS = 200
LONGEST_NAME = 200
# What code values of these look like: nobody's words.
_CODES = {
    "DCM": re.compile(r"[0-9]{6}"),
    "SCT": re.compile(r"[0-9]{6,18}"),
    "SRT": re.compile(r"[A-Z0-9]{1,2}-[0-9A-F]{4,5}"),
    "LN": re.compile(r"[0-9]{1,6}-[0-9]"),
}


class NotTaken(Enum):
    """Why nothing was made of a part of the object."""

    NO_SITE = "no_site"
    SEVERAL_LESIONS = "several_lesions"
    DRAFT_EXISTS = "draft_exists"
    NOT_APPLICABLE = "not_applicable"
    NOT_MEASURABLE = "not_measurable"
    NOTHING_UNDERSTOOD = "nothing_understood"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """By its code; None for a code of somebody's own, which may be anything. Never by its meaning."""

    scheme: str | None
    code: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`number`: of the measurement group (from 1, in the order of the report), segment or region of interest."""

    number: int
    findings: ImagingFindings
    geometry: Geometry | None = None
    site: Site | None = None
    tracking_uid: str | None = None
    name: str | None = None
    not_understood: tuple[NotUnderstood, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A part of which nothing was made. `detail` is in words of ours."""

    number: int
    reason: NotTaken
    detail: str
    not_understood: tuple[NotUnderstood, ...] = ()


def by_code(concepts: Iterable[Concept]) -> tuple[NotUnderstood, ...]:
    """Each once."""
    return tuple(dict.fromkeys(_by_code(concepts)))


def name_of(text: object) -> str | None:
    """The name that somebody gave a region, where it is a short text that looks like nobody's."""
    name = str(text or "").strip()
    return name if is_text(name, LONGEST_NAME) and not suspicions(name) else None


def _by_code(concepts: Iterable[Concept]) -> Iterator[NotUnderstood]:
    for each in concepts:
        form = _CODES.get(each.scheme)
        is_known = form is not None and form.fullmatch(each.code) is not None
        yield NotUnderstood(scheme=each.scheme if form else None, code=each.code if is_known else None)
