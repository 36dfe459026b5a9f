from decimal import Decimal

import pytest

from lesion_model import flags, rades
from lesion_model.errors import FindingError, ItemsError
from lesion_model.labels import Label
from lesion_model.rades_evidence import RATES, SERIES, Outcome, Rate, Study, Treatment, rates
from lesion_model.scoring import NotApplicable, Score
from tests.unit.lesion_model.paper import RADES, every_entry

LOWEST = {
    "primary": "nsclc",
    "interval": "le_15_months",
    "visceral": "yes",
    "motor": "paraplegic",
    "onset": "d1_7",
}


def score_of(
    items: dict[str, str],
    *,
    interval_months: Decimal | None = None,
    onset_days: int | None = None,
    cord_compression: bool | None = True,
    motor_deficit: bool | None = True,
) -> Score:
    answer = rades.assess(
        items,
        cord_compression=cord_compression,
        motor_deficit=motor_deficit,
        interval_months=interval_months,
        onset_days=onset_days,
    )
    assert isinstance(answer, Score)
    return answer


@pytest.mark.parametrize(("total", "group"), [(21, "I"), (28, "I"), (29, "II"), (37, "II"), (38, "III"), (44, "III")])
def test_groups_change_at_29_and_at_38(total: int, group: str) -> None:
    assert {score.band for e in every_entry(RADES) if (score := rades.calculate(e)).total == total} == {group}


@pytest.mark.parametrize(("compression", "deficit"), [(False, True), (False, None), (False, False)])
def test_without_cord_compression_the_score_does_not_apply(compression: bool, deficit: bool | None) -> None:
    answer = rades.assess(LOWEST, cord_compression=compression, motor_deficit=deficit)
    assert isinstance(answer, NotApplicable)
    assert answer.reason == rades.NO_CORD_COMPRESSION_REASON


@pytest.mark.parametrize("compression", [True, None])
def test_without_a_motor_deficit_the_score_does_not_apply(compression: bool | None) -> None:
    answer = rades.assess(LOWEST, cord_compression=compression, motor_deficit=False)
    assert isinstance(answer, NotApplicable)
    assert answer.reason == rades.NO_MOTOR_DEFICIT_REASON


def test_compression_and_deficit_are_named_so_that_they_cannot_be_swapped() -> None:
    with pytest.raises(TypeError):
        rades.assess({}, True, True)  # type: ignore[call-arg]


def test_compression_and_deficit_that_are_not_confirmed_are_flagged() -> None:
    score = score_of(LOWEST, cord_compression=None, motor_deficit=None)
    assert score.total == 21
    assert score.flags == (flags.CORD_COMPRESSION_NOT_CONFIRMED, flags.MOTOR_DEFICIT_NOT_CONFIRMED)
    assert score_of(LOWEST).flags == ()


def test_exactly_fifteen_months_scores_six_and_sits_on_the_boundary() -> None:
    score = score_of({}, interval_months=Decimal(15))
    assert (score.points["interval"], score.flags) == (6, (flags.BOUNDARY,))


@pytest.mark.parametrize(("months", "points"), [("0", 6), ("14.99", 6), ("15.01", 8), ("200", 8)])
def test_an_interval_off_the_boundary_has_its_class_and_no_flag(months: str, points: int) -> None:
    score = score_of({}, interval_months=Decimal(months))
    assert (score.points["interval"], score.flags) == (points, ())


@pytest.mark.parametrize("months", [15, 15.0, Decimal(-1), Decimal("NaN"), Decimal("Infinity"), "15", None])
def test_an_interval_is_an_exact_decimal(months: Decimal) -> None:
    with pytest.raises(FindingError, match="interval_months"):
        rades.interval_class(months)


def test_an_onset_under_one_day_counts_as_one_to_seven_days() -> None:
    score = score_of({}, onset_days=0)
    assert (score.points["onset"], score.flags) == (4, (flags.ONSET_UNDER_ONE_DAY,))


@pytest.mark.parametrize(("days", "points"), [(1, 4), (7, 4), (8, 7), (14, 7), (15, 9), (90, 9)])
def test_the_onset_changes_class_at_eight_and_at_fifteen_days(days: int, points: int) -> None:
    score = score_of({}, onset_days=days)
    assert (score.points["onset"], score.flags) == (points, ())


@pytest.mark.parametrize("days", [-1, 7.5, True, "7"])
def test_an_onset_is_counted_in_whole_days(days: int) -> None:
    with pytest.raises(FindingError, match="onset_days"):
        rades.onset_class(days)


def test_a_class_that_agrees_with_the_measured_time_is_taken() -> None:
    assert score_of(LOWEST, interval_months=Decimal(3), onset_days=2).total == 21


