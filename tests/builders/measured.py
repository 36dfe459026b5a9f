"""Metrics in Prometheus' text format, read by its own client library."""

from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

Labels = tuple[tuple[str, str], ...]


class Values:
    """What a `/metrics` says. `values("osteon_objects_total", ae="PACS")`: the sum of the samples with these labels."""

    def __init__(self, metrics: list[Metric]) -> None:
        self.families = {metric.name: metric for metric in metrics}
        self._samples = [sample for metric in metrics for sample in metric.samples]

    def __call__(self, name: str, **labels: str) -> float | None:
        found = [
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= dict(sample.labels).items()
        ]
        return sum(found) if found else None

    def labels(self, name: str, label: str) -> set[str]:
        """The values that a label has."""
        return {sample.labels[label] for sample in self._samples if sample.name == name}


def values_in(text: str) -> Values:
    return Values(list(text_string_to_metric_families(text)))
