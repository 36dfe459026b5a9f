"""Values of a record in words, English and French."""

from annotation.registry.partial_dates import span_of
from annotation.registry.values import Value
from annotation.registry.variables import Type, Variable
from lesion_model.labels import Label, label

YES, NO = label("yes", "oui"), label("no", "non")
_CODED = frozenset({Type.CHOICE, Type.CHOICES})


def value_in_words(variable: Variable, value: Value) -> Label:
    """As it was entered: a number in the unit that it was entered in."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return _joined([_code(variable, each) for each in value])
    if isinstance(value, dict):
        return _number(value["value"], f" {value['unit']}")
    if variable.type is Type.NUMBER:
        return _number(str(value))
    if variable.type in _CODED:
        return _code(variable, str(value))
    return day_in_words(str(value)) if variable.type is Type.DATE else label(str(value), str(value))


def day_in_words(text: str) -> Label:
    """As exact as it is known."""
    day = span_of(text)
    if day.is_day:
        return label(text, f"{day.first:%d/%m/%Y}")
    return label(text, "/".join(reversed(text.split("-"))))


def _number(written: str, unit: str = "") -> Label:
    return label(written + unit, written.replace(".", ",") + unit)


def _code(variable: Variable, code: str) -> Label:
    return next((each.label for each in variable.choices if each.code == code), label(code, code))


def _joined(words: list[Label]) -> Label:
    return label(", ".join(each.en for each in words), ", ".join(each.fr for each in words))
