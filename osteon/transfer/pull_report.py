"""What became of each file and series that was to be fetched."""

from dataclasses import dataclass
from enum import Enum

from osteon.transfer.fetch import Fetched


class Step(Enum):
    """What a failure happened at."""

    LIST = "list"
    FETCH = "fetch"
    NIFTI = "nifti"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One study, file or series that is not there as it should be, and why."""

    step: Step
    uid: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"step": self.step.value, "uid": self.uid, "reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class PullReport:
    """What is in the folder now."""

    files: int
    bytes_total: int
    fetched: dict[Fetched, int]
    readings: int
    nifti: int
    failures: tuple[Failure, ...]

    @property
    def complete(self) -> bool:
        return not self.failures
