"""Gray's test, against the figures of R's cmprsk and of its own null distribution."""

import numpy as np
import pytest

from annotation.endpoints.competing import CAUSE, CENSORED, COMPETING, Spell
from annotation.endpoints.gray import gray_test

# Klein JP, Moeschberger ML. Survival Analysis, 1997, section 1.3: days from a marrow transplantation to relapse, to
# death without one, or to the end of the study, of 137 patients; as printed by Guo C, So Y (SAS Global Forum 2018).
TRANSPLANTATIONS = {
    "ALL": {
        CENSORED: "226 530 996 1111 1167 1182 1199 1330 1377 1433 1462 1496 1602 2081",
        CAUSE: "55 74 104 109 110 122 129 192 230 383 609 662",
        COMPETING: "1 86 107 122 172 194 276 332 418 466 487 526",
    },
    "AML-low risk": {
        CENSORED: "847 848 860 932 957 1030 1258 1324 1363 1384 1447 1470 1527 1535 1562 1568 1674 1709 1799 1829 1843 "
        "1850 1857 1870 2218 2246 2409 2506 2569",
        CAUSE: "211 219 248 272 381 421 486 606 748",
        COMPETING: "10 35 48 53 79 80 105 288 390 414 481 641 704 1063 1074 2204",
    },
    "AML-high risk": {
        CENSORED: "845 1136 1238 1345 1631 2024 2133 2140 2252 2430 2640",
        CAUSE: "32 47 47 48 64 76 84 93 100 113 115 120 157 242 268 273 390 422 456 467 625",
        COMPETING: "2 16 63 74 80 105 162 164 168 183 318 363 677",
    },
}
THE_OTHER = {CENSORED: CENSORED, CAUSE: COMPETING, COMPETING: CAUSE}


def spells(of: dict[int, str], *, swapped: bool = False, entry: int = -1) -> list[Spell]:
    return [
        Spell(entry=entry, exit=int(day), outcome=THE_OTHER[outcome] if swapped else outcome)
        for outcome, days in of.items()
        for day in days.split()
    ]


@pytest.mark.parametrize(
    ("swapped", "statistic", "p"),
    [pytest.param(False, 11.9228820, 0.0025762, id="relapse"), pytest.param(True, 0.1374108, 0.9336017, id="death")],
)
def test_published_transplantations_give_what_cmprsk_gives(swapped: bool, statistic: float, p: float) -> None:
    """cmprsk 2.2-12, as the CAMIS project prints it (psiaims.github.io/CAMIS, R/survival_cif), beside SAS."""
    found = gray_test([spells(group, swapped=swapped) for group in TRANSPLANTATIONS.values()])
    assert found is not None
    assert found.freedom == 2
    assert found.statistic == pytest.approx(statistic, abs=1e-7)
    assert found.p == pytest.approx(p, abs=5e-8)


def test_the_order_of_groups_and_of_patients_does_not_matter() -> None:
    groups = [spells(group) for group in TRANSPLANTATIONS.values()]
    one, other = gray_test(groups), gray_test([list(reversed(group)) for group in reversed(groups)])
    assert one is not None
    assert other is not None
    assert one.statistic == pytest.approx(other.statistic)


def test_groups_that_do_not_differ_are_told_apart_as_often_as_chance_has_it() -> None:
    """Of 200 samples, 5 % and 50 % of the p values lie below 0.05 and 0.5, within four standard errors."""
    draw = np.random.default_rng(11)
    values = []
    for _ in range(200):
        days = np.ceil(draw.exponential(200, 160))
        outcomes = np.where(days > 400, CENSORED, draw.choice([CAUSE, COMPETING, CENSORED], 160, p=[0.4, 0.4, 0.2]))
        rows = [
            Spell(entry=-1, exit=int(min(day, 400)), outcome=int(outcome))
            for day, outcome in zip(days, outcomes, strict=True)
        ]
        found = gray_test([rows[:60], rows[60:]])
        assert found is not None
        values.append(found.p)
    for level in (0.05, 0.5):
        assert np.mean(np.asarray(values) < level) == pytest.approx(level, abs=4 * np.sqrt(level * (1 - level) / 200))


def test_there_is_no_test_of_one_group_of_late_entry_or_of_what_happened_to_nobody() -> None:
    first, second, _third = TRANSPLANTATIONS.values()
    assert gray_test([spells(first), []]) is None
    assert gray_test([spells(first, entry=3), spells(second)]) is None
    alone = [Spell(entry=-1, exit=day, outcome=COMPETING) for day in (3, 5, 8)]
    assert gray_test([alone, alone]) is None
