"""Lesions on the drawing: what each is marked with, by its type or by its risk, in colours that all eyes tell apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model.anatomy import Site
from lesion_model.assess_lesion import LesionAssessment
from lesion_model.description import describe_score
from lesion_model.instruments import CALCULATORS
from lesion_model.labels import Label, label
from lesion_model.scoring import Score
from lesion_model.tumour import LesionType


class Colouring(Enum):
    """What the colour of a mark says."""

    TYPE = "type"
    RISK = "risk"


class Risk(Enum):
    """The band of Mirels or SINS, whichever applies to the site."""

    LOW = "low"
    MIDDLE = "middle"
    HIGH = "high"
    OPEN = "open"
    """It applies, and what is known does not decide its band."""

    NONE = "none"
    """Neither applies to the site."""


class Glyph(Enum):
    """A mark is told by its outline too, for eyes or printers without its colour."""

    CIRCLE = "circle"
    SQUARE = "square"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"
    RING = "ring"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`ink`: of what is written on it. `key`: the name that a page colours it by."""

    key: str
    glyph: Glyph
    colour: str
    ink: str
    words: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkedLesion:
    """One lesion as it is shown: its name (L1), its place, its type and its risk."""

    name: str
    site: Site
    lesion_type: LesionType | None
    risk: Risk

    def look(self, by: Colouring) -> Look:
        return TYPES[self.lesion_type] if by is Colouring.TYPE else RISKS[self.risk]


def _bands(en: str, fr: str, place: int) -> Label:
    """With the totals of the band at this place, from low to high, of both scores."""
    totals = []
    for name, title in (("mirels", "Mirels"), ("sins", "SINS")):
        outcome = describe_score(CALCULATORS[name]).outcomes[place]
        several = outcome.minimum != outcome.maximum
        totals.append(f"{title} {outcome.minimum}" + (f"–{outcome.maximum}" if several else ""))
    return label(f"{en}: {', '.join(totals)}", f"{fr} : {', '.join(totals)}")


_WHITE, _BLACK = "#ffffff", "#1b1b1b"

# Vermilion, blue, purple, green, orange: told apart with any one of the three kinds of cones missing.
TYPES: Mapping[LesionType | None, Look] = MappingProxyType(
    {
        LesionType.LYTIC: Look(
            key="lytic", glyph=Glyph.CIRCLE, colour="#c2410c", ink=_WHITE, words=label("lytic", "lytique")
        ),
        LesionType.MIXED: Look(
            key="mixed", glyph=Glyph.DIAMOND, colour="#8b3fa0", ink=_WHITE, words=label("mixed", "mixte")
        ),
        LesionType.BLASTIC: Look(
            key="blastic", glyph=Glyph.SQUARE, colour="#0b62a4", ink=_WHITE, words=label("blastic", "condensante")
        ),
        None: Look(
            key="unknown",
            glyph=Glyph.RING,
            colour="#5f6670",
            ink="#3f4650",
            words=label("type not known", "type non renseigné"),
        ),
    }
)

RISKS: Mapping[Risk, Look] = MappingProxyType(
    {
        Risk.HIGH: Look(
            key="high",
            glyph=Glyph.TRIANGLE,
            colour="#b3261e",
            ink=_WHITE,
            words=_bands("high", "élevé", 2),
        ),
        Risk.MIDDLE: Look(
            key="middle",
            glyph=Glyph.DIAMOND,
            colour="#e08a00",
            ink=_BLACK,
            words=_bands("intermediate", "intermédiaire", 1),
        ),
        Risk.LOW: Look(
            key="low",
            glyph=Glyph.CIRCLE,
            colour="#00735c",
            ink=_WHITE,
            words=_bands("low", "faible", 0),
        ),
        Risk.OPEN: Look(
            key="open",
            glyph=Glyph.RING,
            colour="#5f6670",
            ink="#3f4650",
            words=label("not decided: items missing", "indéterminé : items manquants"),
        ),
        Risk.NONE: Look(
            key="none",
            glyph=Glyph.SQUARE,
            colour="#8a929c",
            ink=_BLACK,
            words=label("no Mirels, no SINS here", "ni Mirels ni SINS ici"),
        ),
    }
)


def looks(by: Colouring) -> tuple[Look, ...]:
    return tuple(TYPES.values() if by is Colouring.TYPE else RISKS.values())


def risk_of(assessment: LesionAssessment) -> Risk:
    scores = [each for each in (assessment.mirels, assessment.sins) if isinstance(each, Score)]
    if not scores:
        return Risk.NONE
    (score,) = scores
    if score.band is None:
        return Risk.OPEN
    bands = [band.name for band in CALCULATORS[score.instrument].instrument.bands]
    return (Risk.LOW, Risk.MIDDLE, Risk.HIGH)[bands.index(score.band)]
