"""Agreement of measurements against Shrout and Fleiss' own example and pingouin."""

import warnings

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.agreement.measures import bland_altman, icc
from annotation.errors import UnacceptableError

# Shrout and Fleiss 1979, Table 2: six subjects, four judges.
JUDGES = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))
VALUES = st.lists(st.lists(st.floats(0, 100, width=32), min_size=3, max_size=3), min_size=4, max_size=12)


def test_the_correlations_are_those_of_shrout_and_fleiss() -> None:
    found = icc(JUDGES)
    assert found.agreement == pytest.approx(0.29, abs=0.005)
    assert found.consistency == pytest.approx(0.71, abs=0.005)
    assert (found.cases, found.readers) == (6, 4)


@settings(max_examples=10, deadline=None)
@given(VALUES)
def test_the_correlations_are_those_of_pingouin(values: list[list[float]]) -> None:
    table = np.asarray(values)
    if np.ptp(table) < 1 or np.ptp(table.mean(axis=1)) < 1:
        return
    rows = [(case, reader, table[case, reader]) for case in range(len(table)) for reader in range(3)]
    frame = pd.DataFrame(rows, columns=["case", "reader", "value"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, at pingouin
        theirs = pingouin.intraclass_corr(frame, targets="case", raters="reader", ratings="value")["ICC"].to_list()
    found = icc(values)
    assert found.agreement == pytest.approx(theirs[1], abs=1e-4)
    assert found.consistency == pytest.approx(theirs[2], abs=1e-4)


@settings(max_examples=10, deadline=None)
@given(VALUES)
def test_the_intervals_of_the_correlations_are_those_of_pingouin(values: list[list[float]]) -> None:
    table = np.asarray(values)
    if np.ptp(table) < 1 or np.ptp(table.mean(axis=1)) < 1:
        return
    rows = [(case, reader, table[case, reader]) for case in range(len(table)) for reader in range(3)]
    frame = pd.DataFrame(rows, columns=["case", "reader", "value"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, at pingouin
        theirs = pingouin.intraclass_corr(frame, targets="case", raters="reader", ratings="value")
    for ours, value, bounds in zip(icc(values).intervals, theirs["ICC"], theirs["CI95"], strict=False):
        assert ours.value == pytest.approx(value, abs=1e-4)
        if np.isfinite(bounds).all():
            assert (ours.low, ours.high) == pytest.approx(tuple(bounds), abs=0.006)  # rounded to two places


def test_the_intervals_are_those_that_are_published_for_shrout_and_fleiss() -> None:
    # As the psych package of R documents its ICC function with this example.
    expected = [(0.17, -0.13, 0.72), (0.29, 0.02, 0.76), (0.71, 0.34, 0.95)]
    found = [(each.value, each.low, each.high) for each in icc(JUDGES).intervals]
    assert np.asarray(found, dtype=float) == pytest.approx(np.asarray(expected), abs=0.0051)


def test_measurements_that_are_the_same_have_no_interval() -> None:
    assert [each.low for each in icc([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]).intervals] == [None, None, None]
    assert icc([[1.0, 1.0], [2.0, 2.0], [4.0, 4.0]]).agreement == 1


def test_the_errors_of_bias_and_limits_are_those_of_bland_and_altman() -> None:
    # Their peak flow meters (Lancet 1986): 17 cases, mean difference -2.1 l/min, SD 38.8; 95 % of the bias -22.0 to
    # 17.8, of the lower limit -114.3 to -45.1 (they take 2 SD for a limit: only its width is compared).
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    found = bland_altman([float(each) for each in wright], [float(each) for each in mini])
    assert (found.bias, found.sd) == pytest.approx((-2.1, 38.8), abs=0.05)
    assert (found.bias - found.bias_error, found.bias + found.bias_error) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert 2 * found.limit_error == pytest.approx(114.3 - 45.1, abs=0.4)


def test_nothing_that_varies_has_no_correlation() -> None:
    found = icc([[1.0, 1.0], [1.0, 1.0]])
    assert (found.agreement, found.consistency) == (None, None)


def test_limits_of_agreement_hold_the_mean_difference_and_1_96_deviations() -> None:
    found = bland_altman([10.0, 12.0, 14.0], [9.0, 12.0, 12.0])  # differences 1, 0, 2
    assert (found.bias, found.sd) == (1.0, 1.0)
    assert found.lower_limit == pytest.approx(-0.96, abs=1e-3)
    assert found.upper_limit == pytest.approx(2.96, abs=1e-3)
    assert found.points == ((9.5, 1.0), (12.0, 0.0), (13.0, 2.0))


@pytest.mark.parametrize("measured", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [1.0]], [[1.0, float("nan")]] * 2])
def test_what_cannot_be_compared_is_refused(measured: list[list[float]]) -> None:
    with pytest.raises(UnacceptableError):
        icc(measured)


def test_two_readers_with_different_cases_are_refused() -> None:
    with pytest.raises(UnacceptableError):
        bland_altman([1.0, 2.0], [1.0])
