"""What is refused of those who ask about jobs, and what ends the work on one.

NotFoundError, NotNowError (of `annotation.errors`)
├── NoSuchJobError        ask for one that there is, and that is yours
└── JobEndedError         it is too late

EndOfWorkError            what a handler meets or raises; it never reaches a request
├── InterruptedJobError   let go of the job: clean up, and do not catch this
│   ├── JobCancelledError   somebody has cancelled it
│   ├── WorkerEndsError     this worker is to end; the job waits for another
│   └── LeaseLostError      another worker has the job: write nothing more
├── JobFailedError        it cannot be done: say why, in words that may be shown
└── JobDelayedError       it cannot be done now: it is tried again later, a number of times
"""

from annotation.errors import NotFoundError, NotNowError


class NoSuchJobError(NotFoundError):
    """No job has this identifier, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("no such job")


class JobEndedError(NotNowError):
    """The job is done, or has failed: it cannot be cancelled."""

    def __init__(self) -> None:
        super().__init__("the job has ended: it cannot be cancelled any more")


class EndOfWorkError(Exception):
    """Root of what ends the work on a job."""


class InterruptedJobError(EndOfWorkError):
    """Let go of the job."""


class JobCancelledError(InterruptedJobError):
    """Somebody has cancelled it."""

    def __init__(self) -> None:
        super().__init__("the job was cancelled")


class WorkerEndsError(InterruptedJobError):
    """The worker was asked to end; the job waits for another."""

    def __init__(self) -> None:
        super().__init__("the worker ends")


class LeaseLostError(InterruptedJobError):
    """Another worker has the job, or it has ended."""

    def __init__(self) -> None:
        super().__init__("the job is not this worker's any more")


class JobFailedError(EndOfWorkError):
    """It cannot be done. `detail` is shown to people: identifiers of ours at most. `kind` is a code."""

    def __init__(self, detail: str, *, kind: str = "failed") -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = kind


class JobDelayedError(EndOfWorkError):
    """It cannot be done now: something that it needs does not answer. `detail` is shown when that does not change."""

    def __init__(self, detail: str, *, kind: str = "not-available") -> None:
        super().__init__(detail)
        self.detail = detail
        self.kind = kind
