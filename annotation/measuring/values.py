"""What a measurement answers with: values, findings ready for a draft, and what could not be measured, with why."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from annotation.measuring.terms import TERMS, Method, Term
from lesion_model.findings import ImagingFindings
from lesion_model.measurement.measured import Measured, measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One number. `part` tells several of one name apart: a wall, a point, a denominator."""

    name: str
    number: Measured
    method: Method
    part: str | None = None

    @property
    def key(self) -> str:
        """As clients name it: `height_loss_percent.anterior`."""
        return f"{self.name}.{self.part}" if self.part else self.name

    @property
    def term(self) -> Term:
        return TERMS[self.name]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasured:
    """`name` is that of a value, or what those have in common: `hu`, `suv`."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Of one drawing."""

    values: tuple[Value, ...] = ()
    not_measured: tuple[NotMeasured, ...] = ()
    findings: ImagingFindings = field(default_factory=ImagingFindings)

    def with_values(self, values: Iterable[Value], not_measured: Iterable[NotMeasured] = ()) -> "Results":
        return Results(
            values=(*self.values, *values),
            not_measured=(*self.not_measured, *not_measured),
            findings=self.findings,
        )


def value(name: str, number: float | Measured, method: Method, part: str | None = None) -> Value:
    """A number in the unit of its name, rounded to the step of it unless it is already."""
    rounded = number if isinstance(number, Measured) else measured(number, TERMS[name].step)
    return Value(name=name, number=rounded, method=method, part=part)
