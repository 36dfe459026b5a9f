"""A worker that builds releases, with a short lease: `python -m tests.faults.release_worker`, settings as usual."""

import threading
from datetime import timedelta

from osteon.jobs.computing import computing_of
from osteon.jobs.worker import JobWorker
from osteon.release_folders import RELEASES
from osteon.release_parts import release_handler
from osteon.settings import read_settings
from storage.database import open_database
from storage.jobs.leases import Leases
from storage.releases.job import KIND, ReleaseFailing
from storage.releases.made import MadeFiles

LEASE = timedelta(seconds=2)


def main() -> None:
    """Works until it is killed."""
    settings = read_settings()
    engine = open_database(settings.registry_database)
    kinds = {KIND: release_handler(settings, engine, computing_of(settings))}
    failing = ReleaseFailing(MadeFiles(settings.home / RELEASES))
    JobWorker(Leases(engine, lease=LEASE, on_failure=failing), kinds, threading.Event(), idle_seconds=0.1).run()


if __name__ == "__main__":
    main()
