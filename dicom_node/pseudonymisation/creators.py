"""Private creators (PS3.5 7.8.1): who reserved which block of a private group in one data set."""

from dataclasses import dataclass

Place = tuple[int, int, int]
_FIRST_BLOCK, _LAST_BLOCK = 0x10, 0xFF


@dataclass(frozen=True, slots=True)
class Creator:
    """A block's creator, and where its element stands in the level being written."""

    name: str
    place: Place


class Creators:
    """The creators of one level, noted as they come; a creator stays only when something of its block does."""

    def __init__(self) -> None:
        self._found: dict[int, Creator] = {}

    @staticmethod
    def is_creator(tag: int) -> bool:
        """Whether an element of an odd group reserves a block: (gggg,0010) to (gggg,00FF)."""
        return _FIRST_BLOCK <= tag & 0xFFFF <= _LAST_BLOCK

    def note(self, tag: int, value: bytes, place: Place) -> None:
        """A creator element was met."""
        name = value.decode("ascii", "replace").strip(" \0")
        self._found[tag & 0xFFFF00FF] = Creator(name, place)

    def of(self, tag: int) -> Creator | None:
        """The creator of the block that a private element lies in; None when nobody reserved it."""
        return self._found.get(tag & 0xFFFF0000 | tag >> 8 & 0xFF)
