"""The order of the vertebrae, and what is unusual about how they are counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.labels import Label, label
from lesion_model.places import Level

_ORDER = tuple(Level)


class TransitionalAnatomy(Enum):
    """A variant at a junction that makes the number of a vertebra there disputable."""

    LUMBARISED_S1 = "lumbarised_s1"
    SACRALISED_L5 = "sacralised_l5"
    THIRTEENTH_RIB_PAIR = "thirteenth_rib_pair"
    ELEVEN_RIB_PAIRS = "eleven_rib_pairs"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionalFacts:
    """The names of a variant, and the vertebrae that may carry it: two on each side of its junction."""

    label: Label
    levels: tuple[Level, ...]


_LUMBOSACRAL = (Level.L4, Level.L5, Level.S1, Level.S2)
_THORACOLUMBAR = (Level.T11, Level.T12, Level.L1, Level.L2)

TRANSITIONAL: Mapping[TransitionalAnatomy, TransitionalFacts] = MappingProxyType(
    {
        TransitionalAnatomy.LUMBARISED_S1: TransitionalFacts(
            label=label("lumbarised S1", "S1 lombalisée"), levels=_LUMBOSACRAL
        ),
        TransitionalAnatomy.SACRALISED_L5: TransitionalFacts(
            label=label("sacralised L5", "L5 sacralisée"), levels=_LUMBOSACRAL
        ),
        TransitionalAnatomy.THIRTEENTH_RIB_PAIR: TransitionalFacts(
            label=label("thirteenth pair of ribs", "treizième paire de côtes"), levels=_THORACOLUMBAR
        ),
        TransitionalAnatomy.ELEVEN_RIB_PAIRS: TransitionalFacts(
            label=label("eleven pairs of ribs", "onze paires de côtes"), levels=_THORACOLUMBAR
        ),
    }
)


def neighbours(level: Level) -> tuple[Level | None, Level | None]:
    """The vertebra above and the one below, as they are numbered: C0 has none above, the coccyx none below.

    A transitional variant changes how vertebrae are called, not which ones touch.
    """
    place = _ORDER.index(level)
    above = _ORDER[place - 1] if place else None
    return above, next(iter(_ORDER[place + 1 :]), None)
