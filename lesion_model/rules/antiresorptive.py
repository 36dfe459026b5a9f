"""What comes before and with an anti-resorptive treatment of bone (French guideline, 17 September 2024)."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lesion_model.answers import Answer
from lesion_model.deciding import Facts, Question, Tally, decide_points, question
from lesion_model.entries import Entry
from lesion_model.facts import Day, Fact, YesNo, read_facts
from lesion_model.labels import label
from lesion_model.rules import guideline, life_expectancy
from lesion_model.rules.elapsed import Elapsed
from lesion_model.rules.life_expectancy import TimeUnit, expected_days, in_days

DENTAL_CHECK_MONTHS = 6
SHORTEST_LIFE_EXPECTANCY = in_days(3, TimeUnit.MONTHS)

_DENTAL_BEFORE = YesNo(
    name="dental_check_before_start",
    label=label("Dental check before the first dose", "Bilan dentaire avant la première dose"),
)
_LAST_DENTAL_CHECK = Day(
    name="last_dental_check_date", label=label("Date of the last dental check", "Date du dernier bilan dentaire")
)
_MEETING = Day(name="meeting_date", label=label("Date of the meeting", "Date de la réunion"))
_CALCIUM = YesNo(
    name="calcium", label=label("Calcium intake or supplement assured", "Apport ou supplémentation en calcium assuré")
)
_VITAMIN_D = YesNo(
    name="vitamin_d",
    label=label("Vitamin D intake or supplement assured", "Apport ou supplémentation en vitamine D assuré"),
)
_SINCE_DENTAL_CHECK = Elapsed(earlier=_LAST_DENTAL_CHECK.name, later=_MEETING.name, months=DENTAL_CHECK_MONTHS)
FACTS: tuple[Fact, ...] = (
    *life_expectancy.FACTS,
    _DENTAL_BEFORE,
    _LAST_DENTAL_CHECK,
    _MEETING,
    _CALCIUM,
    _VITAMIN_D,
)


def decide(items: Mapping[str, object]) -> Answer:
    """Raises `ItemsError` for wrong facts and for a last dental check after the meeting."""
    known = read_facts(FACTS, items)
    return decide_points(ENTRY, _POINTS, _TALLY, known, _flags(known))


def _flags(known: Facts) -> Iterator[str]:
    yield from _SINCE_DENTAL_CHECK.boundary_flags(known)
    yield from life_expectancy.boundary_flags(known, SHORTEST_LIFE_EXPECTANCY)


_TALLY = Tally(sought=False, found="prerequisites_not_all_met", otherwise="prerequisites_met")
_POINTS: Mapping[str, Question[bool]] = MappingProxyType(
    {
        "life_expectancy_over_3_months": question(
            lambda facts: expected_days(facts) > SHORTEST_LIFE_EXPECTANCY,
            life_expectancy.FACTS,
            life_expectancy.SAMPLERS,
        ),
        "dental_check_before_start": question(lambda facts: facts[_DENTAL_BEFORE.name] is True, (_DENTAL_BEFORE,)),
        "dental_check_within_6_months": question(
            lambda facts: _SINCE_DENTAL_CHECK.days_past_limit(facts) <= 0,
            (_LAST_DENTAL_CHECK, _MEETING),
            _SINCE_DENTAL_CHECK.samplers(),
        ),
        "calcium": question(lambda facts: facts[_CALCIUM.name] is True, (_CALCIUM,)),
        "vitamin_d": question(lambda facts: facts[_VITAMIN_D.name] is True, (_VITAMIN_D,)),
    }
)
ENTRY = Entry(
    name="antiresorptive",
    version=guideline.VERSION,
    title=label("Anti-resorptive treatment: prerequisites", "Traitement antirésorptif : prérequis"),
    purpose=label(
        "What is in place before and with an anti-resorptive treatment",
        "Ce qui accompagne et précède un traitement antirésorptif",
    ),
    facts=FACTS,
    decide=decide,
    answers={
        "prerequisites_met": label("prerequisites met", "prérequis réunis"),
        "prerequisites_not_all_met": label("not all prerequisites met", "prérequis non tous réunis"),
    },
    suggestions={
        "prerequisites_met": guideline.suggests(
            "the prerequisites of an anti-resorptive treatment are met.",
            "les prérequis d'un traitement antirésorptif sont réunis.",
        ),
        "prerequisites_not_all_met": guideline.suggests(
            "an anti-resorptive treatment supposes more than 3 months of life expectancy, a dental check before it "
            "and every 6 months, calcium and vitamin D; not all of them are in place.",
            "un traitement antirésorptif suppose plus de 3 mois d'espérance de vie, un bilan dentaire avant puis tous "
            "les 6 mois, du calcium et de la vitamine D ; tous ne sont pas réunis.",
        ),
    },
    points={
        "life_expectancy_over_3_months": label(
            "life expectancy of more than 3 months", "espérance de vie de plus de 3 mois"
        ),
        "dental_check_before_start": _DENTAL_BEFORE.label,
        "dental_check_within_6_months": label(
            "last dental check no more than 6 months ago", "dernier bilan dentaire datant de 6 mois au plus"
        ),
        "calcium": _CALCIUM.label,
        "vitamin_d": _VITAMIN_D.label,
    },
    reference=guideline.REFERENCE,
    conventions=(
        label(
            "A point holds when the prerequisite is met.",
            "Un point est présent lorsque le prérequis est rempli.",
        ),
        label(
            "Six calendar months from the last dental check, the last day included and flagged; a month without that "
            "day ends on its own last day.",
            "Six mois calendaires à partir du dernier bilan dentaire, dernier jour compris et signalé ; un mois qui "
            "n'a pas ce quantième s'arrête à son dernier jour.",
        ),
        label(
            "Exactly 3 months of life expectancy is not more than 3 months, and is flagged.",
            "Exactement 3 mois d'espérance de vie n'est pas plus de 3 mois, et est signalé.",
        ),
        life_expectancy.CONVENTION,
    ),
)
