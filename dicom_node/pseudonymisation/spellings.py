"""The ways in which a name, an identifier, a date or a number may be written, and the bytes that they become."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from types import MappingProxyType

from dicom_node.pseudonymisation.folding import fold

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_BETWEEN_COMPONENTS = re.compile(r"[\^=\s,;]+")
_DIGITS = re.compile(r"\d+")
_SEPARATORS = b" ^_-,./"
_ASCII_RUN = re.compile(rb"[a-z]+")
_SHORTEST_RUN = 4
_SHORTEST_LOCAL_NUMBER = 9
_SHORTEST_NUMBER = 6
_DATE_DIGITS = 8

CODECS = MappingProxyType(
    {
        "ISO_IR 100": "latin-1",
        "ISO_IR 101": "iso8859-2",
        "ISO_IR 109": "iso8859-3",
        "ISO_IR 110": "iso8859-4",
        "ISO_IR 126": "iso8859-7",
        "ISO_IR 127": "iso8859-6",
        "ISO_IR 138": "iso8859-8",
        "ISO_IR 144": "iso8859-5",
        "ISO_IR 148": "iso8859-9",
        "ISO_IR 203": "iso8859-15",
        "ISO_IR 166": "tis-620",
        "ISO_IR 13": "shift_jis",
        "ISO_IR 192": "utf-8",
        "GB18030": "gb18030",
        "GBK": "gbk",
        "ISO 2022 IR 87": "iso2022_jp",
        "ISO 2022 IR 159": "iso2022_jp_2",
        "ISO 2022 IR 149": "euc_kr",
        "ISO 2022 IR 58": "gb2312",
    }
)
"""Python's codec for each defined term of Specific Character Set (PS3.3 C.12.1.1.2)."""

_ALWAYS = ("utf-8", "latin-1")
_FOR_IDEOGRAMS = ("shift_jis", "euc_jp", "iso2022_jp", "euc_kr", "gb18030", "big5")
_BY_SCRIPT = (
    (0x0100, 0x017F, ("iso8859-2", "iso8859-3", "iso8859-4", "iso8859-9")),
    (0x0370, 0x03FF, ("iso8859-7",)),
    (0x0400, 0x04FF, ("iso8859-5", "cp1251", "koi8-r")),
    (0x0590, 0x05FF, ("iso8859-8",)),
    (0x0600, 0x06FF, ("iso8859-6",)),
    (0x0E00, 0x0E7F, ("tis-620",)),
    (0x2E80, 0xFFFF, _FOR_IDEOGRAMS),
)
_ESCAPE = re.compile(rb"\x1b[\x20-\x2f]*[\x30-\x7e]")


def without_separators(encoded: bytes) -> bytes:
    """The bytes without what may stand between the parts of a name, an identifier, a number or a date."""
    return encoded.translate(None, _SEPARATORS)


def stem_of(encoded: bytes) -> bytes:
    """What all spellings of one value have in common: no separators, and of letters beyond ASCII none.

    Those are encoded in several ways, so of a needle that has them the longest run of ASCII letters is the stem.
    """
    compact = without_separators(encoded)
    if compact.isascii():
        return compact
    longest = max(_ASCII_RUN.findall(compact), key=len, default=b"")
    return longest if len(longest) >= _SHORTEST_RUN else compact


def components_of(value: str) -> list[str]:
    """What a person's name is made of: the pieces between carets, spaces and commas, of all its groups."""
    return [piece for piece in _BETWEEN_COMPONENTS.split(value) if piece]


def names_of(value: str) -> Iterator[str]:
    """A person's name (PS3.5 6.2.1): its parts, the whole in either order, and without what separates the parts."""
    for group in dict.fromkeys((*value.lower().split("="), *(fold(part) for part in value.split("=")))):
        words = [word for word in _BETWEEN_COMPONENTS.split(group) if word]
        yield from words
        yield from (part for word in words for part in _NOT_ALPHANUMERIC.split(word) if part and part != word)
        if len(words) > 1:
            for order in (words[:2], words[1::-1]):
                yield from (separator.join(order) for separator in ("^", " ", "", "_", "-", ", ", "."))


