"""How many planted identifiers each tool lets through: all in one object, and one by one."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers_processes import ToolProcess
from tests.builders.leaks import Place, found, planted
from tests.builders.leaks_places import PLACES, TOGETHER
from tests.builders.real_files import packaged

CARRIER = "CT_small.dcm"
UIDS = tuple(place for place in TOGETHER if place.token.startswith("1.2."))
OTHERS = tuple(place for place in TOGETHER if place not in UIDS)
HELD_BACK = tuple(place for place in PLACES if place.held_back)
"""What cannot be cleaned: whoever writes such an object lets the identifier through."""

_NAMES_OF_UIDS = frozenset(place.name for place in UIDS)

COUNTS = {"identifiers": len(OTHERS), "UIDs": len(UIDS), "uncleanable objects": len(HELD_BACK)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaks:
    """Numbers of places. `together` is None when the tool raised an error instead of writing the object."""

    together: int | None
    together_uids: int | None
    error: str
    alone: int
    alone_uids: int
    errors: int
    """Objects with one identifier for which it raised an error: nothing was written, nothing leaked."""
    uncleanable: int
    places: tuple[str, ...]
    """Those that leaked from objects with one identifier."""


class Planted:
    """The objects, written once for all tools."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        self._everything = self._write("together", TOGETHER)
        self._alone = [(place, self._write(str(number), [place])) for number, place in enumerate(PLACES)]

    def leaks_of(self, tool: ToolProcess) -> Leaks:
        error, everything = self._let_through(tool, self._everything, TOGETHER)
        alone, errors, uncleanable = [], 0, 0
        for place, source in self._alone:
            kind, names = self._let_through(tool, source, [place])
            if place.held_back:
                uncleanable += len(names)
            elif place in TOGETHER:
                alone += names
                errors += bool(kind)
        return Leaks(
            together=None if error else sum(name not in _NAMES_OF_UIDS for name in everything),
            together_uids=None if error else sum(name in _NAMES_OF_UIDS for name in everything),
            error=error,
            alone=sum(name not in _NAMES_OF_UIDS for name in alone),
            alone_uids=sum(name in _NAMES_OF_UIDS for name in alone),
            errors=errors,
            uncleanable=uncleanable,
            places=tuple(alone),
        )

    def _write(self, name: str, places: Iterable[Place]) -> Path:
        places, path = tuple(places), self._folder / f"{name}.dcm"
        path.write_bytes(planted(packaged(places[0].carrier or CARRIER).read_bytes(), places))
        return path

    def _let_through(self, tool: ToolProcess, source: Path, places: Iterable[Place]) -> tuple[str, list[str]]:
        """The error that the tool raised, if any, and the places of which something is in what it wrote."""
        target = self._folder / "made"
        error: str = tool("one", source=source, target=target)["error"]
        return error, [] if error else found(target.read_bytes(), places)
