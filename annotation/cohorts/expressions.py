"""A filter as one line of text, for the command line.

    series.modality=CT and series.slice_thickness_mm<=1.5
    score.sins>=7 or not lesion.bone=vertebra
    some reading (lesion.bone=femur and reading.lesion_type=lytic)

`and` binds more than `or`, `not` more than both. Conditions: `=` `!=` `<` `<=` `>` `>=`; `=a,b` one of several;
`=2..5`, `=2..`, `=..5` from, to; `~` contains, `^` starts with; a field alone: it is known. A text with blanks or
signs is quoted. `score.sins>=7` is `some score (score.instrument=sins and score.minimum>=7)`: of a score that is not
complete its bounds are compared, so that it is true whatever is still missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from annotation.cohorts.documents import Document
from annotation.cohorts.fields import Kind, Operator

LONGEST = 4_000
DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<sign><=|>=|!=|[=<>~^])
        | (?P<bracket>[()])
        | (?P<comma>,)
        | "(?P<double>[^"]*)" | '(?P<single>[^']*)'
        | (?P<word>[^\s()=<>!~^,"']+)
    )""",
    re.VERBOSE,
)
_SIGNS: Mapping[str, Operator] = {
    "=": Operator.EQUAL,
    "!=": Operator.NOT_EQUAL,
    "<": Operator.LESS,
    "<=": Operator.AT_MOST,
    ">": Operator.MORE,
    ">=": Operator.AT_LEAST,
    "~": Operator.CONTAINS,
    "^": Operator.STARTS_WITH,
}
_BOUND: Mapping[Operator, str] = {
    Operator.LESS: "maximum",
    Operator.AT_MOST: "maximum",
    Operator.MORE: "minimum",
    Operator.AT_LEAST: "minimum",
    Operator.EQUAL: "total",
    Operator.IN: "total",
}
_NUMERIC = frozenset({Kind.NUMBER, Kind.WHOLE})
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}
_NAMED = frozenset({Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN})
_SCORE = "score."
_WORDS = frozenset({"and", "or", "not", "some", "of"})


class ExpressionError(Exception):
    """Correct the text; the message says where and how."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int

    def is_word(self, text: str) -> bool:
        return self.kind == "word" and self.text == text


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Of the fields as far as they decide how a text is read: `kinds` by name, and the choices of two of them."""

    kinds: Mapping[str, Kind]
    instruments: frozenset[str]
    bands: frozenset[str]


