"""How an instrument is put to people: enough to draw a form from it and to check it against its paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from lesion_model.labels import Label


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemWording:
    """One question and its answers. `help` says what a value means where the name alone would mislead."""

    label: Label
    values: Mapping[Enum, Label]
    help: Label | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One instrument. `conventions` are ours, where the paper is silent or its reprints disagree."""

    title: Label
    purpose: Label
    items: Mapping[str, ItemWording]
    bands: Mapping[str, Label]
    conventions: tuple[Label, ...] = ()
    not_applicable: tuple[Label, ...] = ()
