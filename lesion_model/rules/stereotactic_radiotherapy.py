"""Points to discuss before stereotactic radiotherapy of a bone site (French guideline, 17 September 2024)."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum
from types import MappingProxyType
from typing import cast

from lesion_model import flags
from lesion_model.answers import Answer
from lesion_model.deciding import Facts, Question, Sampler, Tally, always, decide_points, question
from lesion_model.entries import Entry
from lesion_model.errors import ItemsError, Problem
from lesion_model.facts import Choice, Day, Fact, Number, YesNo, read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline, life_expectancy
from lesion_model.rules.elapsed import Elapsed
from lesion_model.rules.life_expectancy import TimeUnit, expected_days, in_days
from lesion_model.rules.score_bands import SINS, SinsBand

RECENT_RADIOTHERAPY_MONTHS = 3
SHORT_LIFE_EXPECTANCY = in_days(3, TimeUnit.MONTHS)
CANAL_NARROWING_PERCENT = 25
CORD_DISTANCE_MM = 5


class VisceralMetastases(Enum):
    """As the registry records them."""

    NONE = "none"
    RESECTABLE = "resectable"
    UNRESECTABLE = "unresectable"


class OncologicControl(Enum):
    """The disease as a whole, under its current treatment."""

    RESPONSE = "response"
    STABLE = "stable"
    PROGRESSION = "progression"


_CORD_COMPRESSION = YesNo(
    name="symptomatic_cord_compression",
    label=label("Symptomatic cord compression", "Compression médullaire symptomatique"),
)
_RADIONUCLIDE = YesNo(
    name="radionuclide_therapy", label=label("Radionuclide therapy", "Radiothérapie interne vectorisée")
)
_RADIOTHERAPY = YesNo(
    name="radiotherapy_at_site", label=label("Earlier radiotherapy at the site", "Radiothérapie antérieure du site")
)
_LAST_RADIOTHERAPY = Day(
    name="last_radiotherapy_date",
    label=label("Last day of radiotherapy at the site", "Dernier jour de radiothérapie du site"),
)
_MEETING = Day(name="meeting_date", label=label("Date of the meeting", "Date de la réunion"))
_CANAL = Number(
    name="canal_pct",
    label=label("Narrowing of the canal", "Rétrécissement canalaire"),
    unit="%",
    minimum=Decimal(0),
    maximum=Decimal(100),
)
_CORD_DISTANCE = Number(
    name="cord_distance",
    label=label("Distance from tumour to cord", "Distance entre tumeur et moelle"),
    unit="mm",
    minimum=Decimal(0),
    maximum=Decimal(1000),
)
_VISCERAL = Choice(
    name="visceral_mets",
    label=label("Visceral metastases", "Métastases viscérales"),
    values={
        VisceralMetastases.NONE: label("none", "aucune"),
        VisceralMetastases.RESECTABLE: label("resectable", "résécables"),
        VisceralMetastases.UNRESECTABLE: label("not resectable", "non résécables"),
    },
)
_CONTROL = Choice(
    name="oncologic_control",
    label=label("Control of the disease", "Contrôle de la maladie"),
    values={
        OncologicControl.RESPONSE: label("response", "réponse"),
        OncologicControl.STABLE: label("stable", "stable"),
        OncologicControl.PROGRESSION: label("progression", "progression"),
    },
)
_SINCE_RADIOTHERAPY = Elapsed(earlier=_LAST_RADIOTHERAPY.name, later=_MEETING.name, months=RECENT_RADIOTHERAPY_MONTHS)
FACTS: tuple[Fact, ...] = (
    _CORD_COMPRESSION,
    SINS,
    _RADIONUCLIDE,
    _RADIOTHERAPY,
    _LAST_RADIOTHERAPY,
    _MEETING,
    *life_expectancy.FACTS,
    _CANAL,
    _CORD_DISTANCE,
    _VISCERAL,
    _CONTROL,
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for wrong facts and for dates that contradict each other or the treatment."""
    known = read_facts(FACTS, items)
    if known.get(_RADIOTHERAPY.name) is False and _LAST_RADIOTHERAPY.name in known:
        detail = f"there is none when {_RADIOTHERAPY.name} is false"
        raise ItemsError([Problem(field=_LAST_RADIOTHERAPY.name, detail=detail)])
    return decide_points(ENTRY, _POINTS, _TALLY, known, _flags(known))


def _recently_irradiated(facts: Facts) -> bool:
    return _SINCE_RADIOTHERAPY.days_past_limit(facts) < 0 and facts[_RADIOTHERAPY.name] is True


def _irradiated_at_all(known: Facts) -> tuple[bool, ...]:
    """A date of radiotherapy says that there was some."""
    return (True,) if _LAST_RADIOTHERAPY.name in known else (False, True)


def _flags(known: Facts) -> Iterator[str]:
    yield from _SINCE_RADIOTHERAPY.boundary_flags(known)
    yield from life_expectancy.boundary_flags(known, SHORT_LIFE_EXPECTANCY)
    if known.get(_CANAL.name) == CANAL_NARROWING_PERCENT or known.get(_CORD_DISTANCE.name) == CORD_DISTANCE_MM:
        yield flags.BOUNDARY


