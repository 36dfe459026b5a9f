"""Dates that a presentation takes from treatments, and facts of which a record says two things."""

from annotation.registry.following import differing, followed
from annotation.registry.values import Values

MEETING: Values = {"meeting_date": "2025-06-12"}


def _treatment(kind: str, start: str, **more: str) -> Values:
    return {"treatment_type": kind, "treatment_start": start, **more}


def test_a_presentation_takes_the_newest_treatment_that_had_begun_and_not_ended() -> None:
    treatments = [
        _treatment("systemic", "2024-01-10", treatment_end="2024-12-01"),
        _treatment("systemic", "2025-01-10"),
        _treatment("systemic", "2025-06-13"),
        _treatment("denosumab", "2025-02"),
        _treatment("surgery", "2025-05-01"),
    ]
    assert followed(MEETING, treatments) == {"systemic_line_start": "2025-01-10"}


def test_what_the_presentation_says_itself_stays() -> None:
    said: Values = {**MEETING, "bone_agent_start": "2025-03-01"}
    assert followed(said, [_treatment("zoledronate", "2025-03-02")]) == {}


def test_another_start_than_the_treatments_is_told() -> None:
    said: Values = {**MEETING, "bone_agent_start": "2025-03-01"}
    assert differing(said, [said], [_treatment("zoledronate", "2025-03-02")]) == ("bone_agent_start",)
    assert differing(said, [said], [_treatment("zoledronate", "2025-03-01")]) == ()
    assert differing(said, [said], []) == ()


def test_two_presentations_with_two_primaries_are_told() -> None:
    others: list[Values] = [{"primary": "breast"}, {"primary": "lung_nsclc"}, {}]
    assert differing(MEETING, others, []) == ("primary",)
