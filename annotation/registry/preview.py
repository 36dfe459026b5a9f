"""What a form that is being filled in comes to: nothing is kept, and no patient is named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from annotation.registry.computing import Person, biology_results, presentation_results
from annotation.registry.consistency import entry_faults
from annotation.registry.dictionary import form_named
from annotation.registry.flags import Flag, flags_of
from annotation.registry.formulas import Result
from annotation.registry.record import faults_by_name
from annotation.registry.values import Fault, Values, kept
from annotation.registry.variables import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`values` are those that would be kept, `faults` why the others would not."""

    form: Form
    values: Values
    faults: tuple[Fault, ...]
    flags: tuple[Flag, ...]
    computed: Mapping[str, Result]


def preview(form_name: str, given: Mapping[str, Any], person: Person, *, today: date, complete: bool) -> Preview:
    """Look at one form by itself, as entering it would. `complete`: what the form demands must be there.

    What the rest of the record contradicts is found when it is entered. Raises NoSuchFormError.
    """
    form = form_named(form_name)
    values, faults = kept(form, given, complete=complete)
    return Preview(
        form=form,
        values=values,
        faults=(*faults_by_name(faults, form), *entry_faults(form, values, today)),
        flags=tuple(flags_of(form, values)),
        computed=_computed(form, values, person),
    )


def _computed(form: Form, values: Values, person: Person) -> Mapping[str, Result]:
    if form.name == "biology":
        return biology_results(values, person)
    return presentation_results(values) if form.name == "presentation" else {}
