"""The items of an association request, sifted before pynetdicom decodes them, and the answer completed afterwards.

A stock sender proposes 128 presentation contexts, nearly all of them for classes that we do not take. A decoder spends
10 ms on them, and the answer to each is the same: abstract syntax not supported (PS3.8 Table 9-18, result 3).
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from dicom_node.uids import is_uid

PADDING = " \0"
_TITLES = slice(10, 42)
"""Called and calling AE title in an A-ASSOCIATE-RQ (PS3.8 Table 9-11)."""

_FIXED_BYTES = 74
_USER_INFORMATION = 0x50
_NUMBERS = frozenset({0x51, 0x53})
"""Maximum length and asynchronous operations window (PS3.7 D.3.3)."""

_NUMBER_BYTES = 4
_ROLE_SELECTION = 0x54
_CONTEXT, _CONTEXT_HEADER, _ABSTRACT_SYNTAX, _TRANSFER_SYNTAX = 0x20, 4, 0x30, 0x40
_CONTEXT_ANSWER, _NOT_SUPPORTED = 0x21, 3


class Unsupported(NamedTuple):
    """A proposed presentation context whose abstract syntax is not supported."""

    context_id: int
    transfer_syntax: str
    """The first that was proposed: an answer names one, which says nothing (PS3.8 Table 9-18)."""


def sifted(pdu: bytes, supported: Collection[str]) -> tuple[bytes, Sequence[Unsupported]]:
    """An A-ASSOCIATE-RQ without what an acceptor ignores (PS3.7 D.2) and a strict decoder stumbles over.

    AE titles padded with zeros are padded with spaces; of the user information what we act on stays. Presentation
    contexts of abstract syntaxes that are not `supported` are taken out and returned. Raises ValueError.
    """
    titles = pdu[_TITLES].replace(b"\0", b" ")
    items = []
    unsupported = []
    ids: set[int] = set()
    for kind, content in _items(pdu[_FIXED_BYTES:]):
        if kind == _USER_INFORMATION:
            items.append(_item(kind, _information(content)))
            continue
        if kind != _CONTEXT:
            items.append(_item(kind, content))
            continue
        abstract, transfer = _syntaxes(content)
        if not abstract or content[0] in ids:
            continue
        ids.add(content[0])
        if content[0] % 2 == 0:
            raise ValueError("an even presentation context id")
        if abstract in supported:
            items.append(_item(kind, content))
        else:
            unsupported.append(Unsupported(content[0], transfer))
    body = pdu[_TITLES.stop : _FIXED_BYTES] + b"".join(items)
    fixed = pdu[6 : _TITLES.start] + titles
    return pdu[:2] + (len(fixed) + len(body)).to_bytes(4, "big") + fixed + body, unsupported


def with_refusals(acceptance: bytes, unsupported: Sequence[Unsupported]) -> bytes:
    """An A-ASSOCIATE-AC that answers these contexts, too, in the order of their ids."""
    items = list(_items(acceptance[_FIXED_BYTES:]))
    answers = [content for kind, content in items if kind == _CONTEXT_ANSWER]
    answers += [
        bytes((one.context_id, 0, _NOT_SUPPORTED, 0)) + _item(_TRANSFER_SYNTAX, one.transfer_syntax.encode("ascii"))
        for one in unsupported
    ]
    before = b"".join(_item(*item) for item in items if item[0] < _CONTEXT_ANSWER)
    after = b"".join(_item(*item) for item in items if item[0] > _CONTEXT_ANSWER)
    contexts = b"".join(_item(_CONTEXT_ANSWER, content) for content in sorted(answers, key=lambda answer: answer[0]))
    body = acceptance[6:_FIXED_BYTES] + before + contexts + after
    return acceptance[:2] + len(body).to_bytes(4, "big") + body


def _information(content: bytes) -> bytes:
    """Of the user information, the sub-items that we act on and that are what they should be."""
    return b"".join(_item(kind, value) for kind, value in _items(content) if _is_acted_on(kind, value))


def _is_acted_on(kind: int, value: bytes) -> bool:
    if kind == _ROLE_SELECTION:
        length = int.from_bytes(value[:2], "big")
        return len(value) == length + 4 and is_uid(_text(value[2 : 2 + length]))
    return kind in _NUMBERS and len(value) == _NUMBER_BYTES


def _syntaxes(content: bytes) -> tuple[str, str]:
    """Abstract and first transfer syntax of a proposed presentation context; empty when it is none.

    One proposes an abstract syntax in transfer syntaxes, all of them UIDs. Raises ValueError.
    """
    syntaxes = [(kind, _text(value)) for kind, value in _items(content[_CONTEXT_HEADER:])]
    if any(kind not in {_ABSTRACT_SYNTAX, _TRANSFER_SYNTAX} for kind, _ in syntaxes):
        raise ValueError("an item that no presentation context has")
    abstract = [text for kind, text in syntaxes if kind == _ABSTRACT_SYNTAX]
    transfer = [text for kind, text in syntaxes if kind == _TRANSFER_SYNTAX]
    if len(abstract) != 1 or not transfer or not all(is_uid(text) for _, text in syntaxes):
        return "", ""
    return abstract[0], transfer[0]


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(PADDING)


def _items(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of the items of a PDU. Raises ValueError when one is cut off."""
    position = 0
    while position < len(content):
        end = position + 4 + int.from_bytes(content[position + 2 : position + 4], "big")
        if position + 4 > len(content) or end > len(content):
            raise ValueError("an item is cut off")
        yield content[position], content[position + 4 : end]
        position = end


def _item(kind: int, content: bytes) -> bytes:
    return bytes((kind, 0)) + len(content).to_bytes(2, "big") + content
