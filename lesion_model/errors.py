"""What the lesion model refuses, and why.

LesionModelError                every refusal, with its list of problems
├── SiteError                   no such place in the skeleton
├── FindingError                a finding or clinical fact that cannot be, or contradicts another
├── FindingNotApplicableError   a finding that this bone cannot show
├── GeometryError               points or references that cannot be
└── ItemsError                  calculator items outside the points table
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing wrong with one field.

    `field` is a dotted path below the value that was given ("level",
    "vertebral_collapse.height_loss_percent"; empty for the value itself); `detail` never repeats text
    that was received.
    """

    field: str
    detail: str
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        allowed = f" (allowed: {', '.join(self.allowed)})" if self.allowed else ""
        return f"{self.field}: {self.detail}{allowed}" if self.field else f"{self.detail}{allowed}"

    def within(self, parent: str) -> "Problem":
        """The same problem, seen from the value that has this one as its field `parent`."""
        return replace(self, field=f"{parent}.{self.field}" if self.field else parent)


class LesionModelError(ValueError):
    """A value of the lesion model that cannot be built; correct it and try again."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems))


class SiteError(LesionModelError):
    """The skeleton has no such place."""


class FindingError(LesionModelError):
    """A finding or a clinical fact is impossible, or contradicts another one."""


class FindingNotApplicableError(LesionModelError):
    """The bone of this lesion cannot show this finding."""


class GeometryError(LesionModelError):
    """The place on the images is not well described."""


class ItemsError(LesionModelError):
    """Calculator items that the points table does not have."""


@contextmanager
def located(parent: str) -> Iterator[None]:
    """Refusals of values built inside are about the field `parent` of a larger value."""
    try:
        yield
    except LesionModelError as error:
        raise type(error)(problem.within(parent) for problem in error.problems) from None