def filter_of(text: str, known: Known) -> Document:
    """The filter as a document. Names of fields, operators and choices are left to be checked with it.

    Raises ExpressionError.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"at most {LONGEST} characters")
    return _Parser(list(_tokens(text)), known).whole()


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(f"not understood from here: {text[at:].strip()[:20]}")
        kind = str(found.lastgroup)
        yield _Token("text" if kind in ("double", "single") else kind, found[kind], found.start(kind))
        at = found.end()
    yield _Token("end", "", len(text))


class _Parser:
    def __init__(self, tokens: list[_Token], known: Known) -> None:
        self._tokens = tokens
        self._place = 0
        self._known = known
        self._depth = 0

    def whole(self) -> Document:
        found = self._any()
        if self._next.kind != "end":
            raise self._wrong("`and`, `or` or the end")
        return found

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        self._place += 1
        return self._tokens[self._place - 1]

    def _taken(self, word: str) -> bool:
        taken = self._next.is_word(word)
        self._place += taken
        return taken

    def _wrong(self, wanted: str) -> ExpressionError:
        seen = self._next
        return ExpressionError(f"{wanted} expected {f'at {seen.text!r}' if seen.text else 'at the end'}")

    def _any(self) -> Document:
        parts = [self._all()]
        while self._taken("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else {"any": parts}

    def _all(self) -> Document:
        parts = [self._one()]
        while self._taken("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else {"all": parts}

    def _one(self) -> Document:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(f"nested at most {DEEPEST} deep")
        try:
            if self._taken("not"):
                return {"not": self._one()}
            if self._taken("some"):
                return self._some()
            if self._next.text == "(" and self._next.kind == "bracket":
                return self._bracketed()
            return self._condition()
        finally:
            self._depth -= 1

    def _bracketed(self) -> Document:
        if self._next.kind != "bracket" or self._take().text != "(":
            raise self._wrong("`(`")
        found = self._any()
        if self._next.kind != "bracket" or self._next.text != ")":
            raise self._wrong("`)`")
        self._take()
        return found

    def _some(self) -> Document:
        if self._next.kind != "word":
            raise self._wrong("a kind of thing")
        said: Document = {"some": self._take().text}
        if self._taken("of"):
            said["of"] = self._take().text
        return said | {"where": self._bracketed()}

    def _condition(self) -> Document:
        if self._next.kind != "word" or self._next.text in _WORDS:
            raise self._wrong("a field")
        name = self._take().text
        instrument = name.removeprefix(_SCORE)
        is_score = name.startswith(_SCORE) and name not in self._known.kinds and instrument in self._known.instruments
        if self._next.kind != "sign":
            return _score(instrument, None, self._known.bands) if is_score else _compared(name, Operator.EXISTS, True)
        operator = _SIGNS[self._take().text]
        values = self._values()
        if is_score:
            return _score(instrument, (operator, values), self._known.bands)
        return _compared(name, *_operand(self._known.kinds.get(name), operator, values))

    def _values(self) -> list[_Token]:
        found = [self._value()]
        while self._next.kind == "comma":
            self._take()
            found.append(self._value())
        return found

    def _value(self) -> _Token:
        if self._next.kind not in ("word", "text"):
            raise self._wrong("a value")
        return self._take()


def _operand(kind: Kind | None, operator: Operator, values: list[_Token]) -> tuple[Operator, object]:
    first = values[0]
    if len(values) > 1:
        if operator is not Operator.EQUAL:
            raise ExpressionError("several values go with `=` only")
        return Operator.IN, [_read(kind, each) for each in values]
    if operator is Operator.EQUAL and kind in _NUMERIC and ".." in first.text:
        low, _, high = first.text.partition("..")
        return Operator.RANGE, [_number(end) if end else None for end in (low, high)]
    return operator, _read(kind, first)


def _read(kind: Kind | None, token: _Token) -> object:
    """What is no value of its kind stays text: it is refused with what is allowed there."""
    if kind in _NUMERIC and token.kind == "word":
        return _number(token.text)
    return _YES_NO.get(token.text, token.text) if kind is Kind.YES_NO else token.text


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _score(instrument: str, asked: tuple[Operator, list[_Token]] | None, bands: frozenset[str]) -> Document:
    parts = [_compared("score.instrument", Operator.EQUAL, instrument)]
    if asked is not None:
        parts += _outcomes(instrument, *_operand(Kind.NUMBER, *asked), bands)
    return {"some": "score", "where": parts[0] if len(parts) == 1 else {"all": parts}}


def _outcomes(instrument: str, operator: Operator, value: object, bands: frozenset[str]) -> list[Document]:
    values = value if isinstance(value, list) else [value]
    if operator is Operator.RANGE:
        ends = zip(("minimum", "maximum"), (Operator.AT_LEAST, Operator.AT_MOST), values, strict=True)
        return [_compared(f"score.{name}", each, end) for name, each, end in ends if end is not None]
    is_number = all(isinstance(each, int | float) for each in values)
    if operator in _NAMED and not is_number:
        named = [str(each) for each in values]
        return [_compared("score.band", operator, named if operator is Operator.IN else named[0])]
    if operator not in _BOUND:
        raise ExpressionError(f"score.{instrument} takes =, <, <=, > and >=, or = and != with the name of a band")
    bound = _compared(f"score.{_BOUND[operator]}", operator, value)
    if operator is Operator.EQUAL and str(value) in bands:  # a grade may be named by a number
        return [{"any": [bound, _compared("score.band", operator, str(value))]}]
    return [bound]


def _compared(name: str, operator: Operator, value: object) -> Document:
    return {"field": name, "op": operator.value, "value": value}
