"""Gray's test: whether the cumulative incidence of one cause differs between groups while others compete.

Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a competing risk. Ann Stat
1988;16:1141-54; with weight 1 (ρ = 0). The log-rank test compares cause-specific hazards, which is another question.

Whoever had a competing event stays at risk of the cause in the sense of the subdistribution; so each group's number at
risk Y is made up to R = Y (1 - F-) / S-, where F- and S- are its cumulative incidence and its event-free share
before the day. The score of group k is the sum over days of its events of the cause, less its part R_k / R of all.
Its covariance is that of the paper: from the martingales of both kinds of events, those of the cause expected from the
incidence of all groups together, with the correction for ties that is usual in log-rank tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from annotation.endpoints.competing import CAUSE, CENSORED, COMPETING, Spell

Floats = NDArray[np.float64]
REFERENCE = "Gray RJ. Ann Stat 1988;16:1141-54"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayTest:
    """Chi-squared with `freedom` degrees."""

    statistic: float
    freedom: int

    @property
    def p(self) -> float:
        return float(chi2.sf(self.statistic, self.freedom))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counts:
    """By group (rows) and day with an event (columns): at risk, events, and shares before and after the day."""

    at_risk: Floats
    caused: Floats
    competed: Floats
    free_before: Floats
    free_after: Floats
    incidence_before: Floats


def gray_test(groups: Sequence[Sequence[Spell]]) -> GrayTest | None:
    """Of two or more groups; None where the paper has no test: late entry, or the cause happened to nobody."""
    filled = [each for each in groups if each]
    spells = [each for group in filled for each in group]
    late, caused = any(each.entry >= 0 for each in spells), any(each.outcome == CAUSE for each in spells)
    if len(filled) < 2 or late or not caused:  # noqa: PLR2004
        return None
    counts = _counted(filled)
    score, covariance = _score(counts), _covariance(counts)
    freedom = int(np.linalg.matrix_rank(covariance[:-1, :-1]))
    if freedom < len(filled) - 1:
        return None
    statistic = score[:-1] @ np.linalg.solve(covariance[:-1, :-1], score[:-1])
    return GrayTest(statistic=float(statistic), freedom=freedom)


def _counted(groups: Sequence[Sequence[Spell]]) -> _Counts:
    days = np.unique([float(each.exit) for group in groups for each in group if each.outcome != CENSORED])
    at_risk = np.stack([len(group) - _before_days(group, days, "left") for group in groups])
    caused, competed = (
        np.stack([_on_days([each for each in group if each.outcome == which], days) for group in groups])
        for which in (CAUSE, COMPETING)
    )
    happened = _share(caused + competed, at_risk)
    free_after: Floats = np.asarray(np.cumprod(1 - happened, axis=1), dtype=np.float64)
    free_before = _before(free_after, first=1.0)
    incidence = np.cumsum(free_before * _share(caused, at_risk), axis=1)
    return _Counts(
        at_risk=at_risk,
        caused=caused,
        competed=competed,
        free_before=free_before,
        free_after=free_after,
        incidence_before=_before(incidence, first=0.0),
    )


def _on_days(group: Sequence[Spell], days: Floats) -> Floats:
    return _before_days(group, days, "right") - _before_days(group, days, "left")


def _before_days(group: Sequence[Spell], days: Floats, side: Literal["left", "right"]) -> Floats:
    """How many have left before each day, or (right) up to and with it."""
    exits = np.sort(np.asarray([each.exit for each in group], dtype=np.float64))
    return np.searchsorted(exits, days, side=side).astype(np.float64)


def _score(counts: _Counts) -> Floats:
    adjusted = _share(counts.at_risk * (1 - counts.incidence_before), counts.free_before)
    expected = counts.caused.sum(axis=0) * _share(adjusted, adjusted.sum(axis=0, keepdims=True))
    score: Floats = (counts.caused - expected).sum(axis=1)
    return score


def _covariance(counts: _Counts) -> Floats:
    """Of the scores, summed over the martingales of each group and day."""
    weight = _share(counts.at_risk, counts.free_before)  # Y / S-
    total = weight.sum(axis=0)
    incidence = np.cumsum(counts.caused.sum(axis=0) / total)  # of all groups together
    before = _before(incidence, first=0.0)
    # d[k, r]: what a change of group r's incidence on the day does to the score of k; c: the same of all days after.
    own = np.eye(len(weight))[:, :, None] * weight[:, None, :]
    d = own - weight[:, None, :] * weight[None, :, :] / total
    steps = d * (counts.caused.sum(axis=0) / total) / (1 - before)
    c = steps.sum(axis=2, keepdims=True) - np.cumsum(steps, axis=2)
    left = _share(np.broadcast_to(1 - incidence, counts.free_after.shape), counts.free_after)
    by_cause = d + np.where(counts.free_after > 0, 1 - left, 1.0)[None] * c
    by_others = left[None] * c
    covariance: Floats = np.einsum("irt,jrt,rt->ij", by_cause, by_cause, _expected_variance(counts, total))
    covariance += np.einsum("irt,jrt,rt->ij", by_others, by_others, _observed_variance(counts))
    return covariance


def _expected_variance(counts: _Counts, total: Floats) -> Floats:
    """Of the events of the cause: as many as the groups' common incidence lets expect in each."""
    caused = counts.caused.sum(axis=0)
    common = total * counts.free_before
    ties = np.where(caused > 1, 1 - _share(np.broadcast_to(caused - 1, common.shape), common - 1), 1.0)
    return _share(ties * counts.free_before * caused / total, counts.at_risk)


def _observed_variance(counts: _Counts) -> Floats:
    ties = np.where(counts.competed > 1, 1 - _share(counts.competed - 1, counts.at_risk - 1), 1.0)
    return _share(ties * counts.free_before**2 * counts.competed, counts.at_risk**2)


def _before(after: Floats, *, first: float) -> Floats:
    """The values before each day, of those after it."""
    start = np.full((*after.shape[:-1], 1), first)
    return np.concatenate([start, after[..., :-1]], axis=-1)


def _share(part: Floats, whole: Floats) -> Floats:
    """Nothing of nothing is nothing."""
    part, whole = np.broadcast_arrays(part, whole)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)
