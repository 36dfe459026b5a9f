"""What is computed from a record: never kept, so that it cannot fall behind what it is computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from annotation.registry.dictionary import COMPUTED
from annotation.registry.entries import RecordEntry, State
from annotation.registry.forms.biology import BIOLOGY
from annotation.registry.formulas import OPIOIDS, Result, corrected_calcium, creatinine_clearance, morphine_equivalent
from annotation.registry.partial_dates import completed_years, span_of
from annotation.registry.values import Values, day_of, in_own_unit, number_of

_FORMULAS = {each.name: each.formula for each in COMPUTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What of the patient's own form the formulas need."""

    sex: str | None = None
    birth_month: str | None = None


def person_of(entries: Sequence[RecordEntry]) -> Person:
    values: Values = next((each.values for each in entries if each.form_name == "patient"), {})
    sex, born = values.get("sex"), values.get("birth_month")
    return Person(sex=sex if isinstance(sex, str) else None, birth_month=born if isinstance(born, str) else None)


def computed_of(entries: Sequence[RecordEntry]) -> Mapping[UUID, Mapping[str, Result]]:
    """Of every final entry of one patient that anything is computed of, by its identifier."""
    person, numbers = person_of(entries), _numbers(entries)
    found: dict[UUID, Mapping[str, Result]] = {}
    for each in entries:
        if each.form_name == "presentation" and each.id in numbers:
            found[each.id] = {"presentation_no": _number(numbers[each.id]), **presentation_results(each.values)}
        if each.form_name == "biology":
            found[each.id] = biology_results(each.values, person)
    return found


def biology_results(values: Values, person: Person) -> Mapping[str, Result]:
    form = BIOLOGY.by_name
    calcium, albumin, creatinine, weight = (
        in_own_unit(form[name], values) for name in ("calcium", "albumin", "creatinine", "weight")
    )
    on = day_of(values.get("sample_date"))
    age = completed_years(span_of(person.birth_month), on) if person.birth_month and on else None
    return {
        "calcium_corrected_computed": corrected_calcium(calcium, albumin),
        "crcl_cockcroft": creatinine_clearance(creatinine, weight, age, person.sex),
    }


def presentation_results(values: Values) -> Mapping[str, Result]:
    """What is computed of a presentation by itself; its number needs the others."""
    doses = {each.name: number_of(values.get(f"opioid_{each.name}")) for each in OPIOIDS}
    return {"omeq": morphine_equivalent({name: dose for name, dose in doses.items() if dose is not None})}


def _numbers(entries: Sequence[RecordEntry]) -> dict[UUID, int]:
    presentations = [each for each in entries if each.form_name == "presentation" and each.state is State.FINAL]
    in_order = sorted(presentations, key=lambda each: str(each.values["meeting_date"]))
    return {each.id: number for number, each in enumerate(in_order, start=1)}


def _number(rank: int) -> Result:
    return Result(value=Decimal(rank), unit="1", formula=_FORMULAS["presentation_no"])
