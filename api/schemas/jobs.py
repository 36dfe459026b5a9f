"""Background jobs as the API tells of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from storage.jobs.records import Job, JobState


class ProgressOut(BaseModel):
    """How far it is; `total` is null while nobody knows."""

    done: int = Field(examples=[120])
    total: int | None = Field(examples=[400])
    message: str | None = Field(examples=["volumes"])


class JobProblemOut(BaseModel):
    """Why it failed."""

    kind: str = Field(examples=["release-failed"])
    detail: str = Field(examples=["there is no room on the disk"])


class JobOut(BaseModel):
    """One background job. `tries`: how often it was begun; more than once when a worker was lost."""

    job_id: UUID
    kind: str = Field(examples=["release"])
    parameters: Mapping[str, Any] = Field(examples=[{"number": 12}])
    state: JobState
    created_at: datetime
    created_by: str = Field(examples=["Jane Doe"])
    tries: int = Field(examples=[1])
    progress: ProgressOut | None
    cancel_asked: bool
    ended_at: datetime | None
    result: Mapping[str, Any] | None
    problem: JobProblemOut | None

    @classmethod
    def of(cls, job: Job) -> Self:
        progress, problem = job.progress, job.problem
        return cls(
            job_id=job.id,
            kind=job.kind,
            parameters=job.parameters,
            state=job.state,
            created_at=job.created_at,
            created_by=job.created_by,
            tries=job.tries,
            progress=progress and ProgressOut(done=progress.done, total=progress.total, message=progress.message),
            cancel_asked=job.cancel_asked_at is not None,
            ended_at=job.ended_at,
            result=job.result,
            problem=problem and JobProblemOut(kind=problem.kind, detail=problem.detail),
        )
