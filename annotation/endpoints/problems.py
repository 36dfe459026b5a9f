"""What is wrong in the tables, with its place: table, row, column. Never the value, which may tell of somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from annotation.errors import AnnotationError
from lesion_model.labels import Label, label


class Reason(Enum):
    """Why a cell, or a row, is refused or flagged."""

    NO_PSEUDONYM = "no_pseudonym"
    NO_SUCH_PATIENT = "no_such_patient"
    MISSING_VALUE = "missing_value"
    NOT_A_DATE = "not_a_date"
    NOT_A_NUMBER = "not_a_number"
    NOT_YES_OR_NO = "not_yes_or_no"
    UNKNOWN_CODE = "unknown_code"
    TWICE = "twice"
    AFTER_DEATH = "after_death"
    BEFORE_BIRTH = "before_birth"
    BEFORE_DIAGNOSIS = "before_diagnosis"
    BEFORE_FIRST_MEETING = "before_first_meeting"
    NOT_AFTER_NEGATIVE = "not_after_negative"
    CONTRADICTS_STATUS = "contradicts_status"
    OTHER_DEATH_DATE = "other_death_date"
    TOO_OLD = "too_old"
    HISTORY = "history"
    SAME_EVENT = "same_event"
    WRONG_ORDER = "wrong_order"
    SEEN_LATER = "seen_later"
    DEATH_WITHOUT_DATE = "death_without_date"
    NO_DAY = "no_day"

    @property
    def words(self) -> Label:
        return _WORDS[self]

    @property
    def refuses(self) -> bool:
        """Whether nothing can be computed with it; what does not refuse is flagged and said what is done."""
        return self not in _FLAGS


_FLAGS = frozenset(
    {
        Reason.HISTORY,
        Reason.SAME_EVENT,
        Reason.WRONG_ORDER,
        Reason.SEEN_LATER,
        Reason.DEATH_WITHOUT_DATE,
        Reason.NO_DAY,
    }
)
_WORDS = {
    Reason.NO_PSEUDONYM: label("The row has no pseudonym.", "La ligne n'a pas de pseudonyme."),
    Reason.NO_SUCH_PATIENT: label(
        "The patient is not in registry_patients.", "Le patient n'est pas dans registry_patients."
    ),
    Reason.MISSING_VALUE: label("A value is needed here.", "Une valeur est nécessaire ici."),
    Reason.NOT_A_DATE: label("Not a date (YYYY-MM-DD).", "N'est pas une date (AAAA-MM-JJ)."),
    Reason.NOT_A_NUMBER: label("Not a number within its bounds.", "N'est pas un nombre dans ses bornes."),
    Reason.NOT_YES_OR_NO: label("Neither true nor false.", "Ni vrai ni faux (true, false)."),
    Reason.UNKNOWN_CODE: label("Not one of the permitted values.", "N'est pas une valeur permise."),
    Reason.TWICE: label("There is another row of the same.", "Une autre ligne dit la même chose."),
    Reason.AFTER_DEATH: label("Later than the death.", "Postérieur au décès."),
    Reason.BEFORE_BIRTH: label("Earlier than the birth.", "Antérieur à la naissance."),
    Reason.BEFORE_DIAGNOSIS: label("Earlier than the diagnosis of the cancer.", "Antérieur au diagnostic du cancer."),
    Reason.BEFORE_FIRST_MEETING: label("Earlier than the first meeting.", "Antérieur à la première RCP."),
    Reason.NOT_AFTER_NEGATIVE: label(
        "Not earlier than the event whose last negative day it is.", "N'est pas antérieur à l'événement."
    ),
    Reason.CONTRADICTS_STATUS: label("Contradicts the vital status.", "Contredit le statut vital."),
    Reason.OTHER_DEATH_DATE: label(
        "Another date of death than in registry_patients.", "Autre date de décès que dans registry_patients."
    ),
    Reason.TOO_OLD: label("More than 120 years before the meeting.", "Plus de 120 ans avant la RCP."),
    Reason.HISTORY: label(
        "Not later than the first meeting: counted as history, in no endpoint.",
        "Non postérieur à la première RCP : compté comme antécédent, dans aucun critère.",
    ),
    Reason.SAME_EVENT: label(
        "The same event of the same day again: counted once.", "Le même événement du même jour : compté une fois."
    ),
    Reason.WRONG_ORDER: label(
        "Numbers do not follow the dates: counted in the order of the dates.",
        "Les numéros ne suivent pas les dates : comptés dans l'ordre des dates.",
    ),
    Reason.SEEN_LATER: label(
        "The patient was seen later than this: the later day is used.",
        "Le patient a été vu plus tard : le jour le plus tardif est retenu.",
    ),
    Reason.NO_DAY: label(
        "The day of the month is not known: taken for the 15th.",
        "Le jour du mois n'est pas connu : le 15 est retenu.",
    ),
    Reason.DEATH_WITHOUT_DATE: label(
        "Dead without a date of death: left out of what is counted over time.",
        "Décédé sans date de décès : exclu de ce qui est compté dans le temps.",
    ),
}


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Place:
    """`row` as a spreadsheet numbers it: the head is row 1."""

    table: str
    row: int
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """`pseudonym` is None where the row names nobody."""

    place: Place
    reason: Reason
    pseudonym: str | None = None


class RefusedTablesError(AnnotationError):
    """Correct the named places; or, where every one of them has a pseudonym, leave these patients out."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} places in the tables are refused")


def problem(table: str, row: int, column: str, reason: Reason, pseudonym: str | None = None) -> Problem:
    return Problem(place=Place(table=table, row=row, column=column), reason=reason, pseudonym=pseudonym)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By place; what is found twice is told once."""
    return tuple(sorted(set(problems), key=lambda each: (each.place, each.reason.value)))
