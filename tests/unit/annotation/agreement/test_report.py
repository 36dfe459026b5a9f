"""What is said of each item, against scikit-learn and pingouin, and the reason where there is nothing to say."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal

import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from annotation.agreement.literature import PUBLISHED
from annotation.agreement.rated import RATED, Judged, Rated
from annotation.agreement.report import Case, IccFound, ItemAgreement, KappaFound, Why, agreement
from lesion_model.clinical import ClinicalContext
from lesion_model.findings import Alignment, Finding, ImagingFindings, LesionType
from lesion_model.mirels import Pain as MirelsPain
from lesion_model.sins import Pain
from tests.builders.every_finding import imaging_findings
from tests.builders.lesions import L3, SUBTROCHANTERIC, collapse, cortex, elements, findings

ANNE, BEN, CLEO = "anne", "ben", "cleo"
NOTHING = ClinicalContext()
BY_NAME = {each.name: each for each in RATED}
LYTIC, MIXED, BLASTIC = LesionType


def judged(seen: ImagingFindings, clinical: ClinicalContext = NOTHING) -> Judged:
    return Judged(site=L3, findings=seen, clinical=clinical)


def case(one: ImagingFindings, other: ImagingFindings, readers: tuple[str, str] = (ANNE, BEN)) -> Case:
    return Case(readers=readers, judged=(judged(one), judged(other)))


def types(*pairs: tuple[LesionType | None, LesionType | None]) -> list[Case]:
    return [case(findings(lesion_type=one), findings(lesion_type=other)) for one, other in pairs]


def lengths(*pairs: tuple[float, float]) -> list[Case]:
    seen = [[findings(long_axis_mm=Decimal(str(each))) for each in pair] for pair in pairs]
    return [case(one, other) for one, other in seen]


def of(name: str, cases: Sequence[Case], readers: Sequence[str] = (ANNE, BEN)) -> ItemAgreement:
    return agreement(BY_NAME[name], cases, readers)


def test_every_finding_is_compared() -> None:
    assert {each.name.partition(".")[0] for each in RATED} >= {finding.value for finding in Finding}
    assert len(BY_NAME) == len(RATED)
    assert set(PUBLISHED) <= set(BY_NAME)


@settings(deadline=None)
@given(imaging_findings())
def test_every_answer_that_a_reader_can_give_has_its_category(seen: ImagingFindings) -> None:
    for site in (L3, SUBTROCHANTERIC):
        one = Judged(site=site, findings=seen, clinical=NOTHING)
        for rated in RATED:
            given = None if rated.category is None else rated.category(one)
            assert given is None or given in rated.categories, rated.name


def test_a_category_is_compared_as_scikit_learn_does() -> None:
    pairs = [(LYTIC, LYTIC)] * 11 + [(LYTIC, MIXED)] * 3 + [(MIXED, MIXED)] * 6 + [(MIXED, LYTIC), (BLASTIC, MIXED)]
    found = of("lesion_type", types(*pairs, (LYTIC, None), (None, None)))
    first, second = ([each.value for each in side] for side in zip(*pairs, strict=True))
    assert (found.cases, found.left_out) == (22, 1)
    for kappa, weights in zip(found.kappas, (None, "linear", "quadratic"), strict=True):
        theirs = cohen_kappa_score(first, second, labels=["lytic", "mixed", "blastic"], weights=weights)
        assert (kappa.method, kappa.why) == ("cohen", None)
        assert kappa.found.value == pytest.approx(theirs)
        assert kappa.found.low is not None
        assert kappa.found.high is not None
        assert kappa.found.low < theirs < kappa.found.high
    assert found.confusion is not None
    labels = list(found.confusion.categories)
    assert [list(row) for row in found.confusion.table] == confusion_matrix(first, second, labels=labels).tolist()
    assert (found.correlations, found.bland_altman) == ((), None)


def test_a_measurement_is_compared_as_pingouin_does() -> None:
    pairs = [(10.0, 11.5), (20.5, 19.0), (31.0, 30.0), (12.0, 14.0), (55.5, 50.0)]
    found = of("long_axis_mm", lengths(*pairs))
    rows = [(number, reader, value) for number, pair in enumerate(pairs) for reader, value in enumerate(pair)]
    frame = pd.DataFrame(rows, columns=["case", "reader", "value"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, at pingouin
        theirs = pingouin.intraclass_corr(frame, targets="case", raters="reader", ratings="value")
    assert [each.form for each in found.correlations] == ["ICC(2,1)", "ICC(3,1)"]
    for ours, place in zip(found.correlations, (1, 2), strict=True):
        assert ours.found.value == pytest.approx(theirs["ICC"][place], abs=1e-4)
        assert (ours.found.low, ours.found.high) == pytest.approx(tuple(theirs["CI95"][place]), abs=0.006)
    assert found.bland_altman is not None
    assert found.bland_altman.found is not None
    assert found.bland_altman.found.bias == pytest.approx(sum(one - other for one, other in pairs) / 5)
    assert (found.kappas, found.confusion) == ((), None)


def test_scores_are_compared_by_item_total_and_band() -> None:
    known = ClinicalContext(sins_pain=Pain.MECHANICAL, mirels_pain=MirelsPain.MILD)
    seen = findings(
        lesion_type=LYTIC,
        alignment=Alignment.NORMAL,
        vertebral_collapse=collapse(present=True, loss="60"),
        posterolateral=elements("left pedicle"),
    )
    one = judged(seen, known)
    answers = {name: rated.category(one) for name, rated in BY_NAME.items() if rated.category}
    # Spine 2010;35:E1221-9: mobile spine 2, mechanical pain 3, lytic 2, normal 0, over 50 % 3, unilateral 1: 11 points.
    assert [
        answers[f"sins.{item}"] for item in ("location", "lesion_type", "alignment", "collapse", "posterolateral")
    ] == [
        "2",
        "2",
        "0",
        "3",
        "1",
    ]
    assert (answers["sins.total"], answers["sins.band"]) == ("11", "potentially_unstable")
    assert answers["mirels.total"] is None
    # Clin Orthop 1989;249:256-64: peritrochanteric 3, mild 1, lytic 3, over 2/3 3: 10 points.
    thigh = Judged(
        site=SUBTROCHANTERIC,
        findings=findings(lesion_type=LYTIC, cortical_involvement=cortex("9", "10")),
        clinical=known,
    )
    number = BY_NAME["mirels.total"].number
    assert number is not None
    assert number(thigh) == 10


def test_what_is_published_stands_beside_one_s_own() -> None:
    assert of("sins.lesion_type", types((LYTIC, MIXED))).published == PUBLISHED["sins.lesion_type"]


def test_who_comes_first_is_the_same_in_every_case() -> None:
    cases = [*types((LYTIC, MIXED)), case(findings(lesion_type=MIXED), findings(lesion_type=LYTIC), (BEN, ANNE))]
    found = of("lesion_type", cases)
    assert found.confusion is not None
    assert found.confusion.table[0] == (0, 2, 0)


def test_of_more_than_two_readers_fleiss_and_the_one_way_correlation_are_told() -> None:
    dense = findings(lesion_type=BLASTIC)
    cases = [*types((LYTIC, LYTIC), (MIXED, LYTIC)), case(dense, dense, (BEN, CLEO))]
    (kappa,) = of("lesion_type", cases, (ANNE, BEN, CLEO)).kappas
    # Agreement 2/3; shares 3/6, 1/6, 2/6: by chance 14/36. Kappa (24/36 - 14/36) / (22/36) = 10/22.
    assert kappa.method == "fleiss"
    assert kappa.found.value == pytest.approx(10 / 22)
    long = of("long_axis_mm", lengths((10, 12), (20, 21), (30, 33)), (ANNE, BEN, CLEO))
    assert [each.form for each in long.correlations] == ["ICC(1,1)"]
    assert long.bland_altman is not None
    assert (long.bland_altman.found, long.bland_altman.why) == (None, Why.SEVERAL_READERS)


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        pytest.param([], Why.TOO_FEW, id="none"),
        pytest.param([(LYTIC, MIXED)], Why.TOO_FEW, id="one"),
        pytest.param([(LYTIC, LYTIC)] * 5, Why.CONSTANT, id="all the same"),
        pytest.param([(LYTIC, LYTIC), (MIXED, MIXED)], Why.NO_INTERVAL, id="always agreed"),
    ],
)
def test_categories_without_a_statistic_have_a_reason(pairs: list[tuple[LesionType, LesionType]], why: Why) -> None:
    for readers in ((ANNE, BEN), (ANNE, BEN, CLEO)):
        for kappa in of("lesion_type", types(*pairs), readers).kappas:
            assert kappa.why is why
            assert (kappa.found.value is None) is (why is not Why.NO_INTERVAL)
            assert kappa.found.low is None


@pytest.mark.parametrize(
    ("pairs", "why"),
    [
        pytest.param([], Why.TOO_FEW, id="none"),
        pytest.param([(1, 2)], Why.TOO_FEW, id="one"),
        pytest.param([(5, 5)] * 4, Why.CONSTANT, id="nothing varies"),
        pytest.param([(5, 5), (7, 7), (9, 9)], Why.NO_INTERVAL, id="always agreed"),
    ],
)
def test_measurements_without_a_statistic_have_a_reason(pairs: list[tuple[float, float]], why: Why) -> None:
    for readers in ((ANNE, BEN), (ANNE, BEN, CLEO)):
        for each in of("long_axis_mm", lengths(*pairs), readers).correlations:
            assert (each.why, each.found.low) == (why, None)


NUMBERS = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=6)
TYPES = st.lists(st.tuples(st.sampled_from(LesionType), st.sampled_from(LesionType)), max_size=6)


@settings(deadline=None)
@given(NUMBERS, TYPES, st.sampled_from([(ANNE, BEN), (ANNE, BEN, CLEO)]))
def test_nothing_that_is_told_is_no_number(
    numbers: list[tuple[int, int]], kinds: list[tuple[LesionType, LesionType]], readers: tuple[str, ...]
) -> None:
    for found in (of("long_axis_mm", lengths(*numbers), readers), of("lesion_type", types(*kinds), readers)):
        statistics: list[KappaFound | IccFound] = [*found.kappas, *found.correlations]
        told = [asdict(each.found) for each in statistics]
        if found.bland_altman and found.bland_altman.found:
            told.append({key: value for key, value in asdict(found.bland_altman.found).items() if key != "points"})
        assert all(value is None or math.isfinite(value) for values in told for value in values.values())
        for each in statistics:
            assert (each.why is None) is (each.found.low is not None)


def test_rated_things_are_named_in_both_languages() -> None:
    def complete(rated: Rated) -> bool:
        return bool(rated.label.en and rated.label.fr)

    assert all(complete(rated) for rated in RATED)
