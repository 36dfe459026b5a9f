"""What is reported: every measure with its definition, method and reference, in English and French."""

from dataclasses import dataclass
from enum import Enum

from lesion_model.labels import Label, label


class Unit(Enum):
    PERCENT = "%"
    DAYS = "d"
    MEAN = "per patient"
    RATE = "per person-year"
    HAZARD = "cumulative hazard"


class Measure(Enum):
    """Named by the endpoint that it belongs to."""

    ALIVE = "E1.alive"
    ALIVE_CRUDE = "E1.alive_crude"
    SURVIVAL_MEDIAN = "E1.survival_median"
    WITHOUT_RECURRENCE = "E2.without_recurrence"
    RECURRENCE_FREE = "E2.recurrence_free_survival"
    WITHOUT_RECURRENCE_MIDPOINT = "E2.without_recurrence_midpoint"
    WITHOUT_RECURRENCE_WATCHED = "E2.without_recurrence_watched"
    INCIDENCE = "E3.recurrence"
    DEATH_FIRST = "E3.death_first"
    HAZARD = "E3.hazard"
    TIME_TO_RECURRENCE = "E3.time_to_recurrence"
    MEAN_COUNTED = "E4.mean_recurrences"
    MEAN_ALIVE = "E4.mean_recurrences_alive"
    RATE = "E4.rate"

    @property
    def defined(self) -> "Definition":
        return DEFINITIONS[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    name: Label
    meaning: Label
    unit: Unit
    reference: str


KAPLAN_MEIER = (
    "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-81 (lifelines); intervals on the scale log(-log S): "
    "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data, 1980"
)
AALEN_JOHANSEN = (
    "Aalen OO, Johansen S. Scand J Stat 1978;5:141-50; variance: Marubini E, Valsecchi MG, 1995, ch. 10; intervals on "
    "the scale log(-log)"
)
WATCHED_DAYS = 183
"""How long after the last images a death still tells of recurrences, in the analysis of sensitivity."""

DEFINITIONS = {
    Measure.ALIVE: Definition(
        name=label("Alive (Kaplan-Meier)", "Vivants (Kaplan-Meier)"),
        meaning=label(
            "From the first meeting to death of any cause; censored on the day last known alive, or at the data lock.",
            "De la première RCP au décès de toute cause ; censuré au jour des dernières nouvelles, ou au gel.",
        ),
        unit=Unit.PERCENT,
        reference=KAPLAN_MEIER,
    ),
    Measure.ALIVE_CRUDE: Definition(
        name=label("Alive at the data lock (crude)", "Vivants au gel des données (brut)"),
        meaning=label(
            "Patients not known to be dead, of all. Who was lost counts as alive here: an upper bound.",
            "Patients non connus décédés, parmi tous. Les perdus de vue comptent vivants : une borne supérieure.",
        ),
        unit=Unit.PERCENT,
        reference="Wilson EB. J Am Stat Assoc 1927;22:209-12",
    ),
    Measure.SURVIVAL_MEDIAN: Definition(
        name=label("Median survival", "Survie médiane"),
        meaning=label(
            "First day on which half of the patients, or fewer, survive.",
            "Premier jour auquel la moitié des patients, ou moins, survit.",
        ),
        unit=Unit.DAYS,
        reference="Brookmeyer R, Crowley J. Biometrics 1982;38:29-41",
    ),
    Measure.WITHOUT_RECURRENCE: Definition(
        name=label("Without bone recurrence", "Sans récidive osseuse"),
        meaning=label(
            "100 · (1 - cumulative incidence) of the first confirmed bone recurrence after the first meeting, day 365 "
            "included; death without recurrence competes; who is alive is censored at the last images of bone.",
            "100 · (1 - incidence cumulée) de la première récidive osseuse confirmée après la première RCP, jour 365 "
            "inclus ; le décès sans récidive est compétitif ; les vivants sont censurés à la dernière imagerie.",
        ),
        unit=Unit.PERCENT,
        reference=AALEN_JOHANSEN,
    ),
    Measure.RECURRENCE_FREE: Definition(
        name=label("Recurrence-free survival", "Survie sans récidive"),
        meaning=label(
            "Neither recurrence nor death: whichever comes first is the event.",
            "Ni récidive ni décès : le premier des deux est l'événement.",
        ),
        unit=Unit.PERCENT,
        reference=KAPLAN_MEIER,
    ),
    Measure.WITHOUT_RECURRENCE_MIDPOINT: Definition(
        name=label(
            "Without bone recurrence: sensitivity, midpoint", "Sans récidive osseuse : sensibilité, milieu d'intervalle"
        ),
        meaning=label(
            "The same, each recurrence dated midway between the last negative day and the day that it was seen on.",
            "De même, chaque récidive datée au milieu entre le dernier jour négatif et le jour où elle est vue.",
        ),
        unit=Unit.PERCENT,
        reference=AALEN_JOHANSEN,
    ),
    Measure.WITHOUT_RECURRENCE_WATCHED: Definition(
        name=label(
            "Without bone recurrence: sensitivity, watched deaths",
            "Sans récidive osseuse : sensibilité, décès surveillés",
        ),
        meaning=label(
            f"The same, who died more than {WATCHED_DAYS} days after the last images is censored at these images.",
            f"De même, les décès survenus plus de {WATCHED_DAYS} jours après la dernière imagerie y sont censurés.",
        ),
        unit=Unit.PERCENT,
        reference=AALEN_JOHANSEN,
    ),
    Measure.INCIDENCE: Definition(
        name=label("Bone recurrence", "Récidive osseuse"),
        meaning=label(
            "Cumulative incidence of the first recurrence; the clock starts once, at the first meeting.",
            "Incidence cumulée de la première récidive ; le temps part une seule fois, à la première RCP.",
        ),
        unit=Unit.PERCENT,
        reference=AALEN_JOHANSEN,
    ),
    Measure.DEATH_FIRST: Definition(
        name=label("Death without recurrence", "Décès sans récidive"),
        meaning=label(
            "Cumulative incidence of death before any recurrence.", "Incidence cumulée du décès avant toute récidive."
        ),
        unit=Unit.PERCENT,
        reference=AALEN_JOHANSEN,
    ),
    Measure.HAZARD: Definition(
        name=label("Cause-specific hazard of recurrence", "Risque cause-spécifique de récidive"),
        meaning=label(
            "Cumulative hazard of recurrence while alive and free of it; not a probability.",
            "Risque cumulé de récidive chez les vivants qui en sont indemnes ; pas une probabilité.",
        ),
        unit=Unit.HAZARD,
        reference="Nelson W. Technometrics 1972;14:945-66; Aalen O. Ann Stat 1978;6:701-26",
    ),
    Measure.TIME_TO_RECURRENCE: Definition(
        name=label("Time to recurrence of those who recurred", "Délai de récidive chez ceux qui récidivent"),
        meaning=label(
            "Median and quartiles (as low and high) of patients with a recurrence by the lock; says nothing of others.",
            "Médiane et quartiles (bornes) parmi les patients ayant récidivé au gel ; ne dit rien des autres.",
        ),
        unit=Unit.DAYS,
        reference="Hyndman RJ, Fan Y. Am Stat 1996;50:361-5 (type 7)",
    ),
    Measure.MEAN_COUNTED: Definition(
        name=label("Mean number of recurrences", "Nombre moyen de récidives"),
        meaning=label(
            "Confirmed recurrences that a patient has had by then; who is dead has no more.",
            "Récidives confirmées qu'un patient a eues à cette date ; les décédés n'en ont plus.",
        ),
        unit=Unit.MEAN,
        reference="Ghosh D, Lin DY. Biometrics 2000;56:554-62",
    ),
    Measure.MEAN_ALIVE: Definition(
        name=label("Mean number of recurrences while alive", "Nombre moyen de récidives du vivant"),
        meaning=label(
            "Mean cumulative function: what a patient would have had who stays alive.",
            "Fonction moyenne cumulée : ce qu'aurait eu un patient qui reste en vie.",
        ),
        unit=Unit.MEAN,
        reference="Nelson W. Recurrent Events Data Analysis, 2003; Lawless JF, Nadeau C. Technometrics 1995;37:158-68",
    ),
    Measure.RATE: Definition(
        name=label("Recurrences per person-year", "Récidives par personne-année"),
        meaning=label(
            "All confirmed recurrences by the follow-up in years; robust interval.",
            "Toutes les récidives confirmées sur le suivi en années ; intervalle robuste.",
        ),
        unit=Unit.RATE,
        reference="White H. Econometrica 1982;50:1-25",
    ),
}
