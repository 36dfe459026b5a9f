"""Revised Tokuhashi and Tomita side by side: do they aim at the same treatment?

They are never merged: both stay as they are, and a meeting that sees them disagree decides.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from lesion_model import flags, tokuhashi_revised, tomita
from lesion_model.errors import ItemsError, Problem
from lesion_model.labels import Label, label
from lesion_model.scoring import Instrument, NotApplicable, Score, bands_between, only


class Aim(Enum):
    """What a band's suggestion amounts to, coarse enough for the two papers to share it."""

    NO_SURGERY = "no_surgery"
    PALLIATIVE_SURGERY = "palliative_surgery"
    EXCISION = "excision"


# The papers' own words for each band. Tokuhashi leaves its lowest band two options.
TOKUHASHI_AIMS: Mapping[str, frozenset[Aim]] = MappingProxyType(
    {
        "lt_6_months": frozenset({Aim.NO_SURGERY, Aim.PALLIATIVE_SURGERY}),
        "ge_6_months": frozenset({Aim.PALLIATIVE_SURGERY}),
        "ge_1_year": frozenset({Aim.EXCISION}),
    }
)
TOMITA_AIM: Mapping[str, Aim] = MappingProxyType(
    {
        "en_bloc": Aim.EXCISION,
        "intralesional": Aim.EXCISION,
        "palliative_surgery": Aim.PALLIATIVE_SURGERY,
        "supportive_care": Aim.NO_SURGERY,
    }
)

# From 9 to 11 points Tokuhashi excises a single lesion without visceral metastases. Single is taken as one
# vertebra and no other bone; each of these items then has its most points.
SINGLE_LESION_AIMS: Mapping[str, frozenset[Aim]] = MappingProxyType({"ge_6_months": frozenset({Aim.EXCISION})})
_SINGLE_LESION_ITEMS = ("extraspinal_bone", "vertebral", "visceral")
_SINGLE_LESION_POINTS = 2

_DISCORDANT = label(
    "The revised Tokuhashi and Tomita scores point to different treatments; the meeting weighs both.",
    "Les scores de Tokuhashi révisé et de Tomita orientent vers des traitements différents ; "
    "la réunion met les deux en balance.",
)
_CONCORDANT = label(
    "The revised Tokuhashi and Tomita scores point to the same treatment.",
    "Les scores de Tokuhashi révisé et de Tomita orientent vers le même traitement.",
)
_OPEN = label(
    "Too little is known to say whether the revised Tokuhashi and Tomita scores agree.",
    "Les données ne suffisent pas pour dire si les scores de Tokuhashi révisé et de Tomita concordent.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Concordance:
    """Both answers as they were given. `discordant` is None while missing items could still decide it, and
    where one of the scores does not apply."""

    tokuhashi_revised: Score | NotApplicable
    tomita: Score | NotApplicable
    discordant: bool | None
    explanation: Label
    flags: tuple[str, ...]


def compare(tokuhashi_answer: Score | NotApplicable, tomita_answer: Score | NotApplicable) -> Concordance:
    """Put both scores of one patient side by side. Raises `ItemsError` for a score of another instrument."""
    _check_instrument(tokuhashi_answer, tokuhashi_revised.INSTRUMENT)
    _check_instrument(tomita_answer, tomita.INSTRUMENT)
    discordant = None
    if isinstance(tokuhashi_answer, Score) and isinstance(tomita_answer, Score):
        discordant = _discordant(tokuhashi_answer, tomita_answer)
    return Concordance(
        tokuhashi_revised=tokuhashi_answer,
        tomita=tomita_answer,
        discordant=discordant,
        explanation={True: _DISCORDANT, False: _CONCORDANT, None: _OPEN}[discordant],
        flags=(flags.TOKUHASHI_TOMITA_DISCORDANT,) if discordant else (),
    )


def _check_instrument(answer: Score | NotApplicable, instrument: Instrument) -> None:
    if answer.instrument != instrument.name:
        detail = "must be a score of this instrument"
        raise ItemsError([Problem(field=instrument.name, detail=detail, allowed=(instrument.name,))])


def _discordant(tokuhashi_score: Score, tomita_score: Score) -> bool | None:
    return only(
        {
            TOMITA_AIM[band.name] not in aims
            for aims in _tokuhashi_aims(tokuhashi_score)
            for band in bands_between(tomita.INSTRUMENT, tomita_score.minimum, tomita_score.maximum)
        }
    )


def _tokuhashi_aims(score: Score) -> Iterator[frozenset[Aim]]:
    """What the score can still aim at, one set for each way in which missing items can turn out."""
    for band in bands_between(tokuhashi_revised.INSTRUMENT, score.minimum, score.maximum):
        aims = TOKUHASHI_AIMS[band.name]
        for single in _can_be_single(score):
            yield aims | SINGLE_LESION_AIMS.get(band.name, frozenset()) if single else aims


def _can_be_single(score: Score) -> tuple[bool, ...]:
    """One vertebra, no other bone, no visceral metastasis: yes, no, or both while that is not known."""
    points = [score.points[item] for item in _SINGLE_LESION_ITEMS]
    if any(each not in (None, _SINGLE_LESION_POINTS) for each in points):
        return (False,)
    return (True, False) if None in points else (True,)
