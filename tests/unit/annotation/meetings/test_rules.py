"""The guideline's rules at a meeting: which facts they are given, and what they answer (French guideline 2024)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from annotation.meeting_sheet.score_lines import GRADES
from annotation.meetings.rule_answers import OF_A_LESION, OF_THE_PATIENT, RuleLine, answers
from annotation.meetings.rule_facts import Fact, Origin, Recorded, facts_of_lesion, facts_of_patient
from annotation.registry.computing import Person
from annotation.registry.values import Values
from lesion_model.anatomy import Site
from lesion_model.assess_lesion import assess_known
from lesion_model.clinical import ClinicalContext, VisceralDisease
from lesion_model.findings import ImagingFindings, LesionType
from lesion_model.life_expectancy import LifeExpectancy, Span, Unit
from lesion_model.rules.catalogue import RULES
from lesion_model.skeleton import Bone, Region, Side

ON = date(2025, 6, 12)
NOTHING = Recorded(on=ON, presentation={}, clinical=ClinicalContext(), treatments=(), samples=(), person=Person())


def months(count: int) -> Span:
    return Span(count=count, unit=Unit.MONTHS)


def sample(on: str, creatinine: str) -> Values:
    weight = {"value": "72", "unit": "kg"}
    return {"sample_date": on, "weight": weight, "creatinine": {"value": creatinine, "unit": "umol/L"}}


def of(name: str, facts: dict[str, Fact], expected: LifeExpectancy | None = None) -> RuleLine:
    found = answers((*OF_THE_PATIENT, *OF_A_LESION), facts, expected)
    return next(each for each in found if each.rule == name)


def test_every_rule_is_answered_somewhere() -> None:
    asked = {each.name for each in (*OF_THE_PATIENT, *OF_A_LESION)}
    assert {each.name for each in RULES} <= asked | set(GRADES)


def test_without_facts_every_rule_stays_open() -> None:
    lines = answers((*OF_THE_PATIENT, *OF_A_LESION), facts_of_patient(NOTHING), None)
    assert {each.rule for each in lines if each.decided} == set()
    assert all(each.missing for each in lines)


@pytest.mark.parametrize(
    ("at_least", "at_most", "answer"),
    [
        (months(13), None, "over 1 year: resection and reconstruction"),
        (None, Span(count=5, unit=Unit.WEEKS), "under 6 weeks: no benefit expected"),
        (months(2), months(12), "6 weeks to 1 year: less aggressive fixation"),
        (months(2), months(13), None),
        (months(6), None, None),
    ],
)
def test_bounds_of_a_life_expectancy_decide_where_both_ends_agree(
    at_least: Span | None, at_most: Span | None, answer: str | None
) -> None:
    line = of("surgery_by_life_expectancy", {}, LifeExpectancy(at_least=at_least, at_most=at_most))
    assert (line.answer and line.answer.en, line.decided) == (answer, answer is not None)
    assert bool(line.used) is (answer is not None)
    assert [each.label.en for each in line.missing] == ([] if answer else ["Life expectancy"])


def test_the_clearance_that_the_meeting_goes_by_comes_before_that_of_a_sample() -> None:
    # 1 mg/dL is 88.4 umol/L: (140 - 60) x 72 / (72 x 1) = 80 mL/min for a man of 60 years and 72 kg.
    samples = (sample("2025-06-02", "88.4"), sample("2025-02-01", "400"))
    recorded = replace(NOTHING, samples=samples, person=Person(sex="M", birth_month="1965-05"))
    computed = of("zoledronic_acid", facts_of_patient(recorded))
    assert (computed.answer and computed.answer.en, computed.used[0].origin) == ("4.0 mg", Origin.BIOLOGY)
    stated = replace(recorded, clinical=ClinicalContext(creatinine_clearance_ml_min=Decimal(35)))
    line = of("zoledronic_acid", facts_of_patient(stated))
    assert (line.answer and line.answer.fr, line.used[0].value.fr) == ("3,0 mg", "35 mL/min")
    assert of("zoledronic_acid", facts_of_patient(replace(recorded, samples=samples[1:]))).answer is None  # too old


def test_the_counts_of_metastases_answer_their_own_rules() -> None:
    clinical = ClinicalContext(vertebral_metastases=2, extraspinal_bone_metastases=1, metastases=6)
    facts = facts_of_patient(replace(NOTHING, clinical=clinical))
    assert facts["n_bone_sites"].value == 3
    assert of("stereotactic_sites", facts).decided
    assert of("oligometastatic", facts).decided
    assert not of("local_treatment_sites", facts).decided


def test_a_dental_check_calcium_and_vitamin_d_come_from_the_treatments() -> None:
    treatments: tuple[Values, ...] = (
        {"treatment_type": "denosumab", "treatment_start": "2025-01-10", "treatment_dental_check": True},
        {"treatment_type": "calcium_vitamin_d", "treatment_start": "2025-01-10"},
    )
    recorded = replace(NOTHING, treatments=treatments, presentation={"dental_check_date": "2025-01-05"})
    expected = LifeExpectancy(at_least=months(12))
    line = of("antiresorptive", facts_of_patient(recorded), expected)
    assert (line.answer and line.answer.en) == "prerequisites met"
    ended = ({**treatments[1], "treatment_end": "2025-03-01"},)
    assert "calcium" not in facts_of_patient(replace(recorded, treatments=(treatments[0], *ended)))


def test_a_lesion_gives_its_site_its_scores_and_its_own_radiotherapy() -> None:
    site = Site(bone=Bone.FEMUR, region=Region.SUBTROCHANTERIC, side=Side.LEFT)
    findings = ImagingFindings(lesion_type=LesionType.LYTIC, pathological_fracture=False)
    clinical = ClinicalContext(radiotherapy_at_site_on=date(2025, 5, 1), visceral=VisceralDisease(present=False))
    facts = facts_of_lesion(site, findings, clinical, assess_known(site, findings, clinical))
    assert {name: each.value for name, each in facts.items()} == {
        "lesion_type": "lytic",
        "site": "proximal_femur",
        "pathological_fracture": False,
        "radiotherapy_at_site": True,
        "last_radiotherapy_date": date(2025, 5, 1),
    }
    facts |= facts_of_patient(NOTHING)
    line = of("stereotactic_radiotherapy", facts)
    # Six weeks before: under three months.
    assert [each.en for each in line.points] == ["radiotherapy at the site less than 3 months ago"]
    screw = of("percutaneous_screw", facts)
    assert [(each.label.en, each.decides) for each in screw.missing] == [("Band of the Mirels score", True)]


def test_facts_that_contradict_each_other_leave_the_rule_open_and_say_so() -> None:
    facts = {
        "meeting_date": Fact(value=ON, origin=Origin.MEETING),
        "last_dental_check_date": Fact(value=date(2025, 7, 1), origin=Origin.PRESENTATION),
    }
    line = of("antiresorptive", facts)
    assert (line.decided, [each.en for each in line.points]) == (False, ["the facts contradict each other"])
