"""`osteon jobs`: do the background jobs, look at them, follow them, cancel one. Beside the registry, on the server."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import click
from prometheus_client import CollectorRegistry

from osteon.failing import failing_clearly
from osteon.home import prepare_home
from osteon.jobs.bars import JobBars
from osteon.jobs.computing import computing_of
from osteon.jobs.dask_cluster import DaskMissingError
from osteon.jobs.following import follow, outcome, pause, unended
from osteon.jobs.measuring import ROLE, JobMetrics
from osteon.jobs.words import document, line
from osteon.jobs.worker import JobWorker
from osteon.logs import log_to_stderr
from osteon.operators import behalf_of_account
from osteon.orthanc_access import CredentialsError
from osteon.registry_access import opened_registry
from osteon.release_folders import RELEASES
from osteon.release_parts import release_handler
from osteon.settings import read_settings
from osteon.signals import stop_event
from storage.database import migrate_registry, open_database
from storage.jobs.errors import JobEndedError, NoSuchJobError
from storage.jobs.handling import Kinds
from storage.jobs.leases import Leases
from storage.jobs.records import ENDED, Job, JobState
from storage.jobs.requests import JobRequests
from storage.jobs.standing import JobStandings
from storage.metric_files import MetricFiles
from storage.metric_writer import MetricWriter
from storage.releases.job import KIND, ReleaseFailing
from storage.releases.made import MadeFiles

SHOWN = 50
INTERRUPTED = 130


@click.group("jobs")
def command() -> None:
    """Background jobs: releases that are built."""


@command.command("work")
@failing_clearly(CredentialsError, DaskMissingError)
def work() -> None:
    """Do background jobs, one after the other, until asked to end. Several may work on one registry.

    A job whose worker was lost is taken over when its lease has run out.
    """
    settings = read_settings()
    log_to_stderr(settings.log_level, settings.log)
    stopping = stop_event(threading.Event())  # there is nothing to read again; a hang-up must not end it
    prepare_home(settings.home)
    migrate_registry(settings.registry_database)
    engine = open_database(settings.registry_database)
    kinds: Kinds = {KIND: release_handler(settings, engine, computing_of(settings))}
    files, registry = MetricFiles(settings.metrics_folder), CollectorRegistry()
    standings = JobStandings(engine)
    metrics = JobMetrics(registry, standings.standing, standings.stuck)
    failing = ReleaseFailing(MadeFiles(settings.home / RELEASES))
    worker = JobWorker(Leases(engine, on_failure=failing), kinds, stopping, ended=metrics.ended)
    with MetricWriter(files, ROLE, registry, refresh=metrics.refresh):
        worker.run()
    engine.dispose()


@command.command("list")
@click.option("--state", type=click.Choice([state.value for state in JobState]), help="Only those in this state.")
@click.option("--limit", default=SHOWN, show_default=True, type=click.IntRange(1, 1000))
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@failing_clearly()
def list_jobs(*, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    with _requests() as requests:
        found = requests.newest(limit=limit, state=None if state is None else JobState(state))
    if as_json:
        click.echo(json.dumps([document(job) for job in found], indent=2))
    elif not found:
        click.echo("no jobs")
    else:
        click.echo("\n".join(line(job) for job in found))


@command.command("show")
@click.argument("job_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for scripts.")
@failing_clearly(NoSuchJobError)
def show(*, job_id: UUID, as_json: bool) -> None:
    """Show one job. Exit code 0 also when it has failed."""
    with _requests() as requests:
        job = requests.get(job_id)
    click.echo(json.dumps(document(job), indent=2) if as_json else line(job))


@command.command("cancel")
@click.argument("job_id", type=click.UUID)
@failing_clearly(NoSuchJobError, JobEndedError)
def cancel(*, job_id: UUID) -> None:
    """Cancel one: it is not begun any more, or its worker lets go of it at its next step."""
    with _requests() as requests:
        job = requests.cancel(job_id, behalf_of_account("osteon jobs cancel"))
    click.echo("cancelled" if job.state is JobState.CANCELLED else "its worker is told")


@command.command("watch")
@click.argument("job_id", required=False, type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON for whatever changes, the end included.")
@failing_clearly(NoSuchJobError)
def watch(*, job_id: UUID | None, as_json: bool) -> None:
    """Follow one job until it has ended; without JOB_ID, all that wait or run now.

    On a terminal there is a bar for each; elsewhere, one line for whatever changes.

    Exit code 0: done; 1: failed; 3: cancelled (of several, the worst: failed, then cancelled); 130: interrupted, which
    ends nothing but the watching.
    """
    try:
        with _requests() as requests:
            ended = _watched(requests, job_id, as_json=as_json)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    sys.exit(outcome(ended))


def _watched(requests: JobRequests, job_id: UUID | None, *, as_json: bool) -> list[Job]:
    """Those that have ended. On a terminal only they are lines: before that, bars show the rest."""
    followed = unended(requests) if job_id is None else [job_id]
    ended = []
    with JobBars(shown=not as_json) as bars:
        for job in follow(requests, followed, pause):
            bars.show(job)
            if as_json:
                click.echo(json.dumps(document(job)))
            elif not bars.are_shown:
                click.echo(line(job))
            if job.state in ENDED:
                ended.append(job)
    if bars.are_shown:
        click.echo("\n".join(line(job) for job in ended))
    return ended


@contextmanager
def _requests() -> Iterator[JobRequests]:
    with opened_registry(read_settings()) as engine:
        yield JobRequests(engine)
