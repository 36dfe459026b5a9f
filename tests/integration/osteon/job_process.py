"""A worker process of the tests: `python -m tests.integration.osteon.job_process URL FOLDER [stall|write]`."""

import sys
import threading
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from osteon.jobs.worker import JobWorker
from storage.database import open_database, writing
from storage.jobs.errors import LeaseLostError
from storage.jobs.handling import RunningJob
from storage.jobs.leases import Leases
from tests.services.processes import wait_for

KIND = "count"
LEASE = timedelta(seconds=1)


def main() -> None:
    """Works until it is killed, or has ended one job.

    With `stall`, the job never ends; with `write`, it writes a row once there is a file `go`.
    """
    url, folder, *modes = sys.argv[1:]
    stopping = threading.Event()
    engine = open_database(url)

    def write(job: RunningJob) -> None:
        wait_for((Path(folder) / "go").exists, "it may go on")
        try:
            with writing(engine).begin() as connection:
                job.hold(connection)
                connection.execute(text("INSERT INTO written VALUES (:attempt)"), {"attempt": job.attempt})
        except LeaseLostError:
            (Path(folder) / f"refused-{job.attempt}").touch()
            raise

    def count(parameters: dict[str, Any], job: RunningJob) -> Mapping[str, Any]:
        begun = Path(folder) / f"begun-{job.attempt}"
        begun.touch()
        if "stall" in modes:
            threading.Event().wait()
        if "write" in modes:
            write(job)
        job.progress(1, 1)
        return {"attempt": job.attempt, "of": parameters["of"]}

    worker = JobWorker(
        Leases(engine, lease=LEASE),
        {KIND: count},
        stopping,
        ended=lambda _kind, _ending: stopping.set(),
        idle_seconds=0.05,
    )
    worker.run()


if __name__ == "__main__":
    main()
