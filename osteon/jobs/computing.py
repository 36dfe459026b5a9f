"""Where a worker computes: on this machine, or on the Dask cluster that is set."""

from osteon.jobs.dask_cluster import DaskCluster
from osteon.jobs.process_pool import ProcessPool
from osteon.settings import Settings
from storage.jobs.computing import Computing


def computing_of(settings: Settings) -> Computing:
    """Raises DaskMissingError."""
    return ProcessPool() if settings.dask_scheduler is None else DaskCluster(settings.dask_scheduler)
