"""The points tables, typed from the papers and not from the code under test."""

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
TOKUHASHI: Paper = {
    "general": {"kps_10_40": 0, "kps_50_70": 1, "kps_80_100": 2},
    "extraspinal_bone": {"ge_3": 0, "1_2": 1, "0": 2},
    "vertebral": {"ge_3": 0, "2": 1, "1": 2},
    "visceral": {"unresectable": 0, "resectable": 1, "none": 2},
    "primary": {"p0": 0, "p1": 1, "p2": 2, "p3": 3, "p4": 4, "p5": 5},
    "palsy": {"frankel_AB": 0, "frankel_CD": 1, "frankel_E": 2},
}
TOMITA: Paper = {
    "growth": {"slow": 1, "moderate": 2, "rapid": 4},
    "visceral": {"none": 0, "treatable": 2, "untreatable": 4},
    "bone": {"solitary": 1, "multiple": 2},
}
RADES: Paper = {
    "primary": {
        "breast": 8,
        "prostate": 7,
        "myeloma_lymphoma": 9,
        "nsclc": 5,
        "sclc": 6,
        "cup": 5,
        "kidney": 6,
        "colorectal": 6,
        "other": 6,
    },
    "interval": {"le_15_months": 6, "gt_15_months": 8},
    "visceral": {"yes": 5, "no": 8},
    "motor": {"ambulatory_unaided": 10, "ambulatory_aided": 9, "non_ambulatory": 3, "paraplegic": 1},
    "onset": {"d1_7": 4, "d8_14": 7, "gt_14": 9},
}


def mirels_band(total: int) -> str:
    if total <= 7:
        return "low"
    return "borderline" if total == 8 else "high"


def sins_band(total: int) -> str:
    if total <= 6:
        return "stable"
    return "potentially_unstable" if total <= 12 else "unstable"


def tokuhashi_band(total: int) -> str:
    if total <= 8:
        return "lt_6_months"
    return "ge_6_months" if total <= 11 else "ge_1_year"


def tomita_band(total: int) -> str:
    if total <= 3:
        return "en_bloc"
    if total <= 5:
        return "intralesional"
    return "palliative_surgery" if total <= 7 else "supportive_care"


def rades_band(total: int) -> str:
    if total <= 28:
        return "I"
    return "II" if total <= 37 else "III"


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
