"""Jobs that do not get on, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from storage.jobs.leases import Leases
from storage.jobs.records import Job, JobProblem
from storage.jobs.requests import JobRequests
from storage.jobs.standing import FAILED_LATELY, LATE, SILENT, JobStandings
from tests.builders.jobs import LeaseClock, behalf_of

KIND = "count"
LEASE = timedelta(seconds=30)
MOMENT = 1.0


class Site:
    """Jobs, a worker, and a clock that is moved."""

    def __init__(self, engine: Engine) -> None:
        self.clock = LeaseClock()
        self.requests = JobRequests(engine, self.clock)
        self.leases = Leases(engine, lease=LEASE, now=self.clock)
        self.standings = JobStandings(engine, self.clock)

    def asked(self) -> UUID:
        return self.requests.ask(KIND, {}, behalf_of())

    def begun(self) -> Job:
        self.asked()
        job = self.leases.take([KIND], "worker")
        assert job is not None
        return job

    def stuck(self) -> dict[str, list[UUID]]:
        found = self.standings.stuck()
        return {why: [job.id for job in getattr(found, why)] for why in ("unkept", "unbegun", "silent", "failed")}


NOTHING: dict[str, list[UUID]] = {"unkept": [], "unbegun": [], "silent": [], "failed": []}


@pytest.fixture
def site(engine: Engine) -> Site:
    return Site(engine)


def kept_until(site: Site, job: Job, told: Callable[[], object]) -> None:
    """Its lease is kept alive for `SILENT` and more; `told` once, half-way."""
    for beat in range(int(SILENT.total_seconds() // 20) + 2):
        if beat == 45:
            told()
        site.leases.keep(job.lease)
        site.clock.advance(20)


def test_a_job_that_waits_is_stuck_once_it_could_have_been_begun_long_ago(site: Site) -> None:
    waiting = site.asked()
    site.clock.advance(LATE.total_seconds())
    assert site.stuck() == NOTHING
    site.clock.advance(MOMENT)
    assert site.stuck() == {**NOTHING, "unbegun": [waiting]}


def test_a_job_whose_lease_ran_out_is_stuck_once_nobody_has_taken_it_over(site: Site) -> None:
    job = site.begun()
    site.clock.advance((LEASE + LATE).total_seconds())
    assert site.stuck() == NOTHING
    site.clock.advance(MOMENT)
    assert site.stuck() == {**NOTHING, "unkept": [job.id]}
    site.leases.sweep()
    assert site.stuck()["unkept"] == []


def test_a_job_that_is_kept_but_tells_nothing_is_silent(site: Site) -> None:
    job = site.begun()
    kept_until(site, job, lambda: None)
    assert site.stuck() == {**NOTHING, "silent": [job.id]}


def test_a_job_that_has_told_something_within_that_while_is_not_silent(site: Site) -> None:
    job = site.begun()
    kept_until(site, job, lambda: site.leases.tell(job.lease, 1, 2, None))
    assert site.stuck() == NOTHING


def test_a_failure_is_news_for_a_day(site: Site) -> None:
    job = site.begun()
    site.leases.fail(job.lease, JobProblem(kind="no-room", detail="the disk is full"))
    site.clock.advance(FAILED_LATELY.total_seconds() - MOMENT)
    assert site.stuck() == {**NOTHING, "failed": [job.id]}
    site.clock.advance(MOMENT)
    assert site.stuck() == NOTHING
