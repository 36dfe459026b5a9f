"""Rules and grades in the shape that describes any instrument."""

from dataclasses import replace

from lesion_model.description import Description, Item, ItemKind, Kind, Named, Outcome, Value
from lesion_model.entries import Entry
from lesion_model.facts import Choice, Day, Fact, Number, Whole, YesNo


def describe_entry(entry: Entry, kind: Kind) -> Description:
    return Description(
        name=entry.name,
        kind=kind,
        version=entry.version,
        title=entry.title,
        purpose=entry.purpose,
        items=tuple(_item(fact) for fact in entry.facts),
        outcomes=tuple(
            Outcome(name=name, label=words, suggestion=entry.suggestions.get(name))
            for name, words in entry.answers.items()
        ),
        reference=entry.reference,
        points=tuple(Named(name=name, label=words) for name, words in entry.points.items()),
        conventions=entry.conventions,
    )


def _item(fact: Fact) -> Item:
    plain = Item(name=fact.name, label=fact.label, help=fact.help, kind=ItemKind.YES_NO)
    match fact:
        case Choice():
            values = tuple(Value(value=value.value, label=words) for value, words in fact.values.items())
            return replace(plain, kind=ItemKind.CHOICE, values=values)
        case YesNo():
            return plain
        case Number():
            lowest, highest = str(fact.minimum), str(fact.maximum)
            return replace(plain, kind=ItemKind.NUMBER, unit=fact.unit, minimum=lowest, maximum=highest)
        case Whole():
            return replace(plain, kind=ItemKind.WHOLE, minimum=str(fact.minimum), maximum=str(fact.maximum))
        case Day():
            earliest, latest = fact.earliest.isoformat(), fact.latest.isoformat()
            return replace(plain, kind=ItemKind.DAY, minimum=earliest, maximum=latest)
