"""Following background jobs until they have ended: what changes, and how it came out taken together."""

import time
from collections.abc import Callable, Collection, Iterator
from enum import IntEnum
from uuid import UUID

from storage.jobs.records import ENDED, Job, JobState
from storage.jobs.requests import JobRequests

LOOK_SECONDS = 0.5
MOST_FOLLOWED = 1000


class Outcome(IntEnum):
    """How jobs came out, as exit codes: of several, the worst counts. 2 is that of wrong usage."""

    DONE = 0
    CANCELLED = 3
    FAILED = 1


SEVERITY = (Outcome.DONE, Outcome.CANCELLED, Outcome.FAILED)
OUTCOMES = {
    JobState.DONE: Outcome.DONE,
    JobState.CANCELLED: Outcome.CANCELLED,
    JobState.FAILED: Outcome.FAILED,
}


def pause() -> None:
    """Until it is worth looking again."""
    time.sleep(LOOK_SECONDS)


def unended(requests: JobRequests) -> list[UUID]:
    """Those that wait or run, the oldest first."""
    found = [
        job for state in JobState if state not in ENDED for job in requests.newest(limit=MOST_FOLLOWED, state=state)
    ]
    return [job.id for job in sorted(found, key=lambda job: job.created_at)]


def follow(requests: JobRequests, job_ids: Collection[UUID], pause: Callable[[], None]) -> Iterator[Job]:
    """Each job at once, and again whenever it looks otherwise, until all have ended. Raises NoSuchJobError."""
    left = dict.fromkeys(job_ids, "")
    while left:
        for job_id, seen in list(left.items()):
            job = requests.get(job_id)
            if (looks := _looks(job)) != seen:
                left[job_id] = looks
                yield job
            if job.state in ENDED:
                del left[job_id]
        if left:
            pause()


def outcome(ended: Collection[Job]) -> Outcome:
    """The worst of several; nothing to do is done."""
    return max((OUTCOMES[job.state] for job in ended), key=SEVERITY.index, default=Outcome.DONE)


def _looks(job: Job) -> str:
    """What somebody who follows it would see of it. A heartbeat is nothing to see."""
    progress = job.progress
    told = () if progress is None else (progress.done, progress.total, progress.message)
    return repr((job.state, job.tries, told, job.cancel_asked_at))
