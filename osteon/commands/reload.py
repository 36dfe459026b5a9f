"""`osteon reload`: has the running node read its configuration again, and says whether it did."""

import os
import signal
import time

import click
from prometheus_client import Metric

from osteon.failing import failing_clearly
from osteon.home import HomeError, holder_of_home
from osteon.settings import read_settings
from storage.metric_files import MetricFiles

ANSWER_SECONDS = 30.0
STEP_SECONDS = 0.1
PROCESSES = "osteon_node_processes"


@click.command("reload")
@failing_clearly()
def command() -> None:
    """Have the running node read profile, vocabulary, issuers, peers, certificates and log level again.

    No association is dropped: those that are open go on as they began.

    Exit code 0: it did; 1: something cannot be used, and everything stays as it was (the node's log says what and why).
    """
    settings = read_settings()
    node = holder_of_home(settings.home, "node")
    files = MetricFiles(settings.metrics_folder)
    metrics = files.read()
    before, processes = _reloads(metrics), _processes(metrics)
    os.kill(node, signal.SIGHUP)
    done, failed = _after(files, before, processes)
    if failed > before[1]:
        raise click.ClickException("the old configuration stays; the node's log says what is wrong with the new one")
    if done - before[0] < processes:
        raise HomeError(f"the node did not say within {ANSWER_SECONDS:.0f} s what came of it; see its log")
    click.echo("the node has read its configuration again")


def _after(files: MetricFiles, before: tuple[float, float], processes: float) -> tuple[float, float]:
    """When every process of the node has said that it did, or one that it did not, or the time is over."""
    done, failed = before
    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        done, failed = _reloads(files.read())
        if failed > before[1] or done + failed >= sum(before) + processes:
            break
        time.sleep(STEP_SECONDS)
    return done, failed


def _processes(metrics: list[Metric]) -> float:
    """How many the node has: each reads for itself."""
    return max(1.0, sum(one.value for metric in metrics for one in metric.samples if one.name == PROCESSES))


def _reloads(metrics: list[Metric]) -> tuple[float, float]:
    """How many were done, how many failed, in all processes of the node."""
    found = {"done": 0.0, "failed": 0.0}
    for metric in metrics:
        for sample in metric.samples:
            if sample.name == "osteon_reloads_total":
                found[sample.labels["result"]] += sample.value
    return found["done"], found["failed"]
