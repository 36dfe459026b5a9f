"""Shapes of the facts that a rule or grade takes, and of its answer."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    WithJsonSchema,
    create_model,
    model_validator,
)

from api.schemas.body import Body
from lesion_model.answers import Answer
from lesion_model.entries import Entry
from lesion_model.facts import Choice, Day, Fact, Number, Whole, YesNo, read_facts


class Facts(Body):
    """Facts by name; any may be missing or null."""

    def by_name(self) -> dict[str, Any]:
        return {name: _exact(value) for name, value in self.model_dump().items()}


class PointOut(BaseModel):
    """One of several things a rule looks at; `holds` is null while its facts leave it open."""

    name: str
    label_en: str
    label_fr: str
    holds: bool | None


class RuleOut(BaseModel):
    """A rule or grade, applied to the facts that are known; unknown is never taken for no.

    `answer` is null while `possible` has more than one; each of `decisive_items`, alone, would then decide it
    whatever its value, each of `could_decide` for some of its values. The suggestion informs a meeting; it
    is no order.
    """

    instrument: str
    version: str
    answer: str | None
    answer_en: str | None
    answer_fr: str | None
    possible: list[str]
    decided: bool
    points: list[PointOut]
    facts_used: list[str]
    facts_missing: list[str]
    decisive_items: list[str]
    could_decide: list[str]
    suggestion: str | None
    suggestion_fr: str | None
    flags: list[str]
    reference: str

    @classmethod
    def of(cls, entry: Entry, answer: Answer) -> Self:
        words = None if answer.answer is None else entry.answers[answer.answer]
        return cls(
            instrument=answer.name,
            version=answer.version,
            answer=answer.answer,
            answer_en=words and words.en,
            answer_fr=words and words.fr,
            possible=list(answer.possible),
            decided=answer.decided,
            points=[
                PointOut(name=point.name, label_en=point.label.en, label_fr=point.label.fr, holds=point.holds)
                for point in answer.points
            ],
            facts_used=list(answer.facts_used),
            facts_missing=list(answer.facts_missing),
            decisive_items=list(answer.decisive),
            could_decide=list(answer.could_decide),
            suggestion=answer.suggestion and answer.suggestion.en,
            suggestion_fr=answer.suggestion and answer.suggestion.fr,
            flags=list(answer.flags),
            reference=answer.reference,
        )


def facts_model(entry: Entry) -> type[Facts]:
    """The body of one rule or grade. What is wrong with its facts is said by their descriptions, all at once."""
    return create_model(
        f"{entry.name.title().replace('_', '')}Facts",
        __base__=_of_the_entry(entry),
        __doc__=f"Facts of: {entry.title.en}. Any may be missing or null.",
        **{fact.name: _field(fact) for fact in entry.facts},
    )


def _of_the_entry(entry: Entry) -> type[Facts]:
    class FactsOfTheEntry(Facts):
        model_config = ConfigDict(json_schema_extra={"examples": [{fact.name: _example(fact) for fact in entry.facts}]})

        @model_validator(mode="before")
        @classmethod
        def _are_of_the_entry(cls, given: Any) -> Any:
            if isinstance(given, Mapping):
                read_facts(entry.facts, {name: _exact(value) for name, value in given.items()})
            return given

    return FactsOfTheEntry


def _exact(value: Any) -> Any:
    """A JSON number as it was written: so few digits survive as a float unchanged."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _field(fact: Fact) -> Any:
    description = f"{fact.label.en}. {fact.help.en if fact.help else ''}".strip()
    return (_type(fact) | None, Field(default=None, description=description))


def _type(fact: Fact) -> Any:
    match fact:
        case Choice():
            return Literal[tuple(value.value for value in fact.values)]
        case YesNo():
            return StrictBool
        case Number():
            limits = {"minimum": float(fact.minimum), "maximum": float(fact.maximum)}
            return Annotated[Any, WithJsonSchema({"type": ["number", "string"], "x-unit": fact.unit} | limits)]
        case Whole():
            return Annotated[Any, WithJsonSchema({"type": "integer", "minimum": fact.minimum, "maximum": fact.maximum})]
        case Day():
            return Annotated[Any, WithJsonSchema({"type": "string", "format": "date"})]


def _example(fact: Fact) -> Any:
    match fact:
        case Choice():
            return next(iter(fact.values)).value
        case YesNo():
            return False
        case Number():
            return float(fact.minimum)
        case Whole():
            return fact.minimum
        case Day():
            return "2024-02-29"
