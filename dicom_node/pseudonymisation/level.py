"""One data set being written (the whole object, or one item): slices of the source and what stands in for others."""

from collections.abc import Callable, Mapping, Sequence

from dicom_node.pseudonymisation.codec import Codec
from dicom_node.pseudonymisation.creators import Creators
from dicom_node.pseudonymisation.marks import Mark
from dicom_node.pseudonymisation.treatment import Treatment

Part = bytes | memoryview
_BEHIND_ALL = 1 << 33


class Level:
    """Parts in order. Everything from `_run` on is kept until something else is said of it."""

    __slots__ = (
        "_next",
        "_order",
        "_run",
        "_view",
        "code",
        "codec",
        "creators",
        "end",
        "is_broken",
        "is_open",
        "keep_codes",
        "marks",
        "parts",
        "path",
        "pixels",
        "record",
        "size",
        "treatment",
    )

    def __init__(
        self,
        view: memoryview,
        path: tuple[int, ...],
        start: int,
        marks: Mapping[int, Mark],
        *,
        treatment: Treatment,
        keep_codes: bool = False,
    ) -> None:
        self.path = path
        self.treatment = treatment
        """Of the values at this level: an item may have a character set of its own."""
        self.codec: Codec | None = None
        self.record: Callable[[int, int], None] | None = None
        """Told, when somebody wants to know (`plan`), that everything before a place in the source is written."""
        self.parts: list[Part] = []
        self.size = 0
        self.end = start
        self.pixels: set[int] = set()
        """Which parts are pixels: copied as they were, and not searched."""
        self.creators = Creators()
        self.code: Mapping[int, bytes] | None = None
        self.keep_codes = keep_codes
        self.is_open = False
        """Whether a delimiter ends it."""
        self.is_broken = False
        """Whether something had to go without which an item means nothing."""
        self._view = view
        self._run = start
        self.marks = marks
        self._order = sorted(marks, reverse=True)
        self._next = self._order[-1] if self._order else _BEHIND_ALL

    def put_marks_before(self, tag: int, position: int, codec: Codec) -> None:
        """Write the marks whose tags come before `tag`."""
        if self._next < tag:
            while self._next < tag:
                self._flush(position)
                self._write_mark(codec)
            self.cut_before(position)

    def cut_before(self, position: int) -> None:
        """When it is recorded: note that everything before `position` has been written."""
        if self.record is not None:
            self._flush(position)
            self.record(position, len(self.parts))

    def parts_before(self, position: int) -> int:
        """How many parts are written of what comes before `position`."""
        if position > self._run:
            self._flush(position)
        return len(self.parts)

    def drop(self, start: int, stop: int) -> None:
        """Leave out the source from `start` to `stop`."""
        self._flush(start)
        self._run = stop

    def replace(self, start: int, stop: int, header: bytes, parts: Sequence[Part] = (), size: int = 0) -> None:
        """Write something else for the source from `start` to `stop`: `header`, then `parts` of `size` bytes in all."""
        if start > self._run:
            self._flush(start)
        self._run = stop
        self.parts.append(header)
        if parts:
            self.parts += parts
        self.size += len(header) + size

    def set_pixels_apart(self, start: int, stop: int) -> None:
        """Keep the source from `start` to `stop` as a part of its own."""
        self._flush(start)
        self._flush(stop)
        self.pixels.add(len(self.parts) - 1)

    def reserve(self, start: int, stop: int) -> tuple[int, int, int]:
        """Leave out an element for now, and keep its place: `fill` brings it back."""
        self.drop(start, stop)
        self.parts.append(b"")
        return len(self.parts) - 1, start, stop

    def fill(self, place: tuple[int, int, int]) -> None:
        """Bring back what was left out at a reserved place; more than once is once."""
        index, start, stop = place
        if not self.parts[index]:
            self.parts[index] = self._view[start:stop]
            self.size += stop - start

    def finish(self, position: int, codec: Codec) -> None:
        """The source ends at `position`: write what is kept up to there, and the marks that are left."""
        self._flush(position)
        while self._order:
            self._write_mark(codec)
        self.end = position
        self.cut_before(position)

    def _flush(self, position: int) -> None:
        if position > self._run:
            self.parts.append(self._view[self._run : position])
            self.size += position - self._run
        self._run = position

    def _write_mark(self, codec: Codec) -> None:
        mark = self.marks[self._order.pop()]
        value = mark.encode(codec)
        header = codec.header(mark.tag, mark.vr, len(value))
        self.parts += (header, value)
        self.size += len(header) + len(value)
        self._next = self._order[-1] if self._order else _BEHIND_ALL
