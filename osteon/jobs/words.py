"""A background job in words: a line for people, a document for scripts."""

from collections.abc import Mapping
from typing import Any

from storage.jobs.records import Job, JobState


def line(job: Job) -> str:
    """One line; how far it is only while it runs."""
    parts = [str(job.id), job.kind, job.state.value]
    if job.progress is not None and job.state is JobState.RUNNING:
        total = "?" if job.progress.total is None else str(job.progress.total)
        parts.append(f"{job.progress.done} of {total} {job.progress.message or ''}".rstrip())
    if job.problem is not None:
        parts.append(job.problem.detail)
    return "  ".join(parts)


def document(job: Job) -> Mapping[str, Any]:
    """What JSON has of it."""
    progress = job.progress
    return {
        "job_id": str(job.id),
        "kind": job.kind,
        "parameters": dict(job.parameters),
        "state": job.state.value,
        "created_at": job.created_at.isoformat(),
        "created_by": job.created_by,
        "tries": job.tries,
        "progress": progress and {"done": progress.done, "total": progress.total, "message": progress.message},
        "cancel_asked": job.cancel_asked_at is not None,
        "ended_at": job.ended_at and job.ended_at.isoformat(),
        "result": job.result,
        "problem": job.problem and job.problem.document(),
    }
