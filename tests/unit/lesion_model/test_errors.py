import pytest

from lesion_model.errors import FindingError, Problem, located


def test_a_refusal_is_located_from_the_outside_in() -> None:
    with pytest.raises(FindingError) as refusal, located("findings"), located("cortical_involvement"):
        raise FindingError([Problem(field="category", detail="wrong", allowed=("a", "b"))])
    assert str(refusal.value) == "findings.cortical_involvement.category: wrong (allowed: a, b)"


def test_a_problem_of_the_value_itself_takes_its_parents_name() -> None:
    assert Problem(field="", detail="wrong").within("items").field == "items"
    assert str(Problem(field="", detail="wrong")) == "wrong"