_TALLY = Tally(sought=True, found="points_to_discuss", otherwise="no_listed_point")
_RADIOTHERAPY_SAMPLERS: Mapping[str, Sampler] = {
    **_SINCE_RADIOTHERAPY.samplers(),
    _RADIOTHERAPY.name: _irradiated_at_all,
}
_POINTS: Mapping[str, Question[bool]] = MappingProxyType(
    {
        "symptomatic_cord_compression": question(
            lambda facts: facts[_CORD_COMPRESSION.name] is True, (_CORD_COMPRESSION,)
        ),
        "sins_13_or_more": question(lambda facts: facts[SINS.name] is SinsBand.UNSTABLE, (SINS,)),
        "sins_7_to_12": question(lambda facts: facts[SINS.name] is SinsBand.POTENTIALLY_UNSTABLE, (SINS,)),
        "radionuclide_therapy": question(lambda facts: facts[_RADIONUCLIDE.name] is True, (_RADIONUCLIDE,)),
        "radiotherapy_under_3_months_ago": question(
            _recently_irradiated, (_RADIOTHERAPY, _LAST_RADIOTHERAPY, _MEETING), _RADIOTHERAPY_SAMPLERS
        ),
        "life_expectancy_under_3_months": question(
            lambda facts: expected_days(facts) < SHORT_LIFE_EXPECTANCY, life_expectancy.FACTS, life_expectancy.SAMPLERS
        ),
        "canal_narrowing_over_25_percent": question(
            lambda facts: cast(Decimal, facts[_CANAL.name]) > CANAL_NARROWING_PERCENT,
            (_CANAL,),
            {_CANAL.name: always(Decimal(CANAL_NARROWING_PERCENT), _CANAL.maximum)},
        ),
        "cord_distance_under_5_mm": question(
            lambda facts: cast(Decimal, facts[_CORD_DISTANCE.name]) < CORD_DISTANCE_MM,
            (_CORD_DISTANCE,),
            {_CORD_DISTANCE.name: always(Decimal(0), Decimal(CORD_DISTANCE_MM))},
        ),
        "visceral_metastases": question(
            lambda facts: facts[_VISCERAL.name] is not VisceralMetastases.NONE, (_VISCERAL,)
        ),
        "disease_not_stabilised": question(
            lambda facts: facts[_CONTROL.name] is OncologicControl.PROGRESSION, (_CONTROL,)
        ),
    }
)
ENTRY = Entry(
    name="stereotactic_radiotherapy",
    version=guideline.VERSION,
    title=label("Stereotactic radiotherapy: points to discuss", "Radiothérapie stéréotaxique : points à discuter"),
    purpose=label(
        "What to discuss before stereotactic radiotherapy of a bone site",
        "Éléments à discuter avant la radiothérapie stéréotaxique d'un site osseux",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "points_to_discuss": label("points to discuss", "points à discuter"),
        "no_listed_point": label("none of the listed points", "aucun des points listés"),
    },
    suggestions={
        "points_to_discuss": guideline.suggests(
            "the points that hold are to be discussed before stereotactic radiotherapy; with a SINS of 7 to 12 a "
            "surgical opinion comes first.",
            "les points présents sont à discuter avant une radiothérapie stéréotaxique ; avec un SINS de 7 à 12, "
            "un avis chirurgical est demandé d'abord.",
        ),
        "no_listed_point": guideline.suggests(
            "none of the points listed for discussion holds.", "aucun des points listés n'est présent."
        ),
    },
    points={
        "symptomatic_cord_compression": _CORD_COMPRESSION.label,
        "sins_13_or_more": label("SINS of 13 or more", "SINS de 13 ou plus"),
        "sins_7_to_12": label(
            "SINS of 7 to 12: surgical opinion first", "SINS de 7 à 12 : avis chirurgical au préalable"
        ),
        "radionuclide_therapy": _RADIONUCLIDE.label,
        "radiotherapy_under_3_months_ago": label(
            "radiotherapy at the site less than 3 months ago", "radiothérapie du site il y a moins de 3 mois"
        ),
        "life_expectancy_under_3_months": label(
            "life expectancy under 3 months", "espérance de vie inférieure à 3 mois"
        ),
        "canal_narrowing_over_25_percent": label(
            "canal narrowed by more than 25 %", "rétrécissement canalaire de plus de 25 %"
        ),
        "cord_distance_under_5_mm": label(
            "less than 5 mm from tumour to cord", "moins de 5 mm entre la tumeur et la moelle"
        ),
        "visceral_metastases": _VISCERAL.label,
        "disease_not_stabilised": label("disease not stabilised", "maladie non stabilisée"),
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "Exactly 3 months, 25 % or 5 mm do not hold, and are flagged.",
            "Exactement 3 mois, 25 % ou 5 mm ne comptent pas, et sont signalés.",
        ),
        label(
            "Three calendar months from the last day of radiotherapy; a month without that day ends on its own last "
            "day.",
            "Trois mois calendaires à partir du dernier jour de radiothérapie ; un mois qui n'a pas ce quantième "
            "s'arrête à son dernier jour.",
        ),
        label(
            "Disease in progression is not stabilised; in response or stable, it is.",
            "Une maladie en progression n'est pas stabilisée ; en réponse ou stable, elle l'est.",
        ),
        life_expectancy.CONVENTION,
    ),
)