def identifiers_of(value: str) -> Iterator[str]:
    """An identifier as written, without its separators, with others, and its longer parts."""
    text = value.lower()
    parts = [part for part in _NOT_ALPHANUMERIC.split(text) if part]
    yield text
    if len(parts) > 1:
        yield from (separator.join(parts) for separator in ("", "-", " ", "_", ".", "/"))
        yield from (part for part in parts if len(part) >= _SHORTEST_NUMBER)
    if text.isdigit() and text != text.lstrip("0"):
        yield text.lstrip("0")


def wholes_of(value: str) -> Iterator[str]:
    """An address or the name of a place: the whole and its words."""
    for text in dict.fromkeys((value.lower(), fold(value))):
        yield text
        yield from (part for part in _NOT_ALPHANUMERIC.split(text) if part and part != text)


def numbers_of(value: str) -> Iterator[str]:
    """A telephone number: in one piece, in pairs, and without the country's code."""
    digits = "".join(_DIGITS.findall(value))
    if len(digits) < _SHORTEST_NUMBER:
        return
    forms = {digits}
    if len(digits) > _SHORTEST_LOCAL_NUMBER:
        forms |= {digits[-_SHORTEST_LOCAL_NUMBER:], "0" + digits[-_SHORTEST_LOCAL_NUMBER:]}
    for form in sorted(forms):
        yield form
        first = len(form) % 2
        pairs = ([form[:first]] if first else []) + [form[at : at + 2] for at in range(first, len(form), 2)]
        yield from (separator.join(pairs) for separator in (" ", ".", "-"))


def dates_of(value: str) -> Iterator[str]:
    """A date (DA, PS3.5 6.2) in the usual spellings of Europe and America; nothing when it is none."""
    digits = value.replace(".", "").replace("-", "").strip()[:_DATE_DIGITS]
    if len(digits) != _DATE_DIGITS or not digits.isdigit():
        return
    year, month, day = digits[:4], digits[4:6], digits[6:]
    yield from (separator.join((year, month, day)) for separator in ("", "-", "/", ".", " ", "_"))
    yield from (separator.join((day, month, year)) for separator in ("", "-", "/", ".", " ", "_"))
    yield from (separator.join((month, day, year)) for separator in ("", "-", "/"))
    yield from (separator.join((day, month, year[2:])) for separator in ("/", "-", "."))
    if month[0] == "0" or day[0] == "0":
        short = (str(int(day)), str(int(month)), year)
        yield from (separator.join(short) for separator in ("/", "-", "."))
        yield f"{int(month)}/{int(day)}/{year}"


def encodings_of(text: str, charsets: Sequence[str] = ()) -> Iterator[bytes]:
    """The bytes of a text in every encoding that it may have, as they are once ASCII letters are made small."""
    if text.isascii():
        yield text.encode("ascii")
        return
    sought = set()
    for spelling in (text, text.upper(), text.title()):
        for codec in _codecs(text, tuple(charsets)):
            try:
                encoded = spelling.encode(codec)
            except UnicodeEncodeError:
                continue
            sought.add(_ESCAPE.sub(b"", encoded).lower())
    yield from sorted(sought)


@cache
def _by_term(charsets: tuple[str, ...]) -> tuple[str, ...]:
    terms = (term.strip().replace("ISO 2022 IR", "ISO_IR") for term in charsets)
    return tuple(
        CODECS[name]
        for term, raw in zip(terms, charsets, strict=True)
        for name in (raw.strip(), term)
        if name in CODECS
    )


def _codecs(text: str, charsets: tuple[str, ...]) -> tuple[str, ...]:
    scripts = [
        codec
        for first, last, codecs in _BY_SCRIPT
        if any(first <= ord(character) <= last for character in text)
        for codec in codecs
    ]
    return tuple(dict.fromkeys((*_ALWAYS, *_by_term(charsets), *scripts)))
