"""docs/operations.md says what the code measures, and its examples use nothing else."""

import re
from pathlib import Path

import pytest
import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics import MetricWrapperBase

from api.metrics import ApiMetrics
from dicom_node.callers import Callers
from dicom_node.prometheus import PrometheusMetrics
from dicom_node.states import NodeStates
from osteon.jobs.measuring import JobMetrics
from osteon.settings import FILE, PREFIX, Settings
from storage.jobs.standing import JobStanding, Stuck
from storage.metric_merging import TOGETHER
from tests.builders.door import parts_in
from tests.builders.real_files import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def metrics(tmp_path: Path) -> list[MetricWrapperBase]:
    """Everything that node, API and workers of jobs measure."""
    node, parts = CollectorRegistry(), parts_in(tmp_path)
    PrometheusMetrics(node, Callers())
    NodeStates(node, outbox=parts.outbox, quarantine=parts.quarantine, works=lambda: True)
    jobs = CollectorRegistry()
    nothing = Stuck(unkept=(), unbegun=(), silent=(), failed=())
    JobMetrics(jobs, lambda: JobStanding(waiting=0, running=0, oldest_waiting_seconds=0), lambda: nothing)
    registries = (node, ApiMetrics().registry, jobs)
    found = {one for registry in registries for one in registry._collector_to_names}  # noqa: SLF001 - no public way
    return sorted((one for one in found if isinstance(one, MetricWrapperBase)), key=name_of)


def name_of(metric: MetricWrapperBase) -> str:
    (described,) = metric.describe()
    return f"{described.name}_total" if described.type == "counter" else str(described.name)


def row(metric: MetricWrapperBase) -> str:
    (described,) = metric.describe()
    labels = ", ".join(f"`{label}`" for label in metric._labelnames)  # noqa: SLF001
    how = TOGETHER[described.name].value if described.type == "gauge" else "sum"
    return f"| `{name_of(metric)}` | {described.type} | {labels} | {described.documentation} | {how} |"


def test_the_table_is_what_is_measured(metrics: list[MetricWrapperBase]) -> None:
    assert [line for line in PAGE.splitlines() if line.startswith("| `osteon_")] == [row(metric) for metric in metrics]


def test_rules_and_examples_name_nothing_that_is_not_measured(metrics: list[MetricWrapperBase]) -> None:
    known = {name_of(metric) for metric in metrics}
    named = {name.removesuffix("_bucket") for name in re.findall(r"\bosteon_[a-z_]+", PAGE)}
    assert named <= known


def test_the_examples_are_what_prometheus_reads() -> None:
    scrape, rules = (yaml.safe_load(block) for block in BLOCKS)
    assert [job["job_name"] for job in scrape["scrape_configs"]] == ["osteon"]
    alerts = [rule for group in rules["groups"] for rule in group["rules"]]
    assert len(alerts) == 6
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in alerts)


def test_the_settings_that_it_names_exist() -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", PAGE)) - {"OSTEON_NAME"}
    assert named <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert f"`{FILE}`" in PAGE
