"""Every instrument as a page that a radiologist can hold against the papers, in English or French."""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from lesion_model.description import Description, Item, ItemKind, Kind, Outcome
from lesion_model.labels import Label, label


class Language(Enum):
    """A language that everything on screen is worded in."""

    ENGLISH = "en"
    FRENCH = "fr"


TITLE = label("Scores, grades and rules", "Scores, classifications et règles")
INTRODUCTION = (
    label(
        "This page is made from the code that computes (`osteon instruments`), so that it can be held against the "
        "papers. Osteon is research software and no medical device: what is said here informs a meeting and is never "
        "an order.",
        "Cette page est produite par le code qui calcule (`osteon instruments`), pour être confrontée aux articles. "
        "Osteon est un logiciel de recherche et non un dispositif médical : ce qui suit éclaire une réunion et n'est "
        "jamais une prescription.",
    ),
    label(
        "What is unknown is never taken for zero or for no: a score then has a lowest and a highest total, and a band "
        "only when both lie in it; a rule answers only what no missing fact can change. Both name the items that "
        "would decide.",
        "Ce qui est inconnu n'est jamais compté zéro ni non : le score a alors un total minimal et un total maximal, "
        "et une classe seulement si les deux y sont ; une règle ne répond que ce qu'aucun fait manquant ne peut "
        "changer. Les deux nomment les éléments qui trancheraient.",
    ),
)
SECTIONS: Mapping[Kind, Label] = MappingProxyType(
    {
        Kind.SCORE: label("Scores", "Scores"),
        Kind.GRADE: label("Grades", "Classifications"),
        Kind.RULE: label("Rules", "Règles"),
    }
)
RESULTS: Mapping[Kind, Label] = MappingProxyType(
    {Kind.SCORE: label("Band", "Classe"), Kind.GRADE: label("Grade", "Grade"), Kind.RULE: label("Answer", "Réponse")}
)
ANY_VALUE: Mapping[ItemKind, Label] = MappingProxyType(
    {
        ItemKind.YES_NO: label("yes or no", "oui ou non"),
        ItemKind.NUMBER: label("a number", "un nombre"),
        ItemKind.WHOLE: label("a whole number", "un nombre entier"),
        ItemKind.DAY: label("a day", "un jour"),
    }
)
ITEM = label("Item", "Élément")
VALUE = label("Value", "Valeur")
NAME = label("Name in code", "Nom dans le code")
FLAGS = label("Flags of an answer", "Signalements d'une réponse")
MEANS = label("What it says", "Ce qu'il dit")
POINTS = label("Points", "Points")
SUGGESTS = label("What it suggests, and according to whom", "Ce que cela suggère, et selon qui")
TOTAL = label("Total", "Total")
LOOKS_AT = label("Looked at one by one", "Examinés un par un")
CONVENTIONS = label("Conventions, where the source is silent or unclear", "Conventions, où la source se tait ou varie")
NOT_APPLICABLE = label("Not applicable to", "Ne s'applique pas à")
REFERENCE = label("Reference", "Référence")
COLON = label(":", " :")
STANDS_IN = label("gives", "donne")
MOST_VALUES = 24
"""A longer list of values (every vertebra, every tumour) is written in one row."""


def page(descriptions: Iterable[Description], flags: Mapping[str, Label], language: Language) -> str:
    """Markdown, ending in a new line; `flags` are what answers may be marked with."""
    lines = (*_lines(tuple(descriptions), language), *_flags(flags, language))
    return "\n".join(lines) + "\n"


def _lines(descriptions: tuple[Description, ...], language: Language) -> Iterator[str]:
    yield f"# {_in(TITLE, language)}"
    for paragraph in INTRODUCTION:
        yield from ("", _in(paragraph, language))
    for kind, heading in SECTIONS.items():
        of_kind = [each for each in descriptions if each.kind is kind]
        if of_kind:
            yield from ("", f"## {_in(heading, language)}")
        for each in of_kind:
            yield from _instrument(each, language)


def _flags(flags: Mapping[str, Label], language: Language) -> Iterator[str]:
    yield from ("", f"## {_in(FLAGS, language)}", "")
    header = (_in(NAME, language), _in(MEANS, language))
    yield from _table(header, ((f"`{name}`", _in(words, language)) for name, words in flags.items()))


