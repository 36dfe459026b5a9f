"""What is told of a background job."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Self
from uuid import UUID

from sqlalchemy import RowMapping


class JobState(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
"""Nothing changes these any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProblem:
    """Why a job failed, in words that may be shown. `kind`: a code, such as `gave-up`."""

    kind: str
    detail: str

    def document(self) -> dict[str, str]:
        return {"kind": self.kind, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job has come. `total` is None while nobody knows."""

    done: int
    total: int | None
    message: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a job, until another has taken it: then `fence` has risen."""

    job_id: UUID
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job, as its row was read."""

    id: UUID
    kind: str
    parameters: Mapping[str, Any]
    state: JobState
    created_at: datetime
    created_by: str
    not_before: datetime
    fence: int
    tries: int
    most_tries: int
    worker: str | None
    started_at: datetime | None
    lease_until: datetime | None
    heartbeat_at: datetime | None
    progress: Progress | None
    cancel_asked_at: datetime | None
    cancel_asked_by: str | None
    ended_at: datetime | None
    result: Mapping[str, Any] | None
    problem: JobProblem | None

    @property
    def lease(self) -> Lease:
        """Of whoever has it, or had it last."""
        return Lease(job_id=self.id, fence=self.fence)

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            id=UUID(row["id"]),
            kind=row["kind"],
            parameters=row["parameters"],
            state=JobState(row["state"]),
            created_at=row["created_at"],
            created_by=row["created_by"],
            not_before=row["not_before"],
            fence=row["fence"],
            tries=row["tries"],
            most_tries=row["most_tries"],
            worker=row["worker"],
            started_at=row["started_at"],
            lease_until=row["lease_until"],
            heartbeat_at=row["heartbeat_at"],
            progress=_progress(row),
            cancel_asked_at=row["cancel_asked_at"],
            cancel_asked_by=row["cancel_asked_by"],
            ended_at=row["ended_at"],
            result=row["result"],
            problem=None if row["problem"] is None else JobProblem(**row["problem"]),
        )


def _progress(row: RowMapping) -> Progress | None:
    if row["progress_done"] is None or row["progress_at"] is None:
        return None
    return Progress(
        done=row["progress_done"], total=row["progress_total"], message=row["progress_message"], at=row["progress_at"]
    )
