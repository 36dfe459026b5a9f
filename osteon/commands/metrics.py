"""`osteon metrics`: what the processes of this home measure, for where no API answers `/metrics`."""

import click

from osteon.failing import failing_clearly
from osteon.home import HomeError
from osteon.settings import read_settings
from storage.metric_files import MetricFiles, text_of


@click.command("metrics")
@failing_clearly()
def command() -> None:
    """Print the metrics of node and API in Prometheus' text format, added up over their processes.

    For a node whose API runs elsewhere: write it to a file for the textfile collector of Prometheus' node exporter.
    """
    settings = read_settings()
    if not settings.metrics_folder.is_dir():
        raise HomeError(f"nothing has run in {settings.home} yet")
    click.echo(text_of(MetricFiles(settings.metrics_folder).read()).decode(), nl=False)
