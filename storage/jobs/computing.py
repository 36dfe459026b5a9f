"""Work that takes processors, spread over them: what whoever has such work needs to know of it."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from storage.jobs.errors import JobDelayedError, JobFailedError

Item = TypeVar("Item")
Result = TypeVar("Result")


class ItemLostError(JobFailedError):
    """The process that worked on an item was killed, again and again: the item may be too large for the memory."""

    def __init__(self, name: str, tries: int) -> None:
        super().__init__(f"{name}: the process that worked on it was lost {tries} times", kind="computing-lost")
        self.name = name
        self.tries = tries


class ItemFailedError(JobFailedError):
    """The function failed on an item with an error that cannot be brought here; `reason` is that error's kind."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}", kind="computing-failed")
        self.name = name
        self.reason = reason


class ComputingUnavailableError(JobDelayedError):
    """What would compute does not answer."""


def unnamed(_item: object) -> str | None:
    """An item that is named by its place alone."""
    return None


def nothing_meanwhile() -> None:
    """Nothing is done while waiting."""


class Computing(Protocol):
    """Processors, here or elsewhere."""

    def map(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        *,
        name: Callable[[Item], str | None] = unnamed,
        meanwhile: Callable[[], None] = nothing_meanwhile,
    ) -> Iterator[Result]:
        """The results in the order of the items, each as soon as it and those before it are there.

        Items are taken from the iterator a few ahead, so that memory does not grow with their number. `function` must
        be one that another process can import, and items and results what can be pickled. An item is begun again
        when its process is lost: the function must bear that. An error of the function is raised in its item's place.
        `name`: identifier of ours by which errors name an item. `meanwhile` is called every second or so while
        nothing comes; what it raises ends the work, as closing the iterator does.

        Raises ItemLostError, ItemFailedError, ComputingUnavailableError, and what the function raises.
        """
