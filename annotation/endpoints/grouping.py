"""Subgroups of patients, as they were at the first meeting; small ones are put together."""

from collections import defaultdict
from collections.abc import Sequence

from annotation.endpoints.follow_up import Followed

ALL, OTHER, UNKNOWN_GROUP = "all", "small_groups", "missing"
PRIMARY, TREATMENT, BAND = "primary", "treatment", "band:"
LEAST = 10


def groups(followed: Sequence[Followed], by: str, least: int = LEAST) -> dict[str, tuple[Followed, ...]]:
    """`by`: PRIMARY, TREATMENT, or BAND and the name of a score. Largest first, OTHER and UNKNOWN_GROUP last.

    A treatment is everything that was decided on together, so that nobody is in two groups. Groups of fewer than
    `least` patients are in OTHER, which tells nothing of one of them.
    """
    found: dict[str, list[Followed]] = defaultdict(list)
    for each in followed:
        found[_group(each, by) or UNKNOWN_GROUP].append(each)
    small = [name for name, members in found.items() if len(members) < least and name not in {OTHER, UNKNOWN_GROUP}]
    for name in small:
        found[OTHER] += found.pop(name)
    ordered = sorted(found, key=lambda name: (name == UNKNOWN_GROUP, name == OTHER, -len(found[name]), name))
    return {name: tuple(found[name]) for name in ordered if found[name]}


def _group(one: Followed, by: str) -> str | None:
    first = one.dossier.presentations[0]
    if by == TREATMENT:
        return " + ".join(sorted(first.decision))
    if by == PRIMARY:
        return one.dossier.cancer.primary if one.dossier.cancer is not None else None
    return first.bands.get(by.removeprefix(BAND))
