"""What became of each file and series that was to be fetched."""

from collections.abc import Mapping
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
    warnings: Mapping[str, str]
    """Why a study may not be whole although all that the server has was fetched, by StudyInstanceUID."""

    @property
    def complete(self) -> bool:
        return not self.failures
