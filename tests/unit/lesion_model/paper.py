"""The two points tables, typed from the papers and not from the code under test."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

Paper = Mapping[str, Mapping[str, int]]

MIRELS: Paper = {
    "site": {"upper_limb": 1, "lower_limb": 2, "peritrochanteric": 3},
    "size": {"lt_1_3": 1, "from_1_3_to_2_3": 2, "gt_2_3": 3},
    "lesion_type": {"blastic": 1, "mixed": 2, "lytic": 3},
    "pain": {"none": 1, "mild": 1, "moderate": 2, "functional": 3},
}
SINS: Paper = {
    "location": {"junctional": 3, "mobile": 2, "semirigid": 1, "rigid": 0},
    "pain": {"mechanical": 3, "non_mechanical": 1, "none": 0},
    "lesion_type": {"lytic": 2, "mixed": 1, "blastic": 0},
    "alignment": {"subluxation_translation": 4, "de_novo_deformity": 2, "normal": 0},
    "collapse": {"gt_50": 3, "lt_50": 2, "no_collapse_gt_50_body": 1, "none": 0},
    "posterolateral": {"bilateral": 3, "unilateral": 1, "none": 0},
}


def mirels_band(total: int) -> str:
    if total <= 7:
        return "low"
    return "borderline" if total == 8 else "high"


def sins_band(total: int) -> str:
    if total <= 6:
        return "stable"
    return "potentially_unstable" if total <= 12 else "unstable"


def every_entry(paper: Paper, *, also: Iterable[str | None] = ()) -> Iterator[dict[str, str | None]]:
    """Every way to fill the form; `also` adds values to each item, such as None."""
    for values in product(*((*points, *also) for points in paper.values())):
        yield dict(zip(paper, values, strict=True))


def convolution(paper: Paper) -> Counter[int]:
    """How many entries give each total, by multiplying one polynomial per item."""
    totals = Counter({0: 1})
    for points in paper.values():
        following: Counter[int] = Counter()
        for total, ways in totals.items():
            for added in points.values():
                following[total + added] += ways
        totals = following
    return totals


def reachable_totals(paper: Paper, entry: Mapping[str, str | None]) -> set[int]:
    """Totals of all completions of an entry, one by one."""
    choices = [
        list(points.values()) if entry[item] is None else [points[str(entry[item])]] for item, points in paper.items()
    ]
    return {sum(points) for points in product(*choices)}
