"""Content too large for memory: it is known how much it is, and it can be read piece by piece, more than once."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class Pieces(Protocol):
    """Something on disk, most of the time; reading may raise OSError."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | memoryview]: ...


class Joined:
    """Several contents one after the other."""

    def __init__(self, *contents: bytes | Pieces) -> None:
        self._contents = contents

    def __len__(self) -> int:
        return sum(map(len, self._contents))

    def __iter__(self) -> Iterator[bytes | memoryview]:
        for content in self._contents:
            yield from pieces_of(content)


def pieces_of(content: bytes | Pieces) -> Iterable[bytes | memoryview]:
    """Of whatever there is; what is in memory is one piece."""
    return (content,) if isinstance(content, bytes) else content
