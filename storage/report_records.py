"""What is known of reports, and what there is to do with one."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID


class ReportState(Enum):
    """ "Due" is not in Orthanc, "placing" may be, "written" is."""

    DUE = "due"
    PLACING = "placing"
    WRITTEN = "written"


class Task(Enum):
    """A report is written, or, since a blind reading of its study has begun, taken away until that is over."""

    WRITE = "write"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord:
    """The report of one revision."""

    reading_id: UUID
    revision: int
    study_instance_uid: str
    series_instance_uid: str
    sop_instance_uid: str
    orthanc_id: str
    state: ReportState
    """As far as is known: of one that is being placed, or taken away, it is not."""
    written_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportJob:
    """One report to work on until `leased_until`; `attempts` were made before this one."""

    report: ReportRecord
    task: Task
    attempts: int
    leased_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCounts:
    """How many reports there are; of those that are not written, `failing` were tried in vain."""

    written: int
    unwritten: int
    failing: int
