"""Metrics of several processes in one folder, read as one."""

import errno
import os
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from storage.metric_files import STALE_SECONDS, MetricFiles, text_of
from storage.metric_writer import MetricWriter
from tests.builders.measured import Values, values_in
from tests.services.processes import wait_for

NOW = 1_800_000_000.0


def registry(*, objects: float, waiting: float, seconds: tuple[float, ...] = (), free: float = 0) -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("osteon_objects_total", "…", ["ae"], registry=made).labels("PACS").inc(objects)
    Gauge("osteon_outbox_objects", "…", registry=made).set(waiting)
    Gauge("osteon_disk_free_bytes", "…", registry=made).set(free)
    Gauge("osteon_outbox_oldest_age_seconds", "…", registry=made).set(waiting)
    Gauge("osteon_last_stored_time_seconds", "…", registry=made).set(objects)
    histogram = Histogram("osteon_answer_seconds", "…", ["ae"], buckets=(0.1, 1), registry=made)
    for one in seconds:
        histogram.labels("PACS").observe(one)
    return made


def written(folder: Path, role: str, number: int, registry_: CollectorRegistry, at: float = NOW) -> None:
    """As another process would have written it."""
    folder.mkdir(exist_ok=True)
    MetricFiles(folder).write(role, registry_)
    path = folder / f"{role}-{number}.prom"
    (folder / f"{role}-{os.getpid()}.prom").rename(path)
    os.utime(path, (at, at))


def read(folder: Path) -> Values:
    return values_in(text_of(MetricFiles(folder, clock=lambda: NOW).read()).decode())


def test_counts_of_all_processes_are_added_up(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=3, waiting=0, seconds=(0.05, 0.5)))
    written(tmp_path, "node", 2, registry(objects=4, waiting=0, seconds=(0.05, 5)))
    values = read(tmp_path)
    assert values("osteon_objects_total", ae="PACS") == 7
    assert values("osteon_answer_seconds_bucket", ae="PACS", le="0.1") == 2
    assert values("osteon_answer_seconds_bucket", ae="PACS", le="1.0") == 3
    assert values("osteon_answer_seconds_bucket", ae="PACS", le="+Inf") == 4
    assert values("osteon_answer_seconds_count", ae="PACS") == 4
    assert values("osteon_answer_seconds_sum", ae="PACS") == pytest.approx(5.6)


def test_states_are_taken_together_as_each_asks_for(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=3, waiting=10, free=500))
    written(tmp_path, "node", 2, registry(objects=4, waiting=5, free=400))
    values = read(tmp_path)
    assert values("osteon_outbox_objects") == 15
    assert values("osteon_outbox_oldest_age_seconds") == 10
    assert values("osteon_disk_free_bytes") == 400
    assert values("osteon_last_stored_time_seconds") == 4


def test_a_process_that_is_over_still_counts_but_has_no_state(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=9, waiting=10), at=NOW - STALE_SECONDS - 1)
    written(tmp_path, "node", 2, registry(objects=4, waiting=5))
    values = read(tmp_path)
    assert values("osteon_objects_total") == 13
    assert values("osteon_outbox_objects") == 5
    assert values("osteon_last_stored_time_seconds") == 9


def test_a_process_that_ended_properly_has_no_state_at_once(tmp_path: Path) -> None:
    MetricFiles(tmp_path).write("node", registry(objects=1, waiting=10), is_last=True)
    values = Values(MetricFiles(tmp_path).read())
    assert values("osteon_objects_total") == 1
    assert values("osteon_outbox_objects") is None


def test_a_process_that_was_killed_has_no_state_once_somebody_noticed(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=9, waiting=10))
    written(tmp_path, "node", 2, registry(objects=4, waiting=5))
    MetricFiles(tmp_path).ended("node", 1)
    MetricFiles(tmp_path).ended("node", 3)
    values = read(tmp_path)
    assert values("osteon_objects_total") == 13
    assert values("osteon_outbox_objects") == 5


def test_a_disk_that_fails_is_no_reason_to_fail_who_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the process that starts all others."""
    written(tmp_path, "node", 1, registry(objects=9, waiting=10))

    def fails(*_: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(os, "utime", fails)
    MetricFiles(tmp_path).ended("node", 1)
    assert read(tmp_path)("osteon_outbox_objects") == 10


def test_a_start_forgets_what_earlier_processes_of_its_kind_left_and_nothing_else(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=9, waiting=10))
    written(tmp_path, "api", 2, registry(objects=4, waiting=5))
    MetricFiles(tmp_path).clean("node")
    assert [path.name for path in tmp_path.iterdir()] == ["api-2.prom"]


def test_what_is_no_file_of_ours_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, "node", 1, registry(objects=9, waiting=10))
    (tmp_path / "node-2.prom").write_bytes(b"osteon_objects_total{ae= \xff")
    assert read(tmp_path)("osteon_objects_total") == 9


def test_a_process_own_metrics_are_those_of_now(tmp_path: Path) -> None:
    files, own = MetricFiles(tmp_path), registry(objects=1, waiting=0)
    files.write("api", own)
    written(tmp_path, "node", 1, registry(objects=2, waiting=0))
    files.write("api", own)
    counted = Counter("osteon_later_total", "…", registry=own)
    counted.inc()
    values = Values(files.with_own("api", own))
    assert (values("osteon_objects_total"), values("osteon_later_total")) == (3, 1)


def test_the_writer_writes_again_and_again_and_a_last_time(tmp_path: Path) -> None:
    own, files = CollectorRegistry(), MetricFiles(tmp_path)
    files.clean("node")
    counter = Counter("osteon_objects_total", "…", registry=own)
    with MetricWriter(files, "node", own):
        counter.inc(5)
        wait_for(lambda: Values(files.read())("osteon_objects_total") == 5, "it is written", 10)
        counter.inc(1)
    assert Values(files.read())("osteon_objects_total") == 6


def test_a_writer_that_cannot_look_says_so_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    looked = []

    def look() -> None:
        looked.append(1)
        raise OSError("DUPONT")

    with MetricWriter(MetricFiles(tmp_path), "node", CollectorRegistry(), look):
        wait_for(lambda: len(looked) > 1, "it looks again", 10)
    assert [record.getMessage() for record in caplog.records] == ["metrics cannot be written: OSError"]
