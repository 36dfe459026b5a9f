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
