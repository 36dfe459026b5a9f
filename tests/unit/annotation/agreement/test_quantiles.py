"""Quantiles against SciPy's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from annotation.agreement.quantiles import f_quantile, incomplete_beta, t_quantile

DEGREES = st.floats(1, 5000)


@given(st.sampled_from([0.025, 0.05, 0.5, 0.95, 0.975]), DEGREES, DEGREES)
def test_quantiles_of_f_are_those_of_scipy(share: float, numerator: float, denominator: float) -> None:
    assert f_quantile(share, numerator, denominator) == pytest.approx(
        stats.f.ppf(share, numerator, denominator), rel=1e-7
    )


@given(st.sampled_from([0.9, 0.975, 0.995]), DEGREES)
def test_quantiles_of_t_are_those_of_scipy(share: float, degrees: float) -> None:
    assert t_quantile(share, degrees) == pytest.approx(stats.t.ppf(share, degrees), rel=1e-7)


@given(st.floats(0, 1), st.floats(0.5, 500), st.floats(0.5, 500))
def test_the_incomplete_beta_function_is_that_of_scipy(x: float, a: float, b: float) -> None:
    assert incomplete_beta(x, a, b) == pytest.approx(special.betainc(a, b, x), rel=1e-8, abs=1e-12)