def _instrument(described: Description, language: Language) -> Iterator[str]:
    yield from ("", f"### {_in(described.title, language)}")
    yield from ("", f"{_in(described.purpose, language)}. `{described.name}`, {described.version}.")
    yield from ("", *_table(_item_header(described, language), _item_rows(described, language)))
    helps = [
        f"- {_in(item.label, language)}{_in(COLON, language)} {_in(item.help, language)}"
        for item in described.items
        if item.help
    ]
    if helps:
        yield from ("", *helps)
    yield from ("", *_table(_outcome_header(described, language), _outcome_rows(described.outcomes, language)))
    if described.points:
        yield from _listed(LOOKS_AT, (point.label for point in described.points), language)
    if described.conventions:
        yield from _listed(CONVENTIONS, described.conventions, language)
    if described.not_applicable:
        yield from _listed(NOT_APPLICABLE, described.not_applicable, language)
    yield from ("", f"{_in(REFERENCE, language)}{_in(COLON, language)} {described.reference}")


def _item_header(described: Description, language: Language) -> tuple[str, ...]:
    words = (ITEM, VALUE, NAME, POINTS) if described.kind is Kind.SCORE else (ITEM, VALUE, NAME)
    return tuple(_in(each, language) for each in words)


def _item_rows(described: Description, language: Language) -> Iterator[tuple[str, ...]]:
    is_score = described.kind is Kind.SCORE
    for item in described.items:
        for number, (value, name, points) in enumerate(_values(item, language)):
            first = _asked(item, language) if number == 0 else ""
            yield (first, value, name, points) if is_score else (first, value, name)


def _asked(item: Item, language: Language) -> str:
    instead = f" ({_in(STANDS_IN, language)} `{item.stands_in_for}`)" if item.stands_in_for else ""
    return f"{_in(item.label, language)} `{item.name}`{instead}"


def _values(item: Item, language: Language) -> Iterator[tuple[str, str, str]]:
    if not item.values:
        between = f", {item.minimum} - {item.maximum}" if item.minimum is not None else ""
        unit = f" {item.unit}" if item.unit else ""
        yield f"{_in(ANY_VALUE[item.kind], language)}{between}{unit}", "", ""
    elif len(item.values) > MOST_VALUES:
        yield ", ".join(_in(value.label, language) for value in item.values), _names(item), ""
    else:
        for value in item.values:
            yield _in(value.label, language), f"`{value.value}`", "" if value.points is None else str(value.points)


def _names(item: Item) -> str:
    return ", ".join(f"`{value.value}`" for value in item.values)


def _outcome_header(described: Description, language: Language) -> tuple[str, ...]:
    return tuple(_in(each, language) for each in (RESULTS[described.kind], NAME, TOTAL, SUGGESTS))


def _outcome_rows(outcomes: Iterable[Outcome], language: Language) -> Iterator[tuple[str, ...]]:
    for outcome in outcomes:
        total = _total(outcome)
        suggestion = _in(outcome.suggestion, language) if outcome.suggestion else ""
        yield _in(outcome.label, language), f"`{outcome.name}`", total, suggestion


def _total(outcome: Outcome) -> str:
    if outcome.minimum is None or outcome.minimum == outcome.maximum:
        return "" if outcome.minimum is None else str(outcome.minimum)
    return f"{outcome.minimum} - {outcome.maximum}"


def _listed(heading: Label, words: Iterable[Label], language: Language) -> Iterator[str]:
    yield from ("", f"{_in(heading, language)}{_in(COLON, language)}", "")
    yield from (f"- {_in(each, language)}" for each in words)


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """A column that is empty in every row is left out."""
    lines = tuple(rows)
    kept = [number for number in range(len(header)) if any(line[number] for line in lines)]
    yield _row(header[number] for number in kept)
    yield "|" + "---|" * len(kept)
    yield from (_row(line[number] for number in kept) for line in lines)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _in(words: Label, language: Language) -> str:
    return words.fr if language is Language.FRENCH else words.en
