"""Findings taken apart into single values, each under the path of its field, and put together again."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import Any

from lesion_model.findings import (
    AcetabularDefect,
    ChangeSinceEarlier,
    CorticalInvolvement,
    Denominator,
    EpiduralExtension,
    FindingSource,
    HounsfieldStatistics,
    ImagingFindings,
    MeasuredShare,
    PosterolateralElement,
    SoftTissueComponent,
    VertebralCollapse,
    VertebralHeights,
)

# What one value is: a choice, yes or no, a number, a UID, or the elements of the posterolateral column.
Leaf = Enum | bool | Decimal | str | frozenset[PosterolateralElement]

_COMPOSITE: Mapping[str, type[Any]] = MappingProxyType(
    {
        "vertebral_collapse": VertebralCollapse,
        "vertebral_heights": VertebralHeights,
        "epidural_extension": EpiduralExtension,
        "acetabular_defect": AcetabularDefect,
        "soft_tissue": SoftTissueComponent,
        "hounsfield": HounsfieldStatistics,
        "change": ChangeSinceEarlier,
    }
)
_CORTEX = "cortical_involvement"
_APART = frozenset({"sources"})
_ALWAYS_THE_SAME = frozenset({"hounsfield.modality"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """`left_out`: paths whose finding lacks a part without which it says nothing."""

    findings: ImagingFindings
    left_out: tuple[str, ...]


def leaves(findings: ImagingFindings) -> Mapping[str, Leaf]:
    """What is known, in the order of the fields; `sources` are not among it."""
    return dict(_leaves(findings))


def gathered(known: Mapping[str, Leaf], sources: frozenset[FindingSource] = frozenset()) -> Gathered:
    """The opposite of `leaves`. Raises `FindingError` for values that contradict each other or are out of range."""
    simple = {path: value for path, value in known.items() if "." not in path}
    parts: dict[str, dict[str, Leaf]] = {}
    for path, value in known.items():
        finding, dot, part = path.partition(".")
        if dot:
            parts.setdefault(finding, {})[part] = value
    left_out: list[str] = []
    composite: dict[str, Any] = {}
    for finding, given in parts.items():
        if finding == _CORTEX:
            composite[finding] = _involvement(given, left_out)
        elif _required(_COMPOSITE[finding]) - given.keys():
            left_out.extend(f"{finding}.{part}" for part in given)
        else:
            composite[finding] = _COMPOSITE[finding](**given)
    stated: dict[str, Any] = {**simple, **composite}
    kept = frozenset(each for each in sources if stated.get(each.finding.value) is not None)
    return Gathered(findings=ImagingFindings(**stated, sources=kept), left_out=tuple(left_out))


def _leaves(findings: ImagingFindings) -> Iterator[tuple[str, Leaf]]:
    for field in fields(findings):
        value = getattr(findings, field.name)
        if value is None or field.name in _APART:
            continue
        if isinstance(value, CorticalInvolvement):
            yield from _cortex_leaves(value)
        elif is_dataclass(value):
            yield from _part_leaves(field.name, value)
        else:
            yield field.name, value


def _part_leaves(finding: str, value: Any) -> Iterator[tuple[str, Leaf]]:
    for field in fields(value):
        path, part = f"{finding}.{field.name}", getattr(value, field.name)
        if part is not None and path not in _ALWAYS_THE_SAME:
            yield path, part


def _cortex_leaves(involvement: CorticalInvolvement) -> Iterator[tuple[str, Leaf]]:
    if involvement.category is not None:
        yield f"{_CORTEX}.category", involvement.category
    yield f"{_CORTEX}.denominator", involvement.denominator
    for share in involvement.measured:
        yield f"{_CORTEX}.{share.of.value}.destroyed_mm", share.destroyed_mm
        yield f"{_CORTEX}.{share.of.value}.total_mm", share.total_mm


def _involvement(given: Mapping[str, Leaf], left_out: list[str]) -> CorticalInvolvement | None:
    shares: list[MeasuredShare] = []
    for of in Denominator:
        lengths: dict[str, Any] = {
            part: given[f"{of.value}.{part}"] for part in ("destroyed_mm", "total_mm") if f"{of.value}.{part}" in given
        }
        if _required(MeasuredShare) - {"of"} == lengths.keys():
            shares.append(MeasuredShare(of=of, **lengths))
        else:
            left_out.extend(f"{_CORTEX}.{of.value}.{part}" for part in lengths)
    values: dict[str, Any] = {part: given[part] for part in ("category", "denominator") if part in given}
    if not shares and "category" not in values:
        left_out.extend(f"{_CORTEX}.{part}" for part in values)
        return None
    return CorticalInvolvement(**values, measured=tuple(shares))


def _required(kind: type[Any]) -> frozenset[str]:
    """The parts that the class does not go without."""
    return frozenset(field.name for field in fields(kind) if field.default is MISSING)
