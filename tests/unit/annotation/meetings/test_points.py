"""The seven points of a request: which are said, which in part, which not; each example worked out by hand."""

from datetime import date

import pytest

from annotation.meetings.points import Said, seven_points
from annotation.registry.quality import missing_of
from annotation.registry.values import Value, Values

ON = date(2025, 6, 12)
WHOLE: Values = {
    "circumstances": "fracture",
    "bone_diagnosis_date": "2024-03",
    "pain": True,
    "pain_types": ["mechanical"],
    "pain_nrs": 6,
    "drugs": ["N02AA05"],
    "prior_local_treatment": False,
    "bone_agent": "denosumab",
    "bone_agent_start": "2024-04-02",
    "bone_agent_last_dose": "2025-05-28",
    "dental_check_date": "2024-03",
    "anticoagulant": "DOAC",
    "intent": "disease_control",
    "life_expectancy_min": 6,
}
NAMES = ("circumstances", "pain", "drugs", "local_treatment", "bone_agent", "anticoagulant", "outlook")


def said(values: Values, treatments: tuple[Values, ...] = ()) -> dict[str, Said]:
    return {each.name: each.said for each in seven_points(values, treatments, ON)}


def test_a_whole_request_says_all_seven() -> None:
    assert said(WHOLE) == dict.fromkeys(NAMES, Said.YES)


def test_an_empty_one_says_none() -> None:
    assert said({}) == dict.fromkeys(NAMES, Said.NO)


@pytest.mark.parametrize(
    ("values", "point", "expected"),
    [
        ({"circumstances": "pain"}, "circumstances", Said.PARTLY),
        ({"pain": False}, "pain", Said.YES),
        ({"pain": True, "pain_nrs": 4}, "pain", Said.PARTLY),
        ({"opioid_morphine": "60"}, "pain", Said.PARTLY),
        ({"bone_agent": "none"}, "bone_agent", Said.YES),
        ({"bone_agent": "zoledronate", "bone_agent_start": "2025-01-02"}, "bone_agent", Said.PARTLY),
        ({"prior_local_treatment": True}, "local_treatment", Said.PARTLY),
        ({"intent": "symptom"}, "outlook", Said.PARTLY),
        ({"life_expectancy_max": 3}, "outlook", Said.PARTLY),
        ({"prognosis_and_plan": "Second line planned."}, "outlook", Said.YES),
    ],
)
def test_a_point_is_whole_in_part_or_not_said(values: Values, point: str, expected: Said) -> None:
    assert said(values)[point] is expected


def test_earlier_local_treatments_are_those_of_the_record_that_had_begun() -> None:
    treatments: tuple[Values, ...] = (
        {"treatment_type": "radiotherapy", "treatment_start": "2025-02", "treatment_site": "L3"},
        {"treatment_type": "surgery", "treatment_start": "2025-06-20"},
        {"treatment_type": "systemic", "treatment_start": "2024-01-01"},
    )
    point = seven_points({"prior_local_treatment": True}, treatments, ON)[3]
    assert point.said is Said.YES
    assert [(each.label.en, each.value.en, each.value.fr) for each in point.lines[1:]] == [
        ("Radiotherapy", "2025-02, L3", "02/2025, L3")
    ]


def test_what_is_said_is_in_words_and_what_is_missing_too() -> None:
    pain = seven_points({"pain": True, "pain_types": ["nocturnal", "mechanical"]}, (), ON)[1]
    assert [each.value.fr for each in pain.lines] == ["oui", "Nocturne, Mécanique"]
    assert [each.short.fr for each in pain.lines] == ["douleur", "Nocturne, Mécanique"]
    assert [each.fr for each in pain.missing] == ["2. Douleur (EN), 0 à 10"]


FIRST = ("circumstances", "pain", "drugs", "prior_local_treatment", "bone_agent", "anticoagulant", "intent")
ONE_EACH: tuple[Value, ...] = ("pain", True, ["N02AA05"], False, "none", "none", "curative")


@pytest.mark.parametrize(("place", "variable"), list(enumerate(FIRST)))
def test_a_point_of_which_nothing_is_said_is_on_the_list_of_what_is_missing_too(place: int, variable: str) -> None:
    values: Values = {name: value for name, value in zip(FIRST, ONE_EACH, strict=True) if name != variable}
    points = seven_points(values, (), ON)
    assert [each.number for each in points if each.said is Said.NO] == [place + 1]
    assert [name for name in missing_of(values) if name in FIRST] == [variable]
