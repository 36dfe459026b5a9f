"""`osteon node` by itself: its Orthanc does not answer, so that what it takes stays in the outbox."""

from pathlib import Path

from storage.metric_files import MetricFiles
from tests.builders.measured import Values
from tests.services.processes import free_port
from tests.services.product import Product


def lone_node(home: Path, **settings: str) -> Product:
    """Not started yet. `settings`: without their prefix. One worker, unless they say otherwise: one outbox."""
    away = {
        "OSTEON_WORKERS": "1",
        "OSTEON_ORTHANC_URL": f"http://127.0.0.1:{free_port()}/",
        "OSTEON_ORTHANC_USER": "nobody",
        "OSTEON_ORTHANC_PASSWORD": "none",
    }
    more = {f"OSTEON_{name}": value for name, value in settings.items()}
    return Product(home, settings=away | more, command="node")


def metrics_of(node: Product) -> Values:
    """What it has measured; written every second."""
    return Values(MetricFiles(node.home / "metrics").read())
