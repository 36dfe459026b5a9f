"""What happened since the last presentation (data model, E4): every count below is worked out by hand."""

from datetime import date

from annotation.meetings.since import Since, since_last
from annotation.registry.values import Value, Values

FIRST, SECOND, THIRD = date(2025, 1, 10), date(2025, 4, 10), date(2025, 7, 10)
ALL = (FIRST, SECOND, THIRD)


def event(kind: str, on: str, adjudicated: str | None = "confirmed", site: str = "L3") -> Values:
    values: dict[str, Value] = {"event_type": kind, "event_date": on, "event_site": site}
    return values if adjudicated is None else {**values, "adjudicated": adjudicated}


EVENTS = [
    event("new_bone_lesion", "2024-11-01"),  # before the first: history
    event("new_bone_lesion", "2025-01-10", site="T4"),  # on the day of the first: history
    event("new_bone_lesion", "2025-01-11"),  # the day after: counts for the second
    event("progression_treated_lesion", "2025-04-10"),  # on the day of the second: counts for it
    event("local_recurrence_treated_site", "2025-04-11"),  # counts for the third
    event("new_bone_lesion", "2025-05-02", "flare_excluded"),
    event("new_bone_lesion", "2025-05-03", "inconclusive"),
    event("progression_treated_lesion", "2025-05-04", None),
    event("SRE_fracture", "2025-05-05", None),
    event("SRE_RT", "2025-05-06", None),
    event("SRE_RT", "2025-06-06", None, site="T4"),
    event("new_bone_lesion", "2025-07-11"),  # after the third
]


def counted(since: Since) -> dict[str, tuple[int, int, int]]:
    return {each.kind: (each.counted, each.waiting, each.excluded) for each in since.counts}


def test_a_first_presentation_has_no_recurrence_but_history() -> None:
    since = since_last(EVENTS, ALL, FIRST)
    assert (since.number, since.after, since.recurrences, since.history) == (1, None, 0, 2)


def test_the_day_of_a_presentation_belongs_to_it() -> None:
    since = since_last(EVENTS, ALL, SECOND)
    assert (since.number, since.after, since.recurrences, since.history) == (2, FIRST, 2, 2)
    assert counted(since) == {"new_bone_lesion": (1, 0, 0), "progression_treated_lesion": (1, 0, 0)}


def test_flares_and_what_is_not_adjudicated_do_not_count_as_recurrences() -> None:
    since = since_last(EVENTS, ALL, THIRD)
    assert (since.number, since.after, since.recurrences, since.waiting, since.history) == (3, SECOND, 1, 2, 4)
    assert counted(since) == {
        "new_bone_lesion": (0, 1, 1),
        "local_recurrence_treated_site": (1, 0, 0),
        "progression_treated_lesion": (0, 1, 0),
        "SRE_fracture": (1, 0, 0),
        "SRE_RT": (2, 0, 0),
    }


def test_a_session_between_two_that_were_held_counts_since_the_one_before() -> None:
    since = since_last(EVENTS, ALL, date(2025, 5, 1))
    assert (since.number, since.after, since.recurrences) == (3, SECOND, 1)


def test_a_kind_counts_once_a_day_as_in_the_endpoints() -> None:
    twice = [event("new_bone_lesion", "2025-02-01", "inconclusive"), event("new_bone_lesion", "2025-02-01", site="T4")]
    since = since_last(twice, ALL, SECOND)
    assert (since.recurrences, since.waiting) == (1, 0)
    assert since_last(list(reversed(twice)), ALL, SECOND) == since


def test_an_event_of_an_uncertain_day_counts_only_where_all_its_days_lie() -> None:
    months = [event("new_bone_lesion", "2025-02"), event("new_bone_lesion", "2025-04")]
    since = since_last(months, ALL, SECOND)
    assert (since.recurrences, since.uncertain) == (1, 1)