def test_a_class_that_contradicts_the_measured_time_is_refused() -> None:
    with pytest.raises(ItemsError) as refusal:
        score_of(LOWEST, interval_months=Decimal(16))
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("interval", ("gt_15_months",))
    with pytest.raises(ItemsError) as refusal:
        score_of(LOWEST, onset_days=8)
    (problem,) = refusal.value.problems
    assert (problem.field, problem.allowed) == ("onset", ("d8_14",))


def suggestions() -> list[Label]:
    return [band.suggestion for band in rades.INSTRUMENT.bands]


@pytest.mark.parametrize("words", ["no surgery", "without surgery", "pas de chirurgie", "sans chirurgie"])
def test_no_group_is_worded_as_no_surgery(words: str) -> None:
    assert not any(words in text.lower() for each in suggestions() for text in (each.en, each.fr))


def test_group_two_shows_both_surgery_arms_and_radiotherapy_alone() -> None:
    suggestion = suggestions()[1]
    for percent in ("83.9", "62.5", "70.9"):
        assert f"{percent} %" in suggestion.en
        assert f"{percent.replace('.', ',')} %" in suggestion.fr


def published(study: Study, treatment: Treatment, outcome: Outcome) -> dict[str, str]:
    chosen = [each for each in RATES if (each.study, each.treatment, each.outcome) == (study, treatment, outcome)]
    return {f"{each.lowest}-{each.highest}": str(each.proportion) for each in chosen}


def test_the_rates_are_the_papers() -> None:
    walking = Outcome.AMBULATORY_AFTER_TREATMENT
    assert published(Study.RETROSPECTIVE_2008, Treatment.RADIOTHERAPY, walking) == {
        "21-28": "0.062",
        "29-31": "0.435",
        "32-34": "0.700",
        "35-37": "0.861",
        "38-44": "0.987",
    }
    assert published(Study.PROSPECTIVE_2011, Treatment.RADIOTHERAPY, walking) == {
        "21-28": "0.106",
        "29-31": "0.435",
        "32-34": "0.710",
        "35-37": "0.895",
        "38-44": "0.985",
        "29-37": "0.709",
    }
    assert published(Study.SURGERY_2011, Treatment.LAMINECTOMY_RADIOTHERAPY, walking) == {
        "21-28": "0.000",
        "29-37": "0.625",
        "38-44": "0.909",
    }
    assert published(Study.SURGERY_2011, Treatment.LAMINECTOMY_STABILISATION_RADIOTHERAPY, walking) == {
        "21-28": "0.143",
        "29-37": "0.839",
        "38-44": "1.000",
    }
    assert published(Study.RETROSPECTIVE_2008, Treatment.RADIOTHERAPY, Outcome.ALIVE_AT_6_MONTHS) == {
        "21-28": "0.06",
        "29-31": "0.31",
        "32-34": "0.42",
        "35-37": "0.61",
        "38-44": "0.93",
    }
    assert len(RATES) == 5 + 6 + 3 + 3 + 5


def test_each_series_says_how_many_patients_it_had() -> None:
    assert {study: series.patients for study, series in SERIES.items()} == {
        Study.RETROSPECTIVE_2008: 2096,
        Study.PROSPECTIVE_2011: 653,
        Study.SURGERY_2011: 104,
    }
    assert "2008;72(3):905-908" in SERIES[Study.RETROSPECTIVE_2008].reference
    assert "2011;79(5):1503-1506" in SERIES[Study.PROSPECTIVE_2011].reference


def groups(chosen: tuple[Rate, ...]) -> set[tuple[int, int]]:
    return {(rate.lowest, rate.highest) for rate in chosen}


@pytest.mark.parametrize(
    ("minimum", "maximum", "expected"),
    [
        (21, 21, {(21, 28)}),
        (28, 28, {(21, 28)}),
        (29, 29, {(29, 31), (29, 37)}),
        (31, 32, {(29, 31), (32, 34), (29, 37)}),
        (37, 37, {(35, 37), (29, 37)}),
        (37, 38, {(35, 37), (29, 37), (38, 44)}),
        (21, 44, {(21, 28), (29, 31), (32, 34), (35, 37), (29, 37), (38, 44)}),
    ],
)
def test_the_rates_shown_are_those_of_every_group_still_possible(
    minimum: int, maximum: int, expected: set[tuple[int, int]]
) -> None:
    assert groups(rates(minimum, maximum)) == expected


def test_a_total_in_group_two_shows_all_five_kinds_of_rate() -> None:
    kinds = {(rate.study, rate.treatment, rate.outcome) for rate in rates(33, 33)}
    assert len(kinds) == 5
